// train.c: `trainer train`: reads its options, opens the data set, trains, and says how to go on
// where it was stopped.
#include "command.h"
#include "dataset.h"
#include "model.h"
#include "training.h"

#include <cblas.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trainer train FOLDER… -o WEIGHTS.safetensors [options]\n"
    "\n"
    "Trains an autoencoder on all music below the folders and writes the weights with the\n"
    "best validation loss. Files are split by piece: 80 % training, 10 % validation, 10 %\n"
    "test. Losses go to WEIGHTS.csv as they come. Ctrl-C stops after the step under way;\n"
    "--resume goes on from there and ends with the same weights as an unbroken run.\n"
    "\n"
    "  -o, --output FILE        the weights file (needed)\n"
    "  -a, --arch ARCH          a name or layers, see `trainer info` (normal)\n"
    "      --activation NAME    leaky_relu, silu or tanh (leaky_relu)\n"
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
    "      --relative-loss      divide each window's squared error by the window's power, so that\n"
    "                           soft music counts as much as loud\n"
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
    OPTION_ACTIVATION = 256,
    OPTION_RATE,
    OPTION_SCHEDULE,
    OPTION_PATIENCE,
    OPTION_WARM_UP,
    OPTION_RELATIVE_LOSS,
    OPTION_RANDOM_GAIN,
    OPTION_PER_CLIP,
    OPTION_EPOCH_WINDOWS,
    OPTION_CACHE,
    OPTION_NAME,
    OPTION_TRAINED_ON,
    OPTION_RESUME,
    OPTION_FORCE,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"arch", required_argument, NULL, 'a'},
    {"activation", required_argument, NULL, OPTION_ACTIVATION},
    {"epochs", required_argument, NULL, 'e'},
    {"batch", required_argument, NULL, 'b'},
    {"window", required_argument, NULL, 'w'},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"learning-rate", required_argument, NULL, 'l'},
    {"schedule", required_argument, NULL, OPTION_SCHEDULE},
    {"patience", required_argument, NULL, OPTION_PATIENCE},
    {"warm-up", required_argument, NULL, OPTION_WARM_UP},
    {"relative-loss", no_argument, NULL, OPTION_RELATIVE_LOSS},
    {"random-gain", required_argument, NULL, OPTION_RANDOM_GAIN},
    {"per-clip", required_argument, NULL, OPTION_PER_CLIP},
    {"epoch-windows", required_argument, NULL, OPTION_EPOCH_WINDOWS},
    {"seed", required_argument, NULL, 's'},
    {"threads", required_argument, NULL, 't'},
    {"cache", required_argument, NULL, OPTION_CACHE},
    {"name", required_argument, NULL, OPTION_NAME},
    {"trained-on", required_argument, NULL, OPTION_TRAINED_ON},
    {"resume", no_argument, NULL, OPTION_RESUME},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

// The call as it was read.
typedef struct {
    TrainingOptions training;
    const char *arch, *activation, *schedule, *cache;
    char **folders;
    int folder_count;
    int threads;
    bool force;
    char command[MODEL_TEXT_MAX];
} Call;

enum { DEFAULT_PATIENCE = 3 }; // epochs

static volatile sig_atomic_t stop_wanted;

static void want_stop(int signal_number)
{
    (void)signal_number;
    stop_wanted = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = want_stop, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask); // a second Ctrl-C ends the program at once
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool read_integer(const char *option, long low, long high, long *value)
{
    return option_integer(&command_train, option, optarg, low, high, value);
}

static bool read_number(const char *option, double low, double high, double *value)
{
    return option_number(&command_train, option, optarg, low, high, value);
}

// Reads one option; false where its value is wrong.
static bool read_option(Call *call, int option)
{
    TrainingOptions *o = &call->training;
    long n = 0;
    bool good = true;
    switch (option) {
    case 'o': o->output = optarg; break;
    case 'a': call->arch = optarg; break;
    case OPTION_ACTIVATION: call->activation = optarg; break;
    case 'e':
        good = read_integer("--epochs", 1, 1000000, &n);
        o->schedule.epochs = (int)n;
        break;
    case 'b':
        good = read_integer("--batch", 1, 4096, &n);
        o->batch = (int)n;
        break;
    case 'w':
        good = read_integer("--window", 1, 1 << 26, &n);
        o->window = (size_t)n;
        break;
    case OPTION_RATE: good = read_number("--rate", MODEL_RATE_MIN, MODEL_RATE_MAX, &o->rate); break;
    case 'l': good = read_number("--learning-rate", 1e-9, 10.0, &o->schedule.learning_rate); break;
    case OPTION_SCHEDULE: call->schedule = optarg; break;
    case OPTION_PATIENCE:
        good = read_integer("--patience", 1, 1000000, &n);
        o->schedule.patience = (int)n;
        break;
    case OPTION_WARM_UP: good = read_number("--warm-up", 0.0, 1e6, &o->schedule.warm_up); break;
    case OPTION_RELATIVE_LOSS: o->loss.relative = true; break;
    case OPTION_RANDOM_GAIN: good = read_number("--random-gain", 0.0, 60.0, &o->random_gain); break;
    case OPTION_PER_CLIP:
        good = read_integer("--per-clip", 0, 1 << 30, &n);
        o->per_clip = (size_t)n;
        break;
    case OPTION_EPOCH_WINDOWS:
        good = read_integer("--epoch-windows", 0, 1 << 30, &n);
        o->epoch_windows = (size_t)n;
        break;
    case 's':
        good = read_integer("--seed", 0, UINT32_MAX, &n);
        o->seed = (uint32_t)n;
        break;
    case 't':
        good = read_integer("--threads", 0, 1024, &n);
        call->threads = (int)n;
        break;
    case OPTION_CACHE: call->cache = optarg; break;
    case OPTION_NAME: o->name = optarg; break;
    case OPTION_TRAINED_ON: o->trained_on = optarg; break;
    case OPTION_RESUME: o->resume = true; break;
    case OPTION_FORCE: call->force = true; break;
    default: good = false; break;
    }
    return good;
}

// Keeps the call's words, for the weights file; a word with spaces is quoted.
static void keep_command(Call *call, int argc, char **argv)
{
    size_t used = (size_t)snprintf(call->command, sizeof call->command, "trainer");
    for (int i = 0; i < argc && used < sizeof call->command; i++) {
        const char *quote = strpbrk(argv[i], " \t") ? "'" : "";
        used += (size_t)snprintf(call->command + used, sizeof call->command - used, " %s%s%s",
                                 quote, argv[i], quote);
    }
}

// What was not said of the schedule follows from what was.
static bool settle_schedule(Schedule *schedule, const char *name, Error *error)
{
    if (!name)
        schedule->kind = schedule->patience > 0 ? SCHEDULE_PLATEAU : SCHEDULE_CONSTANT;
    else if (!schedule_parse(&schedule->kind, name, error))
        return false;
    if (schedule->kind == SCHEDULE_PLATEAU && schedule->patience == 0)
        schedule->patience = DEFAULT_PATIENCE;
    return schedule_check(schedule, error);
}

// Reads the call. Returns -1 where it can go on, else the exit status.
static int read_call(Call *call, int argc, char **argv)
{
    keep_command(call, argc, argv);
    int option;
    while ((option = getopt_long(argc, argv, "o:a:e:b:w:l:s:t:h", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return EXIT_DONE;
        }
        if (!read_option(call, option)) return EXIT_USAGE;
    }
    call->folders = argv + optind;
    call->folder_count = argc - optind;
    if (call->folder_count == 0) return command_usage(&command_train, "no folder of music given");
    if (!call->training.output)
        return command_usage(&command_train, "no weights file given (-o FILE)");

    Error error;
    Activation activation;
    TrainingOptions *o = &call->training;
    if (!activation_parse(&activation, call->activation, &error) ||
        !arch_parse(&o->arch, call->arch, activation, &error) ||
        !arch_check_window(&o->arch, o->window, &error) ||
        !settle_schedule(&o->schedule, call->schedule, &error))
        return command_usage(&command_train, "%s", error.text);
    return -1;
}

// Nothing that took time to make is written over unasked.
static int check_output(const Call *call)
{
    const TrainingOptions *o = &call->training;
    char *checkpoint = training_checkpoint_path(o->output);
    if (!checkpoint) return command_usage(&command_train, "out of memory");
    int status = -1;
    if (o->resume && access(checkpoint, F_OK) != 0)
        status = command_usage(&command_train, "nothing to resume: there is no %s", checkpoint);
    else if (!o->resume && !call->force && access(checkpoint, F_OK) == 0)
        status =
            command_usage(&command_train,
                          "%s is there from a training that was stopped: --resume goes on with "
                          "it, --force starts anew",
                          checkpoint);
    else if (!o->resume && !call->force && access(o->output, F_OK) == 0)
        status =
            command_usage(&command_train, "%s is there already: --force writes over it", o->output);
    free(checkpoint);
    return status;
}

static int train(const Call *call, const Dataset *dataset, Pool *pool)
{
    const TrainingOptions *o = &call->training;
    Error error;
    catch_signals();
    switch (training_run(o, dataset, pool, &stop_wanted, stdout, &error)) {
    case TRAINING_STOPPED:
        printf("stopped; to go on, repeat the call with --resume:\n  %s%s\n", call->command,
               o->resume ? "" : " --resume");
        return EXIT_DONE;
    case TRAINING_FAILED: return command_fail(&command_train, &error);
    case TRAINING_DONE:
    default: return EXIT_DONE;
    }
}

static int run(int argc, char **argv)
{
    Call call = {
        .training = {.rate = 22050.0,
                     .window = ARCH_WINDOW,
                     .batch = 16,
                     .schedule = {.epochs = 25, .learning_rate = 1e-3},
                     .seed = 1,
                     .name = "",
                     .trained_on = ""},
        .arch = "normal",
        .activation = "leaky_relu",
    };
    int status = read_call(&call, argc, argv);
    if (status < 0) status = check_output(&call);
    if (status >= 0) return status;
    call.training.command = call.command;

    Error error;
    Pool *pool = pool_new(call.threads);
    if (!pool) {
        error_set(&error, "the threads could not be started");
        return command_fail(&command_train, &error);
    }
    openblas_set_num_threads(1); // each of our threads has windows of its own
    const DatasetOptions options = {
        .folders = (const char *const *)call.folders,
        .folder_count = (size_t)call.folder_count,
        .cache = call.cache,
        .rate = call.training.rate,
        .seed = call.training.seed,
        .progress = stderr,
    };
    Dataset *dataset = dataset_open(&options, pool, &error);
    if (dataset) {
        dataset_report(dataset, stdout);
        status = train(&call, dataset, pool);
    } else {
        status = command_fail(&command_train, &error);
    }
    dataset_free(dataset);
    pool_free(pool);
    return status;
}

const Command command_train = {"train", "train weights on folders of music", help, run};
