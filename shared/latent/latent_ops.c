#include "latent/latent_ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel)
{
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    const double frame_rate = model->sample_rate / arch_hop(&model->arch);
    *ops = (LatentOps){
        .model = model,
        .reference = reference,
        .audio_channel = audio_channel,
        .frame_rate = frame_rate,
        .fade = latent_fade_frames(model),
        .smeared = malloc(channels * sizeof(float)),
        .noise_values = malloc(channels * sizeof(float)),
        .former_noise = malloc(channels * sizeof(float)),
        .scratch = malloc(channels * sizeof(float)),
    };
    const size_t longest = (size_t)ceil(LATENT_FREEZE_SECONDS_MAX * frame_rate);
    const size_t recording = (size_t)ceil(LATENT_CAPTURE_SECONDS_MAX * frame_rate);
    const bool frozen = latent_freeze_init(&ops->freeze, (int)channels, longest, ops->fade);
    const bool captured = latent_capture_init(&ops->capture, model, recording, ops->fade);
    latent_ops_reset(ops);
    return frozen && captured && ops->smeared && ops->noise_values && ops->former_noise &&
           ops->scratch;
}

void latent_ops_free(LatentOps *ops)
{
    latent_freeze_free(&ops->freeze);
    latent_capture_free(&ops->capture);
    free(ops->smeared);
    free(ops->noise_values);
    free(ops->former_noise);
    free(ops->scratch);
}

void latent_ops_reset(LatentOps *ops)
{
    const int steps = (int)ops->fade;
    latent_ops_locate(ops, 0);
    latent_freeze_reset(&ops->freeze);
    latent_capture_reset(&ops->capture);
    ops->captured = latent_capture_at(&ops->capture, 0) != NULL;
    ops->has_smeared = ops->has_turn = ops->has_seed = false;
    ramp_init(&ops->reseeded, steps);
    ramp_init(&ops->renewed, steps);
    ramp_set(&ops->renewed, 1.0f);
    ramp_init(&ops->noise, steps);
    ramp_init(&ops->offset, steps);
    ramp_init(&ops->blend, steps);
    ramp_init(&ops->scale, steps);
    ramp_init(&ops->smear, steps);
}

void latent_ops_locate(LatentOps *ops, uint64_t frame)
{
    ops->frame = frame;
    ops->drift = (LatentDrift){0};
}

// ---- Capture and the reference ----

static void capture_frame(LatentOps *ops, bool wanted, const float *values)
{
    if (!latent_capture_frame(&ops->capture, wanted, values)) return;
    ops->was_captured = ops->captured;
    ops->captured = true;
    ramp_init(&ops->renewed, (int)ops->fade);
    ramp_set(&ops->renewed, 0.0f);
    ramp_set(&ops->renewed, 1.0f);
}

// The reference's frame for this position, or NULL where there is none. Just after a recording has
// ended it is faded from what was the reference before: a recording, the file's, or nothing.
static const float *reference_frame(LatentOps *ops, const float *input, int channels)
{
    const float *file = NULL;
    if (ops->reference)
        file = ops->reference->values + (ops->frame % ops->reference->frames) * (size_t)channels;
    const float amount = ramp_next(&ops->renewed);
    if (!ops->captured) return file;
    const float *recording = latent_capture_at(&ops->capture, ops->frame);
    if (amount == 1.0f) return recording;
    const float *before =
        ops->was_captured ? latent_capture_before_at(&ops->capture, ops->frame) : file;
    if (!before) before = input;
    for (int c = 0; c < channels; c++)
        ops->scratch[c] = before[c] + amount * (recording[c] - before[c]);
    return ops->scratch;
}

// ---- Blend ----

// How much of the reference is heard at this beat.
static float alternation(const LatentOps *ops, const LatentSettings *settings)
{
    const double minutes = (double)ops->frame / ops->frame_rate / 60.0;
    const double beat = settings->first_beat + minutes * (double)settings->tempo;
    const double input = settings->input_beats, cycle = input + settings->reference_beats;
    if (!(cycle > 0.0) || beat < input) return 0.0f;
    const double place = fmod(beat, cycle);
    const bool from_reference = place < input;
    const double frames =
        (from_reference ? place : place - input) / (double)settings->tempo * 60.0 * ops->frame_rate;
    const float risen = (float)fmin(1.0, (frames + 1.0) / (double)(ops->fade + 1));
    return from_reference ? 1.0f - risen : risen;
}

// Follows the turns. Their own fades are no faster than this; a change of mode, beats or tempo may
// be.
static void follow_turns(LatentOps *ops, const LatentSettings *settings)
{
    const float wanted =
        settings->blend_mode == BLEND_ALTERNATE ? alternation(ops, settings) : 1.0f;
    const float most = 1.0f / (float)ops->fade;
    const float step = fminf(fmaxf(wanted - ops->turn, -most), most);
    ops->turn = ops->has_turn && fabsf(wanted - ops->turn) > most ? ops->turn + step : wanted;
    ops->has_turn = true;
}

static void blend_frame(LatentOps *ops, const LatentSettings *settings, float *values, int channels)
{
    follow_turns(ops, settings);
    float amount = ramp_next(&ops->blend);
    const float *reference = reference_frame(ops, values, channels);
    if (!reference || amount == 0.0f) return;
    amount *= ops->turn;
    for (int c = 0; c < channels; c++) values[c] += amount * (reference[c] - values[c]);
}

// ---- The others ----

static void smear_frame(LatentOps *ops, float *values, int channels)
{
    const float seconds = ramp_next(&ops->smear);
    if (seconds <= 0.0f || !ops->has_smeared) {
        memcpy(ops->smeared, values, (size_t)channels * sizeof(float));
        ops->has_smeared = true;
        return;
    }
    const float share = 1.0f - expf(-1.0f / (seconds * (float)ops->frame_rate));
    for (int c = 0; c < channels; c++) {
        ops->smeared[c] += share * (values[c] - ops->smeared[c]);
        values[c] = ops->smeared[c];
    }
}

static void scale_frame(LatentOps *ops, float *values, int channels)
{
    const float scale = ramp_next(&ops->scale);
    if (scale == 1.0f) return;
    const float *mean = ops->model->latent_mean;
    for (int c = 0; c < channels; c++) values[c] = mean[c] + scale * (values[c] - mean[c]);
}

static void offset_frame(LatentOps *ops, const float *unit, float *values, int channels)
{
    const float amount = ramp_next(&ops->offset);
    if (amount == 0.0f) return;
    for (int c = 0; c < channels; c++) values[c] += amount * (unit ? unit[c] : 1.0f);
}

// Another seed is another noise: it comes by a cross-fade of equal power.
static void follow_seed(LatentOps *ops, uint32_t seed)
{
    if (ops->has_seed && seed == ops->seed) return;
    ops->former_seed = ops->has_seed ? ops->seed : seed;
    ops->seed = seed;
    ramp_init(&ops->reseeded, (int)ops->fade);
    ramp_set(&ops->reseeded, ops->has_seed ? 0.0f : 1.0f);
    ramp_set(&ops->reseeded, 1.0f);
    ops->has_seed = true;
}

static void make_noise(LatentOps *ops, uint32_t seed, double rate, float *values, int channels)
{
    const RandomKey key = {.seed = seed, .stream = ops->audio_channel};
    latent_noise(&ops->drift, key, ops->frame, rate, values, ops->scratch, channels);
}

static void noise_frame(LatentOps *ops, const LatentSettings *settings, const float *unit,
                        float *values, int channels)
{
    const double rate = (double)settings->drift / ops->frame_rate;
    const float amount = ramp_next(&ops->noise), fresh = ramp_next(&ops->reseeded);
    if (amount == 0.0f) return;
    float *noise = ops->noise_values;
    make_noise(ops, ops->seed, rate, noise, channels);
    if (fresh < 1.0f) {
        make_noise(ops, ops->former_seed, rate, ops->former_noise, channels);
        const float rise = sinf(1.5707963f * fresh), fall = cosf(1.5707963f * fresh);
        for (int c = 0; c < channels; c++) noise[c] = rise * noise[c] + fall * ops->former_noise[c];
    }
    for (int c = 0; c < channels; c++) values[c] += amount * (unit ? unit[c] : 1.0f) * noise[c];
}

void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames)
{
    const int channels = arch_latent_channels(&ops->model->arch);
    const float *unit = settings->absolute ? NULL : ops->model->latent_std;
    const size_t loop = (size_t)lround((double)settings->freeze_seconds * ops->frame_rate);
    ramp_set(&ops->noise, settings->noise);
    ramp_set(&ops->offset, settings->offset);
    ramp_set(&ops->blend, settings->blend);
    ramp_set(&ops->scale, settings->scale);
    ramp_set(&ops->smear, settings->smear);
    follow_seed(ops, settings->seed);
    for (size_t t = 0; t < frames; t++, values += channels) {
        capture_frame(ops, settings->capture, values);
        latent_freeze_frame(&ops->freeze, settings->freeze, loop, values);
        smear_frame(ops, values, channels);
        scale_frame(ops, values, channels);
        blend_frame(ops, settings, values, channels);
        offset_frame(ops, unit, values, channels);
        noise_frame(ops, settings, unit, values, channels);
        ops->frame++;
    }
}
