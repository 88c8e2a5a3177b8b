// chooser.h: the list of files that opens over the window: to choose a model or a reference, or to
// look through folders where the host has no file dialog.
#ifndef TRASLUZ_UI_CHOOSER_H
#define TRASLUZ_UI_CHOOSER_H

#include "file_list.h"
#include "theme.h"

typedef enum {
    CHOICE_NOTHING, // the list stays open
    CHOICE_FILE,
    CHOICE_NONE,   // no reference
    CHOICE_OTHER,  // another file, of the host's dialog or of a folder
    CHOICE_FOLLOW, // the switch "reload when it changes"
    CHOICE_CLOSE,
} Choice;

typedef struct {
    bool open, browses, follows;
    FileKind kind;
    Box box;
    FileList list;
    char recording[48]; // of a captured reference; "" where there is none
    int first, hot;     // row that is shown first; row under the pointer or chosen by keys
    int current;        // row of what is in use, or -1
} Chooser;

int chooser_rows(const Chooser *chooser);

// Marks the row of what is in use: the file at `path`, or, of references, the recording, or none.
void chooser_mark(Chooser *chooser, const char *path);

void chooser_draw(cairo_t *cr, const Chooser *chooser, int language);

// Scrolls by so many rows.
void chooser_scroll(Chooser *chooser, int rows);

// Moves to the row at a place; to the next row by the keys.
void chooser_move(Chooser *chooser, double x, double y);
void chooser_step(Chooser *chooser, int rows);

// Returns what the row that is marked stands for; for a file `path` is its path, which lasts until
// the list changes. A folder that is chosen is opened.
Choice chooser_choose(Chooser *chooser, const char *model, double rate, const char **path);

#endif
