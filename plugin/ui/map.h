// map.h: the latent as a place that moves: the track's path as a fading trail, the path after the
// operations, and that of the reference behind them, in standard deviations along the first two
// axes of the model. Dragging it moves the latent along the axes.
#ifndef TRASLUZ_UI_MAP_H
#define TRASLUZ_UI_MAP_H

#include "host/view.h"
#include "theme.h"

enum { MAP_TRAIL = 240, MAP_GHOST = 512 };
#define MAP_SECONDS 3.0 // that a trail lasts

typedef struct {
    float x, y; // standard deviations
} MapPoint;

// A path of the reference, or of what is recorded to become it.
typedef struct {
    MapPoint point[MAP_GHOST];
    int count;
    int stride, skipped; // of a recording under way: one point in so many is kept
} MapGhost;

typedef struct {
    Box box;
    MapPoint before[MAP_TRAIL], after[MAP_TRAIL]; // rings; each the mean of some latent frames
    int count, at;
    MapPoint sum_before, sum_after; // of the next points
    int summed;
    double points_per_second; // mean
    MapGhost ghost;
    MapPoint recorded[VIEW_RECORDED]; // of a recorded reference, as it comes
    int recorded_count;
    bool recording;
    bool has_axes; // what the model stores; else its first two channels are shown
    float axis[2]; // the controls
    bool held, can_drag;
    cairo_surface_t *ground; // rings and ghost, drawn once for many views
    double ground_scale;
    bool ground_stale;
    float ground_age; // seconds, while something is recorded
} Map;

void map_free(Map *map);

// Adds the points of a view. While something is recorded, the ghost is what has been recorded so
// far; after that it is the recording, of which each view brings some points.
void map_take(Map *map, const View *view);

// Sets the ghost to `count` points of a file, at most MAP_GHOST; 0: there is none.
void map_set_ghost(Map *map, const MapPoint *points, int count);

// Forgets the trails.
void map_clear(Map *map);

// Returns the axes at a place of the box, -3 to 3.
void map_axes_at(const Map *map, double x, double y, float axis[2]);

void map_draw(cairo_t *cr, Map *map, int language);

#endif
