// sweep.c: `trainer sweep`: runs the trainings of a grid one after another, each in a folder of its
// own, and puts their results in one table. Finished runs are skipped; interrupted ones resume.
#include "base/interrupt.h"
#include "base/output_lock.h"
#include "commands/command_list.h"
#include "commands/results.h"
#include "files/file.h"
#include "options/music_options.h"
#include "output/csv.h"
#include "output/gnuplot.h"
#include "training/run_folder.h"
#include "training/sweep_table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *file, *output, *trained_on;
    MusicOptions music;
    bool no_pictures, force;
    char command[MODEL_TEXT_MAX]; // what decides the weights
} Call;

#define AT(member) offsetof(Call, member)
#define TABLE_NAME "sweep.csv"
#define WHAT_TO_DO "name another --output, or let --force replace it"

static const Operand operands[] = {
    {"FILE", "a file of settings", AT(file), OPERAND_ONE},
    {"FOLDER…", "folders of music", AT(music.paths), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FOLDER", .need = NEEDED_ALWAYS,
     .help = "for the runs and tables"},
    {"force", 0, OPTION_FLAG, AT(force), .transient = true,
     .help = "removes the runs of the sweep that is in the folder, and starts"},
    {"trained-on", 0, OPTION_TEXT, AT(trained_on), .unit = "TEXT", .initial = "",
     .help = "the music, as a note in the weights files"},
    {"no-pictures", 0, OPTION_FLAG, AT(no_pictures), .transient = true,
     .help = "draws no curves (gnuplot draws them)"},
    {.name = NULL},
};

typedef struct {
    char *folder;
    TrainingSettings settings;
    json_t *identity;         // the settings, for comparison
    char arch[ARCH_TEXT_MAX]; // of an architecture made of lists
} SweepRun;

typedef struct {
    const Call *call;
    SweepFile *file;
    SweepRun *run; // [file->runs] by the number of the combination
    SweepRow *row; // [rows] those that are possible
    size_t rows;
    Pool *pool;
    Dataset *dataset;
    OutputLock lock;
    bool reported; // the size of the data set was printed
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

// Fills a run and its row; false if its values do not fit together.
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

// Finds an earlier run with the same settings, for instance the same network under another name.
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
    if (!run->folder) return error_out_of_memory(error);
    row->folder = run->folder;
    TrainingOptions *o = &run->settings.options;
    o->name = row->label;
    o->trained_on = sweep->call->trained_on;
    o->command = sweep->call->command;
    return true;
}

// Makes the runs; impossible combinations are reported on standard error.
static bool make_runs(Sweep *sweep, Error *error)
{
    const size_t runs = sweep->file->runs;
    sweep->run = calloc(runs, sizeof *sweep->run);
    sweep->row = calloc(runs, sizeof *sweep->row);
    if (!sweep->run || !sweep->row) return error_out_of_memory(error);
    for (size_t i = 0; i < runs; i++) {
        if (make_run(sweep, i, error))
            sweep->rows++;
        else
            fprintf(stderr, "trainer sweep: skipped: %s\n", error->text);
    }
    if (sweep->rows == 0)
        return error_set(error, "%s: no combination of the settings can be trained",
                         sweep->call->file);
    for (size_t i = 0; i < sweep->rows; i++)
        if (!name_run(sweep, &sweep->row[i], error)) return false;
    return true;
}

// ---- The data set: opened once for all runs that share its rate and split ----

static bool open_dataset(Sweep *sweep, const TrainingOptions *o, Error *error)
{
    const Dataset *present = sweep->dataset;
    const SplitOptions split = {.method = o->split, .seed = o->seed};
    if (present && present->rate == o->rate && present->method == split.method &&
        present->seed == split.seed)
        return true;
    dataset_free(sweep->dataset);
    sweep->dataset = music_open(&sweep->call->music, o->rate, &split, sweep->pool, error);
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
    if (!weights) error_out_of_memory(error);
    free(weights);
    if (!model) return false;
    row->info = model->info;
    row->info.trained_sounds = row->info.validation_sounds = NULL; // the model's own
    row->state = SWEEP_DONE;
    model_free(model);
    return true;
}

// Loads the table of the sweep that is in the folder; false if there is none.
static bool load_table(CsvTable *table, const char *folder)
{
    Error ignored;
    char *path = file_join(folder, TABLE_NAME);
    const bool loaded = path && csv_load(table, path, &ignored);
    free(path);
    if (!loaded) return false;
    if (csv_column(table, "folder") < table->columns) return true;
    csv_free(table);
    return false;
}

static bool has_run(const Sweep *sweep, const char *label)
{
    for (size_t i = 0; i < sweep->rows; i++)
        if (strcmp(sweep->row[i].label, label) == 0) return true;
    return false;
}

// Refuses a folder with runs that this sweep does not have.
static bool check_table(const Sweep *sweep, Error *error)
{
    CsvTable table;
    bool ok = true;
    if (!load_table(&table, sweep->call->output)) return true;
    const size_t column = csv_column(&table, "folder");
    for (size_t i = 0; ok && i < table.rows; i++) {
        const char *label = csv_cell(&table, i, column);
        if (has_run(sweep, label)) continue;
        ok = error_set(error, "%s contains another sweep, with the run %s; " WHAT_TO_DO,
                       sweep->call->output, label);
    }
    csv_free(&table);
    return ok;
}

static bool remove_run(const char *folder, const char *label, Error *error)
{
    if (!*label || *label == '.' || strchr(label, '/')) return true; // no run's name
    char *path = file_join(folder, label);
    const bool ok = path ? run_folder_remove(path, error) : error_out_of_memory(error);
    free(path);
    return ok;
}

// Removes the runs of the sweep that is in the folder, and those of this one's names.
static bool remove_runs(const Sweep *sweep, Error *error)
{
    CsvTable table;
    bool ok = true;
    const char *folder = sweep->call->output;
    if (load_table(&table, folder)) {
        const size_t column = csv_column(&table, "folder");
        for (size_t i = 0; ok && i < table.rows; i++)
            ok = remove_run(folder, csv_cell(&table, i, column), error);
        csv_free(&table);
    }
    for (size_t i = 0; ok && i < sweep->rows; i++)
        ok = remove_run(folder, sweep->row[i].label, error);
    return ok;
}

static bool refuse_run(Error *error)
{
    const Error reason = *error;
    return error_set(error, "%s; " WHAT_TO_DO, reason.text);
}

// Checks that all runs in the output folder are of this sweep, and takes the results of those
// that are finished.
static bool inspect_runs(Sweep *sweep, Error *error)
{
    size_t done = 0, stopped = 0;
    if (!open_dataset(sweep, &sweep->run[sweep->row->number].settings.options, error)) return false;
    if (sweep->call->force ? !remove_runs(sweep, error) : !check_table(sweep, error)) return false;
    for (size_t i = 0; i < sweep->rows; i++) {
        SweepRow *row = &sweep->row[i];
        TrainingOptions *o = &sweep->run[row->number].settings.options;
        RunState state;
        if (!run_folder_state(row->folder, &state, error)) return false;
        if (state == RUN_NEW) continue;
        if (!open_dataset(sweep, o, error)) return false;
        if (!run_folder_check(row->folder, o, sweep->dataset, error)) return refuse_run(error);
        if (state == RUN_DONE && !take_result(row, error)) return false;
        done += state == RUN_DONE;
        stopped += state == RUN_STOPPED;
    }
    printf("%zu run%s: %zu finished, %zu to resume, %zu to start\n", sweep->rows,
           sweep->rows == 1 ? "" : "s", done, stopped, sweep->rows - done - stopped);
    return true;
}

static TrainingEnd train(Sweep *sweep, const SweepRow *row, Error *error)
{
    TrainingOptions *o = &sweep->run[row->number].settings.options;
    RunState state; // again: the same training under another name may have finished it
    if (!run_folder_state(row->folder, &state, error)) return TRAINING_FAILED;
    if (state == RUN_DONE) return TRAINING_DONE;
    o->resume = state == RUN_STOPPED;
    o->runs_after = 0;
    for (const SweepRow *next = row + 1; next < sweep->row + sweep->rows; next++)
        o->runs_after += next->state != SWEEP_DONE;
    printf("run %zu of %zu, %s%s\n", (size_t)(row - sweep->row) + 1, sweep->rows, row->label,
           o->resume ? ", resumed" : "");
    fflush(stdout);
    return run_folder_train(row->folder, o, sweep->dataset, sweep->pool, &interrupt_requested,
                            stdout, error);
}

// Writes tables of the runs that are finished so far; the rows keep the order of the file.
static bool write_tables(const Sweep *sweep, bool last, Error *error)
{
    const size_t rows = sweep->rows;
    SweepRow *sorted = malloc(rows * sizeof *sorted);
    if (!sorted) return error_out_of_memory(error);
    memcpy(sorted, sweep->row, rows * sizeof *sorted);
    sweep_table_sort(sorted, rows);
    bool ok = sweep_table_write(sweep->file, sorted, rows, sweep->call->output, error);
    if (ok && last) {
        sweep_table_print(sweep->file, sorted, rows, stdout);
        ok = sweep->call->no_pictures || sweep_table_draw(sorted, rows, sweep->call->output, error);
    }
    free(sorted);
    return ok;
}

// Trains the runs that are not finished. After a run that fails the next one starts.
static bool train_all(Sweep *sweep, bool *failed, Error *error)
{
    for (size_t i = 0; i < sweep->rows && !interrupt_requested; i++) {
        SweepRow *row = &sweep->row[i];
        if (row->state == SWEEP_DONE) continue;
        if (!open_dataset(sweep, &sweep->run[row->number].settings.options, error)) return false;
        const TrainingEnd end = train(sweep, row, error);
        if (end == TRAINING_STOPPED) break;
        if (end == TRAINING_FAILED) {
            row->state = SWEEP_FAILED;
            row->reason = *error;
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
    if (!results_check_command(&command_sweep, call->output, error)) return false;
    sweep->pool = command_pool(call->music.threads, error);
    if (!sweep->pool || !file_make_folders(call->output, error) ||
        !output_lock_take(&sweep->lock, call->output, true, error) || !inspect_runs(sweep, error))
        return false;
    interrupt_catch_signals();
    // The table says from the first run on whose folder it is.
    if (!write_tables(sweep, false, error)) return false;
    if (!train_all(sweep, failed, error) || !write_tables(sweep, true, error)) return false;
    if (interrupt_requested) printf("interrupted; the same call resumes\n");
    return true;
}

static void end_sweep(Sweep *sweep)
{
    output_lock_release(&sweep->lock);
    rmdir(sweep->call->output); // if nothing was written
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

static int run(const CommandLine *line, void *values)
{
    Call *call = values;
    Error error;
    Sweep sweep = {.call = call, .lock = {-1, NULL}};
    bool failed = false;
    command_word(call->command, "trainer");
    command_word(call->command, line->command->name);
    command_word(call->command, call->file);
    for (size_t i = 0; i < call->music.paths.count; i++)
        command_word(call->command, call->music.paths.path[i]);
    const bool ok = run_sweep(&sweep, &failed, &error);
    end_sweep(&sweep);
    if (!ok) return command_fail(line->command, &error);
    if (interrupt_requested) return interrupt_status();
    return failed ? EXIT_FAILED : EXIT_DONE;
}

static const Artefact outputs[] = {
    {.name = TABLE_NAME, .content = CONTENT_TABLE},
    {.name = "sweep.md"},
    {.name = "train_loss.svg", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "validation_loss.svg", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = NULL},
};

const Command command_sweep = {
    .name = "sweep",
    .summary = "trains with all combinations of settings",
    .text =
        "Trains with all combinations of the settings in FILE on the music below the folders, one\n"
        "run after another, each in a folder of its own below the output (see `trainer train\n"
        "--run`). A second call skips finished runs and resumes one that was interrupted, by\n"
        "Ctrl-C or otherwise. A folder with runs of another sweep is refused; --force removes "
        "them\n"
        "and starts over. The output folder gets sweep.csv and sweep.md, a table sorted by\n"
        "validation loss, and train_loss.svg and validation_loss.svg, losses by epoch.\n"
        "\n"
        "FILE has lines like\n"
        "\n"
        "    arch = normal, 64k8s6p4,32k6s3p4,4k5s2p4    # two architectures\n"
        "    activation = leaky_relu tanh\n"
        "    epochs = 25\n"
        "\n"
        "with settings named like the options of `trainer train` that decide the weights (arch,\n"
        "activation, epochs, batch, window, rate, learning-rate, schedule, loss, seed ...).\n"
        "Instead of arch it can give channels, kernels, strides and paddings, with a number for\n"
        "each layer in a value: channels = 64,32,8 64,32,4. Combinations that are not possible\n"
        "are reported and skipped.\n",
    .example = "trainer sweep figure3.sweep ~/Music/genres -o figure3",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {music_options, AT(music)}, {.table = NULL}},
    .outputs = outputs,
    .about =
        "Trainings with all combinations of some settings, from the lowest validation loss on.",
    .size = sizeof(Call),
    .run = run,
};
