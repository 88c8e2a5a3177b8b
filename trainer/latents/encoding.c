#include "latents/encoding.h"

#include "base/progress.h"
#include "engine/codec.h"
#include "files/safetensors.h"
#include "math/denormals.h"

#include <stdlib.h>
#include <string.h>

// An encoding under way.
typedef struct {
    const Model *model;
    Encoder *encoder;
    Latent *latent;
    size_t done;  // frames
    uint64_t fed; // samples of the file
    Progress progress;
} Encoding;

static void feed_block(Encoding *encoding, const float *samples, size_t n)
{
    const size_t channels = (size_t)encoding->latent->channels;
    const size_t left = encoding->latent->frames - encoding->done;
    const LaneFrames given =
        encoder_process(encoding->encoder, (LaneFrames){samples, 0, 1, (int)n});
    // Those after the end are of padding alone.
    const size_t kept = (size_t)given.count < left ? (size_t)given.count : left;
    memcpy(encoding->latent->values + encoding->done * channels, given.values,
           kept * channels * sizeof(float));
    encoding->done += kept;
}

static bool feed(void *data, const float *samples, size_t n, Error *error)
{
    (void)error;
    Encoding *encoding = data;
    encoding->fed += n;
    while (n > 0) {
        const size_t block = n < CODEC_BLOCK ? n : CODEC_BLOCK;
        feed_block(encoding, samples, block);
        samples += block;
        n -= block;
    }
    progress_reach(&encoding->progress,
                   (uint64_t)((double)encoding->fed / encoding->model->sample_rate));
    return true;
}

static bool feed_file(Encoding *encoding, const char *path, AudioFaults *faults, Error *error)
{
    static const float silence[CODEC_BLOCK];
    if (!audio_stream_mono(path, encoding->model->sample_rate, feed, encoding, faults, error))
        return error_prefix(error, path);
    if (encoding->fed != encoding->latent->samples)
        return error_set(error, "%s: it changed while it was read", path);
    while (encoding->done < encoding->latent->frames) feed_block(encoding, silence, CODEC_BLOCK);
    return true;
}

static bool run(Encoding *encoding, const char *path, FILE *progress, AudioFaults *faults,
                Error *error)
{
    const uint64_t samples = encoding->latent->samples;
    const uint64_t seconds = (uint64_t)((double)samples / encoding->model->sample_rate);
    encoding->encoder = encoder_new(encoding->model, 1);
    if (!encoding->encoder) return error_out_of_memory(error);
    encoder_reset(encoding->encoder, arch_round_up(&encoding->model->arch, samples));
    progress_begin(&encoding->progress, progress, "encoding, second", seconds, seconds);
    const DenormalsState before = denormals_off();
    const bool good = feed_file(encoding, path, faults, error);
    denormals_restore(before);
    progress_end(&encoding->progress);
    return good;
}

// A latent for so many samples, and the file's name without its folders.
static Latent *new_latent(const Model *model, const char *path, uint64_t samples, Error *error)
{
    const Arch *arch = &model->arch;
    const uint64_t frames = arch_latent_frames(arch, arch_round_up(arch, samples));
    const uint64_t frame_bytes = (uint64_t)arch_latent_channels(arch) * sizeof(float);
    if (frames > (SAFETENSORS_FILE_MAX - SAFETENSORS_HEADER_MAX) / frame_bytes) {
        error_set(error, "%s: too long for a latent file, which can have %zu MB", path,
                  SAFETENSORS_FILE_MAX >> 20);
        return NULL;
    }
    Latent *latent = latent_new(model, (size_t)frames, error);
    if (!latent) return NULL;
    const char *slash = strrchr(path, '/');
    latent->samples = samples;
    snprintf(latent->source, sizeof latent->source, "%s", slash ? slash + 1 : path);
    return latent;
}

Latent *encode_audio(const Model *model, const char *path, FILE *progress, AudioFaults *faults,
                     Error *error)
{
    uint64_t samples;
    if (!audio_count_mono(path, model->sample_rate, &samples, error)) {
        error_prefix(error, path);
        return NULL;
    }
    Encoding encoding = {.model = model, .latent = new_latent(model, path, samples, error)};
    if (!encoding.latent) return NULL;
    const bool good = run(&encoding, path, progress, faults, error);
    encoder_free(encoding.encoder);
    if (good) return encoding.latent;
    latent_free(encoding.latent);
    return NULL;
}
