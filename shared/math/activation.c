#include "math/activation.h"

#include <string.h>

const char *const activation_names[] = {"leaky_relu", "silu", "tanh", NULL};

const char *activation_name(Activation activation)
{
    return activation_names[activation];
}

bool activation_parse(Activation *activation, const char *name, Error *error)
{
    for (int i = 0; i < ACTIVATIONS; i++) {
        if (strcmp(name, activation_names[i]) == 0) {
            *activation = (Activation)i;
            return true;
        }
    }
    return error_set(error, "unknown activation '%s': leaky_relu, silu or tanh", name);
}
