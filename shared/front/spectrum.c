#include "front/spectrum.h"

#include "front/frozen.h"
#include "front/synthesis.h"

#include <stdlib.h>
#include <string.h>

struct Spectrum {
    ArchFront front;
    Analysis analysis;
    Synthesis synthesis;
    Frozen frozen;
    int channels, frames;
    int oldest, waiting;      // of the frames; the one before the oldest is kept as it was
    float frozen_amount;      // of the next frame
    int64_t frozen_at;        // hops after it was frozen
    int lag;                  // hops by which the frozen sound is heard later
    float *taken_away;        // [lag]: how much of the signal's frames, the next one's first
    size_t zeros;             // newest samples of the history that are 0 in all channels
    float *history;           // [channels][window]: the newest sample last
    float *overlap;           // [channels][2 hop]
    Bin *spectra;             // [frames][channels][window / 2 + 1]
    AnalysisFrame *frame;     // [frames]
    const float **history_of; // [channels]
    Bin **spectrum_of;        // [channels]: of the newest frame
    Bin **before_of;          // [channels]: of the frame before the oldest
};

static void layout(Spectrum *spectrum, const SpectrumSetup *setup, Arena *arena)
{
    const size_t channels = (size_t)setup->channels, frames = (size_t)setup->frames + 1;
    const size_t size = (size_t)setup->front->window, bins = size / 2 + 1;
    spectrum->front = *setup->front;
    spectrum->channels = setup->channels;
    spectrum->frames = setup->frames + 1;
    spectrum->lag = frozen_lag(setup->front);
    analysis_layout(&spectrum->analysis, setup->front, arena);
    synthesis_layout(&spectrum->synthesis, setup->front, arena);
    frozen_layout(&spectrum->frozen, setup->front, setup->channels, arena);
    spectrum->taken_away = arena_floats(arena, (size_t)spectrum->lag);
    spectrum->history = arena_floats(arena, channels * size);
    spectrum->overlap = arena_floats(arena, channels * 2 * (size_t)setup->front->hop);
    spectrum->spectra = arena_take(arena, frames * channels * bins * sizeof(Bin));
    spectrum->frame = arena_take(arena, frames * sizeof(AnalysisFrame));
    spectrum->history_of = arena_take(arena, channels * sizeof *spectrum->history_of);
    spectrum->spectrum_of = arena_take(arena, channels * sizeof *spectrum->spectrum_of);
    spectrum->before_of = arena_take(arena, channels * sizeof *spectrum->before_of);
    const size_t bands = (size_t)setup->front->bands;
    float *values = arena_floats(arena, frames * bands);
    float *powers = arena_floats(arena, frames * bands);
    if (!values) return;
    for (size_t t = 0; t < frames; t++) {
        spectrum->frame[t].values = values + t * bands;
        spectrum->frame[t].powers = powers + t * bands;
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
    frozen_init(&spectrum->frozen, spectrum->analysis.window);
    spectrum_reset(spectrum);
    return spectrum;
}

void spectrum_free(Spectrum *spectrum)
{
    free(spectrum);
}

static Bin *spectrum_at(const Spectrum *spectrum, int frame, int channel)
{
    const size_t bins = (size_t)spectrum->front.window / 2 + 1;
    return spectrum->spectra + (size_t)(frame * spectrum->channels + channel) * bins;
}

void spectrum_reset(Spectrum *spectrum)
{
    const size_t channels = (size_t)spectrum->channels, size = (size_t)spectrum->front.window;
    const size_t bins = size / 2 + 1;
    memset(spectrum->history, 0, channels * size * sizeof(float));
    memset(spectrum->overlap, 0, channels * 2 * (size_t)spectrum->front.hop * sizeof(float));
    memset(spectrum_at(spectrum, spectrum->frames - 1, 0), 0, channels * bins * sizeof(Bin));
    memset(spectrum->taken_away, 0, (size_t)spectrum->lag * sizeof(float));
    frozen_reset(&spectrum->frozen);
    spectrum->frozen_amount = 0.0f;
    spectrum->oldest = 0;
    spectrum->waiting = 0;
    spectrum->zeros = size;
}

static bool is_zero(const float *samples, size_t n)
{
    int sounds = 0; // of which the compiler makes vectors
    for (size_t i = 0; i < n; i++) sounds |= samples[i] != 0.0f;
    return !sounds;
}

// Counts the zeros that the history ends with, in whole hops, when it has got one more.
static void count_zeros(Spectrum *spectrum, const float *const *audio)
{
    const size_t size = (size_t)spectrum->front.window, hop = (size_t)spectrum->front.hop;
    for (int c = 0; c < spectrum->channels; c++) {
        if (is_zero(audio[c], hop)) continue;
        spectrum->zeros = 0;
        return;
    }
    if (spectrum->zeros < size) spectrum->zeros += hop;
}

// Takes the next hop into the history; returns the place of the frame that it ends.
static int take_hop(Spectrum *spectrum, const float *const *audio)
{
    const size_t size = (size_t)spectrum->front.window, hop = (size_t)spectrum->front.hop;
    const bool was_zero = spectrum->zeros >= size;
    count_zeros(spectrum, audio);
    const bool stays_zero = was_zero && spectrum->zeros >= size;
    for (int c = 0; !stays_zero && c < spectrum->channels; c++) {
        float *history = spectrum->history + (size_t)c * size;
        memmove(history, history + hop, (size - hop) * sizeof(float));
        memcpy(history + size - hop, audio[c], hop * sizeof(float));
    }
    return (spectrum->oldest + spectrum->waiting++) % spectrum->frames;
}

const AnalysisFrame *spectrum_analyse(Spectrum *spectrum, const float *const *audio)
{
    const int newest = take_hop(spectrum, audio);
    for (int c = 0; c < spectrum->channels; c++)
        spectrum->spectrum_of[c] = spectrum_at(spectrum, newest, c);
    if (spectrum->zeros >= (size_t)spectrum->front.window) // a start in silence brings some at once
        analysis_zero(&spectrum->analysis, spectrum->channels, spectrum->spectrum_of,
                      &spectrum->frame[newest]);
    else
        analysis_process(&spectrum->analysis, spectrum->history_of, spectrum->channels,
                         spectrum->spectrum_of, &spectrum->frame[newest]);
    return &spectrum->frame[newest];
}

const AnalysisFrame *spectrum_pass(Spectrum *spectrum, const float *const *audio)
{
    AnalysisFrame *frame = &spectrum->frame[take_hop(spectrum, audio)];
    frame->silent = true;
    frame->level = frame->loudness = 0.0f;
    return frame;
}

const AnalysisFrame *spectrum_oldest(const Spectrum *spectrum)
{
    return spectrum->waiting > 0 ? &spectrum->frame[spectrum->oldest] : NULL;
}

void spectrum_freeze(Spectrum *spectrum)
{
    const int frames = spectrum->frames, before = (spectrum->oldest + frames - 1) % frames;
    for (int c = 0; c < spectrum->channels; c++) {
        spectrum->spectrum_of[c] = spectrum_at(spectrum, spectrum->oldest, c);
        spectrum->before_of[c] = spectrum_at(spectrum, before, c);
    }
    frozen_take(&spectrum->frozen, spectrum->spectrum_of, spectrum->before_of,
                &spectrum->frame[spectrum->oldest]);
}

const AnalysisFrame *spectrum_frozen(const Spectrum *spectrum)
{
    return &spectrum->frozen.frame;
}

void spectrum_set_frozen(Spectrum *spectrum, float amount, int64_t at)
{
    spectrum->frozen_amount = amount;
    spectrum->frozen_at = at;
}

// Returns how much of the oldest frame is taken away: as much as is frozen, but later, when the
// frozen sound is heard.
static float next_taken_away(Spectrum *spectrum)
{
    const size_t lag = (size_t)spectrum->lag;
    if (lag == 0) return spectrum->frozen_amount;
    const float taken_away = spectrum->taken_away[0];
    memmove(spectrum->taken_away, spectrum->taken_away + 1,
            (lag - 1) * sizeof *spectrum->taken_away);
    spectrum->taken_away[lag - 1] = spectrum->frozen_amount;
    return taken_away;
}

void spectrum_synthesise(Spectrum *spectrum, const float *gains, float *const *out)
{
    const size_t hop = (size_t)spectrum->front.hop;
    Synthesis *synthesis = &spectrum->synthesis;
    const float frozen = spectrum->frozen_amount, taken_away = next_taken_away(spectrum);
    const bool silent = spectrum->frame[spectrum->oldest].silent;
    const bool changes = gains && !(silent && frozen == 0.0f) &&
                         synthesis_set_gains(synthesis, &spectrum->analysis.bands, gains);
    if (!changes && taken_away != 0.0f)
        memset(synthesis->change, 0, ((size_t)spectrum->front.window / 2 + 1) * sizeof(float));
    for (int c = 0; c < spectrum->channels; c++) {
        float *overlap = spectrum->overlap + (size_t)c * 2 * hop;
        if ((changes || taken_away != 0.0f) && !silent)
            synthesis_add(synthesis, spectrum_at(spectrum, spectrum->oldest, c), 1.0f - taken_away,
                          overlap);
        memcpy(out[c], overlap, hop * sizeof(float));
        memcpy(overlap, overlap + hop, hop * sizeof(float));
        memset(overlap + hop, 0, hop * sizeof(float));
    }
    if (frozen != 0.0f)
        frozen_add(&spectrum->frozen, synthesis, spectrum->frozen_at, frozen,
                   changes ? synthesis->change : NULL);
    frozen_read(&spectrum->frozen, out);
    spectrum->frozen_amount = 0.0f;
    spectrum->oldest = (spectrum->oldest + 1) % spectrum->frames;
    spectrum->waiting--;
}
