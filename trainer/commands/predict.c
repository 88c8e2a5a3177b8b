// predict.c: `trainer predict`: the genre of new songs, with probabilities, by a classifier that
// `trainer classify` trained.
#include "cli/explain_audio.h"
#include "commands/command_list.h"
#include "files/file.h"
#include "network/m5.h"
#include "options/latent_parts.h"
#include "output/csv.h"

#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *classifier, *model;
    PathList songs;
    int threads;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"CLASSIFIER", "the weights of a classifier", AT(classifier), OPERAND_ONE},
    {"SONG…", "songs", AT(songs), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"model", 0, OPTION_INPUT, AT(model), .unit = "WEIGHTS", .shown = "found",
     .help = "the weights that made the latents that the classifier was trained on; without it, "
             "they are looked for in the current folder, in that of the classifier and in the one "
             "above it"},
    {"threads", 't', OPTION_INT, AT(threads), .unit = "N", .initial = "0",
     .shown = "0: one for each processor", .high = 1024, .transient = true,
     .help = "threads; the result is the same for any number"},
    {.name = NULL},
};

enum {
    BATCH = 16, // pieces of a song at once
    SHOWN = 3,  // genres of a song
};

#define PIECE_SECONDS 5.0 // of a classifier that does not say how long its latents were

typedef struct {
    M5Weights weights;
    Safetensors *file; // holds the metadata
    json_t *genres;
    size_t frames; // of a piece
    M5 *m5;
    float *pieces; // [BATCH][channels][frames]
    float *log_probability;
} Classifier;

// ---- The classifier ----

// Loads a file if it is the model of that fingerprint; otherwise NULL.
static Model *load_if(const char *path, const char *fingerprint)
{
    Arch arch;
    double rate;
    Error ignored;
    // What is no model may be long: its header tells.
    Model *model =
        model_load_header(path, &arch, &rate, NULL, &ignored) ? model_load(path, &ignored) : NULL;
    if (model && strcmp(model->fingerprint, fingerprint) == 0) return model;
    model_free(model);
    return NULL;
}

static Model *find_in(const char *folder, const char *fingerprint)
{
    static const char ending[] = ".safetensors";
    Model *model = NULL;
    DIR *entries = opendir(folder);
    for (const struct dirent *entry; entries && !model && (entry = readdir(entries));) {
        const size_t length = strlen(entry->d_name), tail = strlen(ending);
        if (length <= tail || strcmp(entry->d_name + length - tail, ending) != 0) continue;
        char *path = file_join(folder, entry->d_name);
        if (path) model = load_if(path, fingerprint);
        free(path);
    }
    if (entries) closedir(entries);
    return model;
}

// Returns the folder of a file, or the one above it; the caller frees it.
static char *folder_of(const char *path, bool above)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
    char *other = folder && above ? file_join(folder, "..") : NULL;
    if (!above) return folder;
    free(folder);
    return other;
}

// Loads the model of the classifier: the one that is named, or that is found.
static Model *load_model(const Call *call, const Safetensors *file, Error *error)
{
    const char *fingerprint = safetensors_metadata(file, "model");
    const char *name = safetensors_metadata(file, "model_name");
    if (call->model) return command_model(call->model, error);
    char *beside = folder_of(call->classifier, false), *above = folder_of(call->classifier, true);
    const char *const folders[] = {".", beside, above};
    Model *model = NULL;
    for (int i = 0; i < 3 && !model; i++)
        if (folders[i]) model = find_in(folders[i], fingerprint);
    free(beside);
    free(above);
    if (!model)
        error_set(error,
                  "%s: the model of its latents%s%s (fingerprint %.12s) is neither in the current "
                  "folder nor near the classifier; --model names it",
                  call->classifier, name && *name ? ", " : "", name ? name : "", fingerprint);
    return model;
}

static bool check(Classifier *classifier, const Model *model, Error *error)
{
    const Safetensors *file = classifier->file;
    const char *fingerprint = safetensors_metadata(file, "model");
    const char *name = safetensors_metadata(file, "model_name");
    if (strcmp(fingerprint, model->fingerprint) != 0)
        return error_set(error, "the classifier belongs to the latents of another model%s%s",
                         name && *name ? ": " : "", name ? name : "");
    classifier->genres = json_loads(safetensors_metadata(file, "genres"), 0, NULL);
    return (json_array_size(classifier->genres) == classifier->weights.shape.classes &&
            classifier->weights.shape.channels == (size_t)arch_latent_channels(&model->arch)) ||
           error_set(error, "the classifier's layers do not fit its genres and its model");
}

// Reads the classifier's file.
static bool read_classifier(Classifier *classifier, const char *path, Error *error)
{
    if (!m5_weights_read(&classifier->weights, &classifier->file, path, error))
        return explain_audio(path, NEEDS_A_CLASSIFIER, error);
    if (safetensors_metadata(classifier->file, "model") &&
        safetensors_metadata(classifier->file, "genres"))
        return true;
    return error_set(error, "%s: not the weights of a classifier", path);
}

static bool open_classifier(Classifier *classifier, const Call *call, const Model *model,
                            Pool *pool, Error *error)
{
    if (!check(classifier, model, error)) return error_prefix(error, call->classifier);
    const M5Shape *shape = &classifier->weights.shape;
    const char *frames = safetensors_metadata(classifier->file, "frames");
    long number;
    Error ignored;
    if (frames && parse_integer(frames, (long)m5_frames_min(), 1 << 24, &number, &ignored))
        classifier->frames = (size_t)number;
    else
        classifier->frames =
            (size_t)fmax(round(PIECE_SECONDS * model->sample_rate / arch_hop(&model->arch)),
                         (double)m5_frames_min());
    classifier->m5 = m5_new(shape, classifier->frames, BATCH, pool, error);
    classifier->pieces = malloc(BATCH * shape->channels * classifier->frames * sizeof(float));
    classifier->log_probability = malloc(BATCH * shape->classes * sizeof(float));
    if (!classifier->m5) return false;
    return (classifier->pieces && classifier->log_probability) || error_out_of_memory(error);
}

static void close_classifier(Classifier *classifier)
{
    m5_free(classifier->m5);
    m5_weights_free(&classifier->weights);
    safetensors_free(classifier->file);
    json_decref(classifier->genres);
    free(classifier->pieces);
    free(classifier->log_probability);
}

// Prints the test accuracy that `trainer classify` left beside the weights.
static void print_accuracy(const Call *call)
{
    const char *slash = strrchr(call->classifier, '/');
    char *folder = slash ? strndup(call->classifier, (size_t)(slash - call->classifier) + 1) : NULL;
    char *path = file_join(folder ? folder : ".", "summary.csv");
    CsvTable table;
    Error ignored;
    if (path && csv_load(&table, path, &ignored)) {
        const size_t split = csv_column(&table, "split"), accuracy = csv_column(&table, "accuracy");
        for (size_t i = 0; split < table.columns && accuracy < table.columns && i < table.rows; i++)
            if (strcmp(csv_cell(&table, i, split), "test") == 0)
                printf("accuracy on test clips: %.1f %%\n",
                       100.0 * csv_number(&table, i, accuracy));
        csv_free(&table);
    }
    free(path);
    free(folder);
}

// ---- A song ----

// Copies a piece from `at` on, [channels][frames]; a short song ends with zeros.
static void copy_piece(const Classifier *classifier, const Latent *latent, size_t at, float *to)
{
    const size_t channels = classifier->weights.shape.channels, frames = classifier->frames;
    for (size_t c = 0; c < channels; c++)
        for (size_t t = 0; t < frames; t++)
            to[c * frames + t] =
                at + t < latent->frames ? latent->values[(at + t) * channels + c] : 0.0f;
}

// Writes the mean over a song's pieces, one after the other, of each genre's probability.
static void classify(Classifier *classifier, const Latent *latent, double *probability)
{
    const size_t classes = classifier->weights.shape.classes, frames = classifier->frames;
    const size_t size = classifier->weights.shape.channels * frames;
    const size_t pieces = latent->frames < frames ? 1 : latent->frames / frames;
    for (size_t k = 0; k < classes; k++) probability[k] = 0.0;
    for (size_t first = 0; first < pieces; first += BATCH) {
        const float *input[BATCH];
        const size_t n = pieces - first < BATCH ? pieces - first : BATCH;
        for (size_t i = 0; i < n; i++) {
            input[i] = classifier->pieces + i * size;
            copy_piece(classifier, latent, (first + i) * frames, classifier->pieces + i * size);
        }
        m5_classify(classifier->m5, &classifier->weights, input, n, classifier->log_probability);
        for (size_t i = 0; i < n * classes; i++)
            probability[i % classes] +=
                exp((double)classifier->log_probability[i]) / (double)pieces;
    }
}

static void print_song(const Classifier *classifier, const char *name, double *probability)
{
    const size_t classes = classifier->weights.shape.classes;
    Error text; // fit for a terminal
    error_set(&text, "%s", name);
    printf("%s:", text.text);
    for (size_t shown = 0; shown < SHOWN && shown < classes; shown++) {
        size_t best = 0;
        for (size_t k = 1; k < classes; k++)
            if (probability[k] > probability[best]) best = k;
        printf("%s %s %.1f %%", shown ? "," : "",
               json_string_value(json_array_get(classifier->genres, best)),
               100.0 * probability[best]);
        probability[best] = -1.0;
    }
    putchar('\n');
}

static bool predict(const Call *call, Classifier *classifier, const Model *model, Error *error)
{
    LatentParts parts;
    Latent **latents = NULL;
    double *probability = calloc(classifier->weights.shape.classes, sizeof *probability);
    bool ok = latent_parts_find(&parts, call->songs.path, call->songs.count, 0, error);
    if (ok && !probability) ok = error_out_of_memory(error);
    if (ok) latents = latent_parts_load(&command_predict, &parts, model, error);
    for (size_t i = 0; latents && i < parts.count; i++) {
        classify(classifier, latents[i], probability);
        print_song(classifier, parts.part[i].path, probability);
    }
    ok = ok && latents;
    if (ok) print_accuracy(call);
    latents_free(latents, parts.count);
    latent_parts_free(&parts);
    free(probability);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    Classifier classifier = {.frames = 0};
    const bool read = read_classifier(&classifier, call->classifier, &error);
    Model *model = read ? load_model(call, classifier.file, &error) : NULL;
    Pool *pool = model ? command_pool(call->threads, &error) : NULL;
    const bool ok = pool && open_classifier(&classifier, call, model, pool, &error) &&
                    predict(call, &classifier, model, &error);
    close_classifier(&classifier);
    pool_free(pool);
    model_free(model);
    return ok ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_predict = {
    .name = "predict",
    .summary = "tells the genre of songs by a classifier",
    .text =
        "Encodes songs with the model of a classifier (see `trainer classify`), lets it classify\n"
        "one piece after another, as long as those it was trained on, and prints the most likely\n"
        "genres of each song with their probabilities, as means over its pieces. A song may be\n"
        "a part, as in song.ogg@0:30-1:00, a stored latent, or a folder of songs. The last line "
        "is\n"
        "the accuracy on the classifier's test clips, if its summary.csv is beside it.\n",
    .example = "trainer predict genres/classifier.safetensors song.ogg",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .size = sizeof(Call),
    .run = run,
};
