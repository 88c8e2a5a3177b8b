// The text form of arch.h: parsing and printing.
#include "model/arch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Text ----

// Reads a number in [low, high] after the letter `tag` (none if it is 0) and moves on.
static bool parse_number(const char **text, char tag, const char *what, int low, int high,
                         int *number, Error *error)
{
    if (tag) {
        if (**text != tag)
            return error_set(error, "'%c' and the %s expected at '%.20s'", tag, what, *text);
        ++*text;
    }
    if (**text < '0' || **text > '9')
        return error_set(error, "the %s expected at '%.20s'", what, *text);
    char *end;
    const long value = strtol(*text, &end, 10);
    if (value < low || value > high)
        return error_set(error, "%s %.*s is not within %d and %d", what, (int)(end - *text), *text,
                         low, high);
    *number = (int)value;
    *text = end;
    return true;
}

static bool parse_residual(const char **text, Layer *layer, Error *error)
{
    layer->kind = LAYER_RESIDUAL;
    layer->out = layer->in;
    layer->stride = 1;
    return parse_number(text, 'r', "width", 1, ARCH_CHANNELS_MAX, &layer->width, error) &&
           parse_number(text, 'k', "kernel", 1, ARCH_KERNEL_MAX, &layer->kernel, error) &&
           parse_number(text, 'd', "dilation", 1, ARCH_DILATION_MAX, &layer->dilation, error);
}

static bool parse_layer(const char **text, Layer *layer, Error *error)
{
    if (**text == 'r') return parse_residual(text, layer, error);
    layer->dilation = 1;
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

static const char spectrum[] = "spectrum";

// Reads a spectrum's sizes, if the text begins with one.
static bool parse_front(const char **text, ArchFront *front, Error *error)
{
    if (strncmp(*text, spectrum, strlen(spectrum)) != 0) return true;
    *text += strlen(spectrum);
    front->kind = FRONT_SPECTRUM;
    if (!parse_number(text, 0, "window", SPECTRUM_WINDOW_MIN, SPECTRUM_WINDOW_MAX, &front->window,
                      error) ||
        !parse_number(text, 'h', "hop", SPECTRUM_HOP_MIN, SPECTRUM_WINDOW_MAX / 2, &front->hop,
                      error) ||
        !parse_number(text, 'b', "bands", SPECTRUM_BANDS_MIN, SPECTRUM_BANDS_MAX, &front->bands,
                      error) ||
        !parse_number(text, 'f', "floor", SPECTRUM_FLOOR_MIN, SPECTRUM_FLOOR_MAX, &front->floor,
                      error))
        return error_prefix(error, spectrum);
    if (**text != ':')
        return error_set(error, "%s: ':' and the layers expected at '%.20s'", spectrum, *text);
    ++*text;
    return true;
}

// A residual block is its own mirror image.
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
    if (strlen(text) >= ARCH_TEXT_MAX)
        return error_set(error, "architecture: longer than %d characters", ARCH_TEXT_MAX - 1);

    *arch = (Arch){.activation = activation};
    const char *rest = text;
    if (!parse_front(&rest, &arch->front, error)) return false;
    if (!parse_chain(&rest, &arch->encoder, arch_inputs(arch), error))
        return error_prefix(error, "encoder");
    if (*rest == '/') {
        rest++;
        if (!parse_chain(&rest, &arch->decoder, arch_latent_channels(arch), error))
            return error_prefix(error, "decoder");
        arch->mirrored = is_mirrored(arch);
    } else {
        mirror(arch);
    }
    static const char linear[] = "+linear";
    arch->linear = strncmp(rest, linear, strlen(linear)) == 0;
    if (arch->linear) rest += strlen(linear);
    if (*rest)
        return error_set(error,
                         "architecture: ',' or '/' and another layer, '+linear', or its end, "
                         "expected at '%.20s'",
                         rest);
    return arch_check(arch, error);
}

static size_t format_chain(const Chain *chain, char *text, size_t room)
{
    size_t used = 0;
    for (int i = 0; i < chain->layers && used < room; i++) {
        const Layer *layer = &chain->layer[i];
        if (i > 0) text[used++] = ',';
        const int n = layer->kind == LAYER_RESIDUAL
                          ? snprintf(text + used, room - used, "r%dk%dd%d", layer->width,
                                     layer->kernel, layer->dilation)
                          : snprintf(text + used, room - used, "%dk%ds%dp%d", layer->out,
                                     layer->kernel, layer->stride, layer->padding);
        used += (size_t)n;
    }
    return used;
}

void arch_format(const Arch *arch, char text[ARCH_TEXT_MAX])
{
    // A spectrum's sizes and two chains of sixteen layers of at most 20 characters each fit.
    size_t used = 0;
    if (arch->front.kind == FRONT_SPECTRUM)
        used = (size_t)snprintf(text, ARCH_TEXT_MAX, "%s%dh%db%df%d:", spectrum, arch->front.window,
                                arch->front.hop, arch->front.bands, arch->front.floor);
    used += format_chain(&arch->encoder, text + used, ARCH_TEXT_MAX - used);
    if (!arch->mirrored) {
        text[used++] = '/';
        used += format_chain(&arch->decoder, text + used, ARCH_TEXT_MAX - used);
    }
    snprintf(text + used, ARCH_TEXT_MAX - used, "%s", arch->linear ? "+linear" : "");
}
