// report_curves.h: draws losses and accuracies by epoch from tables into a page. For one thread.
#ifndef TRASLUZ_REPORT_CURVES_H
#define TRASLUZ_REPORT_CURVES_H

#include "output/csv.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct {
    FILE *page;
    const char *scratch; // path of a picture that may be overwritten; ends with .svg
} FigureTarget;

typedef struct {
    const char *name;
    const CsvTable *table;
} NamedTable;

// True if there is a column `epoch`, and one of losses or accuracies.
bool table_has_curves(const CsvTable *table);

// Draws the losses of a table by epoch in one figure, its accuracies in another. For several tables
// it draws a figure for each such column, with a curve for each table.
bool figure_curves(const FigureTarget *target, const NamedTable *tables, size_t count,
                   Error *error);

#endif
