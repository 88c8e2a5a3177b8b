#include "output/json_file.h"

#include "files/file.h"
#include "files/plain_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

json_t *json_file_text(const char *text)
{
    json_t *json = json_string(text);
    if (json) return json;
    char *plain = plain_text_name(text);
    json = plain ? json_string(plain) : NULL;
    free(plain);
    return json;
}

bool json_file_is(const char *path, const char *kind)
{
    json_t *record = json_load_file(path, 0, NULL);
    const char *text = json_string_value(json_object_get(record, "kind"));
    const bool same = text && strcmp(text, kind) == 0;
    json_decref(record);
    return same;
}

bool json_file_may_write(const char *path, const char *kind, Error *error)
{
    if (access(path, F_OK) != 0 || json_file_is(path, kind)) return true;
    return error_set(error, "%s does not belong to %s: choose another folder", path, kind);
}

bool json_file_write(const char *path, const json_t *record, size_t flags, Error *error)
{
    FileWriter writer;
    char *text = record ? json_dumps(record, JSON_INDENT(2) | flags) : NULL;
    bool good = text ? file_create(&writer, path, error) : error_out_of_memory(error);
    if (good) {
        fprintf(writer.stream, "%s\n", text);
        good = file_commit(&writer, error);
    }
    free(text);
    return good;
}
