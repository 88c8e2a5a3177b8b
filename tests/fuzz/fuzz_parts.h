// fuzz_parts.h: what several fuzz targets do.
#ifndef TRASLUZ_FUZZ_PARTS_H
#define TRASLUZ_FUZZ_PARTS_H

#include "latent/latent.h"
#include "model/model.h"

// Ends the program where something does not hold that must.
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) __builtin_trap();                                                        \
    } while (0)

// A case that is read from its beginning; behind its end there are zeros.
typedef struct {
    const uint8_t *data;
    size_t left;
} Input;

unsigned fuzz_byte(Input *input);
unsigned fuzz_word(Input *input); // two bytes

// The next bytes, at most so many, in memory of just their size, so that a read behind them is
// seen; the caller frees them.
void *fuzz_bytes(Input *input, size_t most, size_t *size);

// A file in memory that holds these bytes, until the next call; its path is always the same.
const char *fuzz_file(const uint8_t *data, size_t size);

// A small model of an architecture, with random weights.
Model *fuzz_model(const Arch *arch, double rate);

// Plays a sound through the engine, with all of it at work, and with a jump, a freeze, silence and
// a start, twice, in blocks of other lengths: both must be the same, finite and below the ceiling.
// Does nothing where the engine refuses the model, which it must say in one line. The reference may
// be NULL.
void fuzz_play(Model *model, const Latent *reference);

// Mutates a safetensors file: mostly its header or a word of that, with the length in
// front put right.
size_t fuzz_mutate_file(uint8_t *data, size_t size, size_t room, unsigned seed);

// A line of text that tells what went wrong.
void fuzz_check_error(const Error *error);

#endif
