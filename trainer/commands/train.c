// train.c: `trainer train`: opens the data set, trains, and prints how to resume where
// it was interrupted.
#include "base/interrupt.h"
#include "base/output_lock.h"
#include "base/progress.h"
#include "base/ranks.h"
#include "commands/command_list.h"
#include "commands/results.h"
#include "files/file.h"
#include "options/music_options.h"
#include "training/checkpoint.h"
#include "training/listening_page.h"
#include "training/run_config.h"
#include "training/run_folder.h"
#include "training/start_weights.h"
#include "training/step_plan.h"
#include "training/training_paths.h"
#include "training/training_settings.h"
#include "training/training_verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    TrainingSettings settings;
    MusicOptions music;
    double minutes;   // that the training is to take; 0: not given
    const char *from; // weights, or NULL
    Model *start;     // those weights
    char start_arch[ARCH_TEXT_MAX];
    TrainingOptions finished; // of a finished training that is resumed; without output: none is
    const char *run;          // folder, or NULL
    char *run_weights;        // the weights file in that folder
    bool force, no_page;
    OutputLock lock;
    char command[MODEL_TEXT_MAX]; // for the weights file
} Call;

// Of a training that is told its minutes, until the steps are fixed.
enum { STEPS_UNKNOWN = 1 << 30 };

#define AT(member)        offsetof(Call, member)
#define AT_OPTION(member) offsetof(Call, settings.options.member)

static const Operand operands[] = {
    {"FOLDER…", "folders of music", AT(music.paths), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT_OPTION(output), .unit = "FILE", .need = NEEDED_EITHER,
     .ending = ".safetensors", .help = "the weights file, WEIGHTS.safetensors"},
    {"run", 0, OPTION_OUTPUT, AT(run), .unit = "FOLDER", .need = NEEDED_EITHER,
     .help = "keeps weights, configuration and logs there"},
    {"minutes", 'm', OPTION_DOUBLE, AT(minutes), .unit = "N", .low = 0.1, .high = 1e5,
     .transient = true,
     .help = "how long the training is to take; in place of --steps. Their number is fixed after "
             "a short measurement and kept in the weights file's command, so that the same "
             "training can be repeated"},
    {"from", 0, OPTION_INPUT, AT(from), .unit = "WEIGHTS",
     .help =
         "starts from other weights of the same architecture, for instance to make a model more "
         "like the music of one instrument"},
    {"resume", 0, OPTION_FLAG, AT_OPTION(resume), .transient = true,
     .help = "continues an interrupted training"},
    {"no-page", 0, OPTION_FLAG, AT(no_page), .transient = true,
     .help = "writes no page that plays a piece by the best weights so far"},
    {"force", 0, OPTION_FLAG, AT(force), .transient = true,
     .help = "starts over and overwrites what exists"},
    {.name = NULL},
};

static const Option text_options[] = {
    {"name", 0, OPTION_TEXT, AT_OPTION(name), .unit = "TEXT", .initial = "",
     .help = "name of the model, kept in the weights file"},
    {"trained-on", 0, OPTION_TEXT, AT_OPTION(trained_on), .unit = "TEXT", .initial = "",
     .help = "the music, as a note in the weights file"},
    {"author", 0, OPTION_TEXT, AT_OPTION(author), .unit = "TEXT",
     .help = "who makes the model, for its card"},
    {"licence", 0, OPTION_TEXT, AT_OPTION(licence), .unit = "TEXT",
     .help = "licence of the weights, for their card"},
    {.name = NULL},
};

// ---- The output ----

// False if out of memory.
static bool name_output(Call *call)
{
    TrainingOptions *o = &call->settings.options;
    if (call->run) o->output = call->run_weights = run_folder_weights(call->run);
    return o->output;
}

// Prolongs a finished training of that length by the options of the call; at least by an epoch.
static bool prolong(Call *call, const CheckpointLength *length, Error *error)
{
    TrainingSettings *settings = &call->settings;
    TrainingOptions *o = &settings->options;
    const size_t done = length->epochs;
    size_t epochs = (size_t)o->schedule.epochs;
    if (length->steps > 0 && settings->epochs == 0) epochs = done * o->steps / length->steps;
    if (epochs <= done)
        return error_set(error,
                         "the training is finished after %zu epochs; --epochs %zu resumes it", done,
                         2 * done);
    const size_t steps = length->steps > 0 ? length->steps * epochs / done : 0;
    settings->epochs = (int)done;
    training_settings_set_steps(settings, length->steps);
    o->schedule.resumed = (int)length->continued;
    call->finished = *o;
    settings->epochs = (int)epochs;
    training_settings_set_steps(settings, steps);
    o->schedule.resumed = o->schedule.kind == SCHEDULE_COSINE ? (int)done : 0;
    o->finished = &call->finished;
    return true;
}

// Sets what a training that is resumed takes from its files.
static bool plan_resumption(Call *call, Error *error)
{
    TrainingSettings *settings = &call->settings;
    TrainingOptions *o = &settings->options;
    CheckpointLength length;
    bool ok = true;
    if (!o->resume) return true;
    char *checkpoint = training_checkpoint_path(o->output);
    char *finished = training_finished_path(o->output);
    if (!checkpoint || !finished) {
        ok = error_out_of_memory(error);
    } else if (access(checkpoint, F_OK) == 0) {
        ok = checkpoint_length(&length, checkpoint, error);
        if (ok && length.continued > 0) {
            settings->epochs = (int)length.planned;
            training_settings_set_steps(settings, length.steps);
            o->schedule.resumed = (int)length.continued;
        } else if (ok && call->minutes > 0.0) {
            training_settings_set_steps(settings, length.steps);
        }
    } else if (access(finished, F_OK) == 0) {
        ok = checkpoint_length(&length, finished, error) && prolong(call, &length, error);
    }
    free(checkpoint);
    free(finished);
    return ok;
}

// Gives all processes the first one's length of the training.
static void share_length(Call *call)
{
    TrainingSettings *settings = &call->settings;
    Schedule *schedule = &settings->options.schedule;
    ranks_copy(&settings->epochs, sizeof settings->epochs);
    ranks_copy(&settings->options.steps, sizeof settings->options.steps);
    ranks_copy(&schedule->resumed, sizeof schedule->resumed);
    training_settings_set_steps(settings, settings->options.steps);
}

// Existing results are never overwritten without --force.
static bool may_write(const Call *call, const char *checkpoint, const char *table, const char *page,
                      Error *error)
{
    const TrainingOptions *o = &call->settings.options;
    if (o->page && !call->force && access(page, F_OK) == 0 && !listening_page_is(page))
        return error_set(error,
                         "%s exists and is not the page of a training: move it away, or use "
                         "--no-page",
                         page);
    if (o->resume)
        return access(checkpoint, F_OK) == 0 || o->finished ||
               error_set(error, "nothing to resume: %s does not exist", checkpoint);
    if (call->force) return true;
    if (access(checkpoint, F_OK) == 0)
        return error_set(error,
                         "%s belongs to an interrupted training; --resume continues it, --force "
                         "starts over",
                         checkpoint);
    return output_may_replace(o->output, NULL, NULL, error) &&
           output_may_replace(table, training_is_table, "a table of losses", error);
}

// True if a weights file of this name can be written at the end of the training; the folder of a
// run is created then.
static bool can_write(const Call *call, Error *error)
{
    const char *output = call->settings.options.output, *slash = strrchr(output, '/');
    struct stat status;
    if (!*output || (slash && !slash[1]) || (stat(output, &status) == 0 && S_ISDIR(status.st_mode)))
        return error_set(error, "'%s' cannot be the name of a weights file", output);
    if (call->run)
        return results_check_command(&command_train, call->run, error) &&
               run_folder_may_write(call->run, error);
    if (!slash) return true;
    char *folder = strndup(output, slash == output ? 1 : (size_t)(slash - output));
    const bool ok = folder && access(folder, W_OK) == 0;
    if (!ok) error_set(error, "%s: %s", output, strerror(errno));
    free(folder);
    return ok;
}

// Takes the lock of the output; a run's is in its folder.
static bool lock_output(Call *call, Error *error)
{
    if (!call->run)
        return output_lock_take(&call->lock, call->settings.options.output, false, error);
    return file_make_folders(call->run, error) &&
           output_lock_take(&call->lock, call->run, true, error);
}

// Frees the lock; the folder of a run that did not begin is removed.
static void unlock_output(Call *call)
{
    output_lock_release(&call->lock);
    if (call->run) rmdir(call->run);
}

// Returns -1 if the training can begin, otherwise the exit status.
static int check_output(Call *call)
{
    Error error;
    char *checkpoint = training_checkpoint_path(call->settings.options.output);
    char *table = training_table_path(call->settings.options.output);
    char *page = training_page_path(call->settings.options.output);
    const bool named = checkpoint && table && page;
    int status = -1;
    if (!named) error_out_of_memory(&error);
    if (!named || !can_write(call, &error) || !lock_output(call, &error))
        status = command_fail(&command_train, &error);
    else if (!may_write(call, checkpoint, table, page, &error))
        status = command_usage(&command_train, "%s", error.text);
    free(checkpoint);
    free(table);
    free(page);
    return status;
}

// ---- Training ----

// Fixes the steps of a training that is told its minutes: those of the checkpoint, or as many as
// fit after `began`, in seconds of progress_clock().
static bool fix_steps(Call *call, double began, const Dataset *dataset, Pool *pool, Error *error)
{
    const TrainingOptions *o = &call->settings.options;
    size_t steps = 0;
    char text[64];
    if (call->minutes == 0.0) return true;
    if (o->resume) {
        steps = o->steps; // of the checkpoint
    } else {
        const double seconds = 60.0 * call->minutes - (progress_clock() - began);
        if (!step_plan(o, dataset, pool, seconds, &steps, error)) return false;
        printf("%g minute%s: %zu steps\n", call->minutes, call->minutes == 1.0 ? "" : "s", steps);
    }
    training_settings_set_steps(&call->settings, steps);
    snprintf(text, sizeof text, "%zu", steps);
    command_word(call->command, "--steps");
    command_word(call->command, text);
    return true;
}

// Prints the call that resumes the training, whole and in one line.
static void print_resuming(const Call *call, const CommandLine *line, FILE *to)
{
    fprintf(to, "trainer %s --resume", line->words[0]);
    for (size_t i = 1; i < line->word_count; i++) {
        char word[MODEL_TEXT_MAX] = "";
        command_word(word, line->words[i]);
        fprintf(to, " %s", word);
    }
    if (call->minutes > 0.0) fprintf(to, " --steps %zu", call->settings.options.steps);
    fputc('\n', to);
}

static int train(const Call *call, const CommandLine *line, const Dataset *dataset, Pool *pool)
{
    const TrainingOptions *o = &call->settings.options;
    Error error;
    char *page = o->page ? training_page_path(o->output) : NULL;
    if (page && ranks_first())
        printf("to hear it while it learns, open %s in a browser after the first epoch\n", page);
    free(page);
    fflush(stdout);
    interrupt_catch_signals();
    const TrainingEnd end =
        call->run
            ? run_folder_train(call->run, o, dataset, pool, &interrupt_requested, stdout, &error)
            : training_run(o, dataset, pool, &interrupt_requested, stdout, &error);
    switch (end) {
    case TRAINING_STOPPED:
        printf("interrupted; to resume, repeat the call with --resume:\n  ");
        print_resuming(call, line, stdout);
        return interrupt_requested ? interrupt_status() : EXIT_DONE; // or another process was
    case TRAINING_FAILED: return command_fail(line->command, &error);
    case TRAINING_DONE:
    default: break;
    }
    if (!ranks_first() || training_verdict(o, dataset, pool, stdout, &error)) return EXIT_DONE;
    return command_fail(line->command, &error);
}

// The first process fills the cache for those that share its disk.
static Dataset *open_dataset(const Call *call, Pool *pool, Error *error)
{
    const TrainingOptions *o = &call->settings.options;
    const SplitOptions split = {.method = o->split, .seed = o->seed};
    Dataset *dataset =
        ranks_first() ? music_open(&call->music, o->rate, &split, pool, error) : NULL;
    if (!ranks_agree(dataset || !ranks_first(), error)) return NULL;
    if (!dataset) dataset = music_open(&call->music, o->rate, &split, pool, error);
    if (ranks_agree(dataset, error)) return dataset;
    dataset_free(dataset);
    return NULL;
}

static int train_on_music(Call *call, const CommandLine *line)
{
    const double began = progress_clock();
    Error error;
    int status;
    Pool *pool = command_pool(call->music.threads, &error);
    Dataset *dataset = pool ? open_dataset(call, pool, &error) : NULL;
    if (dataset) {
        dataset_report(dataset, stdout);
        fflush(stdout);
        status = fix_steps(call, began, dataset, pool, &error)
                     ? train(call, line, dataset, pool)
                     : command_fail(line->command, &error);
    } else {
        status = command_fail(line->command, &error);
    }
    dataset_free(dataset);
    pool_free(pool);
    return status;
}

// Loads the weights that the training starts from. Architecture and rate are theirs unless they are
// given.
static bool load_start(Call *call, Error *error)
{
    TrainingSettings *settings = &call->settings;
    const Option *arch = option_find(training_options, "arch");
    call->start = command_model(call->from, error);
    if (!call->start) return false;
    const Arch *theirs = &call->start->arch;
    if (strcmp(settings->arch, arch->initial) == 0) {
        arch_format(theirs, call->start_arch);
        settings->arch = call->start_arch;
        settings->activation = (int)theirs->activation;
    }
    if (settings->options.rate == 0.0) settings->options.rate = call->start->sample_rate;
    settings->starts_from = true;
    settings->options.from = call->start;
    return true;
}

static int check_settings(Call *call, const Command *command)
{
    Error error;
    if (call->from && !load_start(call, &error)) return command_fail(command, &error);
    if (call->settings.options.resume && call->force)
        return command_usage(command, "--resume continues, --force starts over: not both");
    if (call->minutes > 0.0 && call->settings.options.steps > 0)
        return command_usage(command, "--minutes decides the steps: not both it and --steps");
    if (call->minutes > 0.0) call->settings.options.steps = STEPS_UNKNOWN;
    const TrainingOptions *o = &call->settings.options;
    if (!training_settings_complete(&call->settings, &error) ||
        (call->start && !start_weights_fit(call->start, &o->arch, o->rate, &error)))
        return command_usage(command, "%s", error.text);
    return EXIT_DONE;
}

static int run(const CommandLine *line, void *values)
{
    Call *call = values;
    Error error;
    int status = check_settings(call, line->command);
    if (status != EXIT_DONE) {
        model_free(call->start);
        return status;
    }
    // The weights file keeps the call without options such as --resume, so that it is the same
    // whether the training was interrupted or not.
    command_word(call->command, "trainer");
    for (size_t i = 0; i < line->word_count; i++) command_word(call->command, line->words[i]);
    call->settings.options.command = call->command;
    call->settings.options.page = !call->no_page;

    ranks_begin();
    status = -1;
    if (!name_output(call)) {
        error_out_of_memory(&error);
        status = command_fail(line->command, &error);
    }
    if (status < 0 && ranks_first() && !plan_resumption(call, &error))
        status = command_fail(line->command, &error);
    share_length(call);
    call->lock.file = -1;
    if (status < 0 && ranks_first()) status = check_output(call);
    ranks_copy(&status, sizeof status);
    if (status < 0) status = train_on_music(call, line);
    if (ranks_first()) unlock_output(call);
    free(call->run_weights);
    model_free(call->start);
    ranks_end();
    return status;
}

// Of a run. may_write() decides what is replaced: an interrupted training may be resumed.
static const Artefact outputs[] = {
    {.name = "config.json", .content = CONTENT_SETTINGS},
    {.name = "weights.csv", .content = CONTENT_CURVES},
    {.name = "weights.safetensors"},
    {.name = "weights.html"},
    {.name = "weights.checkpoint"},
    {.name = "weights.finished"},
    {.name = NULL},
};

const Command command_train = {
    .name = "train",
    .summary = "trains weights on folders of music",
    .text =
        "Trains an autoencoder on all music below the folders and writes the weights with the\n"
        "best validation loss. Plain, it trains a model of spectra, for some minutes. Files are\n"
        "split by their sound: about 80 % training, 10 % validation, 10 % test; copies of a\n"
        "recording are on one side, and a file stays on its side when others are added or "
        "removed.\n"
        "WEIGHTS.csv gets the losses of each epoch. WEIGHTS.html is a page to listen to: it plays\n"
        "some seconds of a validation piece before and after the best weights so far, and through\n"
        "two latent operations, and is renewed while the model learns. At the end the result is\n"
        "explained. Ctrl-C stops after the current step; --resume continues from there and ends\n"
        "with the same weights as an uninterrupted run.\n"
        "With --run a folder of its own gets all results: weights.safetensors, weights.csv,\n"
        "weights.html, config.json, and event files for TensorBoard (losses, learning rate, and a\n"
        "validation clip, as sound and spectrogram, reconstructed by the network while it "
        "learns).\n",
    .example = "trainer train ~/Music -o mine.safetensors --minutes 10",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {training_options, AT(settings)},
                                     {text_options, 0},
                                     {music_options, AT(music)},
                                     {.table = NULL}},
    .outputs = outputs,
    .record = RUN_CONFIG_KIND,
    .about = "A training: its losses by epoch, and the settings that decided them.",
    .size = sizeof(Call),
    .run = run,
};
