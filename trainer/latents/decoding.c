#include "latents/decoding.h"

#include "base/progress.h"
#include "engine/codec.h"
#include "math/denormals.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

// A decoding under way.
typedef struct {
    const Latent *latent;
    Decoder *decoder;
    float *audio;  // decoded from one frame
    uint64_t left; // samples
    AudioSink *sink;
    void *data;
} Decoding;

uint64_t decoded_samples(const Latent *latent, const Model *model, Error *error)
{
    if (model->arch.front.kind == FRONT_SPECTRUM) {
        error_set(error, "the latent of a spectrum has no phases and cannot be decoded on its own");
        return 0;
    }
    const uint64_t all = arch_output_samples(&model->arch, latent->frames);
    const uint64_t wanted = latent->samples ? latent->samples : all;
    if (wanted > 0 && wanted <= all) return wanted;
    error_set(error, "the latent names %" PRIu64 " samples, but its %zu frames give %" PRIu64,
              latent->samples, latent->frames, all);
    return 0;
}

static bool decode_frame(Decoding *decoding, size_t t, Error *error)
{
    // Frames behind the last one are padding, whatever they hold: they bring out what the
    // decoder still has.
    const size_t last = decoding->latent->frames - 1;
    const float *frame =
        decoding->latent->values + (t < last ? t : last) * (size_t)decoding->latent->channels;
    const LaneFrames decoded = decoder_process(decoding->decoder, frame, 1);
    size_t n = (size_t)decoded.count;
    if (n > decoding->left) n = (size_t)decoding->left;
    decoding->left -= n;
    for (size_t i = 0; i < n; i++) // an absurd amount of noise can overflow
        decoding->audio[i] = isfinite(decoded.values[i]) ? decoded.values[i] : 0.0f;
    return decoding->sink(decoding->data, decoding->audio, n, error);
}

static bool decode_frames(Decoding *decoding, FILE *to, Error *error)
{
    const double frame_rate = decoding->latent->frame_rate;
    const uint64_t seconds = (uint64_t)((double)decoding->latent->frames / frame_rate);
    Progress progress;
    progress_begin(&progress, to, "decoding, second", seconds, seconds);
    const DenormalsState before = denormals_off();
    bool ok = true;
    for (size_t t = 0; decoding->left > 0 && ok; t++) {
        ok = decode_frame(decoding, t, error);
        progress_reach(&progress, (uint64_t)((double)t / frame_rate));
    }
    denormals_restore(before);
    progress_end(&progress);
    return ok;
}

bool decode_latent(const Latent *latent, const Model *model, AudioSink *sink, void *data,
                   FILE *progress, Error *error)
{
    Decoding decoding = {.latent = latent, .sink = sink, .data = data};
    decoding.left = decoded_samples(latent, model, error);
    if (decoding.left == 0) return false;
    decoding.decoder = decoder_new(model, 1);
    if (decoding.decoder) {
        decoder_reset(decoding.decoder, latent->frames);
        decoding.audio = malloc(decoder_frames_max(decoding.decoder) * sizeof(float));
    }
    const bool ok =
        decoding.audio ? decode_frames(&decoding, progress, error) : error_out_of_memory(error);
    free(decoding.audio);
    decoder_free(decoding.decoder);
    return ok;
}
