#include "training/music_list.h"

#include "output/json_file.h"

#include <string.h>

json_t *music_list_make(const Dataset *dataset)
{
    json_t *list = json_object();
    for (size_t i = 0; list && i < dataset->clips; i++) {
        const Clip *clip = &dataset->clip[i];
        json_t *name = json_file_text(clip->name);
        const char *key = json_string_value(name);
        if (key) json_object_set_new(list, key, json_integer((json_int_t)clip->samples));
        json_decref(name);
    }
    return list;
}

// Writes "3 files came: a.wav, b.wav, ..." for the members of `list` that `other` has not, or, with
// `changed`, has with another length.
static bool add_names(char *text, size_t size, const char *what, const json_t *list,
                      const json_t *other, bool changed)
{
    enum { NAMED = 3, NAME = 60 };
    const char *key;
    json_t *value;
    size_t count = 0, used = strlen(text);
    char names[(NAME + 8) * NAMED] = "";
    json_object_foreach ((json_t *)(uintptr_t)list, key, value) {
        const json_t *there = json_object_get(other, key);
        if (changed ? !there || json_equal(there, value) : there != NULL) continue;
        const size_t at = strlen(names);
        if (count < NAMED)
            snprintf(names + at, sizeof names - at, "%s%.*s", count ? ", " : "", NAME, key);
        count++;
    }
    if (count == 0) return false;
    snprintf(text + used, size - used, "%s%zu %s (%s%s)", used ? ", " : "", count, what, names,
             count > NAMED ? ", ..." : "");
    return true;
}

bool music_list_refuse(const json_t *theirs, const json_t *ours, Error *error)
{
    char text[sizeof error->text] = "";
    bool known = false;
    if (theirs) {
        known |= add_names(text, sizeof text, "came", ours, theirs, false);
        known |= add_names(text, sizeof text, "went", theirs, ours, false);
        known |= add_names(text, sizeof text, "changed", ours, theirs, true);
    }
    return error_set(error,
                     "the music is not what the training began with%s%s; bring it back, or "
                     "start over",
                     known ? ": of its files " : "", text);
}
