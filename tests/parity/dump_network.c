// dump_network: what tests/pytorch.py compares with PyTorch. Writes, for an architecture, the first
// weights of a training as a weights file, and beside it input, latent and output of the batched
// pass and of the streams, as raw floats.
//
//     dump_network ARCH ACTIVATION SEED FOLDER
#include "engine/codec.h"
#include "engine/stream.h"
#include "files/file.h"
#include "lib/fixture.h"
#include "network/loss.h"
#include "network/network.h"
#include "network/spectral_loss.h"

enum { SAMPLES = 110250 };

static bool dump(const char *folder, const char *name, const float *values, size_t n)
{
    char path[512];
    Error error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_write(path, values, n * sizeof(float), &error)) return true;
    fprintf(stderr, "%s\n", error.text);
    return false;
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    const char *folder = argv[4];
    Error error;
    Activation activation;
    if (!activation_parse(&activation, argv[2], &error)) return 1;
    Model *model = fixture_model(argv[1], activation, 22050.0, (uint32_t)atoi(argv[3]));
    if (!model) return 1;
    char path[512];
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    if (!model_write(model, path, &error)) return 1;

    const size_t n = (size_t)arch_round_up(&model->arch, SAMPLES);
    const size_t delay = (size_t)arch_delay(&model->arch);
    float *audio = calloc(n + delay, sizeof(float)),
          *streamed = malloc((n + delay) * sizeof(float));
    fixture_signal(audio, n, 22050.0, 3);
    Workspace *workspace = workspace_new(&model->arch, n);
    network_forward(workspace, &(NetworkWeights){.parameters = model->parameters}, audio);
    const double loss = loss_mse(network_output(workspace), audio, n);
    loss_gradient(&(Loss){.kind = LOSS_MSE}, network_output(workspace), audio, n,
                  network_output_gradient(workspace));
    float *gradient = malloc(arch_parameters(&model->arch) * sizeof(float));
    network_backward(workspace, &(NetworkWeights){.parameters = model->parameters}, gradient);
    SpectralLoss *measure = spectral_loss_new(n);
    float *spectral_gradient = calloc(n, sizeof(float));
    const double spectral =
        spectral_loss(measure, network_output(workspace), audio, 1.0, spectral_gradient);
    size_t frames;
    const float *latent = network_latent(workspace, &frames);
    Stream *stream = stream_new(model, NULL, 1, model->sample_rate);
    const LatentSettings settings = {LATENT_NEUTRAL};
    stream_reset(stream, n);
    stream_process(stream, &settings, NULL, (const float *[]){audio}, (float *[]){streamed},
                   n + delay);

    // The gradient in the form of a weights file, so that it can be read by PyTorch's names.
    const ModelStatistics statistics = model_statistics(model);
    Model *slope =
        model_new(&model->arch, model->sample_rate, gradient, &statistics, &model->info, &error);
    snprintf(path, sizeof path, "%s/gradient.safetensors", folder);
    const bool good =
        slope && model_write(slope, path, &error) && dump(folder, "input", audio, n) &&
        dump(folder, "spectral_gradient", spectral_gradient, n) &&
        dump(folder, "output", network_output(workspace), n) &&
        dump(folder, "latent", latent, frames * (size_t)arch_latent_channels(&model->arch)) &&
        dump(folder, "streamed", streamed + delay, n);
    printf("%.17g %.17g\n", loss, spectral);
    return good ? 0 : 1;
}
