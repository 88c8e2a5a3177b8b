// plot_axis.h: the range of an axis that outliers do not stretch, and its few tics. Any thread.
#ifndef TRASLUZ_PLOT_AXIS_H
#define TRASLUZ_PLOT_AXIS_H

#include <stddef.h>
#include <stdio.h>

typedef struct {
    double low, high; // low < high
} PlotAxis;

// Returns the range from the 5th to the 95th percentile, widened by half of its width at both ends,
// but no further than the values reach: of normally distributed values it holds 99.9 %, of 21
// values with one far away it holds 20. Sorts value[count], which must be finite; count > 0.
PlotAxis plot_axis_make(double *value, size_t count);

// Returns the value, moved to the end of the axis if it lies beyond.
double plot_axis_limit(const PlotAxis *axis, double value);

// Returns 1, 2 or 5 times a power of ten: the least step of which no more than `steps` fit into the
// range, which is above 0.
double plot_axis_step(double range, int steps);

// Writes the range of axis 'x', 'y' or 'z' with a margin, and at most `tics` + 1 round numbers,
// none of them in the corners, where they would meet those of the next axis.
void plot_axis_write(FILE *script, char letter, const PlotAxis *axis, int tics);

#endif
