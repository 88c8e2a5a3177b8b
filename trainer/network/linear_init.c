#include "network/linear_init.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

const char *const linear_init_names[LINEAR_INITS + 1] = {"transform", "axes", NULL};

// Tap n, in [0, 2 hop), of band `band` of the modulated lapped transform with the sine window: an
// orthogonal transform of `hop` bands. (Malvar, "Lapped transforms for efficient transform/subband
// coding", IEEE Trans. ASSP 38(6), 1990.) 0 outside.
static float lapped_tap(int hop, int band, int n)
{
    if (n < 0 || n >= 2 * hop) return 0.0f;
    const double window = sin((n + 0.5) * PI / (2.0 * hop));
    return (float)(window * sqrt(2.0 / hop) * cos((n + 0.5 + 0.5 * hop) * (band + 0.5) * PI / hop));
}

// Sets the linear encoder's channel `band` to the transform's band, tap `first` being its tap 0.
static void set_analysis(const Convolution *encoder, int hop, int first, int band,
                         float *parameters)
{
    for (int tap = 0; tap < encoder->kernel; tap++)
        parameters[encoder->weight + (size_t)(tap * encoder->out + band)] =
            lapped_tap(hop, band, tap - first);
}

// Sets the linear decoder's channel `band` likewise.
static void set_synthesis(const Convolution *decoder, int hop, int first, int band,
                          float *parameters)
{
    for (int tap = 0; tap < decoder->kernel; tap++)
        parameters[decoder->weight + (size_t)(band * decoder->kernel + tap)] =
            lapped_tap(hop, band, tap - first);
}

static void zero_weights(const Convolution *conv, float *parameters)
{
    const size_t weights = (size_t)conv->in * (size_t)conv->out * (size_t)conv->kernel;
    memset(parameters + conv->weight, 0, weights * sizeof(float));
    if (conv->biased) memset(parameters + conv->bias, 0, (size_t)conv->out * sizeof(float));
}

static int last_strided(const Chain *chain)
{
    int i = chain->layers - 1;
    while (chain->layer[i].kind != LAYER_STRIDED) i--;
    return i;
}

// The linear path's two convolutions, and the tap of each at which the hops start that both see
// in their middle.
typedef struct {
    const Convolution *encoder, *decoder;
    int encoder_tap, decoder_tap;
} LinearPath;

static LinearPath linear_path(const Arch *arch, const Convolution *list, int hops)
{
    LinearPath path = {
        .encoder = &list[arch_convolution_of_linear(arch, false)],
        .decoder = &list[arch_convolution_of_linear(arch, true)],
    };
    int first;
    const int reach = arch_shared_reach(arch, &first);
    const int ahead = arch_linear_encoder(arch).padding - arch_linear_decoder(arch).padding;
    path.encoder_tap = first + (reach - hops * arch_network_hop(arch)) / 2;
    path.decoder_tap = path.encoder_tap - ahead;
    return path;
}

// Makes the chains add nothing until they are trained.
static void zero_chain_ends(const Arch *arch, const Convolution *list, float *parameters)
{
    const int encoder_end = arch_convolution_of(arch, false, last_strided(&arch->encoder));
    const int decoder_end = arch_convolution_of(arch, true, last_strided(&arch->decoder));
    zero_weights(&list[encoder_end], parameters);
    zero_weights(&list[decoder_end], parameters);
}

// The same bands in both directions make the path a projection of the audio onto them. Channels
// beyond the transform's bands stay as drawn in the encoder and zero in the decoder.
void linear_init(const Arch *arch, const Convolution *list, float *parameters)
{
    if (!arch->linear || arch->front.kind != FRONT_SAMPLES) return;
    const LinearPath path = linear_path(arch, list, 2);
    const int hop = arch_hop(arch);
    zero_weights(path.decoder, parameters);
    for (int band = 0; band < path.encoder->out && band < hop; band++) {
        set_analysis(path.encoder, hop, path.encoder_tap, band, parameters);
        set_synthesis(path.decoder, hop, path.decoder_tap, band, parameters);
    }
    zero_chain_ends(arch, list, parameters);
}

// Element (c, j) of the orthogonal cosine transform (DCT-II) of n points, or of the identity.
static double rotation(LinearInit init, size_t n, size_t c, size_t j)
{
    if (init == LINEAR_INIT_AXES) return c == j;
    const double scale = sqrt((c == 0 ? 1.0 : 2.0) / (double)n);
    return scale * cos(PI * ((double)j + 0.5) * (double)c / (double)n);
}

void linear_init_axes(const Arch *arch, LinearInit init, const float *axis, float *parameters)
{
    if (!arch->linear) return;
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(arch, list);
    const LinearPath path = linear_path(arch, list, 1);
    const size_t bands = (size_t)path.encoder->in, channels = (size_t)path.encoder->out;
    const size_t stacked = (size_t)arch_network_hop(arch), kernel = (size_t)path.decoder->kernel;
    float *const encoder = parameters + path.encoder->weight;
    float *const decoder = parameters + path.decoder->weight;
    zero_weights(path.encoder, parameters);
    zero_weights(path.decoder, parameters);
    for (size_t c = 0; c < channels; c++)
        for (size_t j = 0; j < stacked; j++)
            for (size_t k = 0; k < bands; k++) {
                double sum = 0.0;
                for (size_t a = 0; a < channels; a++)
                    sum += rotation(init, channels, c, a) *
                           (double)axis[(a * stacked + j) * bands + k];
                const float value = (float)sum;
                const size_t encoder_tap = (size_t)path.encoder_tap + j;
                const size_t decoder_tap = (size_t)path.decoder_tap + j;
                encoder[(encoder_tap * bands + k) * channels + c] = value;
                decoder[(c * kernel + decoder_tap) * bands + k] = value;
            }
    zero_chain_ends(arch, list, parameters);
}
