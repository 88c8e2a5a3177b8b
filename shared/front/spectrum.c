#include "front/spectrum.h"

#include "front/synthesis.h"

#include <stdlib.h>
#include <string.h>

struct Spectrum {
    ArchFront front;
    Analysis analysis;
    Synthesis synthesis;
    int channels, frames;
    int oldest, waiting;      // of the frames
    float *history;           // [channels][window]: the newest sample last
    float *overlap;           // [channels][2 hop]
    Bin *spectra;             // [frames][channels][window / 2 + 1]
    AnalysisFrame *frame;     // [frames]
    const float **history_of; // [channels]
    Bin **spectrum_of;        // [channels]: of the newest frame
};

static void layout(Spectrum *spectrum, const SpectrumSetup *setup, Arena *arena)
{
    const size_t channels = (size_t)setup->channels, frames = (size_t)setup->frames;
    const size_t size = (size_t)setup->front->window, bins = size / 2 + 1;
    spectrum->front = *setup->front;
    spectrum->channels = setup->channels;
    spectrum->frames = setup->frames;
    analysis_layout(&spectrum->analysis, setup->front, arena);
    synthesis_layout(&spectrum->synthesis, setup->front, arena);
    spectrum->history = arena_floats(arena, channels * size);
    spectrum->overlap = arena_floats(arena, channels * 2 * (size_t)setup->front->hop);
    spectrum->spectra = arena_take(arena, frames * channels * bins * sizeof(Bin));
    spectrum->frame = arena_take(arena, frames * sizeof(AnalysisFrame));
    spectrum->history_of = arena_take(arena, channels * sizeof *spectrum->history_of);
    spectrum->spectrum_of = arena_take(arena, channels * sizeof *spectrum->spectrum_of);
    const size_t bands = (size_t)setup->front->bands;
    float *values = arena_floats(arena, frames * bands);
    float *amplitudes = arena_floats(arena, frames * bands);
    if (!values) return;
    for (size_t t = 0; t < frames; t++) {
        spectrum->frame[t].values = values + t * bands;
        spectrum->frame[t].amplitudes = amplitudes + t * bands;
    }
    for (size_t c = 0; c < channels; c++) spectrum->history_of[c] = spectrum->history + c * size;
}

size_t spectrum_bytes(const SpectrumSetup *setup)
{
    Spectrum plan;
    Arena arena = {NULL, 0};
    arena_take(&arena, sizeof plan);
    layout(&plan, setup, &arena);
    return arena.used;
}

Spectrum *spectrum_new(const SpectrumSetup *setup)
{
    Arena arena = {arena_block(spectrum_bytes(setup)), 0};
    if (!arena.block) return NULL;
    Spectrum *spectrum = arena_take(&arena, sizeof *spectrum);
    layout(spectrum, setup, &arena);
    analysis_init(&spectrum->analysis, setup->rate, setup->limit, setup->band_mean);
    synthesis_init(&spectrum->synthesis);
    spectrum_reset(spectrum);
    return spectrum;
}

void spectrum_free(Spectrum *spectrum)
{
    free(spectrum);
}

void spectrum_reset(Spectrum *spectrum)
{
    const size_t channels = (size_t)spectrum->channels;
    memset(spectrum->history, 0, channels * (size_t)spectrum->front.window * sizeof(float));
    memset(spectrum->overlap, 0, channels * 2 * (size_t)spectrum->front.hop * sizeof(float));
    spectrum->oldest = 0;
    spectrum->waiting = 0;
}

static Bin *spectrum_at(const Spectrum *spectrum, int frame, int channel)
{
    const size_t bins = (size_t)spectrum->front.window / 2 + 1;
    return spectrum->spectra + (size_t)(frame * spectrum->channels + channel) * bins;
}

const AnalysisFrame *spectrum_analyse(Spectrum *spectrum, const float *const *audio)
{
    const size_t size = (size_t)spectrum->front.window, hop = (size_t)spectrum->front.hop;
    const int newest = (spectrum->oldest + spectrum->waiting) % spectrum->frames;
    for (int c = 0; c < spectrum->channels; c++) {
        float *history = spectrum->history + (size_t)c * size;
        memmove(history, history + hop, (size - hop) * sizeof(float));
        memcpy(history + size - hop, audio[c], hop * sizeof(float));
        spectrum->spectrum_of[c] = spectrum_at(spectrum, newest, c);
    }
    analysis_process(&spectrum->analysis, spectrum->history_of, spectrum->channels,
                     spectrum->spectrum_of, &spectrum->frame[newest]);
    spectrum->waiting++;
    return &spectrum->frame[newest];
}

const AnalysisFrame *spectrum_oldest(const Spectrum *spectrum)
{
    return spectrum->waiting > 0 ? &spectrum->frame[spectrum->oldest] : NULL;
}

void spectrum_synthesise(Spectrum *spectrum, const float *gains, float *const *out)
{
    const size_t hop = (size_t)spectrum->front.hop;
    const bool changes =
        gains && !spectrum->frame[spectrum->oldest].silent &&
        synthesis_set_gains(&spectrum->synthesis, &spectrum->analysis.bands, gains);
    for (int c = 0; c < spectrum->channels; c++) {
        float *overlap = spectrum->overlap + (size_t)c * 2 * hop;
        if (changes)
            synthesis_add(&spectrum->synthesis, spectrum_at(spectrum, spectrum->oldest, c),
                          overlap);
        memcpy(out[c], overlap, hop * sizeof(float));
        memcpy(overlap, overlap + hop, hop * sizeof(float));
        memset(overlap + hop, 0, hop * sizeof(float));
    }
    spectrum->oldest = (spectrum->oldest + 1) % spectrum->frames;
    spectrum->waiting--;
}
