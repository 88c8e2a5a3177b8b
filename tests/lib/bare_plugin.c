#include "lib/bare_plugin.h"

#include "host/view.h"

#include <dlfcn.h>
#include <lv2/atom/atom.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bare plugin: %s: %s\n", what, why);
    abort();
}

// ---- URIDs: one more than the place in a list ----

enum { URIS_MAX = 256 };
static char *uris[URIS_MAX];

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    (void)handle;
    LV2_URID id = 0;
    while (id < URIS_MAX && uris[id] && strcmp(uris[id], uri) != 0) id++;
    if (id == URIS_MAX) fail(uri, "too many URIs");
    if (!uris[id]) uris[id] = strdup(uri);
    return id + 1;
}

static LV2_URID_Map map = {NULL, map_uri};

// ---- A worker that does nothing by itself: see bare_plugin_work() ----

static LV2_Worker_Status schedule_work(LV2_Worker_Schedule_Handle handle, uint32_t size,
                                       const void *data)
{
    (void)handle, (void)size, (void)data;
    return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Schedule worker = {NULL, schedule_work};

// ---- A session that names a model, nothing else ----

static const void *retrieve(LV2_State_Handle state, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags)
{
    const char *model = state;
    if (key != map_uri(NULL, "urn:trasluz:model")) return NULL;
    *size = strlen(model) + 1;
    *type = map_uri(NULL, LV2_ATOM__Path);
    *flags = LV2_STATE_IS_POD;
    return model;
}

static void load_model(const BarePlugin *plugin, const char *model)
{
    static const LV2_Feature *const none[] = {NULL};
    char *path = strdup(model);
    const LV2_State_Interface *state = plugin->descriptor->extension_data(LV2_STATE__interface);
    if (!path || state->restore(plugin->handle, retrieve, path, 0, none) != LV2_STATE_SUCCESS)
        fail(model, "not restored");
    free(path);
}

// ---- Instances ----

static const LV2_Descriptor *find_descriptor(char bundle[], size_t size, int channels)
{
    const char *folder = getenv("TRASLUZ_LV2");
    if (!folder) fail("TRASLUZ_LV2", "not set");
    snprintf(bundle, size, "%s/trasluz.lv2/trasluz.so", folder);
    void *library = dlopen(bundle, RTLD_NOW);
    if (!library) fail(bundle, dlerror());
    LV2_Descriptor_Function descriptor;
    *(void **)&descriptor = dlsym(library, "lv2_descriptor");
    if (!descriptor) fail(bundle, dlerror());
    *(strrchr(bundle, '/') + 1) = '\0';
    return descriptor((uint32_t)channels - 1);
}

static float *new_values(size_t n, float value)
{
    float *values = malloc(n * sizeof(float));
    if (!values) fail("bare plugin", "out of memory");
    for (size_t i = 0; i < n; i++) values[i] = value;
    return values;
}

static void connect_ports(BarePlugin *plugin)
{
    const LV2_Descriptor *descriptor = plugin->descriptor;
    plugin->control = new_values(PORT_AUDIO, NAN);
    for (uint32_t port = PORT_ENABLED; port < PORT_MIDI; port++)
        descriptor->connect_port(plugin->handle, port, plugin->control + port);
    for (int c = 0; c < plugin->channels; c++) {
        const uint32_t in = PORT_AUDIO + (uint32_t)c, out = in + (uint32_t)plugin->channels;
        plugin->in[c] = new_values(BARE_BLOCK_MAX, 0);
        plugin->out[c] = new_values(BARE_BLOCK_MAX, 0);
        descriptor->connect_port(plugin->handle, in, plugin->in[c]);
        descriptor->connect_port(plugin->handle, out, plugin->out[c]);
    }
}

BarePlugin bare_plugin_new(int channels, double rate, const char *model)
{
    char bundle[4096];
    BarePlugin plugin = {.channels = channels,
                         .descriptor = find_descriptor(bundle, sizeof bundle, channels)};
    const LV2_Feature map_feature = {LV2_URID__map, &map};
    const LV2_Feature worker_feature = {LV2_WORKER__schedule, &worker};
    const LV2_Feature *const features[] = {&map_feature, &worker_feature, NULL};
    plugin.handle = plugin.descriptor->instantiate(plugin.descriptor, rate, bundle, features);
    if (!plugin.handle) fail(bundle, "not instantiated");
    if (model) load_model(&plugin, model);
    connect_ports(&plugin);
    plugin.descriptor->activate(plugin.handle);
    return plugin;
}

void bare_plugin_free(BarePlugin *plugin)
{
    if (plugin->descriptor->deactivate) plugin->descriptor->deactivate(plugin->handle);
    plugin->descriptor->cleanup(plugin->handle);
    free(plugin->control);
    for (int c = 0; c < plugin->channels; c++) {
        free(plugin->in[c]);
        free(plugin->out[c]);
    }
}

// The message ports' buffers, for all instances.
static struct {
    LV2_Atom_Sequence sequence;
    LV2_Atom_Event event;
    LV2_Atom_Object_Body object;
} control;
static union {
    LV2_Atom_Sequence sequence;
    uint64_t aligned[1024];
} notify;

void bare_plugin_watch(BarePlugin *plugin, bool watched)
{
    const LV2_Atom listen = {sizeof control.object, map_uri(NULL, LV2_ATOM__Object)};
    const size_t event = watched ? sizeof control.event + sizeof control.object : 0;
    control.sequence.atom = (LV2_Atom){(uint32_t)(sizeof control.sequence.body + event),
                                       map_uri(NULL, LV2_ATOM__Sequence)};
    control.event.body = listen;
    control.object.otype = map_uri(NULL, TRASLUZ_LISTEN_URI);
    plugin->watched = watched;
    plugin->descriptor->connect_port(plugin->handle, PORT_CONTROL, &control);
    plugin->descriptor->connect_port(plugin->handle, PORT_NOTIFY, &notify);
}

void bare_plugin_run(const BarePlugin *plugin, uint32_t n)
{
    notify.sequence.atom.size = sizeof notify - sizeof(LV2_Atom);
    plugin->descriptor->run(plugin->handle, n);
}

static LV2_Worker_Status respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    (void)handle, (void)size, (void)data;
    return LV2_WORKER_SUCCESS;
}

void bare_plugin_work(const BarePlugin *plugin)
{
    const LV2_Worker_Interface *interface =
        plugin->descriptor->extension_data(LV2_WORKER__interface);
    const uint32_t message = 0;
    if (interface->work(plugin->handle, respond, NULL, sizeof message, &message) !=
        LV2_WORKER_SUCCESS)
        fail("work", "not done");
}

int bare_plugin_click(const BarePlugin *plugin)
{
    enum { CLICK = 1000 };
    plugin->control[PORT_DETAIL] = 0.0f;
    plugin->control[PORT_AUTO_GAIN] = 0.0f;
    bare_plugin_run(plugin, BARE_BLOCK_MAX);
    plugin->in[0][CLICK] = 1.0f;
    bare_plugin_run(plugin, BARE_BLOCK_MAX);
    int loudest = 0;
    for (int i = 1; i < BARE_BLOCK_MAX; i++)
        if (fabsf(plugin->out[0][i]) > fabsf(plugin->out[0][loudest])) loudest = i;
    return loudest - CLICK;
}

size_t bare_plugin_held_bytes(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
