// plot.h: draws curves, scatter plots and matrices, each as a file that ends with .svg or .png (see
// gnuplot.h). Blocks and allocates; any thread.
#ifndef TRASLUZ_PLOT_H
#define TRASLUZ_PLOT_H

#include "files/error.h"

#include <stddef.h>

typedef struct {
    const char *name;    // in the legend; NULL: not in it
    const double *x;     // [count]; NULL: 1, 2, 3 …
    const double *y, *z; // [count]; z: NULL for two dimensions
    size_t count;
} PlotSeries; // values that are not finite are left out

typedef struct {
    const char *title, *x_label, *y_label, *z_label; // NULL: none
    bool log_y; // if all values are above 0 and span a factor of four
    const PlotSeries *series;
    size_t series_count;
} PlotFigure;

// Draws lines over whole numbers, such as losses by epoch. Ignores z.
bool plot_curves(const char *path, const PlotFigure *figure, Error *error);
bool plot_curves_in(const char *folder, const char *name, const PlotFigure *figure, Error *error);

// Draws points, each series with its own colour and shape; in three dimensions if the first series
// has a z.
bool plot_scatter(const char *path, const PlotFigure *figure, Error *error);

// A confusion matrix: how often the kind of each row was taken for that of each column. Cells show
// their value, and are the darker, the larger their part of the row.
typedef struct {
    const char *title, *row_label, *column_label; // NULL: none
    const char *const *name;                      // [kinds], for rows and columns
    size_t kinds;
    const double *value; // [kinds][kinds], none negative
} PlotMatrix;

bool plot_matrix(const char *path, const PlotMatrix *matrix, Error *error);

#endif
