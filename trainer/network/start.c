#include "network/start.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static const char *const names[START_KINDS] = {"transform", "folded"};

const char *start_name(Start start)
{
    return names[start];
}

bool start_parse(Start *start, const char *text, Error *error)
{
    for (int i = 0; i < START_KINDS; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *start = (Start)i;
        return true;
    }
    return error_set(error, "unknown start '%s': transform or folded", text);
}

// ---- The lapped transform ----

// Tap n, in [0, 2 hop), of band `band` of the modulated lapped transform with the sine window: an
// orthogonal transform of `hop` bands. (Malvar, "Lapped transforms for efficient transform/subband
// coding", IEEE Trans. ASSP 38(6), 1990.) 0 beyond.
static float lapped_tap(int hop, int band, int n)
{
    if (n < 0 || n >= 2 * hop) return 0.0f;
    const double window = sin((n + 0.5) * PI / (2.0 * hop));
    return (float)(window * sqrt(2.0 / hop) * cos((n + 0.5 + 0.5 * hop) * (band + 0.5) * PI / hop));
}

// A network whose start is being set.
typedef struct {
    const Arch *arch;
    const Convolution *list;
    float *parameters;
    int hop;
    int first; // tap of the linear encoder at which the transform begins
} Network;

static float *weight_of(const Network *network, const Convolution *conv, int out, int in, int tap)
{
    const int row = conv->transposed ? in * conv->kernel + tap : tap * conv->in + in;
    return network->parameters + conv->weight + (size_t)(row * conv->out + out);
}

// Sets what an encoder's channel hears, `gain` times the band, or a decoder's says.
static void set_analysis(const Network *network, const Convolution *conv, int channel, int band,
                         float gain)
{
    for (int tap = 0; tap < conv->kernel; tap++)
        *weight_of(network, conv, channel, 0, tap) =
            gain * lapped_tap(network->hop, band, tap - network->first);
}

static void set_synthesis(const Network *network, const Convolution *conv, int channel, int band)
{
    const int ahead =
        arch_linear_encoder(network->arch).padding - arch_linear_decoder(network->arch).padding;
    for (int tap = 0; tap < conv->kernel; tap++)
        *weight_of(network, conv, 0, channel, tap) =
            lapped_tap(network->hop, band, tap + ahead - network->first);
}

// From here on the layer gives zeros, until it is trained.
static void silence(const Network *network, const Convolution *conv)
{
    const size_t weights = (size_t)conv->in * (size_t)conv->out * (size_t)conv->kernel;
    memset(network->parameters + conv->weight, 0, weights * sizeof(float));
    if (conv->biased)
        memset(network->parameters + conv->bias, 0, (size_t)conv->out * sizeof(float));
}

static int last_strided(const Chain *chain)
{
    int i = chain->layers - 1;
    while (chain->layer[i].kind != LAYER_STRIDED) i--;
    return i;
}

static const Convolution *convolution_of(const Network *network, bool decoder, int layer)
{
    return &network->list[arch_convolution_of(network->arch, decoder, layer)];
}

static const Convolution *linear_of(const Network *network, bool decoder)
{
    return &network->list[arch_convolution_of_linear(network->arch, decoder)];
}

// Sets the linear path to the transform's lowest bands, the same in both directions, so that it
// projects the audio onto them, and silences the chains' ends, which would add to it. Channels
// beyond the transform's bands stay as drawn in the encoder and silent in the decoder.
static void start_at_transform(const Network *network)
{
    const Arch *arch = network->arch;
    const Convolution *encoder = linear_of(network, false), *decoder = linear_of(network, true);
    silence(network, decoder);
    for (int band = 0; band < encoder->out && band < network->hop; band++) {
        set_analysis(network, encoder, band, band, 1.0f);
        set_synthesis(network, decoder, band, band);
    }
    silence(network, convolution_of(network, false, last_strided(&arch->encoder)));
    silence(network, convolution_of(network, true, last_strided(&arch->decoder)));
}

// ---- A band folded into the channel of another ----
//
// The channel carries two bands, a and b, as a place on a curve of three branches, each as long as
// a reaches, one behind the other like the folds of a letter: in the middle b is nearly 0.
//
//                 { 2 L - a    where b > h / 2                       { 2 L - z, h     where z > L
//     z(a, b)  =  { a          between            a', b'  (z)  =     { z, 0           between
//                 { -2 L - a   where b < -h / 2                      { -2 L - z, -h   where z < -L
//
// a comes back as it was, and of b three levels: for a normal distribution that is up to 81 % of
// its power. L and h are multiples of how loud the bands beside are, which the decoder can tell as
// well as the encoder: so soft music is folded like loud music, and where b is silent, nothing is
// changed. (A map of two dimensions into one, as in Shannon, "Communication in the presence of
// noise", Proc. IRE 37, 1949.)
//
// Two layers of leaky ReLU give just this, but for steps that are steep lines. The chain's first
// layer gives both halves of each band; its first residual block hears them and adds
//
//     step(x) w = relu(steepness x) - relu(steepness x - w)          from 0 to w where x > 0
//     a - clip(a, L) = relu(a - L) - relu(-a - L)                    what is beyond +-L
//
// in which relu(x) - relu(y) = (leaky(x) - leaky(y) - slope (x - y)) / (1 - slope); what the slope
// takes adds up to a multiple of a or z, and the linear path gives it back.

enum {
    LEVEL_BANDS = 16, // that tell how loud it is
    UNITS = 6,        // of the residual block: two steps, and what is beyond
};

static const double longest = 4.0;     // L, in the level of the bands beside
static const double height = 1.1;      // h, in the same
static const double steepness = 300.0; // of a step
static const double decay = 0.6;       // of what a band counts in the level, from band to band
static const double slope = (double)LEAKY_RELU_SLOPE;

// A chain from its first layer to its last.
typedef struct {
    const Network *network;
    const Convolution *first, *look, *mix, *last; // `look` and `mix` of the first residual block
    int top;    // band of the highest pair: two channels, of the band and of its negative
    int before; // channels before that pair, which the block fills
    int lowest; // band that tells how loud it is
    int taps;   // at which the bands are heard: now, or also a frame ago
} Side;

static int folded_band(const Arch *arch)
{
    return arch_latent_channels(arch); // b, the first that the transform leaves out
}

static int host_band(const Arch *arch)
{
    return arch_latent_channels(arch) - 2; // a; the one between tells most of how loud b is
}

static int pairs(const Side *side)
{
    const int room = (side->first->out - side->before) / 2;
    return room < side->top + 1 ? room : side->top + 1;
}

static int channel_of(const Side *side, int band)
{
    return side->before + 2 * (side->top - band);
}

// Adds to what a unit of the block hears: `gain` times a band's value, or magnitude, at a tap.
static void hear_both(const Side *side, int unit, int tap, int band, double plus, double minus)
{
    const double balance = 1.0 / sqrt(steepness); // what comes in is as steep as what goes out
    const int channel = channel_of(side, band);
    *weight_of(side->network, side->look, unit, channel, tap) += (float)(plus * balance);
    *weight_of(side->network, side->look, unit, channel + 1, tap) += (float)(minus * balance);
}

static void hear_value(const Side *side, int unit, double gain, int band)
{
    const double half = gain / (1.0 + slope);
    hear_both(side, unit, side->look->kernel - 1, band, half, -half);
}

static void hear_magnitude(const Side *side, int unit, double gain, int band, int tap)
{
    const double half = gain / (1.0 - slope);
    hear_both(side, unit, tap, band, half, half);
}

// Adds `gain` times how loud the bands beside are; the nearer the more.
static void hear_level(const Side *side, int unit, double gain)
{
    const int host = host_band(side->network->arch);
    double total = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        double share = 1.0;
        for (int band = host + 1; band >= side->lowest; band--, share *= decay) {
            if (band == host) continue;
            if (pass == 0) total += share * side->taps;
            for (int tap = 1; pass == 1 && tap <= side->taps; tap++)
                hear_magnitude(side, unit, gain * share / total, band, side->look->kernel - tap);
        }
    }
}

static void say(const Side *side, int channel, int unit, double gain)
{
    *weight_of(side->network, side->mix, channel, unit, 0) = (float)(gain * sqrt(steepness));
}

// The channel gets step(x) w - step(y) v of units 0 to 3, which hear x, x - w, y and y - v, each
// steep.
static void say_steps(const Side *side, int channel)
{
    for (int unit = 0; unit < 4; unit++)
        say(side, channel, unit, (unit == 0 || unit == 3 ? 1.0 : -1.0) / (1.0 - slope));
}

// The channel gets `gain` times what of the band's value is beyond the longest, in units 4 and 5.
static void add_beyond(const Side *side, int channel, double gain, int band)
{
    for (int unit = 4; unit < 6; unit++) {
        const double sign = unit == 4 ? 1.0 : -1.0;
        hear_value(side, unit, sign, band);
        hear_level(side, unit, -longest);
        say(side, channel, unit, gain * sign / (1.0 - slope));
    }
}

static void scale_linear(const Side *side, bool decoder, int channel, double gain)
{
    const Convolution *linear = linear_of(side->network, decoder);
    for (int tap = 0; tap < linear->kernel; tap++) {
        float *weight = decoder ? weight_of(side->network, linear, 0, channel, tap)
                                : weight_of(side->network, linear, channel, 0, tap);
        *weight *= (float)gain;
    }
}

static void silence_units(const Side *side)
{
    for (int unit = 0; unit < UNITS; unit++)
        for (int in = 0; in < side->look->in; in++)
            for (int tap = 0; tap < side->look->kernel; tap++)
                *weight_of(side->network, side->look, unit, in, tap) = 0.0f;
}

static Side side_of(const Network *network, bool decoder)
{
    const Chain *chain = decoder ? &network->arch->decoder : &network->arch->encoder;
    const Convolution *look = convolution_of(network, decoder, 1);
    return (Side){
        .network = network,
        .first = convolution_of(network, decoder, 0),
        .look = look,
        .mix = look + 1,
        .last = convolution_of(network, decoder, chain->layers - 1),
        .top = folded_band(network->arch) - decoder,
        .before = decoder ? 2 : 1,
    };
}

static void fold(const Side *side)
{
    const Network *network = side->network;
    const int host = host_band(network->arch), folded = folded_band(network->arch);
    for (int channel = 0; channel < side->before; channel++)
        set_analysis(network, side->first, channel, folded, 0.0f);
    for (int i = 0; i < pairs(side); i++) {
        const int band = side->top - i, channel = channel_of(side, band);
        set_analysis(network, side->first, channel, band, 1.0f);
        set_analysis(network, side->first, channel + 1, band, -1.0f);
    }
    silence_units(side);
    for (int unit = 0; unit < 4; unit++) {
        const double sign = unit < 2 ? 1.0 : -1.0;
        hear_value(side, unit, sign * steepness, folded);
        hear_level(side, unit, -steepness * height / 2.0);
        if (unit % 2 == 0) continue;
        hear_value(side, unit, sign * 2.0, host);
        hear_level(side, unit, -2.0 * longest);
    }
    say_steps(side, 0);
    add_beyond(side, 0, -1.0, host);
    *weight_of(network, side->last, host, 0, 0) = 1.0f;
    scale_linear(side, false, host, 1.0 + 6.0 * slope / (1.0 - slope));
}

static void unfold(const Side *side)
{
    const Network *network = side->network;
    const int host = host_band(network->arch), folded = folded_band(network->arch);
    for (int latent = 0; latent < side->first->in; latent++) {
        for (int channel = 0; channel < side->before; channel++)
            *weight_of(network, side->first, channel, latent, 0) = 0.0f;
        for (int i = 0; i < pairs(side); i++) {
            const int band = side->top - i, channel = channel_of(side, band);
            *weight_of(network, side->first, channel, latent, 0) = latent == band;
            *weight_of(network, side->first, channel + 1, latent, 0) = -(float)(latent == band);
        }
    }
    silence_units(side);
    for (int unit = 0; unit < 4; unit++) {
        hear_value(side, unit, unit < 2 ? steepness : -steepness, host);
        hear_level(side, unit, -steepness * longest - (unit % 2 ? height : 0.0));
    }
    say_steps(side, 0);
    add_beyond(side, 1, -2.0, host);
    set_synthesis(network, side->last, 0, folded);
    set_synthesis(network, side->last, 1, host);
    scale_linear(side, true, host, 1.0 + 4.0 * slope / (1.0 - slope));
}

// A bias would be heard in soft music and not in loud.
static void silence_biases(const Network *network, const Side *side)
{
    for (const Convolution *conv = side->first; conv <= side->last; conv++)
        memset(network->parameters + conv->bias, 0, (size_t)conv->out * sizeof(float));
}

// Both sides have to find the same level: by bands and taps that both have.
static void agree_on_level(Side *encoder, Side *decoder)
{
    const Arch *arch = encoder->network->arch;
    const Layer *looking = &arch->encoder.layer[1], *seeing = &arch->decoder.layer[1];
    int lowest = folded_band(arch) - LEVEL_BANDS;
    if (lowest < encoder->top - pairs(encoder) + 1) lowest = encoder->top - pairs(encoder) + 1;
    if (lowest < decoder->top - pairs(decoder) + 1) lowest = decoder->top - pairs(decoder) + 1;
    encoder->lowest = decoder->lowest = lowest;
    const bool past =
        looking->kernel > 1 && seeing->kernel > 1 && looking->dilation == seeing->dilation;
    encoder->taps = decoder->taps = past ? 2 : 1;
}

static void start_folded(const Network *network)
{
    Side encoder = side_of(network, false), decoder = side_of(network, true);
    agree_on_level(&encoder, &decoder);
    silence_biases(network, &encoder);
    silence_biases(network, &decoder);
    fold(&encoder);
    unfold(&decoder);
}

// ---- Checks ----

// True if the chain is one layer with the hop's stride and one with kernel 1, in this order in an
// encoder, with nothing but residual blocks between them, and the first of these wide enough.
static bool foldable(const Chain *chain, bool decoder)
{
    const int last = chain->layers - 1;
    if (last < 2) return false;
    for (int i = 1; i < last; i++)
        if (chain->layer[i].kind != LAYER_RESIDUAL) return false;
    const Layer *narrow = &chain->layer[decoder ? 0 : last];
    return chain->layer[0].kind == LAYER_STRIDED && chain->layer[last].kind == LAYER_STRIDED &&
           narrow->kernel == 1 && narrow->stride == 1 && narrow->padding == 0 &&
           chain->layer[1].width >= UNITS && chain->layer[0].out >= 7;
}

bool start_check(const Arch *arch, Start start, Error *error)
{
    if (start == START_TRANSFORM) return true;
    if (!arch->linear)
        return error_set(error, "a folded start needs a linear path beside the layers");
    if (arch->activation != ACTIVATION_LEAKY_RELU)
        return error_set(error, "a folded start needs the activation leaky_relu");
    if (folded_band(arch) < 2 || folded_band(arch) >= arch_hop(arch))
        return error_set(error, "a folded start needs at least 2 latent channels, and fewer than "
                                "samples in a hop");
    if (!foldable(&arch->encoder, false) || !foldable(&arch->decoder, true))
        return error_set(error,
                         "a folded start needs encoder and decoder of one layer with the whole "
                         "stride, of at least 7 channels, residual blocks, the first of a width of "
                         "at least %d, and one layer of kernel 1, as in "
                         "36k144s72p72,r24k3d1,64k1s1p0+linear",
                         UNITS);
    return true;
}

void start_set(const Arch *arch, const Convolution *list, Start start, float *parameters)
{
    if (!arch->linear) return;
    Network network = {.arch = arch, .list = list, .parameters = parameters, .hop = arch_hop(arch)};
    const int reach = arch_shared_reach(arch, &network.first);
    network.first += (reach - 2 * network.hop) / 2; // in the middle of what both see
    start_at_transform(&network);
    if (start == START_FOLDED) start_folded(&network);
}
