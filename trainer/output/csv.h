// csv.h: tables in files, as RFC 4180 has them: fields between commas, in quotes where they need
// them. The first row names the columns. Allocates; any thread may read a table that is loaded.
#ifndef TRASLUZ_CSV_H
#define TRASLUZ_CSV_H

#include "files/error.h"

#include <stddef.h>
#include <stdio.h>

#define CSV_FILE_MAX ((size_t)64 << 20) // bytes

typedef struct {
    size_t rows, columns; // rows without the one of names
    char **cell;          // [1 + rows][columns]
    char *text;           // that the cells lie in
} CsvTable;

// Fails where rows are not as long as the first. Messages do not repeat the path. The caller ends
// it with csv_free().
bool csv_load(CsvTable *table, const char *path, Error *error);
void csv_free(CsvTable *table);

const char *csv_name(const CsvTable *table, size_t column);
const char *csv_cell(const CsvTable *table, size_t row, size_t column);

// The column of that name, or table->columns where there is none.
size_t csv_column(const CsvTable *table, const char *name);

// The cell as a number, NaN where it is none.
double csv_number(const CsvTable *table, size_t row, size_t column);

// Writes a text as a field: in quotes where it needs them.
void csv_field(FILE *to, const char *text);

#endif
