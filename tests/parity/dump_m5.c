// dump_m5: what tests/pytorch_m5.py compares with PyTorch. Draws a classifier's weights, does one
// training pass and one classification, and writes the weights before, the gradient, the weights
// after (whose running statistics have moved), as weights files, and the latents and the
// logarithms of the probabilities as raw floats. Prints the loss.
//
//     dump_m5 CHANNELS FRAMES WIDTH CLASSES CLIPS FOLDER
#include "files/file.h"
#include "lib/fixture.h"
#include "network/m5.h"

static const char *folder;

static bool dump_weights(const M5Weights *weights, const char *name)
{
    char path[512];
    Error error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return m5_weights_write(weights, safetensors_builder_new(), path, &error);
}

static bool dump(const char *name, const float *values, size_t n)
{
    char path[512];
    Error error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return file_write(path, values, n * sizeof *values, &error);
}

int main(int argc, char **argv)
{
    if (argc != 7) return 2;
    const size_t channels = (size_t)atoi(argv[1]), frames = (size_t)atoi(argv[2]);
    const size_t classes = (size_t)atoi(argv[4]), clips = (size_t)atoi(argv[5]);
    const size_t values = channels * frames;
    const M5Shape shape = {channels, (size_t)atoi(argv[3]), classes};
    folder = argv[6];

    float *latent = malloc(clips * values * sizeof *latent);
    float *log_probability = malloc(clips * classes * sizeof *log_probability);
    const float **input = malloc(clips * sizeof *input);
    int *class = malloc(clips * sizeof *class);
    for (size_t i = 0; i < clips; i++) {
        input[i] = latent + i * values;
        class[i] = (int)(i * 7 % classes);
        fixture_signal(latent + i * values, values, 600.0 + 100.0 * (double)i, (uint32_t)i);
    }

    Error error;
    M5Weights weights, slope;
    Pool *pool = pool_new(2);
    if (!m5_weights_init(&weights, &shape, &error) || !m5_weights_init(&slope, &shape, &error))
        return 1;
    m5_weights_init_random(&weights, 3);
    for (int b = 0; b < M5_BLOCKS; b++) // scales and shifts that tell the channels apart
        for (size_t c = 0; c < weights.block[b].conv.out; c++) {
            weights.parameters[weights.block[b].scale + c] = 0.5f + 0.1f * (float)(c % 11);
            weights.parameters[weights.block[b].shift + c] = 0.1f * (float)(c % 7) - 0.3f;
        }
    M5 *m5 = m5_new(&shape, frames, clips, pool, &error);
    if (!m5 || !dump_weights(&weights, "before.safetensors")) return 1;
    size_t correct = 0;
    const double loss = m5_gradient(m5, &weights, input, class, clips, slope.parameters, &correct);
    m5_classify(m5, &weights, input, clips, log_probability);
    printf("%.17g %zu\n", loss, correct);
    return dump_weights(&weights, "after.safetensors") &&
                   dump_weights(&slope, "gradient.safetensors") &&
                   dump("latent", latent, clips * values) &&
                   dump("log_probability", log_probability, clips * classes)
               ? 0
               : 1;
}
