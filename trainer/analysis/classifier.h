// classifier.h: trains the classifier M5 to tell a latent's genre, by Adam on the training clips of
// a set, and measures it. The result depends on set and options alone, not on the number of
// threads.
#ifndef TRASLUZ_CLASSIFIER_H
#define TRASLUZ_CLASSIFIER_H

#include "latents/latent_set.h"
#include "network/m5.h"
#include "network/schedule.h"

typedef struct {
    Schedule schedule;   // of Adam's learning rate: constant or cosine; its epochs are trained
    size_t batch;        // clips in a step
    size_t width;        // of the network, see M5Shape
    double weight_decay; // what is added to the gradient, in units of the weights
    uint32_t seed;       // of first weights and order
} ClassifierOptions;

typedef struct {
    size_t clips;
    double loss, accuracy; // means over clips: cross entropy, share of those that were right
} ClassifierScore;

// What an epoch came to. Training clips are measured as they come by, while the weights change.
typedef struct {
    int epoch; // from 1
    ClassifierScore train, validation;
    const M5Weights *best; // these weights, where none before had a better validation; else NULL
} ClassifierEpoch;

// Called after each epoch; false, with a message, ends the training.
typedef bool ClassifierListener(void *data, const ClassifierEpoch *epoch, Error *error);

// Trains; `best` is made of the weights with the best validation accuracy, of equal ones those with
// the least loss. Fails where the set has no training or no validation clips with a genre. The
// caller frees `best`, also on error.
bool classifier_train(M5Weights *best, const ClassifierOptions *options, const LatentSet *set,
                      Pool *pool, ClassifierListener *listener, void *data, Error *error);

// Measures weights on set->clip[clip[i]] and tells each one's most likely genre; `genre` [clips]
// may be NULL.
bool classifier_score(ClassifierScore *score, const M5Weights *weights, const LatentSet *set,
                      const size_t *clip, size_t clips, int *genre, Pool *pool, Error *error);

#endif
