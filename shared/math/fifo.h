// fifo.h: a queue of samples with a fixed room, read and written in blocks. Made and freed off the
// audio thread; the rest is real-time safe. One thread at a time.
#ifndef TRASLUZ_FIFO_H
#define TRASLUZ_FIFO_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    float *samples; // a ring
    size_t size, head, count;
} Fifo;

bool fifo_init(Fifo *fifo, size_t size); // false where memory is short
void fifo_free(Fifo *fifo);

// Empties it, but for `zeros` zeros.
void fifo_reset(Fifo *fifo, size_t zeros);

// There must be room for them.
void fifo_push(Fifo *fifo, const float *samples, size_t n);

// What is not there comes as zeros.
void fifo_pop(Fifo *fifo, float *samples, size_t n);

// The same without a copy where they lie together: returns where they are until samples are pushed,
// either in the ring, where they may be changed, or in `room`, which has room for n.
float *fifo_take(Fifo *fifo, float *room, size_t n);

// Drops the newest samples, so that `count` at the most are left.
void fifo_cut(Fifo *fifo, size_t count);

#endif
