#include "network/m5_weights.h"

#include "files/file.h"
#include "math/random.h"
#include "model/torch_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Table 1 of the paper, M5.
static const struct {
    size_t kernel, stride, widths;
} table[M5_BLOCKS] = {{80, 4, 1}, {3, 1, 1}, {3, 1, 2}, {3, 1, 4}};

size_t m5_conv_frames(const M5Block *block, size_t frames)
{
    const ConvShape *conv = &block->conv;
    return frames < conv->kernel ? 0 : (frames - conv->kernel) / conv->stride + 1;
}

size_t m5_frames_min(void)
{
    size_t frames = 1;
    for (int b = M5_BLOCKS - 1; b >= 0; b--)
        frames = (frames * M5_POOL - 1) * table[b].stride + table[b].kernel;
    return frames;
}

// ---- In memory ----

static size_t block_weights(const M5Block *block)
{
    return block->conv.kernel * block->conv.in * block->conv.out;
}

void m5_weights_lay_out(M5Weights *weights, const M5Shape *shape)
{
    *weights = (M5Weights){.shape = *shape};
    size_t in = weights->shape.channels;
    for (int b = 0; b < M5_BLOCKS; b++) {
        const size_t out = weights->shape.width * table[b].widths;
        M5Block *block = &weights->block[b];
        *block = (M5Block){.conv = {in, out, table[b].kernel, table[b].stride, 1}};
        block->weight = weights->count;
        block->bias = block->weight + block_weights(block);
        block->scale = block->bias + out;
        block->shift = block->scale + out;
        weights->count = block->shift + out;
        block->mean = weights->running_count;
        block->variance = block->mean + out;
        weights->running_count = block->variance + out;
        in = out;
    }
    weights->features = in;
    weights->linear = weights->count;
    weights->linear_bias = weights->linear + weights->shape.classes * in;
    weights->count = weights->linear_bias + weights->shape.classes;
}

bool m5_weights_init(M5Weights *weights, const M5Shape *shape, Error *error)
{
    m5_weights_lay_out(weights, shape);
    weights->parameters = calloc(weights->count, sizeof(float));
    weights->running = calloc(weights->running_count, sizeof(float));
    if (!weights->parameters || !weights->running) return error_out_of_memory(error);
    for (int b = 0; b < M5_BLOCKS; b++)
        for (size_t c = 0; c < weights->block[b].conv.out; c++)
            weights->running[weights->block[b].variance + c] = 1.0f;
    return true;
}

void m5_weights_free(M5Weights *weights)
{
    free(weights->parameters);
    free(weights->running);
    *weights = (M5Weights){0};
}

void m5_weights_copy(M5Weights *to, const M5Weights *from)
{
    memcpy(to->parameters, from->parameters, from->count * sizeof(float));
    memcpy(to->running, from->running, from->running_count * sizeof(float));
}

static void draw(float *to, size_t n, size_t fan_in, uint32_t seed, uint32_t stream)
{
    const RandomKey key = {.seed = seed, .stream = stream};
    const double bound = 1.0 / sqrt((double)fan_in);
    for (size_t i = 0; i < n; i++) {
        uint32_t words[4];
        random_words(key, i, 0, words);
        to[i] = (float)(bound * ((double)words[0] * 0x1p-31 - 1.0));
    }
}

void m5_weights_init_random(M5Weights *weights, uint32_t seed)
{
    uint32_t stream = 0x4d350000; // each weight and each bias draws from a stream of its own
    float *const p = weights->parameters;
    for (int b = 0; b < M5_BLOCKS; b++) {
        const M5Block *block = &weights->block[b];
        const size_t fan_in = block->conv.kernel * block->conv.in;
        draw(p + block->weight, block_weights(block), fan_in, seed, stream++);
        draw(p + block->bias, block->conv.out, fan_in, seed, stream++);
        for (size_t c = 0; c < block->conv.out; c++) p[block->scale + c] = 1.0f;
    }
    draw(p + weights->linear, weights->shape.classes * weights->features, weights->features, seed,
         stream++);
    draw(p + weights->linear_bias, weights->shape.classes, weights->features, seed, stream);
}

// ---- The file ----

static WeightShape weight_shape(const M5Block *block)
{
    return (WeightShape){false, block->conv.in, block->conv.out, block->conv.kernel};
}

// A tensor of the file: its name and shape, and where its values are in memory.
typedef struct {
    char name[32];
    int rank;
    size_t shape[3];
    float *values;
    const M5Block *reordered; // NULL: the values are in the same order
} Entry;

enum { BLOCK_ENTRIES = 6, ENTRIES = BLOCK_ENTRIES * M5_BLOCKS + 2 };

static void list_block(const M5Weights *weights, int b, Entry entry[BLOCK_ENTRIES])
{
    static const char *const name[BLOCK_ENTRIES] = {
        "conv%d.weight", "conv%d.bias",       "bn%d.weight",
        "bn%d.bias",     "bn%d.running_mean", "bn%d.running_var",
    };
    const M5Block *block = &weights->block[b];
    float *const p = weights->parameters, *const running = weights->running;
    float *const values[BLOCK_ENTRIES] = {
        p + block->weight, p + block->bias,       p + block->scale,
        p + block->shift,  running + block->mean, running + block->variance,
    };
    for (int i = 0; i < BLOCK_ENTRIES; i++) {
        entry[i] = (Entry){.rank = 1, .shape = {block->conv.out}, .values = values[i]};
        snprintf(entry[i].name, sizeof entry[i].name, name[i], b + 1);
    }
    entry[0].rank = 3;
    entry[0].shape[1] = block->conv.in;
    entry[0].shape[2] = block->conv.kernel;
    entry[0].reordered = block;
}

static void list_entries(const M5Weights *weights, Entry entry[ENTRIES])
{
    const size_t classes = weights->shape.classes, features = weights->features;
    float *const p = weights->parameters;
    for (int b = 0; b < M5_BLOCKS; b++) list_block(weights, b, entry + b * BLOCK_ENTRIES);
    entry[ENTRIES - 2] = (Entry){"fc1.weight", 2, {classes, features}, p + weights->linear, NULL};
    entry[ENTRIES - 1] = (Entry){"fc1.bias", 1, {classes}, p + weights->linear_bias, NULL};
}

static size_t convolution_weights(const M5Weights *weights)
{
    size_t n = 0;
    for (int b = 0; b < M5_BLOCKS; b++) n += block_weights(&weights->block[b]);
    return n;
}

bool m5_weights_write(const M5Weights *weights, SafetensorsBuilder *header, const char *path,
                      Error *error)
{
    Entry entry[ENTRIES];
    float *const room = malloc(convolution_weights(weights) * sizeof *room), *next = room;
    size_t size = 0;
    unsigned char *bytes = NULL;
    if (room && header) {
        list_entries(weights, entry);
        for (int i = 0; i < ENTRIES; i++) {
            const M5Block *block = entry[i].reordered;
            if (block) weights_to_torch(weight_shape(block), entry[i].values, next);
            safetensors_add(header, entry[i].name, entry[i].rank, entry[i].shape,
                            block ? next : entry[i].values);
            if (block) next += block_weights(block);
        }
        bytes = safetensors_serialize(header, &size, error);
    } else {
        error_out_of_memory(error);
    }
    const bool ok = bytes && file_write(path, bytes, size, error);
    free(bytes);
    free(room);
    safetensors_builder_free(header);
    return ok;
}

static bool read_shape(const Safetensors *file, M5Shape *shape, Error *error)
{
    const Tensor *first = safetensors_tensor(file, "conv1.weight");
    const Tensor *last = safetensors_tensor(file, "fc1.bias");
    if (!first || !last || first->rank != 3)
        return error_set(error, "not the weights of a classifier");
    *shape = (M5Shape){first->shape[1], first->shape[0], last->shape[0]};
    return (shape->channels <= M5_CHANNELS_MAX && shape->width <= M5_WIDTH_MAX &&
            shape->classes <= M5_CLASSES_MAX) ||
           error_set(error, "%zu channels, %zu classes, width %zu: too large for a classifier",
                     shape->channels, shape->classes, shape->width);
}

static bool check_variances(const M5Weights *weights, Error *error)
{
    for (int b = 0; b < M5_BLOCKS; b++)
        for (size_t c = 0; c < weights->block[b].conv.out; c++)
            if (weights->running[weights->block[b].variance + c] < 0.0f)
                return error_set(error, "tensor bn%d.running_var: a variance is below 0", b + 1);
    return true;
}

static bool read_weights(M5Weights *weights, const Safetensors *file, Error *error)
{
    M5Shape shape;
    Entry entry[ENTRIES];
    if (!read_shape(file, &shape, error) || !m5_weights_init(weights, &shape, error)) return false;
    list_entries(weights, entry);
    for (int i = 0; i < ENTRIES; i++) {
        const Tensor *tensor =
            safetensors_require(file, entry[i].name, entry[i].rank, entry[i].shape, error);
        if (!tensor) return false;
        size_t n = 1;
        for (int d = 0; d < entry[i].rank; d++) n *= entry[i].shape[d];
        if (entry[i].reordered)
            weights_from_torch(weight_shape(entry[i].reordered), tensor->values, entry[i].values);
        else
            memcpy(entry[i].values, tensor->values, n * sizeof(float));
    }
    return check_variances(weights, error);
}

bool m5_weights_read(M5Weights *weights, Safetensors **file, const char *path, Error *error)
{
    size_t size;
    *weights = (M5Weights){0};
    unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &size, error);
    *file = bytes ? safetensors_parse(bytes, size, error) : NULL;
    free(bytes);
    return (*file && read_weights(weights, *file, error)) || error_prefix(error, path);
}
