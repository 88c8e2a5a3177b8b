// eval.c: `trainer eval`: how well weights give music back, clip by clip, beside what an ideal
// low-pass would do.
#include "command.h"
#include "dataset.h"
#include "progress.h"
#include "score.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer eval WEIGHTS FOLDER|FILE… [options]\n"
    "\n"
    "Encodes and decodes every clip of a split and prints its mean squared error (MSE) and\n"
    "signal-to-noise ratio (SNR), beside those of an ideal low-pass that keeps as many\n"
    "numbers as the latent has; then the means over clips, and over all samples. A silent\n"
    "clip has no SNR: it shows as '-' and is left out of that mean.\n"
    "\n"
    "      --split NAME         test, validation, train or all (test)\n"
    "  -s, --seed N             of the split (that of the training, or 1)\n"
    "      --tsv                tab-separated values, for programs\n"
    "      --cache DIR          for decoded audio (trasluz in your cache folder)\n"
    "  -t, --threads N          (0: one for each processor; does not change the result)\n"
    "\n"
    "example: trainer eval mine.safetensors ~/Music\n";

enum { OPTION_SPLIT = 256, OPTION_TSV, OPTION_CACHE };

static const struct option long_options[] = {
    {"split", required_argument, NULL, OPTION_SPLIT},
    {"seed", required_argument, NULL, 's'},
    {"tsv", no_argument, NULL, OPTION_TSV},
    {"cache", required_argument, NULL, OPTION_CACHE},
    {"threads", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *cache;
    char **paths;
    int path_count;
    Split split; // SPLITS: all
    long seed;   // -1: that of the training
    long threads;
    bool tsv;
} Call;

typedef struct {
    const Model *model;
    const Dataset *dataset;
    size_t *clip; // those of the split
    size_t clips;
    Score *score;    // [clips]
    Scorer **scorer; // [threads]
    int threads;
    Progress progress;
} Evaluation;

static void score_clip(void *data, int item, int thread)
{
    Evaluation *evaluation = data;
    const Clip *clip = &evaluation->dataset->clip[evaluation->clip[item]];
    evaluation->score[item] = scorer_run(evaluation->scorer[thread], clip->audio, clip->samples);
    progress_step(&evaluation->progress, clip->samples);
}

// ---- Printing ----

static void print_decibel(double value)
{
    if (isnan(value))
        printf(" %8s", "-");
    else
        printf(" %8.2f", value);
}

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

static void print_row(const Call *call, const char *kind, const char *name, const Row *row)
{
    Error text; // fit for a terminal, and without tabs
    error_set(&text, "%s", name);
    if (call->tsv) {
        printf("%s\t%s\t%.6f\t%.9g\t%.6f\t%.9g\t%.6f\n", kind, text.text, row->seconds, row->mse,
               row->snr, row->lowpass_mse, row->lowpass_snr);
        return;
    }
    printf("%9.2f %12.4e", row->seconds, row->mse);
    print_decibel(row->snr);
    printf(" %12.4e", row->lowpass_mse);
    print_decibel(row->lowpass_snr);
    printf("  %s\n", text.text);
}

static void print_head(const Call *call)
{
    if (call->tsv)
        puts("kind\tname\tseconds\tmse\tsnr_db\tlowpass_mse\tlowpass_snr_db");
    else
        printf("%9s %12s %8s %12s %8s  clip\n", "seconds", "MSE", "SNR dB", "low-pass MSE",
               "SNR dB");
}

// The means over clips; returns how many have no SNR.
static size_t print_means(const Call *call, const Evaluation *evaluation)
{
    const double rate = evaluation->dataset->rate;
    Row mean = {0};
    Score all = {0};
    size_t silent = 0;
    char name[48];
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Score *score = &evaluation->score[i];
        const Row row = row_of(score, rate);
        mean.mse += row.mse;
        mean.lowpass_mse += row.lowpass_mse;
        mean.snr += score->signal > 0.0 ? row.snr : 0.0;
        mean.lowpass_snr += score->signal > 0.0 ? row.lowpass_snr : 0.0;
        silent += score->signal == 0.0;
        all.samples += score->samples;
        all.signal += score->signal;
        all.codec += score->codec;
        all.lowpass += score->lowpass;
    }
    const double clips = (double)evaluation->clips, heard = clips - (double)silent;
    mean.seconds = all.samples / rate / clips;
    mean.mse /= clips;
    mean.lowpass_mse /= clips;
    mean.snr = heard > 0.0 ? mean.snr / heard : NAN;
    mean.lowpass_snr = heard > 0.0 ? mean.lowpass_snr / heard : NAN;
    snprintf(name, sizeof name, "mean of %zu clip%s", evaluation->clips,
             evaluation->clips == 1 ? "" : "s");
    print_row(call, "mean", name, &mean);
    const Row whole = row_of(&all, rate);
    print_row(call, "all", "over all samples", &whole);
    return silent;
}

static void print_all(const Call *call, const Evaluation *evaluation)
{
    print_head(call);
    for (size_t i = 0; i < evaluation->clips; i++) {
        const Row row = row_of(&evaluation->score[i], evaluation->dataset->rate);
        print_row(call, "clip", evaluation->dataset->clip[evaluation->clip[i]].name, &row);
    }
    const size_t silent = print_means(call, evaluation);
    FILE *notes = call->tsv ? stderr : stdout;
    if (silent > 0)
        fprintf(notes, "%zu silent clip%s no SNR and %s left out of its mean\n", silent,
                silent == 1 ? " has" : "s have", silent == 1 ? "is" : "are");
    if (!score_has_lowpass(evaluation->model))
        fprintf(notes,
                "the latent has as many numbers as the audio, or more: a low-pass that keeps "
                "as many loses nothing\n");
}

// ---- Making and freeing ----

static bool make_scorers(Evaluation *evaluation, int threads, Error *error)
{
    evaluation->scorer = calloc((size_t)threads, sizeof(Scorer *));
    if (!evaluation->scorer) return error_set(error, "out of memory");
    for (; evaluation->threads < threads; evaluation->threads++) {
        Scorer *scorer = scorer_new(evaluation->model, error);
        if (!scorer) return false;
        evaluation->scorer[evaluation->threads] = scorer;
    }
    return true;
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

static void evaluation_free(Evaluation *evaluation)
{
    for (int i = 0; i < evaluation->threads; i++) scorer_free(evaluation->scorer[i]);
    free(evaluation->scorer);
    free(evaluation->clip);
    free(evaluation->score);
}

static bool evaluate(const Call *call, const Model *model, const Dataset *dataset, Pool *pool,
                     Error *error)
{
    Evaluation evaluation = {.model = model, .dataset = dataset};
    const bool good = choose_clips(&evaluation, call->split, error) &&
                      make_scorers(&evaluation, pool_threads(pool), error);
    if (good) {
        uint64_t samples = 0;
        for (size_t i = 0; i < evaluation.clips; i++)
            samples += dataset->clip[evaluation.clip[i]].samples;
        progress_begin(&evaluation.progress, stderr, "evaluating", evaluation.clips, samples);
        pool_run(pool, score_clip, &evaluation, (int)evaluation.clips);
        progress_end(&evaluation.progress);
        print_all(call, &evaluation);
    }
    evaluation_free(&evaluation);
    return good;
}

// ---- The call ----

static bool eval_files(const Call *call, Error *error)
{
    Dataset *dataset = NULL;
    Model *model = command_model(call->weights, error);
    Pool *pool = model ? pool_new((int)call->threads) : NULL;
    if (model && !pool) error_set(error, "the threads could not be started");
    if (pool) {
        const DatasetOptions options = {
            .folders = (const char *const *)call->paths,
            .folder_count = (size_t)call->path_count,
            .cache = call->cache,
            .rate = model->sample_rate,
            .seed = call->seed < 0 ? model->info.seed : (uint32_t)call->seed,
            .progress = stderr,
        };
        dataset = dataset_open(&options, pool, error);
    }
    bool good = dataset != NULL;
    if (good) {
        dataset_report(dataset, call->tsv ? stderr : stdout);
        good = evaluate(call, model, dataset, pool, error);
    }
    dataset_free(dataset);
    pool_free(pool);
    model_unref(model);
    return good;
}

static bool read_option(Call *call, int option)
{
    const Command *command = &command_eval;
    switch (option) {
    case OPTION_SPLIT: return option_split(command, optarg, &call->split);
    case OPTION_TSV: call->tsv = true; return true;
    case OPTION_CACHE: call->cache = optarg; return true;
    case 's': return option_integer(command, "--seed", optarg, 0, UINT32_MAX, &call->seed);
    case 't': return option_integer(command, "--threads", optarg, 0, 1024, &call->threads);
    default: return false;
    }
}

static int run(int argc, char **argv)
{
    Call call = {.split = SPLIT_TEST, .seed = -1};
    int option;
    while ((option = command_option(&command_eval, argc, argv, ":s:t:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind < 2)
        return command_usage(&command_eval, "a weights file and music are needed");
    call.weights = argv[optind];
    call.paths = argv + optind + 1;
    call.path_count = argc - optind - 1;
    Error error;
    return eval_files(&call, &error) ? EXIT_DONE : command_fail(&command_eval, &error);
}

const Command command_eval = {"eval", "measure weights on music", help, run};
