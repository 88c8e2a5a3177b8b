// arch.h: the architecture of an autoencoder: its front, its layers, and every number that follows
// from them (lengths, delay, parameter counts, tensor shapes). Plain values: copy them freely, use
// them from any thread.
//
// The front decides what the network works on. Either it is the samples themselves, one channel, or
// a short-time spectrum (front/spectrum.h): the encoder takes the log levels of `bands` bands in
// each frame, the decoder gives as many.
//
// The encoder is a chain of Conv1d, the decoder a chain of ConvTranspose1d; an activation follows
// each strided layer but the last of a chain. Between these strided layers, and at either end of
// them, residual blocks are allowed,
//
//     y = x + mix(activation(conv(x)))     conv: dilated, from channels to width
//                                          mix: kernel 1, from width to channels
//
// (after van den Oord et al., "WaveNet", 2016). They use past frames only and so add no delay.
// Beside both chains a linear path is allowed: one convolution in the encoder, one transposed in
// the decoder, with the stride, padding and reach of the whole chain, added to the chain's output.
//
// In text, a strided layer is channels, kernel, stride and padding, a residual block width, kernel
// and dilation after an `r`. Layers are joined by commas:
//
//     64k8s6p4,32k6s3p4,8k5s2p4                              the decoder mirrors the encoder
//     64k8s6p4,32k6s3p4,8k5s2p4/32k5s2p4,64k6s3p4,1k8s6p4    the decoder is its own
//     64k8s6p4,r32k3d1,32k6s3p4,8k5s2p4,r32k3d2+linear       residual blocks and a linear path
//     spectrum2048h256b64f80:256k1s1p0,r128k3d1,16k1s1p0     a spectrum: window, hop, bands, floor
//
// Channels are a layer's outputs, so a decoder's last strided layer has 1, or the bands.
#ifndef TRASLUZ_ARCH_H
#define TRASLUZ_ARCH_H

#include "files/error.h"
#include "math/activation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A weights file is untrusted data: these bounds keep small what a model can ask of a
// host (see arch_check()).
enum {
    ARCH_LAYERS_MAX = 16, // in a chain
    ARCH_CONVOLUTIONS_MAX = 4 * ARCH_LAYERS_MAX + 2,
    ARCH_CHANNELS_MAX = 1024,
    ARCH_KERNEL_MAX = 1024,
    ARCH_STRIDE_MAX = 1024,
    ARCH_PADDING_MAX = 1024,
    ARCH_DILATION_MAX = 1024,
    ARCH_HOP_MAX = 16384,           // samples
    ARCH_PARAMETERS_MAX = 16 << 20, // values
    ARCH_TEXT_MAX = 1024,           // bytes of an architecture's text, its NUL included

    SPECTRUM_WINDOW_MIN = 64, // samples
    SPECTRUM_WINDOW_MAX = 8192,
    SPECTRUM_HOP_MIN = 8, // samples
    SPECTRUM_BANDS_MIN = 4,
    SPECTRUM_BANDS_MAX = 512,
    SPECTRUM_FLOOR_MIN = 20, // dB
    SPECTRUM_FLOOR_MAX = 120,
};

typedef enum { LAYER_STRIDED, LAYER_RESIDUAL } LayerKind;

typedef struct {
    LayerKind kind;
    int in, out; // channels; a residual block's are the same
    int kernel, stride, padding;
    int width, dilation; // of a residual block; else 0 and 1
} Layer;

typedef struct {
    Layer layer[ARCH_LAYERS_MAX];
    int layers;
} Chain;

typedef enum { FRONT_SAMPLES, FRONT_SPECTRUM } FrontKind;

// The sizes of a spectrum; all 0 for samples.
typedef struct {
    FrontKind kind;
    int window; // samples of the analysis window, a power of two
    int hop;    // samples from one frame to the next, at most half the window
    int bands;  // at most a quarter of the window
    int floor;  // dB below a frame's strongest band
} ArchFront;

typedef struct {
    ArchFront front;
    Chain encoder; // Conv1d
    Chain decoder; // ConvTranspose1d
    Activation activation;
    bool mirrored; // the decoder was made by mirroring the encoder
    bool linear;   // with a linear path beside both chains
} Arch;

// One convolution of the network and the place of its parameters among all. A strided layer is one,
// a residual block two, `conv` and `mix`; the linear path is one in each direction.
typedef struct {
    char name[32];   // PyTorch's, before ".weight" and ".bias": "encoder.2", "encoder.4.mix"
    bool transposed; // ConvTranspose1d
    bool biased;
    int in, out, kernel;
    size_t weight, bias; // first values
} Convolution;

// Reads an architecture from its text. Refuses what arch_check() refuses.
bool arch_parse(Arch *arch, const char *text, Activation activation, Error *error);

// Writes the architecture's text, in the shorter form if the decoder mirrors the encoder.
void arch_format(const Arch *arch, char text[ARCH_TEXT_MAX]);

// True if the architecture is within the bounds above and can run as a stream: its decoder undoes
// the encoder's strides and can give the length of some input back. Else the message names the
// layer and the reason.
bool arch_check(const Arch *arch, Error *error);

// True if the decoder's output for an input of `samples` has that length; else the message names
// the layer and the reason.
bool arch_check_window(const Arch *arch, uint64_t samples, Error *error);

// Values in each frame at the network's ends: 1 for samples, the bands of a spectrum.
int arch_inputs(const Arch *arch);

// Samples from one frame at the network's ends to the next: 1, or the hop of the spectrum.
int arch_front_hop(const Arch *arch);

// The front seen as a layer, for lengths and delay: kernel, stride and padding are 1, 1, 0 for
// samples, and 2 hops, 1 hop, 1 hop for a spectrum, whose synthesis window has two hops.
Layer arch_front_layer(const Arch *arch);

// Frames that come out of a layer of the encoder, or of the decoder, for `n` that go in, by
// PyTorch's formulas; 0 if the input is too short.
uint64_t conv_length(const Layer *layer, uint64_t n); // (n + 2 padding - kernel) / stride + 1
uint64_t conv_transposed_length(const Layer *layer,
                                uint64_t n); // (n - 1) stride - 2 padding + kernel

// Frames at the network's ends for `samples` samples.
uint64_t arch_front_frames(const Arch *arch, uint64_t samples);

uint64_t arch_latent_frames(const Arch *arch, uint64_t samples);
uint64_t arch_output_samples(const Arch *arch, uint64_t frames);

// The smallest length, at least `samples`, that the decoder gives back.
uint64_t arch_round_up(const Arch *arch, uint64_t samples);

int arch_latent_channels(const Arch *arch);

// Samples from one latent frame to the next.
int arch_hop(const Arch *arch);

// Frames at the network's ends from one latent frame to the next.
int arch_network_hop(const Arch *arch);

// Delay of the stream in samples: a D such that output sample n depends on no input after n + D,
// the smallest for samples. It is the encoder's right extent, the sum over the front and its layers
// of (kernel - 1 - padding) times the strides before the layer, plus the decoder's left reach, the
// sum of padding times the strides after the layer. For a spectrum whose network looks at no later
// frame it is two hops less one sample.
int arch_delay(const Arch *arch);

// Product of a chain's strides, or some number above ARCH_HOP_MAX.
int64_t chain_hop(const Chain *chain);

// True if the activation follows the layer: it lies between strided layers.
bool chain_activates(const Chain *chain, int layer);

// The linear path's two layers.
Layer arch_linear_encoder(const Arch *arch);
Layer arch_linear_decoder(const Arch *arch);

// How many frames at the network's ends both see of the same latent frame, and which tap of the
// linear encoder is the first of them; 0 or less if they share none.
int arch_shared_reach(const Arch *arch, int *offset);

// All convolutions in the order of their parameters: the encoder's layers, the decoder's, then the
// linear path's. Returns how many there are.
int arch_convolutions(const Arch *arch, Convolution list[ARCH_CONVOLUTIONS_MAX]);

// The first of a layer's convolutions in that list, and the linear path's.
int arch_convolution_of(const Arch *arch, bool decoder, int layer);
int arch_convolution_of_linear(const Arch *arch, bool decoder);

size_t arch_parameters(const Arch *arch);

// Multiply-adds of the network for each second of audio, encoder and decoder together.
double arch_multiply_adds(const Arch *arch, double rate);

#endif
