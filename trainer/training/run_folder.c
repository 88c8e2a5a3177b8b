#include "training/run_folder.h"

#include "base/ranks.h"
#include "files/file.h"
#include "output/json_file.h"
#include "output/tensorboard.h"
#include "training/run_config.h"
#include "training/run_log.h"
#include "training/training_paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG  "config.json"
#define WEIGHTS "weights.safetensors"

char *run_folder_weights(const char *path)
{
    return file_join(path, WEIGHTS);
}

bool run_folder_state(const char *path, RunState *state, Error *error)
{
    char *weights = run_folder_weights(path);
    char *checkpoint = weights ? training_checkpoint_path(weights) : NULL;
    const bool good = checkpoint || error_out_of_memory(error);
    // An interrupted training has written its best weights too.
    if (good)
        *state = access(checkpoint, F_OK) == 0 ? RUN_STOPPED
                 : access(weights, F_OK) == 0  ? RUN_DONE
                                               : RUN_NEW;
    free(weights);
    free(checkpoint);
    return good;
}

// ---- The configuration ----

typedef bool ConfigTask(const char *path, const json_t *config, Error *error);

static bool with_config(const char *path, const TrainingOptions *options, const Dataset *dataset,
                        ConfigTask *task, Error *error)
{
    json_t *config = run_config_make(options, dataset);
    char *file = file_join(path, CONFIG);
    const bool good = config && file ? task(file, config, error) : error_out_of_memory(error);
    free(file);
    json_decref(config);
    return good;
}

bool run_folder_check(const char *path, const TrainingOptions *options, const Dataset *dataset,
                      Error *error)
{
    return with_config(path, options, dataset, run_config_check, error);
}

// ---- Training ----

// Removes the weights, page, checkpoint and event files of an older training; its configuration and
// its table are overwritten.
static bool clear_folder(const char *path, Error *error)
{
    DIR *folder = opendir(path);
    if (!folder) return error_set(error, "%s: %s", path, strerror(errno));
    bool good = true;
    for (const struct dirent *entry; good && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        if (strncmp(name, TENSORBOARD_PREFIX, strlen(TENSORBOARD_PREFIX)) != 0 &&
            strcmp(name, WEIGHTS) != 0 && strcmp(name, "weights.checkpoint") != 0 &&
            strcmp(name, "weights.finished") != 0 && strcmp(name, "weights.html") != 0)
            continue;
        if (unlinkat(dirfd(folder), name, 0) != 0)
            good = error_set(error, "%s/%s: %s", path, name, strerror(errno));
    }
    closedir(folder);
    return good;
}

// Sets `earlier` if the folder contains a training already.
static bool look_for_config(const char *path, bool *earlier, Error *error)
{
    char *config = file_join(path, CONFIG);
    const bool good = (config || error_out_of_memory(error)) &&
                      json_file_may_write(config, RUN_CONFIG_KIND, error);
    *earlier = config && json_file_is(config, RUN_CONFIG_KIND);
    free(config);
    return good;
}

bool run_folder_may_write(const char *path, Error *error)
{
    bool earlier;
    return look_for_config(path, &earlier, error);
}

bool run_folder_remove(const char *path, Error *error)
{
    static const char *const kept[] = {"weights.csv", CONFIG}; // by clear_folder(); CONFIG last
    bool earlier;
    if (!look_for_config(path, &earlier, error)) return false;
    if (!earlier) return true;
    bool good = clear_folder(path, error);
    for (size_t i = 0; good && i < sizeof kept / sizeof *kept; i++) {
        char *file = file_join(path, kept[i]);
        if (!file)
            good = error_out_of_memory(error);
        else if (unlink(file) != 0 && errno != ENOENT)
            good = error_set(error, "%s: %s", file, strerror(errno));
        free(file);
    }
    if (good) rmdir(path); // if nothing else is in it
    return good;
}

static bool prepare(const char *path, const TrainingOptions *options, const Dataset *dataset,
                    Error *error)
{
    bool earlier;
    if (options->finished) return with_config(path, options, dataset, run_config_write, error);
    if (options->resume) return run_folder_check(path, options, dataset, error);
    return look_for_config(path, &earlier, error) && file_make_folders(path, error) &&
           (!earlier || clear_folder(path, error)) &&
           with_config(path, options, dataset, run_config_write, error);
}

TrainingEnd run_folder_train(const char *path, const TrainingOptions *options,
                             const Dataset *dataset, Pool *pool, const volatile sig_atomic_t *stop,
                             FILE *log, Error *error)
{
    const bool prepared = !ranks_first() || prepare(path, options, dataset, error);
    if (!ranks_agree(prepared, error)) return TRAINING_FAILED;
    if (!ranks_first()) return training_run(options, dataset, pool, stop, log, error);
    TrainingEnd end = TRAINING_FAILED;
    char *weights = run_folder_weights(path);
    RunLog *events = run_log_new(path, options, dataset);
    if (weights && events) {
        TrainingOptions run = *options;
        run.output = weights;
        run.observer = run_log_observe;
        run.observer_data = events;
        end = training_run(&run, dataset, pool, stop, log, error);
    } else {
        error_out_of_memory(error);
    }
    run_log_free(events);
    free(weights);
    return end;
}
