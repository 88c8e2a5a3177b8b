#include "training/training_weights.h"

#include "analysis/principal_axes.h"
#include "base/ranks.h"
#include "model/model.h"
#include "training/latent_statistics.h"

#include <math.h>
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
    if (options->author) snprintf(info.author, sizeof info.author, "%s", options->author);
    if (options->licence) snprintf(info.licence, sizeof info.licence, "%s", options->licence);
    snprintf(info.command, sizeof info.command, "%s", options->command);
    return info;
}

// Finds the latent's principal axes, axes[MODEL_AXES][channels], and its deviation along each,
// std[MODEL_AXES]; zeros beyond those there are.
static bool latent_axes(const LatentStatistics *latent, size_t channels, size_t bands, float *axes,
                        float *std, Error *error)
{
    const size_t count = channels < MODEL_AXES ? channels : MODEL_AXES;
    double axis[MODEL_AXES * ARCH_CHANNELS_MAX] = {0};
    if (!response_axes(latent->covariance, latent->response, channels, bands, count, axis, error))
        return false;
    for (size_t a = 0; a < MODEL_AXES; a++) {
        double square = 0.0;
        for (size_t c = 0; c < channels; c++) square += pow(axis[a * channels + c], 2.0);
        const double length = sqrt(square);
        std[a] = (float)length;
        for (size_t c = 0; c < channels; c++)
            axes[a * channels + c] = length > 0.0 ? (float)(axis[a * channels + c] / length) : 0.0f;
    }
    return true;
}

static bool write_model(const TrainingOptions *options, const Checkpoint *state,
                        const LevelPca *levels, const LatentStatistics *latent,
                        const ModelInfo *info, Error *error)
{
    float axes[MODEL_AXES * ARCH_CHANNELS_MAX], axes_std[MODEL_AXES], *piece_axes = NULL;
    ModelStatistics statistics = {
        .mean = latent->mean,
        .std = latent->std,
        .band_mean = levels->band_mean,
        .pca = levels->axis,
    };
    if (latent->covariance) {
        const size_t channels = (size_t)arch_latent_channels(&options->arch);
        const size_t bands = (size_t)arch_inputs(&options->arch);
        if (!latent_axes(latent, channels, bands, axes, axes_std, error)) return false;
        statistics.axes = axes;
        statistics.axes_std = axes_std;
        piece_axes = malloc((channels + 1) * channels * sizeof(float));
        if (!piece_axes) return error_out_of_memory(error);
        statistics.piece_axes = piece_axes;
        statistics.piece_std = piece_axes + channels * channels;
        if (!principal_axes(latent->within, channels, channels, piece_axes,
                            piece_axes + channels * channels, error)) {
            free(piece_axes);
            return false;
        }
    }
    Model *model = model_new(&options->arch, options->rate, state->best, &statistics, info, error);
    const bool ok = model && (!ranks_first() || model_write(model, options->output, error));
    model_free(model);
    free(piece_axes);
    return ok;
}

bool training_write_weights(const TrainingOptions *options, const Dataset *dataset, Batch *batch,
                            const LevelPca *levels, const Checkpoint *state, size_t most, FILE *log,
                            Error *error)
{
    const size_t window = options->window;
    WindowList train, test;
    if (!dataset_windows(dataset, SPLIT_TRAIN, window, &train, error)) return false;
    if (!dataset_windows(dataset, SPLIT_TEST, window, &test, error)) {
        free(train.window);
        return false;
    }
    if (most > 0) {
        windows_thin(&train, most);
        windows_thin(&test, most);
    }
    ModelInfo info = model_info(options, state);
    char *trained = dataset_sound_list(dataset, SPLIT_TRAIN);
    char *validation = dataset_sound_list(dataset, SPLIT_VALIDATION);
    if (options->split == SPLIT_BY_SOUND) {
        info.trained_sounds = trained;
        info.validation_sounds = validation;
    }
    double test_mse;
    info.test_loss = batch_loss(batch, state->best, &test, &test_mse);
    LatentStatistics latent;
    bool ok = batch_statistics(batch, state->best, &train, &latent, error);
    info.level = latent.level;
    free(train.window);
    free(test.window);
    ok = ranks_agree(ok && write_model(options, state, levels, &latent, &info, error), error);
    latent_statistics_free(&latent);
    free(trained);
    free(validation);
    if (ok && log)
        fprintf(log,
                "wrote %s: epoch %d, loss %.6f on training, %.6f on validation, %.6f on test "
                "windows\n",
                options->output, info.epochs, info.train_loss, info.validation_loss,
                info.test_loss);
    return ok;
}
