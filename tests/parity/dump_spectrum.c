// dump_spectrum: what tests/parity/pytorch.py compares with PyTorch of a network that works on
// a spectrum. Writes, for an architecture, first weights as a weights file, and beside it as
// raw floats two channels of audio, their log levels, latent and log levels that the streams
// make of them, and the log levels of the trainer's pass; and its gradient as a weights file.
// Prints the loss.
//
//     dump_spectrum ARCH ACTIVATION SEED FOLDER
#include "engine/codec.h"
#include "files/file.h"
#include "front/spectrum.h"
#include "lib/fixture.h"
#include "network/loss.h"
#include "network/network.h"

#define RATE 48000.0
enum { HOPS = 200 };

static bool dump(const char *folder, const char *name, const float *values, size_t n)
{
    char path[512];
    Error error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_write(path, values, n * sizeof(float), &error)) return true;
    fprintf(stderr, "%s\n", error.text);
    return false;
}

// Writes values[frames][bands] and level[frames] of audio[2][(frames - 1) hop], and the level.
static void analyse(const Model *model, const float *audio, size_t frames, float *values,
                    float *level)
{
    const size_t hop = (size_t)model->arch.front.hop, bands = (size_t)model->arch.front.bands;
    static float zeros[SPECTRUM_WINDOW_MAX], out[2][SPECTRUM_WINDOW_MAX];
    Spectrum *spectrum = spectrum_new(&(SpectrumSetup){.front = &model->arch.front,
                                                       .rate = RATE,
                                                       .limit = RATE,
                                                       .band_mean = model->band_mean,
                                                       .channels = 2,
                                                       .frames = 1});
    for (size_t t = 0; spectrum && t < frames; t++) {
        const bool is_last = t == frames - 1;
        const float *in[2] = {is_last ? zeros : audio + t * hop,
                              is_last ? zeros : audio + (frames - 1 + t) * hop};
        const AnalysisFrame *frame = spectrum_analyse(spectrum, in);
        memcpy(values + t * bands, frame->values, bands * sizeof(float));
        level[t] = frame->level;
        spectrum_synthesise(spectrum, NULL, (float *[]){out[0], out[1]});
    }
    spectrum_free(spectrum);
}

// Encodes frames; returns the latent frames, written to latent[][channels].
static size_t encode(const Model *model, const float *values, size_t frames, float *latent)
{
    enum { MORE = 64 }; // for what waits inside
    const size_t bands = (size_t)model->arch.front.bands;
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    const size_t wanted =
        arch_latent_frames(&model->arch, (frames - 1) * (size_t)model->arch.front.hop);
    Encoder *encoder = encoder_new(model, 1);
    size_t count = 0;
    if (encoder) encoder_reset(encoder, frames);
    for (size_t t = 0; encoder && t < frames + MORE && count < wanted; t++) {
        const LaneFrames in = {values + (t < frames ? t : 0) * bands, 0, 1, 1};
        const LaneFrames given = encoder_process(encoder, in);
        memcpy(latent + count * channels, given.values,
               (size_t)given.count * channels * sizeof(float));
        count += (size_t)given.count;
    }
    encoder_free(encoder);
    return count;
}

static void decode(const Model *model, const float *latent, size_t latent_frames, size_t frames,
                   float *output)
{
    enum { MORE = 64 };
    const size_t bands = (size_t)model->arch.front.bands;
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    Decoder *decoder = decoder_new(model, 1);
    size_t count = 0;
    if (decoder) decoder_reset(decoder, latent_frames);
    for (size_t t = 0; decoder && t < latent_frames + MORE && count < frames; t++) {
        const float *frame = latent + (t < latent_frames ? t : 0) * channels;
        const LaneFrames given = decoder_process(decoder, frame, 1);
        memcpy(output + count * bands, given.values, (size_t)given.count * bands * sizeof(float));
        count += (size_t)given.count;
    }
    decoder_free(decoder);
}

// Runs the trainer's network forward and backward; prints the loss.
static bool train(const Model *model, const float *values, size_t frames, const char *folder)
{
    const size_t bands = (size_t)model->arch.front.bands;
    Error error;
    Workspace *workspace =
        workspace_new(&model->arch, (frames - 1) * (size_t)model->arch.front.hop);
    float *gradient = malloc(arch_parameters(&model->arch) * sizeof(float));
    bool *silent = calloc(frames, sizeof *silent);
    if (!workspace || !gradient || !silent) return false;
    network_forward(workspace, &(NetworkWeights){.parameters = model->parameters}, values);
    printf("%.17g\n", level_loss(network_output(workspace), values, silent, frames, bands,
                                 network_output_gradient(workspace)));
    network_backward(workspace, &(NetworkWeights){.parameters = model->parameters}, gradient);
    // In the form of a weights file, so that it can be read by PyTorch's names.
    const ModelStatistics statistics = model_statistics(model);
    Model *slope =
        model_new(&model->arch, model->sample_rate, gradient, &statistics, &model->info, &error);
    char path[512];
    snprintf(path, sizeof path, "%s/gradient.safetensors", folder);
    return slope && model_write(slope, path, &error) &&
           dump(folder, "trained", network_output(workspace), frames * bands);
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    const char *folder = argv[4];
    Error error;
    Activation activation;
    if (!activation_parse(&activation, argv[2], &error)) return 1;
    Model *model = fixture_model(argv[1], activation, RATE, (uint32_t)atoi(argv[3]));
    if (!model || model->arch.front.kind != FRONT_SPECTRUM) return 1;
    char path[512];
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    if (!model_write(model, path, &error)) return 1;

    const size_t hop = (size_t)model->arch.front.hop, bands = (size_t)model->arch.front.bands;
    const size_t n = (size_t)arch_round_up(&model->arch, HOPS * hop);
    const size_t frames = arch_front_frames(&model->arch, n);
    float *audio = malloc(2 * n * sizeof(float)), *level = malloc(frames * sizeof(float));
    float *values = malloc(frames * bands * sizeof(float));
    float *latent = malloc((frames + 64) * ARCH_CHANNELS_MAX * sizeof(float));
    float *output = malloc((frames + 64) * bands * sizeof(float));
    if (!audio || !level || !values || !latent || !output) return 1;
    fixture_signal(audio, n, RATE, 3);
    fixture_signal(audio + n, n, RATE, 4);
    memset(audio + n / 2, 0, n / 4 * sizeof(float)); // a rest, in one channel
    analyse(model, audio, frames, values, level);
    const size_t latent_frames = encode(model, values, frames, latent);
    decode(model, latent, latent_frames, frames, output);
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    return !(train(model, values, frames, folder) && dump(folder, "input", audio, 2 * n) &&
             dump(folder, "level", level, frames) &&
             dump(folder, "values", values, frames * bands) &&
             dump(folder, "latent", latent, latent_frames * channels) &&
             dump(folder, "output", output, frames * bands));
}
