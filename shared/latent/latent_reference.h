// latent_reference.h: the sound that the input is blended with: the latent of a file, or the last
// recording that latent_capture.h made of the input. Both repeat without end, in step with the
// position. Made and freed off the audio thread; the rest is real-time safe, but for the copy that
// another thread may make of the recording.
#ifndef TRASLUZ_LATENT_REFERENCE_H
#define TRASLUZ_LATENT_REFERENCE_H

#include "latent/latent_capture.h"
#include "math/ramp.h"

typedef struct {
    const Latent *file; // from latent_loop(), or NULL; a recording takes its place
    LatentCapture capture;
    bool captured;       // a recording is the reference
    bool was_captured;   // a recording was it before, too
    Ramp reference_fade; // from the reference before to this one
    LatentMoments file_moments;
    float *faded;     // [values]: a frame of that fade
    float *from_file; // [values]: a frame of the file
} LatentReference;

// Allocates; false where memory is short. Model and file must outlive it.
bool latent_reference_init(LatentReference *reference, const Model *model, const Latent *file);
void latent_reference_free(LatentReference *reference);

// Drops a recording under way; a whole one stays.
void latent_reference_reset(LatentReference *reference, const LatentSpace *space);

// Records values[] while `wanted`; when that ends, the recording becomes the reference. A
// recording that is wanted while the one before still fades out begins when it has.
void latent_reference_capture(LatentReference *reference, const LatentSpace *space, bool wanted,
                              const float *values);

// Returns the moments of the reference, or NULL where none is.
const LatentMoments *latent_reference_moments(const LatentReference *reference);

// Returns true if there is a reference.
bool latent_reference_exists(const LatentReference *reference);

// Returns true if latent_reference_frame() leaves the reference as it is.
bool latent_reference_rests(const LatentReference *reference);

// Returns the reference's frame for number `frame`, valid until the next call, or NULL where no
// reference is. Call it once per frame. Just after a recording has ended, its frames are faded from
// what was the reference before: a recording, the file, or input[values].
const float *latent_reference_frame(LatentReference *reference, const LatentSpace *space,
                                    int64_t frame, const float *input);

#endif
