#include "training/training_weights.h"

#include "base/ranks.h"
#include "model/model.h"

#include <stdlib.h>

static ModelInfo model_info(const TrainingOptions *options, const Checkpoint *state)
{
    ModelInfo info = {
        .epochs = state->best_epoch,
        .seed = options->seed,
        .train_loss = state->best_train,
        .validation_loss = state->best_validation,
    };
    snprintf(info.name, sizeof info.name, "%s", options->name);
    snprintf(info.trained_on, sizeof info.trained_on, "%s", options->trained_on);
    snprintf(info.command, sizeof info.command, "%s", options->command);
    return info;
}

bool training_write_weights(const TrainingOptions *options, const Dataset *dataset, Batch *batch,
                            const Checkpoint *state, FILE *log, Error *error)
{
    const size_t window = options->window;
    float mean[ARCH_CHANNELS_MAX], std[ARCH_CHANNELS_MAX];
    WindowList train, test;
    if (!dataset_windows(dataset, SPLIT_TRAIN, window, &train, error)) return false;
    if (!dataset_windows(dataset, SPLIT_TEST, window, &test, error)) {
        free(train.window);
        return false;
    }
    ModelInfo info = model_info(options, state);
    double test_mse;
    info.test_loss = batch_loss(batch, state->best, &test, &test_mse);
    batch_statistics(batch, state->best, &train, mean, std, &info.level);
    free(train.window);
    free(test.window);
    Model *model = model_new(&options->arch, options->rate, state->best,
                             &(ModelStatistics){.mean = mean, .std = std}, &info, error);
    const bool ok =
        ranks_agree(model && (!ranks_first() || model_write(model, options->output, error)), error);
    model_free(model);
    if (ok)
        fprintf(log,
                "wrote %s: epoch %d, loss %.6f on training, %.6f on validation, %.6f on test "
                "windows\n",
                options->output, info.epochs, info.train_loss, info.validation_loss,
                info.test_loss);
    return ok;
}
