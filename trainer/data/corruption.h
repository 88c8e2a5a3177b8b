// corruption.h: what is done to the log levels that a network reads while it is trained to give the
// clean ones back, so that it does not learn to copy its input: a random smooth equaliser and a
// raised noise floor, another one for each window. Any thread; allocates nothing.
#ifndef TRASLUZ_CORRUPTION_H
#define TRASLUZ_CORRUPTION_H

#include "data/frame_reader.h"

typedef struct {
    double equaliser; // dB: RMS of the equaliser's curve; 0: none
    // dB below the window's strongest band: the floor is drawn evenly between them; both 0: none.
    double floor_low, floor_high;
} Corruption;

// Changes the window's log levels; band_mean[inputs] is that of the reader. What is drawn depends
// on seed, epoch and index alone: that of the window in the epoch's list (dataset_epoch()).
// Silent frames stay.
void corruption_apply(const Corruption *corruption, uint32_t seed, uint32_t epoch, uint32_t index,
                      const float *band_mean, WindowFrames *window);

#endif
