#include "training/run_config.h"

#include "files/file.h"
#include "output/json_file.h"
#include "training/music_list.h"
#include "training/training_settings.h"
#include "version.h"

#include <cblas.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONFIG_MAX = 1 << 20 }; // bytes of a file

// ---- Describing ----

// Returns one layer with the frames of its output.
static json_t *layer_json(const Layer *layer, uint64_t frames)
{
    if (layer->kind == LAYER_RESIDUAL)
        return json_pack("{s:s, s:i, s:i, s:i, s:i, s:I}", "kind", "residual", "channels",
                         layer->out, "width", layer->width, "kernel", layer->kernel, "dilation",
                         layer->dilation, "frames", (json_int_t)frames);
    return json_pack("{s:i, s:i, s:i, s:i, s:I}", "channels", layer->out, "kernel", layer->kernel,
                     "stride", layer->stride, "padding", layer->padding, "frames",
                     (json_int_t)frames);
}

static json_t *chain_json(const Chain *chain, bool transposed, uint64_t frames)
{
    json_t *layers = json_array();
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        frames = transposed ? conv_transposed_length(layer, frames) : conv_length(layer, frames);
        json_array_append_new(layers, layer_json(layer, frames));
    }
    return layers;
}

static json_t *architecture_json(const TrainingOptions *o)
{
    const Arch *arch = &o->arch;
    const uint64_t frames = arch_latent_frames(arch, o->window);
    const uint64_t values = frames * (uint64_t)arch_latent_channels(arch);
    return json_pack("{s:[i, I], s:I, s:f, s:I, s:i, s:i, s:f, s:b, s:o, s:o}", "latent",
                     arch_latent_channels(arch), (json_int_t)frames, "latent_values",
                     (json_int_t)values, "share_of_input", (double)values / (double)o->window,
                     "parameters", (json_int_t)arch_parameters(arch), "hop", arch_hop(arch),
                     "delay", arch_delay(arch), "multiply_adds_a_second",
                     arch_multiply_adds(arch, o->rate), "linear_path", arch->linear, "encoder",
                     chain_json(&arch->encoder, false, arch_front_frames(arch, o->window)),
                     "decoder", chain_json(&arch->decoder, true, frames));
}

static json_t *data_json(const Dataset *dataset)
{
    char fingerprint[HASH_TEXT];
    size_t clips[SPLITS] = {0};
    double samples = 0.0;
    dataset_fingerprint(dataset, fingerprint);
    for (size_t i = 0; i < dataset->clips; i++) {
        samples += (double)dataset->clip[i].samples;
        for (int split = 0; split < SPLITS; split++)
            clips[split] += dataset_in_split(dataset, i, (Split)split);
    }
    json_t *genres = json_array();
    for (size_t i = 0; i < dataset->genres; i++)
        json_array_append_new(genres, json_file_text(dataset->genre[i]));
    return json_pack("{s:s, s:I, s:f, s:I, s:I, s:I, s:o, s:o}", "fingerprint", fingerprint,
                     "clips", (json_int_t)dataset->clips, "hours", samples / dataset->rate / 3600.0,
                     split_names[SPLIT_TRAIN], (json_int_t)clips[SPLIT_TRAIN],
                     split_names[SPLIT_VALIDATION], (json_int_t)clips[SPLIT_VALIDATION],
                     split_names[SPLIT_TEST], (json_int_t)clips[SPLIT_TEST], "genres", genres,
                     "files", music_list_make(dataset));
}

static json_t *versions_json(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "trainer", TRASLUZ_VERSION, "compiler",
                     __VERSION__, "openblas", openblas_get_config(), "libsndfile",
                     sf_version_string(), "libsamplerate", src_get_version(), "jansson",
                     jansson_version_str());
}

json_t *run_config_make(const TrainingOptions *options, const Dataset *dataset)
{
    char started[32];
    const time_t now = time(NULL);
    struct tm utc;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    return json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "kind", RUN_CONFIG_KIND,
                     "name", json_file_text(options->name), "trained_on",
                     json_file_text(options->trained_on), "command",
                     json_file_text(options->command), "started", started, "settings",
                     training_settings_json(options), "architecture", architecture_json(options),
                     "data", data_json(dataset), "versions", versions_json());
}

// ---- Files ----

bool run_config_write(const char *path, const json_t *config, Error *error)
{
    return json_file_write(path, config, JSON_REAL_PRECISION(9), error);
}

static json_t *read_config(const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, CONFIG_MAX, &size, error);
    if (!bytes) return NULL;
    json_error_t why;
    json_t *config = json_loadb((const char *)bytes, size, 0, &why);
    if (!config) error_set(error, "line %d: %s", why.line, why.text);
    free(bytes);
    return config;
}

// Compares values as they are written: a number that was read may differ in its last bit.
static bool same_value(const json_t *a, const json_t *b)
{
    char texts[2][64];
    if (!json_is_real(a) || !json_is_number(b)) return json_equal(a, b);
    snprintf(texts[0], sizeof texts[0], "%.8g", json_real_value(a));
    snprintf(texts[1], sizeof texts[1], "%.8g", json_number_value(b));
    return strcmp(texts[0], texts[1]) == 0;
}

static bool report_difference(const char *name, const json_t *theirs, const json_t *ours,
                              Error *error)
{
    char *there = theirs ? json_dumps(theirs, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9)) : NULL;
    char *here = json_dumps(ours, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
    error_set(error, "belongs to another training: %s %.80s, expected %.80s", name,
              there ? there : "unknown", here ? here : "another");
    free(there);
    free(here);
    return false;
}

static bool check_config(const json_t *stored, const json_t *config, Error *error)
{
    const char *name;
    json_t *value;
    const json_t *settings = json_object_get(stored, "settings");
    json_object_foreach (json_object_get(config, "settings"), name, value) {
        const json_t *theirs = json_object_get(settings, name);
        if (!same_value(value, theirs)) return report_difference(name, theirs, value, error);
    }
    const json_t *data = json_object_get(json_object_get(config, "data"), "fingerprint");
    const json_t *theirs = json_object_get(json_object_get(stored, "data"), "fingerprint");
    if (json_equal(data, theirs)) return true;
    return music_list_refuse(json_object_get(json_object_get(stored, "data"), "files"),
                             json_object_get(json_object_get(config, "data"), "files"), error);
}

bool run_config_check(const char *path, const json_t *config, Error *error)
{
    json_t *stored = read_config(path, error);
    const bool good = stored && check_config(stored, config, error);
    json_decref(stored);
    return good || error_prefix(error, path);
}
