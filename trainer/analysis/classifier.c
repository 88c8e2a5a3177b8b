#include "analysis/classifier.h"

#include "base/progress.h"
#include "math/random.h"
#include "network/adam.h"
#include "network/epochs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    STREAM_ORDER = 0x4f524452, // of random numbers, for the order of the clips
    SCORE_BATCH = 32,          // clips that are classified at a time; does not change the result
};

// ---- Batches ----

// A batch of a set's clips as the network reads it.
typedef struct {
    M5 *m5;
    const LatentSet *set;
    const float **input;    // [size]
    int *class;             // [size]
    float *log_probability; // [size][classes]
    size_t size;
} ClipBatch;

static bool batch_init(ClipBatch *batch, const M5Shape *shape, const LatentSet *set, size_t size,
                       Pool *pool, Error *error)
{
    *batch = (ClipBatch){
        .m5 = m5_new(shape, set->frames, size, pool, error),
        .set = set,
        .input = calloc(size, sizeof(float *)),
        .class = calloc(size, sizeof(int)),
        .log_probability = calloc(size * shape->classes, sizeof(float)),
        .size = size,
    };
    if (!batch->m5) return false;
    return (batch->input && batch->class && batch->log_probability) || error_out_of_memory(error);
}

static void batch_free(ClipBatch *batch)
{
    m5_free(batch->m5);
    free(batch->input);
    free(batch->class);
    free(batch->log_probability);
}

// Fills the batch from clip[at] on; returns the number of clips.
static size_t batch_fill(ClipBatch *batch, const size_t *clip, size_t clips, size_t at)
{
    const size_t n = clips - at < batch->size ? clips - at : batch->size;
    for (size_t i = 0; i < n; i++) {
        batch->input[i] = batch->set->clip[clip[at + i]].values;
        batch->class[i] = batch->set->clip[clip[at + i]].genre;
    }
    return n;
}

static ClassifierScore score_clips(ClipBatch *batch, const M5Weights *weights, const size_t *clip,
                                   size_t clips, int *genre)
{
    const size_t classes = weights->shape.classes;
    ClassifierScore score = {.clips = clips};
    for (size_t at = 0, n = 0; at < clips; at += n) {
        n = batch_fill(batch, clip, clips, at);
        m5_classify(batch->m5, weights, batch->input, n, batch->log_probability);
        for (size_t i = 0; i < n; i++) {
            const float *log_probability = batch->log_probability + i * classes;
            const int guess = (int)m5_argmax(log_probability, classes);
            score.loss -= (double)log_probability[batch->class[i]] / (double)clips;
            score.accuracy += (guess == batch->class[i]) / (double)clips;
            if (genre) genre[at + i] = guess;
        }
    }
    return score;
}

bool classifier_score(ClassifierScore *score, const M5Weights *weights, const LatentSet *set,
                      const size_t *clip, size_t clips, int *genre, Pool *pool, Error *error)
{
    ClipBatch batch;
    const bool ok = batch_init(&batch, &weights->shape, set, SCORE_BATCH, pool, error);
    if (ok) *score = score_clips(&batch, weights, clip, clips, genre);
    batch_free(&batch);
    return ok;
}

// ---- Training ----

typedef struct {
    const ClassifierOptions *options;
    ClipBatch batch;
    M5Weights weights, *best;
    Adam adam;
    float *gradient;
    size_t *train, *validation; // indices of set->clip
    size_t train_clips, validation_clips;
    ClassifierScore score, best_score; // of the epoch's training clips; of best's validation clips
    size_t correct;                    // of the epoch's training clips
    ClassifierListener *listener;
    void *listener_data;
    Progress progress;
    char status[64]; // shown by the progress line
} Training;

static bool training_init(Training *training, const LatentSet *set, Pool *pool, Error *error)
{
    const ClassifierOptions *o = training->options;
    const M5Shape shape = {set->channels, o->width, set->genres};
    training->train = latent_set_choose(set, SPLIT_TRAIN, &training->train_clips, error);
    training->validation =
        latent_set_choose(set, SPLIT_VALIDATION, &training->validation_clips, error);
    if (!training->train || !training->validation) return false;
    if (training->train_clips == 0 || training->validation_clips == 0)
        return error_set(error,
                         "%zu clips with a genre for training and %zu for validation; at least 1 "
                         "of each is needed",
                         training->train_clips, training->validation_clips);
    if (!m5_weights_init(&training->weights, &shape, error) ||
        !m5_weights_init(training->best, &shape, error) ||
        !batch_init(&training->batch, &shape, set, o->batch, pool, error))
        return false;
    const size_t n = training->weights.count;
    training->gradient = calloc(n, sizeof(float));
    training->adam.first = calloc(n, sizeof(float));
    training->adam.second = calloc(n, sizeof(float));
    m5_weights_init_random(&training->weights, o->seed);
    return (training->gradient && training->adam.first && training->adam.second) ||
           error_out_of_memory(error);
}

static void training_free(Training *training)
{
    batch_free(&training->batch);
    m5_weights_free(&training->weights);
    free(training->gradient);
    free(training->adam.first);
    free(training->adam.second);
    free(training->train);
    free(training->validation);
}

// ---- The loop's functions, see epochs.h ----

static bool begin_epoch(void *data, int epoch, uint64_t *steps, Error *error)
{
    (void)error;
    Training *training = data;
    const RandomKey key = {.seed = training->options->seed, .stream = STREAM_ORDER};
    const size_t clips = training->train_clips, batch = training->batch.size;
    size_t *clip = training->train;
    for (size_t i = clips - 1; i > 0; i--) { // Fisher and Yates's shuffle
        const uint64_t index = (uint64_t)epoch * clips + i;
        const size_t j = (size_t)random_below(key, index, i + 1);
        const size_t kept = clip[i];
        clip[i] = clip[j];
        clip[j] = kept;
    }
    *steps = (clips + batch - 1) / batch;
    training->score = (ClassifierScore){.clips = clips};
    training->correct = 0;
    snprintf(training->status, sizeof training->status, "epoch %d of %d, clip", epoch + 1,
             training->options->schedule.epochs);
    return true;
}

static bool run_step(void *data, int epoch, uint64_t step, uint64_t steps, Error *error)
{
    (void)steps;
    Training *training = data;
    const ClassifierOptions *o = training->options;
    const ScheduleState state = {0}; // of the plateau schedule, which the classifier does not have
    const size_t clips = training->train_clips, at = step * training->batch.size;
    ClipBatch *batch = &training->batch;
    M5Weights *weights = &training->weights;
    const size_t n = batch_fill(batch, training->train, clips, at);
    const double loss = m5_gradient(batch->m5, weights, batch->input, batch->class, n,
                                    training->gradient, &training->correct);
    if (!isfinite(loss))
        return error_set(error,
                         "epoch %d: the loss is no longer a finite number; use a lower "
                         "--learning-rate (now %g)",
                         epoch + 1, o->schedule.learning_rate);
    for (size_t i = 0; i < weights->count; i++)
        training->gradient[i] += (float)o->weight_decay * weights->parameters[i];
    const double rate = schedule_rate(&o->schedule, &state, epoch + (double)at / (double)clips);
    adam_update(&training->adam, adam_begin(&training->adam, rate), weights->parameters,
                training->gradient, 0, weights->count);
    training->score.loss += loss * (double)n / (double)clips;
    progress_reach(&training->progress, (uint64_t)epoch * clips + at + n);
    return true;
}

static bool is_better(const ClassifierScore *a, const ClassifierScore *b)
{
    return a->accuracy > b->accuracy || (a->accuracy == b->accuracy && a->loss < b->loss);
}

static bool end_epoch(void *data, int at, Error *error)
{
    Training *training = data;
    training->score.accuracy = (double)training->correct / (double)training->train_clips;
    ClassifierEpoch epoch = {
        .epoch = at + 1,
        .train = training->score,
        .validation = score_clips(&training->batch, &training->weights, training->validation,
                                  training->validation_clips, NULL),
    };
    if (at == 0 || is_better(&epoch.validation, &training->best_score)) {
        training->best_score = epoch.validation;
        m5_weights_copy(training->best, &training->weights);
        epoch.best = training->best;
    }
    progress_clear(&training->progress);
    return training->listener(training->listener_data, &epoch, error);
}

bool classifier_train(M5Weights *best, const ClassifierOptions *options, const LatentSet *set,
                      Pool *pool, ClassifierListener *listener, void *data, Error *error)
{
    Training training = {
        .options = options, .best = best, .listener = listener, .listener_data = data};
    const EpochLoop loop = {&training, begin_epoch, run_step, end_epoch, NULL, NULL};
    *best = (M5Weights){0};
    bool ok = training_init(&training, set, pool, error);
    if (ok) {
        const uint64_t work = (uint64_t)options->schedule.epochs * training.train_clips;
        progress_begin(&training.progress, stderr, training.status, work, work);
        ok = epochs_run(&loop, 0, 0, options->schedule.epochs, error) == EPOCHS_DONE;
        progress_end(&training.progress);
    }
    training_free(&training);
    return ok;
}
