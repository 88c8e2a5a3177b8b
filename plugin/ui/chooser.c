#include "chooser.h"

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

static int rows_shown(const Chooser *chooser)
{
    return (int)(chooser->box.height / ROW);
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
    const int row = chooser->first + (int)((y - chooser->box.y) / ROW);
    const bool inside = box_has(&chooser->box, x, y) && row < chooser_rows(chooser);
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

static void draw_row(cairo_t *cr, const Chooser *chooser, int row, int language)
{
    static const char *const none[2] = {"none", "ninguna"}, *const other[2] = {"other file…",
                                                                               "otro archivo…"};
    static const char *const follow[2][2] = {{"☐ reload when it changes", "☐ recargar si cambia"},
                                             {"☑ reload when it changes", "☑ recargar si cambia"}};
    const Box box = {chooser->box.x, chooser->box.y + (row - chooser->first) * ROW,
                     chooser->box.width, ROW};
    const Box name = {box.x + 10, box.y, box.width - 150, ROW};
    const Box about = {box.x + box.width - 170, box.y, 160, ROW};
    if (row == chooser->hot) paint_box(cr, &box, 3, colour_fill, 1);
    const FileEntry *entry = NULL;
    const char *text = "";
    switch (kind_of(chooser, row)) {
    case ROW_NONE: text = none[language]; break;
    case ROW_RECORDING: text = chooser->recording; break;
    case ROW_OTHER: text = other[language]; break;
    case ROW_FOLLOW: text = follow[chooser->follows][language]; break;
    case ROW_FILE: entry = &chooser->list.entry[row - heads(chooser)]; break;
    }
    if (!entry) {
        paint_text(cr, &name, ALIGN_LEFT, 11.5, false, colour_faint, text);
        return;
    }
    paint_text(cr, &name, ALIGN_LEFT, 11.5, row == chooser->current, colour_text, entry->name);
    paint_text(cr, &about, ALIGN_RIGHT, 10, false, colour_faint,
               entry->is_folder ? "▸" : entry->about);
}

void chooser_draw(cairo_t *cr, const Chooser *chooser, int language)
{
    const int last = chooser->first + rows_shown(chooser);
    paint_box(cr, &chooser->box, 4, colour_panel, 1);
    for (int row = chooser->first; row < last && row < chooser_rows(chooser); row++)
        draw_row(cr, chooser, row, language);
    paint_frame(cr, &chooser->box, 4, colour_faint, 0.8);
}
