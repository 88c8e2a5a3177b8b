// classifier_file.h: a classifier's weights in a file, with what they know: the genres, and the
// latents of one model. Blocks and allocates; any thread.
#ifndef TRASLUZ_CLASSIFIER_FILE_H
#define TRASLUZ_CLASSIFIER_FILE_H

#include "analysis/classifier.h"

// Writes the weights of an epoch that was the best one, trained on a set with that seed.
bool classifier_write(const ClassifierEpoch *epoch, const LatentSet *set, uint32_t seed,
                      const char *path, Error *error);

// Reads weights; those are refused that know other genres than the set's, or another model's
// latents. Messages name the path. The caller frees them, also on error.
bool classifier_read(M5Weights *weights, const LatentSet *set, const char *path, Error *error);

#endif
