#include "output/result_folder.h"

#include "files/file.h"

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
    {".flac", ITEM_SOUND, "audio/flac"},
    {".ogg", ITEM_SOUND, "audio/ogg"},
};

static void find_kind(FolderItem *item)
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

static void load_item(FolderItem *item)
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

void folder_close(Folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->item[i].path);
        csv_free(&folder->item[i].table);
        json_decref(folder->item[i].json);
    }
    free(folder->item);
    *folder = (Folder){0};
}

static bool add_item(Folder *folder, const char *path, const char *name, Error *error)
{
    FolderItem *item = &folder->item[folder->count];
    *item = (FolderItem){.path = file_join(path, name)};
    if (!item->path) return error_set(error, "out of memory");
    folder->count++;
    item->name = strrchr(item->path, '/') + 1;
    find_kind(item);
    load_item(item);
    return true;
}

bool folder_open(Folder *folder, const char *path, Error *error)
{
    struct dirent **entry = NULL;
    *folder = (Folder){0};
    const int entries = scandir(path, &entry, is_shown, by_bytes);
    if (entries < 0) return error_set(error, "%s: %s", path, strerror(errno));
    folder->item = calloc((size_t)entries + 1, sizeof *folder->item);
    bool good = folder->item || error_set(error, "out of memory");
    for (int i = 0; i < entries; i++) {
        good = good && add_item(folder, path, entry[i]->d_name, error);
        free(entry[i]);
    }
    free(entry);
    if (!good) folder_close(folder);
    return good;
}

size_t folder_count(const Folder *folder, ItemKind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < folder->count; i++) count += folder->item[i].kind == kind;
    return count;
}

bool folder_has_figures(const Folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        if (folder->item[i].kind == ITEM_PICTURE &&
            strcmp(folder->item[i].type, "image/svg+xml") == 0)
            return true;
    return false;
}
