// classifier.h: trains the classifier M5 to recognise the genre of a latent, with Adam on the
// training clips of a set, and measures it. The result depends on the set and the options, not on
// the number of threads.
#ifndef TRASLUZ_CLASSIFIER_H
#define TRASLUZ_CLASSIFIER_H

#include "latents/latent_set.h"
#include "network/m5.h"
#include "network/schedule.h"

typedef struct {
    Schedule schedule;   // of Adam's learning rate: constant or cosine; its epochs are trained
    size_t batch;        // clips in a step
    size_t width;        // of the network, see M5Shape
    double weight_decay; // so many times the weights are added to the gradient
    uint32_t seed;       // of initial weights and order
} ClassifierOptions;

typedef struct {
    size_t clips;
    double loss, accuracy; // means over clips: cross entropy, share classified correctly
} ClassifierScore;

// The result of an epoch. Training clips are measured in its steps, while the weights change.
typedef struct {
    int epoch; // from 1
    ClassifierScore train, validation;
    const M5Weights *best; // the weights, if no earlier epoch had a better validation; else NULL
} ClassifierEpoch;

// Called after each epoch; returning false, with a message, ends the training.
typedef bool ClassifierListener(void *data, const ClassifierEpoch *epoch, Error *error);

// Trains; `best` gets the weights with the best validation accuracy, of equal ones those with the
// smallest loss. Fails if the set has no training or no validation clips with a genre. Allocates;
// the caller frees `best`, also on error.
bool classifier_train(M5Weights *best, const ClassifierOptions *options, const LatentSet *set,
                      Pool *pool, ClassifierListener *listener, void *data, Error *error);

// Measures weights on set->clip[clip[i]] and writes each one's most likely genre to genre[clips],
// which may be NULL. Allocates.
bool classifier_score(ClassifierScore *score, const M5Weights *weights, const LatentSet *set,
                      const size_t *clip, size_t clips, int *genre, Pool *pool, Error *error);

#endif
