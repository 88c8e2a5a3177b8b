#include "output/plot_axis.h"

#include <math.h>
#include <stdlib.h>

#define OUTER  0.05 // share of the values below and above the percentiles
#define WIDER  0.5  // of the distance of the percentiles, at each end
#define MARGIN 0.04 // of the range, at each end
#define CORNER 0.05 // of the range, without tics

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Interpolates between the two values beside the share.
static double percentile(const double *sorted, size_t count, double share)
{
    const double at = share * (double)(count - 1);
    const size_t below = (size_t)at, above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

PlotAxis plot_axis_make(double *value, size_t count)
{
    qsort(value, count, sizeof *value, compare);
    const double first = value[0], last = value[count - 1];
    const double low = percentile(value, count, OUTER), high = percentile(value, count, 1 - OUTER);
    const double wider = WIDER * (high - low);
    PlotAxis axis = {fmax(first, low - wider), fmin(last, high + wider)};
    if (axis.high <= axis.low) axis = (PlotAxis){first, last}; // nearly all values are the same
    const double size = fmax(fabs(axis.low), fabs(axis.high));
    if (axis.high - axis.low > 1e-9 * size) return axis;
    const double around = size > 0.0 ? 0.1 * size : 1.0; // one value
    return (PlotAxis){axis.low - around, axis.high + around};
}

double plot_axis_limit(const PlotAxis *axis, double value)
{
    return fmin(fmax(value, axis->low), axis->high);
}

double plot_axis_step(double range, int steps)
{
    const double least = range / steps, decade = pow(10.0, floor(log10(least)));
    const double share = least / decade;
    return decade * (share <= 1.0 ? 1.0 : share <= 2.0 ? 2.0 : share <= 5.0 ? 5.0 : 10.0);
}

void plot_axis_write(FILE *script, char letter, const PlotAxis *axis, int tics)
{
    const double range = axis->high - axis->low, step = plot_axis_step(range, tics);
    fprintf(script, "set %crange [%.9g:%.9g]\nset %ctics (", letter, axis->low - MARGIN * range,
            axis->high + MARGIN * range, letter);
    const char *before = "";
    const double last = axis->high - CORNER * range;
    for (long k = (long)ceil((axis->low + CORNER * range) / step); (double)k * step <= last; k++) {
        fprintf(script, "%s%.9g", before, (double)k * step);
        before = ", ";
    }
    fputs(")\n", script);
}
