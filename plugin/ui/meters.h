// meters.h: the spectrum before and after, the levels of input and output, the latency and the
// share of a core.
#ifndef TRASLUZ_UI_METERS_H
#define TRASLUZ_UI_METERS_H

#include "host/view.h"
#include "theme.h"

typedef struct {
    Box spectrum, levels;
    float in[VIEW_BANDS], out[VIEW_BANDS]; // dB, falling slowly
    float peak_in[2], peak_out[2];         // dB, likewise
    float latency, rate, share;
    int channels;
} Meters;

void meters_init(Meters *meters);
void meters_take(Meters *meters, const View *view);
void meters_draw_spectrum(cairo_t *cr, const Meters *meters, int language);
void meters_draw_levels(cairo_t *cr, const Meters *meters, int language);

#endif
