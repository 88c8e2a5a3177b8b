#include "latent/latent_silence.h"

#include <math.h>

#define WAIT_SECONDS 1.0
#define FADE_SECONDS 0.03

static size_t wait_frames(const LatentSpace *space)
{
    return (size_t)lround(WAIT_SECONDS * space->frame_rate);
}

void latent_silence_reset(LatentSilence *silence, const LatentSpace *space)
{
    ramp_init(&silence->gain, (int)lround(FADE_SECONDS * space->frame_rate));
    latent_silence_forget(silence, space);
}

void latent_silence_forget(LatentSilence *silence, const LatentSpace *space)
{
    silence->silent = wait_frames(space);
}

bool latent_silence_rests(const LatentSilence *silence)
{
    return silence->silent == 0 && ramp_stays_at(&silence->gain, 1.0f);
}

float latent_silence_frame(LatentSilence *silence, const LatentSpace *space, bool sounds,
                           bool always)
{
    if (sounds)
        silence->silent = 0;
    else if (silence->silent < wait_frames(space))
        silence->silent++;
    ramp_set(&silence->gain, always || silence->silent < wait_frames(space) ? 1.0f : 0.0f);
    return ramp_next(&silence->gain);
}
