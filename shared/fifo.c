#include "fifo.h"

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

void fifo_push(Fifo *fifo, const float *samples, size_t n)
{
    size_t at = (fifo->head + fifo->count) % fifo->size;
    fifo->count += n;
    for (size_t i = 0; i < n; i++) {
        fifo->samples[at] = samples[i];
        if (++at == fifo->size) at = 0;
    }
}

void fifo_pop(Fifo *fifo, float *samples, size_t n)
{
    const size_t there = n < fifo->count ? n : fifo->count;
    fifo->count -= there;
    for (size_t i = 0; i < there; i++) {
        samples[i] = fifo->samples[fifo->head];
        if (++fifo->head == fifo->size) fifo->head = 0;
    }
    memset(samples + there, 0, (n - there) * sizeof(float));
}

void fifo_cut(Fifo *fifo, size_t count)
{
    if (fifo->count > count) fifo->count = count;
}
