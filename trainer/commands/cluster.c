// cluster.c: `trainer cluster`: finds clusters of latents, by K-Means in two, three and all
// dimensions or pooled over time, and measures how well they match the genres.
#include "analysis/cluster_scores.h"
#include "analysis/kmeans.h"
#include "analysis/pca.h"
#include "analysis/pooled_latents.h"
#include "base/progress.h"
#include "commands/command_list.h"
#include "commands/study.h"
#include "files/file.h"
#include "options/music_options.h"
#include "output/csv.h"
#include "output/plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_KIND "clusters"

// What config.json records.
typedef struct {
    NumberList clusters; // of each run of K-Means
    int starts;
    uint32_t seed;
    int split; // SPLITS: all
} Settings;

typedef struct {
    ResultCall results;
    const char *latents, *output;
    Settings settings;
    bool pooled, no_pictures, force;
    int threads;
} Call;

#define AT(member)         offsetof(Call, member)
#define AT_SETTING(member) offsetof(Settings, member)

static const Operand operands[] = {
    {"LATENTS", "a file of latents", AT(latents), OPERAND_ONE},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FOLDER", .need = NEEDED_ALWAYS,
     .transient = true, .help = "for the tables"},
    {"force", 0, OPTION_FLAG, AT(force), .transient = true,
     .help = "replaces the results of another call"},
    {"pooled", 0, OPTION_FLAG, AT(pooled),
     .help = "finds clusters among latents pooled over time too: the mean and the deviation of "
             "each channel, each brought to mean 0 and deviation 1 over the clips"},
    {"no-pictures", 0, OPTION_FLAG, AT(no_pictures), .transient = true,
     .help = "draws no pictures (gnuplot draws them)"},
    {.name = NULL},
};

static const Option setting_options[] = {
    {"clusters", 'k', OPTION_LIST, AT_SETTING(clusters), .unit = "LIST",
     .initial = "10,12,15,20,25,30", .low = 1, .high = 1 << 20, .help = "numbers of clusters"},
    {"starts", 0, OPTION_INT, AT_SETTING(starts), .unit = "N", .initial = "10", .low = 1,
     .high = 10000, .help = "starts of each K-Means; the best result is kept"},
    {"seed", 's', OPTION_UINT32, AT_SETTING(seed), .unit = "N", .initial = "1", .low = 0,
     .high = UINT32_MAX, .help = "seed of the starts"},
    {"split", 0, OPTION_CHOICE, AT_SETTING(split), .unit = "NAME", .initial = "train",
     .choices = split_names, .help = "clips: {}"},
    {.name = NULL},
};

enum { RUNS_MAX = NUMBER_LIST_MAX };

// Where clusters are looked for.
typedef struct {
    const char *name;
    const char *table; // its points
    size_t dimensions; // 0: all
    size_t columns;    // dimensions that the table shows
    bool pooled;       // its points are the pooled latents
    KMeans run[RUNS_MAX];
    ClusterScores scores[RUNS_MAX];
} Space;

enum { SPACES_MAX = 4 };

typedef struct {
    const Call *call;
    Settings settings; // the call's, with clusters that the clips allow
    const LatentSet *set;
    Pool *pool;
    size_t *clip; // [clips], indices of set->clip
    size_t clips;
    int *genre; // [clips]
    Pca pca;
    double *pooled; // [clips][2 channels], or NULL
    Space space[SPACES_MAX];
    int spaces;
    Progress progress;
} Study;

// ---- Computing ----

static bool choose_clips(Study *study, Error *error)
{
    const LatentSet *set = study->set;
    study->clip = latent_set_choose(set, (Split)study->settings.split, &study->clips, error);
    study->genre = calloc(study->clips + 1, sizeof *study->genre);
    if (!study->clip || !study->genre) return error_out_of_memory(error);
    for (size_t i = 0; i < study->clips; i++) study->genre[i] = set->clip[study->clip[i]].genre;
    return study->clips > 3 ||
           error_set(error, "%zu clips with a genre; four are needed", study->clips);
}

// Gives small sets fewer clusters: each larger number becomes the number of clips, once.
static void limit_clusters(Study *study)
{
    const NumberList *wanted = &study->call->settings.clusters;
    NumberList *clusters = &study->settings.clusters;
    const long most = (long)study->clips;
    bool has_most = false, reduced = false;
    clusters->count = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        const long number = wanted->number[i];
        if (number < most || !has_most) clusters->number[clusters->count++] = number;
        has_most |= number >= most;
        if (number <= most) continue;
        if (!reduced) printf("%ld clips with a genre: %ld clusters instead of", most, most);
        printf("%s %ld", reduced ? "," : "", number);
        reduced = true;
    }
    if (reduced) putchar('\n');
    for (size_t i = 0; i < clusters->count; i++)
        if (clusters->number[i] > most) clusters->number[i] = most;
}

static bool analyse(Study *study, Error *error)
{
    const LatentSet *set = study->set;
    const float **row = malloc((study->clips + 1) * sizeof *row);
    if (!row) return error_out_of_memory(error);
    for (size_t i = 0; i < study->clips; i++) row[i] = set->clip[study->clip[i]].values;
    const bool ok =
        pca_run(&study->pca, row, study->clips, set->channels * set->frames, study->pool, error);
    free(row);
    if (ok && study->pca.components < 3)
        return error_set(error, "the latents have %zu dimensions; three are needed",
                         study->pca.components);
    if (!ok || !study->call->pooled) return ok;
    study->pooled = pooled_latents(set, study->clip, study->clips);
    return study->pooled || error_out_of_memory(error);
}

// The distances between whole latents are those between all their components, which are fewer.
static Points points_of(const Study *study, const Space *space)
{
    const Pca *pca = &study->pca;
    const size_t pooled = 2 * study->set->channels;
    if (space->pooled) return (Points){study->pooled, study->clips, pooled, pooled};
    return (Points){
        .value = pca->score,
        .count = pca->points,
        .dimensions = space->dimensions > 0 ? space->dimensions : pca->components,
        .stride = pca->components,
    };
}

static bool find_clusters(Study *study, Space *space, Error *error)
{
    const Points points = points_of(study, space);
    for (size_t i = 0; i < study->settings.clusters.count; i++) {
        const size_t clusters = (size_t)study->settings.clusters.number[i];
        if (!kmeans_run(&space->run[i], &points, clusters, study->settings.starts,
                        study->settings.seed, study->pool, error) ||
            !cluster_scores(&space->scores[i], study->genre, study->set->genres,
                            space->run[i].cluster, clusters, study->clips, error))
            return false;
        progress_step(&study->progress, clusters * points.dimensions);
    }
    return true;
}

static bool find_all_clusters(Study *study, Error *error)
{
    uint64_t work = 0;
    for (int s = 0; s < study->spaces; s++)
        for (size_t i = 0; i < study->settings.clusters.count; i++)
            work += (uint64_t)study->settings.clusters.number[i] *
                    points_of(study, &study->space[s]).dimensions;
    progress_begin(&study->progress, stderr, "clusters, run",
                   (uint64_t)study->spaces * study->settings.clusters.count, work);
    bool ok = true;
    for (int s = 0; ok && s < study->spaces; s++)
        ok = find_clusters(study, &study->space[s], error);
    progress_end(&study->progress);
    return ok;
}

// ---- Tables ----

static bool write_components(const Study *study, Error *error)
{
    FileWriter writer;
    const Pca *pca = &study->pca;
    if (!file_create_in(&writer, study->call->output, "pca.csv", error)) return false;
    fprintf(writer.stream, "component,variance,share\n");
    for (size_t c = 0; c < pca->components; c++)
        fprintf(writer.stream, "%zu,%.9g,%.9g\n", c + 1, pca->variance[c],
                pca->variance[c] / pca->total);
    return file_commit(&writer, error);
}

static bool write_points(const Study *study, const Space *space, Error *error)
{
    FileWriter writer;
    const Pca *pca = &study->pca;
    if (!file_create_in(&writer, study->call->output, space->table, error)) return false;
    fprintf(writer.stream, "clip,genre");
    for (size_t d = 0; d < space->columns; d++) fprintf(writer.stream, ",%c", "xyz"[d]);
    for (size_t i = 0; i < study->settings.clusters.count; i++)
        fprintf(writer.stream, ",clusters_%ld", study->settings.clusters.number[i]);
    for (size_t p = 0; p < study->clips; p++) {
        fputc('\n', writer.stream);
        csv_field(writer.stream, study->set->clip[study->clip[p]].name);
        fputc(',', writer.stream);
        csv_field(writer.stream, study->set->genre[study->genre[p]]);
        for (size_t d = 0; d < space->columns; d++)
            fprintf(writer.stream, ",%.9g", pca->score[p * pca->components + d]);
        for (size_t i = 0; i < study->settings.clusters.count; i++)
            fprintf(writer.stream, ",%d", space->run[i].cluster[p]);
    }
    fputc('\n', writer.stream);
    return file_commit(&writer, error);
}

static bool write_scores(const Study *study, Error *error)
{
    FileWriter writer;
    if (!file_create_in(&writer, study->call->output, "scores.csv", error)) return false;
    fprintf(writer.stream, "space,clusters,homogeneity,completeness,v_measure,inertia\n");
    for (int s = 0; s < study->spaces; s++) {
        const Space *space = &study->space[s];
        for (size_t i = 0; i < study->settings.clusters.count; i++)
            fprintf(writer.stream, "%s,%ld,%.9f,%.9f,%.9f,%.9g\n", space->name,
                    study->settings.clusters.number[i], space->scores[i].homogeneity,
                    space->scores[i].completeness, space->scores[i].v_measure,
                    space->run[i].inertia);
    }
    return file_commit(&writer, error);
}

static bool write_tables(const Study *study, Error *error)
{
    const Call *call = study->call;
    json_t *json = json_object();
    if (!json || !options_to_json(setting_options, &study->settings, json) ||
        json_object_set_new(json, "clips", json_integer((json_int_t)study->clips)) != 0) {
        json_decref(json);
        return error_out_of_memory(error);
    }
    bool ok = study_begin(&call->results, study->set, json, error) &&
              write_components(study, error) && write_scores(study, error);
    for (int s = 0; ok && s < study->spaces; s++) ok = write_points(study, &study->space[s], error);
    return ok;
}

// ---- Pictures ----

static size_t best_run(const Space *space, size_t runs)
{
    size_t best = 0;
    for (size_t i = 1; i < runs; i++)
        if (space->scores[i].v_measure > space->scores[best].v_measure) best = i;
    return best;
}

// The clips by genre, and by the clusters that agree with them best.
static bool draw_space(const Study *study, const Space *space, Error *error)
{
    const Call *call = study->call;
    const Points all = points_of(study, space);
    StudyPoints points = {all.value,    all.count,         all.dimensions,    all.stride,
                          study->genre, study->set->genre, study->set->genres};
    char name[32], title[64];
    snprintf(name, sizeof name, "genres_%s.png", space->name);
    if (!study_draw_points(call->output, name, "Latents by genre", &points, error)) return false;
    const size_t best = best_run(space, study->settings.clusters.count);
    points.group = space->run[best].cluster;
    points.groups = (size_t)study->settings.clusters.number[best];
    points.name = NULL;
    snprintf(name, sizeof name, "clusters_%s.png", space->name);
    snprintf(title, sizeof title, "Latents by cluster: %ld, V-measure %.3f",
             study->settings.clusters.number[best], space->scores[best].v_measure);
    return study_draw_points(call->output, name, title, &points, error);
}

static bool draw_scores(const Study *study, Error *error)
{
    static const char *const names[SPACES_MAX][2] = {
        {"homogeneity, 2-D", "completeness, 2-D"},
        {"homogeneity, 3-D", "completeness, 3-D"},
        {"homogeneity, latent", "completeness, latent"},
        {"homogeneity, pooled", "completeness, pooled"},
    };
    double clusters[RUNS_MAX], value[SPACES_MAX][2][RUNS_MAX];
    PlotSeries series[SPACES_MAX * 2];
    for (size_t i = 0; i < study->settings.clusters.count; i++)
        clusters[i] = (double)study->settings.clusters.number[i];
    for (int s = 0; s < study->spaces; s++) {
        const ClusterScores *scores = study->space[s].scores;
        for (size_t i = 0; i < study->settings.clusters.count; i++) {
            value[s][0][i] = scores[i].homogeneity;
            value[s][1][i] = scores[i].completeness;
        }
        for (int kind = 0; kind < 2; kind++)
            series[2 * s + kind] = (PlotSeries){.name = names[s][kind],
                                                .x = clusters,
                                                .y = value[s][kind],
                                                .count = study->settings.clusters.count};
    }
    const PlotFigure figure = {.title = "Clusters and genres",
                               .x_label = "clusters",
                               .y_label = "score",
                               .series = series,
                               .series_count = 2 * (size_t)study->spaces};
    return plot_curves_in(study->call->output, "scores.svg", &figure, error);
}

static bool draw(const Study *study, Error *error)
{
    bool ok = study->call->no_pictures || draw_scores(study, error);
    for (int s = 0; ok && !study->call->no_pictures && s < study->spaces; s++)
        ok = study->space[s].dimensions == 0 || draw_space(study, &study->space[s], error);
    return ok;
}

// ---- The terminal ----

static void print_scores(const Study *study)
{
    const Pca *pca = &study->pca;
    printf("%zu clips of %zu genres, latent [%zu,%zu]; of the variance, %.1f %% is in two "
           "components, %.1f %% in three\n",
           study->clips, study->set->genres, study->set->channels, study->set->frames,
           100.0 * (pca->variance[0] + pca->variance[1]) / pca->total,
           100.0 * (pca->variance[0] + pca->variance[1] + pca->variance[2]) / pca->total);
    printf("%-7s %8s %12s %13s %10s %14s\n", "space", "clusters", "homogeneity", "completeness",
           "V-measure", "inertia");
    for (int s = 0; s < study->spaces; s++) {
        const Space *space = &study->space[s];
        for (size_t i = 0; i < study->settings.clusters.count; i++)
            printf("%-7s %8ld %12.6f %13.6f %10.6f %14.6g\n", space->name,
                   study->settings.clusters.number[i], space->scores[i].homogeneity,
                   space->scores[i].completeness, space->scores[i].v_measure,
                   space->run[i].inertia);
    }
}

// ---- The call ----

static void study_free(Study *study)
{
    for (int s = 0; s < study->spaces; s++)
        for (size_t i = 0; i < study->settings.clusters.count; i++)
            kmeans_free(&study->space[s].run[i]);
    pca_free(&study->pca);
    free(study->pooled);
    free(study->clip);
    free(study->genre);
    free(study);
}

static bool study_set(const void *data, const LatentSet *set, Pool *pool, Error *error)
{
    const Call *call = data;
    static const Space spaces[SPACES_MAX] = {
        {.name = "2d", .table = "points_2d.csv", .dimensions = 2, .columns = 2},
        {.name = "3d", .table = "points_3d.csv", .dimensions = 3, .columns = 3},
        {.name = "latent", .table = "points_latent.csv"},
        {.name = "pooled", .table = "points_pooled.csv", .pooled = true},
    };
    Study *study = calloc(1, sizeof *study);
    if (!study) return error_out_of_memory(error);
    study->call = call;
    study->settings = call->settings;
    study->set = set;
    study->pool = pool;
    memcpy(study->space, spaces, sizeof spaces);
    study->spaces = call->pooled ? SPACES_MAX : SPACES_MAX - 1;
    bool ok = choose_clips(study, error);
    if (ok) limit_clusters(study);
    ok = ok && analyse(study, error) && find_all_clusters(study, error) &&
         write_tables(study, error) && draw(study, error);
    if (ok) print_scores(study);
    study_free(study);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    Call *call = values;
    Error error;
    call->results = (ResultCall){line, call->output, call->force};
    return results_check(&call->results, &error) &&
                   study_run(call->latents, call->threads, !call->no_pictures, study_set, call,
                             &error)
               ? EXIT_DONE
               : command_fail(line->command, &error);
}

static const Artefact outputs[] = {
    {.name = "config.json", .content = CONTENT_SETTINGS},
    {.name = "scores.csv", .content = CONTENT_TABLE},
    {.name = "pca.csv", .content = CONTENT_TABLE},
    {.name = "points_2d.csv", .content = CONTENT_TABLE},
    {.name = "points_3d.csv", .content = CONTENT_TABLE},
    {.name = "points_latent.csv", .content = CONTENT_TABLE},
    {.name = "points_pooled.csv", .content = CONTENT_TABLE},
    {.name = "scores.svg", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "genres_2d.png", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "genres_3d.png", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "clusters_2d.png", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "clusters_3d.png", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = NULL},
};

const Command command_cluster = {
    .name = "cluster",
    .summary = "finds clusters among the latents of a set",
    .text =
        "Computes two and three principal components of the latents of a set (see `trainer\n"
        "latents`), finds clusters there and among the whole latents by K-Means, and measures\n"
        "how well they match the genres: homogeneity, completeness and their harmonic mean, the\n"
        "V-measure. A set of fewer clips than clusters gets as many clusters as clips. The folder\n"
        "gets scores.csv, pca.csv (the share of each component),\n"
        "points_2d.csv, points_3d.csv and points_latent.csv (coordinates and clusters of each\n"
        "clip), config.json, and pictures: scores.svg, genres_2d.png, genres_3d.png,\n"
        "clusters_2d.png and clusters_3d.png (the clusters with the best V-measure). Groups\n"
        "differ in colour and mark, up to 50. Points far from all others do not stretch the\n"
        "axes: they are at the rim, hollow, and the legend says how many. --pooled adds\n"
        "points_pooled.csv.\n",
    .example = "trainer cluster normal-latents.safetensors -o normal-clusters",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {setting_options, AT(settings)},
                                     {threads_option, AT(threads)},
                                     {.table = NULL}},
    .outputs = outputs,
    .record = RECORD_KIND,
    .about = "Principal components of latents, clusters among them, and how well the clusters "
             "match the genres.",
    .size = sizeof(Call),
    .run = run,
};
