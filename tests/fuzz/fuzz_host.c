#include "fuzz_host.h"

#include "controls/ports.h"
#include "fuzz_parts.h"
#include "host/uris.h"
#include "host/view.h"

#include <lv2/log/log.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/time/time.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URIDS_MAX = 128 };

// The numbers of these stand in the corpus; others follow as they are asked for.
static const char *known[URIDS_MAX] = {
    LV2_ATOM__Sequence,       LV2_ATOM__Object,    LV2_ATOM__Blank,    LV2_ATOM__Path,
    LV2_ATOM__String,         LV2_ATOM__URID,      LV2_ATOM__Int,      LV2_ATOM__Long,
    LV2_ATOM__Float,          LV2_ATOM__Double,    LV2_PATCH__Set,     LV2_PATCH__Get,
    LV2_PATCH__subject,       LV2_PATCH__property, LV2_PATCH__value,   TRASLUZ_MODEL_URI,
    TRASLUZ_REFERENCE_URI,    TRASLUZ_STATUS_URI,  LV2_TIME__Position, LV2_TIME__frame,
    LV2_TIME__speed,          LV2_TIME__bar,       LV2_TIME__barBeat,  LV2_TIME__beatsPerBar,
    LV2_TIME__beatsPerMinute, LV2_MIDI__MidiEvent, TRASLUZ_LISTEN_URI,
};

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    (void)handle;
    LV2_URID i = 0;
    while (i < URIDS_MAX && known[i] && strcmp(known[i], uri) != 0) i++;
    MUST(i < URIDS_MAX);
    if (!known[i]) known[i] = strdup(uri);
    return i + 1;
}

LV2_URID_Map fuzz_map = {.map = map_uri};

// The lines are written, as a host's log would be, and go nowhere.
static int log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list arguments)
{
    char line[8192];
    (void)handle, (void)type;
    return vsnprintf(line, sizeof line, format, arguments);
}

static int log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int written = log_vprintf(handle, type, format, arguments);
    va_end(arguments);
    return written;
}

static LV2_Worker_Status schedule(LV2_Worker_Schedule_Handle handle, uint32_t size,
                                  const void *data)
{
    FuzzHost *host = handle;
    return host->worker->work(host->instance, NULL, NULL, size, data);
}

void fuzz_host_init(FuzzHost *host)
{
    static LV2_Log_Log log = {.printf = log_printf, .vprintf = log_vprintf};
    *host = (FuzzHost){.descriptor = lv2_descriptor(1)};
    host->schedule = (LV2_Worker_Schedule){host, schedule};
    host->state = host->descriptor->extension_data(LV2_STATE__interface);
    host->worker = host->descriptor->extension_data(LV2_WORKER__interface);
    const LV2_Feature map_feature = {LV2_URID__map, &fuzz_map};
    const LV2_Feature log_feature = {LV2_LOG__log, &log};
    const LV2_Feature worker_feature = {LV2_WORKER__schedule, &host->schedule};
    const LV2_Feature *const features[] = {&map_feature, &log_feature, &worker_feature, NULL};
    host->instance = host->descriptor->instantiate(host->descriptor, 8000, ".", features);
    MUST(host->instance);
    for (uint32_t port = PORT_ENABLED; port < PORT_MIDI; port++)
        host->descriptor->connect_port(host->instance, port, &host->control[port]);
    host->control[PORT_ENABLED] = host->control[PORT_WET] = host->control[PORT_BLEND] = 1;
    for (uint32_t c = 0; c < 2; c++) {
        host->descriptor->connect_port(host->instance, PORT_AUDIO + c, host->in[c]);
        host->descriptor->connect_port(host->instance, PORT_AUDIO + 2 + c, host->out[c]);
        for (int i = 0; i < FUZZ_BLOCK; i++) host->in[c][i] = sinf((float)i / 3);
    }
    host->descriptor->activate(host->instance);
}

void fuzz_host_free(FuzzHost *host)
{
    host->descriptor->cleanup(host->instance);
}

void fuzz_host_run(FuzzHost *host, const LV2_Atom_Sequence *control, uint32_t room, uint32_t n)
{
    LV2_Atom_Sequence *notify = malloc(sizeof(LV2_Atom) + room);
    MUST(notify);
    notify->atom = (LV2_Atom){.size = room};
    host->descriptor->connect_port(host->instance, PORT_CONTROL, (void *)(uintptr_t)control);
    host->descriptor->connect_port(host->instance, PORT_MIDI, (void *)(uintptr_t)control);
    host->descriptor->connect_port(host->instance, PORT_NOTIFY, notify);
    host->descriptor->run(host->instance, n);
    MUST(notify->atom.size <= room);
    for (int c = 0; c < 2; c++)
        for (uint32_t i = 0; i < n; i++) MUST(isfinite(host->out[c][i]));
    free(notify);
}
