#include "latent/latent_reference.h"

#include <math.h>
#include <stdlib.h>

#define CAPTURE_SECONDS_MAX 30.0

bool latent_reference_init(LatentReference *reference, const Model *model, const Latent *file)
{
    const LatentSpace space = latent_space_of(model);
    const size_t longest = (size_t)ceil(CAPTURE_SECONDS_MAX * space.frame_rate);
    *reference = (LatentReference){
        .file = file,
        .faded = malloc((size_t)space.values * sizeof(float)),
        .from_file = malloc((size_t)space.values * sizeof(float)),
    };
    const bool made = latent_capture_init(&reference->capture, model, longest, space.fade);
    latent_reference_reset(reference, &space);
    if (!latent_moments_init(&reference->file_moments, &space)) return false;
    if (made && file) latent_moments_add_latent(&reference->file_moments, model, file, 0);
    return made && reference->faded && reference->from_file;
}

void latent_reference_free(LatentReference *reference)
{
    latent_capture_free(&reference->capture);
    latent_moments_free(&reference->file_moments);
    free(reference->faded);
    free(reference->from_file);
}

void latent_reference_reset(LatentReference *reference, const LatentSpace *space)
{
    latent_capture_reset(&reference->capture);
    reference->captured = latent_capture_at(&reference->capture, 0) != NULL;
    ramp_init(&reference->reference_fade, (int)space->fade);
    ramp_set(&reference->reference_fade, 1.0f);
}

void latent_reference_capture(LatentReference *reference, const LatentSpace *space, bool wanted,
                              const float *values)
{
    // Until the fade is over, the recording before this one sounds: it is not to be written over.
    const bool busy = reference->captured && reference->was_captured &&
                      !ramp_rests_at(&reference->reference_fade, 1.0f);
    if (!latent_capture_frame(&reference->capture, wanted, !busy, values)) return;
    reference->was_captured = reference->captured;
    reference->captured = true;
    ramp_init(&reference->reference_fade, (int)space->fade);
    ramp_set(&reference->reference_fade, 0.0f);
    ramp_set(&reference->reference_fade, 1.0f);
}

const LatentMoments *latent_reference_moments(const LatentReference *reference)
{
    if (reference->captured) return latent_capture_moments(&reference->capture);
    return reference->file ? &reference->file_moments : NULL;
}

bool latent_reference_exists(const LatentReference *reference)
{
    return reference->file || reference->captured;
}

bool latent_reference_rests(const LatentReference *reference)
{
    return ramp_rests_at(&reference->reference_fade, 1.0f);
}

const float *latent_reference_frame(LatentReference *reference, const LatentSpace *space,
                                    int64_t frame, const float *input)
{
    const float *file = NULL;
    if (reference->file) {
        latent_copy_frame(reference->file, latent_repeat(frame, reference->file->frames),
                          reference->from_file);
        file = reference->from_file;
    }
    const float amount = ramp_next(&reference->reference_fade);
    if (!reference->captured) return file;
    const float *recording = latent_capture_at(&reference->capture, frame);
    if (amount == 1.0f) return recording;
    const float *before =
        reference->was_captured ? latent_capture_before_at(&reference->capture, frame) : file;
    if (!before) before = input;
    for (int c = 0; c < space->values; c++)
        reference->faded[c] = before[c] + amount * (recording[c] - before[c]);
    return reference->faded;
}
