// panel_files.c: what hands do to the model and the reference.
#include "panel_layout.h"
#include "panel_parts.h"

#include <stdio.h>
#include <string.h>

void panel_open_chooser(Panel *panel, FileKind kind)
{
    Chooser *chooser = &panel->chooser;
    chooser->kind = kind;
    chooser->browses = false;
    file_list_fill(&chooser->list, kind, panel->bundle, panel->file[kind], panel->file[FILE_MODEL],
                   panel->rate);
    chooser->open = true;
    chooser->first = 0;
    chooser->hot = -1;
    chooser->box = layout_chooser(kind, chooser_rows(chooser));
    chooser_mark(chooser, panel->file[kind]);
    panel->all_dirty = true;
}

void panel_close_chooser(Panel *panel)
{
    panel->chooser.open = false;
    panel->all_dirty = true;
}

static void browse(Panel *panel)
{
    Chooser *chooser = &panel->chooser;
    char folder[FILE_PATH_BYTES];
    const char *path = panel->file[chooser->kind];
    snprintf(folder, sizeof folder, "%s", *path ? path : panel->bundle);
    char *slash = strrchr(folder, '/');
    if (*path && slash) *slash = '\0';
    file_list_browse(&chooser->list, chooser->kind, folder, panel->file[FILE_MODEL], panel->rate);
    chooser->browses = true;
    chooser->first = 0;
    chooser->current = chooser->hot = -1;
    chooser->box = layout_chooser(chooser->kind, 18);
    panel->all_dirty = true;
}

void panel_choose(Panel *panel)
{
    const char *path = NULL;
    const FileKind kind = panel->chooser.kind;
    panel->all_dirty = true;
    switch (chooser_choose(&panel->chooser, panel->file[FILE_MODEL], panel->rate, &path)) {
    case CHOICE_NOTHING: return;
    case CHOICE_FILE: host_choose(&panel->host, kind, path); break;
    case CHOICE_NONE: host_choose(&panel->host, kind, ""); break;
    case CHOICE_FOLLOW: panel->chooser.follows = !panel->chooser.follows; return;
    case CHOICE_OTHER:
        if (host_request_file(&panel->host, kind)) break;
        browse(panel);
        return;
    case CHOICE_CLOSE: break;
    }
    panel_close_chooser(panel);
}

void panel_choose_next(Panel *panel, FileKind kind, int step)
{
    static FileList list;
    file_list_fill(&list, kind, panel->bundle, panel->file[kind], panel->file[FILE_MODEL],
                   panel->rate);
    if (list.count > 0) {
        const int now = file_list_find(&list, panel->file[kind]);
        const int next = now < 0 ? 0 : (now + step + list.count) % list.count;
        host_choose(&panel->host, kind, list.entry[next].path);
    }
    file_list_clear(&list);
}
