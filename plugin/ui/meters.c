#include "meters.h"

#include <math.h>
#include <stdio.h>

#define LOWEST  (-90.0f) // dB
#define HIGHEST 6.0f
#define FALL    36.0f // dB per second

void meters_init(Meters *meters)
{
    for (int b = 0; b < VIEW_BANDS; b++) meters->in[b] = meters->out[b] = LOWEST;
    for (int c = 0; c < 2; c++) meters->peak_in[c] = meters->peak_out[c] = LOWEST;
    meters->channels = 1;
}

static float fallen(float shown, float now, float seconds)
{
    return fmaxf(fmaxf(now, shown - FALL * seconds), LOWEST);
}

void meters_take(Meters *meters, const View *view)
{
    const float time = view->seconds;
    for (int b = 0; b < VIEW_BANDS; b++) {
        meters->in[b] = fallen(meters->in[b], (float)view->spectrum_in[b] / 2 - 100, time);
        meters->out[b] = fallen(meters->out[b], (float)view->spectrum_out[b] / 2 - 100, time);
    }
    for (int c = 0; c < 2; c++) {
        const float in = 20 * log10f(view->peak_in[c] + 1e-9f);
        const float out = 20 * log10f(view->peak_out[c] + 1e-9f);
        meters->peak_in[c] = fallen(meters->peak_in[c], in, time);
        meters->peak_out[c] = fallen(meters->peak_out[c], out, time);
    }
    meters->latency = view->latency;
    meters->rate = view->rate;
    meters->share += 0.1f * (view->share - meters->share);
    meters->channels = view->audio_channels;
}

static double share_of(float decibels)
{
    return fmin(fmax((double)((decibels - LOWEST) / (HIGHEST - LOWEST)), 0), 1);
}

static void draw_curve(cairo_t *cr, const Box *box, const float *bands, Colour colour, bool filled)
{
    for (int b = 0; b < VIEW_BANDS; b++)
        cairo_line_to(cr, box->x + b * box->width / (VIEW_BANDS - 1),
                      box->y + box->height * (1 - share_of(bands[b])));
    if (filled) {
        cairo_line_to(cr, box->x + box->width, box->y + box->height);
        cairo_line_to(cr, box->x, box->y + box->height);
        cairo_close_path(cr);
        paint_colour(cr, colour, 0.35);
        cairo_fill(cr);
    } else {
        cairo_set_line_width(cr, 1.8);
        paint_colour(cr, colour, 1);
        cairo_stroke(cr);
    }
}

// Draws lines at each 20 dB, with figures at some of them.
static void draw_scale(cairo_t *cr, const Box *well)
{
    cairo_set_line_width(cr, 1);
    for (int decibels = -80; decibels <= 0; decibels += 20) {
        const double y = floor(well->y + well->height * (1 - share_of((float)decibels))) + 0.5;
        paint_colour(cr, colour_line, decibels == 0 ? 0.9 : 0.5);
        cairo_move_to(cr, well->x, y);
        cairo_rel_line_to(cr, well->width, 0);
        cairo_stroke(cr);
        if (decibels % 40 != 0) continue;
        char text[16];
        snprintf(text, sizeof text, decibels ? "%d" : "%d dB", decibels);
        const Box figure = {well->x, y, well->width - 4, 11};
        paint_text(cr, &figure, ALIGN_RIGHT, 9, false, colour_dim, text);
    }
}

void meters_draw_spectrum(cairo_t *cr, const Meters *meters, int language)
{
    static const char *const title[2] = {"Spectrum", "Espectro"};
    const Box *box = &meters->spectrum;
    const Box name = {box->x, box->y, box->width, 17};
    const Box well = {box->x, box->y + 18, box->width, box->height - 18};
    paint_text(cr, &name, ALIGN_LEFT, 11, true, colour_text, title[language]);
    paint_box(cr, &well, 4, colour_well, 1);
    cairo_save(cr);
    cairo_rectangle(cr, well.x, well.y, well.width, well.height);
    cairo_clip(cr);
    draw_scale(cr, &well);
    draw_curve(cr, &well, meters->in, colour_before, true);
    draw_curve(cr, &well, meters->out, colour_after, false);
    cairo_restore(cr);
}

// Draws a level, and above it a lamp that lights from full scale on.
static void draw_bar(cairo_t *cr, const Box *box, float decibels, Colour colour)
{
    const Box lamp = {box->x, box->y, box->width, 5};
    const Box well = {box->x, box->y + 8, box->width, box->height - 8};
    const double high = well.height * fmin(share_of(decibels) / share_of(0), 1);
    const Box bar = {well.x, well.y + well.height - high, well.width, high};
    paint_box(cr, &lamp, 2, decibels >= 0 ? colour_alarm : colour_line, 1);
    paint_box(cr, &well, 2, colour_well, 1);
    if (high > 4) paint_box(cr, &bar, 2, colour, 1);
}

// Draws a figure and, below it, what it is of.
static void draw_figure(cairo_t *cr, Box line, const char *figure, const char *name)
{
    paint_text(cr, &line, ALIGN_LEFT, 16, true, colour_text, figure);
    line.y += 18;
    paint_text(cr, &line, ALIGN_LEFT, 10.5, false, colour_faint, name);
}

void meters_draw_levels(cairo_t *cr, const Meters *meters, int language)
{
    static const char *const names[2][2] = {{"in", "out"}, {"ent.", "sal."}};
    const Box *box = &meters->levels;
    const double high = box->height - 18, wide = meters->channels > 1 ? 12 : 26;
    for (int side = 0; side < 2; side++) {
        const float *peak = side ? meters->peak_out : meters->peak_in;
        const double x = box->x + side * 36;
        for (int c = 0; c < meters->channels; c++) {
            const Box bar = {x + c * 14, box->y, wide, high};
            draw_bar(cr, &bar, peak[c], side ? colour_after : colour_before);
        }
        const Box name = {x - 4, box->y + high + 3, 34, 14};
        paint_text(cr, &name, ALIGN_CENTRE, 10.5, false, colour_faint, names[language][side]);
    }
    char figure[32], name[64];
    const double milliseconds =
        meters->rate > 0 ? 1e3 * (double)(meters->latency / meters->rate) : 0;
    Box line = {box->x + 78, box->y + 4, box->width - 78, 18};
    snprintf(figure, sizeof figure, "%.1f ms", milliseconds);
    snprintf(name, sizeof name, language ? "%.0f muestras" : "%.0f samples",
             (double)meters->latency);
    draw_figure(cr, line, figure, name);
    line.y += 54;
    snprintf(figure, sizeof figure, "%.1f %%", 100 * (double)meters->share);
    draw_figure(cr, line, figure, language ? "de un núcleo" : "of a core");
}
