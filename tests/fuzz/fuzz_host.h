// fuzz_host.h: the least of an LV2 host: the plugin's own functions, URIDs that are the same in
// every run, and a worker inside run(). Files are looked for below the working folder, which is the
// bundle: the model that the plugin begins with is ./models/normal.safetensors.
#ifndef TRASLUZ_FUZZ_HOST_H
#define TRASLUZ_FUZZ_HOST_H

#include "controls/ports.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <stdbool.h>

enum { FUZZ_BLOCK = 256, FUZZ_NOTIFY_MAX = 1024 };

typedef struct {
    const LV2_Descriptor *descriptor;
    LV2_Handle instance;
    const LV2_State_Interface *state;
    const LV2_Worker_Interface *worker;
    LV2_Worker_Schedule schedule;
    float control[PORT_AUDIO];
    float in[2][FUZZ_BLOCK], out[2][FUZZ_BLOCK];
} FuzzHost;

extern LV2_URID_Map fuzz_map;

// Instantiates the stereo plugin at 8 kHz and activates it. The host must stay where it is.
void fuzz_host_init(FuzzHost *host);
void fuzz_host_free(FuzzHost *host);

// One block of at most FUZZ_BLOCK samples. The notify port has room for `room` bytes behind its
// atom's head, FUZZ_NOTIFY_MAX at most. What comes out must be finite, and the notify port a
// sequence that fits its room.
void fuzz_host_run(FuzzHost *host, const LV2_Atom_Sequence *control, uint32_t room, uint32_t n);

#endif
