#include "commands/study.h"

#include "cli/command.h"
#include "cli/explain_audio.h"
#include "files/file.h"
#include "output/gnuplot.h"
#include "output/plot.h"

#include <stdlib.h>

bool study_run(const char *latents, int threads, bool pictures, StudyTask *task, const void *call,
               Error *error)
{
    if (pictures && !gnuplot_check(error)) return false;
    LatentSet *set = latent_set_open(latents, error);
    Pool *pool = NULL;
    if (!set) explain_audio(latents, "make a file of latents of it with trainer latents", error);
    if (set && set->genres < 2)
        error_set(error, "%s: must contain clips of at least two genres", latents);
    else if (set)
        pool = command_pool(threads, error);
    const bool ok = pool && task(call, set, pool, error);
    pool_free(pool);
    latent_set_close(set);
    return ok;
}

bool study_begin(const ResultCall *call, const LatentSet *set, json_t *options, Error *error)
{
    json_t *config =
        json_pack("{s:s, s:s, s:s, s:s, s:[I, I], s:I, s:o}", "kind", call->line->command->record,
                  "model", set->model_name, "fingerprint", set->fingerprint, "set", set->source,
                  "latent", (json_int_t)set->channels, (json_int_t)set->frames, "window",
                  (json_int_t)set->window, "options", options);
    return results_begin(call, config, NULL, 0, error);
}

// ---- Pictures ----

// Gathers the points of a group as coordinate[dimensions][room].
static PlotSeries gather(const StudyPoints *points, int group, double *coordinate, size_t room)
{
    PlotSeries series = {.x = coordinate, .y = coordinate + room};
    if (points->dimensions == 3) series.z = coordinate + 2 * room;
    for (size_t i = 0; i < points->count; i++) {
        if (points->group[i] != group) continue;
        for (size_t d = 0; d < points->dimensions; d++)
            coordinate[d * room + series.count] = points->value[i * points->stride + d];
        series.count++;
    }
    return series;
}

static bool draw_groups(const char *path, const char *title, const StudyPoints *points,
                        PlotSeries *series, double *coordinate, char (*number)[24], Error *error)
{
    const size_t values = points->dimensions * points->count;
    const PlotFigure figure = {.title = title,
                               .x_label = "first component",
                               .y_label = "second component",
                               .z_label = points->dimensions == 3 ? "third component" : NULL,
                               .series = series,
                               .series_count = points->groups};
    for (size_t g = 0; g < points->groups; g++) {
        series[g] = gather(points, (int)g, coordinate + g * values, points->count);
        snprintf(number[g], sizeof number[g], "%zu", g + 1);
        series[g].name = points->name ? points->name[g] : number[g];
    }
    return plot_scatter(path, &figure, error);
}

bool study_draw_points(const char *folder, const char *name, const char *title,
                       const StudyPoints *points, Error *error)
{
    const size_t values = points->dimensions * points->count;
    char *path = file_join(folder, name);
    PlotSeries *series = calloc(points->groups, sizeof *series);
    double *coordinate = malloc(points->groups * values * sizeof *coordinate);
    char(*number)[24] = malloc(points->groups * sizeof *number);
    const bool ok = (path && series && coordinate && number) || error_out_of_memory(error);
    const bool drawn = ok && draw_groups(path, title, points, series, coordinate, number, error);
    free(path);
    free(series);
    free(coordinate);
    free(number);
    return drawn;
}
