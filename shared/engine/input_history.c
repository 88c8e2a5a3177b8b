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
    for (size_t i = 0; i < n; i++) {
        history->samples[history->at] = samples[i];
        if (++history->at == history->length) history->at = 0;
    }
}

void input_history_read(const InputHistory *history, size_t ago, float *samples, size_t n)
{
    size_t at = (history->at + history->length - ago) % history->length;
    for (size_t i = 0; i < n; i++) {
        samples[i] = history->samples[at];
        if (++at == history->length) at = 0;
    }
}
