#define _GNU_SOURCE // memfd_create()

#include "fuzz_parts.h"

#include "engine/engine.h"
#include "network/initialize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SAMPLES = 600,
    COST_MAX = 2000, // multiply-adds a sample: cases are to be quick
    JUMP_WORK_MAX = 8000000,
};

unsigned fuzz_byte(Input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->data++;
}

unsigned fuzz_word(Input *input)
{
    const unsigned low = fuzz_byte(input);
    return low | fuzz_byte(input) << 8;
}

void *fuzz_bytes(Input *input, size_t most, size_t *size)
{
    *size = most < input->left ? most : input->left;
    void *bytes = malloc(*size);
    MUST(bytes || *size == 0);
    if (*size > 0) memcpy(bytes, input->data, *size);
    input->data += *size;
    input->left -= *size;
    return bytes;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("case", MFD_CLOEXEC);
        MUST(fd >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    MUST(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

Model *fuzz_model(const Arch *arch, double rate)
{
    Error error;
    const ModelInfo info = {.level = -20};
    const size_t channels = (size_t)arch_latent_channels(arch);
    float *parameters = malloc(arch_parameters(arch) * sizeof *parameters);
    float *mean = calloc(channels, sizeof *mean), *std = malloc(channels * sizeof *std);
    MUST(parameters && mean && std);
    for (size_t c = 0; c < channels; c++) std[c] = 1;
    initialize_parameters(arch, 1, parameters);
    ModelStatistics statistics = {.mean = mean, .std = std};
    float *bands = calloc((size_t)arch_inputs(arch), sizeof *bands);
    float *axes = calloc(MODEL_AXES * channels, sizeof *axes), axes_std[MODEL_AXES] = {1};
    MUST(bands && axes);
    if (arch->front.kind == FRONT_SPECTRUM) {
        axes[0] = 1;
        statistics.band_mean = bands;
        statistics.axes = axes;
        statistics.axes_std = axes_std;
    }
    Model *model = model_new(arch, rate, parameters, &statistics, &info, &error);
    MUST(model);
    free(parameters);
    free(mean);
    free(std);
    free(bands);
    free(axes);
    return model;
}

void fuzz_check_error(const Error *error)
{
    MUST(*error->text && !strchr(error->text, '\n'));
}

// Where the song's position jumps and a frozen loop or sound begins, where silence begins, and
// where the song starts again in its midst.
enum { JUMP = SAMPLES / 3, SILENCE = SAMPLES / 2, START = 3 * SAMPLES / 4, SOUND = START + 50 };

static void play_in_blocks(Engine *engine, const float *in, float *out, size_t block, bool jumps)
{
    EngineSettings settings = {
        .latent = {LATENT_NEUTRAL, .noise = 0.5f, .blend = 0.5f, .smear = 0.01f, .capture = true},
        .detail = 0.5f,
        .wet = 0.8f,
        .gain = 2,
        .auto_gain = true,
        .enabled = true,
    };
    settings.latent.freeze_kind = FREEZE_SOUND; // of a spectrum; of others it is the timbre
    engine_reset(engine);
    for (size_t at = 0, n; at < SAMPLES; at += n) {
        const size_t end = at < JUMP ? JUMP : at < START ? START : SAMPLES;
        const float *from[1] = {in + at};
        float *to[1] = {out + at};
        n = at + block > end ? end - at : block;
        settings.latent.freeze = at >= JUMP && at < START;
        if (jumps && at == JUMP) engine_locate(engine, &settings, 5000);
        if (jumps && at == START) engine_start(engine, &settings, 777);
        engine_process(engine, &settings, from, to, n);
    }
}

// Returns whether a jump is quick with this model: what is inside comes out, and what came before
// goes in.
static bool jumps_quickly(const Model *model)
{
    const double before = (double)codec_memory(model) / model->sample_rate;
    return engine_jump_work(model) + before * engine_work(model) < JUMP_WORK_MAX;
}

void fuzz_play(Model *model, const Latent *reference)
{
    Error error;
    float in[SAMPLES], first[SAMPLES], second[SAMPLES];
    const double rate = model->sample_rate;
    const bool is_quick = arch_multiply_adds(&model->arch, rate) / rate < COST_MAX;
    Engine *engine = engine_new(model, reference, rate, 1, &error);
    if (!engine) fuzz_check_error(&error);
    if (engine && is_quick) {
        const bool jumps = jumps_quickly(model);
        for (int i = 0; i < SAMPLES; i++)
            in[i] = i >= SILENCE && i < SOUND ? 0.0f : sinf((float)(i * i % 97));
        play_in_blocks(engine, in, first, SAMPLES, jumps);
        play_in_blocks(engine, in, second, 37, jumps);
        MUST(memcmp(first, second, sizeof first) == 0);
        for (int i = 0; i < SAMPLES; i++) MUST(fabsf(first[i]) <= ENGINE_CEILING);
    }
    engine_free(engine);
}
