// eval.c: `trainer eval`: measures what weights lose of music, clip by clip, compared with
// an ideal low-pass.
#include "analysis/evaluation.h"
#include "commands/command_list.h"
#include "options/music_options.h"

#include <stdio.h>

typedef struct {
    const char *weights;
    MusicOptions music;
    int split; // SPLITS: all
    long seed; // -1: that of the training
    bool tsv;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {MUSIC_OPERANDS(Call), {.name = NULL}};

static const Option options[] = {
    {"split", 0, OPTION_CHOICE, AT(split), .unit = "NAME", .initial = "test",
     .choices = split_names, .help = "clips: {}"},
    {"seed", 's', OPTION_LONG, AT(seed), .unit = "N", .low = 0, .high = UINT32_MAX,
     .shown = "that of the training, or 1",
     .help = "seed of the split's draw, for weights that do not know what they were trained on, as "
             "those of version 0.4 and before. The draw depends on all files: if files were added "
             "or removed since the training, the test may contain what was trained on"},
    {"tsv", 0, OPTION_FLAG, AT(tsv), .help = "prints tab-separated values, for programs"},
    {.name = NULL},
};

static bool evaluate(const void *data, const Model *model, const Dataset *dataset, Pool *pool,
                     Error *error)
{
    const Call *call = data;
    Evaluation evaluation;
    FILE *notes = call->tsv ? stderr : stdout;
    dataset_report(dataset, notes);
    const bool ok =
        evaluation_run(&evaluation, model, dataset, (Split)call->split, pool, NULL, error);
    if (ok) evaluation_print(&evaluation, call->tsv ? TABLE_TSV : TABLE_TEXT, stdout);
    if (ok) evaluation_print_notes(&evaluation, notes);
    evaluation_free(&evaluation);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    return music_run(&call->music, call->weights, call->seed, evaluate, call, &error)
               ? EXIT_DONE
               : command_fail(line->command, &error);
}

const Command command_eval = {
    .name = "eval",
    .summary = "measures weights on music",
    .text =
        "Encodes and decodes every clip of a split and prints its mean squared error (MSE) and\n"
        "signal-to-noise ratio (SNR), with those of an ideal low-pass that keeps as many\n"
        "numbers as the latent has; then the means over clips, and over all samples. A silent\n"
        "clip has no SNR: '-' is printed, and the mean leaves it out. For a model of spectra it\n"
        "prints the log-spectral distance (LSD) in dB, with that of principal components of as\n"
        "many values. For all models it prints the distance of mel spectrograms.\n"
        "\n"
        "Weights know the sounds that they were trained on: these are never in the test, wherever\n"
        "they are found. Files that are named one by one are all measured.\n",
    .example = "trainer eval mine.safetensors ~/Music",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {music_options, AT(music)}, {.table = NULL}},
    .size = sizeof(Call),
    .run = run,
};
