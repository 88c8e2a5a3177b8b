// gnuplot.h: draws a picture with gnuplot (Debian: gnuplot-nox), which runs as a child process when
// its script is complete. The same script gives the same bytes. gnuplot receives the caller's texts
// only quoted, and no paths. Blocks and allocates; one thread at a time.
#ifndef TRASLUZ_GNUPLOT_H
#define TRASLUZ_GNUPLOT_H

#include "files/error.h"

#include <stdio.h>

typedef struct {
    FILE *script; // write here
    const char *path;
} Gnuplot;

// Colours that differ for all eyes: the first two are of Okabe and Ito ("Color universal design",
// 2008); the others were searched for, so that any two differ by at least 27 in CIE 1976 with
// protanopia, deuteranopia and tritanopia (simulated after Machado, Oliveira and Fernandes, 2009),
// by 45 without, and are dark enough for white. As gnuplot writes them: "#0072b2".
enum { GNUPLOT_COLOURS = 10 };
extern const char *const gnuplot_colour[GNUPLOT_COLOURS];

// True if gnuplot is installed; otherwise the message says what to install. For commands that draw
// at the end of long work.
bool gnuplot_check(Error *error);

// True if `path` ends with .svg or .png.
bool gnuplot_knows(const char *path, Error *error);

// Begins a picture, in pixels, in the style of all pictures. `path` must stay valid.
bool gnuplot_begin(Gnuplot *plot, const char *path, int width, int height, Error *error);

// Writes a quoted text. Bytes that are not printable UTF-8 become \xHH; straight quotes
// become curved ones.
void gnuplot_quote(Gnuplot *plot, const char *text);

// Writes `set WHAT 'text'`, or nothing if the text is NULL.
void gnuplot_set(Gnuplot *plot, const char *what, const char *text);

// Draws the picture. On failure nothing is left of it. Ends the plot in both cases.
bool gnuplot_end(Gnuplot *plot, Error *error);
void gnuplot_abandon(Gnuplot *plot);

#endif
