#include "analysis/score.h"

#include "audio/lowpass.h"
#include "engine/stream.h"
#include "math/denormals.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE = 4096 }; // samples

struct Scorer {
    const Model *model;
    Stream *stream;
    LowPass *lowpass;    // NULL unless score_has_lowpass()
    LevelScorer *levels; // NULL for samples
    MelDistance *mel;
};

static bool is_spectral(const Model *model)
{
    return model->arch.front.kind == FRONT_SPECTRUM;
}

// Returns the numbers of the latent for each sample.
static double latent_share(const Arch *arch)
{
    return (double)arch_latent_channels(arch) / arch_hop(arch);
}

bool score_has_lowpass(const Model *model)
{
    return !is_spectral(model) && latent_share(&model->arch) < 1.0;
}

Scorer *scorer_new(const Model *model, Error *error)
{
    Scorer *scorer = calloc(1, sizeof *scorer);
    if (scorer) {
        const bool lowpass = score_has_lowpass(model), spectral = is_spectral(model);
        scorer->model = model;
        scorer->stream = stream_new(model, NULL, 1, model->sample_rate);
        scorer->mel = mel_distance_new(model->sample_rate);
        if (lowpass) scorer->lowpass = lowpass_new(latent_share(&model->arch), error);
        if (spectral) scorer->levels = level_scorer_new(model);
        if (scorer->stream && scorer->mel && (scorer->lowpass || !lowpass) &&
            (scorer->levels || !spectral))
            return scorer;
    }
    scorer_free(scorer);
    error_out_of_memory(error);
    return NULL;
}

void scorer_free(Scorer *scorer)
{
    if (!scorer) return;
    stream_free(scorer->stream);
    lowpass_free(scorer->lowpass);
    level_scorer_free(scorer->levels);
    mel_distance_free(scorer->mel);
    free(scorer);
}

// Takes what the stream gives for the n samples of the sound from `at` on; a share of the sound
// itself is added to it.
static bool take_decoded(const Scorer *scorer, const Sound *sound, size_t at, float *decoded,
                         size_t n, AudioSink *sink, void *data, Score *score, Error *error)
{
    const float dry = front_dry_share(scorer->model, 0.0f);
    float original[PIECE];
    sound_read(sound, at, n, original);
    for (size_t i = 0; dry != 0.0f && i < n; i++) decoded[i] += dry * original[i];
    mel_distance_add(scorer->mel, original, decoded, n);
    for (size_t i = 0; i < n; i++) {
        const double was = (double)original[i], difference = (double)decoded[i] - was;
        score->signal += was * was;
        score->codec += difference * difference;
    }
    return !sink || sink(data, decoded, n, error);
}

static bool score_codec(Scorer *scorer, const Sound *sound, AudioSink *sink, void *data,
                        Score *score, Error *error)
{
    static const LatentSettings untouched = {LATENT_NEUTRAL};
    const size_t delay = (size_t)stream_delay(scorer->stream), end = sound->samples + delay;
    float piece[PIECE];
    const float *const in[] = {piece};
    float *const out[] = {piece};
    stream_reset(scorer->stream, arch_round_up(&scorer->model->arch, sound->samples));
    for (size_t at = 0; at < end; at += PIECE) {
        sound_read(sound, at, PIECE, piece);
        stream_process(scorer->stream, &untouched, NULL, in, out, PIECE);
        const size_t from = at < delay ? delay - at : 0, to = end - at < PIECE ? end - at : PIECE;
        if (from < to && !take_decoded(scorer, sound, at + from - delay, piece + from, to - from,
                                       sink, data, score, error))
            return false;
    }
    return true;
}

bool scorer_run(Scorer *scorer, const Sound *sound, AudioSink *sink, void *data, Score *score,
                Error *error)
{
    *score = (Score){.samples = (double)sound->samples};
    mel_distance_reset(scorer->mel);
    const DenormalsState before = denormals_off();
    const bool ok = score_codec(scorer, sound, sink, data, score, error);
    if (ok && scorer->lowpass) score->lowpass = lowpass_error(scorer->lowpass, sound);
    if (ok && scorer->levels) score->levels = level_scorer_run(scorer->levels, sound);
    denormals_restore(before);
    mel_distance_read(scorer->mel, score->mel);
    for (int r = 0; r < MEL_RESOLUTIONS; r++) score->mel[r] *= score->samples;
    return ok;
}

void score_add(Score *to, const Score *score)
{
    to->samples += score->samples;
    to->signal += score->signal;
    to->codec += score->codec;
    to->lowpass += score->lowpass;
    to->levels.frames += score->levels.frames;
    to->levels.lsd += score->levels.lsd;
    to->levels.pca_frames += score->levels.pca_frames;
    to->levels.pca += score->levels.pca;
    for (int r = 0; r < MEL_RESOLUTIONS; r++) to->mel[r] += score->mel[r];
}

double score_snr(double signal, double error)
{
    return signal > 0.0 ? 10.0 * log10(signal / error) : NAN;
}
