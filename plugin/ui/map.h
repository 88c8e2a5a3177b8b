// map.h: the latent as a place that moves: the track's path as a fading trail, the path after the
// operations, and that of the reference behind them, in standard deviations along the first two
// axes of the model. Dragging it moves the latent along the axes.
#ifndef TRASLUZ_UI_MAP_H
#define TRASLUZ_UI_MAP_H

#include "host/view.h"
#include "theme.h"

enum { MAP_TRAIL = 240, MAP_GHOST = 512 };

typedef struct {
    Box box;
    float before[MAP_TRAIL][2], after[MAP_TRAIL][2]; // rings
    int count, at;
    float ghost[MAP_GHOST][2]; // of the reference
    int ghosts;
    bool has_axes; // what the model stores; else its first two channels are shown
    float axis[2]; // the controls
    bool held, can_drag, spectral;
} Map;

// Adds the points of a view.
void map_take(Map *map, const View *view);

// Forgets the trails.
void map_clear(Map *map);

// Returns the axes at a place of the box, -3 to 3.
void map_axes_at(const Map *map, double x, double y, float axis[2]);

void map_draw(cairo_t *cr, const Map *map, int language);

#endif
