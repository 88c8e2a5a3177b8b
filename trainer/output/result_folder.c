#include "output/result_folder.h"

#include "files/file.h"
#include "output/report_curves.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const struct {
    const char *ending;
    ItemKind kind;
    const char *type;
} endings[] = {
    {".json", ITEM_JSON, NULL},
    {".csv", ITEM_TABLE, NULL},
    {".svg", ITEM_PICTURE, "image/svg+xml"},
    {".png", ITEM_PICTURE, "image/png"},
    {".wav", ITEM_SOUND, "audio/wav"},
    {".w64", ITEM_SOUND, "audio/wav"},
    {".flac", ITEM_SOUND, "audio/flac"},
    {".ogg", ITEM_SOUND, "audio/ogg"},
};

static void find_kind(ResultItem *item)
{
    struct stat status;
    const char *dot = strrchr(item->name, '.');
    item->kind = ITEM_OTHER;
    if (stat(item->path, &status) != 0) return;
    if (S_ISDIR(status.st_mode)) item->kind = ITEM_FOLDER;
    for (size_t i = 0; S_ISREG(status.st_mode) && dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i].ending) == 0) {
            item->kind = endings[i].kind;
            item->type = endings[i].type;
        }
}

static void load_item(ResultItem *item)
{
    Error ignored;
    if (item->kind == ITEM_TABLE && !csv_load(&item->table, item->path, &ignored))
        item->kind = ITEM_OTHER;
    if (item->kind != ITEM_JSON) return;
    item->json = json_load_file(item->path, 0, NULL);
    if (!json_is_object(item->json)) item->kind = ITEM_OTHER;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

void result_folder_close(ResultFolder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->item[i].path);
        csv_free(&folder->item[i].table);
        json_decref(folder->item[i].json);
    }
    free(folder->item);
    *folder = (ResultFolder){0};
}

static bool add_item(ResultFolder *folder, const char *path, const char *name, Error *error)
{
    ResultItem *item = &folder->item[folder->count];
    *item = (ResultItem){.path = file_join(path, name)};
    if (!item->path) return error_out_of_memory(error);
    folder->count++;
    item->name = strrchr(item->path, '/') + 1;
    find_kind(item);
    load_item(item);
    return true;
}

// ---- What commands declare ----

static const ResultItem *find_item(const ResultFolder *folder, const char *name)
{
    for (size_t i = 0; i < folder->count; i++)
        if (strcmp(folder->item[i].name, name) == 0) return &folder->item[i];
    return NULL;
}

static bool is_of_kind(const ResultFolder *folder, const ResultKind *kind)
{
    const Artefact *mark = kind->artefacts;
    const ResultItem *config = find_item(folder, "config.json");
    const ResultItem *item = find_item(folder, mark->name);
    const char *record = config ? json_string_value(json_object_get(config->json, "kind")) : NULL;
    if (kind->record && record && strcmp(record, kind->record) == 0) return true;
    return item && (mark->is_ours ? mark->is_ours(item->path) : !kind->record);
}

static void apply_declaration(ResultFolder *folder, const Artefact *artefact)
{
    for (size_t i = 0; i < folder->count; i++) {
        ResultItem *item = &folder->item[i];
        if (strcmp(item->name, artefact->name) != 0) continue;
        item->curves = item->kind == ITEM_TABLE && artefact->content == CONTENT_CURVES;
        folder->has_figures |= artefact->content == CONTENT_FIGURE;
        if (artefact->content == CONTENT_HIDDEN) item->kind = ITEM_OTHER;
    }
}

// Of files that no command declares.
static void guess_contents(ResultFolder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        ResultItem *item = &folder->item[i];
        item->curves = item->kind == ITEM_TABLE && table_has_curves(&item->table);
        folder->has_figures |=
            item->kind == ITEM_PICTURE && strcmp(item->type, "image/svg+xml") == 0;
    }
}

static void find_contents(ResultFolder *folder, const ResultKind *kinds)
{
    const ResultKind *kind = kinds;
    while (kind && kind->artefacts && !is_of_kind(folder, kind)) kind++;
    if (!kind || !kind->artefacts) {
        guess_contents(folder);
        return;
    }
    folder->about = kind->about;
    for (const Artefact *artefact = kind->artefacts; artefact->name; artefact++)
        apply_declaration(folder, artefact);
}

// ---- The folder ----

bool result_folder_open(ResultFolder *folder, const char *path, const ResultKind *kinds,
                        Error *error)
{
    struct dirent **entry = NULL;
    *folder = (ResultFolder){0};
    const int entries = scandir(path, &entry, is_shown, by_bytes);
    if (entries < 0) return error_set(error, "%s: %s", path, strerror(errno));
    folder->item = calloc((size_t)entries + 1, sizeof *folder->item);
    bool ok = folder->item || error_out_of_memory(error);
    for (int i = 0; i < entries; i++) {
        ok = ok && add_item(folder, path, entry[i]->d_name, error);
        free(entry[i]);
    }
    free(entry);
    if (ok)
        find_contents(folder, kinds);
    else
        result_folder_close(folder);
    return ok;
}

size_t result_folder_count(const ResultFolder *folder, ItemKind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < folder->count; i++) count += folder->item[i].kind == kind;
    return count;
}
