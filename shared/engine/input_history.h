// input_history.h: the last input samples of one audio channel, so that a stream which begins
// at another place can be given what came before. Made and freed off the audio thread; the rest
// is real-time safe.
#ifndef TRASLUZ_INPUT_HISTORY_H
#define TRASLUZ_INPUT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    float *samples; // a ring
    size_t length, at;
} InputHistory;

// Holds the last `length` samples. Allocates; false where memory is short.
bool input_history_init(InputHistory *history, size_t length);
void input_history_free(InputHistory *history);

// Forgets the samples: silence came before.
void input_history_reset(InputHistory *history);

// Adds samples[0, n).
void input_history_push(InputHistory *history, const float *samples, size_t n);

// Copies samples[0, n): those that came from `ago` samples before the next one on; n <=
// ago <= length.
void input_history_read(const InputHistory *history, size_t ago, float *samples, size_t n);

#endif
