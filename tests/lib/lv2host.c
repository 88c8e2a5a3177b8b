#include "lib/lv2host_parts.h"

#include <lv2/atom/atom.h>
#include <lv2/options/options.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void host_fail(const char *what, const char *which)
{
    fprintf(stderr, "lv2host: %s: %s\n", what, which);
    abort();
}

// ---- Log ----

static int log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list arguments)
{
    (void)type;
    Log *log = handle;
    pthread_mutex_lock(&log->lock);
    const size_t room = sizeof log->text - log->length;
    const int written = vsnprintf(log->text + log->length, room, format, arguments);
    if (written > 0) log->length += (size_t)written < room ? (size_t)written : room - 1;
    pthread_mutex_unlock(&log->lock);
    return written;
}

static int log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int written = log_vprintf(handle, type, format, arguments);
    va_end(arguments);
    return written;
}

const char *host_log(Host *host)
{
    return host->log.text;
}

// ---- Watching ----

void host_enter(const HostWatch *watch)
{
    if (watch->enter) watch->enter();
}

void host_leave(const HostWatch *watch)
{
    if (watch->leave) watch->leave();
}

// ---- Making and freeing ----

static bool find_plugin(Host *host, const HostOptions *options)
{
    host->world = lilv_world_new();
    if (options->lv2_path) {
        LilvNode *path = lilv_new_string(host->world, options->lv2_path);
        lilv_world_set_option(host->world, LILV_OPTION_LV2_PATH, path);
        lilv_node_free(path);
    }
    lilv_world_load_all(host->world);
    LilvNode *uri = lilv_new_uri(host->world, options->uri);
    host->plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(host->world), uri);
    lilv_node_free(uri);
    return host->plugin != NULL;
}

static bool instantiate(Host *host, const HostOptions *options)
{
    host->log_feature = (LV2_Log_Log){&host->log, log_printf, log_vprintf};
    host->worker_feature = (LV2_Worker_Schedule){&host->worker, host_schedule};
    const float rate = (float)options->rate;
    const LV2_Options_Option option[] = {
        {LV2_OPTIONS_INSTANCE, 0, host_urid("http://lv2plug.in/ns/ext/parameters#sampleRate"),
         sizeof rate, host_urid(LV2_ATOM__Float), &rate},
        {LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, NULL},
    };
    const LV2_Feature map_feature = {LV2_URID__map, &host_map};
    const LV2_Feature unmap_feature = {LV2_URID__unmap, &host_unmap};
    const LV2_Feature option_feature = {LV2_OPTIONS__options, (void *)option};
    const LV2_Feature log_feature = {LV2_LOG__log, &host->log_feature};
    const LV2_Feature worker_feature = {LV2_WORKER__schedule, &host->worker_feature};
    const LV2_Feature *feature[6] = {&map_feature, &unmap_feature, &option_feature};
    int features = 3;
    if (!options->no_log) feature[features++] = &log_feature;
    if (options->worker != HOST_WORKER_NONE) feature[features++] = &worker_feature;
    host->instance = lilv_plugin_instantiate(host->plugin, options->rate, feature);
    return host->instance != NULL;
}

static bool port_is(const Host *host, const LilvPort *port, const char *class)
{
    LilvNode *uri = lilv_new_uri(host->world, class);
    const bool is = lilv_port_is_a(host->plugin, port, uri);
    lilv_node_free(uri);
    return is;
}

static void connect_port(Host *host, uint32_t index)
{
    const LilvPort *port = lilv_plugin_get_port_by_index(host->plugin, index);
    const bool input = port_is(host, port, LV2_CORE__InputPort);
    Port *mine = &host->port[index];
    snprintf(mine->symbol, sizeof mine->symbol, "%s",
             lilv_node_as_string(lilv_port_get_symbol(host->plugin, port)));
    void *data = NULL;
    if (port_is(host, port, LV2_CORE__ControlPort)) {
        mine->control_input = input;
        data = &mine->value;
    } else if (port_is(host, port, LV2_ATOM__AtomPort)) {
        data = !input                              ? &host->notify
               : strcmp(mine->symbol, "midi") == 0 ? &host->midi
                                                   : &host->control;
    } else if (input) {
        host->in[host->channels++] = index; // outputs follow the inputs in the same number
    } else {
        int c = 0;
        while (c < host->channels && host->out[c] != 0) c++;
        host->out[c] = index;
    }
    lilv_instance_connect_port(host->instance, index, data);
}

static void connect_ports(Host *host)
{
    float minimum[PORTS_MAX], maximum[PORTS_MAX], otherwise[PORTS_MAX];
    host->ports = (int)lilv_plugin_get_num_ports(host->plugin);
    if (host->ports > PORTS_MAX) host_fail("plugin", "too many ports");
    lilv_plugin_get_port_ranges_float(host->plugin, minimum, maximum, otherwise);
    for (int p = 0; p < host->ports; p++) {
        connect_port(host, (uint32_t)p);
        host->port[p].range = (HostRange){minimum[p], maximum[p], otherwise[p]};
        host->port[p].value = otherwise[p];
        host->exchange.last[p] = otherwise[p];
    }
}

static void empty_inputs(Host *host)
{
    lv2_atom_forge_set_buffer(&host->forge, (uint8_t *)&host->control, sizeof host->control);
    lv2_atom_forge_sequence_head(&host->forge, &host->sequence, 0);
    lv2_atom_forge_set_buffer(&host->midi_forge, (uint8_t *)&host->midi, sizeof host->midi);
    lv2_atom_forge_sequence_head(&host->midi_forge, &host->midi_sequence, 0);
}

Host *host_new(const HostOptions *options)
{
    Host *host = calloc(1, sizeof *host);
    if (!host) return NULL;
    pthread_mutex_init(&host->log.lock, NULL);
    host->exchange.audio_thread = pthread_self();
    host->watch = options->watch;
    host->worker.kind = options->worker;
    host->worker.small_stack = options->small_stack;
    host->worker.watch = &host->watch;
    host->notify_size = options->notify_size ? options->notify_size : sizeof host->notify;
    if (!find_plugin(host, options) || !instantiate(host, options)) {
        lilv_world_free(host->world);
        free(host);
        return NULL;
    }
    lv2_atom_forge_init(&host->forge, &host_map);
    lv2_atom_forge_init(&host->midi_forge, &host_map);
    host->midi_to_control = options->midi_to_control;
    empty_inputs(host);
    connect_ports(host);
    host_worker_start(&host->worker, host);
    lilv_instance_activate(host->instance);
    return host;
}

void host_free(Host *host)
{
    if (!host) return;
    host_worker_stop(&host->worker);
    lilv_instance_deactivate(host->instance);
    lilv_instance_free(host->instance);
    lilv_world_free(host->world);
    pthread_mutex_destroy(&host->log.lock);
    free(host);
}

const LilvPlugin *host_plugin(const Host *host)
{
    return host->plugin;
}

LilvWorld *host_world(const Host *host)
{
    return host->world;
}

int host_channels(const Host *host)
{
    return host->channels;
}

void host_reactivate(Host *host)
{
    lilv_instance_deactivate(host->instance);
    lilv_instance_activate(host->instance);
}

// ---- Ports ----

Port *host_port(Host *host, const char *symbol)
{
    for (int p = 0; p < host->ports; p++)
        if (strcmp(host->port[p].symbol, symbol) == 0) return &host->port[p];
    host_fail("no such port", symbol);
}

float *host_control(Host *host, const char *symbol)
{
    return &host_port(host, symbol)->value;
}

const char *host_control_input(const Host *host, int index)
{
    for (int p = 0; p < host->ports; p++)
        if (host->port[p].control_input && index-- == 0) return host->port[p].symbol;
    return NULL;
}

HostRange host_range(Host *host, const char *symbol)
{
    return host_port(host, symbol)->range;
}

void host_disconnect(Host *host, const char *symbol)
{
    const uint32_t index = (uint32_t)(host_port(host, symbol) - host->port);
    lilv_instance_connect_port(host->instance, index, NULL);
}

// ---- Running ----

static void exchange_values(Host *host)
{
    Exchange *exchange = &host->exchange;
    atomic_store_explicit(&exchange->audio_thread, pthread_self(), memory_order_relaxed);
    for (int p = 0; p < host->ports; p++) {
        float *value = &host->port[p].value;
        if (atomic_load_explicit(&exchange->arrives[p], memory_order_relaxed) &&
            atomic_exchange_explicit(&exchange->arrives[p], false, memory_order_acquire))
            *value = atomic_load_explicit(&exchange->arriving[p], memory_order_relaxed);
        atomic_store_explicit(&exchange->last[p], *value, memory_order_relaxed);
    }
}

void host_run(Host *host, const float *const *in, float *const *out, uint32_t n)
{
    exchange_values(host);
    lv2_atom_forge_pop(&host->forge, &host->sequence);
    lv2_atom_forge_pop(&host->midi_forge, &host->midi_sequence);
    host->notify.sequence.atom = (LV2_Atom){.size = host->notify_size};

    host_enter(&host->watch);
    for (int c = 0; c < host->channels; c++) {
        lilv_instance_connect_port(host->instance, host->in[c], (void *)in[c]);
        lilv_instance_connect_port(host->instance, host->out[c], out[c]);
    }
    lilv_instance_run(host->instance, n);
    if (host->worker.interface && host->worker.interface->end_run)
        host->worker.interface->end_run(lilv_instance_get_handle(host->instance));
    host_leave(&host->watch);

    if (host->notify.sequence.atom.type == host_urid(LV2_ATOM__Sequence)) host_hear(host);
    empty_inputs(host);
}
