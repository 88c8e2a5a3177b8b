#include "map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REACH      3.4  // standard deviations from the middle to the rim
#define GHOST_EACH 0.3f // seconds between pictures of a recording under way

void map_free(Map *map)
{
    cairo_surface_destroy(map->ground);
}

// ---- What is taken ----

static void end_point(Map *map)
{
    const float share = 1.0f / (float)map->summed;
    map->before[map->at] = (MapPoint){share * map->sum_before.x, share * map->sum_before.y};
    map->after[map->at] = (MapPoint){share * map->sum_after.x, share * map->sum_after.y};
    map->at = (map->at + 1) % MAP_TRAIL;
    if (map->count < MAP_TRAIL) map->count++;
    map->sum_before = map->sum_after = (MapPoint){0, 0};
    map->summed = 0;
}

// Adds to the trails: each of their points is the mean of so many frames that a trail lasts as long
// as it should, at any frame rate.
static void add_to_trails(Map *map, const View *view)
{
    if (view->seconds > 0)
        map->points_per_second +=
            0.1 * (view->points / (double)view->seconds - map->points_per_second);
    const double wanted = map->points_per_second * MAP_SECONDS / MAP_TRAIL;
    for (int i = 0; i < view->points; i++) {
        map->sum_before.x += view->path_before[i][0];
        map->sum_before.y += view->path_before[i][1];
        map->sum_after.x += view->path_after[i][0];
        map->sum_after.y += view->path_after[i][1];
        if (++map->summed >= wanted) end_point(map);
    }
}

// Adds a point of a recording under way; of a long one, every other point is left out.
static void add_to_ghost(MapGhost *ghost, MapPoint point)
{
    if (++ghost->skipped < ghost->stride) return;
    ghost->skipped = 0;
    if (ghost->count == MAP_GHOST) {
        for (int i = 0; i < MAP_GHOST / 2; i++) ghost->point[i] = ghost->point[2 * i];
        ghost->count = MAP_GHOST / 2;
        ghost->stride *= 2;
    }
    ghost->point[ghost->count++] = point;
}

static void record(Map *map, const View *view)
{
    if (!map->recording) map->ghost = (MapGhost){.stride = 1};
    map->recorded_count = 0;
    map->ground_age += view->seconds;
    if (!map->recording || map->ground_age > GHOST_EACH) map->ground_stale = true;
    for (int i = 0; i < view->points; i++)
        add_to_ghost(&map->ghost, (MapPoint){view->path_before[i][0], view->path_before[i][1]});
}

// Collects the points of a recorded reference; the ghost changes once all are known, and with each
// round of them.
static void collect(Map *map, const View *view)
{
    for (int i = 0; i < view->recorded; i++) {
        const int number = (view->first_recorded + i) % VIEW_RECORDED;
        map->recorded[number] = (MapPoint){view->path_recorded[i][0], view->path_recorded[i][1]};
        if (++map->recorded_count == VIEW_RECORDED)
            map_set_ghost(map, map->recorded, VIEW_RECORDED);
    }
}

void map_take(Map *map, const View *view)
{
    add_to_trails(map, view);
    if (view->captured > 0)
        record(map, view);
    else if (view->recorded > 0)
        collect(map, view);
    map->recording = view->captured > 0;
    if (map->has_axes != view->has_axes) map->ground_stale = true;
    map->has_axes = view->has_axes;
    map->can_drag = view->has_axes && view->spectral;
}

void map_set_ghost(Map *map, const MapPoint *points, int count)
{
    memcpy(map->ghost.point, points, (size_t)count * sizeof *points);
    map->ghost.count = count;
    map->recorded_count = 0;
    map->ground_stale = true;
}

void map_clear(Map *map)
{
    map->count = map->at = map->summed = 0;
    map->sum_before = map->sum_after = (MapPoint){0, 0};
}

// ---- Places ----

static double side(const Map *map)
{
    return fmin(map->box.width, map->box.height);
}

// The box may be wider than high: along axis 1 it then shows more.
static double place_x(const Map *map, double sigmas)
{
    const double half = map->box.width / 2 - 4;
    return map->box.x + map->box.width / 2 +
           fmin(fmax(sigmas / REACH / 2 * side(map), -half), half);
}

static double place_y(const Map *map, double sigmas)
{
    const double half = map->box.height / 2 - 4;
    return map->box.y + map->box.height / 2 -
           fmin(fmax(sigmas / REACH / 2 * side(map), -half), half);
}

void map_axes_at(const Map *map, double x, double y, float axis[2])
{
    const double right = (x - map->box.x - map->box.width / 2) / side(map) * 2 * REACH;
    const double up = (map->box.y + map->box.height / 2 - y) / side(map) * 2 * REACH;
    axis[0] = (float)fmin(fmax(right, -3), 3);
    axis[1] = (float)fmin(fmax(up, -3), 3);
}

// ---- Drawing ----

static void draw_rings(cairo_t *cr, const Map *map)
{
    const double x = place_x(map, 0), y = place_y(map, 0), unit = side(map) / REACH / 2;
    cairo_set_line_width(cr, 1);
    for (int sigma = 1; sigma <= 3; sigma++) {
        char text[8];
        snprintf(text, sizeof text, "%dσ", sigma);
        const Box name = {x + sigma * unit - 19, y + 1, 18, 12};
        paint_colour(cr, colour_line, sigma == 1 ? 0.9 : 0.55);
        cairo_new_path(cr);
        cairo_arc(cr, x, y, sigma * unit, 0, 2 * PI);
        cairo_stroke(cr);
        paint_text(cr, &name, ALIGN_RIGHT, 9, false, colour_dim, text);
    }
    paint_colour(cr, colour_line, 0.55);
    cairo_move_to(cr, map->box.x, floor(y) + 0.5);
    cairo_rel_line_to(cr, map->box.width, 0);
    cairo_move_to(cr, floor(x) + 0.5, map->box.y);
    cairo_rel_line_to(cr, 0, map->box.height);
    cairo_stroke(cr);
}

static void draw_ghost(cairo_t *cr, const Map *map)
{
    const MapGhost *ghost = &map->ghost;
    cairo_set_line_width(cr, 1);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    // Channels of a waveform jump from frame to frame: lines would hide the rest.
    for (int i = 0; map->has_axes && i < ghost->count; i++)
        cairo_line_to(cr, place_x(map, ghost->point[i].x), place_y(map, ghost->point[i].y));
    paint_colour(cr, colour_reference, 0.28);
    cairo_stroke(cr);
    paint_colour(cr, colour_reference, 0.65);
    for (int i = 0; i < ghost->count; i++)
        cairo_rectangle(cr, place_x(map, ghost->point[i].x) - 1,
                        place_y(map, ghost->point[i].y) - 1, 2, 2);
    cairo_fill(cr);
}

// Draws rings and ghost to a picture of whole pixels, and that to the panel.
static void draw_ground(cairo_t *cr, Map *map)
{
    double scale = 1, unused = 0, x = map->box.x, y = map->box.y;
    cairo_user_to_device_distance(cr, &scale, &unused);
    cairo_user_to_device(cr, &x, &y);
    const double left = floor(x), top = floor(y);
    if (!map->ground || map->ground_stale || map->ground_scale != scale) {
        cairo_surface_destroy(map->ground);
        map->ground =
            cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(scale * map->box.width) + 1,
                                       (int)ceil(scale * map->box.height) + 1);
        map->ground_scale = scale;
        map->ground_stale = false;
        map->ground_age = 0;
        cairo_t *to = cairo_create(map->ground);
        paint_colour(to, colour_back, 1);
        cairo_paint(to);
        cairo_translate(to, x - left, y - top);
        cairo_scale(to, scale, scale);
        cairo_translate(to, -map->box.x, -map->box.y);
        paint_box(to, &map->box, 5, colour_well, 1);
        draw_rings(to, map);
        draw_ghost(to, map);
        cairo_destroy(to);
    }
    cairo_save(cr);
    cairo_identity_matrix(cr);
    cairo_set_source_surface(cr, map->ground, left, top);
    cairo_paint(cr);
    cairo_restore(cr);
}

// Draws a trail in a few stretches that fade. Channels of a waveform jump from frame to frame: of
// them the last second is enough.
static void draw_trail(cairo_t *cr, const Map *map, const MapPoint *points, double wide,
                       Colour colour)
{
    enum { STRETCHES = 12, SECOND = (int)(MAP_TRAIL / MAP_SECONDS) };
    const int count = !map->has_axes && map->count > SECOND ? SECOND : map->count;
    cairo_set_line_width(cr, map->has_axes ? wide : wide / 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int s = 0; s < STRETCHES; s++) {
        const int from = s * (count - 1) / STRETCHES, to = (s + 1) * (count - 1) / STRETCHES;
        if (to <= from) continue;
        for (int i = from; i <= to; i++) {
            const MapPoint point = points[(map->at - count + i + MAP_TRAIL) % MAP_TRAIL];
            cairo_line_to(cr, place_x(map, point.x), place_y(map, point.y));
        }
        paint_colour(cr, colour, 0.05 + 0.8 * pow((s + 1.0) / STRETCHES, 2));
        cairo_stroke(cr);
    }
}

// Draws where the latent is now, and how far the operations have moved it.
static void draw_heads(cairo_t *cr, const Map *map)
{
    const int last = (map->at - 1 + MAP_TRAIL) % MAP_TRAIL;
    const MapPoint head[2] = {map->before[last], map->after[last]};
    const Colour colour[2] = {colour_before, colour_after};
    cairo_set_line_width(cr, 1.2);
    paint_colour(cr, colour_text, 0.45);
    for (int i = 0; i < 2; i++) cairo_line_to(cr, place_x(map, head[i].x), place_y(map, head[i].y));
    cairo_stroke(cr);
    for (int i = 0; i < 2; i++) {
        const double x = place_x(map, head[i].x), y = place_y(map, head[i].y);
        cairo_arc(cr, x, y, 9, 0, 2 * PI);
        paint_colour(cr, colour[i], 0.22);
        cairo_fill(cr);
        cairo_arc(cr, x, y, 5, 0, 2 * PI);
        paint_colour(cr, colour[i], 1);
        cairo_fill(cr);
    }
}

// Draws the hand's place, and the way that the axes shift the latent.
static void draw_handle(cairo_t *cr, const Map *map)
{
    const double x = place_x(map, map->axis[0]), y = place_y(map, map->axis[1]);
    cairo_set_line_width(cr, 1.2);
    paint_colour(cr, colour_text, 0.35);
    cairo_move_to(cr, place_x(map, 0), place_y(map, 0));
    cairo_line_to(cr, x, y);
    cairo_stroke(cr);
    cairo_set_line_width(cr, map->held ? 2.5 : 1.5);
    paint_colour(cr, colour_text, map->held ? 1 : 0.8);
    cairo_new_path(cr);
    cairo_arc(cr, x, y, 8, 0, 2 * PI);
    for (int arm = 0; arm < 4; arm++) {
        const double across = arm % 2 ? 0 : arm - 1, up = arm % 2 ? arm - 2 : 0;
        cairo_move_to(cr, x + 4 * across, y + 4 * up);
        cairo_rel_line_to(cr, 8 * across, 8 * up);
    }
    cairo_stroke(cr);
}

static void draw_legend(cairo_t *cr, const Map *map, int language)
{
    static const char *const names[2][4] = {{"before", "after", "reference", "recording"},
                                            {"antes", "después", "referencia", "se graba"}};
    const Colour colour[3] = {colour_before, colour_after, colour_reference};
    for (int i = 0; i < (map->ghost.count > 0 ? 3 : 2); i++) {
        const double y = map->box.y + 14 + 15 * i;
        const Box name = {map->box.x + 21, y - 7, 90, 14};
        cairo_new_path(cr);
        paint_colour(cr, colour[i], 1);
        cairo_arc(cr, map->box.x + 13, y, 3.5, 0, 2 * PI);
        cairo_fill(cr);
        paint_text(cr, &name, ALIGN_LEFT, 10.5, false, colour_faint,
                   names[language][i == 2 && map->recording ? 3 : i]);
    }
}

static void draw_captions(cairo_t *cr, const Map *map, int language)
{
    static const char *const across[2] = {"axis 1 →", "eje 1 →"}, *const up[2] = {"axis 2 ↑",
                                                                                  "eje 2 ↑"};
    static const char *const plain[2] = {"channels 1 and 2: this model stores no axes",
                                         "canales 1 y 2: este modelo no guarda ejes"};
    static const char *const hint[2] = {"drag to shift the timbre", "arrastra: cambia el timbre"};
    const Box *box = &map->box;
    const Box foot = {box->x + 10, box->y + box->height - 19, box->width - 20, 14};
    const Box head = {box->x + box->width / 2 + 7, box->y + 6, 90, 14};
    if (!map->has_axes) {
        paint_text(cr, &foot, ALIGN_LEFT, 10.5, false, colour_faint, plain[language]);
        return;
    }
    paint_text(cr, &foot, ALIGN_RIGHT, 10.5, false, colour_faint, across[language]);
    paint_text(cr, &head, ALIGN_LEFT, 10.5, false, colour_faint, up[language]);
    if (map->can_drag && map->axis[0] == 0 && map->axis[1] == 0)
        paint_text(cr, &foot, ALIGN_LEFT, 10.5, false, colour_faint, hint[language]);
}

void map_draw(cairo_t *cr, Map *map, int language)
{
    cairo_save(cr);
    cairo_rectangle(cr, map->box.x, map->box.y, map->box.width, map->box.height);
    cairo_clip(cr);
    draw_ground(cr, map);
    if (map->count > 1) {
        draw_trail(cr, map, map->before, 3.4, colour_before); // seen where both are the same
        draw_trail(cr, map, map->after, 1.7, colour_after);
        draw_heads(cr, map);
    }
    if (map->can_drag) draw_handle(cr, map);
    draw_legend(cr, map, language);
    draw_captions(cr, map, language);
    cairo_restore(cr);
}
