#include "uris.h"

#include <lv2/atom/atom.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>

void uris_map(Uris *uris, LV2_URID_Map *map)
{
    *uris = (Uris){
        .property =
            {
                [PROPERTY_MODEL] = map->map(map->handle, TRASLUZ_MODEL_URI),
                [PROPERTY_REFERENCE] = map->map(map->handle, TRASLUZ_REFERENCE_URI),
            },
        .atom_blank = map->map(map->handle, LV2_ATOM__Blank),
        .atom_object = map->map(map->handle, LV2_ATOM__Object),
        .atom_path = map->map(map->handle, LV2_ATOM__Path),
        .atom_sequence = map->map(map->handle, LV2_ATOM__Sequence),
        .atom_string = map->map(map->handle, LV2_ATOM__String),
        .atom_urid = map->map(map->handle, LV2_ATOM__URID),
        .patch_get = map->map(map->handle, LV2_PATCH__Get),
        .patch_property = map->map(map->handle, LV2_PATCH__property),
        .patch_set = map->map(map->handle, LV2_PATCH__Set),
        .patch_value = map->map(map->handle, LV2_PATCH__value),
        .state_changed = map->map(map->handle, LV2_STATE__StateChanged),
    };
}
