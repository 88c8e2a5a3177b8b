#include "latents/decoding.h"

#include "base/progress.h"
#include "engine/codec.h"
#include "front/front.h"
#include "math/denormals.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

// A decoding under way.
typedef struct {
    const Latent *latent;
    const Model *model;
    const Carrier *carrier; // of a spectrum
    Decoder *decoder;
    Front *front;        // of a spectrum; else NULL
    size_t next;         // latent frame
    float carrier_level; // of a spectrum: sum over its frames since the last latent frame
    int levels;          // how many
    float *audio;        // decoded from one frame
    uint64_t left;       // samples
    AudioSink *sink;
    void *data;
    Progress progress;
} Decoding;

uint64_t decoded_samples(const Latent *latent, const Model *model, Error *error)
{
    const uint64_t all = arch_output_samples(&model->arch, latent->frames);
    const uint64_t wanted = latent->samples ? latent->samples : all;
    if (wanted > 0 && wanted <= all) return wanted;
    error_set(error, "the latent names %" PRIu64 " samples, but its %zu frames give %" PRIu64,
              latent->samples, latent->frames, all);
    return 0;
}

// Returns the latent frame that is decoded next. Those behind the last one are padding, whatever
// they hold: they bring out what the decoder still has.
static size_t take_frame(Decoding *decoding)
{
    const size_t last = decoding->latent->frames - 1, next = decoding->next++;
    progress_reach(&decoding->progress, (uint64_t)((double)next / decoding->latent->frame_rate));
    return next < last ? next : last;
}

static LaneFrames decode_frame(Decoding *decoding, size_t frame)
{
    const Latent *latent = decoding->latent;
    return decoder_process(decoding->decoder, latent->values + frame * (size_t)latent->channels, 1);
}

// Passes on n samples, or as many as are left.
static bool emit(Decoding *decoding, const float *samples, size_t n, Error *error)
{
    if (n > decoding->left) n = (size_t)decoding->left;
    decoding->left -= n;
    for (size_t i = 0; i < n; i++) // an absurd amount of noise can overflow
        decoding->audio[i] = isfinite(samples[i]) ? samples[i] : 0.0f;
    return decoding->sink(decoding->data, decoding->audio, n, error);
}

static bool decode_samples(Decoding *decoding, Error *error)
{
    bool ok = true;
    while (ok && decoding->left > 0) {
        const LaneFrames decoded = decode_frame(decoding, take_frame(decoding));
        ok = emit(decoding, decoded.values, (size_t)decoded.count, error);
    }
    return ok;
}

// ---- Spectra ----

// Gives the frames of the carrier the levels of the next latent frame, once all that it stands for
// are there.
static void change_carrier(Decoding *decoding)
{
    decoding->carrier_level += front_frame_level(decoding->front);
    if (++decoding->levels < arch_network_hop(&decoding->model->arch)) return;
    const size_t frame = take_frame(decoding);
    const float *levels = decoding->latent->levels;
    const float level = decoding->carrier_level / (float)decoding->levels;
    const LaneFrames decoded = decode_frame(decoding, frame);
    const FrontChange change = {.level = levels ? levels[frame] - level : 0.0f};
    front_synthesise(decoding->front, &decoded, NULL, &change);
    decoding->carrier_level = 0.0f;
    decoding->levels = 0;
}

// What the front gives comes late and is added to the carrier.
static bool decode_spectrum(Decoding *decoding, Error *error)
{
    const uint64_t delay = (uint64_t)arch_delay(&decoding->model->arch);
    float fed[FRONT_BLOCK], given[FRONT_BLOCK];
    float *to = given;
    bool ok = true;
    for (uint64_t at = 0; ok && decoding->left > 0;) {
        size_t n = FRONT_BLOCK;
        carrier_read(decoding->carrier, at, n, fed);
        if (front_analyse(decoding->front, (const float *const[]){fed}, NULL, true, &n).count > 0)
            change_carrier(decoding);
        front_read(decoding->front, NULL, &to, n);
        at += n;
        const size_t early = at - n >= delay ? 0 : at >= delay ? (size_t)(delay - (at - n)) : n;
        carrier_read(decoding->carrier, at - n + early - delay, n - early, fed);
        for (size_t i = early; i < n; i++) given[i] += fed[i - early];
        ok = emit(decoding, given + early, n - early, error);
    }
    return ok;
}

static bool front_init(Decoding *decoding, Error *error)
{
    const Model *model = decoding->model;
    if (model->arch.front.kind != FRONT_SPECTRUM) return true;
    decoding->front =
        front_new(model, 1, model->sample_rate, decoder_frames_max(decoding->decoder));
    if (!decoding->front) return error_out_of_memory(error);
    front_reset(decoding->front);
    return true;
}

// ---- The whole ----

static bool decoding_init(Decoding *decoding, Error *error)
{
    decoding->left = decoded_samples(decoding->latent, decoding->model, error);
    if (decoding->left == 0) return false;
    decoding->decoder = decoder_new(decoding->model, 1);
    if (!decoding->decoder) return error_out_of_memory(error);
    decoder_reset(decoding->decoder, decoding->latent->frames);
    const size_t most = decoder_frames_max(decoding->decoder);
    decoding->audio = malloc((most > FRONT_BLOCK ? most : FRONT_BLOCK) * sizeof(float));
    if (!decoding->audio) return error_out_of_memory(error);
    return front_init(decoding, error);
}

bool decode_latent(const Latent *latent, const Model *model, const Carrier *carrier,
                   AudioSink *sink, void *data, FILE *progress, Error *error)
{
    Decoding decoding = {
        .latent = latent, .model = model, .carrier = carrier, .sink = sink, .data = data};
    bool ok = decoding_init(&decoding, error);
    if (ok) {
        const uint64_t seconds = (uint64_t)((double)latent->frames / latent->frame_rate);
        progress_begin(&decoding.progress, progress, "decoding, second", seconds, seconds);
        const DenormalsState before = denormals_off();
        ok = decoding.front ? decode_spectrum(&decoding, error) : decode_samples(&decoding, error);
        denormals_restore(before);
        progress_end(&decoding.progress);
    }
    free(decoding.audio);
    front_free(decoding.front);
    decoder_free(decoding.decoder);
    return ok;
}
