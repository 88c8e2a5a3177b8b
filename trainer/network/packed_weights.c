#include "network/packed_weights.h"

#include "network/residual.h"
#include "network/strided.h"

#include <stdlib.h>

enum { ALIGNMENT = 64 }; // bytes

typedef struct {
    ConvShape shape;
    bool transposed;
    size_t weight;         // where its weights begin among the parameters
    size_t forward, input; // where its packed forms begin in memory
} PackedConvolution;

struct PackedWeights {
    int count;
    PackedConvolution convolution[ARCH_CONVOLUTIONS_MAX];
    float *memory;
};

// ---- Which convolutions there are, in the order of arch_convolutions() ----

static void list_convolution(PackedWeights *packed, ConvShape shape, bool transposed)
{
    packed->convolution[packed->count++] =
        (PackedConvolution){.shape = shape, .transposed = transposed};
}

static void list_layer(PackedWeights *packed, const Layer *layer, bool transposed)
{
    if (layer->kind == LAYER_RESIDUAL) {
        const Residual block = residual_block(layer);
        list_convolution(packed, block.conv, false);
        list_convolution(packed, block.mix, false);
    } else {
        list_convolution(packed, strided_shape(layer), transposed);
    }
}

static void list_convolutions(PackedWeights *packed, const Arch *arch)
{
    for (int i = 0; i < arch->encoder.layers; i++)
        list_layer(packed, &arch->encoder.layer[i], false);
    for (int i = 0; i < arch->decoder.layers; i++)
        list_layer(packed, &arch->decoder.layer[i], true);
    if (arch->linear) {
        const Layer encoder = arch_linear_encoder(arch), decoder = arch_linear_decoder(arch);
        list_layer(packed, &encoder, false);
        list_layer(packed, &decoder, true);
    }
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(arch, list);
    for (int i = 0; i < packed->count; i++) packed->convolution[i].weight = list[i].weight;
}

// ---- Packing ----

typedef size_t PackConvolution(const ConvShape *shape, const float *weight, float *packed);

static PackConvolution *pack_forward(const PackedConvolution *convolution)
{
    return convolution->transposed ? conv_transposed_pack_forward : conv_pack_forward;
}

static PackConvolution *pack_input(const PackedConvolution *convolution)
{
    return convolution->transposed ? conv_transposed_pack_input : conv_pack_input;
}

PackedWeights *packed_weights_new(const Arch *arch)
{
    PackedWeights *packed = calloc(1, sizeof *packed);
    if (!packed) return NULL;
    list_convolutions(packed, arch);
    size_t values = 0;
    for (int i = 0; i < packed->count; i++) {
        PackedConvolution *convolution = &packed->convolution[i];
        convolution->forward = values;
        values += pack_forward(convolution)(&convolution->shape, NULL, NULL);
        convolution->input = values;
        values += pack_input(convolution)(&convolution->shape, NULL, NULL);
    }
    const size_t line = ALIGNMENT / sizeof(float);
    packed->memory = aligned_alloc(ALIGNMENT, (values + line - 1) / line * ALIGNMENT);
    if (packed->memory) return packed;
    packed_weights_free(packed);
    return NULL;
}

void packed_weights_free(PackedWeights *packed)
{
    if (!packed) return;
    free(packed->memory);
    free(packed);
}

void packed_weights_set(PackedWeights *packed, const float *parameters)
{
    for (int i = 0; i < packed->count; i++) {
        const PackedConvolution *convolution = &packed->convolution[i];
        const float *weight = parameters + convolution->weight;
        pack_forward(convolution)(&convolution->shape, weight,
                                  packed->memory + convolution->forward);
        pack_input(convolution)(&convolution->shape, weight, packed->memory + convolution->input);
    }
}

ConvWeights conv_weights(const NetworkWeights *weights, int convolution, size_t offset)
{
    const PackedWeights *packed = weights->packed;
    const float *values = weights->parameters + offset;
    if (!packed) return (ConvWeights){.values = values};
    return (ConvWeights){
        .values = values,
        .packed_forward = packed->memory + packed->convolution[convolution].forward,
        .packed_input = packed->memory + packed->convolution[convolution].input,
    };
}
