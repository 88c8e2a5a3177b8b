// sweep.c: `trainer sweep`: the trainings of a grid one after another, each in a folder of its own,
// and what came of them in one table. What is done is not done again; what was stopped goes on.
#include "base/interrupt.h"
#include "commands/command.h"
#include "commands/command_music.h"
#include "files/file.h"
#include "output/gnuplot.h"
#include "training/run_folder.h"
#include "training/sweep_table.h"

#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer sweep FILE FOLDER… -o DIR [options]\n"
    "\n"
    "Trains with all combinations of the settings in FILE on the music below the folders, one\n"
    "run after another, each in a folder of its own below DIR (see `trainer train --run`). A\n"
    "second call passes over the runs that are done and goes on with one that was stopped, by\n"
    "Ctrl-C or otherwise. DIR gets sweep.csv and sweep.md, a table sorted by validation loss,\n"
    "and train_loss.svg and validation_loss.svg, losses by epoch.\n"
    "\n"
    "FILE has lines like\n"
    "\n"
    "    arch = normal, 64k8s6p4,32k6s3p4,4k5s2p4    # two architectures\n"
    "    activation = leaky_relu tanh\n"
    "    epochs = 25\n"
    "\n"
    "with settings by the names that the options of `trainer train` have (arch, activation,\n"
    "epochs, batch, window, rate, learning-rate, schedule, patience, warm-up, per-clip, seed …).\n"
    "Instead of arch it can give channels, kernels, strides and paddings, a number for each\n"
    "layer in a value: channels = 64,32,8 64,32,4. Combinations that cannot be are named and\n"
    "passed over.\n"
    "\n"
    "  -o, --output DIR         for the runs and tables (needed)\n"
    "  -t, --threads N          (0: one for each processor; does not change the results)\n"
    "      --cache DIR          for decoded audio (trasluz in your cache folder)\n"
    "      --trained-on TEXT    what it was trained on, kept in the weights files\n"
    "      --no-pictures        draw no curves (they need gnuplot)\n"
    "\n"
    "example: trainer sweep figure3.sweep ~/Music/genres -o figure3\n";

enum { OPTION_TRAINED_ON = 256, OPTION_NO_PICTURES };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    MUSIC_LONG_OPTIONS,
    {"trained-on", required_argument, NULL, OPTION_TRAINED_ON},
    {"no-pictures", no_argument, NULL, OPTION_NO_PICTURES},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *file, *output, *trained_on;
    MusicOptions music;
    bool no_pictures;
    char command[MODEL_TEXT_MAX]; // what the weights depend on
} Call;

typedef struct {
    char *folder;
    TrainingSettings settings;
    json_t *identity;         // the settings, to be compared
    char arch[ARCH_TEXT_MAX]; // of an architecture made of lists
} SweepRun;

typedef struct {
    const Call *call;
    SweepFile *file;
    SweepRun *run; // [file->runs] by the number of the combination
    SweepRow *row; // [rows] those that can be
    size_t rows;
    Pool *pool;
    Dataset *dataset;
    bool reported; // what the data set holds
} Sweep;

// ---- The runs ----

static SweepFile *read_file(const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, SWEEP_FILE_MAX, &size, error);
    SweepFile *file = bytes ? sweep_file_parse(bytes, size, error) : NULL;
    free(bytes);
    if (!file) error_prefix(error, path);
    return file;
}

// Fills a run and its row; false where its values do not go together.
static bool make_run(Sweep *sweep, size_t number, Error *error)
{
    SweepRun *run = &sweep->run[number];
    SweepRow *row = &sweep->row[sweep->rows];
    if (!sweep_file_settings(sweep->file, number, run->arch, &run->settings, error)) return false;
    TrainingOptions *o = &run->settings.options;
    *row = (SweepRow){.number = number, .arch = o->arch, .window = o->window};
    run->identity = training_settings_json(o);
    sweep_file_label(sweep->file, number, row->label);
    return true;
}

// Finds an earlier run with the same settings: the same network under another name, say.
static const SweepRow *find_same(const Sweep *sweep, const SweepRow *row)
{
    const json_t *identity = sweep->run[row->number].identity;
    for (const SweepRow *r = sweep->row; r < row; r++)
        if (json_equal(identity, sweep->run[r->number].identity)) return r;
    return NULL;
}

static bool name_run(Sweep *sweep, SweepRow *row, Error *error)
{
    SweepRun *run = &sweep->run[row->number];
    const SweepRow *same = find_same(sweep, row);
    if (same) printf("%s is the same training as %s\n", row->label, same->label);
    run->folder = file_join(sweep->call->output, same ? same->label : row->label);
    if (!run->folder) return error_set(error, "out of memory");
    row->folder = run->folder;
    TrainingOptions *o = &run->settings.options;
    o->name = row->label;
    o->trained_on = sweep->call->trained_on;
    o->command = sweep->call->command;
    return true;
}

// Makes the runs; combinations that cannot be are told on standard error.
static bool make_runs(Sweep *sweep, Error *error)
{
    const size_t runs = sweep->file->runs;
    sweep->run = calloc(runs, sizeof *sweep->run);
    sweep->row = calloc(runs, sizeof *sweep->row);
    if (!sweep->run || !sweep->row) return error_set(error, "out of memory");
    for (size_t i = 0; i < runs; i++) {
        if (make_run(sweep, i, error))
            sweep->rows++;
        else
            fprintf(stderr, "trainer sweep: passed over: %s\n", error->text);
    }
    if (sweep->rows == 0)
        return error_set(error, "%s: no combination can be trained", sweep->call->file);
    for (size_t i = 0; i < sweep->rows; i++)
        if (!name_run(sweep, &sweep->row[i], error)) return false;
    return true;
}

// ---- The data set: opened once for all runs that share its rate and split ----

static bool open_dataset(Sweep *sweep, const TrainingOptions *o, Error *error)
{
    const Dataset *present = sweep->dataset;
    if (present && present->rate == o->rate && present->seed == o->seed) return true;
    dataset_free(sweep->dataset);
    sweep->dataset = music_open(&sweep->call->music, o->rate, o->seed, sweep->pool, error);
    if (!sweep->dataset) return false;
    if (!sweep->reported) dataset_report(sweep->dataset, stdout);
    sweep->reported = true;
    return true;
}

// ---- Training ----

static bool take_result(SweepRow *row, Error *error)
{
    char *weights = run_folder_weights(row->folder);
    Model *model = weights ? command_model(weights, error) : NULL;
    if (!weights) error_set(error, "out of memory");
    free(weights);
    if (!model) return false;
    row->info = model->info;
    row->state = SWEEP_DONE;
    model_free(model);
    return true;
}

// Sees that all that is there already is of this sweep, and takes what is done.
static bool look_around(Sweep *sweep, Error *error)
{
    size_t done = 0, stopped = 0;
    if (!open_dataset(sweep, &sweep->run[sweep->row->number].settings.options, error)) return false;
    for (size_t i = 0; i < sweep->rows; i++) {
        SweepRow *row = &sweep->row[i];
        TrainingOptions *o = &sweep->run[row->number].settings.options;
        RunState state;
        if (!run_folder_state(row->folder, &state, error)) return false;
        if (state == RUN_NEW) continue;
        if (!open_dataset(sweep, o, error) ||
            !run_folder_check(row->folder, o, sweep->dataset, error))
            return false;
        if (state == RUN_DONE && !take_result(row, error)) return false;
        done += state == RUN_DONE;
        stopped += state == RUN_STOPPED;
    }
    printf("%zu run%s: %zu done, %zu to go on with, %zu to begin\n", sweep->rows,
           sweep->rows == 1 ? "" : "s", done, stopped, sweep->rows - done - stopped);
    return true;
}

static TrainingEnd train(Sweep *sweep, const SweepRow *row, Error *error)
{
    TrainingOptions *o = &sweep->run[row->number].settings.options;
    RunState state; // once more: another name of the same training may have done it
    if (!run_folder_state(row->folder, &state, error)) return TRAINING_FAILED;
    if (state == RUN_DONE) return TRAINING_DONE;
    o->resume = state == RUN_STOPPED;
    printf("run %zu of %zu, %s%s\n", (size_t)(row - sweep->row) + 1, sweep->rows, row->label,
           o->resume ? ", goes on" : "");
    fflush(stdout);
    return run_folder_train(row->folder, o, sweep->dataset, sweep->pool, &stop_wanted, stdout,
                            error);
}

// The tables show what is done so far; the rows themselves stay in the order of the file.
static bool write_tables(const Sweep *sweep, bool last, Error *error)
{
    const size_t rows = sweep->rows;
    SweepRow *sorted = malloc(rows * sizeof *sorted);
    if (!sorted) return error_set(error, "out of memory");
    memcpy(sorted, sweep->row, rows * sizeof *sorted);
    sweep_table_sort(sorted, rows);
    bool good = sweep_table_write(sweep->file, sorted, rows, sweep->call->output, error);
    if (good && last) {
        sweep_table_print(sweep->file, sorted, rows, stdout);
        good =
            sweep->call->no_pictures || sweep_table_draw(sorted, rows, sweep->call->output, error);
    }
    free(sorted);
    return good;
}

// Trains what is not done. A run that fails is told, and the next one begun.
static bool train_all(Sweep *sweep, bool *failed, Error *error)
{
    for (size_t i = 0; i < sweep->rows && !stop_wanted; i++) {
        SweepRow *row = &sweep->row[i];
        if (row->state == SWEEP_DONE) continue;
        if (!open_dataset(sweep, &sweep->run[row->number].settings.options, error)) return false;
        const TrainingEnd end = train(sweep, row, error);
        if (end == TRAINING_STOPPED) break;
        if (end == TRAINING_FAILED) {
            row->state = SWEEP_FAILED;
            row->why = *error;
            *failed = true;
            fprintf(stderr, "trainer sweep: %s: %s\n", row->label, error->text);
        } else if (!take_result(row, error)) {
            return false;
        }
        if (!write_tables(sweep, false, error)) return false;
    }
    return true;
}

static bool run_sweep(Sweep *sweep, bool *failed, Error *error)
{
    const Call *call = sweep->call;
    sweep->file = read_file(call->file, error);
    if (!sweep->file || (!call->no_pictures && !gnuplot_check(error)) || !make_runs(sweep, error))
        return false;
    sweep->pool = command_pool(call->music.threads, error);
    if (!sweep->pool || !look_around(sweep, error) || !file_make_folders(call->output, error))
        return false;
    stop_catch_signals();
    if (!train_all(sweep, failed, error) || !write_tables(sweep, true, error)) return false;
    if (stop_wanted) printf("stopped; the same call goes on\n");
    return true;
}

static void end_sweep(Sweep *sweep)
{
    dataset_free(sweep->dataset);
    pool_free(sweep->pool);
    for (size_t i = 0; sweep->run && i < sweep->file->runs; i++) {
        json_decref(sweep->run[i].identity);
        free(sweep->run[i].folder);
    }
    free(sweep->run);
    free(sweep->row);
    sweep_file_free(sweep->file);
}

// ---- The call ----

static bool read_option(Call *call, int option)
{
    switch (option) {
    case 'o': call->output = optarg; return true;
    case OPTION_TRAINED_ON: call->trained_on = optarg; return true;
    case OPTION_NO_PICTURES: call->no_pictures = true; return true;
    default: return music_option_take(&command_sweep, &call->music, option);
    }
}

static int run(int argc, char **argv)
{
    Call call = {.trained_on = ""};
    int option;
    while ((option = command_option(&command_sweep, argc, argv, ":o:t:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind < 2)
        return command_usage(&command_sweep, "a file of settings and a folder of music are needed");
    if (!call.output) return command_usage(&command_sweep, "no folder given (-o DIR)");
    call.file = argv[optind];
    call.music.paths = argv + optind + 1;
    call.music.path_count = argc - optind - 1;
    command_word(call.command, "trainer");
    command_word(call.command, argv[0]);
    for (int i = optind; i < argc; i++) command_word(call.command, argv[i]);
    Error error;
    Sweep sweep = {.call = &call};
    bool failed = false;
    const bool good = run_sweep(&sweep, &failed, &error);
    end_sweep(&sweep);
    if (!good) return command_fail(&command_sweep, &error);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

const Command command_sweep = {"sweep", "train with all combinations of settings", help, run};
