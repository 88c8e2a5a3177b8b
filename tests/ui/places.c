#include "ui/places.h"

#include "panel_layout.h"

static Place place_of(Box box)
{
    return (Place){box.x, box.y, box.width, box.height};
}

const ControlInfo *place_control(int index, Place *place)
{
    Control control[64];
    if (index < 0 || index >= layout_controls(control, 64)) return NULL;
    *place = place_of(control[index].box);
    return control[index].info;
}

int place_find(int port)
{
    Place place;
    for (int i = 0; place_control(i, &place); i++)
        if (place_control(i, &place)->port == port) return i;
    return -1;
}

Place place_map(void)
{
    return place_of(layout_map);
}

Place place_history(void)
{
    return place_of(layout_history);
}

Place place_spectrum(void)
{
    return place_of(layout_spectrum);
}

Place place_levels(void)
{
    return place_of(layout_levels);
}

Place place_notice(void)
{
    return place_of(layout_notice);
}

Place place_file(bool reference)
{
    return place_of(layout_file(reference ? FILE_REFERENCE : FILE_MODEL));
}

Place place_file_step(bool reference, int step)
{
    return place_of(layout_file_step(reference ? FILE_REFERENCE : FILE_MODEL, step));
}
