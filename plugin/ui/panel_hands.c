// panel_hands.c: what the pointer and the keys do to the controls, the map and the lists.
#include "controls/ports.h"
#include "panel_layout.h"
#include "panel_parts.h"

#include <math.h>
#include <string.h>

#define DOUBLE_CLICK 0.35 // seconds

// ---- What hands do to controls ----

static void set(Panel *panel, int i, float value)
{
    if (panel->control[i].value == value) return;
    panel_show_value(panel, i, value);
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
        const int i = panel_control(panel, PORT_AXIS_1 + d);
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
        panel_choose(panel);
        return;
    }
    for (FileKind kind = 0; kind < FILE_KINDS; kind++) {
        const Box name = layout_file(kind), previous = layout_file_step(kind, -1),
                  next = layout_file_step(kind, 1);
        if (box_has(&name, x, y)) panel_open_chooser(panel, kind);
        if (box_has(&previous, x, y)) panel_choose_next(panel, kind, -1);
        if (box_has(&next, x, y)) panel_choose_next(panel, kind, 1);
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
    if (key == KEY_ENTER) panel_choose(panel);
    if (key == KEY_ESCAPE) panel_close_chooser(panel);
    panel->all_dirty = true;
}

static void key_in_text(Panel *panel, Key key, const char *text)
{
    const size_t length = strlen(panel->typed);
    if (key == KEY_TEXT && *text < 127 && length + strlen(text) < sizeof panel->typed)
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
        panel_open_chooser(panel, *text == 'm' ? FILE_MODEL : FILE_REFERENCE);
    if (key == KEY_FILE_BEFORE || key == KEY_FILE_AFTER)
        panel_choose_next(panel, fine ? FILE_REFERENCE : FILE_MODEL,
                          key == KEY_FILE_BEFORE ? -1 : 1);
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
