#include "training/training_verdict.h"

#include "analysis/evaluation.h"
#include "output/csv.h"
#include "training/training_paths.h"

#include <math.h>
#include <stdlib.h>

#define EXCERPT_SECONDS 30.0  // of a piece, from its middle
#define LATE_PART       0.75  // of the training: after it
#define STILL_BETTER    0.985 // a loss that falls below so much of itself is still falling

enum {
    PIECES_MAX = 24, // that are measured
    EPOCHS_MIN = 4,  // that show a tendency
};

// ---- How good ----

// Lists excerpts of the test pieces, at most PIECES_MAX, spread evenly over them.
static bool list_excerpts(const Dataset *dataset, Dataset *excerpts, Error *error)
{
    const size_t most = (size_t)(EXCERPT_SECONDS * dataset->rate);
    size_t pieces = 0, at = 0;
    *excerpts = *dataset;
    excerpts->clips = 0;
    excerpts->clip = calloc(PIECES_MAX, sizeof *excerpts->clip);
    if (!excerpts->clip) return error_out_of_memory(error);
    for (size_t i = 0; i < dataset->clips; i++) pieces += dataset_in_split(dataset, i, SPLIT_TEST);
    for (size_t i = 0; i < dataset->clips; i++) {
        if (!dataset_in_split(dataset, i, SPLIT_TEST)) continue;
        const bool taken = pieces <= PIECES_MAX || at * PIECES_MAX / pieces == excerpts->clips;
        at++;
        if (!taken || excerpts->clips == PIECES_MAX) continue;
        Clip *clip = &excerpts->clip[excerpts->clips++];
        *clip = dataset->clip[i];
        if (clip->samples <= most) continue;
        clip->audio += (clip->samples - most) / 2;
        clip->samples = most;
    }
    return true;
}

typedef struct {
    double model, other; // means over the pieces, in dB
    size_t pieces;       // that have a value
    bool compared;       // `other` has been measured for all of them
} Means;

static Means means_of(const Evaluation *evaluation, bool spectral)
{
    Means means = {.compared = true};
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Score *score = &evaluation->score[i];
        const LevelScore *levels = &score->levels;
        if (spectral ? levels->frames == 0.0 : score->signal == 0.0) continue; // silent
        means.pieces++;
        means.model +=
            spectral ? levels->lsd / levels->frames : score_snr(score->signal, score->codec);
        if (spectral ? levels->pca_frames > 0.0 : score_has_lowpass(evaluation->model))
            means.other += spectral ? levels->pca / levels->pca_frames
                                    : score_snr(score->signal, score->lowpass);
        else
            means.compared = false;
    }
    means.model /= (double)means.pieces;
    means.other /= (double)means.pieces;
    return means;
}

static void print_means(const Means *means, const Dataset *dataset, bool spectral, FILE *to)
{
    const double better = spectral ? means->other - means->model : means->model - means->other;
    fprintf(to, "\nHow good: %zu piece%s that the training %s,\n", means->pieces,
            means->pieces == 1 ? "" : "s", dataset->split_shared ? "heard too" : "never heard");
    if (spectral)
        fprintf(to,
                "  come%s back with a sound colour that is %.2f dB off (log-spectral distance;"
                " less is better).\n",
                means->pieces == 1 ? "s" : "", means->model);
    else
        fprintf(to, "  come%s back with a signal-to-noise ratio of %.1f dB (more is better).\n",
                means->pieces == 1 ? "s" : "", means->model);
    if (!means->compared) return;
    fprintf(to, "Against: %.*f dB by %s.\n", spectral ? 2 : 1, means->other,
            spectral ? "principal components of as many values, fitted on the same music"
                     : "an ideal low-pass that keeps as many numbers");
    if (fabs(better) < 0.005)
        fprintf(to, "  The model is as good.\n");
    else
        fprintf(to, "  The model is %.2f dB %s.\n", fabs(better),
                better > 0.0 ? "better" : "worse");
}

static bool measure_pieces(const Model *model, const Dataset *dataset, Pool *pool, FILE *to,
                           Error *error)
{
    const bool spectral = model->arch.front.kind == FRONT_SPECTRUM;
    Dataset excerpts;
    if (!list_excerpts(dataset, &excerpts, error)) return false;
    Evaluation evaluation = {0};
    const bool ok = evaluation_run(&evaluation, model, &excerpts, SPLITS, pool, NULL, error);
    if (ok) {
        const Means means = means_of(&evaluation, spectral);
        if (means.pieces > 0) print_means(&means, dataset, spectral, to);
    }
    evaluation_free(&evaluation);
    free(excerpts.clip);
    return ok;
}

// ---- Whether more time would help ----

// Returns the smallest validation loss of the rows [0, rows); infinity if there is none.
static double best_of(const CsvTable *table, size_t rows)
{
    const size_t column = csv_column(table, "validation_loss");
    double best = INFINITY;
    for (size_t i = 0; column < table->columns && i < rows; i++)
        best = fmin(best, csv_number(table, i, column));
    return best;
}

static bool print_progress(const TrainingOptions *options, FILE *to, Error *error)
{
    CsvTable table;
    char *path = training_table_path(options->output);
    if (!path) return error_out_of_memory(error);
    const bool ok = csv_load(&table, path, error);
    if (!ok) error_prefix(error, path);
    free(path);
    if (!ok) return false;
    const double whole = best_of(&table, table.rows);
    const double early = best_of(&table, (size_t)(LATE_PART * (double)table.rows));
    if (table.rows < EPOCHS_MIN)
        fputs("Too few epochs to tell whether more time would make it better.\n", to);
    else if (!(whole < STILL_BETTER * early))
        fputs("Done: the last quarter of the training brought hardly anything. More music may help"
              " where more\n  time does not.\n",
              to);
    else if (options->steps > 0)
        fprintf(to, "Still improving: twice the time (--steps %zu) would make it better.\n",
                2 * options->steps);
    else
        fprintf(to, "Still improving: more epochs (--epochs %d) would make it better.\n",
                2 * options->schedule.epochs);
    csv_free(&table);
    return true;
}

// ---- The whole ----

bool training_verdict(const TrainingOptions *options, const Dataset *dataset, Pool *pool, FILE *to,
                      Error *error)
{
    Model *model = model_load(options->output, error);
    if (!model) return false;
    const bool ok =
        measure_pieces(model, dataset, pool, to, error) && print_progress(options, to, error);
    model_free(model);
    if (!ok) return false;
    fprintf(to,
            "To hear it: insert Trasluz in a host, and choose %s as its Model.\n"
            "  As a preset in every host: trainer preset %s -o ~/.lv2/mine.lv2\n"
            "  Without a host: trainer reconstruct %s SONG -o heard.wav --noise 0.5\n",
            options->output, options->output, options->output);
    return true;
}
