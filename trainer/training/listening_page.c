#include "training/listening_page.h"

#include "audio/sound_bytes.h"
#include "engine/engine.h"
#include "files/file.h"
#include "output/html.h"
#include "training/training_paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TITLE           "Hear "
#define EXCERPT_SECONDS 6.0
#define AUDIBLE         1e-6f // mean square

enum { PIECE = 4096 }; // samples

// One sound of the page: settings of the engine, and the options of `trainer reconstruct` that are
// the same; without options it is the excerpt itself.
typedef struct {
    const char *caption, *options;
    EngineSettings settings;
} Take;

static const Take takes[] = {
    {"Before: the piece itself", NULL, {ENGINE_NEUTRAL}},
    {"After: encoded and decoded", "", {ENGINE_NEUTRAL}},
    {"Noise 0.5: the latent with random changes",
     " --noise 0.5",
     {.latent = {LATENT_NEUTRAL, .noise = 0.5f}, .wet = 1.0f, .gain = 1.0f, .enabled = true}},
    {"Offset 0.5: every latent channel moved in one direction",
     " --offset 0.5",
     {.latent = {LATENT_NEUTRAL, .offset = 0.5f}, .wet = 1.0f, .gain = 1.0f, .enabled = true}},
};

enum { TAKES = sizeof takes / sizeof *takes };

// ---- The excerpt ----

// The middle of a validation piece.
typedef struct {
    size_t clip, start, samples;
    float *audio; // [samples]
} Excerpt;

static bool is_audible(const Excerpt *excerpt)
{
    float power = 0.0f;
    for (size_t i = 0; i < excerpt->samples; i++) power += excerpt->audio[i] * excerpt->audio[i];
    return power > AUDIBLE * (float)excerpt->samples;
}

// Reads the middle of the first validation piece that is not silent there; of the first if all are.
static bool read_excerpt(Excerpt *excerpt, const Dataset *dataset, Error *error)
{
    const size_t most = (size_t)(EXCERPT_SECONDS * dataset->rate);
    excerpt->audio = calloc(most, sizeof *excerpt->audio);
    if (!excerpt->audio) return error_out_of_memory(error);
    size_t first = dataset->clips;
    for (size_t i = dataset->clips; i-- > 0;)
        if (dataset_in_split(dataset, i, SPLIT_VALIDATION)) first = i;
    for (size_t i = first;; i++) {
        if (i == dataset->clips) i = first;
        const bool again = i == first && excerpt->samples > 0;
        if (!dataset_in_split(dataset, i, SPLIT_VALIDATION)) continue;
        const size_t length = dataset->clip[i].samples;
        excerpt->clip = i;
        excerpt->samples = length < most ? length : most;
        excerpt->start = (length - excerpt->samples) / 2;
        dataset_read(dataset, (Window){(uint32_t)i, excerpt->start}, excerpt->samples,
                     excerpt->audio);
        if (again || is_audible(excerpt)) return true;
    }
}

// ---- Sound ----

// Sends audio[n] through the effect to out[n], without its latency.
static bool render(const Model *model, const EngineSettings *settings, const float *audio, size_t n,
                   float *out, Error *error)
{
    float piece[PIECE];
    float *const channel[1] = {piece};
    Engine *engine = engine_new(model, NULL, model->sample_rate, 1, error);
    if (!engine) return false;
    const size_t latency = (size_t)engine_latency(engine);
    for (size_t at = 0; at < n + latency; at += PIECE) {
        for (size_t i = 0; i < PIECE; i++) piece[i] = at + i < n ? audio[at + i] : 0.0f;
        engine_process(engine, settings, (const float *const *)channel, channel, PIECE);
        for (size_t i = 0; i < PIECE; i++)
            if (at + i >= latency && at + i < n + latency) out[at + i - latency] = piece[i];
    }
    engine_free(engine);
    return true;
}

// Fills sounds[TAKES][samples]; all with the same gain, so that none is clipped.
static bool render_takes(const Model *model, const Excerpt *excerpt, float *sounds, Error *error)
{
    const size_t n = excerpt->samples;
    float peak = 1.0f;
    for (size_t t = 0; t < TAKES; t++) {
        float *sound = sounds + t * n;
        if (!takes[t].options)
            memcpy(sound, excerpt->audio, n * sizeof *sound);
        else if (!render(model, &takes[t].settings, excerpt->audio, n, sound, error))
            return false;
    }
    for (size_t i = 0; i < TAKES * n; i++) peak = fmaxf(peak, fabsf(sounds[i]));
    for (size_t i = 0; peak > 1.0f && i < TAKES * n; i++) sounds[i] /= peak;
    return true;
}

// ---- The page ----

static bool write_sounds(FILE *page, const Model *model, const float *sounds, size_t samples,
                         Error *error)
{
    html_figures_begin(page);
    for (size_t t = 0; t < TAKES; t++) {
        size_t size;
        unsigned char *bytes = sound_bytes(SOUND_FLAC, sounds + t * samples, samples,
                                           model->sample_rate, &size, error);
        if (!bytes) return false;
        html_sound(page, "audio/flac", bytes, size, takes[t].caption);
        free(bytes);
    }
    html_figures_end(page);
    return true;
}

static void write_facts(FILE *page, const TrainingOptions *options, const Model *model,
                        const Clip *clip, const Excerpt *excerpt)
{
    const ModelInfo *info = &model->info;
    const double rate = model->sample_rate;
    char text[64];
    html_table_begin(page, "The weights that sound here, and the piece");
    html_pair(page, "piece", clip->name);
    snprintf(text, sizeof text, "%.4g to %.4g s", (double)excerpt->start / rate,
             (double)(excerpt->start + excerpt->samples) / rate);
    html_pair(page, "from it", text);
    snprintf(text, sizeof text, "%d of %d", info->epochs, options->schedule.epochs);
    html_pair(page, "epoch", text);
    snprintf(text, sizeof text, "%.6f", info->validation_loss);
    html_pair(page, "validation loss", text);
    for (size_t t = 0; t < TAKES; t++) {
        if (!takes[t].options) continue;
        char caption[64], call[MODEL_TEXT_MAX];
        snprintf(caption, sizeof caption, "%.*s", (int)strcspn(takes[t].caption, ":"),
                 takes[t].caption);
        snprintf(call, sizeof call, "trainer reconstruct %.500s SONG -o heard.wav%s",
                 options->output, takes[t].options);
        html_pair(page, caption, call);
    }
    html_table_end(page);
}

static bool write_page(FILE *page, const TrainingOptions *options, const Dataset *dataset,
                       const Model *model, bool ended, Error *error)
{
    const char *slash = strrchr(options->output, '/');
    const size_t most = TAKES * (size_t)(EXCERPT_SECONDS * dataset->rate);
    char title[320];
    Excerpt excerpt = {0};
    float *sounds = malloc(most * sizeof *sounds);
    bool ok = (sounds || error_out_of_memory(error)) && read_excerpt(&excerpt, dataset, error) &&
              render_takes(model, &excerpt, sounds, error);
    if (ok) {
        snprintf(title, sizeof title, TITLE "%.255s", slash ? slash + 1 : options->output);
        html_begin(page, title);
        html_paragraph(page,
                       ended ? "The training has stopped. These are its best weights."
                             : "These are the best weights so far. The training renews this page "
                               "when it finds better ones: reload it then.");
        ok = write_sounds(page, model, sounds, excerpt.samples, error);
    }
    if (ok) {
        html_paragraph(page,
                       dataset->split_shared
                           ? "The plugin sounds so with Detail at 0. The channels are averaged."
                           : "The plugin sounds so with Detail at 0. The model was not trained on "
                             "this piece, whose channels are averaged.");
        write_facts(page, options, model, &dataset->clip[excerpt.clip], &excerpt);
        html_end(page);
    }
    free(excerpt.audio);
    free(sounds);
    return ok;
}

bool listening_page_write(const TrainingOptions *options, const Dataset *dataset, bool ended,
                          Error *error)
{
    FileWriter writer;
    char *path = training_page_path(options->output);
    Model *model = path ? model_load(options->output, error) : NULL;
    bool ok = path || error_out_of_memory(error);
    ok = ok && model && file_create(&writer, path, error);
    if (ok && !write_page(writer.stream, options, dataset, model, ended, error)) {
        file_abandon(&writer);
        ok = false;
    } else if (ok) {
        ok = file_commit(&writer, error);
    }
    model_free(model);
    free(path);
    return ok;
}

bool listening_page_is(const char *path)
{
    return file_begins(path, PAGE_BEGINNING PAGE_TITLE TITLE);
}
