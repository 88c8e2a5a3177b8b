#include "training/step_plan.h"

#include "base/progress.h"
#include "base/ranks.h"
#include "network/initialize.h"
#include "training/batch.h"

#include <math.h>
#include <stdlib.h>

#define STEP_SECONDS 3.0 // that steps are measured
#define LOSS_SECONDS 0.5 // and losses
#define STEPS_MAX    1e9
#define RESERVE      0.95 // of the time: the machine may be slower later

// What is measured, on an excerpt of the music.
typedef struct {
    const TrainingOptions *options;
    Dataset excerpt;
    Clip clip;
    LevelCache cache;
    WindowList windows;
    Batch *batch;
    float *parameters, *gradient, *band_mean;
    double analysis, step, loss; // seconds for a sample's levels, a step, a window's loss
} Measurement;

// The longest clip, at most as long as a batch of windows.
static void choose_excerpt(Measurement *m, const Dataset *dataset)
{
    size_t longest = 0;
    for (size_t i = 1; i < dataset->clips; i++)
        if (dataset->clip[i].samples > dataset->clip[longest].samples) longest = i;
    const size_t most = (size_t)m->options->batch * m->options->window;
    m->clip = dataset->clip[longest];
    if (m->clip.samples > most) m->clip.samples = most;
    m->excerpt = *dataset;
    m->excerpt.clip = &m->clip;
    m->excerpt.clips = 1;
    m->excerpt.split_shared = true;
}

static bool prepare(Measurement *m, Pool *pool, Error *error)
{
    const TrainingOptions *o = m->options;
    const size_t parameters = arch_parameters(&o->arch);
    if (o->arch.front.kind == FRONT_SPECTRUM) {
        const double began = progress_clock();
        level_cache_fill(&m->cache, &o->arch, o->rate, &m->excerpt, pool);
        m->analysis = (progress_clock() - began) / (double)m->clip.samples;
    }
    m->parameters = malloc(parameters * sizeof(float));
    m->gradient = malloc(parameters * sizeof(float));
    m->band_mean = calloc((size_t)arch_inputs(&o->arch), sizeof(float));
    m->batch = batch_new(o, m->band_mean, &m->cache, &m->excerpt, pool);
    if (!m->parameters || !m->gradient || !m->band_mean || !m->batch)
        return error_out_of_memory(error);
    initialize_parameters(&o->arch, o->seed, m->parameters);
    return dataset_steps(&m->excerpt, o->window, o->seed, 0, (size_t)o->batch, &m->windows, error);
}

// Returns the seconds of one step, or of a batch's losses, as a mean over `seconds` of them.
static double measure(const Measurement *m, bool steps, double seconds)
{
    const double began = progress_clock();
    int count = 0;
    double mse;
    do {
        if (steps)
            batch_gradient(m->batch, m->parameters, &m->windows, 0, m->options->batch,
                           (uint32_t)count, m->gradient);
        else
            batch_loss(m->batch, m->parameters, &m->windows, &mse);
        count++;
    } while (!ranks_any(progress_clock() - began >= seconds));
    return (progress_clock() - began) / count;
}

// Windows of a split that the training measures; see training_options.h.
static double windows_of(const TrainingOptions *o, const Dataset *dataset, Split split, size_t most)
{
    double windows = 0.0;
    for (size_t i = 0; i < dataset->clips; i++)
        if (dataset_in_split(dataset, i, split))
            windows += ceil((double)dataset->clip[i].samples / (double)o->window);
    return fmin(windows, (double)most);
}

// The seconds of all that is not a step.
static double fixed_seconds(const Measurement *m, const Dataset *dataset)
{
    const TrainingOptions *o = m->options;
    double samples = 0.0;
    for (size_t i = 0; i < dataset->clips; i++) samples += (double)dataset->clip[i].samples;
    const double validation = windows_of(o, dataset, SPLIT_VALIDATION, TRAINING_VALIDATION_WINDOWS);
    const double last = windows_of(o, dataset, SPLIT_TRAIN, TRAINING_STATISTICS_WINDOWS) +
                        windows_of(o, dataset, SPLIT_TEST, TRAINING_STATISTICS_WINDOWS);
    return samples * m->analysis + m->loss * (validation * (1 + o->schedule.epochs) + last);
}

bool step_plan(const TrainingOptions *options, const Dataset *dataset, Pool *pool, double seconds,
               size_t *steps, Error *error)
{
    const double began = progress_clock();
    Measurement m = {.options = options};
    choose_excerpt(&m, dataset);
    const bool ok = ranks_agree(prepare(&m, pool, error), error);
    if (ok) {
        measure(&m, true, 0.0); // the first is slower
        m.step = measure(&m, true, STEP_SECONDS);
        m.loss = measure(&m, false, LOSS_SECONDS) / options->batch;
        const double left =
            RESERVE * seconds - (progress_clock() - began) - fixed_seconds(&m, dataset);
        const double epochs = options->schedule.epochs;
        *steps =
            (size_t)(epochs * fmin(STEPS_MAX / epochs, fmax(1.0, floor(left / m.step / epochs))));
        ranks_copy(steps, sizeof *steps);
    }
    batch_free(m.batch);
    level_cache_free(&m.cache);
    free(m.windows.window);
    free(m.parameters);
    free(m.gradient);
    free(m.band_mean);
    return ok;
}
