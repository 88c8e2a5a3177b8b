// example.h: a piece of music as the network under training gives it back, to be listened to. An
// Example belongs to one thread at a time; making one allocates.
#ifndef TRASLUZ_EXAMPLE_H
#define TRASLUZ_EXAMPLE_H

#include "training/training_options.h"

typedef struct Example Example;

// Makes one of `samples` samples, which arch_check_window() must accept. NULL when memory is short.
Example *example_new(const TrainingOptions *options, size_t samples);
void example_free(Example *example); // NULL is allowed

// Encodes and decodes audio[samples] by the weights of an epoch; a spectrum with the phases of the
// input. Returns the decoded samples, valid until the next call. NULL when memory is short.
const float *example_decode(Example *example, const TrainingEpoch *epoch, const float *audio);

#endif
