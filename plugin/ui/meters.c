#include "meters.h"

#include <math.h>
#include <stdio.h>

#define LOWEST  (-90.0f) // dB
#define HIGHEST 6.0f
#define FALL    1.2f // dB for each view

void meters_init(Meters *meters)
{
    for (int b = 0; b < VIEW_BANDS; b++) meters->in[b] = meters->out[b] = LOWEST;
    for (int c = 0; c < 2; c++) meters->peak_in[c] = meters->peak_out[c] = LOWEST;
    meters->channels = 1;
}

static float fallen(float shown, float now)
{
    return fmaxf(fmaxf(now, shown - FALL), LOWEST);
}

void meters_take(Meters *meters, const View *view)
{
    for (int b = 0; b < VIEW_BANDS; b++) {
        meters->in[b] = fallen(meters->in[b], view->spectrum_in[b] / 2.0f - 100.0f);
        meters->out[b] = fallen(meters->out[b], view->spectrum_out[b] / 2.0f - 100.0f);
    }
    for (int c = 0; c < 2; c++) {
        meters->peak_in[c] = fallen(meters->peak_in[c], 20 * log10f(view->peak_in[c] + 1e-9f));
        meters->peak_out[c] = fallen(meters->peak_out[c], 20 * log10f(view->peak_out[c] + 1e-9f));
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
                      box->y + box->height * (1 - share_of(bands[b] - 6)));
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

void meters_draw_spectrum(cairo_t *cr, const Meters *meters, int language)
{
    static const char *const title[2] = {"spectrum", "espectro"};
    const Box *box = &meters->spectrum;
    const Box name = {box->x + 2, box->y, box->width, 17};
    const Box well = {box->x, box->y + 18, box->width, box->height - 18};
    paint_text(cr, &name, ALIGN_LEFT, 10.5, true, colour_faint, title[language]);
    paint_box(cr, &well, 3, colour_well, 1);
    cairo_save(cr);
    cairo_rectangle(cr, well.x, well.y, well.width, well.height);
    cairo_clip(cr);
    draw_curve(cr, &well, meters->in, colour_before, true);
    draw_curve(cr, &well, meters->out, colour_after, false);
    cairo_restore(cr);
}

static void draw_bar(cairo_t *cr, const Box *box, float decibels, Colour colour)
{
    const double high = box->height * share_of(decibels), zero = box->height * (1 - share_of(0));
    const Box bar = {box->x, box->y + box->height - high, box->width, high};
    const Box full = {box->x, box->y + floor(zero), box->width, 1};
    paint_box(cr, box, 2, colour_well, 1);
    if (high > 4) paint_box(cr, &bar, 2, decibels >= 0 ? colour_alarm : colour, 1);
    paint_box(cr, &full, 0, colour_text, 0.5);
}

// Draws a figure and, below it, what it is of.
static void draw_figure(cairo_t *cr, Box line, const char *figure, const char *name)
{
    paint_text(cr, &line, ALIGN_LEFT, 15, true, colour_text, figure);
    line.y += 17;
    paint_text(cr, &line, ALIGN_LEFT, 10.5, false, colour_faint, name);
}

void meters_draw_levels(cairo_t *cr, const Meters *meters, int language)
{
    static const char *const names[2][2] = {{"in", "out"}, {"ent.", "sal."}};
    const Box *box = &meters->levels;
    const double high = box->height - 18, wide = meters->channels > 1 ? 13 : 28;
    for (int side = 0; side < 2; side++) {
        const float *peak = side ? meters->peak_out : meters->peak_in;
        const double x = box->x + side * 38;
        for (int c = 0; c < meters->channels; c++) {
            const Box bar = {x + c * 15, box->y, wide, high};
            draw_bar(cr, &bar, peak[c], side ? colour_after : colour_before);
        }
        const Box name = {x - 3, box->y + high + 2, 34, 14};
        paint_text(cr, &name, ALIGN_CENTRE, 10.5, false, colour_faint, names[language][side]);
    }
    char figure[32], name[64];
    const Box late = {box->x + 84, box->y + 6, box->width - 84, 18};
    const Box core = {late.x, box->y + 54, late.width, 18};
    const double milliseconds =
        meters->rate > 0 ? 1e3 * (double)(meters->latency / meters->rate) : 0;
    snprintf(figure, sizeof figure, "%.1f ms", milliseconds);
    snprintf(name, sizeof name, language ? "latencia: %.0f muestras" : "latency: %.0f samples",
             (double)meters->latency);
    draw_figure(cr, late, figure, name);
    snprintf(figure, sizeof figure, "%.1f %%", 100 * (double)meters->share);
    draw_figure(cr, core, figure, language ? "de un núcleo" : "of a core");
}
