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

double arch_default_rate(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? 48000.0 : 22050.0;
}

uint64_t arch_default_window(const Arch *arch)
{
    enum { SECONDS = 5 };
    return arch->front.kind == FRONT_SPECTRUM
               ? arch_round_up(arch, (uint64_t)(SECONDS * arch_default_rate(arch)))
               : ARCH_WINDOW;
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

// Product of the strides, or some number above ARCH_HOP_MAX.
static int64_t chain_hop(const Chain *chain)
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

// ---- Checks ----

static bool within(int value, int low, int high)
{
    return value >= low && value <= high;
}

static bool check_layer(const Layer *layer)
{
    const bool common = within(layer->in, 1, ARCH_CHANNELS_MAX) &&
                        within(layer->out, 1, ARCH_CHANNELS_MAX) &&
                        within(layer->kernel, 1, ARCH_KERNEL_MAX);
    if (layer->kind == LAYER_RESIDUAL)
        return common && layer->in == layer->out && layer->stride == 1 && layer->padding == 0 &&
               within(layer->width, 1, ARCH_CHANNELS_MAX) &&
               within(layer->dilation, 1, ARCH_DILATION_MAX);
    return common && within(layer->stride, 1, ARCH_STRIDE_MAX) &&
           within(layer->padding, 0, ARCH_PADDING_MAX);
}

static bool check_chain(const Chain *chain, const char *what, int in, Error *error)
{
    if (!within(chain->layers, 1, ARCH_LAYERS_MAX))
        return error_set(error, "%s: %d layers; must be 1 to %d", what, chain->layers,
                         ARCH_LAYERS_MAX);
    bool strided = false;
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        if (layer->in != in || !check_layer(layer))
            return error_set(error, "%s layer %d: channels, kernel, stride or padding out of range",
                             what, i + 1);
        in = layer->out;
        strided = strided || layer->kind == LAYER_STRIDED;
    }
    if (!strided)
        return error_set(error, "%s: it has residual blocks only; one strided layer is needed",
                         what);
    if (chain_hop(chain) > ARCH_HOP_MAX)
        return error_set(error, "%s: its strides multiply to more than %d", what, ARCH_HOP_MAX);
    return true;
}

static bool check_front(const ArchFront *front, Error *error)
{
    if (front->kind == FRONT_SAMPLES) return true;
    const bool power_of_two = (front->window & (front->window - 1)) == 0;
    if (!within(front->window, SPECTRUM_WINDOW_MIN, SPECTRUM_WINDOW_MAX) || !power_of_two)
        return error_set(error,
                         "spectrum: a window of %d samples; must be a power of two, %d to %d",
                         front->window, SPECTRUM_WINDOW_MIN, SPECTRUM_WINDOW_MAX);
    if (!within(front->hop, SPECTRUM_HOP_MIN, front->window / 2))
        return error_set(error, "spectrum: a hop of %d samples; must be %d to %d, half the window",
                         front->hop, SPECTRUM_HOP_MIN, front->window / 2);
    const int quarter = front->window / 4;
    const int most = quarter < SPECTRUM_BANDS_MAX ? quarter : SPECTRUM_BANDS_MAX;
    if (!within(front->bands, SPECTRUM_BANDS_MIN, most))
        return error_set(error, "spectrum: %d bands; must be %d to %d", front->bands,
                         SPECTRUM_BANDS_MIN, most);
    if (!within(front->floor, SPECTRUM_FLOOR_MIN, SPECTRUM_FLOOR_MAX))
        return error_set(error, "spectrum: a floor of %d dB; must be %d to %d", front->floor,
                         SPECTRUM_FLOOR_MIN, SPECTRUM_FLOOR_MAX);
    return true;
}

// Both layers must see enough of the same frames: two hops of samples, which the transform needs
// that a training starts from; one hop of a spectrum, for principal components.
static bool check_linear(const Arch *arch, Error *error)
{
    const Layer encoder = arch_linear_encoder(arch), decoder = arch_linear_decoder(arch);
    const int reach = encoder.kernel > decoder.kernel ? encoder.kernel : decoder.kernel;
    if (reach > ARCH_KERNEL_MAX)
        return error_set(error, "linear path: it reaches over %d frames; must be at most %d", reach,
                         ARCH_KERNEL_MAX);
    for (int i = 0; i < arch->encoder.layers; i++) {
        const Layer *layer = &arch->encoder.layer[i];
        if (layer->kind == LAYER_STRIDED && layer->padding >= layer->kernel)
            return error_set(error,
                             "linear path: encoder layer %d: its padding is not shorter "
                             "than its kernel",
                             i + 1);
    }
    int offset;
    const int hops = arch->front.kind == FRONT_SPECTRUM ? 1 : 2;
    if (arch_shared_reach(arch, &offset) < hops * arch_network_hop(arch))
        return error_set(error, "linear path: the layers do not reach over %s of %d frames",
                         hops == 1 ? "one hop" : "two hops", arch_network_hop(arch));
    return true;
}

bool arch_check(const Arch *arch, Error *error)
{
    if (!check_front(&arch->front, error) ||
        !check_chain(&arch->encoder, "encoder", arch_inputs(arch), error) ||
        !check_chain(&arch->decoder, "decoder", arch_latent_channels(arch), error))
        return false;

    const Chain *decoder = &arch->decoder;
    const int last = decoder->layer[decoder->layers - 1].out;
    if (last != arch_inputs(arch))
        return error_set(error, "decoder layer %d: gives %d channels; must be %d", decoder->layers,
                         last, arch_inputs(arch));
    if (arch_parameters(arch) > ARCH_PARAMETERS_MAX)
        return error_set(error, "%zu parameters; must be at most %d", arch_parameters(arch),
                         ARCH_PARAMETERS_MAX);
    const int64_t hop = chain_hop(&arch->encoder), back = chain_hop(decoder);
    if (hop != back)
        return error_set(
            error,
            "decoder layer %d: the strides up to it multiply to %lld, the encoder's to "
            "%lld: the length cannot come back",
            decoder->layers, (long long)back, (long long)hop);
    if (arch_front_hop(arch) * hop > ARCH_HOP_MAX)
        return error_set(error, "%lld samples for a latent frame; must be at most %d",
                         (long long)(arch_front_hop(arch) * hop), ARCH_HOP_MAX);
    if (arch_round_up(arch, 1) == 0)
        return error_set(error,
                         "decoder layer %d: no input length comes back: kernels and paddings of "
                         "encoder and decoder do not match",
                         decoder->layers);
    return !arch->linear || check_linear(arch, error);
}

uint64_t arch_round_up(const Arch *arch, uint64_t samples)
{
    // Output lengths grow by one hop a frame, and all or none of them come back once paddings and
    // kernels are behind.
    enum { TRIES = 4 * (ARCH_KERNEL_MAX + ARCH_PADDING_MAX) };
    uint64_t frames = arch_latent_frames(arch, samples);
    for (int i = 0; i < TRIES; i++, frames++) {
        const uint64_t length = arch_output_samples(arch, frames);
        if (length >= samples && length > 0 && arch_latent_frames(arch, length) == frames)
            return length;
    }
    return 0;
}

bool arch_check_window(const Arch *arch, uint64_t samples, Error *error)
{
    // Frames at the ends of all layers, from the network's input to its output.
    uint64_t n[2 * ARCH_LAYERS_MAX + 1];
    int at = 0;
    n[0] = arch_front_frames(arch, samples);
    const Layer front = arch_front_layer(arch);
    if (conv_transposed_length(&front, n[0]) != samples)
        return error_set(error,
                         "spectrum: a window of %llu samples is not a whole number of hops of %d; "
                         "%llu is",
                         (unsigned long long)samples, front.stride,
                         (unsigned long long)arch_round_up(arch, samples));
    for (int i = 0; i < arch->encoder.layers; i++, at++) {
        n[at + 1] = conv_length(&arch->encoder.layer[i], n[at]);
        if (n[at + 1] == 0)
            return error_set(error,
                             "encoder layer %d: an input of %llu frames is shorter than its kernel "
                             "of %d",
                             i + 1, (unsigned long long)n[at], arch->encoder.layer[i].kernel);
    }
    for (int i = 0; i < arch->decoder.layers; i++, at++) {
        n[at + 1] = conv_transposed_length(&arch->decoder.layer[i], n[at]);
        // A mirrored decoder passes through the encoder's own lengths, so the first that differs is
        // the culprit.
        const bool differs = arch->mirrored && n[at + 1] != n[2 * arch->encoder.layers - at - 1];
        const bool last = i == arch->decoder.layers - 1;
        if (n[at + 1] == 0 || differs || (last && n[at + 1] != n[0])) {
            const uint64_t wanted = arch->mirrored ? n[2 * arch->encoder.layers - at - 1] : n[0];
            return error_set(
                error,
                "decoder layer %d: gives %llu frames where %llu went into the encoder, "
                "so a window of %llu samples does not come back; %llu would",
                i + 1, (unsigned long long)n[at + 1], (unsigned long long)wanted,
                (unsigned long long)samples, (unsigned long long)arch_round_up(arch, samples));
        }
    }
    return true;
}
