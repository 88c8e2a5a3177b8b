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

void control_text(const ControlInfo *info, float value, int language, char *text, size_t room)
{
    for (int i = 0; i < info->points; i++) {
        const bool whole = info->kind > CONTROL_WHOLE;
        if (info->point[i].value != value || (!whole && info->kind != CONTROL_LOGARITHMIC))
            continue;
        snprintf(text, room, "%s", info->point[i].label[language]);
        return;
    }
    const int digits = info->kind == CONTROL_WHOLE ? 0
                       : fabsf(value) >= 100       ? 0
                       : fabsf(value) >= 10        ? 1
                                                   : 2;
    const char *unit = info->unit[language];
    snprintf(text, room, "%.*f%s%s", digits, (double)value, *unit ? " " : "", unit);
}

bool control_parse(const ControlInfo *info, const char *text, float *value)
{
    for (int i = 0; i < info->points; i++) {
        if (strcasecmp(text, info->point[i].label[LANGUAGE_ENGLISH]) != 0 &&
            strcasecmp(text, info->point[i].label[LANGUAGE_SPANISH]) != 0)
            continue;
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

float control_choice_at(const Control *control, double y)
{
    const ControlInfo *info = control->info;
    const int row = (int)((y - control->box.y) / control->box.height * info->points);
    return info->point[row < 0 ? 0 : row >= info->points ? info->points - 1 : row].value;
}

// ---- Drawing ----

static Colour name_colour(const Control *control)
{
    return control->idle ? colour_dim : colour_faint;
}

static Colour value_colour(const Control *control)
{
    return control->idle ? colour_dim : colour_text;
}

static Colour accent(const Control *control)
{
    return control->idle ? colour_dim : colour_after;
}

static void draw_rim(cairo_t *cr, const Control *control)
{
    if (!control->hot && !control->focused) return;
    paint_frame(cr, &control->box, 4, control->focused ? colour_before : colour_faint,
                control->focused ? 1 : 0.45);
}

static void draw_switch(cairo_t *cr, const Control *control)
{
    const bool on = control->value > 0;
    const Box *box = &control->box;
    const Box lamp = {box->x + box->width - 31, box->y + box->height / 2 - 6.5, 25, 13};
    const Box knob = {(on ? lamp.x + lamp.width - lamp.height : lamp.x) + 2, lamp.y + 2,
                      lamp.height - 4, lamp.height - 4};
    paint_box(cr, &lamp, lamp.height / 2, on ? accent(control) : colour_line, 1);
    paint_box(cr, &knob, knob.height / 2, on ? colour_well : value_colour(control), 1);
}

// Draws the range below the text, filled from the default to the value.
static void draw_bar(cairo_t *cr, const Control *control)
{
    const ControlInfo *info = control->info;
    const Box *box = &control->box;
    const double start = control_share(info, info->start);
    const double now = control_share(info, control->value);
    const double left = box->x + 7, wide = box->width - 14;
    const Box track = {left, box->y + box->height - 5, wide, 2};
    const Box fill = {left + fmin(start, now) * wide, track.y, fabs(now - start) * wide, 2};
    const Box mark = {left + now * wide - 1.5, track.y - 2, 3, 6};
    paint_box(cr, &track, 1, colour_line, 1);
    if (fill.width > 1) paint_box(cr, &fill, 0, accent(control), 1);
    paint_box(cr, &mark, 1.5, accent(control), 1);
}

// Draws a mark for each choice below the text; that of the value is bright.
static void draw_choices(cairo_t *cr, const Control *control)
{
    const ControlInfo *info = control->info;
    const Box *box = &control->box;
    const double wide = (box->width - 14) / info->points;
    for (int i = 0; i < info->points; i++) {
        const Box mark = {box->x + 7 + i * wide, box->y + box->height - 5,
                          wide - (i + 1 < info->points ? 3 : 0), 2};
        const bool chosen = info->point[i].value == control->value;
        paint_box(cr, &mark, 1, chosen ? accent(control) : colour_line, 1);
    }
}

void control_place_row(cairo_t *cr, const Control *control, const char *value, Box *name, Box *at)
{
    const Box *box = &control->box;
    const bool lamp = control->info->kind == CONTROL_SWITCH;
    const double high = box->height - (lamp ? 0 : 4);
    const double wanted = text_width(cr, ROW_TEXT, false, value) + 1;
    const double wide = lamp ? 27 : fmin(wanted, 0.62 * box->width);
    *at = (Box){box->x + box->width - wide - 7, box->y, wide, high};
    *name = (Box){box->x + 7, box->y, box->width - wide - 19, high};
}

static void draw_row(cairo_t *cr, const Control *control, int language)
{
    const ControlInfo *info = control->info;
    Box name, at;
    char value[64];
    control_text(info, control->value, language, value, sizeof value);
    control_place_row(cr, control, value, &name, &at);
    paint_box(cr, &control->box, 4, colour_well, 1);
    paint_text(cr, &name, ALIGN_LEFT, ROW_TEXT, false, name_colour(control),
               control->label[language]);
    if (info->kind == CONTROL_SWITCH) {
        draw_switch(cr, control);
    } else {
        paint_text(cr, &at, ALIGN_RIGHT, ROW_TEXT, false, value_colour(control), value);
        if (info->kind == CONTROL_CHOICE)
            draw_choices(cr, control);
        else
            draw_bar(cr, control);
    }
    draw_rim(cr, control);
}

static void draw_list(cairo_t *cr, const Control *control, int language)
{
    const ControlInfo *info = control->info;
    const double high = control->box.height / info->points;
    for (int i = 0; i < info->points; i++) {
        const Box row = {control->box.x, control->box.y + i * high, control->box.width, high - 3};
        const Box name = {row.x + 8, row.y, row.width - 14, row.height};
        const bool chosen = info->point[i].value == control->value;
        const Colour ground = !chosen ? colour_well : control->idle ? colour_line : colour_after;
        paint_box(cr, &row, 4, ground, 1);
        paint_text(cr, &name, ALIGN_LEFT, ROW_TEXT, false,
                   control->idle ? colour_dim
                   : chosen      ? colour_well
                                 : colour_faint,
                   info->point[i].label[language]);
    }
    draw_rim(cr, control);
}

static void draw_dial(cairo_t *cr, const Control *control, int language)
{
    const Box *box = &control->box;
    const double radius = 35, x = box->x + box->width / 2, y = box->y + 24 + radius;
    const double begin = 0.75 * PI, turn = 1.5 * PI;
    const double now = begin + turn * control_share(control->info, control->value);
    const Box name = {box->x, box->y, box->width, 18};
    paint_text(cr, &name, ALIGN_CENTRE, 14, true, value_colour(control), control->label[language]);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cr, 9);
    cairo_new_path(cr);
    paint_colour(cr, colour_well, 1);
    cairo_arc(cr, x, y, radius, begin, begin + turn);
    cairo_stroke(cr);
    paint_colour(cr, accent(control), 1);
    cairo_arc(cr, x, y, radius, begin, fmax(now, begin + 0.01));
    cairo_stroke(cr);
    cairo_set_line_width(cr, 3);
    paint_colour(cr, value_colour(control), 1);
    cairo_move_to(cr, x + 0.5 * radius * cos(now), y + 0.5 * radius * sin(now));
    cairo_line_to(cr, x + 0.76 * radius * cos(now), y + 0.76 * radius * sin(now));
    cairo_stroke(cr);
    char text[64];
    control_text(control->info, control->value, language, text, sizeof text);
    const Box value = {box->x, box->y + box->height - 24, box->width, 20};
    paint_text(cr, &value, ALIGN_CENTRE, 14, true, value_colour(control), text);
    draw_rim(cr, control);
}

void control_draw(cairo_t *cr, const Control *control, int language)
{
    switch (control->shape) {
    case SHAPE_DIAL: draw_dial(cr, control, language); break;
    case SHAPE_LIST: draw_list(cr, control, language); break;
    default: draw_row(cr, control, language);
    }
}
