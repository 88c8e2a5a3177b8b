#include "latent/latent_match.h"

#include <math.h>
#include <stdlib.h>

#define PIECE_SECONDS 0.5
#define LEAST_SECONDS 1.0

// Deviations are reduced alone, and not below this share: enlarged ones are unlike any music.
#define SCALE_MIN 0.25

bool latent_match_init(LatentMatch *match, const LatentSpace *space)
{
    const size_t bytes = (size_t)space->channels * sizeof(float);
    *match = (LatentMatch){
        .length = (int64_t)fmax(1.0, round(PIECE_SECONDS * space->frame_rate)),
        .along = malloc(bytes),
        .scale_from = malloc(bytes),
        .scale = malloc(bytes),
        .shift_from = malloc(bytes),
        .shift = malloc(bytes),
    };
    bool made =
        match->along && match->scale_from && match->scale && match->shift_from && match->shift;
    made = latent_moments_init(&match->under_way, space) && made;
    made = latent_moments_init(&match->all, space) && made;
    for (int i = 0; i < MATCH_PIECES; i++)
        made = latent_moments_init(&match->past[i], space) && made;
    return made;
}

void latent_match_free(LatentMatch *match)
{
    free(match->along);
    free(match->scale_from);
    free(match->scale);
    free(match->shift_from);
    free(match->shift);
    latent_moments_free(&match->under_way);
    latent_moments_free(&match->all);
    for (int i = 0; i < MATCH_PIECES; i++) latent_moments_free(&match->past[i]);
}

void latent_match_reset(LatentMatch *match, const LatentSpace *space)
{
    ramp_init(&match->amount, (int)space->fade);
    for (int c = 0; c < space->channels; c++) {
        match->scale_from[c] = match->scale[c] = 1.0f;
        match->shift_from[c] = match->shift[c] = 0.0f;
    }
    match->moved = 1.0f;
    latent_match_locate(match, space, 0);
}

static float between(float from, float to, float share)
{
    return share == 1.0f ? to : from + share * (to - from);
}

static int64_t piece_of(const LatentMatch *match, int64_t frame)
{
    const int64_t rest = frame % match->length;
    return (frame - (rest < 0 ? rest + match->length : rest)) / match->length;
}

void latent_match_locate(LatentMatch *match, const LatentSpace *space, int64_t live)
{
    for (int c = 0; c < space->channels; c++) {
        match->scale[c] = between(match->scale_from[c], match->scale[c], match->moved);
        match->shift[c] = between(match->shift_from[c], match->shift[c], match->moved);
    }
    match->moved = 1.0f;
    match->piece = piece_of(match, live);
    match->whole = live % match->length == 0;
    latent_moments_reset(&match->under_way, space);
    for (int i = 0; i < MATCH_PIECES; i++) latent_moments_reset(&match->past[i], space);
}

// Finds where to go from the pieces before.
static void set_aim(LatentMatch *match, const LatentSpace *space, const LatentMoments *target)
{
    latent_moments_reset(&match->all, space);
    for (int i = 0; i < MATCH_PIECES; i++)
        latent_moments_merge(&match->all, space, &match->past[i]);
    if ((double)match->all.frames < LEAST_SECONDS * space->frame_rate) return;
    const bool aims = target && target->frames > 0;
    for (int c = 0; c < space->channels; c++) {
        const double mean = latent_moments_mean(&match->all, c);
        const double std = latent_moments_std(&match->all, c);
        const double wanted_mean = aims ? latent_moments_mean(target, c) : 0.0;
        const double wanted = aims ? latent_moments_std(target, c) : (double)space->piece_std[c];
        const double scale = std > wanted ? fmax(wanted / std, SCALE_MIN) : 1.0;
        match->scale[c] = (float)scale;
        match->shift[c] = (float)(wanted_mean - scale * mean);
    }
}

static void end_piece(LatentMatch *match, const LatentSpace *space, const LatentMoments *target)
{
    const int64_t number = match->piece % MATCH_PIECES;
    LatentMoments *past = &match->past[number < 0 ? number + MATCH_PIECES : number];
    latent_moments_reset(past, space);
    if (match->whole) latent_moments_merge(past, space, &match->under_way);
    latent_moments_reset(&match->under_way, space);
    match->whole = true;
    match->piece++;
    for (int c = 0; c < space->channels; c++) {
        match->scale_from[c] = match->scale[c];
        match->shift_from[c] = match->shift[c];
    }
    set_aim(match, space, target);
}

void latent_match_measure(LatentMatch *match, const LatentSpace *space, const LatentMoments *target,
                          int64_t frame, const float *values)
{
    if (!space->piece_axes) return;
    const int64_t piece = piece_of(match, frame);
    // After a longer rest all that was measured is forgotten, however long it was.
    if (piece - match->piece > MATCH_PIECES + 2) match->piece = piece - MATCH_PIECES - 2;
    while (match->piece < piece) end_piece(match, space, target);
    match->moved = (float)(frame - piece * match->length + 1) / (float)match->length;
    latent_moments_project(space, values, match->along);
    latent_moments_add(&match->under_way, space, match->along);
}

bool latent_match_rests(const LatentMatch *match, const LatentSpace *space, float amount)
{
    return !space->piece_axes || ramp_stays_at(&match->amount, amount);
}

void latent_match_frame(LatentMatch *match, const LatentSpace *space, float amount, float *values)
{
    if (!space->piece_axes) return;
    ramp_set(&match->amount, amount);
    const float now = ramp_next(&match->amount);
    if (now == 0.0f) return;
    latent_moments_project(space, values, match->along);
    const float *axis = space->piece_axes;
    for (int c = 0; c < space->channels; c++, axis += space->channels) {
        const float scale = between(match->scale_from[c], match->scale[c], match->moved);
        const float shift = between(match->shift_from[c], match->shift[c], match->moved);
        const float change = now * ((scale - 1.0f) * match->along[c] + shift);
        for (int d = 0; d < space->channels; d++) values[d] += change * axis[d];
    }
}
