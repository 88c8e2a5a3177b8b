// arch.h: the architecture of an autoencoder: its layers, and every number that follows from them
// (lengths, delay, parameter counts, tensor shapes). Plain values: copy them freely, use them from
// any thread.
//
// The encoder is a chain of Conv1d, the decoder a chain of ConvTranspose1d; the activation stands
// between them, never after a chain's last. Audio is one channel. Between these strided layers, and
// at either end of them, residual blocks can stand,
//
//     y = x + mix(activation(conv(x))),    conv: dilated, from channels to width; mix: kernel 1,
//     back
//
// (after van den Oord et al., "WaveNet", 2016). They look into the past alone and so add no delay.
// Beside both chains a linear path can lie: one convolution in the encoder, one transposed in the
// decoder, with the stride, padding and reach of the whole chain, added to what the chain gives.
//
// In text, a strided layer is channels, kernel, stride and padding, a residual block width, kernel
// and dilation behind an `r`. Layers are joined by commas:
//
//     64k8s6p4,32k6s3p4,8k5s2p4                              the decoder mirrors the encoder
//     64k8s6p4,32k6s3p4,8k5s2p4/32k5s2p4,64k6s3p4,1k8s6p4    the decoder is its own
//     64k8s6p4,r32k3d1,32k6s3p4,8k5s2p4,r32k3d2+linear       residual blocks and a linear path
//
// Channels are those that come out of the layer, so a decoder's last strided layer has 1.
#ifndef TRASLUZ_ARCH_H
#define TRASLUZ_ARCH_H

#include "files/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A weights file is foreign data: these bounds keep what a model can ask of a host small (see
// arch_check()).
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
    ARCH_WINDOW = 110250,           // samples: 5 s at 22 050 Hz, the report's input
};

typedef enum { ACTIVATION_LEAKY_RELU, ACTIVATION_SILU, ACTIVATION_TANH, ACTIVATIONS } Activation;

#define LEAKY_RELU_SLOPE 0.01f

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

typedef struct {
    Chain encoder; // Conv1d
    Chain decoder; // ConvTranspose1d
    Activation activation;
    bool mirrored; // the decoder was made by mirroring the encoder
    bool linear;   // a linear path lies beside both chains
} Arch;

// One convolution of the network and where its parameters stand among all. A strided layer is one,
// a residual block two, `conv` and `mix`; the linear path is one in each direction.
typedef struct {
    char name[32];   // PyTorch's, before ".weight" and ".bias": "encoder.2", "encoder.4.mix"
    bool transposed; // ConvTranspose1d
    bool biased;
    int in, out, kernel;
    size_t weight, bias; // first values
} Convolution;

// An architecture known by name.
typedef struct {
    const char *name;
    const char *text;
    const char *origin; // where it comes from, for people
} ArchName;

// The named architectures, ended by an entry whose name is NULL.
extern const ArchName arch_names[];

// Reads an architecture from its text or its name. Refuses what arch_check() refuses.
bool arch_parse(Arch *arch, const char *text, Activation activation, Error *error);

// Writes the architecture's text, the shorter form where the decoder mirrors the encoder.
void arch_format(const Arch *arch, char text[ARCH_TEXT_MAX]);

// True if the architecture is within the bounds above and can run as a stream: its decoder undoes
// the encoder's strides and can give the length of some input back. Else the message names the
// layer and the reason.
bool arch_check(const Arch *arch, Error *error);

// True if the decoder gives an input of `samples` back at its length; else the message names the
// layer and the reason.
bool arch_check_window(const Arch *arch, uint64_t samples, Error *error);

const char *activation_name(Activation activation);
bool activation_parse(Activation *activation, const char *name, Error *error);

// Frames that come out of a layer of the encoder, or of the decoder, for `n` that go in, by
// PyTorch's formulas; 0 where the input is too short.
uint64_t conv_length(const Layer *layer, uint64_t n); // (n + 2 padding - kernel) / stride + 1
uint64_t conv_transposed_length(const Layer *layer,
                                uint64_t n); // (n - 1) stride - 2 padding + kernel

uint64_t arch_latent_frames(const Arch *arch, uint64_t samples);
uint64_t arch_output_samples(const Arch *arch, uint64_t frames);

// The smallest length, at least `samples`, that the decoder gives back.
uint64_t arch_round_up(const Arch *arch, uint64_t samples);

int arch_latent_channels(const Arch *arch);

// Samples from one latent frame to the next.
int arch_hop(const Arch *arch);

// Delay of the stream in samples: the smallest D such that output sample n depends on no input
// after n + D. It is the encoder's right extent, sum over its layers of (kernel - 1 - padding)
// times the strides before the layer, plus the decoder's left reach, sum of padding times the
// strides after the layer.
int arch_delay(const Arch *arch);

// True if the activation follows the layer: it stands between strided layers.
bool chain_activates(const Chain *chain, int layer);

// The linear path's two layers.
Layer arch_linear_encoder(const Arch *arch);
Layer arch_linear_decoder(const Arch *arch);

// How many samples both see of the same latent frame, and which tap of the linear encoder is the
// first of them; 0 or less where there are none.
int arch_shared_reach(const Arch *arch, int *offset);

// All convolutions in the order of their parameters: the encoder's layers, the decoder's, then the
// linear path's. Returns how many there are.
int arch_convolutions(const Arch *arch, Convolution list[ARCH_CONVOLUTIONS_MAX]);

// The first of a layer's convolutions in that list, and the linear path's.
int arch_convolution_of(const Arch *arch, bool decoder, int layer);
int arch_convolution_of_linear(const Arch *arch, bool decoder);

size_t arch_parameters(const Arch *arch);

// Multiply-adds for each second of audio, encoder and decoder together.
double arch_multiply_adds(const Arch *arch, double rate);

#endif
