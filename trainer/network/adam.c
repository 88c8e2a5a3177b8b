#include "network/adam.h"

#include <math.h>

#define BETA1   0.9
#define BETA2   0.999
#define EPSILON 1e-8f

AdamStep adam_begin(Adam *adam, double learning_rate)
{
    adam->steps++;
    const double n = (double)adam->steps;
    return (AdamStep){
        .step_size = (float)(learning_rate / (1.0 - pow(BETA1, n))),
        .second_scale = (float)(1.0 / sqrt(1.0 - pow(BETA2, n))),
    };
}

void adam_update(const Adam *adam, AdamStep step, float *parameters, const float *gradient,
                 size_t from, size_t to)
{
    float *const first = adam->first, *const second = adam->second;
    for (size_t i = from; i < to; i++) {
        const float g = gradient[i];
        first[i] = (float)BETA1 * first[i] + (float)(1.0 - BETA1) * g;
        second[i] = (float)BETA2 * second[i] + (float)(1.0 - BETA2) * g * g;
        parameters[i] -=
            step.step_size * first[i] / (sqrtf(second[i]) * step.second_scale + EPSILON);
    }
}
