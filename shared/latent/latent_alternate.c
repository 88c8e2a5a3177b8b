#include "latent/latent_alternate.h"

#include <math.h>

void latent_alternate_reset(LatentAlternate *alternate)
{
    *alternate = (LatentAlternate){0};
}

static float gain_at(const LatentSpace *space, const LatentAlternateSettings *settings,
                     int64_t frame)
{
    const double minutes = (double)frame / space->frame_rate / 60.0;
    const double beat = settings->first_beat + minutes * (double)settings->tempo;
    const double input = settings->input_beats, cycle = input + settings->reference_beats;
    if (!(cycle > 0.0) || beat < input) return 0.0f;
    const double place = fmod(beat, cycle);
    const bool input_sounds = place < input;
    const double since = input_sounds ? place : place - input; // beats
    const double frames = since / (double)settings->tempo * 60.0 * space->frame_rate;
    const float risen = (float)fmin(1.0, (frames + 1.0) / (double)(space->fade + 1));
    return input_sounds ? 1.0f - risen : risen;
}

bool latent_alternate_rests(const LatentAlternate *alternate, const LatentSpace *space,
                            const LatentAlternateSettings *settings, int64_t frame)
{
    const float wanted = settings ? gain_at(space, settings, frame) : 1.0f;
    return alternate->has_gain && alternate->alternate_gain == wanted;
}

float latent_alternate_frame(LatentAlternate *alternate, const LatentSpace *space,
                             const LatentAlternateSettings *settings, int64_t frame)
{
    const float wanted = settings ? gain_at(space, settings, frame) : 1.0f;
    // The alternation's own fades are no faster than this; a change of mode, beats or tempo may be.
    const float most = 1.0f / (float)space->fade;
    const float distance = wanted - alternate->alternate_gain;
    alternate->alternate_gain =
        alternate->has_gain && fabsf(distance) > most
            ? alternate->alternate_gain + fminf(fmaxf(distance, -most), most)
            : wanted;
    alternate->has_gain = true;
    return alternate->alternate_gain;
}
