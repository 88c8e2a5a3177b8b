#include "training/training.h"

#include "analysis/level_pca.h"
#include "base/progress.h"
#include "base/ranks.h"
#include "network/epochs.h"
#include "network/initialize.h"
#include "training/batch.h"
#include "training/checkpoint.h"
#include "training/listening_page.h"
#include "training/loss_table.h"
#include "training/music_list.h"
#include "training/start_weights.h"
#include "training/training_identity.h"
#include "training/training_paths.h"
#include "training/training_weights.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_WINDOWS = 512 }; // that weights are measured on before the training ends

// A training under way.
typedef struct {
    const TrainingOptions *options;
    const Dataset *dataset;
    Pool *pool;
    FILE *log;
    const volatile sig_atomic_t *stop;
    Batch *batch;
    Checkpoint state;
    float *gradient;
    LevelCache cache;   // of a spectrum
    LevelPca levels;    // of a spectrum
    WindowList windows; // of the epoch
    WindowList validation;
    char identity[TRAINING_IDENTITY];
    char *checkpoint_path;
    json_t *music; // its files
    LossTable table;
    Progress progress;
    char status[96]; // shown by the progress line
    bool shown;      // it has begun
    bool page;       // is written
    double rate;     // learning rate of the last step
} Training;

// ---- Steps ----

// Returns the learning rate of a step of this epoch, taken at its middle.
static double step_rate(const Training *training, uint64_t step, uint64_t steps)
{
    const double at = training->state.epoch + ((double)step + 0.5) / (double)steps;
    return schedule_rate(&training->options->schedule, &training->state.schedule, at);
}

// Returns true if Adam can square them all.
static bool squares_finite(const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i] * values[i])) return false;
    return true;
}

// Takes a step with the n windows from `first` of the epoch's on. Returns false, and takes none,
// when its loss or gradient is not finite.
static bool take_step(Training *training, size_t first, int n)
{
    Checkpoint *state = &training->state;
    const double loss = batch_gradient(training->batch, state->parameters, &training->windows,
                                       first, n, (uint32_t)state->epoch, training->gradient);
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
        const uint64_t total = o->steps > 0 ? o->steps : (uint64_t)o->schedule.epochs * steps;
        const uint64_t done = (uint64_t)state->epoch * steps + state->step - 1;
        progress_begin(&training->progress, stderr, training->status, total, total - done);
        training->progress.items_done = done;
        training->progress.after = (double)o->runs_after;
        training->shown = true;
    }
    const double audio =
        (double)(training->progress.work_done * (uint64_t)o->batch) * (double)o->window / o->rate;
    snprintf(training->status, sizeof training->status,
             "epoch %d of %d, loss %.5f, %.0f x real time, step", state->epoch + 1,
             o->schedule.epochs, state->loss_sum / (double)state->loss_windows,
             audio / (progress_clock() - training->progress.began));
    progress_step(&training->progress, 1);
}

// Sets the message of a training that cannot go on; `where` names the step or the validation.
static bool report_divergence(const Training *training, const char *where, Error *error)
{
    const Checkpoint *state = &training->state;
    Error kept;
    if (state->best_epoch > 0)
        error_set(&kept, "the weights of epoch %d are kept", state->best_epoch);
    else
        error_set(&kept, "no weights can be kept yet");
    return error_set(error,
                     "epoch %d, %s: the loss or its gradient is no longer a finite number; %s; use "
                     "a lower --learning-rate (now %g) or a longer --warm-up",
                     state->epoch + 1, where, kept.text, training->rate);
}

// ---- The loop's functions, see epochs.h ----

// Returns the steps of an epoch of a training by steps; epochs differ by at most one.
static size_t epoch_steps(const TrainingOptions *o, int epoch)
{
    const size_t epochs = (size_t)o->schedule.epochs, at = (size_t)epoch;
    return (at + 1) * o->steps / epochs - at * o->steps / epochs;
}

static bool begin_epoch(void *data, int epoch, uint64_t *steps, Error *error)
{
    Training *training = data;
    const TrainingOptions *o = training->options;
    const size_t count = epoch_steps(o, epoch) * (size_t)o->batch;
    const bool listed =
        o->steps > 0 ? dataset_steps(training->dataset, o->window, o->seed, (uint32_t)epoch, count,
                                     &training->windows, error)
                     : dataset_epoch(training->dataset, o->window, o->seed, (uint32_t)epoch,
                                     o->per_clip, o->epoch_windows, &training->windows, error);
    if (!ranks_agree(listed, error)) return false;
    *steps = (training->windows.count + (uint64_t)o->batch - 1) / (uint64_t)o->batch;
    training->rate = step_rate(training, *steps - 1, *steps); // if no step is left to take
    return true;
}

static bool run_step(void *data, int epoch, uint64_t step, uint64_t steps, Error *error)
{
    (void)epoch;
    Training *training = data;
    const double started = progress_clock();
    const uint64_t size = (uint64_t)training->options->batch, first = step * size;
    const uint64_t left = training->windows.count - first;
    training->rate = step_rate(training, step, steps);
    const bool ok = take_step(training, first, (int)(left < size ? left : size));
    training->state.seconds += progress_clock() - started;
    if (ok) {
        show_progress(training, steps);
        return true;
    }
    char where[32];
    snprintf(where, sizeof where, "step %" PRIu64, step + 1);
    return report_divergence(training, where, error);
}

// Writes the epoch's line to the log and the table, and calls the observer.
static bool log_epoch(Training *training, const TrainingEpoch *epoch, bool better, Error *error)
{
    const TrainingOptions *o = training->options;
    const double audio = (double)(training->state.loss_windows * o->window) / o->rate;
    progress_clear(&training->progress);
    fprintf(training->log, "epoch %d: loss %.6f on training, %.6f on validation%s", epoch->epoch,
            epoch->train_loss, epoch->validation_loss, better ? " (best)" : "");
    if (epoch->validation_loss != epoch->validation_mse)
        fprintf(training->log, ", MSE %.6f", epoch->validation_mse);
    fprintf(training->log, ", rate %.3g, %.0f s\n", epoch->learning_rate, training->state.seconds);
    fflush(training->log);
    return loss_table_add(&training->table, epoch, audio, training->state.seconds, error) &&
           (!o->observer || o->observer(o->observer_data, epoch, error));
}

static bool save_checkpoint(const Training *training, Error *error)
{
    return ranks_agree(!ranks_first() ||
                           checkpoint_write(&training->state, training->identity, training->music,
                                            training->checkpoint_path, error),
                       error);
}

static void free_windows(WindowList *list)
{
    free(list->window);
    *list = (WindowList){0};
}

// Writes the page of the weights file. A training goes on without it.
static void write_page(Training *training, bool ended)
{
    Error error;
    if (!training->page || !ranks_first()) return;
    training->page = listening_page_write(training->options, training->dataset, ended, &error);
    if (training->page) return;
    progress_clear(&training->progress);
    fprintf(training->log, "no page to hear the model by: %s\n", error.text);
}

// Writes the best weights so far and their page: while the training goes on, measured on few
// windows.
static bool write_weights(Training *training, bool ended, Error *error)
{
    const TrainingOptions *o = training->options;
    const size_t most = !ended ? FIRST_WINDOWS : o->steps > 0 ? TRAINING_STATISTICS_WINDOWS : 0;
    if (!training_write_weights(o, training->dataset, training->batch, &training->levels,
                                &training->state, most, ended ? training->log : NULL, error))
        return false;
    write_page(training, ended);
    return true;
}

static bool end_epoch(void *data, int at, Error *error)
{
    Training *training = data;
    Checkpoint *state = &training->state;
    TrainingEpoch epoch = {
        .epoch = at + 1,
        .train_loss = state->loss_sum / (double)state->loss_windows,
        .learning_rate = training->rate,
        .parameters = state->parameters,
        .band_mean = training->levels.band_mean,
    };
    free_windows(&training->windows);
    epoch.validation_loss = batch_loss(training->batch, state->parameters, &training->validation,
                                       &epoch.validation_mse);
    if (!isfinite(epoch.validation_loss)) return report_divergence(training, "validation", error);
    const bool better = state->best_epoch == 0 || epoch.validation_loss < state->best_validation;
    if (better) {
        memcpy(state->best, state->parameters, state->count * sizeof(float));
        state->best_epoch = epoch.epoch;
        state->best_validation = epoch.validation_loss;
        state->best_train = epoch.train_loss;
    }
    const bool logged = log_epoch(training, &epoch, better, error);
    schedule_follow(&training->options->schedule, &state->schedule, at, epoch.validation_loss);
    state->epoch++;
    state->step = 0;
    state->loss_sum = 0.0;
    state->loss_windows = 0;
    state->seconds = 0.0;
    // The weights after the checkpoint: without it they would be those of a finished training.
    return ranks_agree(logged, error) && save_checkpoint(training, error) &&
           (!better || write_weights(training, false, error));
}

static bool is_stopped(void *data)
{
    const Training *training = data;
    return ranks_any(*training->stop);
}

static bool is_finished(void *data)
{
    const Training *training = data;
    return training->state.schedule.finished;
}

// ---- The whole ----

// Reads the last state of a finished training, by the options that it had.
static bool read_finished(Training *training, Error *error)
{
    const TrainingOptions *o = training->options;
    char identity[TRAINING_IDENTITY];
    if (!ranks_first()) return true;
    char *path = training_finished_path(o->output);
    if (!path) return error_out_of_memory(error);
    training_identity(o->finished, training->dataset, identity);
    const bool ok = checkpoint_read(&training->state, identity, training->music, path, error);
    free(path);
    return ok;
}

// Says how a finished training goes on.
static void log_resumption(const Training *training)
{
    const Schedule *schedule = &training->options->schedule;
    if (!training->options->finished) return;
    fprintf(training->log, "resumes after epoch %d", training->state.epoch);
    if (schedule->resumed > 0)
        fprintf(training->log,
                ": the learning rate rises to %.3g and falls to 0 again; this is not the training "
                "that %d epochs without a break would be",
                SCHEDULE_RESUMED * schedule->learning_rate, schedule->epochs);
    fputc('\n', training->log);
}

// Keeps the last state of the training, from which it can go on.
static void keep_finished(const Training *training)
{
    char *path = training_finished_path(training->options->output);
    if (!path || rename(training->checkpoint_path, path) != 0) unlink(training->checkpoint_path);
    free(path);
}

// Reads the checkpoint, or sets the initial weights.
static bool set_state(Training *training, Error *error)
{
    const TrainingOptions *o = training->options;
    Checkpoint *state = &training->state;
    if (!checkpoint_init(state, &o->arch, error)) return false;
    if (o->finished) return read_finished(training, error);
    if (o->resume)
        return !ranks_first() || checkpoint_read(state, training->identity, training->music,
                                                 training->checkpoint_path, error);
    if (o->from)
        return start_weights_take(o->from, training->levels.band_mean, state->parameters, error);
    initialize_parameters(&o->arch, o->seed, state->parameters);
    if (training->levels.axis)
        linear_init_axes(&o->arch, o->init, training->levels.axis, state->parameters);
    return true;
}

// Analyses the music of a spectral training once.
static bool measure_levels(Training *training, Error *error)
{
    const TrainingOptions *o = training->options;
    level_cache_fill(&training->cache, &o->arch, o->rate, training->dataset, training->pool);
    const FrameReaderSetup frames = {&o->arch, o->rate, o->window, NULL, &training->cache};
    return level_pca_fit(&training->levels, &frames, training->dataset, training->pool, error);
}

static bool training_begin(Training *training, Error *error)
{
    const TrainingOptions *o = training->options;
    training_identity(o, training->dataset, training->identity);
    if (o->arch.front.kind == FRONT_SPECTRUM && !measure_levels(training, error)) return false;
    training->music = music_list_make(training->dataset);
    training->checkpoint_path = training_checkpoint_path(o->output);
    training->batch = batch_new(o, training->levels.band_mean, &training->cache, training->dataset,
                                training->pool);
    training->gradient = malloc(arch_parameters(&o->arch) * sizeof(float));
    if (!training->music || !training->checkpoint_path || !training->batch || !training->gradient)
        return error_out_of_memory(error);
    if (!dataset_windows(training->dataset, SPLIT_VALIDATION, o->window, &training->validation,
                         error))
        return false;
    if (o->steps > 0) windows_thin(&training->validation, TRAINING_VALIDATION_WINDOWS);
    return set_state(training, error) &&
           loss_table_open(&training->table, o->output, training->state.epoch, error);
}

static void training_end(Training *training)
{
    if (training->shown) progress_end(&training->progress);
    loss_table_close(&training->table);
    batch_free(training->batch);
    checkpoint_free(&training->state);
    level_pca_free(&training->levels);
    level_cache_free(&training->cache);
    free(training->gradient);
    free(training->windows.window);
    free(training->validation.window);
    json_decref(training->music);
    free(training->checkpoint_path);
}

static TrainingEnd finish_interrupted(Training *training, Error *error)
{
    progress_clear(&training->progress);
    if (!save_checkpoint(training, error)) return TRAINING_FAILED;
    fprintf(training->log,
            "saved; measuring the best weights, which can be skipped: again Ctrl-C\n");
    fflush(training->log);
    if (training->state.best_epoch > 0 && !write_weights(training, true, error))
        return TRAINING_FAILED;
    return TRAINING_STOPPED;
}

// Writes the best weights before the failure; the failure's message stays.
static TrainingEnd finish_failed(Training *training)
{
    Error other;
    progress_clear(&training->progress);
    if (training->state.best_epoch > 0) write_weights(training, true, &other);
    return TRAINING_FAILED;
}

// Writes to the log what a spectral network has to beat.
static void log_baseline(Training *training)
{
    if (!training->levels.axis) return;
    const double loss = batch_axes_loss(training->batch, &training->levels, &training->validation);
    const Corruption *corruption = &training->options->corruption;
    fprintf(training->log, "principal components of as many values: loss %.6f on validation%s\n",
            loss,
            corruption->equaliser > 0.0 || corruption->floor_low > 0.0
                ? ", which is not corrupted for them"
                : "");
    fflush(training->log);
}

static TrainingEnd run_epochs(Training *training, Error *error)
{
    const EpochLoop loop = {training, begin_epoch, run_step, end_epoch, is_stopped, is_finished};
    const Checkpoint *state = &training->state;
    const int epochs = training->options->schedule.epochs;
    switch (epochs_run(&loop, state->epoch, state->step, epochs, error)) {
    case EPOCHS_STOPPED: return finish_interrupted(training, error);
    case EPOCHS_FAILED: return finish_failed(training);
    case EPOCHS_DONE: break;
    }
    if (!write_weights(training, true, error)) return TRAINING_FAILED;
    if (ranks_first()) keep_finished(training);
    return TRAINING_DONE;
}

TrainingEnd training_run(const TrainingOptions *options, const Dataset *dataset, Pool *pool,
                         const volatile sig_atomic_t *stop, FILE *log, Error *error)
{
    Training training = {.options = options,
                         .dataset = dataset,
                         .pool = pool,
                         .log = log,
                         .stop = stop,
                         .page = options->page};
    const bool begun = training_begin(&training, error);
    Error other;
    const bool shared = training_identity_shared(training.identity, begun ? error : &other);
    TrainingEnd end = TRAINING_FAILED;
    if (ranks_agree(begun && shared, error)) {
        checkpoint_copy(&training.state);
        log_resumption(&training);
        log_baseline(&training);
        end = run_epochs(&training, error);
    }
    training_end(&training);
    return end;
}
