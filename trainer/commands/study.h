// study.h: what the studies of a latent set (classifier, clusters) share: how they open the set,
// the folder with their tables, and its config.json. For one thread.
#ifndef TRASLUZ_STUDY_H
#define TRASLUZ_STUDY_H

#include "base/pool.h"
#include "commands/results.h"
#include "latents/latent_set.h"

#include <jansson.h>

typedef bool StudyTask(const void *call, const LatentSet *set, Pool *pool, Error *error);

// Opens a latent set, which must have two genres, starts `threads` threads (0: one for each
// processor), checks that gnuplot is installed if pictures are wanted, and runs task(call, …).
bool study_run(const char *latents, int threads, bool pictures, StudyTask *task, const void *call,
               Error *error);

// Begins the results, see results_begin(): config.json has the kind of study, the set and its
// model, and `options`, an object, which is freed.
bool study_begin(const ResultCall *call, const LatentSet *set, json_t *options, Error *error);

// Points in two or three dimensions, each of a group.
typedef struct {
    const double *value; // [count][stride]
    size_t count, dimensions, stride;
    const int *group;        // [count], each in [0, groups)
    const char *const *name; // [groups], for the legend; NULL: numbers from 1 on
    size_t groups;
} StudyPoints;

// Draws FOLDER/NAME; each group has its own colour and shape.
bool study_draw_points(const char *folder, const char *name, const char *title,
                       const StudyPoints *points, Error *error);

#endif
