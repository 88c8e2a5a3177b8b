#include "latent/latent_freeze.h"

#include "latent/latent.h"
#include "math/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool latent_freeze_init(LatentFreeze *freeze, int channels, size_t longest, size_t fade,
                        size_t spare)
{
    const size_t width = (size_t)channels;
    *freeze = (LatentFreeze){
        .channels = channels,
        .fade = fade > 0 ? fade : 1,
        .capacity = longest,
        .past_frames = longest + fade + 2 + spare,
    };
    freeze->past = arena_block(freeze->past_frames * width * sizeof(float));
    freeze->before = calloc(freeze->fade * width, sizeof(float));
    freeze->frame = calloc(width, sizeof(float));
    latent_freeze_reset(freeze);
    return freeze->past && freeze->before && freeze->frame;
}

void latent_freeze_free(LatentFreeze *freeze)
{
    free(freeze->past);
    free(atomic_load(&freeze->moved));
    free(freeze->before);
    free(freeze->frame);
}

void latent_freeze_reset(LatentFreeze *freeze)
{
    freeze->seen = 0;
    freeze->past_at = 0;
    freeze->active = freeze->forgets = false;
    ramp_init(&freeze->amount, (int)freeze->fade);
    ramp_set(&freeze->amount, 0.0f);
}

bool latent_freeze_reserve(LatentFreeze *freeze)
{
    if (atomic_load(&freeze->moved)) return true;
    float *moved = arena_block(freeze->capacity * (size_t)freeze->channels * sizeof(float));
    atomic_store(&freeze->moved, moved);
    return moved;
}

bool latent_freeze_grow(LatentFreeze *freeze)
{
    return !atomic_exchange(&freeze->lacks_room, false) || latent_freeze_reserve(freeze);
}

bool latent_freeze_asks(LatentFreeze *freeze)
{
    const bool asks = freeze->asks;
    freeze->asks = false;
    return asks;
}

static void copy_frame(const LatentFreeze *freeze, float *to, const float *from)
{
    memcpy(to, from, (size_t)freeze->channels * sizeof(float));
}

// Returns the frame that came `ago` frames before the next one.
static const float *past_frame(const LatentFreeze *freeze, size_t ago)
{
    const size_t at = (freeze->past_at + freeze->past_frames - ago) % freeze->past_frames;
    return freeze->past + at * (size_t)freeze->channels;
}

// Returns the loop's frame, without its fades.
static const float *kept_frame(const LatentFreeze *freeze, size_t at)
{
    const size_t width = (size_t)freeze->channels;
    if (at < freeze->kept)
        return atomic_load_explicit(&freeze->moved, memory_order_relaxed) + at * width;
    return freeze->past + (freeze->first + at) % freeze->past_frames * width;
}

// Moves the loop's frame that the next one is about to replace in the ring.
static void make_place(LatentFreeze *freeze)
{
    if (freeze->since < freeze->past_frames - freeze->length || freeze->kept == freeze->length)
        return;
    float *moved = atomic_load_explicit(&freeze->moved, memory_order_acquire);
    if (!moved) {
        freeze->forgets = true;
        return;
    }
    copy_frame(freeze, moved + freeze->kept * (size_t)freeze->channels,
               kept_frame(freeze, freeze->kept));
    freeze->kept++;
}

static void remember(LatentFreeze *freeze, const float *values)
{
    if (freeze->active && !freeze->forgets) make_place(freeze);
    if (freeze->forgets) return;
    freeze->since++;
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
    freeze->first = (freeze->past_at + freeze->past_frames - length) % freeze->past_frames;
    freeze->at = freeze->kept = freeze->since = 0;
    freeze->active = true;
    if (!atomic_load(&freeze->moved)) {
        atomic_store(&freeze->lacks_room, true);
        freeze->asks = true;
    }
    for (size_t i = 0; i < freeze->fade; i++)
        copy_frame(freeze, freeze->before + i * (size_t)freeze->channels,
                   past_frame(freeze, length + freeze->fade - i));
}

// Ends the loop. Where frames were left out, what was remembered before them is of no use.
static void end(LatentFreeze *freeze)
{
    if (freeze->forgets) freeze->seen = 0;
    freeze->active = freeze->forgets = false;
}

// Writes the loop's frame `at` to frame[channels].
static void loop_frame(const LatentFreeze *freeze, size_t at, float *frame)
{
    const size_t width = (size_t)freeze->channels;
    copy_frame(freeze, frame, kept_frame(freeze, at));
    const size_t fade_from = freeze->length - freeze->fade;
    if (at < fade_from) return;
    const size_t i = at - fade_from;
    const double angle = 1.5707963267948966 * ((double)i + 1.0) / ((double)freeze->fade + 1.0);
    const float fall = (float)(cos(angle) * cos(angle)), rise = 1.0f - fall;
    for (size_t c = 0; c < width; c++)
        frame[c] = fall * frame[c] + rise * freeze->before[i * width + c];
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
    remember(freeze, values);
    if (!freeze->active) return;
    mix_frame(freeze, freeze->at, amount, values);
    if (++freeze->at == freeze->length) freeze->at = 0;
    if (!wanted && ramp_rests_at(&freeze->amount, 0.0f)) end(freeze);
}
