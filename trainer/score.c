#include "score.h"

#include "denormals.h"
#include "lowpass.h"
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
        scorer->stream = stream_new(model, NULL, 0);
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

static double signal_energy(const float *audio, size_t samples)
{
    double sum = 0.0;
    for (size_t i = 0; i < samples; i++) sum += (double)audio[i] * (double)audio[i];
    return sum;
}

// Copies a piece of the recording; silence is behind it.
static void read_piece(const float *audio, size_t samples, size_t at, float piece[PIECE])
{
    const size_t left = at < samples ? samples - at : 0;
    const size_t n = left < PIECE ? left : PIECE;
    if (n > 0) memcpy(piece, audio + at, n * sizeof *piece);
    memset(piece + n, 0, (PIECE - n) * sizeof *piece);
}

static double codec_error(Scorer *scorer, const float *audio, size_t samples, float *decoded)
{
    static const LatentSettings untouched = {LATENT_NEUTRAL};
    const size_t delay = (size_t)stream_delay(scorer->stream), end = samples + delay;
    float piece[PIECE];
    double sum = 0.0;
    stream_reset(scorer->stream, arch_round_up(&scorer->model->arch, samples));
    for (size_t at = 0; at < end; at += PIECE) {
        read_piece(audio, samples, at, piece);
        stream_process(scorer->stream, &untouched, piece, piece, NULL, PIECE);
        for (size_t i = at < delay ? delay - at : 0; i < PIECE && at + i < end; i++) {
            const double error = (double)piece[i] - (double)audio[at + i - delay];
            sum += error * error;
            if (decoded) decoded[at + i - delay] = piece[i];
        }
    }
    return sum;
}

Score scorer_run(Scorer *scorer, const float *audio, size_t samples, float *decoded)
{
    const DenormalsState before = denormals_off();
    const Score score = {
        .samples = (double)samples,
        .signal = signal_energy(audio, samples),
        .codec = codec_error(scorer, audio, samples, decoded),
        .lowpass = scorer->lowpass ? lowpass_error(scorer->lowpass, audio, samples) : 0.0,
    };
    denormals_restore(before);
    return score;
}

double score_snr(double signal, double error)
{
    return signal > 0.0 ? 10.0 * log10(signal / error) : NAN;
}
