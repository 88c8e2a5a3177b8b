// plot.h: figures of numbers: curves, scatter plots, matrices, each a file that ends in .svg or
// .png, drawn by gnuplot (see gnuplot.h). Blocks and allocates; any thread.
#ifndef TRASLUZ_PLOT_H
#define TRASLUZ_PLOT_H

#include "files/error.h"

#include <stddef.h>

typedef struct {
    const char *name;    // in the legend; NULL: not there
    const double *x;     // [count]; NULL: 1, 2, 3 …
    const double *y, *z; // [count]; z NULL where there are two dimensions
    size_t count;
} PlotSeries; // values that are not finite are left out

typedef struct {
    const char *title, *x_label, *y_label, *z_label; // NULL: none
    bool log_y; // where all values are above 0 and span a factor of four
    const PlotSeries *series;
    size_t series_count;
} PlotFigure;

// Lines by whole numbers, such as losses by epoch; x and y alone are drawn.
bool plot_curves(const char *path, const PlotFigure *figure, Error *error);
bool plot_curves_in(const char *folder, const char *name, const PlotFigure *figure, Error *error);

// Points, each series with a colour and a shape of its own; in three dimensions where the first
// series has a z.
bool plot_scatter(const char *path, const PlotFigure *figure, Error *error);

// How often each row's kind was taken for each column's, as a confusion matrix has it. Cells show
// their value; the darker, the larger their share of the row.
typedef struct {
    const char *title, *row_label, *column_label; // NULL: none
    const char *const *name;                      // [kinds], of rows and columns alike
    size_t kinds;
    const double *value; // [kinds][kinds], none negative
} PlotMatrix;

bool plot_matrix(const char *path, const PlotMatrix *matrix, Error *error);

#endif
