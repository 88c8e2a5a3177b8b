// eval.c: `trainer eval`: how well weights give music back, clip by clip, beside what an ideal
// low-pass would do.
#include "analysis/evaluation.h"
#include "commands/command.h"
#include "commands/command_music.h"

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
    "  -s, --seed N             of the split (that of the training, or 1). It is drawn from all\n"
    "                           files: where some have come or gone since the training, what\n"
    "                           was trained on may be among those of the test\n"
    "      --tsv                tab-separated values, for programs\n" MUSIC_HELP "\n"
    "example: trainer eval mine.safetensors ~/Music\n";

enum { OPTION_SPLIT = 256, OPTION_TSV };

static const struct option long_options[] = {
    {"split", required_argument, NULL, OPTION_SPLIT},
    {"seed", required_argument, NULL, 's'},
    {"tsv", no_argument, NULL, OPTION_TSV},
    MUSIC_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights;
    MusicOptions music;
    Split split; // SPLITS: all
    long seed;   // -1: that of the training
    bool tsv;
} Call;

static bool evaluate(const void *data, const Model *model, const Dataset *dataset, Pool *pool,
                     Error *error)
{
    const Call *call = data;
    Evaluation evaluation;
    dataset_report(dataset, call->tsv ? stderr : stdout);
    const bool good = evaluation_run(&evaluation, model, dataset, call->split, pool, NULL, error);
    if (good) {
        evaluation_print(&evaluation, call->tsv ? TABLE_TSV : TABLE_TEXT, stdout);
        evaluation_print_notes(&evaluation, call->tsv ? stderr : stdout);
    }
    evaluation_free(&evaluation);
    return good;
}

static bool read_option(Call *call, int option)
{
    const Command *command = &command_eval;
    switch (option) {
    case OPTION_SPLIT: return option_split(command, optarg, &call->split);
    case OPTION_TSV: call->tsv = true; return true;
    case 's': return option_seed(command, optarg, &call->seed);
    default: return music_option_take(command, &call->music, option);
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
    call.music.paths = argv + optind + 1;
    call.music.path_count = argc - optind - 1;
    Error error;
    return music_run(&call.music, call.weights, call.seed, evaluate, &call, &error)
               ? EXIT_DONE
               : command_fail(&command_eval, &error);
}

const Command command_eval = {"eval", "measure weights on music", help, run};
