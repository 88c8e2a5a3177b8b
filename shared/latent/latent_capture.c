#include "latent/latent_capture.h"

#include "math/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SECONDS 1.0

// Seams need some frames at the beginning.
static size_t head_frames(const Model *model, size_t capacity, size_t fade)
{
    const size_t second = (size_t)ceil(HEAD_SECONDS * latent_space_of(model).frame_rate);
    const size_t head = second > 4 * fade ? second : 4 * fade;
    return head < capacity ? head : capacity;
}

bool latent_capture_init(LatentCapture *capture, const Model *model, size_t capacity, size_t fade)
{
    const LatentSpace space = latent_space_of(model);
    const size_t width = (size_t)space.values;
    *capture = (LatentCapture){
        .model = model,
        .width = (int)width,
        .capacity = capacity,
        .fade = fade > 0 ? fade : 1,
        .reader = -1,
    };
    capture->head = head_frames(model, capacity, capture->fade);
    capture->last = calloc(capture->fade * width, sizeof(float));
    bool made = capture->last != NULL;
    for (int i = 0; i < 2; i++) {
        capture->first[i] = arena_block(capture->head * width * sizeof(float));
        made = latent_moments_init(&capture->moments[i], &space) && capture->first[i] && made;
    }
    return made;
}

void latent_capture_free(LatentCapture *capture)
{
    for (int i = 0; i < 2; i++) {
        free(capture->first[i]);
        free(atomic_load(&capture->rest[i]));
        latent_moments_free(&capture->moments[i]);
    }
    free(capture->last);
}

static bool add_rest(LatentCapture *capture, int index)
{
    if (capture->head == capture->capacity || atomic_load(&capture->rest[index])) return true;
    const size_t frames = capture->capacity - capture->head;
    float *rest = arena_block(frames * (size_t)capture->width * sizeof(float));
    atomic_store(&capture->rest[index], rest);
    return rest;
}

bool latent_capture_reserve(LatentCapture *capture)
{
    const bool first = add_rest(capture, 0);
    return add_rest(capture, 1) && first;
}

bool latent_capture_grow(LatentCapture *capture)
{
    bool grown = true;
    for (int i = 0; i < 2; i++)
        if (atomic_exchange(&capture->lacks_rest[i], false)) grown = add_rest(capture, i) && grown;
    return grown;
}

bool latent_capture_asks(LatentCapture *capture)
{
    const bool asks = capture->asks;
    capture->asks = false;
    return asks;
}

// Returns a frame's place in a recording, or NULL where it has no room.
static float *place_of(const LatentCapture *capture, int index, size_t frame)
{
    const size_t width = (size_t)capture->width;
    if (frame < capture->head) return capture->first[index] + frame * width;
    float *rest = atomic_load_explicit(&capture->rest[index], memory_order_acquire);
    return rest && frame < capture->capacity ? rest + (frame - capture->head) * width : NULL;
}

void latent_capture_reset(LatentCapture *capture)
{
    capture->recording = false;
    capture->recorded = 0;
}

// Ends the recording: makes its seam and lets it change places with the one that plays.
static bool finish(LatentCapture *capture, int made)
{
    const size_t frames = capture->recorded;
    capture->recorded = 0;
    if (frames < 4 * capture->fade) return false;
    const size_t width = (size_t)capture->width, kept = frames - capture->fade;
    for (size_t t = 0; t < capture->fade; t++)
        memcpy(capture->last + t * width, place_of(capture, made, kept + t), width * sizeof(float));
    latent_fold(capture->first[made], capture->last, width, capture->fade, capture->model);
    capture->frames[made] = kept;
    atomic_store(&capture->playing, made);
    return true;
}

// Adds the frame that came a seam's length ago to the moments, unless it is in the seam at the
// beginning; those at the end never come to this.
static void add_moments(LatentCapture *capture, int index)
{
    const LatentSpace space = latent_space_of(capture->model);
    if (!space.piece_axes || capture->recorded <= 2 * capture->fade) return;
    float along[ARCH_CHANNELS_MAX];
    const size_t frame = capture->recorded - 1 - capture->fade;
    latent_moments_project(&space, place_of(capture, index, frame), along);
    latent_moments_add(&capture->moments[index], &space, along);
}

static void ask_for_rest(LatentCapture *capture, int index)
{
    if (place_of(capture, index, capture->capacity - 1)) return;
    atomic_store(&capture->lacks_rest[index], true);
    capture->asks = true;
}

bool latent_capture_frame(LatentCapture *capture, bool wanted, bool may_begin, const float *values)
{
    const int other = !atomic_load(&capture->playing);
    if (!wanted) {
        const bool ended = capture->recording;
        capture->recording = false;
        return ended && finish(capture, other);
    }
    if (!capture->recording) {
        if (!may_begin || atomic_load(&capture->reader) == other) return false;
        const LatentSpace space = latent_space_of(capture->model);
        latent_moments_reset(&capture->moments[other], &space);
        capture->recording = true;
        capture->recorded = 0;
        capture->full = false;
        ask_for_rest(capture, other);
    }
    float *place = capture->full ? NULL : place_of(capture, other, capture->recorded);
    capture->full = !place;
    if (!place) return false;
    memcpy(place, values, (size_t)capture->width * sizeof(float));
    capture->recorded++;
    add_moments(capture, other);
    return false;
}

const LatentMoments *latent_capture_moments(const LatentCapture *capture)
{
    return &capture->moments[atomic_load_explicit(&capture->playing, memory_order_relaxed)];
}

static const float *frame_of(const LatentCapture *capture, int index, int64_t frame)
{
    const size_t frames = capture->frames[index];
    if (frames == 0) return NULL;
    return place_of(capture, index, latent_repeat(frame, frames));
}

const float *latent_capture_at(const LatentCapture *capture, int64_t frame)
{
    return frame_of(capture, atomic_load_explicit(&capture->playing, memory_order_relaxed), frame);
}

const float *latent_capture_before_at(const LatentCapture *capture, int64_t frame)
{
    return frame_of(capture, !atomic_load_explicit(&capture->playing, memory_order_relaxed), frame);
}

// Returns the index of the whole recording, held so that it is not recorded over. The reader is
// stored before the index is read again, as the audio thread stores the index before it reads the
// reader: one of the two sees the other.
static int hold(LatentCapture *capture)
{
    for (;;) {
        const int playing = atomic_load(&capture->playing);
        atomic_store(&capture->reader, playing);
        if (atomic_load(&capture->playing) == playing) return playing;
    }
}

Latent *latent_capture_copy(LatentCapture *capture)
{
    Error error;
    const int held = hold(capture);
    const size_t frames = capture->frames[held];
    Latent *latent = frames > 0 ? latent_new(capture->model, frames, &error) : NULL;
    for (size_t t = 0; latent && t < frames; t++)
        latent_set_frame(latent, t, place_of(capture, held, t));
    atomic_store(&capture->reader, -1);
    return latent;
}

void latent_capture_restore(LatentCapture *capture, const Latent *latent)
{
    const int playing = atomic_load(&capture->playing);
    const bool whole = latent->frames <= capture->head || add_rest(capture, playing);
    const size_t room = whole ? capture->capacity : capture->head;
    const size_t frames = latent->frames < room ? latent->frames : room;
    for (size_t t = 0; t < frames; t++) latent_copy_frame(latent, t, place_of(capture, playing, t));
    capture->frames[playing] = frames;
    const LatentSpace space = latent_space_of(capture->model);
    latent_moments_reset(&capture->moments[playing], &space);
    latent_moments_add_latent(&capture->moments[playing], capture->model, latent, capture->fade);
}
