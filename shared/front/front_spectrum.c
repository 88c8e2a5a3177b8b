// The front of spectral models: the network works on the log levels of a short-time spectrum, one
// lane for all audio channels. The spectra themselves are carried beside it, with their phases, and
// changed by the gains that the decoder's levels ask for.
#include "front/front_kinds.h"
#include "front/spectrum.h"
#include "front/synthesis.h"
#include "math/fifo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Frames are counted from the signal's beginning; each of them has a place in a ring until it is
// both analysed and decoded.
typedef struct {
    Front front;
    Spectrum *spectrum;
    int channels;
    size_t hop, bands;
    uint64_t delay, fed;                 // samples
    size_t filled;                       // samples of the hop that has begun
    bool silent;                         // the last frame was
    float level;                         // loudness of the last frame
    int places;                          // in the rings
    uint64_t analysed, decoded, changed; // frames
    uint64_t unheard;                    // frames, the first ones
    float *detail;                       // [places]
    FrontChange *change;                 // [places]
    float *altered, *clean;              // [places][bands]
    float *gains, *levels, *powers;      // [bands]: of the frame that sounds
    float *hops, *made;                  // [channels][hop]: going in, coming out
    const float **hop_of;                // [channels]
    float **made_of;                     // [channels]
    Fifo *due;                           // [channels]: samples that wait for their time
} SpectrumFront;

// Returns the most frames that lie between analysis and decoder, or the other way round, for at
// most `frames` at once.
static int waiting_max(const Model *model, size_t frames)
{
    return (int)frames + arch_delay(&model->arch) / arch_front_hop(&model->arch) +
           arch_network_hop(&model->arch) + 1;
}

static size_t due_size(const Model *model, size_t frames)
{
    return (size_t)arch_delay(&model->arch) + FRONT_BLOCK +
           (size_t)waiting_max(model, frames) * (size_t)arch_front_hop(&model->arch);
}

static SpectrumSetup setup_of(const Model *model, int channels, double host_rate, size_t frames)
{
    return (SpectrumSetup){
        .front = &model->arch.front,
        .rate = model->sample_rate,
        .limit = analysis_limit(host_rate, model->sample_rate),
        .band_mean = model->band_mean,
        .channels = channels,
        .frames = waiting_max(model, frames),
    };
}

// Lays out the front's own arrays.
static void layout(SpectrumFront *spectrum, Arena *arena)
{
    const size_t channels = (size_t)spectrum->channels, places = (size_t)spectrum->places;
    const size_t hop = spectrum->hop, bands = spectrum->bands;
    spectrum->detail = arena_floats(arena, places);
    spectrum->change = arena_take(arena, places * sizeof *spectrum->change);
    spectrum->altered = arena_floats(arena, places * bands);
    spectrum->clean = arena_floats(arena, places * bands);
    spectrum->gains = arena_floats(arena, bands);
    spectrum->levels = arena_floats(arena, bands);
    spectrum->powers = arena_floats(arena, bands);
    spectrum->hops = arena_floats(arena, channels * hop);
    spectrum->made = arena_floats(arena, channels * hop);
    spectrum->hop_of = arena_take(arena, channels * sizeof *spectrum->hop_of);
    spectrum->made_of = arena_take(arena, channels * sizeof *spectrum->made_of);
    spectrum->due = arena_take(arena, channels * sizeof *spectrum->due);
    if (!arena->block) return;
    for (size_t c = 0; c < channels; c++) {
        spectrum->hop_of[c] = spectrum->hops + c * hop;
        spectrum->made_of[c] = spectrum->made + c * hop;
    }
}

static SpectrumFront *lay_out(Arena *arena, const Model *model, int channels, size_t frames)
{
    SpectrumFront plan = {
        .front = {&front_spectrum},
        .channels = channels,
        .hop = (size_t)model->arch.front.hop,
        .bands = (size_t)model->arch.front.bands,
        .delay = (uint64_t)arch_delay(&model->arch),
        .places = waiting_max(model, frames),
    };
    SpectrumFront *spectrum = arena_take(arena, sizeof plan);
    layout(&plan, arena);
    if (spectrum) *spectrum = plan;
    return spectrum;
}

static size_t spectrum_front_bytes(const Model *model, int channels, size_t frames)
{
    Arena arena = {NULL, 0};
    lay_out(&arena, model, channels, frames);
    const SpectrumSetup setup = setup_of(model, channels, model->sample_rate, frames);
    return arena.used + spectrum_bytes(&setup) +
           (size_t)channels * due_size(model, frames) * sizeof(float);
}

// Counts two transforms a frame, and an exponential for each bin. Measured with kissfft: 33 to 40
// multiply-adds for each of the size * log2(size) steps of one.
static double spectrum_front_work(const Arch *arch, double rate)
{
    enum { STEP = 40, EXPONENTIAL = 32 };
    const double size = arch->front.window;
    const double frame = 2.0 * STEP * size * log2(size) + EXPONENTIAL * size / 2.0;
    return frame * rate / arch->front.hop;
}

static void spectrum_front_free(Front *front)
{
    SpectrumFront *spectrum = (SpectrumFront *)front;
    for (int c = 0; c < spectrum->channels; c++) fifo_free(&spectrum->due[c]);
    spectrum_free(spectrum->spectrum);
    free(spectrum);
}

static void spectrum_front_reset(Front *front, uint64_t unheard, uint64_t missing)
{
    SpectrumFront *spectrum = (SpectrumFront *)front;
    spectrum_reset(spectrum->spectrum);
    spectrum->fed = spectrum->analysed = spectrum->changed = 0;
    spectrum->decoded = missing;
    spectrum->unheard = unheard;
    spectrum->filled = 0;
    spectrum->silent = true;
    spectrum->level = 0.0f;
    for (int c = 0; c < spectrum->channels; c++) fifo_reset(&spectrum->due[c], 0);
}

static Front *spectrum_front_create(const Model *model, int channels, double host_rate,
                                    size_t frames)
{
    Arena arena = {NULL, 0};
    lay_out(&arena, model, channels, frames);
    arena = (Arena){arena_block(arena.used), 0};
    if (!arena.block) return NULL;
    SpectrumFront *spectrum = lay_out(&arena, model, channels, frames);
    const SpectrumSetup setup = setup_of(model, channels, host_rate, frames);
    spectrum->spectrum = spectrum_new(&setup);
    bool ok = spectrum->spectrum != NULL;
    for (int c = 0; c < channels; c++)
        ok = fifo_init(&spectrum->due[c], due_size(model, frames)) && ok;
    if (ok) return &spectrum->front;
    spectrum_front_free(&spectrum->front);
    return NULL;
}

// Shifts the gains of all bands by one value, so that the frame is as loud as before. What the
// synthesis would limit is limited first; a second round makes up for what the first shift brings
// over the limit. Gains of 0 stay exactly 0.
static void keep_loudness(const float *powers, float *gains, size_t bands)
{
    enum { ROUNDS = 2 };
    for (int round = 0; round < ROUNDS; round++) {
        float before = 0.0f, after = 0.0f;
        for (size_t k = 0; k < bands; k++) {
            if (gains[k] > SYNTHESIS_LIFT_MAX) gains[k] = SYNTHESIS_LIFT_MAX;
            before += powers[k];
            after += powers[k] * expf(2.0f * gains[k]);
        }
        const float shift = 0.5f * logf(before / after);
        for (size_t k = 0; k < bands && isfinite(shift); k++) gains[k] += shift;
    }
}

// Writes values[bands] of the frame that sounds: the oldest one's, or those of the frozen one by
// its amount.
static void set_sounding(float *values, const float *own, const float *frozen, float amount,
                         size_t bands)
{
    memcpy(values, own, bands * sizeof(float));
    for (size_t k = 0; k < bands && amount != 0.0f; k++) values[k] += amount * (frozen[k] - own[k]);
}

// Finds which frame sounds, for the gains and for the synthesis.
static void set_frozen(SpectrumFront *spectrum, const FrontChange *change)
{
    const AnalysisFrame *frame = spectrum_oldest(spectrum->spectrum);
    const AnalysisFrame *frozen = spectrum_frozen(spectrum->spectrum);
    if (change->takes) spectrum_freeze(spectrum->spectrum);
    set_sounding(spectrum->levels, frame->values, frozen->values, change->frozen, spectrum->bands);
    set_sounding(spectrum->powers, frame->powers, frozen->powers, change->frozen, spectrum->bands);
    spectrum_set_frozen(spectrum->spectrum, change->frozen, change->frozen_at);
}

// Writes to gains[bands] what the decoder asks of the frame at `place`:
// log G = altered - detail * clean - (1 - detail) * levels, the shift that keeps the loudness, and
// the change of the frame's level.
static void find_gains(SpectrumFront *spectrum, size_t place)
{
    const size_t bands = spectrum->bands;
    const float *altered = spectrum->altered + place * bands;
    const float *clean = spectrum->clean + place * bands, *levels = spectrum->levels;
    const float detail = spectrum->detail[place];
    for (size_t k = 0; k < bands; k++)
        spectrum->gains[k] = altered[k] - detail * clean[k] - (1.0f - detail) * levels[k];
    keep_loudness(spectrum->powers, spectrum->gains, bands);
    for (size_t k = 0; k < bands; k++) spectrum->gains[k] += spectrum->change[place].level;
}

// Finds the gains of the oldest frame; NULL for none, if it is silent.
static const float *change_frame(SpectrumFront *spectrum)
{
    const size_t place = (size_t)(spectrum->changed % (uint64_t)spectrum->places);
    const FrontChange *change = &spectrum->change[place];
    const bool silent = spectrum_oldest(spectrum->spectrum)->silent && change->frozen == 0.0f;
    set_frozen(spectrum, change);
    if (silent) return NULL;
    find_gains(spectrum, place);
    return spectrum->gains;
}

// Changes the frames that are both analysed and decoded, in their order.
static void change_frames(SpectrumFront *spectrum)
{
    while (spectrum->changed < spectrum->analysed && spectrum->changed < spectrum->decoded) {
        const bool heard = spectrum->changed >= spectrum->unheard;
        const float *gains = heard ? change_frame(spectrum) : NULL;
        spectrum_synthesise(spectrum->spectrum, gains, spectrum->made_of);
        // The first frame completes the hop before the signal.
        for (int c = 0; spectrum->changed > 0 && c < spectrum->channels; c++)
            fifo_push(&spectrum->due[c], spectrum->made_of[c], spectrum->hop);
        spectrum->changed++;
    }
}

static LaneFrames spectrum_front_analyse(Front *front, const float *const *audio,
                                         const float *details, bool needed, size_t *n)
{
    SpectrumFront *spectrum = (SpectrumFront *)front;
    const size_t hop = spectrum->hop, left = hop - spectrum->filled;
    if (*n > FRONT_BLOCK) *n = FRONT_BLOCK;
    if (*n > left) *n = left;
    for (size_t c = 0; c < (size_t)spectrum->channels; c++)
        memcpy(spectrum->hops + c * hop + spectrum->filled, audio[c], *n * sizeof(float));
    spectrum->filled += *n;
    if (spectrum->filled < hop) return (LaneFrames){NULL, 0, 1, 0};
    spectrum->filled = 0;
    const size_t place = (size_t)(spectrum->analysed % (uint64_t)spectrum->places);
    spectrum->detail[place] = details ? details[*n - 1] : 0.0f;
    const AnalysisFrame *frame = needed ? spectrum_analyse(spectrum->spectrum, spectrum->hop_of)
                                        : spectrum_pass(spectrum->spectrum, spectrum->hop_of);
    spectrum->silent = frame->silent;
    spectrum->level = frame->loudness;
    spectrum->analysed++;
    change_frames(spectrum); // where the decoder was ahead
    return (LaneFrames){frame->values, spectrum->bands, 1, 1};
}

static bool spectrum_front_silent(const Front *front)
{
    return ((const SpectrumFront *)front)->silent;
}

static float spectrum_front_frame_level(const Front *front)
{
    return ((const SpectrumFront *)front)->level;
}

static void spectrum_front_synthesise(Front *front, const LaneFrames *altered,
                                      const LaneFrames *clean, const FrontChange *change)
{
    SpectrumFront *spectrum = (SpectrumFront *)front;
    const size_t bands = spectrum->bands;
    for (int t = 0; t < altered->count; t++) {
        const size_t place = (size_t)(spectrum->decoded++ % (uint64_t)spectrum->places);
        // From latent frames to those of the spectrum.
        spectrum->change[place] = *change;
        spectrum->change[place].frozen_at = change->frozen_at * altered->count + t;
        spectrum->change[place].takes = change->takes && t == 0;
        memcpy(spectrum->altered + place * bands, altered->values + (size_t)t * bands,
               bands * sizeof(float));
        if (clean)
            memcpy(spectrum->clean + place * bands, clean->values + (size_t)t * bands,
                   bands * sizeof(float));
    }
    change_frames(spectrum);
}

static void spectrum_front_read(Front *front, const float *details, float *const *audio, size_t n)
{
    SpectrumFront *spectrum = (SpectrumFront *)front;
    (void)details; // each frame's is part of its gains
    const uint64_t wait = spectrum->fed < spectrum->delay ? spectrum->delay - spectrum->fed : 0;
    const size_t early = wait < n ? (size_t)wait : n;
    spectrum->fed += n;
    for (int c = 0; c < spectrum->channels; c++) {
        memset(audio[c], 0, early * sizeof(float));
        fifo_pop(&spectrum->due[c], audio[c] + early, n - early);
    }
}

const FrontFunctions front_spectrum = {
    .bytes = spectrum_front_bytes,
    .work = spectrum_front_work,
    .create = spectrum_front_create,
    .free = spectrum_front_free,
    .reset = spectrum_front_reset,
    .analyse = spectrum_front_analyse,
    .silent = spectrum_front_silent,
    .frame_level = spectrum_front_frame_level,
    .synthesise = spectrum_front_synthesise,
    .read = spectrum_front_read,
};
