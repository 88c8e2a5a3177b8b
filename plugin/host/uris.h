// uris.h: the plugin's URIs, and the number to which the host maps each URI that the plugin uses.
// Mapped at instantiation, then constant: any thread may read them.
#ifndef TRASLUZ_URIS_H
#define TRASLUZ_URIS_H

#include "session/copy.h"

#include <lv2/atom/atom.h>
#include <lv2/urid/urid.h>

#define TRASLUZ_MONO_URI      "urn:trasluz:mono"
#define TRASLUZ_STEREO_URI    "urn:trasluz:stereo"
#define TRASLUZ_MODEL_URI     "urn:trasluz:model"
#define TRASLUZ_REFERENCE_URI "urn:trasluz:reference"
#define TRASLUZ_STATUS_URI    "urn:trasluz:notice" // the status, for people

// What sessions keep beside the names: see selection.h. The URIs are older than the words.
#define TRASLUZ_MODEL_DATA_URI         "urn:trasluz:modelData"
#define TRASLUZ_MODEL_FALLBACK_URI     "urn:trasluz:modelStandIn"
#define TRASLUZ_REFERENCE_DATA_URI     "urn:trasluz:referenceData"
#define TRASLUZ_REFERENCE_FALLBACK_URI "urn:trasluz:referenceStandIn"
#define TRASLUZ_RECORDING_URI          "urn:trasluz:recording" // and the audio channel's number
#define TRASLUZ_FILE_SUFFIX            "File" // of the file that holds the value, where it is large

typedef struct {
    LV2_URID property[PROPERTIES];
    LV2_URID copy[COPIES];
    LV2_URID copy_file[COPIES];
    LV2_URID status;
    LV2_URID listen, view, view_data;
    LV2_URID atom_blank; // objects of hosts older than atom:Object
    LV2_URID atom_double;
    LV2_URID atom_float;
    LV2_URID atom_int;
    LV2_URID atom_long;
    LV2_URID atom_chunk;
    LV2_URID atom_object;
    LV2_URID atom_path;
    LV2_URID atom_sequence;
    LV2_URID atom_string;
    LV2_URID atom_uri;
    LV2_URID atom_urid;
    LV2_URID midi_event;
    LV2_URID patch_get;
    LV2_URID patch_property;
    LV2_URID patch_set;
    LV2_URID patch_value;
    LV2_URID state_changed;
    LV2_URID time_bar;
    LV2_URID time_bar_beat;
    LV2_URID time_beats_per_bar;
    LV2_URID time_beats_per_minute;
    LV2_URID time_frame;
    LV2_URID time_position;
    LV2_URID time_speed;
} Uris;

// Maps them all.
void uris_map(Uris *uris, LV2_URID_Map *map);

// Returns true if the atom is an object, and large enough to be one. Real-time safe.
bool uris_is_object(const Uris *uris, const LV2_Atom *atom);

#endif
