#include "training/training_settings.h"

#include "model/model.h"
#include "network/linear_init.h"
#include "network/named_arch.h"
#include "network/spectral_loss.h"

#include <math.h>
#include <stddef.h>

#define AT(member) offsetof(TrainingSettings, member)

#define STEP_EPOCHS 20 // of a training by steps
#define PASS_EPOCHS 25 // of a training by passes over the music

enum { STEPS_OF_EPOCH = 50 }; // at least, so that measuring takes little of the time

static bool check_arch(const char *text, Error *error)
{
    Arch arch;
    return named_arch_parse(&arch, text, ACTIVATION_LEAKY_RELU, error);
}

const Option training_options[] = {
    {"arch", 'a', OPTION_TEXT, AT(arch), .unit = "ARCH", .initial = "espectro", .check = check_arch,
     .help = "the architecture: a name or layers, see `trainer info`"},
    {"activation", 0, OPTION_CHOICE, AT(activation), .unit = "NAME", .initial = "leaky_relu",
     .choices = activation_names, .help = "the activation: {}"},
    {"init", 0, OPTION_CHOICE, AT(options.init), .unit = "NAME", .initial = "transform",
     .choices = linear_init_names, .key = "start",
     .help =
         "first weights of a linear path: {}. transform is, for models of waveforms, a low-pass "
         "that keeps the lowest bands; for models of spectra, the principal components of the "
         "training music, mixed so that each channel stands for the whole spectrum. axes, for "
         "models of spectra, is one channel for each component"},
    {"epochs", 'e', OPTION_INT, AT(epochs), .unit = "N", .low = 1, .high = 1000000,
     .shown = OPTION_TEXT_OF(STEP_EPOCHS) ", or " OPTION_TEXT_OF(
         PASS_EPOCHS) " with --epoch-windows or --per-clip",
     .help = "the most epochs. The validation loss is measured after each. An epoch is a pass over "
             "the music, or with --steps an equal part of the steps"},
    {"steps", 0, OPTION_SIZE, AT(options.steps), .unit = "N", .low = 1, .high = 1 << 30,
     .omitted = true, .shown = "4000 for models of spectra, 6000 for models of waveforms",
     .help = "steps of the whole training, however long the music is; without --epochs, "
             "--epoch-windows and --per-clip"},
    {"batch", 'b', OPTION_INT, AT(options.batch), .unit = "N", .initial = "16", .low = 1,
     .high = 4096, .help = "windows per step"},
    {"window", 'w', OPTION_SIZE, AT(options.window), .unit = "N", .low = 1, .high = 1 << 26,
     .shown = "3/4 s for models of spectra, 1/2 s for models of waveforms",
     .help = "samples per window"},
    {"rate", 0, OPTION_DOUBLE, AT(options.rate), .unit = "HZ", .low = MODEL_RATE_MIN,
     .high = MODEL_RATE_MAX, .shown = "22050; 48000 for models of spectra",
     .help = "sample rate of the model"},
    {"learning-rate", 'l', OPTION_DOUBLE, AT(learning_rate), .unit = "X", .deferred = true,
     .shown = "0.002; 0.0005 with --from", .low = 1e-9, .high = 10.0,
     .help = "the highest learning rate of Adam"},
    {"schedule", 0, OPTION_CHOICE, AT(schedule), .unit = "NAME", .choices = schedule_names,
     .shown = "plateau with --patience, otherwise cosine",
     .help = "how the learning rate changes: {}. plateau halves it after --patience epochs without "
             "a better validation loss, and ends when 1/64 of it brings none either; cosine lowers "
             "it with each step, to 0 at the end of the last epoch"},
    {"patience", 0, OPTION_INT, AT(options.schedule.patience), .unit = "N", .initial = "3",
     .low = 1, .high = 1000000, .deferred = true, .help = "epochs that the plateau waits"},
    {"warm-up", 0, OPTION_DOUBLE, AT(warm_up), .unit = "EPOCHS", .low = 0.0, .high = 1e6,
     .deferred = true, .shown = "with --steps 100 steps, or a tenth of fewer; otherwise 0",
     .help = "epochs in which the learning rate rises from 0; 0.5 is half an epoch"},
    {"loss", 0, OPTION_CHOICE, AT(options.loss.kind), .unit = "NAME", .initial = "mse",
     .choices = loss_names,
     .help = "the loss: {}. mse is the mean squared error; relative divides it by the power of "
             "each window, so that soft music counts as much as loud music"},
    {"spectral-loss", 0, OPTION_DOUBLE, AT(options.loss.spectral), .unit = "X", .initial = "0",
     .low = 0.0, .high = 1e6,
     .help = "adds X times the difference of spectral magnitudes and of their logarithms at three "
             "resolutions; try 0.001 first"},
    {"random-gain", 0, OPTION_DOUBLE, AT(options.random_gain), .unit = "DB", .initial = "0",
     .low = 0.0, .high = 60.0,
     .help = "makes each window louder or softer by up to this many dB, differently in each epoch, "
             "so that loud and soft music is learned alike"},
    {"equaliser", 0, OPTION_DOUBLE, AT(options.corruption.equaliser), .unit = "DB", .initial = "0",
     .low = 0.0, .high = 40.0, .omitted = true,
     .help =
         "models of spectra: colours each window by another random, smooth equaliser of this "
         "RMS, which the network learns to undo, so that it pulls other music towards the music "
         "it was trained on; 11 is strong"},
    {"raised-floor", 0, OPTION_DOUBLE, AT(options.corruption.floor_low), .unit = "DB",
     .initial = "0", .low = 0.0, .high = 120.0, .omitted = true,
     .help = "models of spectra: adds noise to each window that the network learns to take away, "
             "somewhere between this many dB below the loudest band and the model's floor; 26 is "
             "strong, 0 adds none"},
    {"latent-noise", 0, OPTION_DOUBLE, AT(options.latent_noise), .unit = "X", .initial = "0",
     .low = 0.0, .high = 10.0, .omitted = true,
     .help = "adds noise of X standard deviations to the latent, so that near latents sound alike; "
             "0.1 is mild"},
    {"per-clip", 0, OPTION_SIZE, AT(options.per_clip), .unit = "N", .initial = "0",
     .shown = "0: all", .low = 0, .high = 1 << 30,
     .help = "windows per epoch from each audio file"},
    {"epoch-windows", 0, OPTION_SIZE, AT(options.epoch_windows), .unit = "N", .initial = "0",
     .shown = "0: all", .low = 0, .high = 1 << 30, .help = "windows per epoch"},
    {"seed", 's', OPTION_UINT32, AT(options.seed), .unit = "N", .initial = "1", .low = 0,
     .high = UINT32_MAX, .help = "seed of the first weights and the order"},
    {"split", 0, OPTION_CHOICE, AT(options.split), .unit = "NAME", .initial = "sound",
     .choices = split_method_names, .omitted = true,
     .help = "how files come to training, validation and test: {}. By its sound a file keeps its "
             "side whatever is added or removed; draw is the seed's draw from all files, as up to "
             "version 0.4, to repeat or resume trainings of that time"},
    {.name = NULL},
};

// ---- Settings that depend on others ----

void training_settings_set_steps(TrainingSettings *settings, size_t steps)
{
    Schedule *schedule = &settings->options.schedule;
    const size_t most = steps / STEPS_OF_EPOCH + 1; // epochs of that length
    settings->options.steps = steps;
    if (settings->epochs > 0)
        schedule->epochs = settings->epochs;
    else if (steps == 0)
        schedule->epochs = PASS_EPOCHS;
    else
        schedule->epochs = most < STEP_EPOCHS ? (int)most : STEP_EPOCHS;
    schedule->warm_up = settings->warm_up;
    if (isnan(schedule->warm_up))
        schedule->warm_up = steps == 0 ? 0.0 : fmin(0.1, 100.0 / (double)steps) * schedule->epochs;
}

// Decides how long the training is, and what an epoch is.
static bool complete_length(TrainingSettings *settings, Error *error)
{
    const TrainingOptions *o = &settings->options;
    const bool passes = o->epoch_windows > 0 || o->per_clip > 0;
    size_t steps = o->steps;
    if (steps == 0 && settings->epochs == 0 && !passes) steps = default_steps(&o->arch);
    if (steps > 0 && passes)
        return error_set(error, "an epoch is an equal part of --steps: without --epoch-windows and "
                                "--per-clip");
    if (steps > 0 && steps < (size_t)settings->epochs)
        return error_set(error, "%zu steps are too few for %d epochs", steps, settings->epochs);
    training_settings_set_steps(settings, steps);
    settings->options.schedule.learning_rate = isnan(settings->learning_rate)
                                                   ? settings->starts_from ? 0.0005 : 0.002
                                                   : settings->learning_rate;
    return true;
}

static bool complete_schedule(TrainingSettings *settings, Error *error)
{
    Schedule *schedule = &settings->options.schedule;
    if (settings->schedule >= 0)
        schedule->kind = (ScheduleKind)settings->schedule;
    else
        schedule->kind = schedule->patience > 0 ? SCHEDULE_PLATEAU : SCHEDULE_COSINE;
    if (schedule->kind == SCHEDULE_PLATEAU && schedule->patience == 0)
        option_set_default(option_find(training_options, "patience"), settings);
    return schedule_check(schedule, error);
}

static bool check_loss(const TrainingOptions *options, Error *error)
{
    return options->loss.spectral == 0.0 || options->window >= SPECTRAL_SIZE_MIN ||
           error_set(error, "the spectral loss needs windows of at least %d samples",
                     SPECTRAL_SIZE_MIN);
}

// What is for one kind of model alone.
static bool check_kind(const TrainingOptions *options, Error *error)
{
    const Loss *loss = &options->loss;
    const Corruption *corruption = &options->corruption;
    if (options->arch.front.kind == FRONT_SPECTRUM)
        return (loss->kind == LOSS_MSE && loss->spectral == 0.0) ||
               error_set(error, "models of spectra are trained on the mean squared error of their "
                                "levels; --loss and --spectral-loss are for models of waveforms");
    return (corruption->equaliser == 0.0 && corruption->floor_low == 0.0 &&
            options->init == LINEAR_INIT_TRANSFORM) ||
           error_set(error,
                     "--equaliser, --raised-floor and --init axes are for models of spectra");
}

bool training_settings_complete(TrainingSettings *settings, Error *error)
{
    TrainingOptions *o = &settings->options;
    if (!named_arch_parse(&o->arch, settings->arch, (Activation)settings->activation, error))
        return false;
    if (o->rate == 0.0) o->rate = default_rate(&o->arch);
    if (o->window == 0) o->window = (size_t)default_training_window(&o->arch, o->rate);
    o->corruption.floor_high =
        o->corruption.floor_low > 0.0 ? fmax(o->arch.front.floor, o->corruption.floor_low) : 0.0;
    return check_kind(o, error) && arch_check_window(&o->arch, o->window, error) &&
           check_loss(o, error) && complete_length(settings, error) &&
           complete_schedule(settings, error);
}

json_t *training_settings_json(const TrainingOptions *options)
{
    char arch[ARCH_TEXT_MAX];
    arch_format(&options->arch, arch);
    const TrainingSettings settings = {
        .options = *options,
        .arch = arch,
        .activation = (int)options->arch.activation,
        .schedule = (int)options->schedule.kind,
        .epochs = options->schedule.epochs,
        .learning_rate = options->schedule.learning_rate,
        .warm_up = options->schedule.warm_up,
    };
    json_t *json = json_object();
    if (json && options_to_json(training_options, &settings, json)) return json;
    json_decref(json);
    return NULL;
}
