#include "front/frozen.h"

#include <math.h>
#include <string.h>

#define PI        3.14159265358979323846
#define WHOLE     4294967296.0 // a turn of a phase
#define PEAK_SIDE 2            // a peak is the strongest of so many bins on either side

void frozen_layout(Frozen *frozen, const ArchFront *front, int channels, Arena *arena)
{
    const size_t size = (size_t)front->window, bins = size / 2 + 1;
    const size_t bands = (size_t)front->bands;
    frozen->front = *front;
    frozen->channels = channels;
    frozen->bins = (int)bins;
    frozen->frame.values = arena_floats(arena, bands);
    frozen->frame.powers = arena_floats(arena, bands);
    frozen->spectra = arena_take(arena, (size_t)channels * bins * sizeof *frozen->spectra);
    frozen->advance = arena_take(arena, bins * sizeof *frozen->advance);
    frozen->power = arena_floats(arena, bins);
    frozen->turn = arena_take(arena, bins * sizeof *frozen->turn);
    frozen->window = arena_floats(arena, size);
    frozen->overlap = arena_floats(arena, (size_t)channels * size);
}

// Returns the absolute value of a window's transform, `offset` bins from its middle.
static double window_bin(const float *window, int size, int offset, double *re, double *im)
{
    *re = *im = 0.0;
    for (int i = 0; i < size; i++) {
        *re += (double)window[i] * cos(2.0 * PI * offset * i / size);
        *im -= (double)window[i] * sin(2.0 * PI * offset * i / size);
    }
    return sqrt(*re * *re + *im * *im);
}

// Returns how much louder a steady tone is because freeze_peak() aligns the phases beside its peak.
static double peak_lift(const float *analysis_window, const float *window, int size)
{
    double plain = 0.0, lifted = 0.0; // of the tone, under both windows
    for (int i = 0; i < size; i++) plain += (double)analysis_window[i] * (double)window[i];
    plain *= size; // as sums over bins
    lifted = plain;
    for (int offset = -1; offset <= 1; offset++) {
        double a_re, a_im, s_re, s_im;
        const double a = window_bin(analysis_window, size, offset, &a_re, &a_im);
        const double s = window_bin(window, size, offset, &s_re, &s_im);
        lifted += a * s - (a_re * s_re + a_im * s_im);
    }
    return lifted / plain;
}

void frozen_init(Frozen *frozen, const float *analysis_window)
{
    const int size = frozen->front.window, hop = frozen->front.hop;
    for (int i = 0; i < size; i++) {
        const double root = sin(PI * i / size);
        frozen->window[i] = (float)(root * root);
    }
    const double lift = peak_lift(analysis_window, frozen->window, size);
    for (int start = 0; start < hop; start++) {
        double sum = 0.0; // of both windows, over the frames that overlap at a sample
        for (int i = start; i < size; i += hop)
            sum += (double)analysis_window[i] * (double)frozen->window[i];
        // kissfft's transform and its inverse multiply by the size.
        const double scale = 1.0 / (sum * lift * size);
        for (int i = start; i < size; i += hop)
            frozen->window[i] = (float)((double)frozen->window[i] * scale);
    }
}

int frozen_lag(const ArchFront *front)
{
    return (front->window / 2 - front->hop) / front->hop;
}

void frozen_reset(Frozen *frozen)
{
    if (frozen->left == 0) return; // all has been read
    memset(frozen->overlap, 0,
           (size_t)frozen->channels * (size_t)frozen->front.window * sizeof(float));
    frozen->left = 0;
}

// ---- Freezing a frame ----

static bool is_peak(const float *power, int bins, int b)
{
    if (power[b] <= 0.0f) return false;
    const int from = b > PEAK_SIDE ? b - PEAK_SIDE : 0;
    const int to = b + PEAK_SIDE < bins ? b + PEAK_SIDE : bins - 1;
    for (int i = from; i <= to; i++)
        if (power[i] > power[b] || (i < b && power[i] == power[b])) return false;
    return true;
}

// Returns the next peak after bin b; `bins` where none is left.
static int next_peak(const float *power, int bins, int b)
{
    do b++;
    while (b < bins && !is_peak(power, bins, b));
    return b;
}

// Returns the weakest bin from one peak to the next, where the next one's region begins.
static int valley(const float *power, int from, int to)
{
    int weakest = from;
    for (int b = from; b <= to; b++)
        if (power[b] < power[weakest]) weakest = b;
    return weakest > from ? weakest : from + 1;
}

// Returns how far the phase at a peak turns in a hop: that of all channels, each as much as it is
// heard.
static uint32_t peak_advance(const Frozen *frozen, Bin *const *spectra, Bin *const *before,
                             int peak)
{
    double re = 0.0, im = 0.0;
    for (int c = 0; c < frozen->channels; c++) {
        const Bin now = spectra[c][peak], then = before[c][peak];
        re += (double)now.re * (double)then.re + (double)now.im * (double)then.im;
        im += (double)now.im * (double)then.re - (double)now.re * (double)then.im;
    }
    double turns = atan2(im, re) / (2.0 * PI);
    if (re == 0.0 && im == 0.0) // nothing before: the bin's own pitch
        turns = fmod((double)peak * frozen->front.hop / frozen->front.window, 1.0);
    return (uint32_t)llround((turns < 0.0 ? turns + 1.0 : turns) * (WHOLE - 1.0));
}

// Gives the bins beside a peak the phases of a steady tone whose middle is that of the window: an
// attack within the frame, whose phases are others, would cancel itself under the long window.
static void align(Bin *spectrum, int peak, int side)
{
    const double level = hypot((double)spectrum[peak].re, (double)spectrum[peak].im);
    const double beside = hypot((double)spectrum[side].re, (double)spectrum[side].im);
    if (!(level > 0.0)) return;
    spectrum[side].re = (float)(-beside * (double)spectrum[peak].re / level);
    spectrum[side].im = (float)(-beside * (double)spectrum[peak].im / level);
}

static void freeze_peak(Frozen *frozen, Bin *const *spectra, Bin *const *before, int peak, int from,
                        int to)
{
    const uint32_t advance = peak_advance(frozen, spectra, before, peak);
    for (int b = from; b < to; b++) frozen->advance[b] = advance;
    for (int c = 0; c < frozen->channels; c++) {
        Bin *spectrum = frozen->spectra + (size_t)c * (size_t)frozen->bins;
        if (peak > from) align(spectrum, peak, peak - 1);
        if (peak + 1 < to) align(spectrum, peak, peak + 1);
    }
}

void frozen_take(Frozen *frozen, Bin *const *spectra, Bin *const *before,
                 const AnalysisFrame *frame)
{
    const int bins = frozen->bins;
    const size_t bands = (size_t)frozen->front.bands;
    float *const values = frozen->frame.values, *const powers = frozen->frame.powers;
    memcpy(values, frame->values, bands * sizeof(float));
    memcpy(powers, frame->powers, bands * sizeof(float));
    frozen->frame = *frame;
    frozen->frame.values = values;
    frozen->frame.powers = powers;
    memset(frozen->power, 0, (size_t)bins * sizeof(float));
    memset(frozen->advance, 0, (size_t)bins * sizeof(uint32_t));
    for (int c = 0; c < frozen->channels; c++) {
        memcpy(frozen->spectra + (size_t)c * (size_t)bins, spectra[c], (size_t)bins * sizeof(Bin));
        for (int b = 0; b < bins; b++)
            frozen->power[b] +=
                spectra[c][b].re * spectra[c][b].re + spectra[c][b].im * spectra[c][b].im;
    }
    for (int peak = next_peak(frozen->power, bins, -1), from = 0; peak < bins;) {
        const int next = next_peak(frozen->power, bins, peak);
        const int to = next < bins ? valley(frozen->power, peak, next) : bins;
        freeze_peak(frozen, spectra, before, peak, from, to);
        from = to;
        peak = next;
    }
}

// ---- Its sound ----

// Writes to turn[bins] how far the phases have turned after so many hops, times the gain.
static void set_turn(Frozen *frozen, int64_t hops, float amount, const float *change)
{
    Bin turned = {1.0f, 0.0f};
    for (int b = 0; b < frozen->bins; b++) {
        if (b == 0 || frozen->advance[b] != frozen->advance[b - 1]) {
            const uint32_t phase = (uint32_t)((uint64_t)hops * frozen->advance[b]);
            const float angle = (float)((double)phase * (2.0 * PI / WHOLE));
            turned = (Bin){cosf(angle), sinf(angle)};
        }
        const float gain = amount * (change ? 1.0f + change[b] : 1.0f);
        frozen->turn[b] = (Bin){gain * turned.re, gain * turned.im};
    }
}

void frozen_add(Frozen *frozen, Synthesis *synthesis, int64_t at, float amount, const float *change)
{
    const int size = frozen->front.window, hop = frozen->front.hop;
    // The frames lie later than the frozen one by all but the last two hops.
    set_turn(frozen, at + size / hop - 2, amount, change);
    for (int c = 0; c < frozen->channels; c++) {
        const Bin *spectrum = frozen->spectra + (size_t)c * (size_t)frozen->bins;
        Bin *turned = synthesis->spectrum;
        for (int b = 0; b < frozen->bins; b++) {
            turned[b].re =
                spectrum[b].re * frozen->turn[b].re - spectrum[b].im * frozen->turn[b].im;
            turned[b].im =
                spectrum[b].re * frozen->turn[b].im + spectrum[b].im * frozen->turn[b].re;
        }
        const float *frame = synthesis_transform(synthesis);
        float *overlap = frozen->overlap + (size_t)c * (size_t)size;
        for (int i = 0; i < size; i++) overlap[i] += frame[i] * frozen->window[i];
    }
    frozen->left = (size + hop - 1) / hop;
}

void frozen_read(Frozen *frozen, float *const *out)
{
    if (frozen->left == 0) return;
    const size_t size = (size_t)frozen->front.window, hop = (size_t)frozen->front.hop;
    for (int c = 0; c < frozen->channels; c++) {
        float *overlap = frozen->overlap + (size_t)c * size;
        for (size_t i = 0; i < hop; i++) out[c][i] += overlap[i];
        memmove(overlap, overlap + hop, (size - hop) * sizeof(float));
        memset(overlap + size - hop, 0, hop * sizeof(float));
    }
    frozen->left--;
}
