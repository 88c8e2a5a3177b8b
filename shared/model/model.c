#include "model/model.h"

#include "files/file.h"
#include "files/number.h"
#include "files/safetensors.h"
#include "math/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_NAME    "trasluz-model"
#define FORMAT_VERSION "1"

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

// Copies a weight between PyTorch's order and ours.
static void reorder(const Convolution *conv, const float *from, float *to, bool to_torch)
{
    const size_t in = (size_t)conv->in, out = (size_t)conv->out, kernel = (size_t)conv->kernel;
    for (size_t i = 0; i < in; i++) {
        for (size_t o = 0; o < out; o++) {
            for (size_t k = 0; k < kernel; k++) {
                const size_t torch =
                    conv->transposed ? (i * out + o) * kernel + k : (o * in + i) * kernel + k;
                const size_t ours =
                    conv->transposed ? (i * kernel + k) * out + o : (k * in + i) * out + o;
                if (to_torch)
                    to[torch] = from[ours];
                else
                    to[ours] = from[torch];
            }
        }
    }
}

// ---- Making and freeing ----

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
static bool check_packed(const Model *model, Error *error)
{
    size_t values = 0;
    for (int i = 0; i < model->convolutions; i++) values += packed_values(&model->convolution[i]);
    return values <= MODEL_PACKED_MAX ||
           error_set(error, "%zu weights in whole vectors; at most %d can be", values,
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
    packed->weight = aligned_zeros(rows * columns);
    packed->bias = aligned_zeros(whole_columns(out));
    if (!packed->weight || !packed->bias) return false;
    for (size_t r = 0; r < rows; r++)
        memcpy(packed->weight + r * columns, weight + r * used, used * sizeof(float));
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

static void fingerprint(Model *model)
{
    char text[ARCH_TEXT_MAX], rate[NUMBER_TEXT], heading[ARCH_TEXT_MAX + 64];
    arch_format(&model->arch, text);
    number_format(model->sample_rate, 17, rate);
    const int n = snprintf(heading, sizeof heading, "%s %s %s", text,
                           activation_name(model->arch.activation), rate);
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    Hash hash;
    hash_begin(&hash);
    hash_add(&hash, heading, (size_t)n);
    hash_add(&hash, model->parameters, arch_parameters(&model->arch) * sizeof(float));
    hash_add(&hash, model->latent_mean, channels * sizeof(float));
    hash_add(&hash, model->latent_std, channels * sizeof(float));
    hash_end(&hash, model->fingerprint);
}

static bool all_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

static bool check_values(const Model *model, Error *error)
{
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    if (!(model->sample_rate >= MODEL_RATE_MIN && model->sample_rate <= MODEL_RATE_MAX))
        return error_set(error, "sample rate %g Hz: it must be between %g and %g",
                         model->sample_rate, MODEL_RATE_MIN, MODEL_RATE_MAX);
    if (!all_finite(model->parameters, arch_parameters(&model->arch)) ||
        !all_finite(model->latent_mean, channels) || !all_finite(model->latent_std, channels))
        return error_set(error, "a value is not finite");
    for (size_t c = 0; c < channels; c++)
        if (model->latent_std[c] < 0.0f)
            return error_set(error, "latent.std: channel %zu is negative", c);
    return true;
}

// Allocates the arrays for the model's architecture, with nothing in them.
static bool allocate(Model *model, Error *error)
{
    const size_t parameters = arch_parameters(&model->arch);
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    model->convolutions = arch_convolutions(&model->arch, model->convolution);
    model->parameters = malloc(parameters * sizeof(float));
    model->latent_mean = malloc(channels * sizeof(float));
    model->latent_std = malloc(channels * sizeof(float));
    model->bytes = sizeof *model + (parameters + 2 * channels) * sizeof(float);
    return (model->parameters && model->latent_mean && model->latent_std) ||
           error_set(error, "out of memory");
}

// Takes a filled model over; frees it where it cannot be used.
static Model *complete(Model *model, Error *error)
{
    if (check_values(model, error)) {
        if (pack(model)) {
            fingerprint(model);
            return model;
        }
        error_set(error, "out of memory");
    }
    model_free(model);
    return NULL;
}

Model *model_new(const Arch *arch, double sample_rate, const float *parameters,
                 const float *latent_mean, const float *latent_std, const ModelInfo *info,
                 Error *error)
{
    Model *model = calloc(1, sizeof *model);
    if (!model) {
        error_set(error, "out of memory");
        return NULL;
    }
    model->arch = *arch;
    model->sample_rate = sample_rate;
    model->info = *info;
    if (!allocate(model, error)) {
        model_free(model);
        return NULL;
    }
    const size_t channels = (size_t)arch_latent_channels(arch);
    memcpy(model->parameters, parameters, arch_parameters(arch) * sizeof(float));
    memcpy(model->latent_mean, latent_mean, channels * sizeof(float));
    memcpy(model->latent_std, latent_std, channels * sizeof(float));
    return complete(model, error);
}

void model_free(Model *model)
{
    if (!model) return;
    for (int i = 0; i < ARCH_CONVOLUTIONS_MAX; i++) {
        free(model->packed[i].weight);
        free(model->packed[i].bias);
    }
    free(model->parameters);
    free(model->latent_mean);
    free(model->latent_std);
    free(model);
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
    const double epochs = read_number(file, "epochs");
    info->epochs = epochs >= 0 && epochs < 1e9 ? (int)epochs : 0;
    const double seed = read_number(file, "seed");
    info->seed = seed >= 0 && seed <= UINT32_MAX ? (uint32_t)seed : 1;
    info->train_loss = read_number(file, "train_loss");
    info->validation_loss = read_number(file, "validation_loss");
    info->test_loss = read_number(file, "test_loss");
    info->level = read_number(file, "level");
}

static bool read_arch(const Safetensors *file, Arch *arch, Error *error)
{
    const char *format = safetensors_metadata(file, "format");
    const char *version = safetensors_metadata(file, "format_version");
    const char *text = safetensors_metadata(file, "architecture");
    const char *activation = safetensors_metadata(file, "activation");
    // "pt" is what PyTorch users write there by custom.
    if (format && strcmp(format, FORMAT_NAME) != 0 && strcmp(format, "pt") != 0)
        return error_set(error, "metadata: format is '%.40s', not '" FORMAT_NAME "'", format);
    if (version && strcmp(version, FORMAT_VERSION) != 0)
        return error_set(error,
                         "metadata: format_version %.20s is not known here, only " FORMAT_VERSION,
                         version);
    if (!text) return error_set(error, "metadata: no architecture: not a Trasluz weights file");
    Activation kind = ACTIVATION_LEAKY_RELU;
    if (activation && !activation_parse(&kind, activation, error))
        return error_prefix(error, "metadata");
    if (!arch_parse(arch, text, kind, error)) return error_prefix(error, "metadata: architecture");
    return arch->front.kind == FRONT_SAMPLES ||
           error_set(error, "metadata: models of spectra need a later format_version");
}

static const Tensor *require_tensor(const Safetensors *file, const Convolution *conv,
                                    const char *kind, int dimensions, const size_t *shape,
                                    Error *error)
{
    char name[TENSOR_NAME];
    tensor_name(name, conv, kind);
    return safetensors_require(file, name, dimensions, shape, error);
}

// Reads the tensors of a convolution; adds how many there are to `tensors`.
static bool read_convolution(const Safetensors *file, Model *model, const Convolution *conv,
                             size_t *tensors, Error *error)
{
    size_t shape[3];
    torch_shape(conv, shape);
    const Tensor *weight = require_tensor(file, conv, "weight", 3, shape, error);
    if (!weight) return false;
    reorder(conv, weight->values, model->parameters + conv->weight, false);
    ++*tensors;
    if (!conv->biased) return true;

    const size_t out = (size_t)conv->out;
    const Tensor *bias = require_tensor(file, conv, "bias", 1, &out, error);
    if (!bias) return false;
    memcpy(model->parameters + conv->bias, bias->values, out * sizeof(float));
    ++*tensors;
    return true;
}

static bool read_tensors(const Safetensors *file, Model *model, Error *error)
{
    size_t expected = 2; // mean and deviation
    for (int i = 0; i < model->convolutions; i++)
        if (!read_convolution(file, model, &model->convolution[i], &expected, error)) return false;
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    const Tensor *mean = safetensors_require(file, "latent.mean", 1, &channels, error);
    if (!mean) return false;
    const Tensor *std = safetensors_require(file, "latent.std", 1, &channels, error);
    if (!std) return false;
    memcpy(model->latent_mean, mean->values, channels * sizeof(float));
    memcpy(model->latent_std, std->values, channels * sizeof(float));

    if (safetensors_count(file) != expected)
        return error_set(error, "%zu tensors; this architecture has %zu", safetensors_count(file),
                         expected);
    return true;
}

static bool read_model(const Safetensors *file, Model *model, Error *error)
{
    if (!read_arch(file, &model->arch, error)) return false;
    model->convolutions = arch_convolutions(&model->arch, model->convolution);
    if (!check_packed(model, error)) return false;
    model->sample_rate = read_number(file, "sample_rate");
    if (isnan(model->sample_rate)) return error_set(error, "metadata: no sample_rate");
    read_info(file, &model->info);
    return allocate(model, error) && read_tensors(file, model, error);
}

Model *model_parse(const unsigned char *bytes, size_t size, Error *error)
{
    Safetensors *file = safetensors_parse(bytes, size, error);
    if (!file) return NULL;
    Model *model = calloc(1, sizeof *model);
    if (!model) {
        error_set(error, "out of memory");
    } else if (read_model(file, model, error)) {
        model = complete(model, error);
    } else {
        model_free(model);
        model = NULL;
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
    safetensors_describe(builder, "format_version", FORMAT_VERSION);
    safetensors_describe(builder, "architecture", "%s", text);
    safetensors_describe(builder, "activation", "%s", activation_name(model->arch.activation));
    safetensors_describe(builder, "sample_rate", "%s", rate);
    const ModelInfo *info = &model->info;
    describe_text(builder, "name", info->name);
    describe_text(builder, "trained_on", info->trained_on);
    describe_text(builder, "command", info->command);
    safetensors_describe(builder, "seed", "%u", (unsigned)info->seed);
    if (info->epochs > 0) safetensors_describe(builder, "epochs", "%d", info->epochs);
    describe_number(builder, "train_loss", info->train_loss);
    describe_number(builder, "validation_loss", info->validation_loss);
    describe_number(builder, "test_loss", info->test_loss);
    describe_number(builder, "level", info->level);
}

// Adds a convolution's tensors; the weight, in PyTorch's order, is written to `space`.
static void add_convolution(SafetensorsBuilder *builder, const Model *model,
                            const Convolution *conv, float *space)
{
    char name[TENSOR_NAME];
    size_t shape[3];
    torch_shape(conv, shape);
    reorder(conv, model->parameters + conv->weight, space, true);
    tensor_name(name, conv, "weight");
    safetensors_add(builder, name, 3, shape, space);
    if (!conv->biased) return;
    shape[0] = (size_t)conv->out;
    tensor_name(name, conv, "bias");
    safetensors_add(builder, name, 1, shape, model->parameters + conv->bias);
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
        const size_t channels = (size_t)arch_latent_channels(&model->arch);
        safetensors_add(builder, "latent.mean", 1, &channels, model->latent_mean);
        safetensors_add(builder, "latent.std", 1, &channels, model->latent_std);
        describe(builder, model);
        bytes = safetensors_serialize(builder, size, error);
    } else {
        error_set(error, "out of memory");
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
