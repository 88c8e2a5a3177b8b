// gnuplot.h: a picture in the making: a script for gnuplot (Debian: gnuplot-nox), which runs as a
// child once the script is whole. The same script gives the same bytes. No text of the caller's
// reaches gnuplot unquoted, and no path at all. Blocks and allocates; one thread at a time.
#ifndef TRASLUZ_GNUPLOT_H
#define TRASLUZ_GNUPLOT_H

#include "files/error.h"

#include <stdio.h>

typedef struct {
    FILE *script; // write here
    const char *path;
} Gnuplot;

// Colours that people who see few colours can tell apart (Okabe and Ito, "Color universal design",
// 2008, its yellow replaced by one that shows on white), as gnuplot writes them: "#0072b2".
enum { GNUPLOT_COLOURS = 8 };
extern const char *const gnuplot_colour[GNUPLOT_COLOURS];

// True if gnuplot is there; else the message says what to install. For commands that draw at the
// end of long work.
bool gnuplot_check(Error *error);

// True if `path` ends in .svg or .png, the two that can be drawn.
bool gnuplot_knows(const char *path, Error *error);

// Begins a picture of so many pixels, in the style that all of ours have. `path` must stay.
bool gnuplot_begin(Gnuplot *plot, const char *path, int width, int height, Error *error);

// Writes a quoted text; bytes that are not printable UTF-8 become '?', and
// a straight quote a curved one.
void gnuplot_quote(Gnuplot *plot, const char *text);

// Writes `set WHAT 'text'`, where there is a text.
void gnuplot_set(Gnuplot *plot, const char *what, const char *text);

// Draws, and puts the picture under its name; on failure nothing of it is left. The plot is done
// with either way.
bool gnuplot_end(Gnuplot *plot, Error *error);
void gnuplot_abandon(Gnuplot *plot);

#endif
