#include "latents/audio_encoder.h"

#include "engine/codec.h"
#include "front/analysis.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)AUDIO_ENCODER_BLOCK <= (int)CODEC_BLOCK,
               "a block of samples is one call of the encoder");

struct AudioEncoder {
    const Model *model;
    Encoder *encoder;
    size_t channels, frames_max;

    // Of a spectrum.
    Analysis *analysis; // NULL for samples
    Bin *bins;          // [window / 2 + 1]
    float *audio;       // [window]: the last samples, `filled` of the last hop
    size_t filled;
    float *x;      // [bands]
    double *level; // [levels_max]: sums over the frames of a latent frame, a ring
    size_t levels_max;
    uint64_t samples;    // of the signal that are still to come
    uint64_t frames;     // of the spectrum that are there
    uint64_t frames_all; // of the signal
    uint64_t encoded;    // latent frames that were given
    float *values;       // [frames_max][channels]
    float *levels;       // [frames_max]
};

static bool is_spectral(const AudioEncoder *encoder)
{
    return encoder->model->arch.front.kind == FRONT_SPECTRUM;
}

static bool spectrum_init(AudioEncoder *encoder, double source_rate)
{
    const Model *model = encoder->model;
    const Arch *arch = &model->arch;
    const size_t window = (size_t)arch->front.window, hop = (size_t)arch->front.hop;
    const size_t calls = AUDIO_ENCODER_BLOCK / hop + 1; // spectral frames that one block can end
    encoder->frames_max = calls * (encoder_frames_max(encoder->encoder, 1) + 1);
    // A latent frame comes at most the encoder's extent after the frames that it stands for.
    encoder->levels_max = (size_t)(arch_delay(arch) / arch_hop(arch)) + encoder->frames_max + 4;
    encoder->analysis =
        analysis_new(&arch->front, model->sample_rate,
                     analysis_limit(source_rate, model->sample_rate), model->band_mean);
    encoder->bins = malloc((window / 2 + 1) * sizeof(Bin));
    encoder->audio = malloc(window * sizeof(float));
    encoder->x = malloc((size_t)arch->front.bands * sizeof(float));
    encoder->level = malloc(encoder->levels_max * sizeof(double));
    encoder->values = malloc(encoder->frames_max * encoder->channels * sizeof(float));
    encoder->levels = malloc(encoder->frames_max * sizeof(float));
    return encoder->analysis && encoder->bins && encoder->audio && encoder->x && encoder->level &&
           encoder->values && encoder->levels;
}

AudioEncoder *audio_encoder_new(const Model *model, double source_rate)
{
    AudioEncoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) return NULL;
    encoder->model = model;
    encoder->channels = (size_t)arch_latent_channels(&model->arch);
    encoder->encoder = encoder_new(model, 1);
    bool ok = encoder->encoder;
    if (ok) encoder->frames_max = encoder_frames_max(encoder->encoder, AUDIO_ENCODER_BLOCK);
    if (ok && is_spectral(encoder)) ok = spectrum_init(encoder, source_rate);
    if (ok) return encoder;
    audio_encoder_free(encoder);
    return NULL;
}

void audio_encoder_free(AudioEncoder *encoder)
{
    if (!encoder) return;
    encoder_free(encoder->encoder);
    free(encoder->analysis);
    free(encoder->bins);
    free(encoder->audio);
    free(encoder->x);
    free(encoder->level);
    free(encoder->values);
    free(encoder->levels);
    free(encoder);
}

uint64_t audio_encoder_frames(const Model *model, uint64_t samples)
{
    return arch_latent_frames(&model->arch, arch_round_up(&model->arch, samples));
}

size_t audio_encoder_frames_max(const AudioEncoder *encoder)
{
    return encoder->frames_max;
}

void audio_encoder_reset(AudioEncoder *encoder, uint64_t samples)
{
    const Arch *arch = &encoder->model->arch;
    const uint64_t whole = arch_round_up(arch, samples);
    encoder_reset(encoder->encoder, arch_front_frames(arch, whole));
    if (!is_spectral(encoder)) return;
    encoder->frames_all = arch_front_frames(arch, whole);
    memset(encoder->audio, 0, (size_t)arch->front.window * sizeof(float));
    encoder->filled = 0;
    encoder->samples = samples;
    encoder->frames = encoder->encoded = 0;
}

// Adds the level of the newest spectral frame to that of the latent frame that it belongs to.
static void add_level(AudioEncoder *encoder, float level)
{
    const uint64_t stacked = (uint64_t)arch_network_hop(&encoder->model->arch);
    const uint64_t t = encoder->frames / stacked;
    if (encoder->frames == encoder->frames_all) return; // after the signal
    double *sum = &encoder->level[t % encoder->levels_max];
    if (encoder->frames % stacked == 0) *sum = 0.0;
    *sum += (double)level;
    encoder->frames++;
}

// Returns the level of a latent frame: the mean over those of its spectral frames that are there.
static float mean_level(const AudioEncoder *encoder, uint64_t t)
{
    const uint64_t stacked = (uint64_t)arch_network_hop(&encoder->model->arch);
    const uint64_t left = encoder->frames > t * stacked ? encoder->frames - t * stacked : 1;
    const uint64_t count = left < stacked ? left : stacked;
    return (float)(encoder->level[t % encoder->levels_max] / (double)count);
}

// Analyses the hop that is complete and encodes its frame; returns how many latent frames there are
// now in this call.
static size_t encode_hop(AudioEncoder *encoder, size_t given)
{
    const size_t window = (size_t)encoder->model->arch.front.window;
    const size_t hop = (size_t)encoder->model->arch.front.hop;
    AnalysisFrame frame = {.values = encoder->x};
    const float *audio = encoder->audio;
    analysis_process(encoder->analysis, &audio, 1, &encoder->bins, &frame);
    add_level(encoder, frame.loudness);
    memmove(encoder->audio, encoder->audio + hop, (window - hop) * sizeof(float));
    encoder->filled = 0;
    const LaneFrames latent = encoder_process(encoder->encoder, (LaneFrames){encoder->x, 0, 1, 1});
    for (int i = 0; i < latent.count && given < encoder->frames_max; i++, given++) {
        memcpy(encoder->values + given * encoder->channels,
               latent.values + (size_t)i * encoder->channels, encoder->channels * sizeof(float));
        encoder->levels[given] = mean_level(encoder, encoder->encoded++);
    }
    return given;
}

EncodedFrames audio_encoder_process(AudioEncoder *encoder, const float *samples, size_t n)
{
    if (!is_spectral(encoder)) {
        const LaneFrames latent =
            encoder_process(encoder->encoder, (LaneFrames){samples, 0, 1, (int)n});
        return (EncodedFrames){latent.values, NULL, (size_t)latent.count};
    }
    const size_t window = (size_t)encoder->model->arch.front.window;
    const size_t hop = (size_t)encoder->model->arch.front.hop;
    size_t given = 0;
    for (size_t i = 0; i < n; i++) {
        float *newest = encoder->audio + window - hop + encoder->filled++;
        *newest = encoder->samples > 0 ? samples[i] : 0.0f; // zeros after the signal
        if (encoder->samples > 0) encoder->samples--;
        if (encoder->filled == hop) given = encode_hop(encoder, given);
    }
    return (EncodedFrames){encoder->values, encoder->levels, given};
}
