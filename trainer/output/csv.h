// csv.h: reads tables in CSV files (RFC 4180), whose first row names the columns. Allocates; any
// thread may read a loaded table.
#ifndef TRASLUZ_CSV_H
#define TRASLUZ_CSV_H

#include "files/error.h"

#include <stddef.h>
#include <stdio.h>

#define CSV_FILE_MAX ((size_t)64 << 20) // bytes

typedef struct {
    size_t rows, columns; // rows: without the first
    char **cell;          // [1 + rows][columns]
    char *text;           // holds the cells
} CsvTable;

// Loads a table. Fails if a row has more or fewer fields than the first. Messages do not repeat the
// path. The caller frees it with csv_free().
bool csv_load(CsvTable *table, const char *path, Error *error);
void csv_free(CsvTable *table);

const char *csv_name(const CsvTable *table, size_t column);
const char *csv_cell(const CsvTable *table, size_t row, size_t column);

// Returns the column of that name, or table->columns if there is none.
size_t csv_column(const CsvTable *table, const char *name);

// Returns the cell as a number, NaN if it is not a number.
double csv_number(const CsvTable *table, size_t row, size_t column);

// Writes a text as a field, in quotes if it needs them.
void csv_field(FILE *to, const char *text);

#endif
