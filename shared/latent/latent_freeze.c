#include "latent/latent_freeze.h"

#include "latent/latent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool latent_freeze_init(LatentFreeze *freeze, int channels, size_t longest, size_t fade)
{
    const size_t width = (size_t)channels;
    *freeze = (LatentFreeze){
        .channels = channels,
        .fade = fade > 0 ? fade : 1,
        .capacity = longest,
        .past_frames = longest + fade + 2,
    };
    freeze->past = calloc(freeze->past_frames * width, sizeof(float));
    freeze->loop = calloc(longest * width, sizeof(float));
    freeze->before = calloc(freeze->fade * width, sizeof(float));
    freeze->frame = calloc(width, sizeof(float));
    latent_freeze_reset(freeze);
    return freeze->past && freeze->loop && freeze->before && freeze->frame;
}

void latent_freeze_free(LatentFreeze *freeze)
{
    free(freeze->past);
    free(freeze->loop);
    free(freeze->before);
    free(freeze->frame);
}

void latent_freeze_reset(LatentFreeze *freeze)
{
    freeze->seen = 0;
    freeze->past_at = 0;
    freeze->active = false;
    ramp_init(&freeze->amount, (int)freeze->fade);
    ramp_set(&freeze->amount, 0.0f);
}

static void copy_frame(const LatentFreeze *freeze, float *to, const float *from)
{
    memcpy(to, from, (size_t)freeze->channels * sizeof(float));
}

// The frame that came `ago` frames before the next one.
static const float *past_frame(const LatentFreeze *freeze, size_t ago)
{
    const size_t at = (freeze->past_at + freeze->past_frames - ago) % freeze->past_frames;
    return freeze->past + at * (size_t)freeze->channels;
}

static void remember(LatentFreeze *freeze, const float *values)
{
    copy_frame(freeze, freeze->past + freeze->past_at * (size_t)freeze->channels, values);
    if (++freeze->past_at == freeze->past_frames) freeze->past_at = 0;
    if (freeze->seen < freeze->past_frames) freeze->seen++;
}

static void begin(LatentFreeze *freeze, size_t length)
{
    // The fade at the seam needs frames from before the loop, and a loop at least twice as
    // long as itself.
    const size_t shortest = 2 * freeze->fade;
    const size_t heard = freeze->seen > freeze->fade ? (size_t)freeze->seen - freeze->fade : 0;
    if (length < shortest) length = shortest;
    if (length > freeze->capacity) length = freeze->capacity;
    if (length > heard) length = heard;
    if (length < shortest)
        return; // too little has been heard: it begins as soon as there is enough
    freeze->length = length;
    freeze->at = freeze->kept = 0;
    freeze->active = true;
    for (size_t i = 0; i < freeze->fade; i++)
        copy_frame(freeze, freeze->before + i * (size_t)freeze->channels,
                   past_frame(freeze, length + freeze->fade - i));
}

// Writes the loop's frame `at` to frame[channels]. While the loop plays for the first time, what it
// does not hold yet is still in the past.
static void loop_frame(const LatentFreeze *freeze, size_t at, float *frame)
{
    const size_t width = (size_t)freeze->channels;
    copy_frame(freeze, frame,
               at < freeze->kept ? freeze->loop + at * width
                                 : past_frame(freeze, freeze->length + freeze->kept - at));
    const size_t fade_from = freeze->length - freeze->fade;
    if (at < fade_from) return;
    const size_t i = at - fade_from;
    const double angle = 1.5707963267948966 * ((double)i + 1.0) / ((double)freeze->fade + 1.0);
    const float fall = (float)(cos(angle) * cos(angle)), rise = 1.0f - fall;
    for (size_t c = 0; c < width; c++)
        frame[c] = fall * frame[c] + rise * freeze->before[i * width + c];
}

// Copies the next frame of the loop out of the past before that is written over.
static void keep_frame(LatentFreeze *freeze)
{
    if (freeze->at != freeze->kept) return;
    copy_frame(freeze, freeze->loop + freeze->at * (size_t)freeze->channels,
               past_frame(freeze, freeze->length));
    freeze->kept++;
}

static void mix_frame(const LatentFreeze *freeze, size_t at, float amount, float *values)
{
    loop_frame(freeze, at, freeze->frame);
    for (int c = 0; c < freeze->channels; c++) values[c] += amount * (freeze->frame[c] - values[c]);
    if (amount == 1.0f) copy_frame(freeze, values, freeze->frame);
}

void latent_freeze_hold(const LatentFreeze *freeze, int64_t ahead, float *values)
{
    if (!freeze->active) return;
    const size_t at = latent_repeat((int64_t)freeze->at + ahead, freeze->length);
    mix_frame(freeze, at, freeze->amount.value, values);
}

void latent_freeze_frame(LatentFreeze *freeze, bool wanted, size_t length, float *values)
{
    if (wanted && !freeze->active && ramp_rests_at(&freeze->amount, 0.0f)) begin(freeze, length);
    ramp_set(&freeze->amount, wanted && freeze->active ? 1.0f : 0.0f);
    const float amount = ramp_next(&freeze->amount);
    if (!freeze->active) {
        remember(freeze, values);
        return;
    }
    keep_frame(freeze);
    remember(freeze, values);
    mix_frame(freeze, freeze->at, amount, values);
    if (++freeze->at == freeze->length) freeze->at = 0;
    if (!wanted && ramp_rests_at(&freeze->amount, 0.0f)) freeze->active = false;
}
