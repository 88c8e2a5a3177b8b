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
    FirstError failure;
} Work;

// ---- Scores ----

static bool score_decoded(const DecodedTaker *taker, const Clip *clip, Scorer *scorer, Score *score,
                          Error *error)
{
    const Sound sound = clip_sound(clip);
    Sound decoded;
    char *path = file_join(taker->folder, "decoded");
    SoundStore *store = path ? sound_store_new(path, error) : NULL;
    if (!path) error_set(error, "out of memory");
    const bool good = store && scorer_run(scorer, &sound, sound_store_add, store, score, error) &&
                      sound_store_open(store, &decoded, error) &&
                      taker->take(taker->data, clip, score, &decoded, error);
    sound_store_free(store);
    free(path);
    return good;
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
    if (first_error_is_there(&work->failure)) return;
    const bool good = work->taker ? score_decoded(work->taker, clip, scorer, score, &error)
                                  : scorer_run(scorer, &sound, NULL, NULL, score, &error);
    if (!good) first_error_set(&work->failure, &error);
    progress_step(&work->progress, clip->samples);
}

static bool choose_clips(Evaluation *evaluation, Split split, Error *error)
{
    const Dataset *dataset = evaluation->dataset;
    evaluation->clip = malloc(dataset->clips * sizeof *evaluation->clip);
    evaluation->score = calloc(dataset->clips, sizeof *evaluation->score);
    if (!evaluation->clip || !evaluation->score) return error_set(error, "out of memory");
    for (size_t i = 0; i < dataset->clips; i++)
        if (split == SPLITS || dataset_in_split(dataset, i, split))
            evaluation->clip[evaluation->clips++] = i;
    return true;
}

static bool make_scorers(Work *work, int threads, Error *error)
{
    work->scorer = calloc((size_t)threads, sizeof *work->scorer);
    if (!work->scorer) return error_set(error, "out of memory");
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
    first_error_begin(&work->failure);
    progress_begin(&work->progress, stderr, "evaluating", evaluation->clips, samples);
    pool_run(pool, score_clip, work, (int)evaluation->clips);
    progress_end(&work->progress);
    return first_error_end(&work->failure, error);
}

bool evaluation_run(Evaluation *evaluation, const Model *model, const Dataset *dataset, Split split,
                    Pool *pool, const DecodedTaker *taker, Error *error)
{
    *evaluation = (Evaluation){.model = model, .dataset = dataset};
    Work work = {.evaluation = evaluation, .taker = taker};
    const bool good = choose_clips(evaluation, split, error) &&
                      make_scorers(&work, pool_threads(pool), error) &&
                      score_clips(&work, pool, error);
    for (int i = 0; i < work.threads; i++) scorer_free(work.scorer[i]);
    free(work.scorer);
    return good;
}

void evaluation_free(Evaluation *evaluation)
{
    free(evaluation->clip);
    free(evaluation->score);
    *evaluation = (Evaluation){0};
}

// ---- The table ----

typedef struct {
    double seconds, mse, snr, lowpass_mse, lowpass_snr;
} Row;

static Row row_of(const Score *score, double rate)
{
    return (Row){
        .seconds = score->samples / rate,
        .mse = score->codec / score->samples,
        .snr = score_snr(score->signal, score->codec),
        .lowpass_mse = score->lowpass / score->samples,
        .lowpass_snr = score_snr(score->signal, score->lowpass),
    };
}

static void print_decibel(FILE *to, double value)
{
    if (isnan(value))
        fprintf(to, " %8s", "-");
    else
        fprintf(to, " %8.2f", value);
}

static void print_text_row(FILE *to, const char *name, const Row *row)
{
    fprintf(to, "%9.2f %12.4e", row->seconds, row->mse);
    print_decibel(to, row->snr);
    fprintf(to, " %12.4e", row->lowpass_mse);
    print_decibel(to, row->lowpass_snr);
    fprintf(to, "  %s\n", name);
}

static void print_row(FILE *to, TableForm form, const char *kind, const char *name, const Row *row)
{
    const char mark = form == TABLE_CSV ? ',' : '\t';
    Error text; // fit for a terminal, and without tabs
    error_set(&text, "%s", name);
    if (form == TABLE_TEXT) {
        print_text_row(to, text.text, row);
        return;
    }
    fprintf(to, "%s%c", kind, mark);
    if (form == TABLE_CSV)
        csv_field(to, text.text);
    else
        fputs(text.text, to);
    fprintf(to, "%c%.6f%c%.9g%c%.6f%c%.9g%c%.6f\n", mark, row->seconds, mark, row->mse, mark,
            row->snr, mark, row->lowpass_mse, mark, row->lowpass_snr);
}

#define CSV_HEADER "kind,name,seconds,mse,snr_db,lowpass_mse,lowpass_snr_db\n"

bool evaluation_is_table(const char *path)
{
    return file_begins(path, CSV_HEADER);
}

static void print_head(FILE *to, TableForm form)
{
    if (form == TABLE_TEXT)
        fprintf(to, "%9s %12s %8s %12s %8s  clip\n", "seconds", "MSE", "SNR dB", "low-pass MSE",
                "SNR dB");
    else if (form == TABLE_TSV)
        fputs("kind\tname\tseconds\tmse\tsnr_db\tlowpass_mse\tlowpass_snr_db\n", to);
    else
        fputs(CSV_HEADER, to);
}

static size_t count_silent(const Evaluation *evaluation)
{
    size_t silent = 0;
    for (size_t i = 0; i < evaluation->clips; i++) silent += evaluation->score[i].signal == 0.0;
    return silent;
}

static void print_means(const Evaluation *evaluation, TableForm form, FILE *to)
{
    const double rate = evaluation->dataset->rate;
    Row mean = {0};
    Score all = {0};
    char name[48];
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Score *score = &evaluation->score[i];
        const Row row = row_of(score, rate);
        mean.mse += row.mse;
        mean.lowpass_mse += row.lowpass_mse;
        mean.snr += score->signal > 0.0 ? row.snr : 0.0;
        mean.lowpass_snr += score->signal > 0.0 ? row.lowpass_snr : 0.0;
        all.samples += score->samples;
        all.signal += score->signal;
        all.codec += score->codec;
        all.lowpass += score->lowpass;
    }
    const double clips = (double)evaluation->clips;
    const double heard = clips - (double)count_silent(evaluation);
    mean.seconds = all.samples / rate / clips;
    mean.mse /= clips;
    mean.lowpass_mse /= clips;
    mean.snr = heard > 0.0 ? mean.snr / heard : NAN;
    mean.lowpass_snr = heard > 0.0 ? mean.lowpass_snr / heard : NAN;
    snprintf(name, sizeof name, "mean of %zu clip%s", evaluation->clips,
             evaluation->clips == 1 ? "" : "s");
    print_row(to, form, "mean", name, &mean);
    const Row whole = row_of(&all, rate);
    print_row(to, form, "all", "over all samples", &whole);
}

void evaluation_print(const Evaluation *evaluation, TableForm form, FILE *to)
{
    print_head(to, form);
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Row row = row_of(&evaluation->score[i], evaluation->dataset->rate);
        print_row(to, form, "clip", evaluation->dataset->clip[evaluation->clip[i]].name, &row);
    }
    print_means(evaluation, form, to);
}

void evaluation_print_notes(const Evaluation *evaluation, FILE *to)
{
    const size_t silent = count_silent(evaluation);
    if (silent > 0)
        fprintf(to, "%zu silent clip%s no SNR and %s left out of its mean\n", silent,
                silent == 1 ? " has" : "s have", silent == 1 ? "is" : "are");
    if (!score_has_lowpass(evaluation->model))
        fprintf(to, "the latent has as many numbers as the audio, or more: a low-pass that keeps "
                    "as many loses nothing\n");
}
