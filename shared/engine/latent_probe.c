#include "engine/latent_probe.h"

#include "engine/codec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANNELS_MAX = 128, // of a latent whose loudness is found out
    FRAMES_MAX = 64,    // that are decoded for each of them
};

static bool all_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

// Writes to silence[channels] what zeros give in the end.
static bool find_silence(const Model *model, float *silence, size_t channels)
{
    static const float zeros[CODEC_BLOCK];
    Encoder *encoder = encoder_new(model, 1);
    if (!encoder) return false;
    const double memory = (double)codec_lookback(model) + arch_hop(&model->arch);
    const size_t samples = (size_t)fmin(memory, model->sample_rate);
    encoder_reset(encoder, CODEC_ENDLESS);
    memset(silence, 0, channels * sizeof(float));
    for (size_t fed = 0; fed <= samples; fed += CODEC_BLOCK) {
        const LaneFrames latent = encoder_process(encoder, (LaneFrames){zeros, 0, 1, CODEC_BLOCK});
        if (latent.count > 0)
            memcpy(silence, latent.values + (size_t)(latent.count - 1) * channels,
                   channels * sizeof(float));
    }
    encoder_free(encoder);
    return all_finite(silence, channels);
}

// Writes to sound[hop] what a steady latent gives in the end.
static void decode_steady(Decoder *decoder, const float *latent, float *sound, size_t hop)
{
    const size_t memory = decoder_memory(decoder) + 2;
    decoder_reset(decoder, CODEC_ENDLESS);
    memset(sound, 0, hop * sizeof(float));
    for (size_t t = 0; t < memory && t < FRAMES_MAX; t++) {
        const LaneFrames made = decoder_process(decoder, latent, 1);
        if (made.count == (int)hop) memcpy(sound, made.values, hop * sizeof(float));
    }
}

// Writes loudness[channels][channels], from the sounds that shifts of one standard deviation make.
static bool find_loudness(const Model *model, const float *silence, float *loudness,
                          size_t channels)
{
    const size_t hop = (size_t)arch_hop(&model->arch);
    Decoder *decoder = decoder_new(model, 1);
    float *latent = malloc(channels * sizeof(float)), *rest = malloc(hop * sizeof(float)),
          *sound = malloc(channels * hop * sizeof(float));
    const bool ok = decoder && latent && rest && sound;
    if (ok) decode_steady(decoder, silence, rest, hop);
    for (size_t c = 0; ok && c < channels; c++) {
        const float std = model->latent_std[c] > 0.0f ? model->latent_std[c] : 1.0f;
        memcpy(latent, silence, channels * sizeof(float));
        latent[c] += std;
        decode_steady(decoder, latent, sound + c * hop, hop);
        for (size_t i = 0; i < hop; i++) sound[c * hop + i] = (sound[c * hop + i] - rest[i]) / std;
    }
    for (size_t c = 0; ok && c < channels; c++)
        for (size_t d = 0; d < channels; d++) {
            double sum = 0.0;
            for (size_t i = 0; i < hop; i++)
                sum += (double)sound[c * hop + i] * (double)sound[d * hop + i];
            loudness[c * channels + d] = (float)(sum / (double)hop);
        }
    decoder_free(decoder);
    free(latent);
    free(rest);
    free(sound);
    return ok && all_finite(loudness, channels * channels);
}

bool latent_probe_init(LatentProbe *probe, const Model *model)
{
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    *probe = (LatentProbe){0};
    if (model->arch.front.kind != FRONT_SAMPLES) return false;
    probe->silence = malloc(channels * sizeof(float));
    if (!probe->silence || !find_silence(model, probe->silence, channels)) {
        latent_probe_free(probe);
        return false;
    }
    if (channels > CHANNELS_MAX) return true;
    probe->loudness = malloc(channels * channels * sizeof(float));
    if (probe->loudness && find_loudness(model, probe->silence, probe->loudness, channels))
        return true;
    free(probe->loudness);
    probe->loudness = NULL;
    return true;
}

void latent_probe_free(LatentProbe *probe)
{
    free(probe->silence);
    free(probe->loudness);
    *probe = (LatentProbe){0};
}
