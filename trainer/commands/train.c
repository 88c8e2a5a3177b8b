// train.c: `trainer train`: reads its options, opens the data set, trains, and says how to go on
// where it was stopped.
#include "base/interrupt.h"
#include "base/ranks.h"
#include "commands/command.h"
#include "commands/command_music.h"
#include "training/run_folder.h"
#include "training/training_paths.h"
#include "training/training_settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "usage: trainer train FOLDER… -o WEIGHTS.safetensors [options]\n"
    "       trainer train FOLDER… --run FOLDER [options]\n"
    "\n"
    "Trains an autoencoder on all music below the folders and writes the weights with the\n"
    "best validation loss. Files are split by piece: 80 % training, 10 % validation, 10 %\n"
    "test. Losses go to WEIGHTS.csv as they come. Ctrl-C stops after the step under way;\n"
    "--resume goes on from there and ends with the same weights as an unbroken run.\n"
    "With --run all goes into a folder of its own: weights.safetensors, weights.csv,\n"
    "config.json, and event files for TensorBoard (losses, learning rate, and a validation\n"
    "clip, as sound and spectrogram, as it comes out of the network while it learns).\n"
    "\n"
    "  -o, --output FILE        the weights file (needed, or --run)\n"
    "      --run FOLDER         keep weights, configuration and logs there\n"
    "  -a, --arch ARCH          a name or layers, see `trainer info` (normal)\n"
    "      --activation NAME    leaky_relu, silu or tanh (leaky_relu)\n"
    "      --start NAME         of a linear path: transform, a low-pass (transform)\n"
    "  -e, --epochs N           at most so many (25)\n"
    "  -b, --batch N            windows in a step (16)\n"
    "  -w, --window N           samples in a window (110250)\n"
    "      --rate HZ            sample rate of the model (22050)\n"
    "  -l, --learning-rate X    of Adam, the highest (0.001)\n"
    "      --schedule NAME      of the learning rate: constant; plateau, halved after --patience\n"
    "                           epochs without a better validation loss, until 1/64 brings none\n"
    "                           either; cosine, step by step down to 0 at the end of the last of\n"
    "                           the --epochs (plateau with --patience, else constant)\n"
    "      --patience N         of the plateau (3)\n"
    "      --warm-up EPOCHS     in which the learning rate rises from 0; 0.5 is half an epoch (0)\n"
    "      --loss NAME          mse, the mean squared error; relative, divided by each window's\n"
    "                           power, so that soft music counts as much as loud (mse)\n"
    "      --spectral-loss X    add X times the difference of spectral magnitudes and of their\n"
    "                           logarithms at three resolutions; 0.001 is a beginning (0)\n"
    "      --random-gain DB     each window louder or softer by up to so many dB, in each epoch\n"
    "                           anew, so that loud and quiet music is learned alike (0)\n"
    "      --per-clip N         windows an epoch takes from each file (0: all there are)\n"
    "      --epoch-windows N    windows in an epoch (0: all there are)\n"
    "  -s, --seed N             of first weights, split and order (1)\n"
    "  -t, --threads N          (0: one for each processor; does not change the result)\n"
    "      --cache DIR          for decoded audio (trasluz in your cache folder)\n"
    "      --name TEXT          name of the model, kept in the file\n"
    "      --trained-on TEXT    what it was trained on, kept in the file\n"
    "      --resume             go on with a training that was stopped\n"
    "      --force              start anew over what is there\n"
    "\n"
    "example: trainer train ~/Music -o mine.safetensors --arch normal --epochs 40\n";

enum {
    OPTION_RUN = 256,
    OPTION_NAME,
    OPTION_TRAINED_ON,
    OPTION_RESUME,
    OPTION_FORCE,
    OPTION_ACTIVATION, // from here on settings of the training, as those with letters are
    OPTION_START,
    OPTION_RATE,
    OPTION_SCHEDULE,
    OPTION_PATIENCE,
    OPTION_WARM_UP,
    OPTION_LOSS,
    OPTION_SPECTRAL_LOSS,
    OPTION_RANDOM_GAIN,
    OPTION_PER_CLIP,
    OPTION_EPOCH_WINDOWS,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"run", required_argument, NULL, OPTION_RUN},
    {"arch", required_argument, NULL, 'a'},
    {"activation", required_argument, NULL, OPTION_ACTIVATION},
    {"start", required_argument, NULL, OPTION_START},
    {"epochs", required_argument, NULL, 'e'},
    {"batch", required_argument, NULL, 'b'},
    {"window", required_argument, NULL, 'w'},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"learning-rate", required_argument, NULL, 'l'},
    {"schedule", required_argument, NULL, OPTION_SCHEDULE},
    {"patience", required_argument, NULL, OPTION_PATIENCE},
    {"warm-up", required_argument, NULL, OPTION_WARM_UP},
    {"loss", required_argument, NULL, OPTION_LOSS},
    {"spectral-loss", required_argument, NULL, OPTION_SPECTRAL_LOSS},
    {"random-gain", required_argument, NULL, OPTION_RANDOM_GAIN},
    {"per-clip", required_argument, NULL, OPTION_PER_CLIP},
    {"epoch-windows", required_argument, NULL, OPTION_EPOCH_WINDOWS},
    {"seed", required_argument, NULL, 's'},
    MUSIC_LONG_OPTIONS,
    {"name", required_argument, NULL, OPTION_NAME},
    {"trained-on", required_argument, NULL, OPTION_TRAINED_ON},
    {"resume", no_argument, NULL, OPTION_RESUME},
    {"force", no_argument, NULL, OPTION_FORCE},
    {NULL, 0, NULL, 0},
};

// The call as it was read.
typedef struct {
    TrainingSettings settings;
    MusicOptions music;
    const char *run;
    char *run_weights; // the weights file in that folder
    bool force;
    char command[MODEL_TEXT_MAX];
    char **words; // of the call
    int word_count;
} Call;

// Reads the setting of the training that this option is.
static bool read_setting(Call *call, int option)
{
    int index = 0;
    while (long_options[index].val != option) index++;
    const char *name = long_options[index].name;
    Error error;
    if (training_setting_read(&call->settings, name, optarg, &error)) return true;
    command_usage(&command_train, "--%s: %s", name, error.text);
    return false;
}

// Reads one option; false where its value is wrong.
static bool read_option(Call *call, int option)
{
    TrainingOptions *o = &call->settings.options;
    switch (option) {
    case 'o': o->output = optarg; return true;
    case OPTION_RUN: call->run = optarg; return true;
    case 't':
    case OPTION_CACHE: return music_option_take(&command_train, &call->music, option);
    case OPTION_NAME: o->name = optarg; return true;
    case OPTION_TRAINED_ON: o->trained_on = optarg; return true;
    case OPTION_RESUME: o->resume = true; return true;
    case OPTION_FORCE: call->force = true; return true;
    case '?': return false;
    default: return read_setting(call, option);
    }
}

// The words that do not change the weights: how many of them begin at this one.
static int words_of_no_effect(const char *word)
{
    if (strcmp(word, "-t") == 0 || strcmp(word, "--threads") == 0) return 2;
    return strncmp(word, "-t", 2) == 0 || strncmp(word, "--threads=", 10) == 0 ||
           strcmp(word, "--resume") == 0 || strcmp(word, "--force") == 0;
}

// Keeps the call's words, for the weights file, which is the same however it was come by.
static void keep_command(Call *call, int argc, char **argv)
{
    command_word(call->command, "trainer");
    for (int i = 0; i < argc;) {
        const int passed = words_of_no_effect(argv[i]);
        if (passed == 0) command_word(call->command, argv[i]);
        i += passed > 0 ? passed : 1;
    }
}

// The call that goes on with a training, whole and in one line.
static void print_resuming(const Call *call, FILE *to)
{
    fprintf(to, "trainer %s --resume", call->words[0]);
    for (int i = 1; i < call->word_count;) {
        const int passed = words_of_no_effect(call->words[i]);
        char word[MODEL_TEXT_MAX] = "";
        command_word(word, call->words[i]);
        if (passed == 0) fprintf(to, " %s", word);
        i += passed > 0 ? passed : 1;
    }
    fputc('\n', to);
}

// Reads the call. Returns -1 where it can go on, else the exit status.
static int read_call(Call *call, int argc, char **argv)
{
    keep_command(call, argc, argv);
    call->word_count = argc;
    call->words = malloc((size_t)argc * sizeof *call->words); // argv is put in another order below
    if (!call->words) return command_usage(&command_train, "out of memory");
    memcpy(call->words, argv, (size_t)argc * sizeof *call->words);
    int option;
    while ((option = command_option(&command_train, argc, argv,
                                    ":o:a:e:b:w:l:s:t:", long_options)) != -1)
        if (!read_option(call, option)) return EXIT_USAGE;
    call->music.paths = argv + optind;
    call->music.path_count = argc - optind;
    if (call->music.path_count == 0)
        return command_usage(&command_train, "no folder of music given");
    if (!call->settings.options.output == !call->run)
        return command_usage(&command_train,
                             "either a weights file (-o FILE) or a folder (--run) is needed");

    if (call->settings.options.resume && call->force)
        return command_usage(&command_train, "--resume goes on, --force starts anew: not both");
    Error error;
    if (!training_settings_settle(&call->settings, &error))
        return command_usage(&command_train, "%s", error.text);
    return -1;
}

// False where the memory is short.
static bool settle_output(Call *call)
{
    TrainingOptions *o = &call->settings.options;
    if (call->run) o->output = call->run_weights = run_folder_weights(call->run);
    return o->output;
}

// Nothing that took time to make is written over unasked.
static bool may_write(const Call *call, const char *checkpoint, const char *table, Error *error)
{
    const TrainingOptions *o = &call->settings.options;
    if (o->resume)
        return access(checkpoint, F_OK) == 0 ||
               error_set(error, "nothing to resume: there is no %s", checkpoint);
    if (call->force) return true;
    if (access(checkpoint, F_OK) == 0)
        return error_set(error,
                         "%s is there from a training that was stopped: --resume goes on with it, "
                         "--force starts anew",
                         checkpoint);
    return command_may_write(o->output, NULL, NULL, error) &&
           command_may_write(table, training_is_table, "a table of losses", error);
}

// True where a weights file of this name can be written once the training is done; a run's folder
// is made.
static bool can_write(const Call *call, Error *error)
{
    const char *output = call->settings.options.output, *slash = strrchr(output, '/');
    struct stat status;
    if (!*output || (slash && !slash[1]) || (stat(output, &status) == 0 && S_ISDIR(status.st_mode)))
        return error_set(error, "'%s' is no name of a weights file", output);
    if (call->run) return run_folder_may_write(call->run, error);
    if (!slash) return true;
    char *folder = strndup(output, slash == output ? 1 : (size_t)(slash - output));
    const bool good = folder && access(folder, W_OK) == 0;
    if (!good) error_set(error, "%s: %s", output, strerror(errno));
    free(folder);
    return good;
}

static int check_output(const Call *call)
{
    Error error;
    char *checkpoint = training_checkpoint_path(call->settings.options.output);
    char *table = training_table_path(call->settings.options.output);
    int status = -1;
    if (!checkpoint || !table)
        status = command_usage(&command_train, "out of memory");
    else if (!can_write(call, &error))
        status = command_fail(&command_train, &error);
    else if (!may_write(call, checkpoint, table, &error))
        status = command_usage(&command_train, "%s", error.text);
    free(checkpoint);
    free(table);
    return status;
}

static int train(const Call *call, const Dataset *dataset, Pool *pool)
{
    const TrainingOptions *o = &call->settings.options;
    Error error;
    stop_catch_signals();
    const TrainingEnd end =
        call->run ? run_folder_train(call->run, o, dataset, pool, &stop_wanted, stdout, &error)
                  : training_run(o, dataset, pool, &stop_wanted, stdout, &error);
    switch (end) {
    case TRAINING_STOPPED:
        printf("stopped; to go on, repeat the call with --resume:\n  ");
        print_resuming(call, stdout);
        return EXIT_DONE;
    case TRAINING_FAILED: return command_fail(&command_train, &error);
    case TRAINING_DONE:
    default: return EXIT_DONE;
    }
}

// The first process fills the cache for those that share its disk.
static Dataset *open_dataset(const Call *call, Pool *pool, Error *error)
{
    const TrainingOptions *o = &call->settings.options;
    Dataset *dataset =
        ranks_first() ? music_open(&call->music, o->rate, o->seed, pool, error) : NULL;
    if (!ranks_agree(dataset || !ranks_first(), error)) return NULL;
    if (!dataset) dataset = music_open(&call->music, o->rate, o->seed, pool, error);
    if (ranks_agree(dataset, error)) return dataset;
    dataset_free(dataset);
    return NULL;
}

static int run_call(int argc, char **argv)
{
    Call call = {.settings = training_defaults};
    TrainingOptions *o = &call.settings.options;
    int status = read_call(&call, argc, argv);
    if (status < 0 && !settle_output(&call)) status = EXIT_FAILED;
    if (status < 0 && ranks_first()) status = check_output(&call);
    ranks_copy(&status, sizeof status);
    if (status >= 0) {
        free(call.run_weights);
        free(call.words);
        return status;
    }
    o->command = call.command;

    Error error;
    Pool *pool = command_pool(call.music.threads, &error);
    Dataset *dataset = pool ? open_dataset(&call, pool, &error) : NULL;
    if (dataset) {
        dataset_report(dataset, stdout);
        status = train(&call, dataset, pool);
    } else {
        status = command_fail(&command_train, &error);
    }
    dataset_free(dataset);
    pool_free(pool);
    free(call.run_weights);
    free(call.words);
    return status;
}

static int run(int argc, char **argv)
{
    ranks_begin();
    const int status = run_call(argc, argv);
    ranks_end();
    return status;
}

const Command command_train = {"train", "train weights on folders of music", help, run};
