#include "math/fifo.h"

#include <stdlib.h>
#include <string.h>

bool fifo_init(Fifo *fifo, size_t size)
{
    *fifo = (Fifo){.samples = calloc(size, sizeof(float)), .size = size};
    return fifo->samples != NULL;
}

void fifo_free(Fifo *fifo)
{
    free(fifo->samples);
}

void fifo_reset(Fifo *fifo, size_t zeros)
{
    memset(fifo->samples, 0, zeros * sizeof(float));
    fifo->head = 0;
    fifo->count = zeros;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Returns a place in the ring that is less than one turn too far.
static size_t wrapped(const Fifo *fifo, size_t at)
{
    return at < fifo->size ? at : at - fifo->size;
}

void fifo_push(Fifo *fifo, const float *samples, size_t n)
{
    const size_t at = wrapped(fifo, fifo->head + fifo->count);
    const size_t first = smaller(n, fifo->size - at);
    memcpy(fifo->samples + at, samples, first * sizeof(float));
    if (n > first) memcpy(fifo->samples, samples + first, (n - first) * sizeof(float));
    fifo->count += n;
}

void fifo_pop(Fifo *fifo, float *samples, size_t n)
{
    const size_t there = smaller(n, fifo->count);
    const size_t first = smaller(there, fifo->size - fifo->head);
    memcpy(samples, fifo->samples + fifo->head, first * sizeof(float));
    if (there > first) memcpy(samples + first, fifo->samples, (there - first) * sizeof(float));
    if (n > there) memset(samples + there, 0, (n - there) * sizeof(float));
    fifo->head = wrapped(fifo, fifo->head + there);
    fifo->count -= there;
}

float *fifo_take(Fifo *fifo, float *room, size_t n)
{
    if (n > fifo->count || n > fifo->size - fifo->head) {
        fifo_pop(fifo, room, n);
        return room;
    }
    float *samples = fifo->samples + fifo->head;
    fifo->head = wrapped(fifo, fifo->head + n);
    fifo->count -= n;
    return samples;
}

void fifo_cut(Fifo *fifo, size_t count)
{
    if (fifo->count > count) fifo->count = count;
}
