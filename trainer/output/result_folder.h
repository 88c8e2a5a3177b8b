// result_folder.h: what is in a folder of results, by what it is. Blocks and allocates; any thread.
#ifndef TRASLUZ_RESULT_FOLDER_H
#define TRASLUZ_RESULT_FOLDER_H

#include "output/csv.h"

#include <jansson.h>

typedef enum { ITEM_JSON, ITEM_TABLE, ITEM_PICTURE, ITEM_SOUND, ITEM_FOLDER, ITEM_OTHER } ItemKind;

typedef struct {
    char *path;
    const char *name; // its last part
    ItemKind kind;
    const char *type; // media type of pictures and sounds
    CsvTable table;   // of tables
    json_t *json;     // of JSON objects
} FolderItem;

typedef struct {
    FolderItem *item; // by name
    size_t count;
} Folder;

// Hidden files are passed over; tables and JSON objects are loaded, and what is not one after all
// is ITEM_OTHER: a folder may hold other people's files. The message names the path. The caller
// ends it with folder_close().
bool folder_open(Folder *folder, const char *path, Error *error);
void folder_close(Folder *folder);

size_t folder_count(const Folder *folder, ItemKind kind);

// True if there are drawings (SVG): commands that draw their tables themselves leave nothing to
// draw.
bool folder_has_figures(const Folder *folder);

#endif
