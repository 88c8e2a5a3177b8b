// latent_capture.h: records the latent that comes in, to be used as a reference. While one
// recording is played the next is made beside it; when it ends, the two change places. Made and
// freed off the audio thread; recording is real-time safe; another thread may copy the last whole
// recording at any time.
//
// The first second of a recording has room from the start. The rest takes megabytes, which few
// instances need: another thread adds it while that second is recorded, or before anything is.
#ifndef TRASLUZ_LATENT_CAPTURE_H
#define TRASLUZ_LATENT_CAPTURE_H

#include "latent/latent_moments.h"

#include <stdatomic.h>

typedef struct {
    const Model *model;
    int width;                 // values per frame: see LatentSpace
    size_t capacity;           // frames
    size_t fade;               // frames, of the seam
    size_t head;               // frames that have room from the start
    float *first[2];           // [head][width]
    _Atomic(float *) rest[2];  // [capacity - head][width]; NULL until there is room
    atomic_bool lacks_rest[2]; // a recording has begun without it
    bool asks;                 // the same, until latent_capture_asks() has returned it
    float *last;               // [fade][width]: the frames of the seam
    size_t frames[2];
    LatentMoments moments[2]; // without the frames of the seam
    atomic_int playing;       // index of the whole recording; written by the audio thread
    // Index of the one that another thread copies, or -1: it is not recorded over meanwhile.
    atomic_int reader;
    size_t recorded; // frames of the other one, as they come
    bool recording;
    bool full; // a frame did not fit: nor will those after it
} LatentCapture;

// Allocates; false where memory is short. The model must outlive it.
bool latent_capture_init(LatentCapture *capture, const Model *model, size_t capacity, size_t fade);
void latent_capture_free(LatentCapture *capture);

// Adds the rest of the room to all recordings. Allocates; not on the audio thread, or before it
// uses the capture. False where memory is short: then frames beyond the first second are left out.
bool latent_capture_reserve(LatentCapture *capture);

// Does the same for recordings that have begun without it.
bool latent_capture_grow(LatentCapture *capture);

// Returns true once after each recording that has begun without the rest of its room. Real-time
// safe.
bool latent_capture_asks(LatentCapture *capture);

// Forgets a recording under way; a whole one stays.
void latent_capture_reset(LatentCapture *capture);

// Takes one frame. Recording begins when `wanted` becomes true, or later, when `may_begin` is
// true and no copy is being made; frames beyond its room are left out. It ends when `wanted`
// becomes false: then the seam is made, and true is returned. A recording shorter than four
// fades is dropped.
bool latent_capture_frame(LatentCapture *capture, bool wanted, bool may_begin, const float *values);

// Returns the moments of the whole recording.
const LatentMoments *latent_capture_moments(const LatentCapture *capture);

// Returns the whole recording's frame for position `frame`, which goes round; NULL where there is
// no recording.
const float *latent_capture_at(const LatentCapture *capture, int64_t frame);

// Does the same with the recording before it, until the next one begins.
const float *latent_capture_before_at(const LatentCapture *capture, int64_t frame);

// Returns a copy of the whole recording, which the caller frees, or NULL where there is none or
// memory is short. One thread at a time, beside or between what the audio thread does; allocates.
Latent *latent_capture_copy(LatentCapture *capture);

// Puts a recording back, as latent_capture_copy() gave it, with room for it. Only before the audio
// thread uses the capture. Allocates; where memory is short the recording is cut.
void latent_capture_restore(LatentCapture *capture, const Latent *latent);

#endif
