// eval.c: `trainer eval`: how well weights give music back, clip by clip, beside what an ideal
// low-pass would do.
#include "command.h"
#include "evaluation.h"

#include <stdio.h>

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

static bool evaluate(const Call *call, const Model *model, const Dataset *dataset, Pool *pool,
                     Error *error)
{
    Evaluation evaluation;
    const bool good =
        evaluation_run(&evaluation, model, dataset, call->split, pool, NULL, NULL, error);
    if (good) {
        evaluation_print(&evaluation, call->tsv ? TABLE_TSV : TABLE_TEXT, stdout);
        evaluation_print_notes(&evaluation, call->tsv ? stderr : stdout);
    }
    evaluation_free(&evaluation);
    return good;
}

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
