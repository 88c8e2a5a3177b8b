// The front of waveform models: the network works on the samples themselves, a lane for each
// audio channel, and nothing is carried beside it.
#include "front/front_kinds.h"
#include "math/fifo.h"

#include <stdlib.h>
#include <string.h>

// Decoded samples that are not due yet.
typedef struct {
    Fifo altered, clean;
} Queues;

typedef struct {
    Front front;
    int channels;
    uint64_t delay;  // samples
    uint64_t wait;   // samples until there are decoded ones: the delay, and those that are missing
    float *gathered; // [channels][FRONT_BLOCK]
    Queues *queues;  // [channels]
} SamplesFront;

// Returns the room of a queue, which holds less than the delay and what one block adds.
static size_t queue_size(const Model *model, size_t frames)
{
    return (size_t)arch_delay(&model->arch) + FRONT_BLOCK + frames;
}

static size_t samples_bytes(const Model *model, int channels, size_t frames)
{
    return (size_t)channels * (FRONT_BLOCK + 2 * queue_size(model, frames)) * sizeof(float);
}

static double samples_work(const Arch *arch, double rate)
{
    (void)arch; // a copy
    (void)rate;
    return 0.0;
}

static void samples_free(Front *front)
{
    SamplesFront *samples = (SamplesFront *)front;
    for (int c = 0; samples->queues && c < samples->channels; c++) {
        fifo_free(&samples->queues[c].altered);
        fifo_free(&samples->queues[c].clean);
    }
    free(samples->queues);
    free(samples->gathered);
    free(samples);
}

static void samples_reset(Front *front, uint64_t unheard, uint64_t missing)
{
    SamplesFront *samples = (SamplesFront *)front;
    (void)unheard; // to read them costs little
    samples->wait = samples->delay + missing;
    for (int c = 0; c < samples->channels; c++) {
        fifo_reset(&samples->queues[c].altered, 0);
        fifo_reset(&samples->queues[c].clean, 0);
    }
}

static Front *samples_create(const Model *model, int channels, double host_rate, size_t frames)
{
    (void)host_rate; // the samples of every rate are alike
    SamplesFront *samples = calloc(1, sizeof *samples);
    if (!samples) return NULL;
    *samples = (SamplesFront){
        .front = {&front_samples},
        .channels = channels,
        .delay = (uint64_t)arch_delay(&model->arch),
        .gathered = malloc((size_t)channels * FRONT_BLOCK * sizeof(float)),
        .queues = calloc((size_t)channels, sizeof(Queues)),
    };
    bool ok = samples->gathered && samples->queues;
    for (int c = 0; ok && c < channels; c++)
        ok = fifo_init(&samples->queues[c].altered, queue_size(model, frames)) &&
             fifo_init(&samples->queues[c].clean, queue_size(model, frames));
    if (ok) return &samples->front;
    samples_free(&samples->front);
    return NULL;
}

static LaneFrames samples_analyse(Front *front, const float *const *audio, const float *details,
                                  bool needed, size_t *n)
{
    SamplesFront *samples = (SamplesFront *)front;
    (void)details; // its place is where samples are read
    (void)needed;  // they are only copied
    if (*n > FRONT_BLOCK) *n = FRONT_BLOCK;
    for (size_t c = 0; c < (size_t)samples->channels; c++)
        memcpy(samples->gathered + c * FRONT_BLOCK, audio[c], *n * sizeof(float));
    return (LaneFrames){samples->gathered, FRONT_BLOCK, samples->channels, (int)*n};
}

// Returns false: a waveform's latent is not relative to a level, so silence is a latent as any
// other.
static bool samples_silent(const Front *front)
{
    (void)front;
    return false;
}

static float samples_frame_level(const Front *front)
{
    (void)front;
    return 0.0f;
}

static void samples_synthesise(Front *front, const LaneFrames *altered, const LaneFrames *clean,
                               const FrontChange *change)
{
    (void)change;
    SamplesFront *samples = (SamplesFront *)front;
    for (size_t c = 0; c < (size_t)samples->channels; c++) {
        Queues *queues = &samples->queues[c];
        fifo_push(&queues->altered, altered->values + c * altered->lane_step,
                  (size_t)altered->count);
        if (clean)
            fifo_push(&queues->clean, clean->values + c * clean->lane_step, (size_t)clean->count);
    }
}

static void samples_read(Front *front, const float *details, float *const *audio, size_t n)
{
    SamplesFront *samples = (SamplesFront *)front;
    // Before the signal's first sample there is nothing; after its end there are zeros.
    const size_t early = samples->wait < n ? (size_t)samples->wait : n;
    samples->wait -= early;
    for (int c = 0; c < samples->channels; c++) {
        float *out = audio[c], room[FRONT_BLOCK];
        memset(out, 0, early * sizeof(float));
        fifo_pop(&samples->queues[c].altered, out + early, n - early);
        if (!details) continue;
        const float *clean = fifo_take(&samples->queues[c].clean, room, n - early);
        for (size_t i = early; i < n; i++) out[i] -= details[i] * clean[i - early];
    }
}

const FrontFunctions front_samples = {
    .bytes = samples_bytes,
    .work = samples_work,
    .create = samples_create,
    .free = samples_free,
    .reset = samples_reset,
    .analyse = samples_analyse,
    .silent = samples_silent,
    .frame_level = samples_frame_level,
    .synthesise = samples_synthesise,
    .read = samples_read,
};
