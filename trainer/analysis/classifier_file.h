// classifier_file.h: a classifier's weights in a file, with the genres and the model of the latents
// that it was trained on. Blocks and allocates; any thread.
#ifndef TRASLUZ_CLASSIFIER_FILE_H
#define TRASLUZ_CLASSIFIER_FILE_H

#include "analysis/classifier.h"

// Writes the weights of the best epoch, trained on the set with that seed.
bool classifier_write(const ClassifierEpoch *epoch, const LatentSet *set, uint32_t seed,
                      const char *path, Error *error);

// Reads weights; refuses those trained with other genres than the set's, or on latents of another
// model. Messages name the path. The caller frees the weights, also on error.
bool classifier_read(M5Weights *weights, const LatentSet *set, const char *path, Error *error);

#endif
