#include "latent/latent_ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FREEZE_SECONDS_MAX   8.0
#define FREEZE_SPARE_SECONDS 1.0 // in which the room for its loops is added

bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel)
{
    *ops = (LatentOps){.model = model, .space = latent_space_of(model)};
    LatentSpace *space = &ops->space;
    const size_t channels = (size_t)space->channels;
    const size_t longest = (size_t)ceil(FREEZE_SECONDS_MAX * space->frame_rate);
    const size_t spare = (size_t)ceil(FREEZE_SPARE_SECONDS * space->frame_rate);
    ops->silence = malloc(channels * sizeof(float));
    ops->unit = malloc(channels * sizeof(float));
    ops->following = malloc(channels * sizeof(float));
    ops->clean = calloc((size_t)space->values, sizeof(float));
    bool made = ops->silence && ops->unit && ops->following && ops->clean;
    made = latent_reference_init(&ops->reference, model, reference) && made;
    made = latent_freeze_init(&ops->freeze, space->channels, longest, space->fade, spare) && made;
    made = latent_freeze_sound_init(&ops->freeze_sound, space) && made;
    made = latent_smear_init(&ops->smear, space) && made;
    made = latent_match_init(&ops->match, space) && made;
    made = latent_blend_init(&ops->blend, space) && made;
    made = latent_level_init(&ops->level, space, LATENT_LEVEL_SECONDS) && made;
    made = latent_noise_init(&ops->noise, space, audio_channel) && made;
    if (made) latent_ops_set_silence(ops, space->silence, NULL);
    return made;
}

void latent_ops_free(LatentOps *ops)
{
    latent_reference_free(&ops->reference);
    latent_freeze_free(&ops->freeze);
    latent_freeze_sound_free(&ops->freeze_sound);
    latent_smear_free(&ops->smear);
    latent_match_free(&ops->match);
    latent_blend_free(&ops->blend);
    latent_level_free(&ops->level);
    latent_noise_free(&ops->noise);
    free(ops->silence);
    free(ops->unit);
    free(ops->following);
    free(ops->clean);
}

bool latent_ops_reserve(LatentOps *ops)
{
    const bool reserved = latent_capture_reserve(latent_ops_capture(ops));
    return latent_freeze_reserve(&ops->freeze) && reserved;
}

bool latent_ops_asks_for_room(LatentOps *ops)
{
    const bool asks = latent_capture_asks(latent_ops_capture(ops));
    return latent_freeze_asks(&ops->freeze) || asks;
}

bool latent_ops_grow(LatentOps *ops)
{
    const bool grown = latent_capture_grow(latent_ops_capture(ops));
    return latent_freeze_grow(&ops->freeze) && grown;
}

void latent_ops_set_silence(LatentOps *ops, const float *silence, const float *loudness)
{
    memcpy(ops->silence, silence, (size_t)ops->space.channels * sizeof(float));
    ops->space.silence = ops->silence;
    ops->space.loudness = loudness;
    latent_ops_reset(ops);
}

void latent_ops_reset(LatentOps *ops)
{
    latent_reference_reset(&ops->reference, &ops->space);
    latent_freeze_reset(&ops->freeze);
    latent_freeze_sound_reset(&ops->freeze_sound, &ops->space);
    latent_smear_reset(&ops->smear, &ops->space);
    latent_match_reset(&ops->match, &ops->space);
    latent_scale_reset(&ops->scale, &ops->space);
    latent_blend_reset(&ops->blend, &ops->space);
    latent_offset_reset(&ops->offset, &ops->space);
    latent_axes_reset(&ops->axes, &ops->space);
    latent_noise_reset(&ops->noise, &ops->space);
    latent_ops_locate(ops, 0, 0);
}

void latent_ops_locate(LatentOps *ops, int64_t frame, int64_t live)
{
    ops->frame = frame;
    ops->live = live;
    ops->ahead = frame - live;
    ops->starts = false;
    latent_match_locate(&ops->match, &ops->space, live);
    latent_blend_locate(&ops->blend);
    latent_level_locate(&ops->level, &ops->space, frame);
    latent_noise_locate(&ops->noise);
}

void latent_ops_start(LatentOps *ops, int64_t frame, int64_t live)
{
    latent_ops_reset(ops);
    latent_ops_locate(ops, frame, live);
    ops->starts = true;
}

void latent_ops_hold(LatentOps *ops)
{
    ops->live = INT64_MAX;
    ops->ahead = 0;
}

LatentCapture *latent_ops_capture(LatentOps *ops)
{
    return &ops->reference.capture;
}

// Sets what one unit of offset and noise is in each channel: a standard deviation or 1, and the
// same times the channel's level relative to the model's music. Returns whether music sounds. Where
// input and reference are crossed, the level is that of the input, which both have then.
static bool set_units(LatentOps *ops, bool absolute, const float *values)
{
    const LatentSpace *space = &ops->space;
    const LatentRhythm *input = &ops->blend.cross.input;
    const float crossed = ops->blend.crosses ? ops->blend.cross_share.value : 0.0f;
    const float *own = latent_level_frame(&ops->level, space, values);
    for (int c = 0; c < space->channels; c++) {
        const float std = space->std[c],
                    level = latent_unit(input->level.values[c], own[c], crossed);
        ops->unit[c] = absolute ? 1.0f : std;
        ops->following[c] = !absolute ? level : std > 0.0f ? level / std : 0.0f;
    }
    if (space->level_apart) {
        memcpy(ops->following, ops->unit, (size_t)space->channels * sizeof(float));
        return true;
    }
    return crossed == 1.0f ? input->first.sounds : ops->level.sounds;
}

// Holds what is frozen, and remembers what may be. Silence is neither recorded nor remembered.
static void freeze_frame(LatentOps *ops, const LatentSettings *settings, size_t loop, bool held,
                         bool silent, float *values)
{
    const LatentSpace *space = &ops->space;
    const bool sound = space->level_apart && settings->freeze_kind == FREEZE_SOUND;
    ops->change = (FrontChange){0};
    if (held) {
        latent_freeze_sound_hold(&ops->freeze_sound, space, ops->ahead, values, &ops->change);
    } else {
        if (!silent) {
            latent_match_measure(&ops->match, space, latent_reference_moments(&ops->reference),
                                 ops->frame, values);
            latent_reference_capture(&ops->reference, space, settings->capture, values);
        }
        latent_freeze_sound_frame(&ops->freeze_sound, space, settings->freeze && sound, silent,
                                  values, &ops->change);
    }
    memcpy(ops->clean, values, (size_t)space->values * sizeof(float));
    if (held)
        latent_freeze_hold(&ops->freeze, ops->ahead++, values);
    else
        latent_freeze_frame(&ops->freeze, settings->freeze && !sound, loop, values);
}

static LatentBlendSettings blend_settings(const LatentSettings *settings)
{
    return (LatentBlendSettings){
        .mode = settings->blend_mode,
        .amount = settings->blend,
        .dynamics = settings->dynamics,
        .alternate = {.input_beats = settings->input_beats,
                      .reference_beats = settings->reference_beats,
                      .tempo = settings->tempo,
                      .first_beat = settings->first_beat},
    };
}

static LatentNoiseSettings noise_settings(const LatentSettings *settings)
{
    return (LatentNoiseSettings){
        .character = settings->noise_character,
        .amount = settings->noise,
        .drift = settings->drift,
        .seed = settings->seed,
        .sounds_in_silence = settings->sounds_in_silence,
    };
}

bool latent_ops_rest(const LatentOps *ops, const LatentSettings *settings)
{
    const LatentSpace *space = &ops->space;
    const LatentBlendSettings blend = blend_settings(settings);
    const LatentNoiseSettings noise = noise_settings(settings);
    return space->level_apart && !latent_ops_sounds_frozen(ops) &&
           latent_smear_rests(&ops->smear, settings->smear) &&
           latent_match_rests(&ops->match, space, settings->match) &&
           latent_scale_rests(&ops->scale, settings->scale) &&
           latent_blend_rests(&ops->blend, space, &blend, &ops->reference, ops->frame) &&
           latent_offset_rests(&ops->offset, settings->offset, settings->sounds_in_silence) &&
           latent_axes_rest(&ops->axes, space, settings->axes) &&
           latent_noise_rests(&ops->noise, space, &noise);
}

bool latent_ops_sounds_frozen(const LatentOps *ops)
{
    return latent_freeze_sound_is_active(&ops->freeze_sound);
}

static void process_frame(LatentOps *ops, const LatentSettings *settings, bool silent,
                          float *values)
{
    const LatentSpace *space = &ops->space;
    const size_t loop = (size_t)lround((double)settings->freeze_seconds * space->frame_rate);
    const LatentBlendSettings blend = blend_settings(settings);
    const LatentNoiseSettings noise = noise_settings(settings);
    const bool held = ops->frame < ops->live;
    if (ops->starts && !held) {
        latent_silence_forget(&ops->noise.silence, space);
        ops->starts = false;
    }
    freeze_frame(ops, settings, loop, held, silent, values);
    latent_smear_frame(&ops->smear, space, settings->smear, held, values);
    latent_match_frame(&ops->match, space, settings->match, values);
    latent_scale_frame(&ops->scale, space, settings->scale, values);
    latent_blend_frame(&ops->blend, space, &blend, &ops->reference, ops->frame, values);
    const bool sounds = set_units(ops, settings->absolute, values);
    latent_offset_frame(&ops->offset, space, settings->offset, settings->sounds_in_silence,
                        ops->unit, ops->following, values);
    latent_axes_frame(&ops->axes, space, settings->axes, values);
    latent_noise_frame(&ops->noise, space, &noise, sounds, ops->unit, ops->following, ops->frame,
                       values);
    if (space->level_apart)
        ops->change.level = values[space->channels] - ops->clean[space->channels];
    ops->frame++;
}

void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames)
{
    for (size_t t = 0; t < frames; t++)
        process_frame(ops, settings, false, values + t * (size_t)ops->space.values);
}

bool latent_ops_process_silent(LatentOps *ops, const LatentSettings *settings, float *values)
{
    if (latent_ops_sounds_frozen(ops)) {
        process_frame(ops, settings, true, values);
        return true;
    }
    const bool held = ops->frame < ops->live;
    if (held)
        ops->ahead++;
    else
        latent_freeze_sound_rest(&ops->freeze_sound);
    ops->frame++;
    return false;
}

const float *latent_ops_clean(const LatentOps *ops)
{
    return ops->clean;
}

const FrontChange *latent_ops_change(const LatentOps *ops)
{
    return &ops->change;
}
