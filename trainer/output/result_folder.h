// result_folder.h: the files in a folder of results and what each is: as the command that made
// the folder declares it, or by the ending of its name if no command does. Blocks and
// allocates; any thread.
#ifndef TRASLUZ_RESULT_FOLDER_H
#define TRASLUZ_RESULT_FOLDER_H

#include "cli/outputs.h"
#include "output/csv.h"

#include <jansson.h>

typedef enum { ITEM_JSON, ITEM_TABLE, ITEM_PICTURE, ITEM_SOUND, ITEM_FOLDER, ITEM_OTHER } ItemKind;

typedef struct {
    char *path;
    const char *name; // its last part
    ItemKind kind;
    const char *type; // media type of pictures and sounds
    CsvTable table;   // of tables
    bool curves;      // of a table: it has a row for each epoch
    json_t *json;     // of JSON objects
} ResultItem;

typedef struct {
    ResultItem *item; // by name
    size_t count;
    bool has_figures;  // the command drew its tables itself
    const char *about; // what the folder has, a sentence; NULL if no command declares it
} ResultFolder;

// Opens a folder that one of these kinds describes, or none. Hidden files are skipped; tables and
// JSON objects are loaded, and what cannot be loaded is ITEM_OTHER: a folder may contain other
// people's files. The message names the path. The caller ends it with result_folder_close().
//
// `kinds`: ended by one without artefacts; NULL: none.
bool result_folder_open(ResultFolder *folder, const char *path, const ResultKind *kinds,
                        Error *error);
void result_folder_close(ResultFolder *folder);

size_t result_folder_count(const ResultFolder *folder, ItemKind kind);

#endif
