#include "network/epochs.h"

#include <stddef.h>

EpochsEnd epochs_run(const EpochLoop *loop, int epoch, uint64_t step, int epochs, Error *error)
{
    void *const data = loop->data;
    for (; epoch < epochs && !(loop->finished && loop->finished(data)); epoch++, step = 0) {
        uint64_t steps;
        if (!loop->begin(data, epoch, &steps, error)) return EPOCHS_FAILED;
        for (; step < steps; step++) {
            if (loop->stops && loop->stops(data)) return EPOCHS_STOPPED;
            if (!loop->step(data, epoch, step, steps, error)) return EPOCHS_FAILED;
        }
        if (!loop->end(data, epoch, error)) return EPOCHS_FAILED;
    }
    return EPOCHS_DONE;
}
