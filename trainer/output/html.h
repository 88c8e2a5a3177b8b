// html.h: writes an HTML page that contains everything: style, pictures, sounds. It needs
// no script, fits phones, follows the light or dark theme of the system, and prints well.
// For one thread.
#ifndef TRASLUZ_HTML_H
#define TRASLUZ_HTML_H

#include "output/csv.h"

#include <stdio.h>

// The beginning of every page.
#define PAGE_BEGINNING                                                                             \
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                      \
    "<meta name=\"generator\" content=\"trasluz\">\n"

// What follows it; then comes the title.
#define PAGE_TITLE                                                                                 \
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"

// The functions write to a stream, whose errors its owner checks. Texts are escaped.
void html_begin(FILE *page, const char *title);
void html_end(FILE *page);

// `level` is 2 to 4. A heading of level 2 has the anchor #s1, #s2 … of its `number`.
void html_heading(FILE *page, int level, size_t number, const char *text);
void html_link(FILE *page, size_t number, const char *text); // to such a heading
void html_paragraph(FILE *page, const char *text);

// The content between these is folded, and not printed; or unfolded if `open`.
void html_fold_begin(FILE *page, const char *summary, bool open);
void html_fold_end(FILE *page);

// Figures between these are side by side if there is room.
void html_figures_begin(FILE *page);
void html_figures_end(FILE *page);

// Embed a file; `type` is its media type, such as image/png. A wide picture has a row of its own.
void html_picture(FILE *page, const char *type, const unsigned char *bytes, size_t size, bool wide,
                  const char *caption);
void html_sound(FILE *page, const char *type, const unsigned char *bytes, size_t size,
                const char *caption);

// A figure of several sounds, each with a label.
void html_sounds_begin(FILE *page);
void html_labelled_sound(FILE *page, const char *type, const unsigned char *bytes, size_t size,
                         const char *label);
void html_sounds_end(FILE *page, const char *caption);

// Writes a table, or the first rows of a long one. Numbers are rounded to five digits.
void html_table(FILE *page, const CsvTable *table, const char *caption);

// Write a table row by row.
void html_table_begin(FILE *page, const char *caption);
void html_row_begin(FILE *page);
void html_cell(FILE *page, const char *text, bool heading);
void html_pair(FILE *page, const char *key, const char *value); // a row of its own
void html_row_end(FILE *page);
void html_table_end(FILE *page);

#endif
