#include "history.h"

#include "latent/latent_tap.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool history_init(History *history)
{
    for (int i = 0; i < 2; i++)
        history->picture[i] =
            cairo_image_surface_create(CAIRO_FORMAT_RGB24, HISTORY_COLUMNS, VIEW_CHANNELS);
    for (int i = 0; i < 2; i++) {
        cairo_t *cr = cairo_create(history->picture[i]);
        paint_colour(cr, colour_well, 1);
        cairo_paint(cr);
        cairo_destroy(cr);
    }
    history->held_since = -1;
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

static HistoryMark mark_of(const View *view)
{
    if (view->captured > 0) return MARK_CAPTURE;
    if (view->frozen > 0 || view->sounding) return MARK_FREEZE;
    return view->turn == TURN_INPUT       ? MARK_INPUT
           : view->turn == TURN_REFERENCE ? MARK_REFERENCE
                                          : MARK_NOTHING;
}

// Adds one column.
static void add_column(History *history, const View *view)
{
    const int8_t *channels[2] = {view->before, view->after};
    for (int i = 0; i < 2; i++) {
        unsigned char *pixels = cairo_image_surface_get_data(history->picture[i]);
        const int stride = cairo_image_surface_get_stride(history->picture[i]);
        for (int c = 0; c < view->channels; c++) {
            const uint32_t colour = colour_of(channels[i][c]);
            memcpy(pixels + c * stride + 4 * history->at, &colour, 4);
        }
    }
    history->mark[history->at] = (uint8_t)mark_of(view);
    history->at = (history->at + 1) % HISTORY_COLUMNS;
    history->held_since = view->frozen > 0 || view->sounding ? history->held_since + 1 : -1;
}

void history_take(History *history, const View *view)
{
    history->channels = view->channels;
    history->owed += (double)view->seconds * HISTORY_PER_SECOND;
    for (int i = 0; i < 2; i++) cairo_surface_flush(history->picture[i]);
    for (int i = 0; i < HISTORY_COLUMNS && history->owed >= 0.5; i++) {
        add_column(history, view);
        history->owed -= 1;
    }
    for (int i = 0; i < 2; i++) cairo_surface_mark_dirty(history->picture[i]);
    if (history->owed > 1) history->owed = 0;
    history->captured = view->captured;
    history->recording = view->recording;
    history->frozen = view->frozen;
    history->sounding = view->sounding;
    history->turn = view->turn;
    history->first_alone = view->audio_channels > 1 && !view->spectral;
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
    else if (history->turn == TURN_INPUT)
        snprintf(text, room, es ? "suena la entrada" : "the input's turn");
    else if (history->turn == TURN_REFERENCE)
        snprintf(text, room, es ? "suena la referencia" : "the reference's turn");
    else if (history->recording > 0)
        snprintf(text, room, es ? "capturado: %.1f s" : "captured: %.1f s",
                 (double)history->recording);
}

// Draws the strip between the pictures: runs of the same mark.
static void draw_marks(cairo_t *cr, const History *history, const Box *strip)
{
    static const Colour *const colours[] = {NULL, &colour_alarm, &colour_text, &colour_before,
                                            &colour_reference};
    const double wide = strip->width / HISTORY_COLUMNS;
    for (int from = 0, to; from < HISTORY_COLUMNS; from = to) {
        const uint8_t mark = history->mark[(history->at + from) % HISTORY_COLUMNS];
        for (to = from + 1; to < HISTORY_COLUMNS; to++)
            if (history->mark[(history->at + to) % HISTORY_COLUMNS] != mark) break;
        const Box run = {strip->x + from * wide, strip->y, (to - from) * wide, strip->height};
        if (mark != MARK_NOTHING) paint_box(cr, &run, 0, *colours[mark], 1);
    }
}

// Frames a stretch that ended `since` columns ago and lasted `seconds`, as far as it is in sight.
static void draw_stretch(cairo_t *cr, const Box *picture, int since, double seconds, Colour colour)
{
    const double wide = picture->width / HISTORY_COLUMNS;
    const double right = picture->x + picture->width - wide * since;
    const double left = fmax(right - wide * seconds * HISTORY_PER_SECOND, picture->x);
    const Box stretch = {left, picture->y, fmax(right - left, 3), picture->height};
    if (since < 0 || right <= picture->x) return;
    paint_box(cr, &stretch, 0, colour, 0.2);
    paint_frame(cr, &stretch, 0, colour, 1);
}

// Draws what is held and what is recorded on the picture of what came in.
static void draw_stretches(cairo_t *cr, const History *history, const Box *picture)
{
    const double held = history->sounding ? 0.04 : (double)history->frozen;
    if (history->captured > 0)
        draw_stretch(cr, picture, 0, (double)history->captured, colour_alarm);
    draw_stretch(cr, picture, history->held_since, held, colour_text);
}

// Draws what goes on as a label at the right end of a line.
static void draw_state(cairo_t *cr, const History *history, const Box *line, int language)
{
    char text[64];
    state_text(history, language, text, sizeof text);
    if (!*text) return;
    const Colour colour = history->captured > 0                      ? colour_alarm
                          : history->frozen > 0 || history->sounding ? colour_text
                          : history->turn == TURN_INPUT              ? colour_before
                                                                     : colour_reference;
    const double wide = fmin(text_width(cr, 11, true, text) + 14, line->width);
    const Box label = {line->x + line->width - wide, line->y, wide, line->height - 2};
    const Box inner = {label.x + 5, label.y, label.width - 10, label.height};
    paint_box(cr, &label, 4, colour, 1);
    paint_text(cr, &inner, ALIGN_CENTRE, 11, true, colour_well, text);
}

static void draw_titles(cairo_t *cr, const History *history, const Box line[2], int language)
{
    static const char *const title[2][2] = {{"Latent before", "Latent after"},
                                            {"Latente antes", "Latente después"}};
    char about[96];
    for (int i = 0; i < 2; i++)
        paint_text(cr, &line[i], ALIGN_LEFT, 11, true, i ? colour_after : colour_before,
                   title[language][i]);
    draw_state(cr, history, &line[0], language);
    if (history->channels == 0) return;
    snprintf(about, sizeof about, language ? "%d canales, %d s%s" : "%d channels, %d s%s",
             history->channels, HISTORY_COLUMNS / HISTORY_PER_SECOND,
             !history->first_alone ? ""
             : language            ? ", audio izquierdo"
                                   : ", left audio");
    const Box right = {line[1].x + 110, line[1].y, line[1].width - 110, line[1].height};
    paint_text(cr, &right, ALIGN_RIGHT, 10.5, false, colour_faint, about);
}

void history_draw(cairo_t *cr, const History *history, int language)
{
    const Box *box = &history->box;
    const double high = (box->height - 44) / 2;
    Box line[2];
    for (int i = 0; i < 2; i++) {
        const double y = box->y + i * (high + 26);
        const Box picture = {box->x, y + 18, box->width, high};
        line[i] = (Box){box->x, y, box->width, 17};
        paint_box(cr, &picture, 0, colour_well, 1);
        if (history->channels > 0) {
            draw_part(cr, history, i, &picture, history->at, HISTORY_COLUMNS, 0);
            draw_part(cr, history, i, &picture, 0, history->at, HISTORY_COLUMNS - history->at);
        }
        if (i == 0) draw_stretches(cr, history, &picture);
    }
    const Box strip = {box->x, box->y + 18 + high + 2, box->width, 5};
    draw_marks(cr, history, &strip);
    draw_titles(cr, history, line, language);
}
