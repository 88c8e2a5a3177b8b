// training.c ARCH THREADS: waits for orders on standard input, a line each, and answers with the
// seconds that passed by the clock and those spent on processors. training.py alternates it with
// PyTorch.
//
//     step    forward, squared error, backward and Adam for 16 clips, a clip a thread at a time:
//             5 s each, or 0.75 s of log levels for networks of spectra
//     square  OpenBLAS alone, on one thread: a product of 1024 x 1024 x 1024
//     peak    multiply-adds in registers alone, on one thread: see peak.h
//
// The first answers are the number of useful multiply-adds in a step and in `peak`, the kernels
// that OpenBLAS uses, and the frames and values per frame of a clip.
#include "base/pool.h"
#include "lib/fixture.h"
#include "network/adam.h"
#include "network/gradient_sum.h"
#include "network/network.h"
#include "peak.h"
#include "timing.h"

#include <cblas.h>
#include <string.h>

enum {
    CLIPS = 16,
    CLIP = 110250,
    SQUARE = 1024,
    THREADS_MAX = 64,
};

typedef struct {
    Arch arch;
    size_t parameters, window;
    size_t values; // that the network reads of a clip
    float *weights;
    PackedWeights *packed;
    float *gradient; // [CLIPS][parameters]
    float *mean;     // [parameters], of the clips' gradients
    float *audio;    // [CLIPS][values]
    Workspace *workspace[THREADS_MAX];
    Adam adam;
} Bench;

static float *new_values(size_t n)
{
    float *values = calloc(n, sizeof(float));
    if (!values) abort();
    return values;
}

static void bench_open(Bench *bench, const char *text, int threads)
{
    Error error;
    if (!named_arch_parse(&bench->arch, text, ACTIVATION_LEAKY_RELU, &error)) abort();
    bench->parameters = arch_parameters(&bench->arch);
    const bool spectral = bench->arch.front.kind == FRONT_SPECTRUM;
    bench->window = spectral
                        ? (size_t)default_training_window(&bench->arch, default_rate(&bench->arch))
                        : (size_t)arch_round_up(&bench->arch, CLIP);
    bench->values =
        (size_t)arch_front_frames(&bench->arch, bench->window) * (size_t)arch_inputs(&bench->arch);
    bench->weights = new_values(bench->parameters);
    bench->packed = packed_weights_new(&bench->arch);
    bench->gradient = new_values(CLIPS * bench->parameters);
    bench->mean = new_values(bench->parameters);
    bench->audio = new_values(CLIPS * bench->values);
    bench->adam = (Adam){new_values(bench->parameters), new_values(bench->parameters), 0};
    initialize_parameters(&bench->arch, 1, bench->weights);
    for (uint32_t i = 0; i < CLIPS; i++)
        fixture_signal(bench->audio + i * bench->values, bench->values, 22050.0, i);
    for (int i = 0; i < threads; i++)
        bench->workspace[i] = workspace_new(&bench->arch, bench->window);
}

// ---- A step ----

static void clip_gradient(void *data, int item, int thread)
{
    Bench *bench = data;
    Workspace *workspace = bench->workspace[thread];
    const float *input = bench->audio + (size_t)item * bench->values;
    const NetworkWeights weights = {bench->weights, bench->packed};
    network_forward(workspace, &weights, input);
    const float *output = network_output(workspace);
    float *dy = network_output_gradient(workspace);
    for (size_t i = 0; i < bench->values; i++)
        dy[i] = 2.0f / (float)bench->values * (output[i] - input[i]);
    network_backward(workspace, &weights, bench->gradient + (size_t)item * bench->parameters);
}

static void step(Bench *bench, Pool *pool)
{
    packed_weights_set(bench->packed, bench->weights);
    pool_run(pool, clip_gradient, bench, CLIPS);
    gradient_sum(pool, bench->gradient, CLIPS, bench->parameters, 1.0f / CLIPS, bench->mean);
    const AdamStep adam = adam_begin(&bench->adam, 1e-3);
    adam_update(&bench->adam, adam, bench->weights, bench->mean, 0, bench->parameters);
}

// Multiply-adds of a layer's products: forward, for the weights' gradient and, if it is wanted, for
// the input's.
static double layer_multiply_adds(const Layer *layer, uint64_t frames, bool input)
{
    double weights = (double)layer->in * layer->out * layer->kernel;
    if (layer->kind == LAYER_RESIDUAL)
        weights = (double)layer->width * (layer->in * layer->kernel + layer->out);
    return (input ? 3.0 : 2.0) * (double)frames * weights;
}

// Those of one clip. The gradient of the network's input is not wanted.
static double clip_multiply_adds(const Bench *bench)
{
    const Arch *arch = &bench->arch;
    double sum = 0.0;
    uint64_t frames = arch_front_frames(arch, bench->window);
    for (int i = 0; i < arch->encoder.layers; i++) {
        frames = conv_length(&arch->encoder.layer[i], frames);
        sum += layer_multiply_adds(&arch->encoder.layer[i], frames, i > 0);
    }
    if (arch->linear) {
        const Layer encoder = arch_linear_encoder(arch), decoder = arch_linear_decoder(arch);
        sum += layer_multiply_adds(&encoder, frames, false);
        sum += layer_multiply_adds(&decoder, frames, true);
    }
    for (int i = 0; i < arch->decoder.layers; i++) {
        sum += layer_multiply_adds(&arch->decoder.layer[i], frames, true);
        frames = conv_transposed_length(&arch->decoder.layer[i], frames);
    }
    return sum;
}

// ---- Orders ----

int main(int argc, char **argv)
{
    static Bench bench;
    if (argc != 3) return 1;
    const int threads = atoi(argv[2]);
    Pool *pool = pool_new(threads);
    if (!pool || threads > THREADS_MAX) return 1;
    bench_open(&bench, argv[1], threads);

    float *square[3];
    for (int i = 0; i < 3; i++) square[i] = new_values((size_t)SQUARE * SQUARE);
    printf("%.0f %zu %s %zu %d\n", CLIPS * clip_multiply_adds(&bench),
           peak_run() * PEAK_SUMS * PEAK_ROUNDS, openblas_get_corename(),
           bench.values / (size_t)arch_inputs(&bench.arch), arch_inputs(&bench.arch));
    fflush(stdout);

    char order[16];
    while (fgets(order, sizeof order, stdin)) {
        const double clock = seconds_of(CLOCK_MONOTONIC);
        const double processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        if (strcmp(order, "step\n") == 0)
            step(&bench, pool);
        else if (strcmp(order, "peak\n") == 0)
            peak_run();
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SQUARE, SQUARE, SQUARE, 1.0f,
                        square[0], SQUARE, square[1], SQUARE, 0.0f, square[2], SQUARE);
        printf("%.9f %.9f\n", seconds_of(CLOCK_MONOTONIC) - clock,
               seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor);
        fflush(stdout);
    }
}
