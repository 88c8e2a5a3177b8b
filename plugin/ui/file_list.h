// file_list.h: the models or references to choose from: those of the bundle, and those in the
// folder of the file that was chosen last. Reads the files; allocates. The window's thread only.
#ifndef TRASLUZ_UI_FILE_LIST_H
#define TRASLUZ_UI_FILE_LIST_H

#include "host.h"

#include <stddef.h>

enum { FILE_PATH_BYTES = 4096, FILES_MAX = 200 };

typedef struct {
    char *path;
    char name[96]; // without folder and ending
    bool is_folder;
    // Of a model. The style is the name of the folder of music that it was trained on; "" where the
    // file does not tell.
    char style[32];
    bool spectral;
    double milliseconds; // of latency
    double kilobytes;
    double seconds; // of a reference
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

// Reads what is told of a model from the head of its file. False where it is none.
bool file_describe_model(const char *path, double rate, FileEntry *entry);

// Writes "orchestral, spectra, 10.6 ms, 629 kB", or a reference's duration, in the window's
// language.
void file_about(const FileEntry *entry, FileKind kind, int language, char *text, size_t room);

// Returns a model's kind, and its style, in the window's language where it is one that we train.
const char *file_kind(const FileEntry *entry, int language);
const char *file_style(const FileEntry *entry, int language);

// Returns the number of the entry with this path, or -1.
int file_list_find(const FileList *list, const char *path);

// Writes the name that is shown for a path: without folder and ending.
void file_name(const char *path, char *name, size_t room);

#endif
