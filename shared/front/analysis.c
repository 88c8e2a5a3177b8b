#include "front/analysis.h"

#include "front/k_weighting.h"
#include "front/window.h"

#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <string.h>

// Where the resamplers' pass band ends, relative to the lower rate.
#define PASS_BAND 0.42

void analysis_layout(Analysis *analysis, const ArchFront *front, Arena *arena)
{
    const size_t size = (size_t)front->window;
    size_t bytes = 0;
    kiss_fftr_alloc(front->window, 0, NULL, &bytes);
    analysis->front = *front;
    bands_layout(&analysis->bands, front, arena);
    analysis->window = arena_floats(arena, size);
    analysis->frame = arena_floats(arena, size);
    analysis->band_mean = arena_floats(arena, (size_t)front->bands);
    analysis->weight = arena_floats(arena, (size_t)front->bands);
    analysis->fft = arena_take(arena, bytes);
}

// Sets weight[bands].
static void set_weights(Analysis *analysis, double rate)
{
    const Bands *bands = &analysis->bands;
    memset(analysis->weight, 0, (size_t)bands->bands * sizeof *analysis->weight);
    for (int b = 0; b < bands->measured; b++) {
        const float weight = (float)k_weighting((double)b * rate / analysis->front.window);
        float *lower = analysis->weight + bands->band[b];
        lower[0] += (1.0f - bands->share[b]) * weight;
        lower[1] += bands->share[b] * weight;
    }
}

void analysis_init(Analysis *analysis, double rate, double limit, const float *band_mean)
{
    const ArchFront *front = &analysis->front;
    size_t bytes = SIZE_MAX;
    kiss_fftr_alloc(front->window, 0, analysis->fft, &bytes);
    bands_init(&analysis->bands, front, rate);
    analysis->present = bands_below(front, rate, limit);
    for (int k = 0; k < front->bands; k++) analysis->band_mean[k] = band_mean ? band_mean[k] : 0.0f;
    set_weights(analysis, rate);
    window_analysis(analysis->window, front->window, front->hop);
    double power = 0.0; // of a bin, where white noise has RMS 1
    for (int i = 0; i < front->window; i++)
        power += (double)analysis->window[i] * (double)analysis->window[i];
    analysis->unit = (float)(1.0 / power);
}

double analysis_limit(double host_rate, double rate)
{
    return host_rate < rate ? PASS_BAND * host_rate : rate;
}

Analysis *analysis_new(const ArchFront *front, double rate, double limit, const float *band_mean)
{
    Analysis plan;
    Arena arena = {NULL, 0};
    arena_take(&arena, sizeof plan);
    analysis_layout(&plan, front, &arena);
    arena = (Arena){arena_block(arena.used), 0};
    if (!arena.block) return NULL;
    Analysis *analysis = arena_take(&arena, sizeof plan);
    analysis_layout(analysis, front, &arena);
    analysis_init(analysis, rate, limit, band_mean);
    return analysis;
}

// Sets the frame's K-weighted powers and loudness from the bands' mean powers: the plain sum of
// powers would be that of the bass.
static void find_loudness(const Analysis *analysis, const float *power, AnalysisFrame *frame)
{
    float sum = 0.0f, noise = 0.0f;
    for (int k = 0; k < analysis->present; k++) {
        const float weighted = analysis->weight[k] * power[k];
        if (frame->powers) frame->powers[k] = weighted;
        sum += weighted;
        noise += analysis->weight[k];
    }
    frame->loudness = 0.5f * logf(sum / noise);
}

// Returns the power that the channels of a frame have beside a constant offset in each, as white
// noise has it in each band. What rounding makes of an offset counts as part of it.
static double moving_power(const Analysis *analysis, const float *const *audio, int channels)
{
    const double rounding = 1e-13; // of the offset's power, as a resampler leaves it
    const int size = analysis->front.window;
    const float *window = analysis->window;
    double power = 0.0, still = 0.0;
    for (int c = 0; c < channels; c++) {
        double sum = 0.0, weight = 0.0;
        for (int i = 0; i < size; i++) {
            sum += (double)window[i] * (double)audio[c][i];
            weight += (double)window[i];
        }
        const double offset = sum / weight;
        for (int i = 0; i < size; i++) {
            const double moving = (double)window[i] * ((double)audio[c][i] - offset);
            power += moving * moving;
        }
        still += offset * offset;
    }
    return (double)analysis->unit / channels * power - rounding * still / channels;
}

static bool is_silent(const Analysis *analysis, const float *const *audio, int channels,
                      const float *power, float strongest)
{
    if (!(strongest >= ANALYSIS_SILENCE)) return true;
    // An offset is strongest in the lowest band.
    return power[0] == strongest &&
           moving_power(analysis, audio, channels) < (double)ANALYSIS_SILENCE;
}

static float strongest_band(const Analysis *analysis, const float *power)
{
    float strongest = 0.0f;
    for (int k = 0; k < analysis->present; k++)
        strongest = power[k] > strongest ? power[k] : strongest;
    return strongest;
}

// Sets what the network sees from the bands' powers.
static void find_levels(const Analysis *analysis, const float *power, float strongest, bool silent,
                        AnalysisFrame *frame)
{
    const int bands = analysis->front.bands, present = analysis->present;
    memset(frame->values, 0, (size_t)bands * sizeof *frame->values);
    frame->silent = silent;
    frame->level = frame->loudness = 0.5f * logf(ANALYSIS_SILENCE);
    if (frame->powers) memset(frame->powers, 0, (size_t)bands * sizeof(float));
    if (frame->silent) return;
    find_loudness(analysis, power, frame);

    const float floor = strongest * powf(10.0f, -0.1f * (float)analysis->front.floor);
    float sum = 0.0f;
    for (int k = 0; k < present; k++) {
        frame->values[k] = 0.5f * logf(power[k] + floor) - analysis->band_mean[k];
        sum += frame->values[k];
    }
    frame->level = sum / (float)present;
    for (int k = 0; k < present; k++) frame->values[k] -= frame->level;
}

void analysis_process(Analysis *analysis, const float *const *audio, int channels,
                      Bin *const *spectra, AnalysisFrame *frame)
{
    const size_t size = (size_t)analysis->front.window;
    float power[SPECTRUM_BANDS_MAX] = {0};
    for (int c = 0; c < channels; c++) {
        for (size_t i = 0; i < size; i++) analysis->frame[i] = audio[c][i] * analysis->window[i];
        kiss_fftr(analysis->fft, analysis->frame, (kiss_fft_cpx *)spectra[c]);
        bands_add_power(&analysis->bands, spectra[c], power);
    }
    const float unit = analysis->unit / (float)channels;
    for (int k = 0; k < analysis->front.bands; k++) power[k] *= unit;
    const float strongest = strongest_band(analysis, power);
    const bool silent = is_silent(analysis, audio, channels, power, strongest);
    find_levels(analysis, power, strongest, silent, frame);
}

void analysis_zero(const Analysis *analysis, int channels, Bin *const *spectra,
                   AnalysisFrame *frame)
{
    static const float power[SPECTRUM_BANDS_MAX];
    for (int c = 0; c < channels; c++)
        memset(spectra[c], 0, (size_t)analysis->bands.bins * sizeof(Bin));
    find_levels(analysis, power, 0.0f, true, frame);
}
