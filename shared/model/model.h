// model.h: trained weights: an architecture, its parameters, the statistics of its latent, and what
// the file says of itself. A Model never changes once it is made, so any number of threads and
// engines may read one; whoever made it frees it after the last of them. Making, loading and
// freeing allocate, and need less than 8 kB of stack; reading is real-time safe.
//
// The file is a safetensors file that PyTorch can load: see FORMAT.md for its tensors and metadata.
#ifndef TRASLUZ_MODEL_H
#define TRASLUZ_MODEL_H

#include "files/error.h"
#include "files/hash.h"
#include "model/arch.h"
#include "model/model_statistics.h"

enum {
    MODEL_TEXT_MAX = 1024,
    MODEL_PACKED_MAX = 2 * ARCH_PARAMETERS_MAX, // values of the packed convolutions of a file
};

#define MODEL_RATE_MIN 8000.0
#define MODEL_RATE_MAX 192000.0

// How a weights file was made, for people; empty texts and NaN where the file does not tell.
typedef struct {
    char name[64];
    char trained_on[MODEL_TEXT_MAX]; // the music and its licence
    char command[MODEL_TEXT_MAX];    // what repeats the training
    char author[128], licence[128];  // of the weights
    int epochs;
    uint32_t seed; // of first weights, split and order; 1 where the file does not say
    double train_loss, validation_loss, test_loss; // MSE, unless the command says otherwise
    double level; // RMS of the training set, dB relative to full scale
    // The sounds it was trained on, and those that chose its best epoch, for the trainer, which
    // must not test on them (trainer/data/sound_list.h); NULL: unknown. model_new() copies them;
    // those of a model belong to it.
    const char *trained_sounds, *validation_sounds;
} ModelInfo;

// A convolution as the streaming engine reads it: rows of `columns` values, 64-byte aligned, zeros
// after the last used column. A convolution has a row for each tap and input channel, a column for
// each output channel; a transposed one a row for each input channel, and a column for each tap
// and output channel.
typedef struct {
    float *weight;           // rows * columns values, packed by kernel_pack()
    float *bias;             // [out], zeros after them; zeros if the convolution has none
    int rows, columns, used; // used: of the columns, the first ones
} PackedConvolution;

typedef struct {
    Arch arch;
    double sample_rate; // Hz
    ModelInfo info;
    // SHA-256 of all that decides the sound: architecture, rate, parameters.
    char fingerprint[HASH_TEXT];

    // All parameters in one array, convolution by convolution as arch_convolutions() lists them, in
    // each the weight, then the bias. The weight of a convolution is [kernel][in][out], that of a
    // transposed one [in][kernel][out]: the order in which both the streaming engine and the
    // trainer's matrix products read them. The file has PyTorch's order instead.
    float *parameters;

    // Its ModelStatistics; NULL for those that it does not have.
    float *latent_mean, *latent_std;
    float *latent_axes, *latent_axes_std;
    float *band_mean, *band_pca;
    float *piece_axes, *piece_std;

    int convolutions;
    Convolution convolution[ARCH_CONVOLUTIONS_MAX];  // as arch_convolutions() lists them
    PackedConvolution packed[ARCH_CONVOLUTIONS_MAX]; // in the same order
    size_t bytes;                                    // of memory that this model holds
} Model;

// Makes a model. Arrays are copied. Allocates; NULL if memory is short or a value is not finite.
Model *model_new(const Arch *arch, double sample_rate, const float *parameters,
                 const ModelStatistics *statistics, const ModelInfo *info, Error *error);

// True if the weights of all convolutions, in whole vectors, are within MODEL_PACKED_MAX;
// model_new() refuses others.
bool model_check_size(const Convolution *list, int count, Error *error);

// A model's statistics; the arrays are the model's.
ModelStatistics model_statistics(const Model *model);

// Read a weights file, or its bytes. Messages do not repeat the path.
Model *model_load(const char *path, Error *error);
Model *model_parse(const unsigned char *bytes, size_t size, Error *error);

// Reads the architecture, the rate and, where `info` is not NULL, the metadata of a weights file,
// without its lists of sounds. Does not look at the tensors. Messages do not repeat the
// path.
bool model_load_header(const char *path, Arch *arch, double *sample_rate, ModelInfo *info,
                       Error *error);

// Writes a weights file under a temporary name, then renames it.
bool model_write(const Model *model, const char *path, Error *error);

// The bytes that model_write() would write; the caller frees them.
unsigned char *model_serialize(const Model *model, size_t *size, Error *error);

// NULL is allowed.
void model_free(Model *model);

#endif
