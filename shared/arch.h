// arch.h: the architecture of an autoencoder: its layers, and every number that follows from them
// (lengths, delay, parameter counts, tensor shapes). Plain values: copy them freely, use them from
// any thread.
//
// The encoder is a chain of Conv1d, the decoder a chain of ConvTranspose1d; the activation stands
// between layers, never after the last. Audio is one channel.
//
// In text, a layer is channels, kernel, stride and padding, and the layers are joined by commas:
//
//     64k8s6p4,32k6s3p4,8k5s2p4                              the decoder mirrors the encoder
//     64k8s6p4,32k6s3p4,8k5s2p4/32k5s2p4,64k6s3p4,1k8s6p4    the decoder is its own
//
// Channels are those that come out of the layer, so a decoder's last layer has 1.
#ifndef TRASLUZ_ARCH_H
#define TRASLUZ_ARCH_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A weights file is foreign data: these bounds keep what a model can ask of a host small (see
// arch_check()).
enum {
    ARCH_LAYERS_MAX = 8,
    ARCH_CHANNELS_MAX = 1024,
    ARCH_KERNEL_MAX = 1024,
    ARCH_STRIDE_MAX = 1024,
    ARCH_PADDING_MAX = 1024,
    ARCH_HOP_MAX = 16384,           // samples
    ARCH_PARAMETERS_MAX = 16 << 20, // values
    ARCH_TEXT_MAX = 512,            // bytes of an architecture's text, its NUL included
    ARCH_WINDOW = 110250,           // samples: 5 s at 22 050 Hz, the report's input
};

typedef enum { ACTIVATION_LEAKY_RELU, ACTIVATION_SILU, ACTIVATION_TANH, ACTIVATIONS } Activation;

#define LEAKY_RELU_SLOPE 0.01f

typedef struct {
    int in, out; // channels
    int kernel, stride, padding;
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
} Arch;

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

// Frames that come out of a layer for `n` that go in, by PyTorch's formulas; 0 where the input is
// too short.
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

// Weights and biases of one layer, and of all. A layer's weight has in * out * kernel values.
size_t layer_weights(const Layer *layer);
size_t chain_parameters(const Chain *chain);
size_t arch_parameters(const Arch *arch);

// Multiply-adds for each second of audio, encoder and decoder together.
double arch_multiply_adds(const Arch *arch, double rate);

#endif
