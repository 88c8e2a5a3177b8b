// report_folder.h: writes a folder of results into a page: all files that it can show. JSON objects
// become lists of settings, or a table of generated music; tables become tables, and curves if the
// folder has no figures of its own; pictures and excerpts of sounds are included; folders within
// it are shown the same way, with their curves in one figure. A sentence says what each section
// is. For one thread.
#ifndef TRASLUZ_REPORT_FOLDER_H
#define TRASLUZ_REPORT_FOLDER_H

#include "base/progress.h"
#include "output/report_curves.h"
#include "output/result_folder.h"

#include <stddef.h>

typedef struct {
    FigureTarget target;
    double excerpt;          // s of a sound, at most; 0: no sounds
    size_t pictures;         // of a folder, at most
    Progress *progress;      // a step for each of report_folders()
    const ResultKind *kinds; // see result_folder_open()
} Report;

// Returns how many folders report_folder() will show: this one and those in it.
size_t report_folders(const char *path);

// Fails if the folder has nothing that can be shown, or cannot be read.
bool report_folder(const Report *report, const char *path, Error *error);

#endif
