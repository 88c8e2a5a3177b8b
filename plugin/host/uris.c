#include "host/uris.h"

#include "host/view.h"

#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/time/time.h>

// The URIs of all copies, in the order of Copies.
#define MAP_COPIES(suffix)                                                                         \
    map->map(map->handle, TRASLUZ_MODEL_DATA_URI suffix),                                          \
        map->map(map->handle, TRASLUZ_MODEL_FALLBACK_URI suffix),                                  \
        map->map(map->handle, TRASLUZ_REFERENCE_DATA_URI suffix),                                  \
        map->map(map->handle, TRASLUZ_REFERENCE_FALLBACK_URI suffix),                              \
        map->map(map->handle, TRASLUZ_RECORDING_URI "0" suffix),                                   \
        map->map(map->handle, TRASLUZ_RECORDING_URI "1" suffix)

_Static_assert(COPIES == 6, "MAP_COPIES() names each copy");

void uris_map(Uris *uris, LV2_URID_Map *map)
{
    *uris = (Uris){
        .property =
            {
                [PROPERTY_MODEL] = map->map(map->handle, TRASLUZ_MODEL_URI),
                [PROPERTY_REFERENCE] = map->map(map->handle, TRASLUZ_REFERENCE_URI),
            },
        .copy = {MAP_COPIES("")},
        .copy_file = {MAP_COPIES(TRASLUZ_FILE_SUFFIX)},
        .status = map->map(map->handle, TRASLUZ_STATUS_URI),
        .listen = map->map(map->handle, TRASLUZ_LISTEN_URI),
        .view = map->map(map->handle, TRASLUZ_VIEW_URI),
        .view_data = map->map(map->handle, TRASLUZ_VIEW_DATA_URI),
        .midi_event = map->map(map->handle, LV2_MIDI__MidiEvent),
        .atom_blank = map->map(map->handle, LV2_ATOM__Blank),
        .atom_double = map->map(map->handle, LV2_ATOM__Double),
        .atom_float = map->map(map->handle, LV2_ATOM__Float),
        .atom_int = map->map(map->handle, LV2_ATOM__Int),
        .atom_long = map->map(map->handle, LV2_ATOM__Long),
        .atom_chunk = map->map(map->handle, LV2_ATOM__Chunk),
        .atom_object = map->map(map->handle, LV2_ATOM__Object),
        .atom_path = map->map(map->handle, LV2_ATOM__Path),
        .atom_sequence = map->map(map->handle, LV2_ATOM__Sequence),
        .atom_string = map->map(map->handle, LV2_ATOM__String),
        .atom_uri = map->map(map->handle, LV2_ATOM__URI),
        .atom_urid = map->map(map->handle, LV2_ATOM__URID),
        .patch_get = map->map(map->handle, LV2_PATCH__Get),
        .patch_property = map->map(map->handle, LV2_PATCH__property),
        .patch_set = map->map(map->handle, LV2_PATCH__Set),
        .patch_value = map->map(map->handle, LV2_PATCH__value),
        .state_changed = map->map(map->handle, LV2_STATE__StateChanged),
        .time_bar = map->map(map->handle, LV2_TIME__bar),
        .time_bar_beat = map->map(map->handle, LV2_TIME__barBeat),
        .time_beats_per_bar = map->map(map->handle, LV2_TIME__beatsPerBar),
        .time_beats_per_minute = map->map(map->handle, LV2_TIME__beatsPerMinute),
        .time_frame = map->map(map->handle, LV2_TIME__frame),
        .time_position = map->map(map->handle, LV2_TIME__Position),
        .time_speed = map->map(map->handle, LV2_TIME__speed),
    };
}

bool uris_is_object(const Uris *uris, const LV2_Atom *atom)
{
    return (atom->type == uris->atom_object || atom->type == uris->atom_blank) &&
           atom->size >= sizeof(LV2_Atom_Object_Body);
}
