#include "model/model.h"

#include "files/number.h"
#include "math/kernels.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t whole_columns(size_t n)
{
    return (n + KERNEL_COLUMNS - 1) / KERNEL_COLUMNS * KERNEL_COLUMNS;
}

static float *aligned_zeros(size_t values)
{
    const size_t bytes =
        (values * sizeof(float) + KERNEL_ALIGNMENT - 1) / KERNEL_ALIGNMENT * KERNEL_ALIGNMENT;
    float *array = aligned_alloc(KERNEL_ALIGNMENT, bytes ? bytes : KERNEL_ALIGNMENT);
    if (array) memset(array, 0, bytes);
    return array;
}

static size_t packed_values(const Convolution *conv)
{
    const size_t in = (size_t)conv->in, out = (size_t)conv->out, kernel = (size_t)conv->kernel;
    return conv->transposed ? in * whole_columns(kernel * out) : kernel * in * whole_columns(out);
}

// Layers of few channels grow when they are made up to whole columns.
bool model_check_size(const Convolution *list, int count, Error *error)
{
    size_t values = 0;
    for (int i = 0; i < count; i++) values += packed_values(&list[i]);
    return values <= MODEL_PACKED_MAX ||
           error_set(error, "%zu weights in whole vectors; must be at most %d", values,
                     MODEL_PACKED_MAX);
}

static bool pack_convolution(Model *model, PackedConvolution *packed, const Convolution *conv)
{
    const size_t in = (size_t)conv->in, out = (size_t)conv->out, kernel = (size_t)conv->kernel;
    const size_t rows = conv->transposed ? in : kernel * in;
    const size_t used = conv->transposed ? kernel * out : out;
    const size_t columns = whole_columns(used);
    const float *weight = model->parameters + conv->weight;

    packed->rows = (int)rows;
    packed->columns = (int)columns;
    packed->used = (int)used;
    packed->weight = aligned_zeros(rows * columns);
    packed->bias = aligned_zeros(whole_columns(out));
    if (!packed->weight || !packed->bias) return false;
    kernel_pack(packed->weight, weight, rows, used, columns);
    if (conv->biased) memcpy(packed->bias, model->parameters + conv->bias, out * sizeof(float));
    model->bytes += (rows * columns + whole_columns(out)) * sizeof(float);
    return true;
}

static bool pack(Model *model)
{
    for (int i = 0; i < model->convolutions; i++)
        if (!pack_convolution(model, &model->packed[i], &model->convolution[i])) return false;
    return true;
}

// The model's array of the statistic that statistics_list() lists at this index.
static float **own_array(Model *model, int statistic)
{
    float **const own[STATISTICS_MAX] = {
        &model->latent_mean, &model->latent_std, &model->latent_axes, &model->latent_axes_std,
        &model->band_mean,   &model->band_pca,   &model->piece_axes,  &model->piece_std};
    return own[statistic];
}

static void fingerprint(Model *model)
{
    char text[ARCH_TEXT_MAX], rate[NUMBER_TEXT], heading[ARCH_TEXT_MAX + 64];
    arch_format(&model->arch, text);
    number_format(model->sample_rate, 17, rate);
    const int n = snprintf(heading, sizeof heading, "%s %s %s", text,
                           activation_name(model->arch.activation), rate);
    Statistic list[STATISTICS_MAX];
    const int count = statistics_list(&model->arch, list);
    Hash hash;
    hash_begin(&hash);
    hash_add(&hash, heading, (size_t)n);
    hash_add(&hash, model->parameters, arch_parameters(&model->arch) * sizeof(float));
    for (int i = 0; i < count; i++) {
        const float *values = *own_array(model, i);
        if (!values) continue;
        // The first two are in every model; their names are not hashed, as they never were.
        if (i >= 2) hash_add(&hash, list[i].name, strlen(list[i].name));
        hash_add(&hash, values, list[i].values * sizeof(float));
    }
    hash_end(&hash, model->fingerprint);
}

static bool all_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

static bool none_negative(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] < 0.0f) return false;
    return true;
}

static bool check_given(const Arch *arch, double sample_rate, const float *parameters,
                        ModelStatistics *given, Error *error)
{
    if (!(sample_rate >= MODEL_RATE_MIN && sample_rate <= MODEL_RATE_MAX))
        return error_set(error, "sample rate %g Hz: it must be between %g and %g", sample_rate,
                         MODEL_RATE_MIN, MODEL_RATE_MAX);
    if (!all_finite(parameters, arch_parameters(arch)))
        return error_set(error, "a value is not finite");
    Statistic list[STATISTICS_MAX];
    const int count = statistics_list(arch, list);
    for (int i = 0; i < count; i++) {
        const float *values = *statistic_values(given, &list[i]);
        if (!values && list[i].required) return error_set(error, "%s is missing", list[i].name);
        if (values && !all_finite(values, list[i].values))
            return error_set(error, "%s: a value is not finite", list[i].name);
    }
    if (!none_negative(given->std, (size_t)arch_latent_channels(arch)))
        return error_set(error, "latent.std: a deviation is negative");
    if (!given->axes != !given->axes_std)
        return error_set(error, "latent.axes and latent.axes_std: one of them is missing");
    if (given->axes_std && !none_negative(given->axes_std, MODEL_AXES))
        return error_set(error, "latent.axes_std: a deviation is negative");
    if (!given->piece_axes != !given->piece_std)
        return error_set(error, "latent.piece_axes and latent.piece_std: one of them is missing");
    return !given->piece_std ||
           none_negative(given->piece_std, (size_t)arch_latent_channels(arch)) ||
           error_set(error, "latent.piece_std: a deviation is negative");
}

// Copies an array into the model. An absent one, NULL, gives NULL.
static bool copy_values(Model *model, float **to, const float *from, size_t values)
{
    if (!from) return true;
    *to = malloc(values * sizeof(float));
    if (!*to) return false;
    memcpy(*to, from, values * sizeof(float));
    model->bytes += values * sizeof(float);
    return true;
}

static bool fill(Model *model, const float *parameters, ModelStatistics *given)
{
    Statistic list[STATISTICS_MAX];
    const int count = statistics_list(&model->arch, list);
    bool filled = copy_values(model, &model->parameters, parameters, arch_parameters(&model->arch));
    for (int i = 0; i < count && filled; i++)
        filled = copy_values(model, own_array(model, i), *statistic_values(given, &list[i]),
                             list[i].values);
    return filled && pack(model);
}

// Makes a text of the information the model's own; NULL stays NULL.
static bool own_text(Model *model, const char **text)
{
    if (!*text) return true;
    model->bytes += strlen(*text) + 1;
    *text = strdup(*text);
    return *text;
}

Model *model_new(const Arch *arch, double sample_rate, const float *parameters,
                 const ModelStatistics *statistics, const ModelInfo *info, Error *error)
{
    ModelStatistics given = *statistics;
    if (!check_given(arch, sample_rate, parameters, &given, error)) return NULL;
    Model *model = calloc(1, sizeof *model);
    if (!model) {
        error_out_of_memory(error);
        return NULL;
    }
    model->arch = *arch;
    model->sample_rate = sample_rate;
    model->info = *info;
    model->bytes = sizeof *model;
    bool ok = own_text(model, &model->info.trained_sounds);
    ok = own_text(model, &model->info.validation_sounds) && ok;
    model->convolutions = arch_convolutions(arch, model->convolution);
    if (model_check_size(model->convolution, model->convolutions, error)) {
        if (ok && fill(model, parameters, &given)) {
            fingerprint(model);
            return model;
        }
        error_out_of_memory(error);
    }
    model_free(model);
    return NULL;
}

ModelStatistics model_statistics(const Model *model)
{
    return (ModelStatistics){.mean = model->latent_mean,
                             .std = model->latent_std,
                             .axes = model->latent_axes,
                             .axes_std = model->latent_axes_std,
                             .band_mean = model->band_mean,
                             .pca = model->band_pca,
                             .piece_axes = model->piece_axes,
                             .piece_std = model->piece_std};
}

void model_free(Model *model)
{
    if (!model) return;
    for (int i = 0; i < ARCH_CONVOLUTIONS_MAX; i++) {
        free(model->packed[i].weight);
        free(model->packed[i].bias);
    }
    for (int i = 0; i < STATISTICS_MAX; i++) free(*own_array(model, i));
    free(model->parameters);
    free((char *)(uintptr_t)model->info.trained_sounds);
    free((char *)(uintptr_t)model->info.validation_sounds);
    free(model);
}
