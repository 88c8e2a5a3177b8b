// latent_silence.h: fades noise out where the music has been silent for a second, and in again with
// the music. It begins faded out, as endless silence leaves it. Plain memory; real-time safe.
#ifndef TRASLUZ_LATENT_SILENCE_H
#define TRASLUZ_LATENT_SILENCE_H

#include "latent/latent_level.h"
#include "math/ramp.h"

typedef struct {
    size_t silent; // frames since the music was last heard, at most a second of them
    Ramp gain;     // of the noise
} LatentSilence;

// Takes over the next gain at once.
void latent_silence_reset(LatentSilence *silence, const LatentSpace *space);

// Forgets when the music was last heard, as if that were long ago; the gain moves from where it is.
void latent_silence_forget(LatentSilence *silence, const LatentSpace *space);

// Returns true if latent_silence_frame() for music that sounds leaves the fade as it is.
bool latent_silence_rests(const LatentSilence *silence);

// Takes whether the music sounds in the next frame; returns the gain of the noise: 1 where it does
// or `always` is set, 0 after a second of silence.
float latent_silence_frame(LatentSilence *silence, const LatentSpace *space, bool sounds,
                           bool always);

#endif
