// auto_gain.h: the gain that brings a signal to the level a model was trained at. The level is the
// RMS over the last three seconds, all channels together, measured in pieces of a tenth of a second
// that begin at whole tenths of the position; silence does not count. So the gain at one position
// is always the same, three seconds after a start, wherever that was. It moves in straight lines
// from piece to piece.
//
// Plain memory; real-time safe; one thread at a time.
#ifndef TRASLUZ_AUTO_GAIN_H
#define TRASLUZ_AUTO_GAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AUTO_GAIN_PIECES = 30 };

typedef struct {
    double level;                   // wanted, as a mean square; 0: none, the gain stays 1
    uint32_t length;                // of a piece, samples
    uint32_t at;                    // in the piece
    uint64_t wait;                  // samples until it measures
    double sum;                     // of squares in the piece under way
    bool whole;                     // it was heard from its beginning
    double piece[AUTO_GAIN_PIECES]; // mean squares of the last ones, negative where there is none
    int next;                       // of them to be written over
    float gain, target, step;
} AutoGain;

// Initialises the gain, 1 at first. `level`: of the music that the model was trained on, in dB
// relative to full scale; NaN where the model does not store it. `rate`: in Hz.
void auto_gain_init(AutoGain *gain, double level, double rate);

// Forgets what was measured; the gain stays as it is for the next `wait` samples. Then comes sample
// number `position`, and it measures again.
void auto_gain_locate(AutoGain *gain, uint64_t position, uint64_t wait);

// Writes gains[0, n) for the samples of all channels. While `wanted` is false it goes to 1
// and stays there.
void auto_gain_process(AutoGain *gain, bool wanted, const float *const *channels, int count,
                       float *gains, size_t n);

#endif
