#include "chooser.h"

#include "control_table.h"

#include <math.h>
#include <stdio.h>

#define ROW 22.0

// Rows: none (of references), the recording, the files, another file, the switch.
typedef enum { ROW_NONE, ROW_RECORDING, ROW_FILE, ROW_OTHER, ROW_FOLLOW } RowKind;

static int heads(const Chooser *chooser)
{
    if (chooser->browses || chooser->kind == FILE_MODEL) return 0;
    return chooser->recording[0] ? 2 : 1;
}

int chooser_rows(const Chooser *chooser)
{
    const int tails = chooser->browses ? 0 : chooser->kind == FILE_MODEL ? 2 : 1;
    return heads(chooser) + chooser->list.count + tails;
}

static RowKind kind_of(const Chooser *chooser, int row)
{
    const int file = row - heads(chooser);
    if (file < 0) return row == 0 ? ROW_NONE : ROW_RECORDING;
    if (file < chooser->list.count) return ROW_FILE;
    return file == chooser->list.count ? ROW_OTHER : ROW_FOLLOW;
}

void chooser_mark(Chooser *chooser, const char *path)
{
    const int found = file_list_find(&chooser->list, path);
    const bool heads_are = heads(chooser) > 0;
    chooser->current = heads_are && chooser->recording[0] ? 1
                       : heads_are && !*path              ? 0
                       : found >= 0                       ? heads(chooser) + found
                                                          : -1;
}

static int rows_shown(const Chooser *chooser)
{
    return (int)((chooser->box.height - 4) / ROW);
}

void chooser_scroll(Chooser *chooser, int rows)
{
    const int most = chooser_rows(chooser) - rows_shown(chooser);
    chooser->first += rows;
    if (chooser->first > most) chooser->first = most;
    if (chooser->first < 0) chooser->first = 0;
}

void chooser_move(Chooser *chooser, double x, double y)
{
    const int row = chooser->first + (int)floor((y - chooser->box.y - 2) / ROW);
    const bool inside = box_has(&chooser->box, x, y) && row >= 0 && row < chooser_rows(chooser) &&
                        row < chooser->first + rows_shown(chooser);
    chooser->hot = inside ? row : -1;
}

void chooser_step(Chooser *chooser, int rows)
{
    const int all = chooser_rows(chooser);
    if (all == 0) return;
    if (chooser->hot < 0 && rows < 0) chooser->hot = 0; // up from no row is to the last one
    chooser->hot = (chooser->hot + rows + all) % all;
    if (chooser->hot < chooser->first) chooser->first = chooser->hot;
    const int last = chooser->first + rows_shown(chooser) - 1;
    if (chooser->hot > last) chooser_scroll(chooser, chooser->hot - last);
}

Choice chooser_choose(Chooser *chooser, const char *model, double rate, const char **path)
{
    if (chooser->hot < 0 || chooser->hot >= chooser_rows(chooser)) return CHOICE_CLOSE;
    switch (kind_of(chooser, chooser->hot)) {
    case ROW_NONE: return CHOICE_NONE;
    case ROW_RECORDING: return CHOICE_CLOSE;
    case ROW_OTHER: return CHOICE_OTHER;
    case ROW_FOLLOW: return CHOICE_FOLLOW;
    default: break;
    }
    const FileEntry *entry = &chooser->list.entry[chooser->hot - heads(chooser)];
    if (!entry->is_folder) {
        *path = entry->path;
        return CHOICE_FILE;
    }
    file_list_browse(&chooser->list, chooser->kind, entry->path, model, rate);
    chooser->first = 0;
    chooser->hot = chooser->current = -1;
    return CHOICE_NOTHING;
}

// Draws what is told of a file in columns, so that files can be compared.
static void draw_about(cairo_t *cr, const Chooser *chooser, const FileEntry *entry, const Box *row,
                       int language)
{
    char text[4][40] = {"", "", "", ""};
    if (entry->is_folder) {
        snprintf(text[3], sizeof text[3], "▸");
    } else if (chooser->kind == FILE_REFERENCE) {
        snprintf(text[3], sizeof text[3], "%.1f s", entry->seconds);
    } else {
        snprintf(text[0], sizeof text[0], "%s", file_style(entry, language));
        snprintf(text[1], sizeof text[1], "%s", file_kind(entry, language));
        snprintf(text[2], sizeof text[2], "%.1f ms", entry->milliseconds);
        snprintf(text[3], sizeof text[3], "%.0f kB", entry->kilobytes);
    }
    static const double widths[4] = {70, 64, 54, 54};
    double x = row->x + row->width - 10;
    for (int column = 3; column >= 0; column--) {
        x -= widths[column];
        const Box box = {x, row->y, widths[column], row->height};
        paint_text(cr, &box, column < 2 ? ALIGN_LEFT : ALIGN_RIGHT, 10.5, false, colour_faint,
                   text[column]);
    }
}

static void draw_row(cairo_t *cr, const Chooser *chooser, int row, int language)
{
    static const char *const none[LANGUAGES] = {"none", "ninguna"};
    static const char *const other[LANGUAGES] = {"other file…", "otro archivo…"};
    static const char *const follow[LANGUAGES][2] = {
        {"☐ reload when it changes", "☑ reload when it changes"},
        {"☐ recargar si cambia", "☑ recargar si cambia"}};
    const Box box = {chooser->box.x + 2, chooser->box.y + 2 + (row - chooser->first) * ROW,
                     chooser->box.width - 4, ROW};
    const FileEntry *entry = NULL;
    const char *text = "";
    switch (kind_of(chooser, row)) {
    case ROW_NONE: text = none[language]; break;
    case ROW_RECORDING: text = chooser->recording; break;
    case ROW_OTHER: text = other[language]; break;
    case ROW_FOLLOW: text = follow[language][chooser->follows]; break;
    case ROW_FILE: entry = &chooser->list.entry[row - heads(chooser)]; break;
    }
    const bool current = row == chooser->current;
    const double taken = entry && chooser->kind == FILE_MODEL ? 252 : 64;
    const Box name = {box.x + 22, box.y, box.width - taken - 22, ROW};
    const Box mark = {box.x + 8, box.y + ROW / 2 - 3, 6, 6};
    if (row == chooser->hot) paint_box(cr, &box, 4, colour_fill, 1);
    if (current) paint_box(cr, &mark, 3, colour_after, 1);
    paint_text(cr, &name, ALIGN_LEFT, 11.5, current, entry || current ? colour_text : colour_faint,
               entry ? entry->name : text);
    if (entry) draw_about(cr, chooser, entry, &box, language);
}

void chooser_draw(cairo_t *cr, const Chooser *chooser, int language)
{
    const Box *box = &chooser->box;
    const int rows = chooser_rows(chooser), shown = rows_shown(chooser);
    const int last = chooser->first + shown;
    const Box shadow = {box->x - 3, box->y, box->width + 6, box->height + 5};
    paint_box(cr, &shadow, 7, colour_well, 0.6);
    paint_box(cr, box, 5, colour_panel, 1);
    for (int row = chooser->first; row < last && row < rows; row++)
        draw_row(cr, chooser, row, language);
    if (rows > shown) {
        const double high = box->height - 8;
        const Box bar = {box->x + box->width - 5, box->y + 4 + high * chooser->first / rows, 3,
                         high * shown / rows};
        paint_box(cr, &bar, 1.5, colour_faint, 0.7);
    }
    paint_frame(cr, box, 5, colour_faint, 0.8);
}
