#include "analysis/classifier_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "trasluz-classifier"

// Returns the genres as the file names them; the caller frees the text.
static char *genres_text(const LatentSet *set)
{
    json_t *genres = json_array();
    for (size_t i = 0; i < set->genres; i++)
        json_array_append_new(genres, json_string(set->genre[i]));
    char *text = json_dumps(genres, JSON_COMPACT);
    json_decref(genres);
    return text;
}

bool classifier_write(const ClassifierEpoch *epoch, const LatentSet *set, uint32_t seed,
                      const char *path, Error *error)
{
    SafetensorsBuilder *header = safetensors_builder_new();
    char *genres = genres_text(set);
    bool ok = header && genres;
    if (ok) {
        safetensors_describe(header, "format", FORMAT);
        safetensors_describe(header, "format_version", "1");
        safetensors_describe(header, "genres", "%s", genres);
        safetensors_describe(header, "model", "%s", set->fingerprint);
        safetensors_describe(header, "model_name", "%s", set->model_name);
        safetensors_describe(header, "frames", "%zu", set->frames);
        safetensors_describe(header, "seed", "%" PRIu32, seed);
        safetensors_describe(header, "epochs", "%d", epoch->epoch);
        safetensors_describe(header, "validation_accuracy", "%.6f", epoch->validation.accuracy);
        ok = m5_weights_write(epoch->best, header, path, error);
    } else {
        safetensors_builder_free(header);
        error_out_of_memory(error);
    }
    free(genres);
    return ok;
}

static bool check(const M5Weights *weights, const Safetensors *file, const LatentSet *set,
                  Error *error)
{
    const char *format = safetensors_metadata(file, "format");
    const char *model = safetensors_metadata(file, "model");
    const char *genres = safetensors_metadata(file, "genres");
    if (!format || !model || !genres || strcmp(format, FORMAT) != 0)
        return error_set(error, "not the weights of a classifier");
    if (strcmp(model, set->fingerprint) != 0)
        return error_set(error, "the classifier belongs to the latents of another model");
    char *known = genres_text(set);
    const bool same = known && strcmp(genres, known) == 0;
    free(known);
    if (!same)
        return error_set(error, "the classifier was trained with other genres: %.200s", genres);
    return (weights->shape.channels == set->channels && weights->shape.classes == set->genres) ||
           error_set(error, "the classifier's layers do not fit the set");
}

bool classifier_read(M5Weights *weights, const LatentSet *set, const char *path, Error *error)
{
    Safetensors *file = NULL;
    const bool ok = m5_weights_read(weights, &file, path, error) &&
                    (check(weights, file, set, error) || error_prefix(error, path));
    safetensors_free(file);
    return ok;
}
