#include "study.h"

#include <stdlib.h>
#include <string.h>

bool study_create(FileWriter *writer, const char *folder, const char *name, Error *error)
{
    char *path = file_join(folder, name);
    if (!path) return error_set(error, "out of memory");
    const bool good = file_create(writer, path, error);
    free(path);
    return good;
}

bool study_begin(const char *folder, const char *kind, const LatentSet *set, json_t *options,
                 Error *error)
{
    json_t *config = json_pack("{s:s, s:s, s:s, s:s, s:[I, I], s:I, s:o}", "kind", kind, "model",
                               set->model_name, "fingerprint", set->fingerprint, "set", set->source,
                               "latent", (json_int_t)set->channels, (json_int_t)set->frames,
                               "window", (json_int_t)set->window, "options", options);
    char *text = config ? json_dumps(config, JSON_INDENT(2)) : NULL;
    FileWriter writer;
    bool good = text || error_set(error, "out of memory");
    good = good && file_make_folders(folder, error) &&
           study_create(&writer, folder, "config.json", error);
    if (good) {
        fprintf(writer.stream, "%s\n", text);
        good = file_commit(&writer, error);
    }
    free(text);
    json_decref(config);
    return good;
}

void study_field(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"') fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}
