#include "model/arch.h"

#include <stdio.h>

// ---- Sizes ----

uint64_t conv_length(const Layer *layer, uint64_t n)
{
    if (layer->kind == LAYER_RESIDUAL) return n;
    const uint64_t padded = n + 2 * (uint64_t)layer->padding;
    const uint64_t kernel = (uint64_t)layer->kernel;
    return padded < kernel ? 0 : (padded - kernel) / (uint64_t)layer->stride + 1;
}

uint64_t conv_transposed_length(const Layer *layer, uint64_t n)
{
    if (layer->kind == LAYER_RESIDUAL) return n;
    if (n == 0) return 0;
    const uint64_t whole = (n - 1) * (uint64_t)layer->stride + (uint64_t)layer->kernel;
    const uint64_t cut = 2 * (uint64_t)layer->padding;
    return whole < cut ? 0 : whole - cut;
}

int arch_inputs(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? arch->front.bands : 1;
}

int arch_front_hop(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? arch->front.hop : 1;
}

Layer arch_front_layer(const Arch *arch)
{
    const int hop = arch->front.hop;
    if (arch->front.kind == FRONT_SPECTRUM)
        return (Layer){.kernel = 2 * hop, .stride = hop, .padding = hop, .dilation = 1};
    return (Layer){.kernel = 1, .stride = 1, .dilation = 1};
}

uint64_t arch_front_frames(const Arch *arch, uint64_t samples)
{
    const Layer front = arch_front_layer(arch);
    return conv_length(&front, samples);
}

uint64_t arch_latent_frames(const Arch *arch, uint64_t samples)
{
    uint64_t frames = arch_front_frames(arch, samples);
    for (int i = 0; i < arch->encoder.layers; i++)
        frames = conv_length(&arch->encoder.layer[i], frames);
    return frames;
}

uint64_t arch_output_samples(const Arch *arch, uint64_t frames)
{
    for (int i = 0; i < arch->decoder.layers; i++)
        frames = conv_transposed_length(&arch->decoder.layer[i], frames);
    const Layer front = arch_front_layer(arch);
    return conv_transposed_length(&front, frames);
}

int arch_latent_channels(const Arch *arch)
{
    return arch->encoder.layer[arch->encoder.layers - 1].out;
}

int64_t chain_hop(const Chain *chain)
{
    int64_t hop = 1;
    for (int i = 0; i < chain->layers && hop <= ARCH_HOP_MAX; i++) hop *= chain->layer[i].stride;
    return hop;
}

int arch_network_hop(const Arch *arch)
{
    return (int)chain_hop(&arch->encoder);
}

int arch_hop(const Arch *arch)
{
    return arch_front_hop(arch) * arch_network_hop(arch);
}

// Latent frame t needs no input sample after hop * t + extent.
static int64_t encoder_right_extent(const Chain *chain, const Layer *front)
{
    int64_t extent = front->kernel - 1 - front->padding, hop = front->stride;
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        if (layer->kind == LAYER_STRIDED) extent += hop * (layer->kernel - 1 - layer->padding);
        hop *= layer->stride;
    }
    return extent;
}

// Latent frame t touches no output sample before hop * t - reach.
static int64_t decoder_left_reach(const Chain *chain, const Layer *front)
{
    int64_t reach = front->padding, hop = front->stride;
    for (int i = chain->layers - 1; i >= 0; i--) {
        reach += hop * chain->layer[i].padding;
        hop *= chain->layer[i].stride;
    }
    return reach;
}

int arch_delay(const Arch *arch)
{
    const Layer front = arch_front_layer(arch);
    const int64_t delay =
        encoder_right_extent(&arch->encoder, &front) + decoder_left_reach(&arch->decoder, &front);
    return delay > 0 ? (int)delay : 0;
}

bool chain_activates(const Chain *chain, int layer)
{
    if (chain->layer[layer].kind == LAYER_RESIDUAL) return false;
    for (int i = layer + 1; i < chain->layers; i++)
        if (chain->layer[i].kind == LAYER_STRIDED) return true;
    return false;
}

uint64_t arch_round_up(const Arch *arch, uint64_t samples)
{
    // Output lengths grow by one hop a frame, and all or none of them come back once paddings and
    // kernels are passed.
    enum { TRIES = 4 * (ARCH_KERNEL_MAX + ARCH_PADDING_MAX) };
    uint64_t frames = arch_latent_frames(arch, samples);
    for (int i = 0; i < TRIES; i++, frames++) {
        const uint64_t length = arch_output_samples(arch, frames);
        if (length >= samples && length > 0 && arch_latent_frames(arch, length) == frames)
            return length;
    }
    return 0;
}

// ---- The linear path ----

// One layer, of the decoder where `transposed`, with the reach of a chain's strided layers. A chain
// of transposed convolutions is one of convolutions read from its end.
static Layer composite(const Chain *chain, bool transposed)
{
    Layer whole = {.kernel = 1, .stride = 1, .dilation = 1};
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[transposed ? chain->layers - 1 - i : i];
        if (layer->kind == LAYER_RESIDUAL) continue;
        whole.kernel += whole.stride * (layer->kernel - 1);
        whole.padding += whole.stride * layer->padding;
        whole.stride *= layer->stride;
    }
    whole.in = chain->layer[0].in;
    whole.out = chain->layer[chain->layers - 1].out;
    return whole;
}

Layer arch_linear_encoder(const Arch *arch)
{
    return composite(&arch->encoder, false);
}

Layer arch_linear_decoder(const Arch *arch)
{
    return composite(&arch->decoder, true);
}

int arch_shared_reach(const Arch *arch, int *offset)
{
    // Latent frame t sees `kernel` frames, from hop * t - padding on.
    const Layer encoder = arch_linear_encoder(arch), decoder = arch_linear_decoder(arch);
    const int ahead = encoder.padding - decoder.padding;
    const int first = ahead > 0 ? ahead : 0;
    const int end =
        encoder.kernel < decoder.kernel + ahead ? encoder.kernel : decoder.kernel + ahead;
    *offset = first;
    return end - first;
}

// ---- Parameters ----

// A list of convolutions being filled.
typedef struct {
    Convolution *list; // NULL: only counted
    int count;
    size_t parameters;
} Listing;

static void list_convolution(Listing *listing, Convolution convolution)
{
    const size_t weights =
        (size_t)convolution.in * (size_t)convolution.out * (size_t)convolution.kernel;
    convolution.weight = listing->parameters;
    convolution.bias = convolution.weight + weights;
    listing->parameters += weights + (convolution.biased ? (size_t)convolution.out : 0);
    if (listing->list) listing->list[listing->count] = convolution;
    listing->count++;
}

static void list_chain(Listing *listing, const Chain *chain, bool decoder)
{
    const char *const side = decoder ? "decoder" : "encoder";
    int module = 0; // as nn.Sequential counts: layers and activations
    for (int i = 0; i < chain->layers; i++, module++) {
        const Layer *layer = &chain->layer[i];
        if (layer->kind == LAYER_RESIDUAL) {
            Convolution conv = {
                .biased = true, .in = layer->in, .out = layer->width, .kernel = layer->kernel};
            Convolution mix = {.biased = true, .in = layer->width, .out = layer->out, .kernel = 1};
            snprintf(conv.name, sizeof conv.name, "%s.%d.conv", side, module);
            snprintf(mix.name, sizeof mix.name, "%s.%d.mix", side, module);
            list_convolution(listing, conv);
            list_convolution(listing, mix);
        } else {
            Convolution conv = {.transposed = decoder,
                                .biased = true,
                                .in = layer->in,
                                .out = layer->out,
                                .kernel = layer->kernel};
            snprintf(conv.name, sizeof conv.name, "%s.%d", side, module);
            list_convolution(listing, conv);
            if (chain_activates(chain, i)) module++;
        }
    }
}

static void list_linear(Listing *listing, Layer layer, bool decoder)
{
    Convolution conv = {
        .transposed = decoder, .in = layer.in, .out = layer.out, .kernel = layer.kernel};
    snprintf(conv.name, sizeof conv.name, "linear.%s", decoder ? "decoder" : "encoder");
    list_convolution(listing, conv);
}

static Listing list_all(const Arch *arch, Convolution *list)
{
    Listing listing = {.list = list};
    list_chain(&listing, &arch->encoder, false);
    list_chain(&listing, &arch->decoder, true);
    if (arch->linear) {
        list_linear(&listing, arch_linear_encoder(arch), false);
        list_linear(&listing, arch_linear_decoder(arch), true);
    }
    return listing;
}

int arch_convolutions(const Arch *arch, Convolution list[ARCH_CONVOLUTIONS_MAX])
{
    return list_all(arch, list).count;
}

static int convolutions_before(const Chain *chain, int layer)
{
    int count = layer;
    for (int i = 0; i < layer; i++) count += chain->layer[i].kind == LAYER_RESIDUAL;
    return count;
}

int arch_convolution_of(const Arch *arch, bool decoder, int layer)
{
    return decoder ? convolutions_before(&arch->encoder, arch->encoder.layers) +
                         convolutions_before(&arch->decoder, layer)
                   : convolutions_before(&arch->encoder, layer);
}

int arch_convolution_of_linear(const Arch *arch, bool decoder)
{
    return arch_convolution_of(arch, true, arch->decoder.layers) + decoder;
}

size_t arch_parameters(const Arch *arch)
{
    return list_all(arch, NULL).parameters;
}

static double layer_multiply_adds(const Layer *layer)
{
    if (layer->kind == LAYER_RESIDUAL)
        return (double)layer->width * (layer->in * (double)layer->kernel + layer->out);
    return (double)layer->in * layer->out * layer->kernel;
}

double arch_multiply_adds(const Arch *arch, double rate)
{
    double total = 0.0, frames = rate / arch_front_hop(arch);
    for (int i = 0; i < arch->encoder.layers; i++) {
        frames /= arch->encoder.layer[i].stride;
        total += frames * layer_multiply_adds(&arch->encoder.layer[i]);
    }
    if (arch->linear) {
        const Layer encoder = arch_linear_encoder(arch), decoder = arch_linear_decoder(arch);
        total += frames * (layer_multiply_adds(&encoder) + layer_multiply_adds(&decoder));
    }
    for (int i = 0; i < arch->decoder.layers; i++) {
        total += frames * layer_multiply_adds(&arch->decoder.layer[i]);
        frames *= arch->decoder.layer[i].stride;
    }
    return total;
}
