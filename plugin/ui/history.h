// history.h: the last seconds of the latent as two pictures, channels over time, before and after
// the operations. Blue is below a channel's mean, orange above it.
#ifndef TRASLUZ_UI_HISTORY_H
#define TRASLUZ_UI_HISTORY_H

#include "host/view.h"
#include "theme.h"

enum { HISTORY_COLUMNS = 300 }; // views: ten seconds

typedef struct {
    Box box;
    cairo_surface_t *picture[2]; // [HISTORY_COLUMNS] by VIEW_CHANNELS pixels, a ring
    int at, channels;
    float captured, recording, frozen;
    bool sounding;
    int turn;
} History;

// False where memory is short.
bool history_init(History *history);
void history_free(History *history);

void history_take(History *history, const View *view);
void history_draw(cairo_t *cr, const History *history, int language);

#endif
