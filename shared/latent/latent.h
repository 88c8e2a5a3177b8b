// latent.h: a stored latent, and its file (safetensors: `latent` [channels, frames], of a
// spectrum's model `level` [frames] too, with the frame rate, the source's name and the fingerprint
// of the model that made it). In memory it is frame-major, as the engine works. Allocates; never on
// the audio thread, which may read a Latent that no longer changes.
#ifndef TRASLUZ_LATENT_H
#define TRASLUZ_LATENT_H

#include "latent/latent_space.h"

enum { LATENT_SOURCE_MAX = 256 };

typedef struct {
    int channels;
    size_t frames;
    double frame_rate; // Hz
    char source[LATENT_SOURCE_MAX];
    char fingerprint[HASH_TEXT]; // of the model that made it
    uint64_t samples; // of audio that it was made from, at the model's rate; 0 where unknown
    float *values;    // [frames][channels]
    // [frames]: loudness (front/analysis.h), the mean over the frames of a latent frame; NULL for
    // samples.
    float *levels;
} Latent;

// Creates a latent of that many frames, all zero, with levels if the model's front is a spectrum.
// NULL and a message if memory is short. The caller frees it.
Latent *latent_new(const Model *model, size_t frames, Error *error);
void latent_free(Latent *latent); // NULL is allowed

// Reads a file, or the bytes of one. NULL where it cannot be read or is no latent, and the message
// names the reason but not the file. The caller frees the latent.
Latent *latent_load(const char *path, Error *error);
Latent *latent_parse(const unsigned char *bytes, size_t size, Error *error);
// Writes the file; false and a message where that fails.
bool latent_write(const Latent *latent, const char *path, Error *error);

// Returns the bytes that latent_write() would write; the caller frees them. NULL and a message if
// memory is short.
unsigned char *latent_serialize(const Latent *latent, size_t *size, Error *error);

// Checks that this model made the latent; false and a message if not.
bool latent_fits(const Latent *latent, const Model *model, Error *error);

// Makes values[frames][width] repeatable, of which the first channels are the latent: fades the
// last `fade` frames into the first ones, with equal power about the model's latent mean. Of a
// spectrum all values are levels of some kind, and the fade is a straight line. The last `fade`
// frames are not to be played then. Real-time safe.
void latent_fold_seam(float *values, size_t width, size_t frames, size_t fade, const Model *model);

// Does the same with frames that may lie elsewhere: fades last[fade][width] into
// first[fade][width].
void latent_fold(float *first, const float *last, size_t width, size_t fade, const Model *model);

// Returns the index of frame number `frame` in a latent of `frames` frames that repeats without
// end; the number may be negative. Real-time safe.
size_t latent_repeat(int64_t frame, size_t frames);

// Copies a frame as the latent operations take it: to[channels], and the level after them if the
// latent has levels. Real-time safe.
void latent_copy_frame(const Latent *latent, size_t frame, float *to);

// Does the opposite: takes a frame from the latent operations.
void latent_set_frame(Latent *latent, size_t frame, const float *from);

// Returns LATENT_FADE_SECONDS in frames of this model.
size_t latent_fade_frames(const Model *model);

// Copies a latent so that it can be repeated without a click by such a seam: the copy is shorter by
// the fade, 50 ms or a quarter of the latent. NULL and a message if memory is short. The caller
// frees it.
Latent *latent_loop(const Latent *latent, const Model *model, Error *error);

#endif
