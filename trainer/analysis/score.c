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
    LowPass *lowpass; // or NULL, see score_has_lowpass()
};

// Numbers of the latent for each sample.
static double latent_share(const Arch *arch)
{
    return (double)arch_latent_channels(arch) / arch_hop(arch);
}

bool score_has_lowpass(const Model *model)
{
    return latent_share(&model->arch) < 1.0;
}

Scorer *scorer_new(const Model *model, Error *error)
{
    Scorer *scorer = calloc(1, sizeof *scorer);
    if (scorer) {
        scorer->model = model;
        scorer->stream = stream_new(model, NULL, 1);
        if (score_has_lowpass(model))
            scorer->lowpass = lowpass_new(latent_share(&model->arch), error);
        if (scorer->stream && (scorer->lowpass || !score_has_lowpass(model))) return scorer;
    }
    scorer_free(scorer);
    error_set(error, "out of memory");
    return NULL;
}

void scorer_free(Scorer *scorer)
{
    if (!scorer) return;
    stream_free(scorer->stream);
    lowpass_free(scorer->lowpass);
    free(scorer);
}

// Takes decoded[n], which stand for the sound's from `at` on.
static bool take_decoded(const Sound *sound, size_t at, const float *decoded, size_t n,
                         AudioSink *sink, void *data, Score *score, Error *error)
{
    float original[PIECE];
    sound_read(sound, at, n, original);
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
        if (from < to && !take_decoded(sound, at + from - delay, piece + from, to - from, sink,
                                       data, score, error))
            return false;
    }
    return true;
}

bool scorer_run(Scorer *scorer, const Sound *sound, AudioSink *sink, void *data, Score *score,
                Error *error)
{
    *score = (Score){.samples = (double)sound->samples};
    const DenormalsState before = denormals_off();
    const bool good = score_codec(scorer, sound, sink, data, score, error);
    if (good && scorer->lowpass) score->lowpass = lowpass_error(scorer->lowpass, sound);
    denormals_restore(before);
    return good;
}

double score_snr(double signal, double error)
{
    return signal > 0.0 ? 10.0 * log10(signal / error) : NAN;
}
