// cluster.c: `trainer cluster`: do the latents of a genre lie together? Principal components,
// K-Means in two, three and all dimensions, and how far the clusters are the genres.
#include "analysis/cluster_scores.h"
#include "analysis/kmeans.h"
#include "analysis/pca.h"
#include "base/progress.h"
#include "commands/command.h"
#include "commands/study.h"
#include "files/file.h"
#include "output/csv.h"
#include "output/plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer cluster LATENTS -o FOLDER [options]\n"
    "\n"
    "Takes the latents of a set (see `trainer latents`) to two and three principal components,\n"
    "finds clusters there and among the whole latents by K-Means, and tells how far they are\n"
    "the genres: homogeneity, completeness and their harmonic mean, the V-measure. The folder\n"
    "gets scores.csv, pca.csv (the share of each component), points_2d.csv, points_3d.csv and\n"
    "points_latent.csv (each clip's place and clusters), config.json, and pictures: scores.svg,\n"
    "genres_2d.png, genres_3d.png, clusters_2d.png and clusters_3d.png (those clusters whose\n"
    "V-measure is best).\n"
    "\n"
    "  -o, --output FOLDER      for the tables (needed)\n"
    "  -k, --clusters LIST      numbers of clusters (10,12,15,20,25,30)\n"
    "      --starts N           of each K-Means, of which the best is kept (10)\n"
    "      --split NAME         clips: train, validation, test or all (train)\n"
    "  -s, --seed N             of the starts (1)\n"
    "      --no-pictures        draw no pictures (they need gnuplot)\n"
    "  -t, --threads N          (0: one for each processor; does not change the result)\n"
    "\n"
    "example: trainer cluster normal-latents.safetensors -o normal-clusters\n";

enum { OPTION_STARTS = 256, OPTION_SPLIT, OPTION_NO_PICTURES };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"clusters", required_argument, NULL, 'k'},
    {"starts", required_argument, NULL, OPTION_STARTS},
    {"split", required_argument, NULL, OPTION_SPLIT},
    {"seed", required_argument, NULL, 's'},
    {"no-pictures", no_argument, NULL, OPTION_NO_PICTURES},
    {"threads", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

enum { RUNS_MAX = 64 };

typedef struct {
    const char *latents, *output;
    long clusters[RUNS_MAX]; // of each run of K-Means
    size_t runs;
    Split split; // SPLITS: all
    long starts, seed, threads;
    bool no_pictures;
} Call;

// Where clusters are looked for.
typedef struct {
    const char *name;
    const char *table; // its points
    size_t dimensions; // 0: all
    size_t columns;    // dimensions that the table shows
    KMeans run[RUNS_MAX];
    ClusterScores scores[RUNS_MAX];
} Space;

enum { SPACES = 3 };

typedef struct {
    const Call *call;
    const LatentSet *set;
    Pool *pool;
    size_t *clip; // [clips], indices of set->clip
    size_t clips;
    int *genre; // [clips]
    Pca pca;
    Space space[SPACES];
    Progress progress;
} Study;

// ---- Computing ----

static bool choose_clips(Study *study, Error *error)
{
    const LatentSet *set = study->set;
    study->clip = latent_set_choose(set, study->call->split, &study->clips, error);
    study->genre = calloc(study->clips + 1, sizeof *study->genre);
    if (!study->clip || !study->genre) return error_set(error, "out of memory");
    for (size_t i = 0; i < study->clips; i++) study->genre[i] = set->clip[study->clip[i]].genre;
    for (size_t i = 0; i < study->call->runs; i++)
        if ((size_t)study->call->clusters[i] > study->clips)
            return error_set(error, "%ld clusters of %zu clips with a genre",
                             study->call->clusters[i], study->clips);
    return true;
}

static bool analyse(Study *study, Error *error)
{
    const LatentSet *set = study->set;
    const float **row = malloc((study->clips + 1) * sizeof *row);
    if (!row) return error_set(error, "out of memory");
    for (size_t i = 0; i < study->clips; i++) row[i] = set->clip[study->clip[i]].values;
    const bool good =
        pca_run(&study->pca, row, study->clips, set->channels * set->frames, study->pool, error);
    free(row);
    if (good && study->pca.components < 3)
        return error_set(error, "the latents have %zu dimensions; three are needed",
                         study->pca.components);
    return good;
}

// The distances between whole latents are those between all their components, which are fewer.
static Points points_of(const Study *study, const Space *space)
{
    const Pca *pca = &study->pca;
    return (Points){
        .value = pca->score,
        .count = pca->points,
        .dimensions = space->dimensions > 0 ? space->dimensions : pca->components,
        .stride = pca->components,
    };
}

static bool find_clusters(Study *study, Space *space, Error *error)
{
    const Call *call = study->call;
    const Points points = points_of(study, space);
    for (size_t i = 0; i < call->runs; i++) {
        const size_t clusters = (size_t)call->clusters[i];
        if (!kmeans_run(&space->run[i], &points, clusters, (int)call->starts, (uint32_t)call->seed,
                        study->pool, error) ||
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
    for (int s = 0; s < SPACES; s++)
        for (size_t i = 0; i < study->call->runs; i++)
            work +=
                (uint64_t)study->call->clusters[i] * points_of(study, &study->space[s]).dimensions;
    progress_begin(&study->progress, stderr, "clusters, run", SPACES * study->call->runs, work);
    bool good = true;
    for (int s = 0; good && s < SPACES; s++) good = find_clusters(study, &study->space[s], error);
    progress_end(&study->progress);
    return good;
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
    for (size_t i = 0; i < study->call->runs; i++)
        fprintf(writer.stream, ",clusters_%ld", study->call->clusters[i]);
    for (size_t p = 0; p < study->clips; p++) {
        fputc('\n', writer.stream);
        csv_field(writer.stream, study->set->clip[study->clip[p]].name);
        fputc(',', writer.stream);
        csv_field(writer.stream, study->set->genre[study->genre[p]]);
        for (size_t d = 0; d < space->columns; d++)
            fprintf(writer.stream, ",%.9g", pca->score[p * pca->components + d]);
        for (size_t i = 0; i < study->call->runs; i++)
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
    for (int s = 0; s < SPACES; s++) {
        const Space *space = &study->space[s];
        for (size_t i = 0; i < study->call->runs; i++)
            fprintf(writer.stream, "%s,%ld,%.9f,%.9f,%.9f,%.9g\n", space->name,
                    study->call->clusters[i], space->scores[i].homogeneity,
                    space->scores[i].completeness, space->scores[i].v_measure,
                    space->run[i].inertia);
    }
    return file_commit(&writer, error);
}

static bool write_tables(const Study *study, Error *error)
{
    const Call *call = study->call;
    json_t *clusters = json_array();
    for (size_t i = 0; i < call->runs; i++)
        json_array_append_new(clusters, json_integer(call->clusters[i]));
    json_t *options = json_pack("{s:o, s:I, s:I, s:s, s:I}", "clusters", clusters, "starts",
                                (json_int_t)call->starts, "seed", (json_int_t)call->seed, "split",
                                call->split == SPLITS ? "all" : split_name(call->split), "clips",
                                (json_int_t)study->clips);
    bool good = study_begin(call->output, "clusters", study->set, options, error) &&
                write_components(study, error) && write_scores(study, error);
    for (int s = 0; good && s < SPACES; s++) good = write_points(study, &study->space[s], error);
    return good;
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
    const size_t best = best_run(space, call->runs);
    points.group = space->run[best].cluster;
    points.groups = (size_t)call->clusters[best];
    points.name = NULL;
    snprintf(name, sizeof name, "clusters_%s.png", space->name);
    snprintf(title, sizeof title, "Latents by cluster: %ld, V-measure %.3f", call->clusters[best],
             space->scores[best].v_measure);
    return study_draw_points(call->output, name, title, &points, error);
}

static bool draw_scores(const Study *study, Error *error)
{
    static const char *const names[SPACES][2] = {
        {"homogeneity, 2-D", "completeness, 2-D"},
        {"homogeneity, 3-D", "completeness, 3-D"},
        {"homogeneity, latent", "completeness, latent"},
    };
    double clusters[RUNS_MAX], value[SPACES][2][RUNS_MAX];
    PlotSeries series[SPACES * 2];
    for (size_t i = 0; i < study->call->runs; i++) clusters[i] = (double)study->call->clusters[i];
    for (int s = 0; s < SPACES; s++) {
        const ClusterScores *scores = study->space[s].scores;
        for (size_t i = 0; i < study->call->runs; i++) {
            value[s][0][i] = scores[i].homogeneity;
            value[s][1][i] = scores[i].completeness;
        }
        for (int kind = 0; kind < 2; kind++)
            series[2 * s + kind] = (PlotSeries){.name = names[s][kind],
                                                .x = clusters,
                                                .y = value[s][kind],
                                                .count = study->call->runs};
    }
    const PlotFigure figure = {.title = "Clusters and genres",
                               .x_label = "clusters",
                               .y_label = "score",
                               .series = series,
                               .series_count = SPACES * 2};
    return plot_curves_in(study->call->output, "scores.svg", &figure, error);
}

static bool draw(const Study *study, Error *error)
{
    bool good = study->call->no_pictures || draw_scores(study, error);
    for (int s = 0; good && !study->call->no_pictures && s < SPACES; s++)
        good = study->space[s].dimensions == 0 || draw_space(study, &study->space[s], error);
    return good;
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
    for (int s = 0; s < SPACES; s++) {
        const Space *space = &study->space[s];
        for (size_t i = 0; i < study->call->runs; i++)
            printf("%-7s %8ld %12.6f %13.6f %10.6f %14.6g\n", space->name, study->call->clusters[i],
                   space->scores[i].homogeneity, space->scores[i].completeness,
                   space->scores[i].v_measure, space->run[i].inertia);
    }
}

// ---- The call ----

static void study_free(Study *study)
{
    for (int s = 0; s < SPACES; s++)
        for (size_t i = 0; i < study->call->runs; i++) kmeans_free(&study->space[s].run[i]);
    pca_free(&study->pca);
    free(study->clip);
    free(study->genre);
    free(study);
}

static bool study_set(const void *data, const LatentSet *set, Pool *pool, Error *error)
{
    const Call *call = data;
    static const Space spaces[SPACES] = {
        {.name = "2d", .table = "points_2d.csv", .dimensions = 2, .columns = 2},
        {.name = "3d", .table = "points_3d.csv", .dimensions = 3, .columns = 3},
        {.name = "latent", .table = "points_latent.csv"},
    };
    Study *study = calloc(1, sizeof *study);
    if (!study) return error_set(error, "out of memory");
    study->call = call;
    study->set = set;
    study->pool = pool;
    memcpy(study->space, spaces, sizeof spaces);
    const bool good = choose_clips(study, error) && analyse(study, error) &&
                      find_all_clusters(study, error) && write_tables(study, error) &&
                      draw(study, error);
    if (good) print_scores(study);
    study_free(study);
    return good;
}

static bool read_clusters(Call *call, char *list)
{
    call->runs = 0;
    for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
        if (call->runs == RUNS_MAX) {
            command_usage(&command_cluster, "--clusters: more than %d numbers", RUNS_MAX);
            return false;
        }
        if (!option_integer(&command_cluster, "--clusters", word, 1, 1 << 20,
                            &call->clusters[call->runs++]))
            return false;
    }
    if (call->runs > 0) return true;
    command_usage(&command_cluster, "--clusters: numbers are needed, such as 10,20");
    return false;
}

static bool read_option(Call *call, int option)
{
    const Command *command = &command_cluster;
    switch (option) {
    case 'o': call->output = optarg; return true;
    case 'k': return read_clusters(call, optarg);
    case OPTION_STARTS: return option_integer(command, "--starts", optarg, 1, 10000, &call->starts);
    case OPTION_SPLIT: return option_split(command, optarg, &call->split);
    case OPTION_NO_PICTURES: call->no_pictures = true; return true;
    case 's': return option_seed(command, optarg, &call->seed);
    case 't': return option_threads(command, optarg, &call->threads);
    default: return false;
    }
}

static int run(int argc, char **argv)
{
    Call call = {.clusters = {10, 12, 15, 20, 25, 30}, .runs = 6, .starts = 10, .seed = 1};
    int option;
    while ((option = command_option(&command_cluster, argc, argv, ":o:k:s:t:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind != 1) return command_usage(&command_cluster, "one latents file is needed");
    if (!call.output) return command_usage(&command_cluster, "no folder given (-o FOLDER)");
    call.latents = argv[optind];
    Error error;
    return study_run(call.latents, call.threads, !call.no_pictures, study_set, &call, &error)
               ? EXIT_DONE
               : command_fail(&command_cluster, &error);
}

const Command command_cluster = {"cluster", "find clusters among the latents of a set", help, run};
