#include "latent/latent_capture.h"

#include <stdlib.h>
#include <string.h>

bool latent_capture_init(LatentCapture *capture, const Model *model, size_t capacity, size_t fade)
{
    const size_t width = (size_t)latent_space_of(model).values;
    *capture = (LatentCapture){
        .model = model,
        .width = (int)width,
        .capacity = capacity,
        .fade = fade > 0 ? fade : 1,
        .reader = -1,
        .space = {calloc(capacity * width, sizeof(float)), calloc(capacity * width, sizeof(float))},
    };
    const LatentSpace space = latent_space_of(model);
    bool made = capture->space[0] && capture->space[1];
    for (int i = 0; i < 2; i++) made = latent_moments_init(&capture->moments[i], &space) && made;
    return made;
}

void latent_capture_free(LatentCapture *capture)
{
    free(capture->space[0]);
    free(capture->space[1]);
    for (int i = 0; i < 2; i++) latent_moments_free(&capture->moments[i]);
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
    latent_fold_seam(capture->space[made], (size_t)capture->width, frames, capture->fade,
                     capture->model);
    capture->frames[made] = frames - capture->fade;
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
    latent_moments_project(&space, capture->space[index] + frame * (size_t)capture->width, along);
    latent_moments_add(&capture->moments[index], &space, along);
}

bool latent_capture_frame(LatentCapture *capture, bool wanted, bool may_begin, const float *values)
{
    const size_t width = (size_t)capture->width;
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
    }
    if (capture->recorded < capture->capacity) {
        memcpy(capture->space[other] + capture->recorded++ * width, values, width * sizeof(float));
        add_moments(capture, other);
    }
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
    return capture->space[index] + latent_repeat(frame, frames) * (size_t)capture->width;
}

const float *latent_capture_at(const LatentCapture *capture, int64_t frame)
{
    return frame_of(capture, atomic_load_explicit(&capture->playing, memory_order_relaxed), frame);
}

const float *latent_capture_before_at(const LatentCapture *capture, int64_t frame)
{
    return frame_of(capture, !atomic_load_explicit(&capture->playing, memory_order_relaxed), frame);
}

// The index of the whole recording, held so that it is not recorded over. The reader is stored
// before the index is read again, as the audio thread stores the index before it reads the reader:
// one of the two sees the other.
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
    const float *from = capture->space[held];
    for (size_t t = 0; latent && t < frames; t++, from += capture->width)
        latent_set_frame(latent, t, from);
    atomic_store(&capture->reader, -1);
    return latent;
}

void latent_capture_restore(LatentCapture *capture, const Latent *latent)
{
    const size_t frames = latent->frames < capture->capacity ? latent->frames : capture->capacity;
    const int playing = atomic_load(&capture->playing);
    float *to = capture->space[playing];
    for (size_t t = 0; t < frames; t++, to += capture->width) latent_copy_frame(latent, t, to);
    capture->frames[playing] = frames;
    const LatentSpace space = latent_space_of(capture->model);
    latent_moments_reset(&capture->moments[playing], &space);
    latent_moments_add_latent(&capture->moments[playing], capture->model, latent, capture->fade);
}
