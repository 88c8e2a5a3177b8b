#include "latents/encoding.h"

#include "base/progress.h"
#include "files/safetensors.h"
#include "latents/audio_encoder.h"
#include "math/denormals.h"

#include <stdlib.h>
#include <string.h>

// An encoding under way.
typedef struct {
    const Model *model;
    AudioEncoder *encoder;
    Latent *latent;
    double file_rate; // Hz
    uint64_t all;     // samples of the file
    uint64_t fed;     // of them
    uint64_t before;  // of them, that are not encoded, so that a frame begins with the part
    uint64_t skip;    // frames before the part
    size_t done;      // frames of the part
    Progress progress;
} Encoding;

static void feed_block(Encoding *encoding, const float *samples, size_t n)
{
    const size_t channels = (size_t)encoding->latent->channels;
    const size_t left = encoding->latent->frames - encoding->done;
    const EncodedFrames given = audio_encoder_process(encoding->encoder, samples, n);
    const size_t skipped = given.count < encoding->skip ? given.count : (size_t)encoding->skip;
    const size_t rest = given.count - skipped;
    const size_t kept = rest < left ? rest : left; // those after are of what follows the part
    memcpy(encoding->latent->values + encoding->done * channels, given.values + skipped * channels,
           kept * channels * sizeof(float));
    if (given.levels)
        memcpy(encoding->latent->levels + encoding->done, given.levels + skipped,
               kept * sizeof(float));
    encoding->skip -= skipped;
    encoding->done += kept;
}

static bool feed(void *data, const float *samples, size_t n, Error *error)
{
    (void)error;
    Encoding *encoding = data;
    const uint64_t left = encoding->fed < encoding->before ? encoding->before - encoding->fed : 0;
    const size_t skipped = left < n ? (size_t)left : n;
    encoding->fed += n;
    samples += skipped;
    n -= skipped;
    while (n > 0) {
        const size_t block = n < AUDIO_ENCODER_BLOCK ? n : AUDIO_ENCODER_BLOCK;
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
    static const float silence[AUDIO_ENCODER_BLOCK];
    AudioFacts facts;
    const bool ok =
        audio_stream_mono(path, encoding->model->sample_rate, feed, encoding, &facts, error);
    if (!ok) return error_prefix(error, path);
    *faults = facts.faults;
    if (encoding->fed != encoding->all)
        return error_set(error, "%s: it changed while it was read", path);
    while (encoding->done < encoding->latent->frames)
        feed_block(encoding, silence, AUDIO_ENCODER_BLOCK);
    return true;
}

static bool run(Encoding *encoding, const char *path, FILE *progress, AudioFaults *faults,
                Error *error)
{
    const uint64_t seconds = (uint64_t)((double)encoding->all / encoding->model->sample_rate);
    encoding->encoder = audio_encoder_new(encoding->model, encoding->file_rate);
    if (!encoding->encoder) return error_out_of_memory(error);
    audio_encoder_reset(encoding->encoder, encoding->all - encoding->before);
    progress_begin(&encoding->progress, progress, "encoding, second", seconds, seconds);
    const DenormalsState before = denormals_off();
    const bool ok = feed_file(encoding, path, faults, error);
    denormals_restore(before);
    progress_end(&encoding->progress);
    return ok;
}

// A latent for so many samples, and the file's name without its folders.
static Latent *new_latent(const Model *model, const char *path, uint64_t samples, Error *error)
{
    const Arch *arch = &model->arch;
    const uint64_t frames = audio_encoder_frames(model, samples);
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

Latent *encode_audio(const Model *model, const TimePart *part, FILE *progress, AudioFaults *faults,
                     Error *error)
{
    Encoding encoding = {.model = model};
    const double rate = model->sample_rate;
    if (!audio_count_mono(part->path, rate, &encoding.all, &encoding.file_rate, error)) {
        error_prefix(error, part->path);
        return NULL;
    }
    PartRange range;
    if (!time_part_range(part, encoding.all, rate, &range, error)) return NULL;
    const uint64_t hop = (uint64_t)arch_hop(&model->arch);
    encoding.before = range.from % hop;
    encoding.skip = range.from / hop;
    encoding.latent = new_latent(model, part->path, range.to - range.from, error);
    if (!encoding.latent) return NULL;
    const bool ok = run(&encoding, part->path, progress, faults, error);
    audio_encoder_free(encoding.encoder);
    if (ok) return encoding.latent;
    latent_free(encoding.latent);
    return NULL;
}
