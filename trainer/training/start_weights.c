#include "training/start_weights.h"

#include <string.h>

bool start_weights_fit(const Model *model, const Arch *arch, double rate, Error *error)
{
    char ours[ARCH_TEXT_MAX], theirs[ARCH_TEXT_MAX];
    arch_format(arch, ours);
    arch_format(&model->arch, theirs);
    if (strcmp(ours, theirs) != 0 || arch->activation != model->arch.activation)
        return error_set(error,
                         "the weights to start from have the architecture %.150s (%s), not %.150s "
                         "(%s)",
                         theirs, activation_name(model->arch.activation), ours,
                         activation_name(arch->activation));
    return rate == model->sample_rate ||
           error_set(error, "the weights to start from are for %g Hz, not %g Hz",
                     model->sample_rate, rate);
}

// Adds to bias[out] what the convolution makes of shift[in] in each frame.
static void add_response(const Convolution *conv, const float *parameters, const float *shift,
                         float *bias)
{
    const float *weight = parameters + conv->weight; // [kernel][in][out]
    for (int tap = 0; tap < conv->kernel; tap++)
        for (int in = 0; in < conv->in; in++)
            for (int out = 0; out < conv->out; out++)
                bias[out] += shift[in] * weight[(tap * conv->in + in) * conv->out + out];
}

static bool follow_mean(const Model *model, const float *band_mean, float *parameters, Error *error)
{
    const Arch *arch = &model->arch;
    const Chain *encoder = &arch->encoder, *decoder = &arch->decoder;
    const Convolution *list = model->convolution;
    float shift[ARCH_CHANNELS_MAX];
    if (encoder->layer[0].kind != LAYER_STRIDED ||
        encoder->layer[encoder->layers - 1].kind != LAYER_STRIDED ||
        decoder->layer[decoder->layers - 1].kind != LAYER_STRIDED)
        return error_set(error, "a network that begins or ends with a residual block cannot start "
                                "from other weights");
    for (int k = 0; k < arch_inputs(arch); k++) shift[k] = band_mean[k] - model->band_mean[k];
    const Convolution *first = &list[arch_convolution_of(arch, false, 0)];
    const Convolution *code = &list[arch_convolution_of(arch, false, encoder->layers - 1)];
    const Convolution *last = &list[arch_convolution_of(arch, true, decoder->layers - 1)];
    add_response(first, parameters, shift, parameters + first->bias);
    if (arch->linear)
        add_response(&list[arch_convolution_of_linear(arch, false)], parameters, shift,
                     parameters + code->bias);
    for (int k = 0; k < last->out; k++) parameters[last->bias + (size_t)k] -= shift[k];
    return true;
}

bool start_weights_take(const Model *model, const float *band_mean, float *parameters, Error *error)
{
    memcpy(parameters, model->parameters, arch_parameters(&model->arch) * sizeof(float));
    return !band_mean || follow_mean(model, band_mean, parameters, error);
}
