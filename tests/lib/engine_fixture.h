// engine_fixture.h: what tests of the engine need beside fixture.h: rates, settings, a run
// in random blocks.
#ifndef TRASLUZ_ENGINE_FIXTURE_H
#define TRASLUZ_ENGINE_FIXTURE_H

#include "engine/engine.h"
#include "lib/fixture.h"

static const EngineSettings wet_only = {ENGINE_NEUTRAL};

static const double rates[] = {8000,  11025, 16000, 22050, 32000,  44100,
                               48000, 64000, 88200, 96000, 176400, 192000};
enum { RATES = sizeof rates / sizeof *rates };

// One channel through an engine in random blocks, `out` as long as `in`.
static void run_engine(Engine *engine, const EngineSettings *settings, const float *in, float *out,
                       size_t n, size_t most, uint32_t seed)
{
    for (size_t at = 0, i = 0; at < n; i++) {
        size_t block = most == 1 ? 1 : fixture_block(seed, i, most);
        if (block > n - at) block = n - at;
        const float *const ins[1] = {in + at};
        float *const outs[1] = {out + at};
        engine_process(engine, settings, ins, outs, block);
        at += block;
    }
}

// A model of spectra of one layer a side, whose latent is the levels of its bands. The caller frees
// it; NULL where memory is short.
static inline Model *fixture_levels(const char *arch, size_t bands)
{
    Model *model = fixture_model(arch, ACTIVATION_LEAKY_RELU, 48000.0, 1);
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    const int count = arch_convolutions(&model->arch, list);
    float *parameters = calloc(arch_parameters(&model->arch), sizeof(float));
    for (int i = 0; i < count; i++)
        for (size_t c = 0; c < bands; c++) parameters[list[i].weight + c * bands + c] = 1.0f;
    Error error;
    const ModelStatistics statistics = model_statistics(model);
    Model *made = model_new(&model->arch, 48000.0, parameters, &statistics, &model->info, &error);
    free(parameters);
    model_free(model);
    return made;
}

#endif
