#include "engine/auto_gain.h"

#include <math.h>

#define PIECE_SECONDS 0.1
#define SILENCE       1e-7 // mean square: -70 dB
#define GAIN_MAX      16.0 // 24 dB up or down

void auto_gain_init(AutoGain *gain, double level, double rate)
{
    *gain = (AutoGain){
        .level = isfinite(level) ? pow(10.0, level / 10.0) : 0.0,
        .length = (uint32_t)lround(PIECE_SECONDS * rate),
        .gain = 1.0f,
        .target = 1.0f,
    };
    auto_gain_locate(gain, 0, 0);
}

void auto_gain_locate(AutoGain *gain, uint64_t position, uint64_t wait)
{
    gain->gain += gain->step * (float)gain->at;
    gain->target = gain->gain;
    gain->step = 0.0f;
    gain->wait = wait;
    gain->at = (uint32_t)(position % gain->length);
    gain->sum = 0.0;
    gain->whole = gain->at == 0;
    // The ring holds the pieces by their position, so that they are added in the same order
    // wherever playing began.
    gain->next = (int)(position / gain->length % AUTO_GAIN_PIECES);
    for (int i = 0; i < AUTO_GAIN_PIECES; i++) gain->piece[i] = -1.0;
}

static float wanted_gain(const AutoGain *gain)
{
    double sum = 0.0;
    int loud = 0;
    for (int i = 0; i < AUTO_GAIN_PIECES; i++) {
        if (gain->piece[i] < SILENCE) continue;
        sum += gain->piece[i];
        loud++;
    }
    if (loud == 0) return gain->target; // silence: stay as it was
    const double ratio = sqrt(gain->level * loud / sum);
    return (float)fmin(fmax(ratio, 1.0 / GAIN_MAX), GAIN_MAX);
}

static void end_piece(AutoGain *gain, bool wanted, int count)
{
    gain->piece[gain->next] = gain->whole ? gain->sum / ((double)gain->length * count) : -1.0;
    gain->whole = true;
    gain->next = (gain->next + 1) % AUTO_GAIN_PIECES;
    gain->sum = 0.0;
    gain->at = 0;
    gain->gain = gain->target;
    gain->target = wanted && gain->level > 0.0 ? wanted_gain(gain) : 1.0f;
    gain->step = (gain->target - gain->gain) / (float)gain->length;
}

// Measures samples [from, to) of the channels, which lie in one piece, and writes their gains.
static void measure(AutoGain *gain, const float *const *channels, int count, float *gains,
                    size_t from, size_t to)
{
    const float start = gain->gain, step = gain->step;
    const int n = (int)(to - from), at = (int)gain->at; // int: the compiler makes vectors of it
    for (int i = 0; i < n; i++) gains[from + (size_t)i] = start + step * (float)(at + i);
    double sum = gain->sum;
    for (size_t i = from; i < to; i++)
        for (int c = 0; c < count; c++) sum += (double)channels[c][i] * (double)channels[c][i];
    gain->sum = sum;
    gain->at += (uint32_t)(to - from);
}

void auto_gain_process(AutoGain *gain, bool wanted, const float *const *channels, int count,
                       float *gains, size_t n)
{
    size_t from = 0;
    for (; from < n && gain->wait > 0; from++, gain->wait--) gains[from] = gain->gain;
    while (from < n) {
        const size_t left = gain->length - gain->at, to = n - from < left ? n : from + left;
        measure(gain, channels, count, gains, from, to);
        if (gain->at == gain->length) end_piece(gain, wanted, count);
        from = to;
    }
}
