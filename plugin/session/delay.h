// delay.h: a delay after an engine, which fills its latency up to a constant one. It can be
// switched on and off without a click. Made and freed off the audio thread; the rest is real-time
// safe, one thread at a time.
#ifndef TRASLUZ_DELAY_H
#define TRASLUZ_DELAY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Delay Delay;

// A delay of so many samples, which may be 0, for so many channels at `rate` Hz. Allocates; NULL
// where memory is short.
Delay *delay_new(size_t samples, int channels, double rate);
void delay_free(Delay *delay); // NULL is allowed

size_t delay_samples(const Delay *delay);

// Resets to silence, switched on or off at once.
void delay_reset(Delay *delay, bool on);

// Delays n samples of each channel in place, if it is on. Cross-fades where it was switched.
void delay_process(Delay *delay, bool on, float *const *samples, size_t n);

#endif
