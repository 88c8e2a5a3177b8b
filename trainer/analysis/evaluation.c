#include "analysis/evaluation.h"

#include "audio/temp_audio.h"
#include "base/progress.h"
#include "base/shared_error.h"
#include "files/file.h"
#include "output/csv.h"

#include <math.h>
#include <stdlib.h>

// An evaluation under way.
typedef struct {
    Evaluation *evaluation;
    Scorer **scorer; // [threads]
    int threads;
    const DecodedTaker *taker;
    Progress progress;
    SharedError failure;
} Work;

// ---- Scores ----

static bool score_decoded(const DecodedTaker *taker, const Clip *clip, Scorer *scorer, Score *score,
                          Error *error)
{
    const Sound sound = clip_sound(clip);
    Sound decoded;
    char *path = file_join(taker->folder, "decoded");
    TempAudio *store = path ? temp_audio_new(path, error) : NULL;
    if (!path) error_out_of_memory(error);
    const bool ok = store && scorer_run(scorer, &sound, temp_audio_add, store, score, error) &&
                    temp_audio_open(store, &decoded, error) &&
                    taker->take(taker->data, clip, score, &decoded, error);
    temp_audio_free(store);
    free(path);
    return ok;
}

static void score_clip(void *data, int item, int thread)
{
    Work *work = data;
    Evaluation *evaluation = work->evaluation;
    const Clip *clip = &evaluation->dataset->clip[evaluation->clip[item]];
    const Sound sound = clip_sound(clip);
    Scorer *scorer = work->scorer[thread];
    Score *score = &evaluation->score[item];
    Error error;
    if (shared_error_exists(&work->failure)) return;
    const bool ok = work->taker ? score_decoded(work->taker, clip, scorer, score, &error)
                                : scorer_run(scorer, &sound, NULL, NULL, score, &error);
    if (!ok) shared_error_set(&work->failure, &error);
    progress_step(&work->progress, clip->samples);
}

static bool choose_clips(Evaluation *evaluation, Split split, Error *error)
{
    const Dataset *dataset = evaluation->dataset;
    evaluation->clip = malloc(dataset->clips * sizeof *evaluation->clip);
    evaluation->score = calloc(dataset->clips, sizeof *evaluation->score);
    if (!evaluation->clip || !evaluation->score) return error_out_of_memory(error);
    for (size_t i = 0; i < dataset->clips; i++)
        if (split == SPLITS || dataset_in_split(dataset, i, split) || dataset->clip[i].named)
            evaluation->clip[evaluation->clips++] = i;
    if (evaluation->clips > 0) return true;
    return error_set(error,
                     "no clip in the split '%s': %s; use other music, or --split all to measure "
                     "all of this",
                     split_names[split],
                     dataset->lists ? "the weights were trained on this music" : "too few clips");
}

static bool make_scorers(Work *work, int threads, Error *error)
{
    work->scorer = calloc((size_t)threads, sizeof *work->scorer);
    if (!work->scorer) return error_out_of_memory(error);
    for (; work->threads < threads; work->threads++) {
        Scorer *scorer = scorer_new(work->evaluation->model, error);
        if (!scorer) return false;
        work->scorer[work->threads] = scorer;
    }
    return true;
}

static bool score_clips(Work *work, Pool *pool, Error *error)
{
    const Evaluation *evaluation = work->evaluation;
    uint64_t samples = 0;
    for (size_t i = 0; i < evaluation->clips; i++)
        samples += evaluation->dataset->clip[evaluation->clip[i]].samples;
    shared_error_begin(&work->failure);
    progress_begin(&work->progress, stderr, "evaluating", evaluation->clips, samples);
    pool_run(pool, score_clip, work, (int)evaluation->clips);
    progress_end(&work->progress);
    return shared_error_end(&work->failure, error);
}

bool evaluation_run(Evaluation *evaluation, const Model *model, const Dataset *dataset, Split split,
                    Pool *pool, const DecodedTaker *taker, Error *error)
{
    *evaluation = (Evaluation){.model = model, .dataset = dataset};
    Work work = {.evaluation = evaluation, .taker = taker};
    const bool ok = choose_clips(evaluation, split, error) &&
                    make_scorers(&work, pool_threads(pool), error) &&
                    score_clips(&work, pool, error);
    for (int i = 0; i < work.threads; i++) scorer_free(work.scorer[i]);
    free(work.scorer);
    return ok;
}

void evaluation_free(Evaluation *evaluation)
{
    free(evaluation->clip);
    free(evaluation->score);
    *evaluation = (Evaluation){0};
}

// ---- The table ----

enum { COLUMNS = 7 + MEL_RESOLUTIONS };
enum { SECONDS, MSE, SNR, LOWPASS_MSE, LOWPASS_SNR, LSD, PCA_LSD, MEL };

typedef enum { FOR_BOTH, FOR_SAMPLES, FOR_SPECTRA } Kind;

// Their names in files, and in a terminal, where a model's kind has columns of its own.
static const struct {
    const char *name, *text;
    Kind kind;
    int width;          // in a terminal
    const char *format; // in files
} columns[COLUMNS] = {
    [SECONDS] = {"seconds", "seconds", FOR_BOTH, 9, "%.6f"},
    [MSE] = {"mse", "MSE", FOR_SAMPLES, 12, "%.9g"},
    [SNR] = {"snr_db", "SNR dB", FOR_BOTH, 8, "%.6f"},
    [LOWPASS_MSE] = {"lowpass_mse", "low-pass MSE", FOR_SAMPLES, 12, "%.9g"},
    [LOWPASS_SNR] = {"lowpass_snr_db", "SNR dB", FOR_SAMPLES, 8, "%.6f"},
    [LSD] = {"lsd_db", "LSD dB", FOR_SPECTRA, 8, "%.6f"},
    [PCA_LSD] = {"pca_lsd_db", "PCA's dB", FOR_SPECTRA, 8, "%.6f"},
    [MEL] = {"mel_2048_db", "mel 2048", FOR_BOTH, 8, "%.6f"},
    [MEL + 1] = {"mel_1024_db", "mel 1024", FOR_BOTH, 8, "%.6f"},
    [MEL + 2] = {"mel_512_db", "mel 512", FOR_BOTH, 8, "%.6f"},
};

// What older versions wrote begins like it.
#define CSV_HEADER "kind,name,seconds,mse,snr_db,lowpass_mse,lowpass_snr_db"

typedef struct {
    double value[COLUMNS]; // NaN where there is none
} Row;

static double ratio(double sum, double count)
{
    return count > 0.0 ? sum / count : NAN;
}

static Row row_of(const Evaluation *evaluation, const Score *score)
{
    const bool spectral = evaluation->model->arch.front.kind == FRONT_SPECTRUM;
    const LevelScore *levels = &score->levels;
    Row row = {{
        [SECONDS] = score->samples / evaluation->dataset->rate,
        [MSE] = score->codec / score->samples,
        [SNR] = score_snr(score->signal, score->codec),
        [LOWPASS_MSE] = spectral ? NAN : score->lowpass / score->samples,
        [LOWPASS_SNR] = spectral ? NAN : score_snr(score->signal, score->lowpass),
        [LSD] = ratio(levels->lsd, levels->frames),
        [PCA_LSD] = ratio(levels->pca, levels->pca_frames),
    }};
    for (int r = 0; r < MEL_RESOLUTIONS; r++) row.value[MEL + r] = score->mel[r] / score->samples;
    return row;
}

static bool is_shown(const Evaluation *evaluation, int column)
{
    const bool spectral = evaluation->model->arch.front.kind == FRONT_SPECTRUM;
    return columns[column].kind == FOR_BOTH || (columns[column].kind == FOR_SPECTRA) == spectral;
}

static void print_text_row(const Evaluation *evaluation, FILE *to, const char *name, const Row *row)
{
    for (int i = 0; i < COLUMNS; i++) {
        const int width = columns[i].width;
        if (!is_shown(evaluation, i)) continue;
        if (i > 0) fputc(' ', to);
        if (isnan(row->value[i]))
            fprintf(to, "%*s", width, "-");
        else
            fprintf(to, i == MSE || i == LOWPASS_MSE ? "%*.4e" : "%*.2f", width, row->value[i]);
    }
    fprintf(to, "  %s\n", name);
}

static void print_row(const Evaluation *evaluation, FILE *to, TableForm form, const char *kind,
                      const char *name, const Row *row)
{
    const char mark = form == TABLE_CSV ? ',' : '\t';
    Error text; // fit for a terminal, and without tabs
    error_set(&text, "%s", name);
    if (form == TABLE_TEXT) {
        print_text_row(evaluation, to, text.text, row);
        return;
    }
    fprintf(to, "%s%c", kind, mark);
    if (form == TABLE_CSV)
        csv_field(to, text.text);
    else
        fputs(text.text, to);
    for (int i = 0; i < COLUMNS; i++) {
        fputc(mark, to);
        fprintf(to, columns[i].format, row->value[i]);
    }
    fputc('\n', to);
}

bool evaluation_is_table(const char *path)
{
    return file_begins(path, CSV_HEADER);
}

static void print_head(const Evaluation *evaluation, FILE *to, TableForm form)
{
    if (form != TABLE_TEXT) {
        const char mark = form == TABLE_CSV ? ',' : '\t';
        fprintf(to, "kind%cname", mark);
        for (int i = 0; i < COLUMNS; i++) fprintf(to, "%c%s", mark, columns[i].name);
        fputc('\n', to);
        return;
    }
    for (int i = 0; i < COLUMNS; i++)
        if (is_shown(evaluation, i))
            fprintf(to, "%s%*s", i > 0 ? " " : "", columns[i].width, columns[i].text);
    fputs("  clip\n", to);
}

static size_t count_silent(const Evaluation *evaluation)
{
    size_t silent = 0;
    for (size_t i = 0; i < evaluation->clips; i++) silent += evaluation->score[i].signal == 0.0;
    return silent;
}

// The means over the clips that have a value.
static Row mean_row(const Evaluation *evaluation)
{
    Row mean = {{0}};
    double count[COLUMNS] = {0};
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Row row = row_of(evaluation, &evaluation->score[i]);
        for (int c = 0; c < COLUMNS; c++) {
            if (isnan(row.value[c])) continue;
            mean.value[c] += row.value[c];
            count[c] += 1.0;
        }
    }
    for (int c = 0; c < COLUMNS; c++) mean.value[c] = ratio(mean.value[c], count[c]);
    return mean;
}

void evaluation_print(const Evaluation *evaluation, TableForm form, FILE *to)
{
    Score all = {0};
    char name[48];
    print_head(evaluation, to, form);
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Row row = row_of(evaluation, &evaluation->score[i]);
        print_row(evaluation, to, form, "clip", evaluation->dataset->clip[evaluation->clip[i]].name,
                  &row);
        score_add(&all, &evaluation->score[i]);
    }
    snprintf(name, sizeof name, "mean of %zu clip%s", evaluation->clips,
             evaluation->clips == 1 ? "" : "s");
    const Row mean = mean_row(evaluation), whole = row_of(evaluation, &all);
    print_row(evaluation, to, form, "mean", name, &mean);
    print_row(evaluation, to, form, "all", "over all samples", &whole);
}

void evaluation_print_notes(const Evaluation *evaluation, FILE *to)
{
    const Model *model = evaluation->model;
    const size_t silent = count_silent(evaluation);
    if (silent > 0)
        fprintf(to, "%zu silent clip%s no SNR and %s left out of its mean\n", silent,
                silent == 1 ? " has" : "s have", silent == 1 ? "is" : "are");
    size_t known = 0;
    for (size_t i = 0; i < evaluation->clips; i++)
        known += evaluation->dataset->clip[evaluation->clip[i]].known;
    if (known > 0)
        fprintf(to, "the weights were trained on %zu of the clips in this table\n", known);
    if (model->arch.front.kind == FRONT_SPECTRUM && !model->band_pca)
        fprintf(to, "the weights hold no principal components to compare with\n");
    else if (model->arch.front.kind == FRONT_SAMPLES && !score_has_lowpass(model))
        fprintf(to, "the latent has as many numbers as the audio, or more: a low-pass that keeps "
                    "as many loses nothing\n");
}
