#include "engine/input_history.h"

#include <stdlib.h>
#include <string.h>

bool input_history_init(InputHistory *history, size_t length)
{
    *history = (InputHistory){.samples = calloc(length, sizeof(float)), .length = length};
    return history->samples != NULL;
}

void input_history_free(InputHistory *history)
{
    free(history->samples);
}

void input_history_reset(InputHistory *history)
{
    memset(history->samples, 0, history->length * sizeof(float));
}

void input_history_push(InputHistory *history, const float *samples, size_t n)
{
    for (size_t done = 0, part; done < n; done += part) {
        const size_t left = history->length - history->at;
        part = n - done < left ? n - done : left;
        memcpy(history->samples + history->at, samples + done, part * sizeof(float));
        history->at += part;
        if (history->at == history->length) history->at = 0;
    }
}

void input_history_read(const InputHistory *history, size_t ago, float *samples, size_t n)
{
    size_t at = (history->at + history->length - ago) % history->length;
    const size_t left = history->length - at, first = n < left ? n : left;
    memcpy(samples, history->samples + at, first * sizeof(float));
    if (n > first) memcpy(samples + first, history->samples, (n - first) * sizeof(float));
}
