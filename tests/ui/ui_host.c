#include "ui/ui_host.h"

#include "lib/lv2host_parts.h"

#include <cairo-xlib.h>
#include <dlfcn.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/patch/patch.h>
#include <lv2/ui/ui.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <X11/Xlib.h>

#include "ui/ui_host_parts.h"

enum { BLOCK_MAX = 4800, PLACES_W = 900, PLACES_H = 560 };

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// ---- What the window calls ----

static Said *add_said(UiHost *host, SaidKind kind, uint32_t port)
{
    if (host->said_count == SAID_MAX) host_fail("the window", "says too much");
    Said *said = &host->said[host->said_count++];
    *said = (Said){.kind = kind, .port = port};
    return said;
}

static void read_path(Said *said, const LV2_Atom_Object *object)
{
    LV2_ATOM_OBJECT_FOREACH (object, property)
        if (property->key == host_urid(LV2_PATCH__value))
            snprintf(said->text, sizeof said->text, "%s",
                     (const char *)LV2_ATOM_BODY(&property->value));
}

static void write_port(LV2UI_Controller controller, uint32_t port, uint32_t size, uint32_t type,
                       const void *buffer)
{
    UiHost *host = (UiHost *)controller;
    if (type == 0) {
        if (size != sizeof(float)) host_fail("the window", "writes a value of another size");
        Said *said = add_said(host, SAID_VALUE, port);
        memcpy(&said->value, buffer, sizeof said->value);
        if (host->plugin) host->plugin->port[port].value = said->value;
        return;
    }
    if (type != host_urid(LV2_ATOM__eventTransfer)) host_fail("the window", "writes another type");
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)buffer;
    if (object->atom.size + sizeof object->atom != size) host_fail("the window", "cuts a message");
    if (object->body.otype == host_urid(LV2_PATCH__Set))
        read_path(add_said(host, SAID_MESSAGE, port), object);
    if (!host->plugin) return;
    lv2_atom_forge_frame_time(&host->plugin->forge, 0);
    lv2_atom_forge_write(&host->plugin->forge, buffer, size);
}

static void touch(LV2UI_Feature_Handle handle, uint32_t port, bool grabbed)
{
    add_said(handle, grabbed ? SAID_TAKES : SAID_LETS_GO, port);
}

static LV2UI_Request_Value_Status request(LV2UI_Feature_Handle handle, LV2_URID key, LV2_URID type,
                                          const LV2_Feature *const *features)
{
    (void)type, (void)features;
    Said *said = add_said(handle, SAID_REQUEST, 0);
    snprintf(said->text, sizeof said->text, "%s", host_uri(key));
    return LV2UI_REQUEST_VALUE_SUCCESS;
}

static int resize(LV2UI_Feature_Handle handle, int width, int height)
{
    UiHost *host = handle;
    if (!host->no_parent)
        XResizeWindow(host->display, host->parent, (unsigned)width, (unsigned)height);
    XSync(host->display, False);
    return 0;
}

// ---- Opening and closing ----

static const LV2UI_Descriptor *load_descriptor(void **library, char *bundle, size_t room)
{
    const char *folder = getenv("TRASLUZ_LV2");
    char path[4096];
    snprintf(bundle, room, "%s/trasluz.lv2/", folder ? folder : "build/lv2");
    snprintf(path, sizeof path, "%strasluz_ui.so", bundle);
    *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!*library) host_fail("dlopen", dlerror());
    LV2UI_DescriptorFunction function;
    *(void **)&function = dlsym(*library, "lv2ui_descriptor");
    const LV2UI_Descriptor *descriptor = function ? function(0) : NULL;
    if (!descriptor) host_fail("no descriptor in", path);
    return descriptor;
}

static bool instantiate_ui(UiHost *host, const UiHostOptions *options)
{
    char bundle[4000];
    const float rate = (float)host->rate;
    const LV2_Options_Option option[] = {
        {LV2_OPTIONS_INSTANCE, 0, host_urid(LV2_PARAMETERS__sampleRate), sizeof(float),
         host_urid(LV2_ATOM__Float), &rate},
        {LV2_OPTIONS_INSTANCE, 0, options->scale > 0 ? host_urid(LV2_UI__scaleFactor) : 0,
         sizeof(float), host_urid(LV2_ATOM__Float), &options->scale},
        {0},
    };
    host->touch = (LV2UI_Touch){host, touch};
    host->resize = (LV2UI_Resize){host, resize};
    host->request = (LV2UI_Request_Value){host, request};
    const LV2_Feature features[] = {
        {LV2_URID__map, &host_map},
        {LV2_UI__touch, &host->touch},
        {LV2_UI__resize, &host->resize},
        {LV2_OPTIONS__options, (void *)option},
        {LV2_UI__parent, (void *)host->parent},
        {LV2_UI__requestValue, &host->request},
    };
    const LV2_Feature *list[8];
    int count = 0;
    for (int i = 0; i < 6; i++) {
        if (i == 4 && options->no_parent) continue;
        if (i == 5 && !options->requests) continue;
        list[count++] = &features[i];
    }
    list[count] = NULL;
    host->descriptor = load_descriptor(&host->library, bundle, sizeof bundle);
    LV2UI_Widget widget = NULL;
    const double before = seconds(CLOCK_THREAD_CPUTIME_ID);
    host->ui = host->descriptor->instantiate(host->descriptor,
                                             options->uri ? options->uri : "urn:trasluz:stereo",
                                             bundle, write_port, host, &widget, list);
    host->cost += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
    if (!host->ui) return false;
    host->window = (Window)widget;
    host->idle = host->descriptor->extension_data(LV2_UI__idleInterface);
    host->resized = host->descriptor->extension_data(LV2_UI__resize);
    return host->idle && host->resized;
}

static void send_values(UiHost *host)
{
    for (int port = 0; host->plugin && port < host->plugin->ports; port++)
        if (host->plugin->port[port].control_input)
            host->descriptor->port_event(host->ui, (uint32_t)port, sizeof(float), 0,
                                         &host->plugin->port[port].value);
}

UiHost *ui_host_new(const UiHostOptions *options)
{
    UiHost *host = calloc(1, sizeof *host);
    host->rate = options->rate > 0 ? options->rate : 48000;
    host->no_parent = options->no_parent;
    host->display = XOpenDisplay(NULL);
    if (!host->display) host_fail("no X11 server at", getenv("DISPLAY"));
    const Window root = DefaultRootWindow(host->display);
    host->parent = root;
    if (!options->no_parent) {
        XSetWindowAttributes attributes = {.override_redirect = True};
        host->parent = XCreateWindow(host->display, root, 0, 0, 300, 200, 0, CopyFromParent,
                                     InputOutput, CopyFromParent, CWOverrideRedirect, &attributes);
        XMapRaised(host->display, host->parent);
    }
    XSync(host->display, False);
    if (!options->no_plugin) {
        host->plugin =
            host_new(&(HostOptions){.uri = options->uri ? options->uri : "urn:trasluz:stereo",
                                    .rate = host->rate,
                                    .worker = HOST_WORKER_INSIDE});
        if (!host->plugin) host_fail("no plugin", "trasluz");
    }
    if (!instantiate_ui(host, options)) {
        ui_host_free(host);
        return NULL;
    }
    send_values(host);
    host->played_at = seconds(CLOCK_MONOTONIC);
    return host;
}

void ui_host_free(UiHost *host)
{
    if (!host) return;
    if (host->ui) host->descriptor->cleanup(host->ui);
    if (host->plugin) host_free(host->plugin);
    if (!host->no_parent && !host->parent_gone) XDestroyWindow(host->display, host->parent);
    XCloseDisplay(host->display);
    if (host->library) dlclose(host->library);
    free(host);
}

bool ui_host_try(bool with_map)
{
    char bundle[4000];
    void *library = NULL;
    LV2UI_Widget widget = NULL;
    const LV2UI_Descriptor *descriptor = load_descriptor(&library, bundle, sizeof bundle);
    const LV2_Feature map = {LV2_URID__map, &host_map};
    const LV2_Feature *const features[] = {with_map ? &map : NULL, NULL};
    const LV2UI_Handle ui = descriptor->instantiate(descriptor, "urn:trasluz:stereo", bundle,
                                                    write_port, NULL, &widget, features);
    if (ui) descriptor->cleanup(ui);
    dlclose(library);
    return ui != NULL;
}

void ui_host_destroy_parent(UiHost *host)
{
    XDestroyWindow(host->display, host->parent);
    XSync(host->display, False);
    host->parent_gone = true;
}

int ui_host_windows(void)
{
    Display *display = XOpenDisplay(NULL);
    Window root, parent, *children = NULL;
    unsigned count = 0;
    if (!display) host_fail("no X11 server at", getenv("DISPLAY"));
    XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &count);
    if (children) XFree(children);
    XCloseDisplay(display);
    return (int)count;
}

int ui_host_forwarded(const UiHost *host)
{
    return host->forwarded;
}

// ---- Time ----

void ui_host_set_sound(UiHost *host, UiHostSound sound, void *data)
{
    host->sound = sound;
    host->sound_data = data;
}

// A chord whose brightness swells and ebbs.
static void chord(UiHost *host, float *const *in, int channels, size_t n)
{
    const double turn = 6.283185307179586;
    for (size_t i = 0; i < n; i++) {
        const double t = (double)host->frames++ / host->rate;
        double sum = 0;
        for (int k = 1; k <= 12; k++)
            sum += sin(turn * 110 * k * t) / pow(k, 1.2 + 0.8 * sin(turn * 0.7 * t));
        for (int c = 0; c < channels; c++) in[c][i] = (float)(0.08 * sum);
    }
}

// Gives the window what the plugin says.
static void forward(UiHost *host)
{
    LV2_ATOM_SEQUENCE_FOREACH (&host->plugin->notify.sequence, event) {
        const uint32_t size = (uint32_t)sizeof event->body + event->body.size;
        const double before = seconds(CLOCK_THREAD_CPUTIME_ID);
        host->descriptor->port_event(host->ui, 1, size, host_urid(LV2_ATOM__eventTransfer),
                                     &event->body);
        host->cost += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
        host->forwarded++;
    }
    host_forget(host->plugin);
}

static void play(UiHost *host)
{
    float in[2][BLOCK_MAX], out[2][BLOCK_MAX];
    float *const inputs[2] = {in[0], in[1]}, *const outputs[2] = {out[0], out[1]};
    const double now = seconds(CLOCK_MONOTONIC);
    double due = (now - host->played_at) * host->rate;
    if (due < 64) return;
    if (due > BLOCK_MAX) due = BLOCK_MAX;
    const size_t n = (size_t)due;
    host->played_at = now;
    const int channels = host_channels(host->plugin);
    if (host->sound)
        host->sound(host->sound_data, inputs, channels, n);
    else
        chord(host, inputs, channels, n);
    host_run(host->plugin, (const float *const *)inputs, outputs, (uint32_t)n);
    forward(host);
}

bool ui_host_idle(UiHost *host)
{
    const double before = seconds(CLOCK_THREAD_CPUTIME_ID);
    const int closed = host->idle->idle(host->ui);
    host->cost += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
    return closed == 0;
}

bool ui_host_step(UiHost *host)
{
    if (host->plugin) play(host);
    const bool open = ui_host_idle(host);
    nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
    return open;
}

void ui_host_steps(UiHost *host, double time)
{
    const double end = seconds(CLOCK_MONOTONIC) + time;
    do ui_host_step(host);
    while (seconds(CLOCK_MONOTONIC) < end);
}

bool ui_host_until(UiHost *host, bool (*holds)(UiHost *, void *), void *data)
{
    const double end = seconds(CLOCK_MONOTONIC) + 20;
    while (!holds(host, data)) {
        if (seconds(CLOCK_MONOTONIC) > end) return false;
        ui_host_step(host);
    }
    return true;
}

// ---- Values and messages ----

int ui_host_said(const UiHost *host)
{
    return host->said_count;
}

const Said *ui_host_said_at(const UiHost *host, int index)
{
    return &host->said[index];
}

void ui_host_forget(UiHost *host)
{
    host->said_count = 0;
}

float ui_host_value(const UiHost *host, int port)
{
    return host->plugin->port[port].value;
}

void ui_host_automate(UiHost *host, int port, float value)
{
    if (host->plugin) host->plugin->port[port].value = value;
    host->descriptor->port_event(host->ui, (uint32_t)port, sizeof value, 0, &value);
}

void ui_host_tell(UiHost *host, uint32_t port, const char *type, const void *bytes, uint32_t size)
{
    host->descriptor->port_event(host->ui, port, size,
                                 host_urid(type ? type : LV2_ATOM__eventTransfer), bytes);
}

uint32_t ui_host_urid(const char *uri)
{
    return host_urid(uri);
}

LV2_URID_Map *ui_host_map(void)
{
    return &host_map;
}

void ui_host_choose(UiHost *host, const char *property, const char *path)
{
    host_set_file(host->plugin, property, path);
}

double ui_host_cost(const UiHost *host)
{
    return host->cost;
}
