// history.h: the last seconds of the latent as two pictures, channels over time, before and after
// the operations, and a strip that shows what was recorded, held or in turn. Blue is below a
// channel's mean, orange above it.
#ifndef TRASLUZ_UI_HISTORY_H
#define TRASLUZ_UI_HISTORY_H

#include "host/view.h"
#include "theme.h"

enum { HISTORY_COLUMNS = 300, HISTORY_PER_SECOND = 30 }; // ten seconds

typedef enum {
    MARK_NOTHING,
    MARK_CAPTURE,   // it was recorded
    MARK_FREEZE,    // a stretch was held
    MARK_INPUT,     // alternating: the input's turn
    MARK_REFERENCE, // the reference's
} HistoryMark;

typedef struct {
    Box box;
    cairo_surface_t *picture[2];   // [HISTORY_COLUMNS] by VIEW_CHANNELS pixels, a ring
    uint8_t mark[HISTORY_COLUMNS]; // what went on: a HistoryMark for each column
    int at, channels;
    double owed;    // columns of time that have passed and are not drawn
    int held_since; // columns since the stretch was taken; -1: none is held
    float captured, recording, frozen;
    bool sounding;
    int turn;
    bool first_alone; // a stereo model of waveforms shows its first audio channel alone
} History;

// False where memory is short.
bool history_init(History *history);
void history_free(History *history);

void history_take(History *history, const View *view);
void history_draw(cairo_t *cr, const History *history, int language);

#endif
