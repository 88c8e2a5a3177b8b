// places.h: where the window's parts are, and what its controls are, for the tests. Places are the
// panel's own.
#ifndef TRASLUZ_TESTS_UI_PLACES_H
#define TRASLUZ_TESTS_UI_PLACES_H

#include "control_table.h"

#include <stdbool.h>

typedef struct {
    double x, y, width, height;
} Place;

// The controls in the order in which the keys go through them; NULL past the last.
const ControlInfo *place_control(int index, Place *place);
// The number of the control of a port, or -1.
int place_find(int port);

Place place_map(void);
Place place_history(void);
Place place_spectrum(void);
Place place_levels(void);
Place place_notice(void);
Place place_file(bool reference);
Place place_file_step(bool reference, int step);

#endif
