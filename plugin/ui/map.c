#include "map.h"

#include <math.h>

#define REACH 4.0 // standard deviations from the middle to the rim

void map_take(Map *map, const View *view)
{
    for (int i = 0; i < view->points; i++) {
        for (int d = 0; d < 2; d++) {
            map->before[map->at][d] = view->path_before[i][d];
            map->after[map->at][d] = view->path_after[i][d];
        }
        map->at = (map->at + 1) % MAP_TRAIL;
        if (map->count < MAP_TRAIL) map->count++;
    }
    map->has_axes = view->has_axes;
    map->spectral = view->spectral;
    map->can_drag = view->has_axes && view->spectral;
}

void map_clear(Map *map)
{
    map->count = map->at = 0;
}

static double side(const Map *map)
{
    return fmin(map->box.width, map->box.height);
}

static double place_x(const Map *map, double sigmas)
{
    return map->box.x + map->box.width / 2 +
           fmin(fmax(sigmas, -REACH), REACH) / REACH / 2 * side(map);
}

static double place_y(const Map *map, double sigmas)
{
    return map->box.y + map->box.height / 2 -
           fmin(fmax(sigmas, -REACH), REACH) / REACH / 2 * side(map);
}

void map_axes_at(const Map *map, double x, double y, float axis[2])
{
    const double right = (x - map->box.x - map->box.width / 2) / side(map) * 2 * REACH;
    const double up = (map->box.y + map->box.height / 2 - y) / side(map) * 2 * REACH;
    axis[0] = (float)fmin(fmax(right, -3), 3);
    axis[1] = (float)fmin(fmax(up, -3), 3);
}

static void draw_grid(cairo_t *cr, const Map *map)
{
    cairo_set_line_width(cr, 1);
    for (int sigma = 1; sigma <= 3; sigma++) {
        paint_colour(cr, colour_line, 0.45);
        cairo_arc(cr, place_x(map, 0), place_y(map, 0), sigma / REACH / 2 * side(map), 0, 2 * PI);
        cairo_stroke(cr);
    }
    cairo_move_to(cr, map->box.x, place_y(map, 0));
    cairo_rel_line_to(cr, map->box.width, 0);
    cairo_move_to(cr, place_x(map, 0), map->box.y);
    cairo_rel_line_to(cr, 0, map->box.height);
    cairo_stroke(cr);
}

// Draws a trail in a few stretches that fade, and its head.
static void draw_trail(cairo_t *cr, const Map *map, const float (*points)[2], Colour colour)
{
    enum { STRETCHES = 12 };
    cairo_set_line_width(cr, 1.8);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int s = 0; s < STRETCHES; s++) {
        const int from = s * (map->count - 1) / STRETCHES,
                  to = (s + 1) * (map->count - 1) / STRETCHES;
        if (to <= from) continue;
        for (int i = from; i <= to; i++) {
            const float *point = points[(map->at - map->count + i + 2 * MAP_TRAIL) % MAP_TRAIL];
            cairo_line_to(cr, place_x(map, point[0]), place_y(map, point[1]));
        }
        paint_colour(cr, colour, 0.04 + 0.7 * pow((s + 1.0) / STRETCHES, 2));
        cairo_stroke(cr);
    }
    const float *head = points[(map->at - 1 + MAP_TRAIL) % MAP_TRAIL];
    paint_colour(cr, colour, 1);
    cairo_arc(cr, place_x(map, head[0]), place_y(map, head[1]), 5, 0, 2 * PI);
    cairo_fill(cr);
}

static void draw_handle(cairo_t *cr, const Map *map)
{
    const double x = place_x(map, map->axis[0]), y = place_y(map, map->axis[1]);
    cairo_set_line_width(cr, map->held ? 2.5 : 1.5);
    paint_colour(cr, colour_text, map->held ? 1 : 0.8);
    cairo_arc(cr, x, y, 8, 0, 2 * PI);
    cairo_move_to(cr, x - 12, y);
    cairo_rel_line_to(cr, 8, 0);
    cairo_move_to(cr, x + 4, y);
    cairo_rel_line_to(cr, 8, 0);
    cairo_move_to(cr, x, y - 12);
    cairo_rel_line_to(cr, 0, 8);
    cairo_move_to(cr, x, y + 4);
    cairo_rel_line_to(cr, 0, 8);
    cairo_stroke(cr);
}

static void draw_legend(cairo_t *cr, const Map *map, int language)
{
    static const char *const names[2][3] = {{"before", "after", "reference"},
                                            {"antes", "después", "referencia"}};
    const Colour colour[3] = {colour_before, colour_after, colour_reference};
    for (int i = 0; i < (map->ghosts > 0 ? 3 : 2); i++) {
        const double y = map->box.y + 13 + 14 * i;
        const Box name = {map->box.x + 20, y - 7, 90, 14};
        cairo_new_path(cr);
        paint_colour(cr, colour[i], 1);
        cairo_arc(cr, map->box.x + 12, y, 3.5, 0, 2 * PI);
        cairo_fill(cr);
        paint_text(cr, &name, ALIGN_LEFT, 10, false, colour_faint, names[language][i]);
    }
}

void map_draw(cairo_t *cr, const Map *map, int language)
{
    static const char *const across[2] = {"axis 1 →", "eje 1 →"}, *const up[2] = {"axis 2 ↑",
                                                                                  "eje 2 ↑"};
    static const char *const plain[2] = {"channels 1 and 2: this model stores no axes",
                                         "canales 1 y 2: este modelo no guarda ejes"};
    paint_box(cr, &map->box, 4, colour_well, 1);
    cairo_save(cr);
    cairo_rectangle(cr, map->box.x, map->box.y, map->box.width, map->box.height);
    cairo_clip(cr);
    draw_grid(cr, map);
    paint_colour(cr, colour_reference, 0.5);
    for (int i = 0; i < map->ghosts; i++)
        cairo_rectangle(cr, place_x(map, map->ghost[i][0]) - 1, place_y(map, map->ghost[i][1]) - 1,
                        2, 2);
    cairo_fill(cr);
    if (map->count > 1) {
        draw_trail(cr, map, map->before, colour_before);
        draw_trail(cr, map, map->after, colour_after);
    }
    if (map->can_drag) draw_handle(cr, map);
    cairo_restore(cr);
    draw_legend(cr, map, language);
    const Box foot = {map->box.x + 8, map->box.y + map->box.height - 18, map->box.width - 16, 14};
    const Box head = {map->box.x + map->box.width / 2 + 8, map->box.y + 5, 90, 14};
    if (map->has_axes) {
        paint_text(cr, &foot, ALIGN_RIGHT, 10, false, colour_faint, across[language]);
        paint_text(cr, &head, ALIGN_LEFT, 10, false, colour_faint, up[language]);
    } else {
        paint_text(cr, &foot, ALIGN_CENTRE, 10, false, colour_faint, plain[language]);
    }
}
