#include "analysis/level_score.h"

#include "engine/codec.h"
#include "front/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIBELS 8.685889638065036 // of a natural logarithm of an amplitude

struct LevelScorer {
    const Model *model;
    Analysis *analysis;
    Encoder *encoder;
    Decoder *decoder;
    size_t bands, stacked, waiting_max;
    float *audio;   // [window]
    Bin *bins;      // [window / 2 + 1]
    float *waiting; // [waiting_max][bands]: frames whose decoded ones are not there yet, a ring
    bool *silent;   // [waiting_max]
    uint64_t fed, decoded; // frames
    float *point;          // [stacked][bands]: frames for the principal components
    LevelScore score;
};

// Frames that can wait: what the network looks ahead, and one call's worth.
static size_t frames_ahead(const Model *model)
{
    return (size_t)(arch_delay(&model->arch) / arch_front_hop(&model->arch)) +
           (size_t)arch_network_hop(&model->arch) + 4 * CODEC_BLOCK;
}

LevelScorer *level_scorer_new(const Model *model)
{
    LevelScorer *scorer = calloc(1, sizeof *scorer);
    if (!scorer) return NULL;
    const Arch *arch = &model->arch;
    const size_t window = (size_t)arch->front.window;
    scorer->model = model;
    scorer->bands = (size_t)arch->front.bands;
    scorer->stacked = (size_t)arch_network_hop(arch);
    scorer->waiting_max = frames_ahead(model);
    scorer->analysis =
        analysis_new(&arch->front, model->sample_rate, model->sample_rate, model->band_mean);
    scorer->encoder = encoder_new(model, 1);
    scorer->decoder = decoder_new(model, 1);
    scorer->audio = malloc(window * sizeof(float));
    scorer->bins = malloc((window / 2 + 1) * sizeof(Bin));
    scorer->waiting = malloc(scorer->waiting_max * scorer->bands * sizeof(float));
    scorer->silent = malloc(scorer->waiting_max * sizeof(bool));
    scorer->point = malloc(scorer->stacked * scorer->bands * sizeof(float));
    if (scorer->analysis && scorer->encoder && scorer->decoder && scorer->audio && scorer->bins &&
        scorer->waiting && scorer->silent && scorer->point)
        return scorer;
    level_scorer_free(scorer);
    return NULL;
}

void level_scorer_free(LevelScorer *scorer)
{
    if (!scorer) return;
    free(scorer->analysis);
    encoder_free(scorer->encoder);
    decoder_free(scorer->decoder);
    free(scorer->audio);
    free(scorer->bins);
    free(scorer->waiting);
    free(scorer->silent);
    free(scorer->point);
    free(scorer);
}

static float *waiting_frame(const LevelScorer *scorer, uint64_t t)
{
    return scorer->waiting + (size_t)(t % scorer->waiting_max) * scorer->bands;
}

static bool *waiting_silent(const LevelScorer *scorer, uint64_t t)
{
    return scorer->silent + (size_t)(t % scorer->waiting_max);
}

// The distance of two frames, in dB.
static double distance(const float *a, const float *b, size_t bands)
{
    double sum = 0.0;
    for (size_t k = 0; k < bands; k++) {
        const double difference = (double)a[k] - (double)b[k];
        sum += difference * difference;
    }
    return DECIBELS * sqrt(sum / (double)bands);
}

// Codes the last `stacked` frames, which end with frame t, by the principal components.
static void score_point(LevelScorer *scorer, uint64_t t)
{
    const size_t bands = scorer->bands, stacked = scorer->stacked, size = stacked * bands;
    const size_t values = (size_t)arch_latent_channels(&scorer->model->arch);
    const uint64_t first = t + 1 - stacked;
    float *point = scorer->point;
    memset(point, 0, size * sizeof *point);
    for (size_t c = 0; c < values; c++) {
        const float *axis = scorer->model->band_pca + c * size;
        float coefficient = 0.0f;
        for (size_t i = 0; i < size; i++)
            coefficient += axis[i] * waiting_frame(scorer, first + i / bands)[i % bands];
        for (size_t i = 0; i < size; i++) point[i] += coefficient * axis[i];
    }
    for (size_t i = 0; i < stacked; i++) {
        if (*waiting_silent(scorer, first + i)) continue;
        scorer->score.pca += distance(point + i * bands, waiting_frame(scorer, first + i), bands);
        scorer->score.pca_frames += 1.0;
    }
}

static void decode(LevelScorer *scorer, const float *latent, uint64_t frames)
{
    const LaneFrames out = decoder_process(scorer->decoder, latent, 1);
    for (int i = 0; i < out.count && scorer->decoded < frames; i++, scorer->decoded++) {
        if (*waiting_silent(scorer, scorer->decoded)) continue;
        scorer->score.lsd += distance(out.values + (size_t)i * scorer->bands,
                                      waiting_frame(scorer, scorer->decoded), scorer->bands);
        scorer->score.frames += 1.0;
    }
}

// Takes the next hop of the sound, or of the zeros after it, into the last frame's window.
static void analyse(LevelScorer *scorer, const Sound *sound)
{
    const size_t window = (size_t)scorer->model->arch.front.window;
    const size_t hop = (size_t)scorer->model->arch.front.hop;
    memmove(scorer->audio, scorer->audio + hop, (window - hop) * sizeof(float));
    sound_read(sound, (size_t)scorer->fed * hop, hop, scorer->audio + window - hop);
    AnalysisFrame frame = {.values = waiting_frame(scorer, scorer->fed)};
    const float *audio = scorer->audio;
    analysis_process(scorer->analysis, &audio, 1, &scorer->bins, &frame);
    *waiting_silent(scorer, scorer->fed) = frame.silent;
}

LevelScore level_scorer_run(LevelScorer *scorer, const Sound *sound)
{
    const Arch *arch = &scorer->model->arch;
    const uint64_t samples = arch_round_up(arch, sound->samples);
    const uint64_t frames = arch_front_frames(arch, samples);
    const size_t channels = (size_t)arch_latent_channels(arch);
    memset(scorer->audio, 0, (size_t)arch->front.window * sizeof(float));
    scorer->fed = scorer->decoded = 0;
    scorer->score = (LevelScore){0};
    encoder_reset(scorer->encoder, frames);
    decoder_reset(scorer->decoder, arch_latent_frames(arch, samples));
    while (scorer->decoded < frames) {
        float *x = waiting_frame(scorer, scorer->fed);
        if (scorer->fed < frames)
            analyse(scorer, sound);
        else
            memset(x, 0, scorer->bands * sizeof *x); // padding brings out the rest
        const LaneFrames in = {.values = x, .lanes = 1, .count = 1};
        const LaneFrames latent = encoder_process(scorer->encoder, in);
        if (scorer->model->band_pca && scorer->fed < frames &&
            (scorer->fed + 1) % scorer->stacked == 0)
            score_point(scorer, scorer->fed);
        scorer->fed++;
        for (int i = 0; i < latent.count; i++)
            decode(scorer, latent.values + (size_t)i * channels, frames);
    }
    return scorer->score;
}
