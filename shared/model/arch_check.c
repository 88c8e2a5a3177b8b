// The checks of arch.h: what an architecture from a file, or from a user, must satisfy.
#include "model/arch.h"

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
        // A mirrored decoder passes through the encoder's own lengths, so the first that differs
        // is the culprit.
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
