// adam.h: the optimiser Adam. Kingma and Ba, "Adam: a method for stochastic optimization", ICLR
// 2015, algorithm 1, with their (and PyTorch's) constants: beta1 0.9, beta2 0.999, epsilon 1e-8.
#ifndef TRASLUZ_ADAM_H
#define TRASLUZ_ADAM_H

#include <stddef.h>
#include <stdint.h>

// The moments are arrays of one value for each parameter, owned by the caller and 0 at first.
typedef struct {
    float *first, *second;
    uint64_t steps; // done
} Adam;

// The factors of one step, the same for every parameter.
typedef struct {
    float step_size, second_scale;
} AdamStep;

// Counts a step and returns its factors.
AdamStep adam_begin(Adam *adam, double learning_rate);

// Moves parameters[from, to) by gradient[from, to). Different threads may do different ranges.
void adam_update(const Adam *adam, AdamStep step, float *parameters, const float *gradient,
                 size_t from, size_t to);

#endif
