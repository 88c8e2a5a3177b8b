// html.h: an HTML page that has all in itself: style, pictures, sounds. It needs no script, fits
// phones, follows the light or dark of the reader's system, and prints. For one thread.
#ifndef TRASLUZ_HTML_H
#define TRASLUZ_HTML_H

#include "output/csv.h"

#include <stdio.h>

// Every page begins so.
#define PAGE_BEGINNING                                                                             \
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                      \
    "<meta name=\"generator\" content=\"trasluz\">\n"

// What is written goes to a stream, whose errors are its owner's; texts are escaped.
void page_begin(FILE *page, const char *title);
void page_end(FILE *page);

// `level` from 2 to 4; a heading of level 2 can be linked to as #s1, #s2 … by its `number`.
void page_heading(FILE *page, int level, size_t number, const char *text);
void page_link(FILE *page, size_t number, const char *text); // to such a heading
void page_paragraph(FILE *page, const char *text);

// What is between these is shown on demand, and not printed; or at once, where `open`.
void page_fold_begin(FILE *page, const char *summary, bool open);
void page_fold_end(FILE *page);

// Figures stand side by side where there is room, between these.
void page_figures_begin(FILE *page);
void page_figures_end(FILE *page);

// A file's bytes; `type` is its media type, image/png say. A wide picture has a row of its own.
void page_picture(FILE *page, const char *type, const unsigned char *bytes, size_t size, bool wide,
                  const char *caption);
void page_sound(FILE *page, const char *type, const unsigned char *bytes, size_t size,
                const char *caption);

// A table; of a long one the first rows. Numbers are shortened to five digits.
void page_table(FILE *page, const CsvTable *table, const char *caption);

// A table row by row.
void page_table_begin(FILE *page, const char *caption);
void page_row_begin(FILE *page);
void page_cell(FILE *page, const char *text, bool heading);
void page_pair(FILE *page, const char *key, const char *value); // a row of its own
void page_row_end(FILE *page);
void page_table_end(FILE *page);

#endif
