#include "output/report_curves.h"

#include "files/file.h"
#include "output/html.h"
#include "output/plot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 40 }; // more cannot be told apart

// Embeds the drawn picture in the page.
static bool show(const FigureTarget *target, const char *caption, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(target->scratch, CSV_FILE_MAX, &size, error);
    if (!bytes) return error_prefix(error, target->scratch);
    html_picture(target->page, "image/svg+xml", bytes, size, false, caption);
    free(bytes);
    return true;
}

static bool ends_in(const char *text, const char *ending)
{
    const size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

// Returns a column of numbers; the caller frees it.
static double *numbers_of(const CsvTable *table, size_t column, Error *error)
{
    double *numbers = malloc((table->rows + 1) * sizeof *numbers);
    if (!numbers) error_out_of_memory(error);
    for (size_t r = 0; numbers && r < table->rows; r++) numbers[r] = csv_number(table, r, column);
    return numbers;
}

typedef struct {
    PlotSeries series[SERIES_MAX];
    size_t count;
} Curves;

static void curves_free(Curves *curves)
{
    for (size_t s = 0; s < curves->count; s++) {
        free((double *)(uintptr_t)curves->series[s].x);
        free((double *)(uintptr_t)curves->series[s].y);
    }
}

static bool add_curve(Curves *curves, const char *name, const CsvTable *table, size_t column,
                      Error *error)
{
    if (curves->count == SERIES_MAX) return true;
    double *x = numbers_of(table, csv_column(table, "epoch"), error);
    double *y = numbers_of(table, column, error);
    if (x && y) {
        curves->series[curves->count++] = (PlotSeries){name, x, y, NULL, table->rows};
        return true;
    }
    free(x);
    free(y);
    return false;
}

// The table of a run that was stopped in its first epoch has no rows yet.
static bool draw_curves(const FigureTarget *target, const Curves *curves, const char *title,
                        bool loss, Error *error)
{
    size_t points = 0;
    for (size_t s = 0; s < curves->count; s++) points += curves->series[s].count;
    if (points == 0) return true;
    const PlotFigure figure = {
        .x_label = "epoch",
        .y_label = loss ? "loss" : "accuracy",
        .log_y = loss,
        .series = curves->series,
        .series_count = curves->count,
    };
    return plot_curves(target->scratch, &figure, error) && show(target, title, error);
}

static const char *const endings[] = {"loss", "accuracy"};

bool table_has_curves(const CsvTable *table)
{
    if (csv_column(table, "epoch") == table->columns) return false;
    for (size_t c = 0; c < table->columns; c++)
        if (ends_in(csv_name(table, c), endings[0]) || ends_in(csv_name(table, c), endings[1]))
            return true;
    return false;
}

// Writes "validation_loss" as "validation loss".
static void say(const char *column, char text[64])
{
    const bool train = strncmp(column, "train_", 6) == 0;
    snprintf(text, 64, "%s%s", train ? "training_" : "", column + (train ? 6 : 0));
    for (char *at = text; *at; at++)
        if (*at == '_') *at = ' ';
    if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
}

static bool curves_of_one(const FigureTarget *target, const CsvTable *table, size_t kind,
                          Error *error)
{
    Curves curves = {0};
    char names[SERIES_MAX][64];
    bool good = true;
    for (size_t c = 0; good && c < table->columns && curves.count < SERIES_MAX; c++) {
        if (!ends_in(csv_name(table, c), endings[kind])) continue;
        say(csv_name(table, c), names[curves.count]);
        good = add_curve(&curves, names[curves.count], table, c, error);
    }
    good = good && (curves.count == 0 ||
                    draw_curves(target, &curves, kind == 0 ? "Loss by epoch" : "Accuracy by epoch",
                                kind == 0, error));
    curves_free(&curves);
    return good;
}

static bool curves_of_column(const FigureTarget *target, const NamedTable *tables, size_t count,
                             const char *column, Error *error)
{
    Curves curves = {0};
    char name[64], title[96];
    bool good = true;
    for (size_t t = 0; good && t < count; t++) {
        const size_t found = csv_column(tables[t].table, column);
        if (found < tables[t].table->columns)
            good = add_curve(&curves, tables[t].name, tables[t].table, found, error);
    }
    say(column, name);
    snprintf(title, sizeof title, "%s by epoch", name);
    good = good && draw_curves(target, &curves, title, ends_in(column, endings[0]), error);
    curves_free(&curves);
    return good;
}

bool figure_curves(const FigureTarget *target, const NamedTable *tables, size_t count, Error *error)
{
    const CsvTable *first = tables[0].table;
    if (count == 1)
        return curves_of_one(target, first, 0, error) && curves_of_one(target, first, 1, error);
    for (size_t c = 0; c < first->columns; c++) {
        const char *name = csv_name(first, c);
        if (!ends_in(name, endings[0]) && !ends_in(name, endings[1])) continue;
        if (!curves_of_column(target, tables, count, name, error)) return false;
    }
    return true;
}
