// classify.c: `trainer classify`: can a latent's genre be told? Trains a classifier on a set's
// latents, or takes one that was trained, and tests it.
#include "analysis/classifier_file.h"
#include "commands/command.h"
#include "commands/study.h"
#include "files/file.h"
#include "output/csv.h"
#include "output/plot.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: trainer classify LATENTS -o FOLDER [options]\n"
    "\n"
    "Trains a classifier (M5: four convolutions with batch normalisation and pooling) to tell\n"
    "the genre of a set's latents (see `trainer latents`), keeps the weights with the best\n"
    "validation accuracy, and tests them. The folder gets accuracy.csv (by epoch),\n"
    "summary.csv, confusion.csv (genres by what they were taken for), predictions.csv (by\n"
    "test clip), classifier.safetensors (the weights), config.json, and pictures:\n"
    "accuracy.svg, loss.svg and confusion.svg.\n"
    "\n"
    "  -o, --output FOLDER      for all of these (needed)\n"
    "  -e, --epochs N           (30)\n"
    "  -b, --batch N            clips in a step (32)\n"
    "  -l, --learning-rate X    of Adam (0.001)\n"
    "      --schedule NAME      of the learning rate: cosine, down to 0; or constant (cosine)\n"
    "      --weight-decay X     (0.0001)\n"
    "      --width N            channels of the first two convolutions; the others have two\n"
    "                           and four times as many (128)\n"
    "  -s, --seed N             of first weights and order (1)\n"
    "      --weights FILE       no training: tests these weights\n"
    "      --force              train anew though the folder has classifier.safetensors\n"
    "      --no-pictures        draw no pictures (they need gnuplot)\n"
    "  -t, --threads N          (0: one for each processor; does not change the result)\n"
    "\n"
    "example: trainer classify normal-latents.safetensors -o normal-classifier\n";

enum {
    OPTION_DECAY = 256,
    OPTION_SCHEDULE,
    OPTION_WIDTH,
    OPTION_WEIGHTS,
    OPTION_NO_PICTURES,
    OPTION_FORCE,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"epochs", required_argument, NULL, 'e'},
    {"batch", required_argument, NULL, 'b'},
    {"learning-rate", required_argument, NULL, 'l'},
    {"schedule", required_argument, NULL, OPTION_SCHEDULE},
    {"weight-decay", required_argument, NULL, OPTION_DECAY},
    {"width", required_argument, NULL, OPTION_WIDTH},
    {"seed", required_argument, NULL, 's'},
    {"weights", required_argument, NULL, OPTION_WEIGHTS},
    {"no-pictures", no_argument, NULL, OPTION_NO_PICTURES},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"threads", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

#define WEIGHTS_NAME "classifier.safetensors"

typedef struct {
    const char *latents, *output, *weights;
    long epochs, batch, width, seed, threads;
    double learning_rate, weight_decay;
    ScheduleKind schedule;
    bool no_pictures, force;
} Call;

enum { TRAIN_ACCURACY, VALIDATION_ACCURACY, TRAIN_LOSS, VALIDATION_LOSS, CURVES };

typedef struct {
    const Call *call;
    const LatentSet *set;
    Pool *pool;
    M5Weights weights;
    double *curve[CURVES]; // [epochs]
    ClassifierScore validation;
    int best_epoch; // 0: the weights were given
    size_t *test;   // indices of set->clip
    size_t test_clips;
    int *guess; // [test_clips]
    ClassifierScore tested;
} Study;

// ---- Training ----

// Anew after each epoch, so that a training that is broken off leaves what it has come to.
static bool write_accuracy(const Study *study, int epochs, Error *error)
{
    FileWriter writer;
    double *const *curve = study->curve;
    if (!file_create_in(&writer, study->call->output, "accuracy.csv", error)) return false;
    fprintf(writer.stream, "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy\n");
    for (int i = 0; i < epochs; i++)
        fprintf(writer.stream, "%d,%.9g,%.6f,%.9g,%.6f\n", i + 1, curve[TRAIN_LOSS][i],
                curve[TRAIN_ACCURACY][i], curve[VALIDATION_LOSS][i], curve[VALIDATION_ACCURACY][i]);
    return file_commit(&writer, error);
}

static bool write_weights(const Study *study, const ClassifierEpoch *epoch, Error *error)
{
    const Call *call = study->call;
    char *path = file_join(call->output, WEIGHTS_NAME);
    const bool good = path ? classifier_write(epoch, study->set, (uint32_t)call->seed, path, error)
                           : error_set(error, "out of memory");
    free(path);
    return good;
}

static bool hear_epoch(void *data, const ClassifierEpoch *epoch, Error *error)
{
    Study *study = data;
    printf("epoch %d: accuracy %5.1f %% on training, %5.1f %% on validation%s, loss %.4f, %.4f\n",
           epoch->epoch, 100.0 * epoch->train.accuracy, 100.0 * epoch->validation.accuracy,
           epoch->best ? " (best)" : "", epoch->train.loss, epoch->validation.loss);
    fflush(stdout);
    const double point[CURVES] = {epoch->train.accuracy, epoch->validation.accuracy,
                                  epoch->train.loss, epoch->validation.loss};
    for (int c = 0; c < CURVES; c++) study->curve[c][epoch->epoch - 1] = point[c];
    if (!write_accuracy(study, epoch->epoch, error)) return false;
    if (!epoch->best) return true;
    study->best_epoch = epoch->epoch;
    study->validation = epoch->validation;
    return write_weights(study, epoch, error);
}

static bool train(Study *study, Error *error)
{
    const Call *call = study->call;
    const ClassifierOptions options = {
        .schedule = {.kind = call->schedule,
                     .learning_rate = call->learning_rate,
                     .epochs = (int)call->epochs},
        .batch = (size_t)call->batch,
        .width = (size_t)call->width,
        .weight_decay = call->weight_decay,
        .seed = (uint32_t)call->seed,
    };
    for (int c = 0; c < CURVES; c++) {
        study->curve[c] = calloc((size_t)call->epochs, sizeof *study->curve[c]);
        if (!study->curve[c]) return error_set(error, "out of memory");
    }
    return classifier_train(&study->weights, &options, study->set, study->pool, hear_epoch, study,
                            error);
}

// ---- Pictures ----

// Two curves by epoch, that of the training clips first.
static bool draw_curves(const Study *study, const char *name, const char *title, int first,
                        Error *error)
{
    const size_t epochs = (size_t)study->call->epochs;
    const PlotSeries series[2] = {
        {.name = "training", .y = study->curve[first], .count = epochs},
        {.name = "validation", .y = study->curve[first + 1], .count = epochs},
    };
    const PlotFigure figure = {
        .title = title, .x_label = "epoch", .series = series, .series_count = 2};
    return plot_curves_in(study->call->output, name, &figure, error);
}

static bool draw_confusion(const Study *study, const size_t *count, Error *error)
{
    const size_t genres = study->set->genres;
    char *path = file_join(study->call->output, "confusion.svg");
    double *value = malloc(genres * genres * sizeof *value);
    bool good = (path && value) || error_set(error, "out of memory");
    if (good) {
        for (size_t i = 0; i < genres * genres; i++) value[i] = (double)count[i];
        const PlotMatrix matrix = {.title = "Test clips",
                                   .row_label = "genre",
                                   .column_label = "taken for",
                                   .name = study->set->genre,
                                   .kinds = genres,
                                   .value = value};
        good = plot_matrix(path, &matrix, error);
    }
    free(path);
    free(value);
    return good;
}

static bool draw(const Study *study, const size_t *count, Error *error)
{
    if (study->call->no_pictures) return true;
    if (study->best_epoch > 0 &&
        (!draw_curves(study, "accuracy.svg", "Accuracy", TRAIN_ACCURACY, error) ||
         !draw_curves(study, "loss.svg", "Cross entropy", TRAIN_LOSS, error)))
        return false;
    return draw_confusion(study, count, error);
}

// ---- The terminal ----

static void print_confusion(const Study *study, const size_t *count)
{
    const LatentSet *set = study->set;
    printf("genres (rows) by what they were taken for:\n");
    for (size_t g = 0; g < set->genres; g++) {
        Error name; // fit for a terminal
        error_set(&name, "%s", set->genre[g]);
        printf("%16.16s", name.text);
        for (size_t k = 0; k < set->genres; k++) printf(" %4zu", count[g * set->genres + k]);
        putchar('\n');
    }
    if (study->best_epoch > 0)
        printf("best in epoch %d: accuracy %.1f %% on validation\n", study->best_epoch,
               100.0 * study->validation.accuracy);
    printf("accuracy %.1f %% on %zu test clips\n", 100.0 * study->tested.accuracy,
           study->test_clips);
}

// ---- Testing ----

// The test clips of each genre by what they were taken for; the caller frees it.
static size_t *count_guesses(const Study *study)
{
    const size_t genres = study->set->genres;
    size_t *count = calloc(genres * genres, sizeof *count);
    for (size_t i = 0; count && i < study->test_clips; i++)
        count[(size_t)study->set->clip[study->test[i]].genre * genres + (size_t)study->guess[i]]++;
    return count;
}

static bool write_confusion(const Study *study, const size_t *count, Error *error)
{
    FileWriter writer;
    const LatentSet *set = study->set;
    if (!file_create_in(&writer, study->call->output, "confusion.csv", error)) return false;
    fprintf(writer.stream, "genre");
    for (size_t g = 0; g < set->genres; g++) {
        fputc(',', writer.stream);
        csv_field(writer.stream, set->genre[g]);
    }
    for (size_t g = 0; g < set->genres; g++) {
        fputc('\n', writer.stream);
        csv_field(writer.stream, set->genre[g]);
        for (size_t k = 0; k < set->genres; k++)
            fprintf(writer.stream, ",%zu", count[g * set->genres + k]);
    }
    fputc('\n', writer.stream);
    return file_commit(&writer, error);
}

static bool write_predictions(const Study *study, Error *error)
{
    FileWriter writer;
    const LatentSet *set = study->set;
    if (!file_create_in(&writer, study->call->output, "predictions.csv", error)) return false;
    fprintf(writer.stream, "clip,genre,prediction\n");
    for (size_t i = 0; i < study->test_clips; i++) {
        const LatentClip *clip = &set->clip[study->test[i]];
        csv_field(writer.stream, clip->name);
        fputc(',', writer.stream);
        csv_field(writer.stream, set->genre[clip->genre]);
        fputc(',', writer.stream);
        csv_field(writer.stream, set->genre[study->guess[i]]);
        fputc('\n', writer.stream);
    }
    return file_commit(&writer, error);
}

static bool write_summary(const Study *study, Error *error)
{
    FileWriter writer;
    if (!file_create_in(&writer, study->call->output, "summary.csv", error)) return false;
    fprintf(writer.stream, "split,clips,loss,accuracy\n");
    if (study->best_epoch > 0)
        fprintf(writer.stream, "validation,%zu,%.9g,%.6f\n", study->validation.clips,
                study->validation.loss, study->validation.accuracy);
    fprintf(writer.stream, "test,%zu,%.9g,%.6f\n", study->tested.clips, study->tested.loss,
            study->tested.accuracy);
    return file_commit(&writer, error);
}

static bool choose_test(Study *study, Error *error)
{
    study->test = latent_set_choose(study->set, SPLIT_TEST, &study->test_clips, error);
    if (!study->test) return false;
    if (study->test_clips == 0) return error_set(error, "no clips with a genre to test");
    study->guess = calloc(study->test_clips, sizeof *study->guess);
    return study->guess || error_set(error, "out of memory");
}

static bool test(Study *study, Error *error)
{
    size_t *count = NULL;
    bool good = classifier_score(&study->tested, &study->weights, study->set, study->test,
                                 study->test_clips, study->guess, study->pool, error);
    if (good) {
        count = count_guesses(study);
        good = (count || error_set(error, "out of memory")) &&
               write_confusion(study, count, error) && write_predictions(study, error) &&
               write_summary(study, error) && draw(study, count, error);
    }
    if (good) print_confusion(study, count);
    free(count);
    return good;
}

// ---- The call ----

static json_t *options_json(const Call *call)
{
    if (call->weights) return json_pack("{s:s}", "weights", call->weights);
    return json_pack("{s:I, s:I, s:f, s:s, s:f, s:I, s:I}", "epochs", (json_int_t)call->epochs,
                     "batch", (json_int_t)call->batch, "learning_rate", call->learning_rate,
                     "schedule", schedule_name(call->schedule), "weight_decay", call->weight_decay,
                     "width", (json_int_t)call->width, "seed", (json_int_t)call->seed);
}

static bool study_set(const void *data, const LatentSet *set, Pool *pool, Error *error)
{
    const Call *call = data;
    Study study = {.call = call, .set = set, .pool = pool};
    const bool good =
        choose_test(&study, error) &&
        (!call->weights || classifier_read(&study.weights, set, call->weights, error)) &&
        study_begin(call->output, "classifier", set, options_json(call), error) &&
        (call->weights || train(&study, error)) && test(&study, error);
    m5_weights_free(&study.weights);
    free(study.test);
    free(study.guess);
    for (int c = 0; c < CURVES; c++) free(study.curve[c]);
    return good;
}

static bool read_schedule(const char *name, ScheduleKind *kind)
{
    Error error;
    if (schedule_parse(kind, name, &error) && *kind != SCHEDULE_PLATEAU) return true;
    command_usage(&command_classify, "--schedule: cosine or constant is needed, not '%s'", name);
    return false;
}

static bool read_option(Call *call, int option)
{
    const Command *command = &command_classify;
    switch (option) {
    case 'o': call->output = optarg; return true;
    case 'e': return option_integer(command, "--epochs", optarg, 1, 1000000, &call->epochs);
    case 'b': return option_integer(command, "--batch", optarg, 1, 4096, &call->batch);
    case 'l':
        return option_number(command, "--learning-rate", optarg, 1e-9, 10.0, &call->learning_rate);
    case OPTION_SCHEDULE: return read_schedule(optarg, &call->schedule);
    case OPTION_DECAY:
        return option_number(command, "--weight-decay", optarg, 0.0, 10.0, &call->weight_decay);
    case OPTION_WIDTH:
        return option_integer(command, "--width", optarg, 1, M5_WIDTH_MAX, &call->width);
    case OPTION_WEIGHTS: call->weights = optarg; return true;
    case OPTION_NO_PICTURES: call->no_pictures = true; return true;
    case OPTION_FORCE: call->force = true; return true;
    case 's': return option_seed(command, optarg, &call->seed);
    case 't': return option_threads(command, optarg, &call->threads);
    default: return false;
    }
}

// Weights that were trained stay, unless others are asked for.
static bool check_output(const Call *call, Error *error)
{
    if (call->weights || call->force) return true;
    char *path = file_join(call->output, WEIGHTS_NAME);
    const bool good =
        path ? command_may_write(path, NULL, NULL, error) : error_set(error, "out of memory");
    free(path);
    return good;
}

static int run(int argc, char **argv)
{
    Call call = {.epochs = 30,
                 .batch = 32,
                 .width = 128,
                 .seed = 1,
                 .learning_rate = 1e-3,
                 .schedule = SCHEDULE_COSINE,
                 .weight_decay = 1e-4};
    int option;
    while ((option =
                command_option(&command_classify, argc, argv, ":o:e:b:l:s:t:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind != 1) return command_usage(&command_classify, "one latents file is needed");
    if (!call.output) return command_usage(&command_classify, "no folder given (-o FOLDER)");
    call.latents = argv[optind];
    Error error;
    if (!check_output(&call, &error)) return command_fail(&command_classify, &error);
    return study_run(call.latents, call.threads, !call.no_pictures, study_set, &call, &error)
               ? EXIT_DONE
               : command_fail(&command_classify, &error);
}

const Command command_classify = {"classify", "learn to tell the genre of a latent", help, run};
