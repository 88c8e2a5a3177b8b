#include "file_list.h"

#include "control_table.h"
#include "engine/engine_latency.h"
#include "latent/latent.h"
#include "model/model.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define ENDING ".safetensors"

void file_name(const char *path, char *name, size_t room)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, room, "%s", slash ? slash + 1 : path);
    char *ending = strstr(name, ENDING);
    if (ending && ending[strlen(ENDING)] == '\0') *ending = '\0';
}

void file_list_clear(FileList *list)
{
    for (int i = 0; i < list->count; i++) free(list->entry[i].path);
    list->count = 0;
}

int file_list_find(const FileList *list, const char *path)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->entry[i].path, path) == 0) return i;
    return -1;
}

// ---- What is told of a file ----

// Finds the folder of music in "trainer train FOLDER -o MODEL …", which is how the trainer writes
// down how a model was made.
static void find_style(const char *command, char *style, size_t room)
{
    static const char begin[] = "trainer train ";
    *style = '\0';
    if (strncmp(command, begin, sizeof begin - 1) != 0) return;
    const char *folder = command + sizeof begin - 1;
    const bool quoted = *folder == '\'';
    folder += quoted;
    size_t length = strcspn(folder, quoted ? "'" : " ");
    if (*folder == '-') return; // an option
    while (length > 0 && folder[length - 1] == '/') length--;
    size_t first = length;
    while (first > 0 && folder[first - 1] != '/') first--;
    snprintf(style, room, "%.*s", (int)(length - first), folder + first);
}

bool file_describe_model(const char *path, double rate, FileEntry *entry)
{
    Error error;
    Arch arch;
    double model_rate;
    struct stat about;
    ModelInfo *info = calloc(1, sizeof *info);
    const bool read = info && stat(path, &about) == 0 &&
                      model_load_header(path, &arch, &model_rate, info, &error);
    if (read) {
        find_style(info->command, entry->style, sizeof entry->style);
        entry->spectral = arch.front.kind == FRONT_SPECTRUM;
        entry->milliseconds = 1e3 * engine_latency_of(&arch, model_rate, rate) / rate;
        entry->kilobytes = (double)about.st_size / 1000;
    }
    free(info);
    return read;
}

static bool describe_reference(const Model *model, FileEntry *entry)
{
    Error error;
    Latent *latent = model ? latent_load(entry->path, &error) : NULL;
    const bool fits = latent && latent_fits(latent, model, &error);
    if (fits) entry->seconds = (double)latent->frames / latent->frame_rate;
    latent_free(latent);
    return fits;
}

const char *file_style(const FileEntry *entry, int language)
{
    static const char *const known[][LANGUAGES] = {
        {"music", "música"},        {"neutral", "neutra"}, {"electronic", "electrónica"},
        {"orchestral", "orquesta"}, {"rock", "rock"},      {"voices", "voces"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(entry->style, known[i][LANGUAGE_ENGLISH]) == 0) return known[i][language];
    return entry->style;
}

const char *file_kind(const FileEntry *entry, int language)
{
    static const char *const kinds[LANGUAGES][2] = {{"waveforms", "spectra"},
                                                    {"ondas", "espectros"}};
    return kinds[language][entry->spectral];
}

void file_about(const FileEntry *entry, FileKind kind, int language, char *text, size_t room)
{
    const char *style = file_style(entry, language);
    if (kind == FILE_REFERENCE)
        snprintf(text, room, "%.1f s", entry->seconds);
    else
        snprintf(text, room, "%s%s%s, %.1f ms, %.0f kB", style, *style ? ", " : "",
                 file_kind(entry, language), entry->milliseconds, entry->kilobytes);
}

// ---- Lists ----

static void add(FileList *list, const char *folder, const char *name, bool is_folder)
{
    if (list->count == FILES_MAX) return;
    char path[FILE_PATH_BYTES];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path || file_list_find(list, path) >= 0) return;
    FileEntry *entry = &list->entry[list->count];
    *entry = (FileEntry){.path = strdup(path), .is_folder = is_folder};
    if (!entry->path) return;
    file_name(name, entry->name, sizeof entry->name);
    list->count++;
}

static bool ends_well(const char *name)
{
    const size_t length = strlen(name), ending = strlen(ENDING);
    return length > ending && strcmp(name + length - ending, ENDING) == 0;
}

static int by_name(const void *a, const void *b)
{
    const FileEntry *x = a, *y = b;
    if (x->is_folder != y->is_folder) return x->is_folder ? -1 : 1;
    return strcasecmp(x->name, y->name);
}

static void add_folder(FileList *list, FileKind kind, const char *folder, const Model *model,
                       double rate, bool folders)
{
    const int first = list->count;
    DIR *directory = opendir(folder);
    if (!directory) return;
    for (struct dirent *item; (item = readdir(directory));) {
        char path[FILE_PATH_BYTES];
        struct stat about;
        if (item->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, item->d_name);
        if (stat(path, &about) != 0) continue;
        if (S_ISDIR(about.st_mode) ? !folders : !ends_well(item->d_name)) continue;
        const int before = list->count;
        add(list, folder, item->d_name, S_ISDIR(about.st_mode));
        if (list->count == before || list->entry[before].is_folder) continue;
        FileEntry *entry = &list->entry[before];
        if (kind == FILE_MODEL ? !file_describe_model(entry->path, rate, entry)
                               : !describe_reference(model, entry))
            free(list->entry[--list->count].path);
    }
    closedir(directory);
    qsort(list->entry + first, (size_t)(list->count - first), sizeof *list->entry, by_name);
}

static void folder_of(const char *path, char *folder, size_t room)
{
    snprintf(folder, room, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) *(slash == folder ? slash + 1 : slash) = '\0';
}

static Model *load_model(FileKind kind, const char *path)
{
    Error error;
    return kind == FILE_REFERENCE && *path ? model_load(path, &error) : NULL;
}

void file_list_fill(FileList *list, FileKind kind, const char *bundle, const char *current,
                    const char *model, double rate)
{
    char folder[FILE_PATH_BYTES];
    Model *fits = load_model(kind, model);
    file_list_clear(list);
    const size_t length = strlen(bundle);
    snprintf(folder, sizeof folder, "%s%s%s", bundle,
             length > 0 && bundle[length - 1] == '/' ? "" : "/",
             kind == FILE_MODEL ? "models" : "references");
    add_folder(list, kind, folder, fits, rate, false);
    if (*current) {
        folder_of(current, folder, sizeof folder);
        add_folder(list, kind, folder, fits, rate, false);
    }
    model_free(fits);
}

void file_list_browse(FileList *list, FileKind kind, const char *folder, const char *model,
                      double rate)
{
    char here[FILE_PATH_BYTES], above[FILE_PATH_BYTES];
    snprintf(here, sizeof here, "%s", folder); // it may be an entry's path
    Model *fits = load_model(kind, model);
    file_list_clear(list);
    folder_of(here, above, sizeof above);
    FileEntry *up = &list->entry[0];
    *up = (FileEntry){.path = strdup(above), .name = "..", .is_folder = true};
    if (up->path) list->count = 1;
    add_folder(list, kind, here, fits, rate, true);
    model_free(fits);
}
