// classify.c: `trainer classify`: trains a classifier to recognise the genre of a latent, or takes
// a trained one, and tests it.
#include "analysis/classifier_file.h"
#include "cli/explain_audio.h"
#include "commands/command_list.h"
#include "commands/study.h"
#include "files/file.h"
#include "options/music_options.h"
#include "output/confusion_text.h"
#include "output/csv.h"
#include "output/plot.h"

#include <stdio.h>
#include <stdlib.h>

#define RECORD_KIND  "classifier"
#define WEIGHTS_NAME "classifier.safetensors"

// What config.json records.
typedef struct {
    int epochs, batch, width;
    double learning_rate, weight_decay;
    int schedule; // a choice
    uint32_t seed;
} Settings;

typedef struct {
    ResultCall results;
    const char *latents, *output, *weights;
    Settings settings;
    bool no_pictures, force;
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
     .transient = true, .help = "for all of these"},
    {"weights", 0, OPTION_INPUT, AT(weights), .unit = "FILE",
     .help = "trains nothing: tests these weights"},
    {"force", 0, OPTION_FLAG, AT(force), .transient = true,
     .help = "replaces the results of another call, " WEIGHTS_NAME " too"},
    {"no-pictures", 0, OPTION_FLAG, AT(no_pictures), .transient = true,
     .help = "draws no pictures (gnuplot draws them)"},
    {.name = NULL},
};

static const char *const schedules[] = {"cosine", "constant", NULL};
static const ScheduleKind schedule_kinds[] = {SCHEDULE_COSINE, SCHEDULE_CONSTANT};

static const Option setting_options[] = {
    {"epochs", 'e', OPTION_INT, AT_SETTING(epochs), .unit = "N", .initial = "30", .low = 1,
     .high = 1000000, .help = "epochs"},
    {"batch", 'b', OPTION_INT, AT_SETTING(batch), .unit = "N", .initial = "32", .low = 1,
     .high = 4096, .help = "clips per step"},
    {"learning-rate", 'l', OPTION_DOUBLE, AT_SETTING(learning_rate), .unit = "X",
     .initial = "0.001", .low = 1e-9, .high = 10.0, .key = "learning_rate",
     .help = "the highest learning rate of Adam"},
    {"schedule", 0, OPTION_CHOICE, AT_SETTING(schedule), .unit = "NAME", .initial = "cosine",
     .choices = schedules, .help = "how the learning rate changes: {}. cosine lowers it to 0"},
    {"weight-decay", 0, OPTION_DOUBLE, AT_SETTING(weight_decay), .unit = "X", .initial = "0.0001",
     .low = 0.0, .high = 10.0, .key = "weight_decay", .help = "decay of the weights"},
    {"width", 0, OPTION_INT, AT_SETTING(width), .unit = "N", .initial = "128", .low = 1,
     .high = M5_WIDTH_MAX,
     .help = "channels of the first two convolutions; the others have two and four times as many"},
    {"seed", 's', OPTION_UINT32, AT_SETTING(seed), .unit = "N", .initial = "1", .low = 0,
     .high = UINT32_MAX, .help = "seed of the first weights and the order"},
    {.name = NULL},
};

enum { TRAIN_ACCURACY, VALIDATION_ACCURACY, TRAIN_LOSS, VALIDATION_LOSS, CURVES };

typedef struct {
    const Call *call;
    const LatentSet *set;
    Pool *pool;
    M5Weights weights;
    double *curve[CURVES]; // [epochs]
    ClassifierScore validation;
    int best_epoch; // 0: not trained here
    size_t *test;   // indices of set->clip
    size_t test_clips;
    int *guess; // [test_clips]
    ClassifierScore tested;
} Study;

// ---- Training ----

// Writes the whole table after each epoch, so that an interrupted training leaves its results.
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
    const bool ok = path ? classifier_write(epoch, study->set, call->settings.seed, path, error)
                         : error_out_of_memory(error);
    free(path);
    return ok;
}

static bool log_epoch(void *data, const ClassifierEpoch *epoch, Error *error)
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
    const Settings *settings = &study->call->settings;
    const ClassifierOptions classifier = {
        .schedule = {.kind = schedule_kinds[settings->schedule],
                     .learning_rate = settings->learning_rate,
                     .epochs = settings->epochs},
        .batch = (size_t)settings->batch,
        .width = (size_t)settings->width,
        .weight_decay = settings->weight_decay,
        .seed = settings->seed,
    };
    for (int c = 0; c < CURVES; c++) {
        study->curve[c] = calloc((size_t)settings->epochs, sizeof *study->curve[c]);
        if (!study->curve[c]) return error_out_of_memory(error);
    }
    return classifier_train(&study->weights, &classifier, study->set, study->pool, log_epoch, study,
                            error);
}

// ---- Pictures ----

// Draws two curves by epoch, that of the training clips first.
static bool draw_curves(const Study *study, const char *name, const char *title, int first,
                        Error *error)
{
    const size_t epochs = (size_t)study->call->settings.epochs;
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
    bool ok = (path && value) || error_out_of_memory(error);
    if (ok) {
        for (size_t i = 0; i < genres * genres; i++) value[i] = (double)count[i];
        const PlotMatrix matrix = {.title = "Test clips",
                                   .row_label = "genre",
                                   .column_label = "classified as",
                                   .name = study->set->genre,
                                   .kinds = genres,
                                   .value = value};
        ok = plot_matrix(path, &matrix, error);
    }
    free(path);
    free(value);
    return ok;
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
    printf("test clips by genre (down) and by what they were classified as (across):\n");
    confusion_text(stdout, set->genre, set->genres, count);
    if (study->best_epoch > 0)
        printf("best in epoch %d: accuracy %.1f %% on validation\n", study->best_epoch,
               100.0 * study->validation.accuracy);
    printf("accuracy %.1f %% on %zu test clips\n", 100.0 * study->tested.accuracy,
           study->test_clips);
}

// ---- Testing ----

// Counts the test clips of each genre by what they were classified as; the caller frees the counts.
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
    return study->guess || error_out_of_memory(error);
}

static bool test(Study *study, Error *error)
{
    size_t *count = NULL;
    bool ok = classifier_score(&study->tested, &study->weights, study->set, study->test,
                               study->test_clips, study->guess, study->pool, error);
    if (ok) {
        count = count_guesses(study);
        ok = (count || error_out_of_memory(error)) && write_confusion(study, count, error) &&
             write_predictions(study, error) && write_summary(study, error) &&
             draw(study, count, error);
    }
    if (ok) print_confusion(study, count);
    free(count);
    return ok;
}

// ---- The call ----

static json_t *options_json(const Call *call)
{
    if (call->weights) return json_pack("{s:s}", "weights", call->weights);
    json_t *json = json_object();
    if (json && options_to_json(setting_options, &call->settings, json)) return json;
    json_decref(json);
    return NULL;
}

static bool study_set(const void *data, const LatentSet *set, Pool *pool, Error *error)
{
    const Call *call = data;
    Study study = {.call = call, .set = set, .pool = pool};
    const bool ok = choose_test(&study, error) &&
                    (!call->weights || classifier_read(&study.weights, set, call->weights, error) ||
                     explain_audio(call->weights, NEEDS_A_CLASSIFIER, error)) &&
                    study_begin(&call->results, set, options_json(call), error) &&
                    (call->weights || train(&study, error)) && test(&study, error);
    m5_weights_free(&study.weights);
    free(study.test);
    free(study.guess);
    for (int c = 0; c < CURVES; c++) free(study.curve[c]);
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
    {.name = "summary.csv", .content = CONTENT_TABLE},
    {.name = "accuracy.csv", .content = CONTENT_CURVES, .unless = "weights"},
    {.name = "confusion.csv", .content = CONTENT_TABLE},
    {.name = "predictions.csv", .content = CONTENT_TABLE},
    {.name = "accuracy.svg", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "loss.svg", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = "confusion.svg", .content = CONTENT_FIGURE, .unless = "no-pictures"},
    {.name = WEIGHTS_NAME, .guarded = true, .unless = "weights"},
    {.name = NULL},
};

const Command command_classify = {
    .name = "classify",
    .summary = "learns to recognise the genre of a latent",
    .text =
        "Trains a classifier (M5: four convolutions with batch normalisation and pooling) to\n"
        "recognise the genre of a set's latents (see `trainer latents`), keeps the weights with\n"
        "the best validation accuracy, and tests them. The folder gets accuracy.csv (by epoch),\n"
        "summary.csv, confusion.csv (genres and what they were classified as), predictions.csv\n"
        "(by test clip), classifier.safetensors (the weights), config.json, and pictures:\n"
        "accuracy.svg, loss.svg and confusion.svg. The terminal shows the confusion matrix too:\n"
        "a row for each genre, a column for each that its test clips were classified as. Names\n"
        "are shortened where 80 columns need it; more genres than fit follow below.\n",
    .example = "trainer classify normal-latents.safetensors -o normal-classifier",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {setting_options, AT(settings)},
                                     {threads_option, AT(threads)},
                                     {.table = NULL}},
    .outputs = outputs,
    .record = RECORD_KIND,
    .about = "A classifier that tells the genre of a latent: its accuracy by epoch, and on clips "
             "that it was not trained on.",
    .size = sizeof(Call),
    .run = run,
};
