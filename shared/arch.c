#include "arch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT "figure 3 of the report, "

const ArchName arch_names[] = {
    {"extra_chico", "64k8s6p4,32k6s3p4,2k5s2p4", "the report's latent [2,3066]"},
    {"chico", "64k8s6p4,32k6s3p4,4k5s2p4", "the report's latent [4,3066]"},
    {"normal", "64k8s6p4,32k6s3p4,8k5s2p4", "the report's latent [8,3066], its choice"},
    {"grande", "64k8s6p4,32k6s3p4,32k5s2p4", "the report's latent [32,3066]"},
    {"figure3_1", "64k8s6p4,32k6s3p4,8k5s2p4", REPORT "row 1 (printed there as [1,5512])"},
    {"figure3_2", "64k6s4p4,32k4s2p3,32k4s2p1", REPORT "row 2: [32,6892]"},
    {"figure3_3", "64k8s6p4,32k6s3p4,4k5s2p4", REPORT "row 3: [4,3066]"},
    {"figure3_4", "64k6s4p4,32k6s4p5,4k5s2p4", REPORT "row 4: [4,3449]"},
    {"figure3_5", "64k6s4p4,32k4s2p3,4k4s2p1", REPORT "row 5: [4,6892]"},
    {"figure3_6", "64k8s6p4,32k6s3p4,8k5s2p4", REPORT "row 6: [8,3066]"},
    {"figure3_7", "64k8s6p4,32k6s3p4,8k5s2p4", REPORT "row 7: [8,3066]"},
    {"figure3_8", "64k8s5p4,32k6s3p4,8k4s2p4", REPORT "row 8: [8,3679]"},
    {NULL, NULL, NULL},
};

// ---- Activations ----

static const char *const activation_names[ACTIVATIONS] = {"leaky_relu", "silu", "tanh"};

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

// ---- Text ----

// Reads a number in [low, high] behind the letter `tag` (none where it is 0) and moves on.
static bool parse_number(const char **text, char tag, const char *what, int low, int high,
                         int *number, Error *error)
{
    if (tag) {
        if (**text != tag)
            return error_set(error, "'%c' and the layer's %s expected at '%.20s'", tag, what,
                             *text);
        ++*text;
    }
    if (**text < '0' || **text > '9')
        return error_set(error, "the layer's %s expected at '%.20s'", what, *text);
    char *end;
    const long value = strtol(*text, &end, 10);
    if (value < low || value > high)
        return error_set(error, "%s %.*s is not within %d and %d", what, (int)(end - *text), *text,
                         low, high);
    *number = (int)value;
    *text = end;
    return true;
}

static bool parse_layer(const char **text, Layer *layer, Error *error)
{
    return parse_number(text, 0, "channels", 1, ARCH_CHANNELS_MAX, &layer->out, error) &&
           parse_number(text, 'k', "kernel", 1, ARCH_KERNEL_MAX, &layer->kernel, error) &&
           parse_number(text, 's', "stride", 1, ARCH_STRIDE_MAX, &layer->stride, error) &&
           parse_number(text, 'p', "padding", 0, ARCH_PADDING_MAX, &layer->padding, error);
}

static bool parse_chain(const char **text, Chain *chain, int in, Error *error)
{
    for (;;) {
        if (chain->layers == ARCH_LAYERS_MAX)
            return error_set(error, "more than %d layers", ARCH_LAYERS_MAX);
        Layer *layer = &chain->layer[chain->layers];
        layer->in = in;
        if (!parse_layer(text, layer, error)) {
            char prefix[32];
            snprintf(prefix, sizeof prefix, "layer %d", chain->layers + 1);
            return error_prefix(error, prefix);
        }
        chain->layers++;
        in = layer->out;
        if (**text != ',') return true;
        ++*text;
    }
}

static void mirror(Arch *arch)
{
    const int layers = arch->encoder.layers;
    arch->decoder.layers = layers;
    for (int i = 0; i < layers; i++) {
        Layer layer = arch->encoder.layer[layers - 1 - i];
        const int in = layer.in;
        layer.in = layer.out;
        layer.out = in;
        arch->decoder.layer[i] = layer;
    }
    arch->mirrored = true;
}

static bool is_mirrored(const Arch *arch)
{
    Arch other = *arch;
    mirror(&other);
    return arch->decoder.layers == arch->encoder.layers &&
           memcmp(other.decoder.layer, arch->decoder.layer,
                  (size_t)arch->decoder.layers * sizeof(Layer)) == 0;
}

bool arch_parse(Arch *arch, const char *text, Activation activation, Error *error)
{
    for (const ArchName *known = arch_names; known->name; known++)
        if (strcmp(text, known->name) == 0) text = known->text;
    if (strlen(text) >= ARCH_TEXT_MAX)
        return error_set(error, "architecture: longer than %d characters", ARCH_TEXT_MAX - 1);

    if (*text < '0' || *text > '9')
        return error_set(
            error,
            "no architecture is known by the name '%.60s'; known are extra_chico, chico, "
            "normal, grande, figure3_1 to figure3_8, and layers as in "
            "64k8s6p4,32k6s3p4,8k5s2p4",
            text);

    *arch = (Arch){.activation = activation};
    const char *rest = text;
    if (!parse_chain(&rest, &arch->encoder, 1, error)) return error_prefix(error, "encoder");
    if (*rest == '/') {
        rest++;
        if (!parse_chain(&rest, &arch->decoder, arch_latent_channels(arch), error))
            return error_prefix(error, "decoder");
        arch->mirrored = is_mirrored(arch);
    } else {
        mirror(arch);
    }
    if (*rest)
        return error_set(error,
                         "architecture: ',' or '/' and another layer, or its end, expected at "
                         "'%.20s'",
                         rest);
    return arch_check(arch, error);
}

static size_t format_chain(const Chain *chain, char *text, size_t room)
{
    size_t used = 0;
    for (int i = 0; i < chain->layers && used < room; i++) {
        const Layer *layer = &chain->layer[i];
        const int n = snprintf(text + used, room - used, "%s%dk%ds%dp%d", i ? "," : "", layer->out,
                               layer->kernel, layer->stride, layer->padding);
        used += (size_t)n;
    }
    return used;
}

void arch_format(const Arch *arch, char text[ARCH_TEXT_MAX])
{
    // Two chains of eight layers of at most 20 characters each fit.
    size_t used = format_chain(&arch->encoder, text, ARCH_TEXT_MAX);
    if (!arch->mirrored) {
        text[used++] = '/';
        format_chain(&arch->decoder, text + used, ARCH_TEXT_MAX - used);
    }
}

// ---- Sizes ----

uint64_t conv_length(const Layer *layer, uint64_t n)
{
    const uint64_t padded = n + 2 * (uint64_t)layer->padding;
    const uint64_t kernel = (uint64_t)layer->kernel;
    return padded < kernel ? 0 : (padded - kernel) / (uint64_t)layer->stride + 1;
}

uint64_t conv_transposed_length(const Layer *layer, uint64_t n)
{
    if (n == 0) return 0;
    const uint64_t whole = (n - 1) * (uint64_t)layer->stride + (uint64_t)layer->kernel;
    const uint64_t cut = 2 * (uint64_t)layer->padding;
    return whole < cut ? 0 : whole - cut;
}

uint64_t arch_latent_frames(const Arch *arch, uint64_t samples)
{
    for (int i = 0; i < arch->encoder.layers; i++)
        samples = conv_length(&arch->encoder.layer[i], samples);
    return samples;
}

uint64_t arch_output_samples(const Arch *arch, uint64_t frames)
{
    for (int i = 0; i < arch->decoder.layers; i++)
        frames = conv_transposed_length(&arch->decoder.layer[i], frames);
    return frames;
}

int arch_latent_channels(const Arch *arch)
{
    return arch->encoder.layer[arch->encoder.layers - 1].out;
}

static int64_t chain_hop(const Chain *chain)
{
    int64_t hop = 1;
    for (int i = 0; i < chain->layers && hop <= ARCH_HOP_MAX; i++) hop *= chain->layer[i].stride;
    return hop;
}

int arch_hop(const Arch *arch)
{
    return (int)chain_hop(&arch->encoder);
}

// Latent frame t needs no input after hop * t + extent.
static int64_t encoder_right_extent(const Chain *chain)
{
    int64_t extent = 0, hop = 1;
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        extent += hop * (layer->kernel - 1 - layer->padding);
        hop *= layer->stride;
    }
    return extent;
}

// Latent frame t touches no output before hop * t - reach.
static int64_t decoder_left_reach(const Chain *chain)
{
    int64_t reach = 0, hop = 1;
    for (int i = chain->layers - 1; i >= 0; i--) {
        reach += hop * chain->layer[i].padding;
        hop *= chain->layer[i].stride;
    }
    return reach;
}

int arch_delay(const Arch *arch)
{
    const int64_t delay = encoder_right_extent(&arch->encoder) + decoder_left_reach(&arch->decoder);
    return delay > 0 ? (int)delay : 0;
}

size_t layer_weights(const Layer *layer)
{
    return (size_t)layer->in * (size_t)layer->out * (size_t)layer->kernel;
}

size_t chain_parameters(const Chain *chain)
{
    size_t n = 0;
    for (int i = 0; i < chain->layers; i++)
        n += layer_weights(&chain->layer[i]) + (size_t)chain->layer[i].out;
    return n;
}

size_t arch_parameters(const Arch *arch)
{
    return chain_parameters(&arch->encoder) + chain_parameters(&arch->decoder);
}

double arch_multiply_adds(const Arch *arch, double rate)
{
    double total = 0.0, frames = rate;
    for (int i = 0; i < arch->encoder.layers; i++) {
        frames /= arch->encoder.layer[i].stride;
        total += frames * (double)layer_weights(&arch->encoder.layer[i]);
    }
    for (int i = 0; i < arch->decoder.layers; i++) {
        total += frames * (double)layer_weights(&arch->decoder.layer[i]);
        frames *= arch->decoder.layer[i].stride;
    }
    return total;
}

// ---- Checks ----

static bool within(int value, int low, int high)
{
    return value >= low && value <= high;
}

static bool check_chain(const Chain *chain, const char *what, int in, Error *error)
{
    if (!within(chain->layers, 1, ARCH_LAYERS_MAX))
        return error_set(error, "%s: %d layers; 1 to %d can be", what, chain->layers,
                         ARCH_LAYERS_MAX);
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        if (layer->in != in || !within(layer->in, 1, ARCH_CHANNELS_MAX) ||
            !within(layer->out, 1, ARCH_CHANNELS_MAX) ||
            !within(layer->kernel, 1, ARCH_KERNEL_MAX) ||
            !within(layer->stride, 1, ARCH_STRIDE_MAX) ||
            !within(layer->padding, 0, ARCH_PADDING_MAX))
            return error_set(error, "%s layer %d: channels, kernel, stride or padding out of range",
                             what, i + 1);
        in = layer->out;
    }
    if (chain_hop(chain) > ARCH_HOP_MAX)
        return error_set(error, "%s: its strides multiply to more than %d", what, ARCH_HOP_MAX);
    return true;
}

bool arch_check(const Arch *arch, Error *error)
{
    if (!check_chain(&arch->encoder, "encoder", 1, error) ||
        !check_chain(&arch->decoder, "decoder", arch_latent_channels(arch), error))
        return false;

    const Chain *decoder = &arch->decoder;
    const int last = decoder->layer[decoder->layers - 1].out;
    if (last != 1)
        return error_set(error, "decoder layer %d: gives %d channels; audio is 1", decoder->layers,
                         last);
    if (arch_parameters(arch) > ARCH_PARAMETERS_MAX)
        return error_set(error, "%zu parameters; at most %d can be", arch_parameters(arch),
                         ARCH_PARAMETERS_MAX);
    const int64_t hop = chain_hop(&arch->encoder), back = chain_hop(decoder);
    if (hop != back)
        return error_set(
            error,
            "decoder layer %d: the strides up to it multiply to %lld, the encoder's to "
            "%lld: the length cannot come back",
            decoder->layers, (long long)back, (long long)hop);
    if (arch_round_up(arch, 1) == 0)
        return error_set(error,
                         "decoder layer %d: no input length comes back: kernels and paddings of "
                         "encoder and decoder do not answer each other",
                         decoder->layers);
    return true;
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
    uint64_t n[2 * ARCH_LAYERS_MAX + 1];
    int at = 0;
    n[0] = samples;
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
        if (n[at + 1] == 0 || differs || (last && n[at + 1] != samples)) {
            const uint64_t wanted = arch->mirrored ? n[2 * arch->encoder.layers - at - 1] : samples;
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
