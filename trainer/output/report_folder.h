// report_folder.h: a folder of results as part of a page: whatever is in it, by what it is. JSON
// objects become lists of settings, or a table of generated music; tables become tables, and curves
// where the folder has no figures of its own; pictures and small sounds are put in; folders within
// it are shown the same way, their curves together in one figure. For one thread.
#ifndef TRASLUZ_REPORT_FOLDER_H
#define TRASLUZ_REPORT_FOLDER_H

#include "base/progress.h"
#include "output/report_curves.h"

#include <stddef.h>

typedef struct {
    FigureTarget target;
    size_t sound_bytes; // of a sound, at most
    size_t pictures;    // of a folder, at most
    Progress *progress; // a step for each of report_folders()
} Report;

// How many folders report_folder() will show: this one and those within it.
size_t report_folders(const char *path);

// Fails where there is nothing in the folder that can be shown, or not readable what is there.
bool report_folder(const Report *report, const char *path, Error *error);

#endif
