#include "panel.h"

#include "controls/ports.h"
#include "latent/latent.h"
#include "latent/latent_tap.h"
#include "model/model.h"
#include "panel_layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DOUBLE_CLICK 0.35 // seconds
#define TIP_AFTER    0.8
#define LISTEN_EACH  0.5
#define FOLLOW_EACH  1.0

bool panel_init(Panel *panel, const Host *host, const char *bundle, int language, double rate)
{
    *panel = (Panel){.host = *host,
                     .language = language,
                     .rate = rate,
                     .all_dirty = true,
                     .held = -1,
                     .focus = -1,
                     .hot = -1,
                     .typing = -1,
                     .clicked = -1,
                     .listened_at = -1e9,
                     .effects = UINT64_MAX};
    snprintf(panel->bundle, sizeof panel->bundle, "%s", bundle);
    panel->map.box = layout_map;
    panel->history.box = layout_history;
    panel->meters.spectrum = layout_spectrum;
    panel->meters.levels = layout_levels;
    panel->controls = layout_controls(panel->control, CONTROLS_MAX);
    meters_init(&panel->meters);
    return history_init(&panel->history);
}

void panel_free(Panel *panel)
{
    history_free(&panel->history);
    file_list_clear(&panel->chooser.list);
}

// ---- What is heard ----

static int control_of(const Panel *panel, int port)
{
    for (int i = 0; i < panel->controls; i++)
        if (panel->control[i].info->port == port) return i;
    return -1;
}

static void show_value(Panel *panel, int i, float value)
{
    Control *control = &panel->control[i];
    if (control->value == value || !isfinite(value)) return;
    control->value = value;
    panel->control_dirty[i] = true;
    const int port = control->info->port;
    if (port != PORT_AXIS_1 && port != PORT_AXIS_2) return;
    panel->map.axis[port - PORT_AXIS_1] = value;
    panel->dirty[PART_MAP] = true;
}

void panel_value(Panel *panel, int port, float value)
{
    const int i = control_of(panel, port);
    if (i >= 0 && i != panel->held) show_value(panel, i, value);
}

// Projects the reference on the map's axes, at most MAP_GHOST frames of it.
static void show_ghost(Panel *panel)
{
    Error error;
    Map *map = &panel->map;
    map->ghosts = 0;
    panel->dirty[PART_MAP] = true;
    if (!*panel->file[FILE_REFERENCE] || !*panel->file[FILE_MODEL]) return;
    Model *model = model_load(panel->file[FILE_MODEL], &error);
    Latent *latent = model ? latent_load(panel->file[FILE_REFERENCE], &error) : NULL;
    if (latent && latent_fits(latent, model, &error)) {
        const size_t step = latent->frames / MAP_GHOST + 1;
        for (size_t t = 0; t < latent->frames && map->ghosts < MAP_GHOST; t += step) {
            const LatentPoint point =
                latent_point(model, latent->values + t * (size_t)latent->channels);
            map->ghost[map->ghosts][0] = point.x;
            map->ghost[map->ghosts++][1] = point.y;
        }
    }
    latent_free(latent);
    model_free(model);
}

static void show_file(Panel *panel, FileKind kind, const char *path)
{
    if (strcmp(panel->file[kind], path) == 0) return;
    snprintf(panel->file[kind], sizeof panel->file[kind], "%s", path);
    panel->dirty[PART_FILES] = true;
    if (kind == FILE_MODEL) map_clear(&panel->map);
    show_ghost(panel);
}

static void show_effects(Panel *panel, uint64_t effects)
{
    panel->effects = effects;
    for (int i = 0; i < panel->controls; i++) {
        const bool idle = !(effects >> panel->control[i].info->port & 1);
        if (panel->control[i].idle != idle) panel->control_dirty[i] = true;
        panel->control[i].idle = idle;
    }
}

static void show_view(Panel *panel, const View *view)
{
    show_effects(panel, view->effects);
    map_take(&panel->map, view);
    history_take(&panel->history, view);
    meters_take(&panel->meters, view);
    if (view->rate > 0) panel->rate = view->rate;
    for (Part part = PART_MAP; part < PARTS; part++) panel->dirty[part] = true;
    char *recording = panel->chooser.recording;
    *recording = '\0';
    if (view->recording > 0)
        snprintf(recording, sizeof panel->chooser.recording,
                 panel->language ? "captura, %.1f s" : "captured, %.1f s", (double)view->recording);
}

void panel_message(Panel *panel, uint32_t format, uint32_t size, const void *buffer)
{
    Heard heard;
    host_read(&panel->host, format, size, buffer, &heard);
    if (heard.what == HEARD_VIEW) show_view(panel, &heard.view);
    if (heard.what == HEARD_FILE) show_file(panel, heard.kind, heard.text);
    if (heard.what != HEARD_NOTICE) return;
    snprintf(panel->notice, sizeof panel->notice, "%s", heard.text);
    for (char *c = panel->notice; *c; c++)
        if (*c == '\n') *c = ' ';
    panel->dirty[PART_NOTICE] = true;
}

// ---- What hands do to controls ----

static void set(Panel *panel, int i, float value)
{
    if (panel->control[i].value == value) return;
    show_value(panel, i, value);
    host_set(&panel->host, panel->control[i].info->port, value);
}

// Sets a control in one go: the host writes automation only of what is held.
static void set_at_once(Panel *panel, int i, float value)
{
    host_touch(&panel->host, panel->control[i].info->port, true);
    set(panel, i, value);
    host_touch(&panel->host, panel->control[i].info->port, false);
}

static int find_control(const Panel *panel, double x, double y)
{
    for (int i = 0; i < panel->controls; i++)
        if (box_has(&panel->control[i].box, x, y)) return i;
    return -1;
}

static void focus_on(Panel *panel, int i)
{
    if (panel->focus >= 0) panel->control[panel->focus].focused = false;
    if (panel->focus >= 0) panel->control_dirty[panel->focus] = true;
    panel->focus = i;
    if (i < 0) return;
    panel->control[i].focused = true;
    panel->control_dirty[i] = true;
}

static void end_typing(Panel *panel, bool takes)
{
    float value;
    if (panel->typing < 0) return;
    if (takes && control_parse(panel->control[panel->typing].info, panel->typed, &value))
        set_at_once(panel, panel->typing, value);
    panel->typing = -1;
    panel->all_dirty = true;
}

static void begin_typing(Panel *panel, int i)
{
    panel->typing = i;
    panel->typed[0] = '\0';
    panel->all_dirty = true;
}

static void press_control(Panel *panel, int i, bool resets, double now)
{
    const Control *control = &panel->control[i];
    const ControlInfo *info = control->info;
    const bool again = panel->clicked == i && now - panel->clicked_at < DOUBLE_CLICK;
    panel->clicked = i;
    panel->clicked_at = now;
    focus_on(panel, i);
    if (resets) {
        set_at_once(panel, i, info->start);
    } else if (control->shape == SHAPE_LIST) {
        set_at_once(panel, i, control_choice_at(control, panel->pointer_y));
    } else if (info->kind >= CONTROL_SWITCH) {
        set_at_once(panel, i, control_step(info, control->value, 1, false));
    } else if (again) {
        begin_typing(panel, i);
    } else {
        panel->held = i;
        panel->exact = control_share(info, control->value);
        host_touch(&panel->host, info->port, true);
    }
}

static void drag_control(Panel *panel, double dx, double dy, bool fine)
{
    const Control *control = &panel->control[panel->held];
    const bool dial = control->shape == SHAPE_DIAL;
    const double way = dial ? (dx - dy) / 200 : dx / control->box.width;
    panel->exact = fmin(fmax(panel->exact + way * (fine ? 0.1 : 1), 0), 1);
    set(panel, panel->held, control_at(control->info, panel->exact));
}

static void drag_map(Panel *panel, double x, double y)
{
    float axis[2];
    map_axes_at(&panel->map, x, y, axis);
    for (int d = 0; d < 2; d++) {
        const int i = control_of(panel, PORT_AXIS_1 + d);
        if (i >= 0) set(panel, i, axis[d]);
    }
}

static void hold_map(Panel *panel, bool held)
{
    if (panel->map.held == held) return;
    panel->map.held = held;
    panel->dirty[PART_MAP] = true;
    host_touch(&panel->host, PORT_AXIS_1, held);
    host_touch(&panel->host, PORT_AXIS_2, held);
}

// ---- What hands do to files ----

static void open_chooser(Panel *panel, FileKind kind)
{
    Chooser *chooser = &panel->chooser;
    chooser->kind = kind;
    chooser->browses = false;
    file_list_fill(&chooser->list, kind, panel->bundle, panel->file[kind], panel->file[FILE_MODEL],
                   panel->rate);
    const int found = file_list_find(&chooser->list, panel->file[kind]);
    chooser->open = true;
    chooser->first = 0;
    chooser->hot = -1;
    chooser->box = layout_chooser(kind, chooser_rows(chooser));
    chooser->current = -1;
    if (found >= 0)
        chooser->current =
            chooser_rows(chooser) - chooser->list.count - 1 + found - (kind == FILE_MODEL);
    panel->all_dirty = true;
}

static void close_chooser(Panel *panel)
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

static void choose(Panel *panel)
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
    close_chooser(panel);
}

// Chooses the file before or after the one in use, as they stand in the list.
static void choose_next(Panel *panel, FileKind kind, int step)
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

// ---- The pointer and the keys ----

void panel_press(Panel *panel, double x, double y, bool fine, bool resets, double now)
{
    (void)fine;
    panel->pointer_x = x;
    panel->pointer_y = y;
    if (panel->tip) panel->all_dirty = true;
    panel->tip = false;
    end_typing(panel, false);
    if (panel->chooser.open) {
        chooser_move(&panel->chooser, x, y);
        choose(panel);
        return;
    }
    for (FileKind kind = 0; kind < FILE_KINDS; kind++) {
        const Box name = layout_file(kind), previous = layout_file_step(kind, -1),
                  next = layout_file_step(kind, 1);
        if (box_has(&name, x, y)) open_chooser(panel, kind);
        if (box_has(&previous, x, y)) choose_next(panel, kind, -1);
        if (box_has(&next, x, y)) choose_next(panel, kind, 1);
    }
    const int i = find_control(panel, x, y);
    if (i >= 0) {
        press_control(panel, i, resets, now);
    } else if (panel->map.can_drag && box_has(&panel->map.box, x, y)) {
        hold_map(panel, true);
        if (resets)
            drag_map(panel, panel->map.box.x + panel->map.box.width / 2,
                     panel->map.box.y + panel->map.box.height / 2);
        else
            drag_map(panel, x, y);
    }
}

void panel_release(Panel *panel)
{
    if (panel->held >= 0) host_touch(&panel->host, panel->control[panel->held].info->port, false);
    panel->held = -1;
    hold_map(panel, false);
}

static void heat(Panel *panel, int i)
{
    if (i == panel->hot) return;
    if (panel->hot >= 0) panel->control[panel->hot].hot = false;
    if (panel->hot >= 0) panel->control_dirty[panel->hot] = true;
    panel->hot = i;
    if (i >= 0) panel->control[i].hot = true;
    if (i >= 0) panel->control_dirty[i] = true;
}

void panel_move(Panel *panel, double x, double y, bool fine, double now)
{
    const double dx = x - panel->pointer_x, dy = y - panel->pointer_y;
    panel->pointer_x = x;
    panel->pointer_y = y;
    panel->moved_at = now;
    if (panel->tip) panel->all_dirty = true;
    panel->tip = false;
    if (panel->chooser.open) {
        const int before = panel->chooser.hot;
        chooser_move(&panel->chooser, x, y);
        if (panel->chooser.hot != before) panel->all_dirty = true;
    } else if (panel->map.held) {
        drag_map(panel, x, y);
    } else if (panel->held >= 0) {
        drag_control(panel, dx, dy, fine);
    } else {
        heat(panel, find_control(panel, x, y));
    }
}

void panel_leave(Panel *panel)
{
    if (panel->tip) panel->all_dirty = true;
    panel->tip = false;
    if (panel->held < 0) heat(panel, -1);
}

void panel_wheel(Panel *panel, double x, double y, int steps, bool fine)
{
    if (panel->chooser.open) {
        chooser_scroll(&panel->chooser, -steps);
        chooser_move(&panel->chooser, x, y);
        panel->all_dirty = true;
        return;
    }
    const int i = find_control(panel, x, y);
    if (i >= 0 && panel->held < 0)
        set_at_once(panel, i,
                    control_step(panel->control[i].info, panel->control[i].value, steps, fine));
}

static void key_in_list(Panel *panel, Key key)
{
    if (key == KEY_UP || key == KEY_PREVIOUS) chooser_step(&panel->chooser, -1);
    if (key == KEY_DOWN || key == KEY_NEXT) chooser_step(&panel->chooser, 1);
    if (key == KEY_ENTER) choose(panel);
    if (key == KEY_ESCAPE) close_chooser(panel);
    panel->all_dirty = true;
}

static void key_in_text(Panel *panel, Key key, const char *text)
{
    const size_t length = strlen(panel->typed);
    if (key == KEY_TEXT && length + strlen(text) < sizeof panel->typed)
        memcpy(panel->typed + length, text, strlen(text) + 1);
    if (key == KEY_ERASE && length > 0) panel->typed[length - 1] = '\0';
    if (key == KEY_ENTER || key == KEY_ESCAPE) end_typing(panel, key == KEY_ENTER);
    panel->all_dirty = true;
}

void panel_key(Panel *panel, Key key, const char *text, bool fine)
{
    if (panel->chooser.open) {
        key_in_list(panel, key);
        return;
    }
    if (panel->typing >= 0) {
        key_in_text(panel, key, text);
        return;
    }
    if (key == KEY_TEXT && (*text == 'm' || *text == 'r'))
        open_chooser(panel, *text == 'm' ? FILE_MODEL : FILE_REFERENCE);
    if (key == KEY_NEXT) focus_on(panel, (panel->focus + 1) % panel->controls);
    if (key == KEY_PREVIOUS)
        focus_on(panel, (panel->focus <= 0 ? panel->controls : panel->focus) - 1);
    if (panel->focus < 0) return;
    const Control *control = &panel->control[panel->focus];
    if (key == KEY_UP || key == KEY_DOWN)
        set_at_once(panel, panel->focus,
                    control_step(control->info, control->value, key == KEY_UP ? 1 : -1, fine));
    if (key == KEY_RESET || key == KEY_ERASE)
        set_at_once(panel, panel->focus, control->info->start);
    if (key == KEY_ENTER && control->info->kind < CONTROL_SWITCH) begin_typing(panel, panel->focus);
    if (key == KEY_ENTER && control->info->kind >= CONTROL_SWITCH)
        set_at_once(panel, panel->focus, control_step(control->info, control->value, 1, false));
    if (key == KEY_ESCAPE) focus_on(panel, -1);
}

// ---- Time ----

// Chooses the model anew where its file has changed and has rested since.
static void follow(Panel *panel, double now)
{
    struct stat about;
    if (!panel->chooser.follows || now - panel->watched_at < FOLLOW_EACH) return;
    panel->watched_at = now;
    if (!*panel->file[FILE_MODEL] || stat(panel->file[FILE_MODEL], &about) != 0) return;
    const long long time = (long long)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
    if (panel->watched != 0 && time != panel->watched)
        host_choose(&panel->host, FILE_MODEL, panel->file[FILE_MODEL]);
    panel->watched = time;
}

void panel_idle(Panel *panel, double now)
{
    if (now - panel->listened_at > LISTEN_EACH) {
        const bool first = panel->listened_at < 0;
        panel->listened_at = now;
        host_listen(&panel->host);
        if (first) host_ask(&panel->host);
    }
    follow(panel, now);
    const bool rests = panel->hot >= 0 && panel->held < 0 && !panel->chooser.open &&
                       panel->typing < 0 && now - panel->moved_at > TIP_AFTER;
    if (rests && !panel->tip) panel->all_dirty = panel->tip = true;
}
