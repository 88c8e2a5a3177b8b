// decode.c: `trainer decode`: a latent file to audio, changed on the way as the plugin would.
#include "audio_writer.h"
#include "codec.h"
#include "command.h"
#include "denormals.h"
#include "latent_options.h"
#include "progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer decode WEIGHTS LATENT -o AUDIO [options]\n"
    "\n"
    "Decodes a latent file to a mono audio file at the model's sample rate, as long as the\n"
    "audio that it was made from. AUDIO ends in .wav, .w64, .flac or .ogg.\n"
    "\n"
    "  -o, --output FILE        the audio file (needed)\n" LATENT_HELP "\n"
    "example: trainer decode normal.safetensors song.safetensors -o song.wav --noise 0.5\n";

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    LATENT_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *latent, *output;
    LatentOptions options;
} Call;

// A decoding under way.
typedef struct {
    const Model *model;
    const Latent *latent;
    Decoder *decoder;
    LatentOps ops;
    float *frame, *audio; // one frame, and what comes of it
    uint64_t left;        // samples to be written
    AudioWriter *writer;
} Decoding;

// Frames behind the last one are padding, whatever they hold: they bring out what the decoder still
// has.
static bool decode_frame(Decoding *decoding, const LatentSettings *settings, size_t t, Error *error)
{
    const size_t channels = (size_t)decoding->latent->channels;
    if (t < decoding->latent->frames) {
        memcpy(decoding->frame, decoding->latent->values + t * channels, channels * sizeof(float));
        latent_ops_process(&decoding->ops, settings, decoding->frame, 1);
    }
    size_t n = decoder_process(decoding->decoder, decoding->frame, decoding->audio);
    if (n > decoding->left) n = (size_t)decoding->left;
    decoding->left -= n;
    for (size_t i = 0; i < n; i++) // an absurd amount of noise can overflow
        if (!isfinite(decoding->audio[i])) decoding->audio[i] = 0.0f;
    return audio_write(decoding->writer, decoding->audio, n, error);
}

static bool decode_frames(Decoding *decoding, const LatentSettings *settings, Error *error)
{
    const double frame_rate = decoding->model->sample_rate / arch_hop(&decoding->model->arch);
    const uint64_t seconds = (uint64_t)((double)decoding->latent->frames / frame_rate);
    Progress progress;
    progress_begin(&progress, stderr, "decoding, second", seconds, seconds);
    const DenormalsState before = denormals_off();
    bool good = true;
    for (size_t t = 0; decoding->left > 0 && good; t++) {
        good = decode_frame(decoding, settings, t, error);
        progress_reach(&progress, (uint64_t)((double)t / frame_rate));
    }
    denormals_restore(before);
    progress_end(&progress);
    return good;
}

// Samples to be written, or 0 and a message where the file contradicts itself.
static uint64_t find_samples(const Latent *latent, const Model *model, Error *error)
{
    const uint64_t all = arch_output_samples(&model->arch, latent->frames);
    const uint64_t wanted = latent->samples ? latent->samples : all;
    if (wanted > 0 && wanted <= all) return wanted;
    error_set(error, "says that it was made of %" PRIu64 " samples; its %zu frames give %" PRIu64,
              latent->samples, latent->frames, all);
    return 0;
}

static bool write_audio(Decoding *decoding, const Call *call, Error *error)
{
    const uint64_t samples = decoding->left;
    decoding->writer = audio_writer_new(call->output, decoding->model->sample_rate, 1, error);
    if (!decoding->writer) return false;
    if (!decode_frames(decoding, &call->options.settings, error)) {
        audio_writer_abandon(decoding->writer);
        return false;
    }
    const uint64_t clipped = audio_writer_clipped(decoding->writer);
    if (!audio_writer_commit(decoding->writer, error)) return false;
    command_note_clipped(&command_decode, call->output, clipped);
    const double rate = decoding->model->sample_rate;
    printf("wrote %s: %.4g s at %g Hz\n", call->output, (double)samples / rate, rate);
    return true;
}

static bool decode(const Call *call, const Model *model, const Latent *latent,
                   const Latent *reference, Error *error)
{
    Latent *loop = NULL;
    if (reference && !(loop = latent_loop(reference, model, error))) return false;
    Decoding decoding = {.model = model, .latent = latent, .decoder = decoder_new(model)};
    const bool ops_made = latent_ops_init(&decoding.ops, model, loop, 0);
    decoding.frame = malloc((size_t)latent->channels * sizeof(float));
    if (decoding.decoder) {
        decoder_reset(decoding.decoder, latent->frames);
        decoding.audio = malloc(decoder_samples_max(decoding.decoder) * sizeof(float));
    }
    bool good = ops_made && decoding.frame && decoding.audio;
    if (!good) error_set(error, "out of memory");
    decoding.left = good ? find_samples(latent, model, error) : 0;
    if (good && decoding.left == 0) good = error_prefix(error, call->latent);
    good = good && write_audio(&decoding, call, error);
    free(decoding.frame);
    free(decoding.audio);
    latent_ops_free(&decoding.ops);
    decoder_free(decoding.decoder);
    latent_free(loop);
    return good;
}

static bool decode_file(const Call *call, Error *error)
{
    Latent *latent = NULL, *reference = NULL;
    Model *model = command_model(call->weights, error);
    bool good = model && latent_options_load(&call->options, model, &reference, error);
    if (good) {
        latent = latent_load(call->latent, error);
        good = latent && latent_fits(latent, model, error);
        if (!good) error_prefix(error, call->latent);
    }
    good = good && decode(call, model, latent, reference, error);
    latent_free(latent);
    latent_free(reference);
    model_unref(model);
    return good;
}

static int run(int argc, char **argv)
{
    Call call = {.options = {.settings = {LATENT_NEUTRAL}}};
    int option;
    while ((option = command_option(&command_decode, argc, argv, ":o:", long_options)) != -1) {
        if (option == 'o')
            call.output = optarg;
        else if (!latent_option_take(&command_decode, &call.options, option))
            return EXIT_USAGE;
    }
    Error error;
    if (argc - optind != 2)
        return command_usage(&command_decode, "a weights file and a latent file are needed");
    if (!call.output) return command_usage(&command_decode, "no audio file given (-o FILE)");
    call.weights = argv[optind];
    call.latent = argv[optind + 1];
    if (!audio_writer_knows(call.output, &error))
        return command_usage(&command_decode, "%s", error.text);
    if (!latent_options_check(&command_decode, &call.options)) return EXIT_USAGE;
    const char *reference = call.options.reference;
    if (same_file(call.output, call.weights) || same_file(call.output, call.latent) ||
        (reference && same_file(call.output, reference)))
        return command_usage(&command_decode, "%s is what is read", call.output);
    return decode_file(&call, &error) ? EXIT_DONE : command_fail(&command_decode, &error);
}

const Command command_decode = {"decode", "turn a latent file into audio", help, run};
