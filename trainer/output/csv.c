#include "output/csv.h"

#include "files/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Reading ----

// Ends the field that begins at *next, removes its quotes, and moves *next after it. Returns the
// character that ended it: a comma, a newline, or 0 at the end of the text.
static char take_field(char **next)
{
    char *from = *next, *to = *next;
    bool quoted = false;
    for (; *from && (quoted || (*from != ',' && *from != '\n')); from++) {
        if (*from != '"') {
            if (quoted || *from != '\r') *to++ = *from;
        } else if (quoted && from[1] == '"') {
            *to++ = *from++;
        } else {
            quoted = !quoted;
        }
    }
    const char mark = *from;
    *next = from + (mark != 0);
    *to = 0;
    return mark;
}

static bool add_cell(CsvTable *table, size_t *cells, size_t *room, char *text, Error *error)
{
    if (*cells == *room) {
        *room = 2 * *room + 64;
        char **grown = realloc(table->cell, *room * sizeof *grown);
        if (!grown) return error_out_of_memory(error);
        table->cell = grown;
    }
    table->cell[(*cells)++] = text;
    return true;
}

static bool parse(CsvTable *table, Error *error)
{
    size_t cells = 0, room = 0, lines = 0;
    for (char *next = table->text; *next; lines++) {
        const size_t before = cells;
        char mark;
        do {
            char *field = next;
            mark = take_field(&next);
            if (!add_cell(table, &cells, &room, field, error)) return false;
        } while (mark == ',');
        if (lines == 0) table->columns = cells;
        if (cells - before != table->columns)
            return error_set(error, "row %zu has %zu fields, not %zu", lines + 1, cells - before,
                             table->columns);
    }
    if (lines == 0) return error_set(error, "the file is empty");
    table->rows = lines - 1;
    return true;
}

bool csv_load(CsvTable *table, const char *path, Error *error)
{
    size_t size;
    *table = (CsvTable){.text = (char *)file_read(path, CSV_FILE_MAX, &size, error)};
    if (!table->text) return false;
    if (parse(table, error)) return true;
    csv_free(table);
    return false;
}

void csv_free(CsvTable *table)
{
    free(table->cell);
    free(table->text);
    *table = (CsvTable){0};
}

// ---- Use ----

const char *csv_name(const CsvTable *table, size_t column)
{
    return table->cell[column];
}

const char *csv_cell(const CsvTable *table, size_t row, size_t column)
{
    return table->cell[(1 + row) * table->columns + column];
}

size_t csv_column(const CsvTable *table, const char *name)
{
    size_t column = 0;
    while (column < table->columns && strcmp(csv_name(table, column), name) != 0) column++;
    return column;
}

double csv_number(const CsvTable *table, size_t row, size_t column)
{
    const char *text = csv_cell(table, row, column);
    char *end;
    const double value = strtod(text, &end);
    return end > text && !*end ? value : NAN;
}

// ---- Writing ----

void csv_field(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"') fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}
