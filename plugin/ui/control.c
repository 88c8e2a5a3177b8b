#include "control.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

float control_at(const ControlInfo *info, double share)
{
    share = fmin(fmax(share, 0), 1);
    const double low = info->low, high = info->high;
    double value = low + share * (high - low);
    if (info->kind == CONTROL_LOGARITHMIC) value = low * pow(high / low, share);
    if (info->kind > CONTROL_LOGARITHMIC) value = round(value);
    return (float)value;
}

double control_share(const ControlInfo *info, float value)
{
    const double low = info->low, high = info->high;
    const double share = info->kind == CONTROL_LOGARITHMIC
                             ? log(fmax((double)value, low) / low) / log(high / low)
                             : ((double)value - low) / (high - low);
    return fmin(fmax(share, 0), 1);
}

float control_step(const ControlInfo *info, float value, double steps, bool fine)
{
    const double range = (double)info->high - (double)info->low;
    if (info->kind == CONTROL_CHOICE || info->kind == CONTROL_SWITCH) {
        const double next = (double)value + steps;
        return next > info->high ? info->low : next < info->low ? info->high : (float)round(next);
    }
    if (info->kind == CONTROL_WHOLE) {
        const double size = fine || range < 200 ? 1 : round(range / 100);
        return (float)fmin(fmax(round((double)value + steps * size), info->low), info->high);
    }
    const double share = control_share(info, value) + steps * (fine ? 0.001 : 0.01);
    return control_at(info, share);
}

void control_text(const ControlInfo *info, float value, char *text, size_t room)
{
    for (int i = 0; i < info->points; i++) {
        const bool whole = info->kind > CONTROL_WHOLE;
        if (info->point[i].value != value || (!whole && info->kind != CONTROL_LOGARITHMIC))
            continue;
        snprintf(text, room, "%s", info->point[i].label);
        return;
    }
    const int digits = info->kind == CONTROL_WHOLE ? 0
                       : fabsf(value) >= 100       ? 0
                       : fabsf(value) >= 10        ? 1
                                                   : 2;
    snprintf(text, room, "%.*f%s%s", digits, (double)value, *info->unit ? " " : "", info->unit);
}

bool control_parse(const ControlInfo *info, const char *text, float *value)
{
    for (int i = 0; i < info->points; i++) {
        if (strcasecmp(text, info->point[i].label) != 0) continue;
        *value = info->point[i].value;
        return true;
    }
    char number[64], *end;
    snprintf(number, sizeof number, "%s", text);
    double typed = strtod(number, &end);
    if (*end == ',' || *end == '.') { // the other of the two is the locale's
        *end = *end == ',' ? '.' : ',';
        typed = strtod(number, &end);
    }
    if (end == number || !isfinite(typed)) return false;
    typed = fmin(fmax(typed, info->low), info->high);
    *value = (float)(info->kind > CONTROL_LOGARITHMIC ? round(typed) : typed);
    return true;
}

static Colour text_colour(const Control *control)
{
    return control->idle ? colour_line : colour_text;
}

static void draw_switch(cairo_t *cr, const Control *control)
{
    const bool on = control->value > 0;
    const Box lamp = {control->box.x + control->box.width - 26, control->box.y + 3, 20,
                      control->box.height - 6};
    const Box knob = {on ? lamp.x + lamp.width - lamp.height : lamp.x, lamp.y, lamp.height,
                      lamp.height};
    const Colour colour = on && !control->idle ? colour_after : colour_line;
    paint_box(cr, &lamp, lamp.height / 2, colour, on ? 0.55 : 0.6);
    paint_box(cr, &knob, lamp.height / 2, on ? colour_text : colour_faint, control->idle ? 0.4 : 1);
}

static void draw_row(cairo_t *cr, const Control *control, int language)
{
    const ControlInfo *info = control->info;
    const Box *box = &control->box;
    paint_box(cr, box, 3, colour_well, 1);
    if (info->kind < CONTROL_SWITCH) {
        const double zero = control_share(info, info->start),
                     now = control_share(info, control->value);
        const double from = fmin(zero, now), to = fmax(zero, now);
        const Box fill = {box->x + from * box->width, box->y, fmax((to - from) * box->width, 0),
                          box->height};
        if (fill.width > 0.5)
            paint_box(cr, &fill, fmin(3, fill.width / 2),
                      control->idle ? colour_fill : colour_after, control->idle ? 0.35 : 0.38);
        const Box mark = {box->x + now * (box->width - 2), box->y + 1, 2, box->height - 2};
        paint_box(cr, &mark, 1, control->idle ? colour_line : colour_after, 1);
    }
    char text[64];
    control_text(info, control->value, text, sizeof text);
    const bool shows_text = info->kind != CONTROL_SWITCH;
    const double wide = shows_text ? text_width(cr, 10.5, false, text) + 6 : 28;
    const Box name = {box->x + 6, box->y, box->width - wide - 12, box->height};
    const Box value = {box->x + box->width - wide - 5, box->y, wide, box->height};
    paint_text(cr, &name, ALIGN_LEFT, 10.5, false, control->idle ? colour_line : colour_faint,
               info->name[language]);
    if (shows_text)
        paint_text(cr, &value, ALIGN_RIGHT, 10.5, false, text_colour(control), text);
    else
        draw_switch(cr, control);
    if (control->hot || control->focused)
        paint_frame(cr, box, 3, control->focused ? colour_before : colour_faint,
                    control->focused ? 1 : 0.6);
}

static void draw_dial(cairo_t *cr, const Control *control, int language)
{
    const Box *box = &control->box;
    const double radius = fmin(box->width, box->height - 34) / 2 - 6;
    const double x = box->x + box->width / 2, y = box->y + 22 + radius;
    const double begin = 0.75 * PI, turn = 1.5 * PI;
    const double now = begin + turn * control_share(control->info, control->value);
    const Box name = {box->x, box->y, box->width, 18};
    paint_text(cr, &name, ALIGN_CENTRE, 14, true, colour_text, control->info->name[language]);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cr, 9);
    paint_colour(cr, colour_well, 1);
    cairo_arc(cr, x, y, radius, begin, begin + turn);
    cairo_stroke(cr);
    paint_colour(cr, control->idle ? colour_line : colour_after, 1);
    cairo_arc(cr, x, y, radius, begin, fmax(now, begin + 0.01));
    cairo_stroke(cr);
    paint_colour(cr, colour_panel, 1);
    cairo_arc(cr, x, y, radius - 10, 0, 2 * PI);
    cairo_fill(cr);
    cairo_set_line_width(cr, 3);
    paint_colour(cr, colour_text, 1);
    cairo_move_to(cr, x + 0.45 * radius * cos(now), y + 0.45 * radius * sin(now));
    cairo_line_to(cr, x + (radius - 12) * cos(now), y + (radius - 12) * sin(now));
    cairo_stroke(cr);
    char text[64];
    control_text(control->info, control->value, text, sizeof text);
    const Box value = {box->x, y + 0.62 * radius, box->width, 18};
    paint_text(cr, &value, ALIGN_CENTRE, 13, true, colour_text, text);
    if (control->hot || control->focused)
        paint_frame(cr, box, 6, control->focused ? colour_before : colour_line,
                    control->focused ? 1 : 0.5);
}

void control_draw(cairo_t *cr, const Control *control, int language)
{
    if (control->shape == SHAPE_DIAL)
        draw_dial(cr, control, language);
    else
        draw_row(cr, control, language);
}
