// The weights file of model.h.
#include "files/file.h"
#include "files/number.h"
#include "files/safetensors.h"
#include "model/model.h"
#include "model/torch_order.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_NAME "trasluz-model"

// Version 2 has a spectrum for its front, or principal axes; readers of version 1 know neither.
enum { FORMAT_VERSION = 1, FORMAT_VERSION_SPECTRUM = 2 };

// ---- Parameters in PyTorch's order and ours ----

enum { TENSOR_NAME = 48 };

// PyTorch's name of a convolution's tensor: "encoder.2.weight".
static void tensor_name(char name[TENSOR_NAME], const Convolution *conv, const char *kind)
{
    snprintf(name, TENSOR_NAME, "%.31s.%.8s", conv->name, kind);
}

// PyTorch's shape of a weight: Conv1d [out, in, kernel], ConvTranspose1d [in, out, kernel].
static void torch_shape(const Convolution *conv, size_t shape[3])
{
    shape[0] = (size_t)(conv->transposed ? conv->in : conv->out);
    shape[1] = (size_t)(conv->transposed ? conv->out : conv->in);
    shape[2] = (size_t)conv->kernel;
}

static WeightShape weight_shape(const Convolution *conv)
{
    return (WeightShape){conv->transposed, (size_t)conv->in, (size_t)conv->out,
                         (size_t)conv->kernel};
}

// ---- Reading ----

static void read_text(const Safetensors *file, const char *key, char *text, size_t room)
{
    const char *found = safetensors_metadata(file, key);
    snprintf(text, room, "%s", found ? found : "");
}

static double read_number(const Safetensors *file, const char *key)
{
    const char *found = safetensors_metadata(file, key);
    char *end;
    const double value = found ? number_parse(found, &end) : NAN;
    return found && end != found && !*end && isfinite(value) ? value : NAN;
}

static void read_info(const Safetensors *file, ModelInfo *info)
{
    read_text(file, "name", info->name, sizeof info->name);
    read_text(file, "trained_on", info->trained_on, sizeof info->trained_on);
    read_text(file, "command", info->command, sizeof info->command);
    read_text(file, "author", info->author, sizeof info->author);
    read_text(file, "licence", info->licence, sizeof info->licence);
    const double epochs = read_number(file, "epochs");
    info->epochs = epochs >= 0 && epochs < 1e9 ? (int)epochs : 0;
    const double seed = read_number(file, "seed");
    info->seed = seed >= 0 && seed <= UINT32_MAX ? (uint32_t)seed : 1;
    info->train_loss = read_number(file, "train_loss");
    info->validation_loss = read_number(file, "validation_loss");
    info->test_loss = read_number(file, "test_loss");
    info->level = read_number(file, "level");
    info->trained_sounds = safetensors_metadata(file, "trained_sounds");
    info->validation_sounds = safetensors_metadata(file, "validation_sounds");
}

// Reads the architecture, and whether the file may have what only the newest version has.
static bool read_arch(const Safetensors *file, Arch *arch, bool *newest, Error *error)
{
    const char *format = safetensors_metadata(file, "format");
    const char *version = safetensors_metadata(file, "format_version");
    const char *text = safetensors_metadata(file, "architecture");
    const char *activation = safetensors_metadata(file, "activation");
    // "pt" is what PyTorch users write there by custom.
    if (format && strcmp(format, FORMAT_NAME) != 0 && strcmp(format, "pt") != 0)
        return error_set(error, "metadata: format is '%.40s': not a Trasluz weights file", format);
    *newest = !version || strcmp(version, "2") == 0;
    if (!*newest && strcmp(version, "1") != 0)
        return error_set(error,
                         "metadata: format_version %.20s: this version of Trasluz reads 1 and 2",
                         version);
    if (!text) return error_set(error, "metadata: no architecture: not a Trasluz weights file");
    Activation kind = ACTIVATION_LEAKY_RELU;
    if (activation && !activation_parse(&kind, activation, error))
        return error_prefix(error, "metadata");
    if (!arch_parse(arch, text, kind, error)) return error_prefix(error, "metadata: architecture");
    return *newest || arch->front.kind == FRONT_SAMPLES ||
           error_set(error, "metadata: format_version 1 has no spectra; they need 2");
}

static const Tensor *require_tensor(const Safetensors *file, const Convolution *conv,
                                    const char *kind, int dimensions, const size_t *shape,
                                    Error *error)
{
    char name[TENSOR_NAME];
    tensor_name(name, conv, kind);
    return safetensors_require(file, name, dimensions, shape, error);
}

// Reads the tensors of a convolution into all parameters; adds how many there are to `tensors`.
static bool read_convolution(const Safetensors *file, float *parameters, const Convolution *conv,
                             size_t *tensors, Error *error)
{
    size_t shape[3];
    torch_shape(conv, shape);
    const Tensor *weight = require_tensor(file, conv, "weight", 3, shape, error);
    if (!weight) return false;
    weights_from_torch(weight_shape(conv), weight->values, parameters + conv->weight);
    ++*tensors;
    if (!conv->biased) return true;

    const size_t out = (size_t)conv->out;
    const Tensor *bias = require_tensor(file, conv, "bias", 1, &out, error);
    if (!bias) return false;
    memcpy(parameters + conv->bias, bias->values, out * sizeof(float));
    ++*tensors;
    return true;
}

// Finds the statistics among the tensors; adds how many there are to `tensors`.
static bool find_statistics(const Safetensors *file, const Arch *arch, ModelStatistics *found,
                            size_t *tensors, Error *error)
{
    Statistic list[STATISTICS_MAX];
    const int count = statistics_list(arch, list);
    for (int i = 0; i < count; i++) {
        if (!list[i].required && !safetensors_tensor(file, list[i].name)) continue;
        const Tensor *tensor =
            safetensors_require(file, list[i].name, list[i].rank, list[i].shape, error);
        if (!tensor) return false;
        *statistic_values(found, &list[i]) = tensor->values;
        ++*tensors;
    }
    return true;
}

// What is read of a file, to make a model of. It is too large for the stacks of some threads.
typedef struct {
    Arch arch;
    bool newest; // of the newest version
    int convolutions;
    Convolution convolution[ARCH_CONVOLUTIONS_MAX];
    float *parameters;
    ModelStatistics statistics; // the arrays are the file's
    ModelInfo info;
} Reading;

static bool read_tensors(const Safetensors *file, Reading *reading, Error *error)
{
    reading->convolutions = arch_convolutions(&reading->arch, reading->convolution);
    if (!model_check_size(reading->convolution, reading->convolutions, error)) return false;
    reading->parameters = malloc(arch_parameters(&reading->arch) * sizeof(float));
    if (!reading->parameters) return error_out_of_memory(error);
    size_t expected = 0;
    for (int i = 0; i < reading->convolutions; i++)
        if (!read_convolution(file, reading->parameters, &reading->convolution[i], &expected,
                              error))
            return false;
    if (!find_statistics(file, &reading->arch, &reading->statistics, &expected, error))
        return false;
    if (safetensors_count(file) != expected)
        return error_set(error, "%zu tensors; this architecture has %zu", safetensors_count(file),
                         expected);
    return reading->newest || !reading->statistics.axes ||
           error_set(error, "tensor latent.axes: format_version 1 has none; it needs 2");
}

static bool read_rate(const Safetensors *file, double *rate, Error *error)
{
    *rate = read_number(file, "sample_rate");
    return !isnan(*rate) || error_set(error, "metadata: no sample_rate");
}

static Model *read_model(const Safetensors *file, Reading *reading, Error *error)
{
    double rate;
    if (!read_arch(file, &reading->arch, &reading->newest, error) || !read_rate(file, &rate, error))
        return NULL;
    read_info(file, &reading->info);
    if (!read_tensors(file, reading, error)) return NULL;
    return model_new(&reading->arch, rate, reading->parameters, &reading->statistics,
                     &reading->info, error);
}

Model *model_parse(const unsigned char *bytes, size_t size, Error *error)
{
    Safetensors *file = safetensors_parse(bytes, size, error);
    if (!file) return NULL;
    Model *model = NULL;
    Reading *reading = calloc(1, sizeof *reading);
    if (reading) {
        model = read_model(file, reading, error);
        free(reading->parameters);
        free(reading);
    } else {
        error_out_of_memory(error);
    }
    safetensors_free(file);
    return model;
}

Model *model_load(const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &size, error);
    if (!bytes) return NULL;
    Model *model = model_parse(bytes, size, error);
    free(bytes);
    return model;
}

bool model_load_header(const char *path, Arch *arch, double *sample_rate, ModelInfo *info,
                       Error *error)
{
    size_t size;
    bool newest;
    unsigned char *bytes = safetensors_read_header(path, &size, error);
    Safetensors *file = bytes ? safetensors_parse_metadata(bytes, size, error) : NULL;
    const bool read =
        file && read_arch(file, arch, &newest, error) && read_rate(file, sample_rate, error);
    if (read && info) {
        read_info(file, info);
        info->trained_sounds = info->validation_sounds = NULL; // they are the file's
    }
    safetensors_free(file);
    free(bytes);
    return read;
}

// ---- Writing ----

static void describe_number(SafetensorsBuilder *builder, const char *key, double value)
{
    char text[NUMBER_TEXT];
    number_format(value, 9, text);
    if (isfinite(value)) safetensors_describe(builder, key, "%s", text);
}

static void describe_text(SafetensorsBuilder *builder, const char *key, const char *text)
{
    if (*text) safetensors_describe(builder, key, "%s", text);
}

static void describe(SafetensorsBuilder *builder, const Model *model)
{
    char text[ARCH_TEXT_MAX], rate[NUMBER_TEXT];
    arch_format(&model->arch, text);
    number_format(model->sample_rate, 17, rate);
    safetensors_describe(builder, "format", FORMAT_NAME);
    const bool newest = model->arch.front.kind == FRONT_SPECTRUM || model->latent_axes;
    safetensors_describe(builder, "format_version", "%d",
                         newest ? FORMAT_VERSION_SPECTRUM : FORMAT_VERSION);
    safetensors_describe(builder, "architecture", "%s", text);
    safetensors_describe(builder, "activation", "%s", activation_name(model->arch.activation));
    safetensors_describe(builder, "sample_rate", "%s", rate);
    const ModelInfo *info = &model->info;
    describe_text(builder, "name", info->name);
    describe_text(builder, "trained_on", info->trained_on);
    describe_text(builder, "command", info->command);
    describe_text(builder, "author", info->author);
    describe_text(builder, "licence", info->licence);
    safetensors_describe(builder, "seed", "%u", (unsigned)info->seed);
    if (info->epochs > 0) safetensors_describe(builder, "epochs", "%d", info->epochs);
    describe_number(builder, "train_loss", info->train_loss);
    describe_number(builder, "validation_loss", info->validation_loss);
    describe_number(builder, "test_loss", info->test_loss);
    describe_number(builder, "level", info->level);
    if (info->trained_sounds) describe_text(builder, "trained_sounds", info->trained_sounds);
    if (info->validation_sounds)
        describe_text(builder, "validation_sounds", info->validation_sounds);
}

// Adds a convolution's tensors; the weight, in PyTorch's order, is written to `space`.
static void add_convolution(SafetensorsBuilder *builder, const Model *model,
                            const Convolution *conv, float *space)
{
    char name[TENSOR_NAME];
    size_t shape[3];
    torch_shape(conv, shape);
    weights_to_torch(weight_shape(conv), model->parameters + conv->weight, space);
    tensor_name(name, conv, "weight");
    safetensors_add(builder, name, 3, shape, space);
    if (!conv->biased) return;
    shape[0] = (size_t)conv->out;
    tensor_name(name, conv, "bias");
    safetensors_add(builder, name, 1, shape, model->parameters + conv->bias);
}

static void add_statistics(SafetensorsBuilder *builder, const Model *model)
{
    Statistic list[STATISTICS_MAX];
    const int count = statistics_list(&model->arch, list);
    ModelStatistics statistics = model_statistics(model);
    for (int i = 0; i < count; i++) {
        const float *values = *statistic_values(&statistics, &list[i]);
        if (values) safetensors_add(builder, list[i].name, list[i].rank, list[i].shape, values);
    }
}

unsigned char *model_serialize(const Model *model, size_t *size, Error *error)
{
    unsigned char *bytes = NULL;
    SafetensorsBuilder *builder = safetensors_builder_new();
    float *space = malloc(arch_parameters(&model->arch) * sizeof(float));
    if (builder && space) {
        for (int i = 0; i < model->convolutions; i++)
            add_convolution(builder, model, &model->convolution[i],
                            space + model->convolution[i].weight);
        add_statistics(builder, model);
        describe(builder, model);
        bytes = safetensors_serialize(builder, size, error);
    } else {
        error_out_of_memory(error);
    }
    free(space);
    safetensors_builder_free(builder);
    return bytes;
}

bool model_write(const Model *model, const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = model_serialize(model, &size, error);
    const bool good = bytes && file_write(path, bytes, size, error);
    free(bytes);
    return good;
}
