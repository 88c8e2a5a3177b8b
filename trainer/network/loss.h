// loss.h: the losses of one window, and their gradient with respect to the network's output. Any
// thread; allocates nothing.
#ifndef TRASLUZ_LOSS_H
#define TRASLUZ_LOSS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    LOSS_MSE,      // mean squared error: loud music counts more than soft
    LOSS_RELATIVE, // that divided by the audio's mean square: soft music counts as much
    LOSS_KINDS,
} LossKind;

typedef struct {
    LossKind kind;
    double spectral; // weight of the spectral loss that batch.h adds, see spectral_loss.h; 0: none
} Loss;

extern const char *const loss_names[LOSS_KINDS + 1]; // ended by NULL

// Returns the mean squared error between output[0, n) and audio[0, n).
double loss_mse(const float *output, const float *audio, size_t n);

// Returns the loss, without its spectral part.
double loss_value(const Loss *loss, const float *output, const float *audio, size_t n);

// Writes the value's derivative by each output sample to gradient[0, n).
void loss_gradient(const Loss *loss, const float *output, const float *audio, size_t n,
                   float *gradient);

// Returns the mean squared difference of log levels output[frames][bands] to target, in nepers
// squared, and writes its derivative by each output value to gradient, unless NULL. Silent frames
// count as right: they have no levels.
double level_loss(const float *output, const float *target, const bool *silent, size_t frames,
                  size_t bands, float *gradient);

#endif
