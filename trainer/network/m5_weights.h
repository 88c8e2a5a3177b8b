// m5_weights.h: the weights of the classifier M5 and their file. Dai, Dai, Qu, Li, Das, "Very deep
// convolutional neural networks for raw waveforms", ICASSP 2017, table 1: four blocks, each a
// convolution, batch normalisation, ReLU and max pooling by 4; the mean over time; one linear
// layer. Here its input is a latent, of any number of channels.
//
// The file is a safetensors file with PyTorch's names and shapes: `conv1.weight` [out, in, kernel],
// `conv1.bias`, `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var`, to `conv4` and
// `bn4`, and `fc1.weight` [classes, features], `fc1.bias`.
#ifndef TRASLUZ_M5_WEIGHTS_H
#define TRASLUZ_M5_WEIGHTS_H

#include "files/error.h"
#include "files/safetensors.h"
#include "network/conv.h"

#include <stddef.h>
#include <stdint.h>

enum {
    M5_BLOCKS = 4,
    M5_POOL = 4,
    M5_CHANNELS_MAX = 1024,
    M5_WIDTH_MAX = 1024,
    M5_CLASSES_MAX = 4096,
};

typedef struct {
    size_t channels; // of the latent
    size_t width;    // channels of the first two blocks; the others have two and four times as many
    size_t classes;
} M5Shape;

// A block's convolution, and where its values are among the parameters: the weight
// [kernel][in][out], then the bias, and scale and shift of the normalisation, each [out].
typedef struct {
    ConvShape conv;
    size_t weight, bias, scale, shift;
    size_t mean, variance; // among the running statistics, [out] each
} M5Block;

typedef struct {
    M5Shape shape;
    M5Block block[M5_BLOCKS];
    size_t linear, linear_bias; // [classes][features], [classes]
    size_t features;            // channels of the last block
    size_t count, running_count;
    float *parameters; // [count], trained
    float *running;    // [running_count], statistics of the batch normalisation
} M5Weights;

// Fills in all but the two arrays.
void m5_weights_lay_out(M5Weights *weights, const M5Shape *shape);

// Allocates; parameters are 0, running means 0 and variances 1. The caller frees it, also on error.
bool m5_weights_init(M5Weights *weights, const M5Shape *shape, Error *error);
void m5_weights_free(M5Weights *weights);

// Draws the initial weights: uniform within 1 / sqrt(fan in), scales 1, shifts 0, as in PyTorch
// (the distribution, not the numbers).
void m5_weights_init_random(M5Weights *weights, uint32_t seed);

void m5_weights_copy(M5Weights *to, const M5Weights *from); // of the same shape

// Returns the fewest frames of a latent that all blocks can take.
size_t m5_frames_min(void);

// Returns the frames of the output of a block's convolution; 0 when the input is too short.
size_t m5_conv_frames(const M5Block *block, size_t frames);

// Writes the weights file; `header` holds the metadata and is freed, also on error. Allocates.
bool m5_weights_write(const M5Weights *weights, SafetensorsBuilder *header, const char *path,
                      Error *error);

// Reads a weights file; the shape is that of its tensors. `file` holds the metadata. The caller
// frees both, also on error. Messages name the path.
bool m5_weights_read(M5Weights *weights, Safetensors **file, const char *path, Error *error);

#endif
