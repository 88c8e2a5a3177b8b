// check.c: `trainer check`: reads a library of music and prints what is in it, before a training.
#include "commands/command_list.h"
#include "options/music_options.h"

#include <stdio.h>

typedef struct {
    MusicOptions music;
    double rate; // Hz
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"FOLDER|FILE…", "music", AT(music.paths), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"rate", 0, OPTION_DOUBLE, AT(rate), .unit = "HZ", .initial = "48000", .low = MODEL_RATE_MIN,
     .high = MODEL_RATE_MAX,
     .help = "sample rate of the training that will follow: it finds the music decoded"},
    {.name = NULL},
};

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    const SplitOptions split = {.method = SPLIT_BY_SOUND};
    Pool *pool = command_pool(call->music.threads, &error);
    Dataset *dataset = pool ? music_open(&call->music, call->rate, &split, pool, &error) : NULL;
    if (dataset) dataset_report_all(dataset, stdout);
    const bool ok = dataset;
    dataset_free(dataset);
    pool_free(pool);
    return ok ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_check = {
    .name = "check",
    .summary = "reads music and prints what is in it",
    .text =
        "Reads all music below the folders, as a training does, and prints its length, genres,\n"
        "sample rates and split; recordings that are there more than once, also in two genres;\n"
        "files that are silent, clipped, cut or damaged, or whose channels cancel each other when\n"
        "they are averaged; genres that are too small to split; and files that cannot be read,\n"
        "with what to do. A training prints the short form of it.\n",
    .example = "trainer check ~/Music",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {music_options, AT(music)}, {.table = NULL}},
    .size = sizeof(Call),
    .run = run,
};
