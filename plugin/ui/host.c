#include "host.h"

#include "host/atoms.h"

#include <lv2/atom/atom.h>
#include <lv2/patch/patch.h>
#include <math.h>
#include <string.h>

enum { MESSAGE_BYTES = 8192, CONTROL_PORT = 0 };

void host_init(Host *host, LV2UI_Write_Function write, LV2UI_Controller controller,
               LV2_URID_Map *map)
{
    *host = (Host){
        .write = write,
        .controller = controller,
        .map = map,
        .event_transfer = map->map(map->handle, LV2_ATOM__eventTransfer),
        .listen = map->map(map->handle, TRASLUZ_LISTEN_URI),
        .view = map->map(map->handle, TRASLUZ_VIEW_URI),
        .view_data = map->map(map->handle, TRASLUZ_VIEW_DATA_URI),
        .patch_set = map->map(map->handle, LV2_PATCH__Set),
        .patch_get = map->map(map->handle, LV2_PATCH__Get),
        .patch_property = map->map(map->handle, LV2_PATCH__property),
        .patch_value = map->map(map->handle, LV2_PATCH__value),
        .path = map->map(map->handle, LV2_ATOM__Path),
        .notice = map->map(map->handle, "urn:trasluz:notice"),
        .file = {map->map(map->handle, "urn:trasluz:model"),
                 map->map(map->handle, "urn:trasluz:reference")},
    };
    lv2_atom_forge_init(&host->forge, map);
}

void host_set(const Host *host, int port, float value)
{
    host->write(host->controller, (uint32_t)port, sizeof value, 0, &value);
}

void host_touch(const Host *host, int port, bool held)
{
    if (host->touch) host->touch->touch(host->touch->handle, (uint32_t)port, held);
}

// Sends what write() makes in the forge.
static void send(Host *host, LV2_URID type, LV2_URID property, const char *path)
{
    uint8_t bytes[MESSAGE_BYTES];
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame frame;
    lv2_atom_forge_set_buffer(forge, bytes, sizeof bytes);
    if (!lv2_atom_forge_object(forge, &frame, 0, type)) return;
    if (property) {
        lv2_atom_forge_key(forge, host->patch_property);
        lv2_atom_forge_urid(forge, property);
    }
    if (path) {
        lv2_atom_forge_key(forge, host->patch_value);
        if (!lv2_atom_forge_path(forge, path, (uint32_t)strlen(path))) return;
    }
    lv2_atom_forge_pop(forge, &frame);
    const LV2_Atom *atom = (const LV2_Atom *)bytes;
    host->write(host->controller, CONTROL_PORT, lv2_atom_total_size(atom), host->event_transfer,
                atom);
}

void host_choose(Host *host, FileKind kind, const char *path)
{
    send(host, host->patch_set, host->file[kind], path);
}

bool host_request_file(const Host *host, FileKind kind)
{
    const LV2UI_Request_Value *request = host->request_value;
    return request && request->request(request->handle, host->file[kind], host->path, NULL) ==
                          LV2UI_REQUEST_VALUE_SUCCESS;
}

void host_listen(Host *host)
{
    send(host, host->listen, 0, NULL);
}

void host_ask(Host *host)
{
    send(host, host->patch_get, 0, NULL);
    send(host, host->patch_get, host->notice, NULL);
}

// True if all numbers of a view can be drawn.
static bool is_sound(const View *view)
{
    const struct {
        const float *first;
        int count;
    } numbers[] = {
        {view->path_before[0], 2 * VIEW_POINTS},
        {view->path_after[0], 2 * VIEW_POINTS},
        {view->path_recorded[0], 2 * VIEW_POINTS},
        {view->peak_in, 2},
        {view->peak_out, 2},
        {&view->rate, 1},
        {&view->seconds, 1},
        {&view->latency, 1},
        {&view->share, 1},
        {&view->captured, 1},
        {&view->recording, 1},
        {&view->frozen, 1},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int j = 0; j < numbers[i].count; j++)
            if (!isfinite(numbers[i].first[j])) return false;
    return view->version == VIEW_VERSION && view->channels <= VIEW_CHANNELS &&
           view->points <= VIEW_POINTS && view->recorded <= VIEW_POINTS &&
           view->audio_channels <= 2 && view->seconds >= 0 && view->seconds < 60;
}

static void read_set(const Host *host, const LV2_Atom_Object *object, Heard *heard)
{
    const LV2_Atom *property = atoms_value(object, host->patch_property);
    const LV2_Atom *value = atoms_value(object, host->patch_value);
    if (!property || !value || property->size < sizeof(LV2_URID) || value->size == 0) return;
    const LV2_URID name = ((const LV2_Atom_URID *)property)->body;
    const char *text = (const char *)(value + 1);
    if (memchr(text, '\0', value->size) == NULL) return;
    heard->text = text;
    if (name == host->notice) heard->what = HEARD_NOTICE;
    for (FileKind kind = 0; kind < FILE_KINDS; kind++) {
        if (name != host->file[kind]) continue;
        heard->what = HEARD_FILE;
        heard->kind = kind;
    }
}

void host_read(const Host *host, uint32_t format, uint32_t size, const void *buffer, Heard *heard)
{
    heard->what = HEARD_NOTHING;
    const LV2_Atom_Object *object = buffer;
    if (format != host->event_transfer || size < sizeof *object ||
        object->atom.type != host->forge.Object || object->atom.size > size - sizeof(LV2_Atom) ||
        object->atom.size < sizeof object->body)
        return;
    if (object->body.otype == host->patch_set) {
        read_set(host, object, heard);
    } else if (object->body.otype == host->view) {
        const LV2_Atom *data = atoms_value(object, host->view_data);
        if (!data || data->type != host->forge.Chunk || data->size != sizeof heard->view) return;
        memcpy(&heard->view, data + 1, sizeof heard->view);
        if (is_sound(&heard->view)) heard->what = HEARD_VIEW;
    }
}
