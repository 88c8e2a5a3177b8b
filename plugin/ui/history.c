#include "history.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool history_init(History *history)
{
    for (int i = 0; i < 2; i++)
        history->picture[i] =
            cairo_image_surface_create(CAIRO_FORMAT_RGB24, HISTORY_COLUMNS, VIEW_CHANNELS);
    return cairo_surface_status(history->picture[0]) == CAIRO_STATUS_SUCCESS &&
           cairo_surface_status(history->picture[1]) == CAIRO_STATUS_SUCCESS;
}

void history_free(History *history)
{
    for (int i = 0; i < 2; i++) cairo_surface_destroy(history->picture[i]);
}

// Mixes the ground with orange above the mean and blue below, all at three deviations.
static uint32_t colour_of(int8_t deviation)
{
    const double share = (deviation < 0 ? -deviation : deviation) / 93.0;
    const double most = share > 1 ? 1 : share;
    const Colour *to = deviation < 0 ? &colour_before : &colour_after, *from = &colour_well;
    const uint32_t r = (uint32_t)(255 * (from->r + most * (to->r - from->r)));
    const uint32_t g = (uint32_t)(255 * (from->g + most * (to->g - from->g)));
    const uint32_t b = (uint32_t)(255 * (from->b + most * (to->b - from->b)));
    return r << 16 | g << 8 | b;
}

void history_take(History *history, const View *view)
{
    const int8_t *channels[2] = {view->before, view->after};
    history->channels = view->channels;
    for (int i = 0; i < 2; i++) {
        cairo_surface_flush(history->picture[i]);
        unsigned char *pixels = cairo_image_surface_get_data(history->picture[i]);
        const int stride = cairo_image_surface_get_stride(history->picture[i]);
        for (int c = 0; c < view->channels; c++) {
            const uint32_t colour = colour_of(channels[i][c]);
            memcpy(pixels + c * stride + 4 * history->at, &colour, 4);
        }
        cairo_surface_mark_dirty(history->picture[i]);
    }
    history->at = (history->at + 1) % HISTORY_COLUMNS;
    history->captured = view->captured;
    history->recording = view->recording;
    history->frozen = view->frozen;
    history->sounding = view->sounding;
    history->turn = view->turn;
}

// Draws columns [from, to) of a picture at a share of the box's width.
static void draw_part(cairo_t *cr, const History *history, int i, const Box *box, int from, int to,
                      int first)
{
    if (to <= from) return;
    cairo_save(cr);
    const double wide = box->width / HISTORY_COLUMNS, high = box->height / history->channels;
    cairo_rectangle(cr, box->x + first * wide, box->y, (to - from) * wide, box->height);
    cairo_clip(cr);
    cairo_translate(cr, box->x + (first - from) * wide, box->y);
    cairo_scale(cr, wide, high);
    cairo_set_source_surface(cr, history->picture[i], 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_FAST);
    cairo_paint(cr);
    cairo_restore(cr);
}

// Says what is held, recorded or in turn; "" where nothing is.
static void state_text(const History *history, int language, char *text, size_t room)
{
    const bool es = language == 1;
    *text = '\0';
    if (history->captured > 0)
        snprintf(text, room, es ? "● graba: %.1f s" : "● recording: %.1f s",
                 (double)history->captured);
    else if (history->sounding)
        snprintf(text, room, es ? "congelado: un instante" : "frozen: one moment");
    else if (history->frozen > 0)
        snprintf(text, room, es ? "congelado: %.2f s" : "frozen: %.2f s", (double)history->frozen);
    else if (history->turn == 1)
        snprintf(text, room, es ? "suena la entrada" : "the input's turn");
    else if (history->turn == 2)
        snprintf(text, room, es ? "suena la referencia" : "the reference's turn");
    else if (history->recording > 0)
        snprintf(text, room, es ? "capturado: %.1f s" : "captured: %.1f s",
                 (double)history->recording);
}

void history_draw(cairo_t *cr, const History *history, int language)
{
    static const char *const title[2][2] = {{"latent before", "latent after"},
                                            {"latente antes", "latente después"}};
    const double high = (history->box.height - 40) / 2;
    for (int i = 0; i < 2; i++) {
        const double y = history->box.y + i * (high + 20);
        const Box name = {history->box.x + 2, y, history->box.width - 4, 17};
        const Box picture = {history->box.x, y + 18, history->box.width, high};
        paint_text(cr, &name, ALIGN_LEFT, 10.5, true, i ? colour_after : colour_before,
                   title[language][i]);
        paint_box(cr, &picture, 2, colour_well, 1);
        if (history->channels > 0) {
            draw_part(cr, history, i, &picture, history->at, HISTORY_COLUMNS, 0);
            draw_part(cr, history, i, &picture, 0, history->at, HISTORY_COLUMNS - history->at);
        }
        if (history->frozen > 0 && i == 1) {
            // The stretch that is held, as long as it is in the picture.
            const double wide =
                history->box.width * history->frozen * VIEW_PER_SECOND / HISTORY_COLUMNS;
            const Box stretch = {picture.x + picture.width - wide, picture.y, wide, picture.height};
            paint_frame(cr, &stretch, 2, colour_text, 0.9);
        }
    }
    char text[64];
    state_text(history, language, text, sizeof text);
    const Box state = {history->box.x + history->box.width / 2, history->box.y,
                       history->box.width / 2 - 2, 17};
    paint_text(cr, &state, ALIGN_RIGHT, 10.5, true,
               history->captured > 0 ? colour_alarm : colour_text, text);
}
