// latent_alternate.h: so many beats of the input, so many of the reference. Real-time safe.
#ifndef TRASLUZ_LATENT_ALTERNATE_H
#define TRASLUZ_LATENT_ALTERNATE_H

#include "latent/latent_space.h"

typedef struct {
    int input_beats, reference_beats;
    float tempo;       // beats per minute
    double first_beat; // at frame 0
} LatentAlternateSettings;

typedef struct {
    float alternate_gain; // how much of the reference may sound, 0 to 1
    bool has_gain;
} LatentAlternate;

// Takes over the next gain at once.
void latent_alternate_reset(LatentAlternate *alternate);

// Returns true if latent_alternate_frame() for that frame leaves the alternation as it is.
bool latent_alternate_rests(const LatentAlternate *alternate, const LatentSpace *space,
                            const LatentAlternateSettings *settings, int64_t frame);

// Returns how much of the reference may sound at frame number `frame`: 0 or 1, and straight lines
// over the fade between them. With no settings (NULL) it goes to 1.
float latent_alternate_frame(LatentAlternate *alternate, const LatentSpace *space,
                             const LatentAlternateSettings *settings, int64_t frame);

#endif
