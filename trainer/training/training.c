#include "training/training.h"

#include "base/progress.h"
#include "base/ranks.h"
#include "data/random_gain.h"
#include "files/file.h"
#include "model/model.h"
#include "network/initialize.h"
#include "network/linear_init.h"
#include "training/batch.h"
#include "training/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IDENTITY_MAX = ARCH_TEXT_MAX + 512 };

// A training under way.
typedef struct {
    const TrainingOptions *options;
    const Dataset *dataset;
    Pool *pool;
    FILE *log;
    Batch *batch;
    Checkpoint state;
    float *gradient;
    float *gain; // of each window of a step
    WindowList validation;
    char identity[IDENTITY_MAX];
    char *checkpoint_path, *csv_path;
    FILE *csv;
    Progress progress;
    char status[96]; // what the progress line shows
    bool shown;      // it has begun
    bool stopped;    // one of the processes was asked to stop
    double seconds;  // spent in this epoch's steps, by this process
    double rate;     // of learning, in the last step
} Training;

// ---- Paths and identity ----

// OUT.safetensors to OUT<ending>.
static char *path_beside(const char *output, const char *ending)
{
    static const char usual[] = ".safetensors";
    size_t stem = strlen(output);
    if (stem > strlen(usual) && strcmp(output + stem - strlen(usual), usual) == 0)
        stem -= strlen(usual);
    char *path = malloc(stem + strlen(ending) + 1);
    if (!path) return NULL;
    memcpy(path, output, stem);
    strcpy(path + stem, ending);
    return path;
}

char *training_checkpoint_path(const char *output)
{
    return path_beside(output, ".checkpoint");
}

char *training_table_path(const char *output)
{
    return path_beside(output, ".csv");
}

// Everything that decides the weights.
static void identify(Training *training)
{
    const TrainingOptions *o = training->options;
    char arch[ARCH_TEXT_MAX], data[HASH_TEXT], schedule[SCHEDULE_TEXT];
    arch_format(&o->arch, arch);
    dataset_fingerprint(training->dataset, data);
    schedule_describe(&o->schedule, schedule);
    snprintf(training->identity, sizeof training->identity,
             "architecture %s, activation %s, start %s, rate %.9g, window %zu, batch %d, %s, "
             "loss %s, spectral-loss %.9g, random-gain %.9g, per-clip %zu, epoch-windows %zu, seed "
             "%" PRIu32 ", data %.16s",
             arch, activation_name(o->arch.activation), LINEAR_INIT_NAME, o->rate, o->window,
             o->batch, schedule, loss_name(o->loss.kind), o->loss.spectral, o->random_gain,
             o->per_clip, o->epoch_windows, o->seed, data);
}

// ---- The table of losses ----

#define CSV_HEADER                                                                                 \
    "epoch,learning_rate,train_loss,validation_loss,validation_mse,audio_seconds,seconds\n"

bool training_is_table(const char *path)
{
    return file_begins(path, CSV_HEADER);
}

// Opens the table with the lines of the epochs that are done. A line whose checkpoint was never
// written is dropped: its epoch comes again.
static bool csv_open(Training *training, Error *error)
{
    if (!ranks_first()) return true;
    char *kept = NULL;
    size_t kept_size = 0;
    size_t size;
    unsigned char *bytes = NULL;
    Error ignored;
    if (training->options->resume)
        bytes = file_read(training->csv_path, SIZE_MAX / 2, &size, &ignored);
    if (bytes) {
        int lines = 0;
        for (size_t i = 0; i < size && lines <= training->state.epoch; i++) {
            if (bytes[i] == '\n') lines++;
            kept_size = i + 1;
        }
        kept = (char *)bytes;
    }
    FileWriter writer;
    bool good = file_create(&writer, training->csv_path, error);
    if (good) {
        if (kept)
            fwrite(kept, 1, kept_size, writer.stream);
        else
            fputs(CSV_HEADER, writer.stream);
        good = file_commit(&writer, error);
    }
    free(bytes);
    if (!good) return false;
    training->csv = fopen(training->csv_path, "a");
    return training->csv || error_set(error, "%s: %s", training->csv_path, strerror(errno));
}

static bool csv_add(Training *training, const TrainingEpoch *epoch, Error *error)
{
    if (!training->csv) return true; // not the first process
    const double audio = (double)(training->state.loss_windows * training->options->window) /
                         training->options->rate;
    fprintf(training->csv, "%d,%.6g,%.9g,%.9g,%.9g,%.1f,%.1f\n", epoch->epoch, epoch->learning_rate,
            epoch->train_loss, epoch->validation_loss, epoch->validation_mse, audio,
            training->seconds);
    return (fflush(training->csv) == 0 && !ferror(training->csv)) ||
           error_set(error, "%s: %s", training->csv_path, strerror(errno));
}

// ---- Weights ----

static bool write_weights(Training *training, Error *error)
{
    const TrainingOptions *o = training->options;
    const Checkpoint *state = &training->state;
    float mean[ARCH_CHANNELS_MAX], std[ARCH_CHANNELS_MAX];
    WindowList train, test;
    if (!dataset_windows(training->dataset, SPLIT_TRAIN, o->window, &train, error)) return false;
    if (!dataset_windows(training->dataset, SPLIT_TEST, o->window, &test, error)) {
        free(train.window);
        return false;
    }
    double test_mse;
    ModelInfo info = {
        .epochs = state->best_epoch,
        .seed = o->seed,
        .train_loss = state->best_train,
        .validation_loss = state->best_validation,
        .test_loss = batch_loss(training->batch, state->best, &test, &test_mse),
    };
    batch_statistics(training->batch, state->best, &train, mean, std, &info.level);
    free(train.window);
    free(test.window);
    snprintf(info.name, sizeof info.name, "%s", o->name);
    snprintf(info.trained_on, sizeof info.trained_on, "%s", o->trained_on);
    snprintf(info.command, sizeof info.command, "%s", o->command);
    Model *model = model_new(&o->arch, o->rate, state->best, mean, std, &info, error);
    const bool good =
        ranks_agree(model && (!ranks_first() || model_write(model, o->output, error)), error);
    model_free(model);
    if (good)
        fprintf(training->log,
                "wrote %s: epoch %d, loss %.6f on training, %.6f on validation, %.6f on test "
                "windows\n",
                o->output, info.epochs, info.train_loss, info.validation_loss, info.test_loss);
    return good;
}

// ---- One epoch ----

// The learning rate of a step of this epoch, taken at its middle.
static double step_rate(const Training *training, uint64_t step, uint64_t steps)
{
    const double at = training->state.epoch + ((double)step + 0.5) / (double)steps;
    return schedule_rate(&training->options->schedule, &training->state.schedule, at);
}

// Adam takes the square of each.
static bool squares_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i] * values[i])) return false;
    return true;
}

// The next step, with the n windows that begin at the `first` of the epoch's. Returns false, and
// takes none, where its loss or gradient is not a number.
static bool take_step(Training *training, const WindowList *windows, size_t first, int n)
{
    const TrainingOptions *o = training->options;
    Checkpoint *state = &training->state;
    for (int i = 0; i < n; i++)
        training->gain[i] = random_gain(o->random_gain, o->seed, (uint32_t)state->epoch,
                                        (uint32_t)first + (uint32_t)i);
    const double loss = batch_gradient(training->batch, state->parameters, windows->window + first,
                                       training->gain, n, training->gradient);
    if (!isfinite(loss) || !squares_finite(training->gradient, state->count)) return false;
    const AdamStep step = adam_begin(&state->adam, training->rate);
    adam_update(&state->adam, step, state->parameters, training->gradient, 0, state->count);
    state->step++;
    state->loss_sum += loss * n;
    state->loss_windows += (uint64_t)n;
    return true;
}

static void show_progress(Training *training, uint64_t steps)
{
    const Checkpoint *state = &training->state;
    const TrainingOptions *o = training->options;
    if (!training->shown) {
        const uint64_t total = (uint64_t)o->schedule.epochs * steps;
        const uint64_t done = (uint64_t)state->epoch * steps + state->step;
        progress_begin(&training->progress, stderr, training->status, total, total - done);
        training->progress.items_done = done;
        training->shown = true;
    }
    const double audio =
        (double)(training->progress.work_done * (uint64_t)o->batch) * (double)o->window / o->rate;
    snprintf(training->status, sizeof training->status,
             "epoch %d of %d, loss %.6f, %.0f s of audio a second, step", state->epoch + 1,
             o->schedule.epochs, state->loss_sum / (double)state->loss_windows,
             audio / (progress_clock() - training->progress.began));
    progress_step(&training->progress, 1);
}

// What to say of a training that can't go on; `where` is the step or the validation.
static bool say_diverged(const Training *training, const char *where, Error *error)
{
    const Checkpoint *state = &training->state;
    Error kept;
    if (state->best_epoch > 0)
        error_set(&kept, "the weights of epoch %d are kept", state->best_epoch);
    else
        error_set(&kept, "there are no weights to keep yet");
    return error_set(error,
                     "epoch %d, %s: the loss or its gradient is no longer a number; %s; lower "
                     "--learning-rate (now %g) or give it a longer --warm-up",
                     state->epoch + 1, where, kept.text, training->rate);
}

// Does what is left of the epoch's steps. Ends early, with no error, where *stop is true.
static bool run_steps(Training *training, const volatile sig_atomic_t *stop, Error *error)
{
    const TrainingOptions *o = training->options;
    Checkpoint *state = &training->state;
    WindowList windows;
    const bool listed = dataset_epoch(training->dataset, o->window, o->seed, (uint32_t)state->epoch,
                                      o->per_clip, o->epoch_windows, &windows, error);
    if (!ranks_agree(listed, error)) return false;
    const uint64_t size = (uint64_t)o->batch, steps = (windows.count + size - 1) / size;
    const double started = progress_clock();
    bool good = true;
    training->rate = step_rate(training, steps - 1, steps); // where none is left to take
    while (good && state->step < steps && !(training->stopped = ranks_any(*stop))) {
        const uint64_t first = state->step * size, left = windows.count - first;
        training->rate = step_rate(training, state->step, steps);
        good = take_step(training, &windows, first, (int)(left < size ? left : size));
        if (good) show_progress(training, steps);
    }
    training->seconds += progress_clock() - started;
    free(windows.window);
    if (good) return true;
    char where[32];
    snprintf(where, sizeof where, "step %" PRIu64, state->step + 1);
    return say_diverged(training, where, error);
}

// The log's line, the table's, and the observer.
static bool tell_epoch(Training *training, const TrainingEpoch *epoch, bool better, Error *error)
{
    const TrainingOptions *o = training->options;
    progress_clear(&training->progress);
    fprintf(training->log, "epoch %d: loss %.6f on training, %.6f on validation%s", epoch->epoch,
            epoch->train_loss, epoch->validation_loss, better ? " (best)" : "");
    if (epoch->validation_loss != epoch->validation_mse)
        fprintf(training->log, ", MSE %.6f", epoch->validation_mse);
    fprintf(training->log, ", rate %.3g, %.0f s\n", epoch->learning_rate, training->seconds);
    fflush(training->log);
    return csv_add(training, epoch, error) &&
           (!o->observer || o->observer(o->observer_data, epoch, error));
}

static bool keep_state(const Training *training, Error *error)
{
    return ranks_agree(!ranks_first() || checkpoint_write(&training->state, training->identity,
                                                          training->checkpoint_path, error),
                       error);
}

static bool end_epoch(Training *training, Error *error)
{
    Checkpoint *state = &training->state;
    TrainingEpoch epoch = {
        .epoch = state->epoch + 1,
        .train_loss = state->loss_sum / (double)state->loss_windows,
        .learning_rate = training->rate,
        .parameters = state->parameters,
    };
    epoch.validation_loss = batch_loss(training->batch, state->parameters, &training->validation,
                                       &epoch.validation_mse);
    if (!isfinite(epoch.validation_loss)) return say_diverged(training, "validation", error);
    const bool better = state->best_epoch == 0 || epoch.validation_loss < state->best_validation;
    if (better) {
        memcpy(state->best, state->parameters, state->count * sizeof(float));
        state->best_epoch = epoch.epoch;
        state->best_validation = epoch.validation_loss;
        state->best_train = epoch.train_loss;
    }
    const bool told = tell_epoch(training, &epoch, better, error);
    schedule_follow(&training->options->schedule, &state->schedule, state->epoch,
                    epoch.validation_loss);
    state->epoch++;
    state->step = 0;
    state->loss_sum = 0.0;
    state->loss_windows = 0;
    training->seconds = 0.0;
    return ranks_agree(told, error) && keep_state(training, error);
}

// ---- The whole ----

// False where this process was called with other settings than the first, or sees other music.
static bool same_training(const Training *training, Error *error)
{
    char first[IDENTITY_MAX];
    memcpy(first, training->identity, sizeof first);
    ranks_copy(first, sizeof first);
    return strcmp(first, training->identity) == 0 ||
           error_set(error, "the processes do not have the same music or settings");
}

static bool training_start(Training *training, Error *error)
{
    const TrainingOptions *o = training->options;
    Checkpoint *state = &training->state;
    identify(training);
    training->checkpoint_path = training_checkpoint_path(o->output);
    training->csv_path = training_table_path(o->output);
    training->batch =
        batch_new(&o->arch, o->window, o->batch, &o->loss, training->dataset, training->pool);
    training->gradient = malloc(arch_parameters(&o->arch) * sizeof(float));
    training->gain = malloc((size_t)o->batch * sizeof(float));
    if (!training->checkpoint_path || !training->csv_path || !training->batch ||
        !training->gradient || !training->gain)
        return error_set(error, "out of memory");
    if (!dataset_windows(training->dataset, SPLIT_VALIDATION, o->window, &training->validation,
                         error) ||
        !checkpoint_init(state, &o->arch, error))
        return false;
    if (o->resume) {
        if (ranks_first() &&
            !checkpoint_read(state, training->identity, training->checkpoint_path, error))
            return false;
    } else {
        initialize_parameters(&o->arch, o->seed, state->parameters);
    }
    return csv_open(training, error);
}

static void training_end(Training *training)
{
    if (training->shown) progress_end(&training->progress);
    if (training->csv) fclose(training->csv);
    batch_free(training->batch);
    checkpoint_free(&training->state);
    free(training->gradient);
    free(training->gain);
    free(training->validation.window);
    free(training->checkpoint_path);
    free(training->csv_path);
}

static TrainingEnd stop_here(Training *training, Error *error)
{
    progress_clear(&training->progress);
    if (!keep_state(training, error)) return TRAINING_FAILED;
    if (training->state.best_epoch > 0 && !write_weights(training, error)) return TRAINING_FAILED;
    return TRAINING_STOPPED;
}

// The best weights before the trouble are worth keeping; the trouble's message stays.
static TrainingEnd fail_here(Training *training)
{
    Error other;
    progress_clear(&training->progress);
    if (training->state.best_epoch > 0) write_weights(training, &other);
    return TRAINING_FAILED;
}

static TrainingEnd run_epochs(Training *training, const volatile sig_atomic_t *stop, Error *error)
{
    Checkpoint *state = &training->state;
    while (state->epoch < training->options->schedule.epochs && !state->schedule.finished) {
        if (!run_steps(training, stop, error)) return fail_here(training);
        if (training->stopped) return stop_here(training, error);
        if (!end_epoch(training, error)) return fail_here(training);
    }
    if (!write_weights(training, error)) return TRAINING_FAILED;
    if (ranks_first()) unlink(training->checkpoint_path);
    return TRAINING_DONE;
}

TrainingEnd training_run(const TrainingOptions *options, const Dataset *dataset, Pool *pool,
                         const volatile sig_atomic_t *stop, FILE *log, Error *error)
{
    Training training = {.options = options, .dataset = dataset, .pool = pool, .log = log};
    const bool started = training_start(&training, error);
    const bool same = same_training(&training, error);
    TrainingEnd end = TRAINING_FAILED;
    if (ranks_agree(started && same, error)) {
        checkpoint_copy(&training.state);
        end = run_epochs(&training, stop, error);
    }
    training_end(&training);
    return end;
}
