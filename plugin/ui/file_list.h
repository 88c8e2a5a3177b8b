// file_list.h: the models or references to choose from: those of the bundle, and those in the
// folder of the file that was chosen last. Reads the files; allocates. The window's thread only.
#ifndef TRASLUZ_UI_FILE_LIST_H
#define TRASLUZ_UI_FILE_LIST_H

#include "host.h"

#include <stddef.h>

enum { FILE_PATH_BYTES = 4096, FILES_MAX = 200 };

typedef struct {
    char *path;
    char name[96];  // without folder and ending
    char about[96]; // kind, delay and size, or duration; "" of a folder
    bool is_folder;
} FileEntry;

typedef struct {
    FileEntry entry[FILES_MAX];
    int count;
} FileList;

// Lists what is in the bundle's folder and in that of `current`, "" for none. References are only
// those that fit the model at `model`. `rate`, in Hz, is the host's.
void file_list_fill(FileList *list, FileKind kind, const char *bundle, const char *current,
                    const char *model, double rate);

// Lists the folders and the files of one folder, the folder above first.
void file_list_browse(FileList *list, FileKind kind, const char *folder, const char *model,
                      double rate);

void file_list_clear(FileList *list);

// Returns the number of the entry with this path, or -1.
int file_list_find(const FileList *list, const char *path);

// Writes the name that is shown for a path: without folder and ending.
void file_name(const char *path, char *name, size_t room);

#endif
