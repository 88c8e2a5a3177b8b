#include "lv2host.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/patch/patch.h>
#include <lv2/presets/presets.h>
#include <lv2/state/state.h>
#include <lv2/time/time.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    PORTS_MAX = 64,
    CHANNELS_MAX = 8,
    ATOM_BYTES = 1 << 16,
    HEARD_MAX = 256,
    JOBS = 64,      // in the worker's queue
    JOB_BYTES = 64, // of one job
    LOG_BYTES = 1 << 16,
    URIDS_MAX = 1024,
};

typedef struct {
    uint32_t size;
    unsigned char bytes[JOB_BYTES];
} Job;

// One thread schedules, one works.
typedef struct {
    HostWorker kind;
    LilvInstance **instance;
    const LV2_Worker_Interface *interface;
    pthread_t thread;
    sem_t jobs_waiting;
    Job job[JOBS];
    atomic_uint scheduled, done;
    atomic_bool stops;
    int refusals; // calls yet to be refused
    const HostWatch *watch;
} Worker;

typedef struct {
    pthread_mutex_t lock;
    char text[LOG_BYTES];
    size_t length;
} Log;

typedef struct {
    char symbol[32];
    float value; // the audio thread's
    bool control_input;
    HostRange range;
} Port;

// How the control ports' values get from one thread to another. The audio thread's part of this, as
// of the URIDs, is without locks: they would put the threads in an order, and so hide the plugin's
// races from ThreadSanitizer.
typedef struct {
    _Atomic(pthread_t) audio_thread; // the last to run the plugin
    _Atomic float arriving[PORTS_MAX];
    atomic_bool arrives[PORTS_MAX];
    _Atomic float last[PORTS_MAX]; // of the last block
} Exchange;

typedef union {
    LV2_Atom_Sequence sequence;
    uint64_t aligned[ATOM_BYTES / sizeof(uint64_t)];
} AtomBuffer;

struct Host {
    LilvWorld *world;
    const LilvPlugin *plugin;
    LilvInstance *instance;
    Worker worker;
    LV2_Worker_Schedule worker_feature;
    Log log;
    LV2_Log_Log log_feature;

    HostWatch watch;
    Port port[PORTS_MAX];
    int ports;
    Exchange exchange;
    uint32_t in[CHANNELS_MAX], out[CHANNELS_MAX]; // port indices
    int channels;
    AtomBuffer control, notify;
    uint32_t notify_size;
    LV2_Atom_Forge forge; // writes the control buffer between blocks
    LV2_Atom_Forge_Frame sequence;

    Heard heard[HEARD_MAX];
    int heards;
};

static void fail(const char *what, const char *which)
{
    fprintf(stderr, "lv2host: %s: %s\n", what, which);
    abort();
}

// ---- URIDs, the same for all hosts of a program ----

static struct {
    pthread_mutex_t lock; // to add one
    char *uri[URIDS_MAX];
    _Atomic LV2_URID count;
} urids = {.lock = PTHREAD_MUTEX_INITIALIZER};

// 0 where the URI has no number yet.
static LV2_URID find_urid(const char *uri)
{
    const LV2_URID count = atomic_load_explicit(&urids.count, memory_order_acquire);
    for (LV2_URID i = 0; i < count; i++)
        if (strcmp(urids.uri[i], uri) == 0) return i + 1;
    return 0;
}

static LV2_URID add_urid(const char *uri)
{
    if (urids.count == URIDS_MAX) fail("too many URIs", uri);
    urids.uri[urids.count] = strdup(uri);
    atomic_fetch_add_explicit(&urids.count, 1, memory_order_release);
    return urids.count;
}

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    (void)handle;
    LV2_URID urid = find_urid(uri);
    if (urid) return urid;
    pthread_mutex_lock(&urids.lock);
    urid = find_urid(uri);
    if (!urid) urid = add_urid(uri);
    pthread_mutex_unlock(&urids.lock);
    return urid;
}

static const char *unmap_uri(LV2_URID_Unmap_Handle handle, LV2_URID urid)
{
    (void)handle;
    const LV2_URID count = atomic_load_explicit(&urids.count, memory_order_acquire);
    return urid > 0 && urid <= count ? urids.uri[urid - 1] : NULL;
}

static LV2_URID_Map map = {.map = map_uri};
static LV2_URID_Unmap unmap = {.unmap = unmap_uri};

static LV2_URID urid_of(const char *uri)
{
    return map_uri(NULL, uri);
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

static void enter(const HostWatch *watch)
{
    if (watch->enter) watch->enter();
}

static void leave(const HostWatch *watch)
{
    if (watch->leave) watch->leave();
}

// ---- Worker ----

static LV2_Worker_Status respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    (void)handle, (void)size, (void)data;
    fail("worker", "this plugin needs no responses");
    return LV2_WORKER_ERR_UNKNOWN;
}

static void work(Worker *worker, uint32_t size, const void *data)
{
    worker->interface->work(lilv_instance_get_handle(*worker->instance), respond, NULL, size, data);
}

static void *worker_main(void *argument)
{
    Worker *worker = argument;
    for (;;) {
        sem_wait(&worker->jobs_waiting);
        if (worker->stops) return NULL;
        const Job *job = &worker->job[worker->done % JOBS];
        work(worker, job->size, job->bytes);
        worker->done++;
    }
}

static LV2_Worker_Status take_job(Worker *worker, uint32_t size, const void *data)
{
    if (worker->refusals > 0) {
        worker->refusals--;
        return LV2_WORKER_ERR_NO_SPACE;
    }
    if (worker->kind == HOST_WORKER_INSIDE) {
        work(worker, size, data);
        return LV2_WORKER_SUCCESS;
    }
    if (size > JOB_BYTES || worker->scheduled - worker->done == JOBS)
        return LV2_WORKER_ERR_NO_SPACE;
    Job *job = &worker->job[worker->scheduled % JOBS];
    job->size = size;
    memcpy(job->bytes, data, size);
    worker->scheduled++;
    sem_post(&worker->jobs_waiting);
    return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status schedule(LV2_Worker_Schedule_Handle handle, uint32_t size,
                                  const void *data)
{
    Worker *worker = handle;
    leave(worker->watch);
    const LV2_Worker_Status status = take_job(worker, size, data);
    enter(worker->watch);
    return status;
}

static void worker_start(Worker *worker, Host *host)
{
    worker->instance = &host->instance;
    worker->interface = lilv_instance_get_extension_data(host->instance, LV2_WORKER__interface);
    sem_init(&worker->jobs_waiting, 0, 0);
    if (worker->kind == HOST_WORKER_THREAD &&
        pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
        fail("worker", "no thread");
}

static void worker_stop(Worker *worker)
{
    if (worker->kind == HOST_WORKER_THREAD) {
        worker->stops = true;
        sem_post(&worker->jobs_waiting);
        pthread_join(worker->thread, NULL);
    }
    sem_destroy(&worker->jobs_waiting);
}

void host_wait(Host *host)
{
    const struct timespec moment = {.tv_nsec = 100000};
    while (host->worker.kind == HOST_WORKER_THREAD && host->worker.scheduled != host->worker.done)
        nanosleep(&moment, NULL);
}

void host_refuse_work(Host *host, int calls)
{
    host->worker.refusals = calls;
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
    host->worker_feature = (LV2_Worker_Schedule){&host->worker, schedule};
    const float rate = (float)options->rate;
    const LV2_Options_Option option[] = {
        {LV2_OPTIONS_INSTANCE, 0, urid_of("http://lv2plug.in/ns/ext/parameters#sampleRate"),
         sizeof rate, urid_of(LV2_ATOM__Float), &rate},
        {LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, NULL},
    };
    const LV2_Feature map_feature = {LV2_URID__map, &map};
    const LV2_Feature unmap_feature = {LV2_URID__unmap, &unmap};
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
        data = input ? &host->control : &host->notify;
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
    if (host->ports > PORTS_MAX) fail("plugin", "too many ports");
    lilv_plugin_get_port_ranges_float(host->plugin, minimum, maximum, otherwise);
    for (int p = 0; p < host->ports; p++) {
        connect_port(host, (uint32_t)p);
        host->port[p].range = (HostRange){minimum[p], maximum[p], otherwise[p]};
        host->port[p].value = otherwise[p];
        host->exchange.last[p] = otherwise[p];
    }
}

static void empty_control(Host *host)
{
    lv2_atom_forge_set_buffer(&host->forge, (uint8_t *)&host->control, sizeof host->control);
    lv2_atom_forge_sequence_head(&host->forge, &host->sequence, 0);
}

Host *host_new(const HostOptions *options)
{
    Host *host = calloc(1, sizeof *host);
    if (!host) return NULL;
    pthread_mutex_init(&host->log.lock, NULL);
    host->exchange.audio_thread = pthread_self();
    host->watch = options->watch;
    host->worker.kind = options->worker;
    host->worker.watch = &host->watch;
    host->notify_size = options->notify_size ? options->notify_size : sizeof host->notify;
    if (!find_plugin(host, options) || !instantiate(host, options)) {
        lilv_world_free(host->world);
        free(host);
        return NULL;
    }
    lv2_atom_forge_init(&host->forge, &map);
    empty_control(host);
    connect_ports(host);
    worker_start(&host->worker, host);
    lilv_instance_activate(host->instance);
    return host;
}

void host_free(Host *host)
{
    if (!host) return;
    worker_stop(&host->worker);
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

static Port *find_port(Host *host, const char *symbol)
{
    for (int p = 0; p < host->ports; p++)
        if (strcmp(host->port[p].symbol, symbol) == 0) return &host->port[p];
    fail("no such port", symbol);
    return NULL;
}

float *host_control(Host *host, const char *symbol)
{
    return &find_port(host, symbol)->value;
}

const char *host_control_input(const Host *host, int index)
{
    for (int p = 0; p < host->ports; p++)
        if (host->port[p].control_input && index-- == 0) return host->port[p].symbol;
    return NULL;
}

HostRange host_range(Host *host, const char *symbol)
{
    return find_port(host, symbol)->range;
}

void host_disconnect(Host *host, const char *symbol)
{
    const uint32_t index = (uint32_t)(find_port(host, symbol) - host->port);
    lilv_instance_connect_port(host->instance, index, NULL);
}

// ---- Messages ----

void host_send_position(Host *host, const HostPosition *position)
{
    const int beats_per_bar = 4;
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, position->at);
    lv2_atom_forge_object(forge, &object, 0, urid_of(LV2_TIME__Position));
    lv2_atom_forge_key(forge, urid_of(LV2_TIME__frame));
    lv2_atom_forge_long(forge, position->frame);
    lv2_atom_forge_key(forge, urid_of(LV2_TIME__speed));
    lv2_atom_forge_float(forge, position->speed);
    if (position->beat >= 0.0) {
        const double bar = floor(position->beat / beats_per_bar);
        lv2_atom_forge_key(forge, urid_of(LV2_TIME__barBeat));
        lv2_atom_forge_float(forge, (float)(position->beat - bar * beats_per_bar));
        lv2_atom_forge_key(forge, urid_of(LV2_TIME__bar));
        lv2_atom_forge_long(forge, (int64_t)bar);
        lv2_atom_forge_key(forge, urid_of(LV2_TIME__beatUnit));
        lv2_atom_forge_int(forge, 4);
        lv2_atom_forge_key(forge, urid_of(LV2_TIME__beatsPerBar));
        lv2_atom_forge_float(forge, beats_per_bar);
        lv2_atom_forge_key(forge, urid_of(LV2_TIME__beatsPerMinute));
        lv2_atom_forge_float(forge, position->tempo);
    }
    lv2_atom_forge_pop(forge, &object);
}

void host_send(Host *host, const HostSet *message)
{
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &object, 0, urid_of(LV2_PATCH__Set));
    if (message->subject) {
        lv2_atom_forge_key(forge, urid_of(LV2_PATCH__subject));
        lv2_atom_forge_urid(forge, urid_of(message->subject));
    }
    if (message->value) {
        lv2_atom_forge_key(forge, urid_of(LV2_PATCH__value));
        lv2_atom_forge_atom(forge, message->size,
                            urid_of(message->type ? message->type : LV2_ATOM__Path));
        lv2_atom_forge_write(forge, message->value, message->size);
    }
    if (message->property) {
        lv2_atom_forge_key(forge, urid_of(LV2_PATCH__property));
        lv2_atom_forge_urid(forge, urid_of(message->property));
    }
    lv2_atom_forge_pop(forge, &object);
}

void host_set_file(Host *host, const char *property, const char *path)
{
    host_send(host,
              &(HostSet){.property = property, .value = path, .size = (uint32_t)strlen(path) + 1});
}

void host_get(Host *host, const char *property)
{
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &object, 0, urid_of(LV2_PATCH__Get));
    if (property) {
        lv2_atom_forge_key(forge, urid_of(LV2_PATCH__property));
        lv2_atom_forge_urid(forge, urid_of(property));
    }
    lv2_atom_forge_pop(forge, &object);
}

static void hear_set(Heard *heard, const LV2_Atom_Object *object)
{
    const LV2_Atom *property = NULL, *value = NULL;
    lv2_atom_object_get(object, urid_of(LV2_PATCH__property), &property, urid_of(LV2_PATCH__value),
                        &value, 0);
    if (!property || property->type != urid_of(LV2_ATOM__URID)) return;
    const LV2_URID key = ((const LV2_Atom_URID *)property)->body;
    const bool is_notice = key == urid_of("urn:trasluz:notice");
    if (!value || value->type != urid_of(is_notice ? LV2_ATOM__String : LV2_ATOM__Path)) return;
    heard->kind = HEARD_SET;
    snprintf(heard->property, sizeof heard->property, "%s", unmap_uri(NULL, key));
    snprintf(heard->path, sizeof heard->path, "%.*s", (int)value->size,
             (const char *)LV2_ATOM_BODY_CONST(value));
}

static void hear(Host *host)
{
    LV2_ATOM_SEQUENCE_FOREACH (&host->notify.sequence, event) {
        if (host->heards == HEARD_MAX) fail("plugin", "says too much");
        Heard *heard = &host->heard[host->heards++];
        *heard = (Heard){.kind = HEARD_OTHER};
        const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
        if (object->atom.type != urid_of(LV2_ATOM__Object)) continue;
        if (object->body.otype == urid_of(LV2_PATCH__Set)) hear_set(heard, object);
        if (object->body.otype == urid_of(LV2_STATE__StateChanged))
            heard->kind = HEARD_STATE_CHANGED;
    }
}

int host_heard(const Host *host)
{
    return host->heards;
}

const Heard *host_heard_at(const Host *host, int index)
{
    return &host->heard[index];
}

void host_forget(Host *host)
{
    host->heards = 0;
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
    host->notify.sequence.atom = (LV2_Atom){.size = host->notify_size};

    enter(&host->watch);
    for (int c = 0; c < host->channels; c++) {
        lilv_instance_connect_port(host->instance, host->in[c], (void *)in[c]);
        lilv_instance_connect_port(host->instance, host->out[c], out[c]);
    }
    lilv_instance_run(host->instance, n);
    if (host->worker.interface && host->worker.interface->end_run)
        host->worker.interface->end_run(lilv_instance_get_handle(host->instance));
    leave(&host->watch);

    if (host->notify.sequence.atom.type == urid_of(LV2_ATOM__Sequence)) hear(host);
    empty_control(host);
}

// ---- Sessions ----

static bool on_audio_thread(const Exchange *exchange)
{
    return pthread_equal(pthread_self(),
                         atomic_load_explicit(&exchange->audio_thread, memory_order_relaxed));
}

// lilv takes a copy before it asks for the next one.
static const void *get_port_value(const char *symbol, void *handle, uint32_t *size, uint32_t *type)
{
    static _Thread_local float value;
    Host *host = handle;
    const Port *port = find_port(host, symbol);
    Exchange *exchange = &host->exchange;
    value = on_audio_thread(exchange)
                ? port->value
                : atomic_load_explicit(&exchange->last[port - host->port], memory_order_relaxed);
    *size = sizeof value;
    *type = urid_of(LV2_ATOM__Float);
    return &value;
}

static void set_port_value(const char *symbol, void *handle, const void *value, uint32_t size,
                           uint32_t type)
{
    // What stands in a preset without a decimal point is a whole number.
    float number = 0;
    int32_t whole;
    if (type == urid_of(LV2_ATOM__Float) && size == sizeof number)
        memcpy(&number, value, size);
    else if (type == urid_of(LV2_ATOM__Int) && size == sizeof whole)
        memcpy(&whole, value, size), number = (float)whole;
    else
        fail("port value of an unknown type", symbol);

    Host *host = handle;
    Port *port = find_port(host, symbol);
    Exchange *exchange = &host->exchange;
    if (on_audio_thread(exchange)) {
        port->value = number;
        return;
    }
    const ptrdiff_t p = port - host->port;
    atomic_store_explicit(&exchange->arriving[p], number, memory_order_relaxed);
    atomic_store_explicit(&exchange->arrives[p], true, memory_order_release);
}

// lilv has variables that all its worlds share.
static pthread_mutex_t lilv_lock = PTHREAD_MUTEX_INITIALIZER;

bool host_save(Host *host, const char *folder)
{
    if (mkdir(folder, 0700) != 0) return false;
    pthread_mutex_lock(&lilv_lock);
    LilvState *state = lilv_state_new_from_instance(host->plugin, host->instance, &map, NULL,
                                                    folder, folder, folder, get_port_value, host,
                                                    LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, NULL);
    const bool saved =
        state && lilv_state_save(host->world, &map, &unmap, state, NULL, folder, "state.ttl") == 0;
    lilv_state_free(state);
    pthread_mutex_unlock(&lilv_lock);
    return saved;
}

static bool restore(Host *host, LilvState *state)
{
    if (!state) return false;
    lilv_state_restore(state, host->instance, set_port_value, host, 0, NULL);
    lilv_state_free(state);
    return true;
}

bool host_restore(Host *host, const char *folder)
{
    char path[HOST_PATH_MAX];
    snprintf(path, sizeof path, "%s/state.ttl", folder);
    pthread_mutex_lock(&lilv_lock);
    const bool restored = restore(host, lilv_state_new_from_file(host->world, &map, NULL, path));
    pthread_mutex_unlock(&lilv_lock);
    return restored;
}

bool host_load_preset(Host *host, const char *uri)
{
    pthread_mutex_lock(&lilv_lock);
    LilvNode *node = lilv_new_uri(host->world, uri);
    lilv_world_load_resource(host->world, node);
    const bool loaded = restore(host, lilv_state_new_from_world(host->world, &map, node));
    lilv_node_free(node);
    pthread_mutex_unlock(&lilv_lock);
    return loaded;
}

// ---- Sessions in memory ----

static const char session_prefix[] = "session:";

static HostProperty *find_property(HostSession *session, uint32_t key)
{
    for (int p = 0; p < session->properties; p++)
        if (session->property[p].key == key) return &session->property[p];
    return NULL;
}

static HostProperty *set_property(HostSession *session, uint32_t key, uint32_t type,
                                  const void *value, size_t size)
{
    HostProperty *property = find_property(session, key);
    if (!property) {
        if (session->properties == HOST_PROPERTIES_MAX) fail("session", "too many properties");
        property = &session->property[session->properties++];
        property->value = NULL;
    }
    free(property->value);
    *property = (HostProperty){.key = key, .type = type, .size = size, .value = malloc(size)};
    if (!property->value) fail("session", "out of memory");
    memcpy(property->value, value, size);
    return property;
}

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *value, size_t size,
                              uint32_t type, uint32_t flags)
{
    HostSession *session = handle;
    if (!(flags & LV2_STATE_IS_POD)) return LV2_STATE_ERR_BAD_FLAGS;
    if (size == 0 || (session->most && size > session->most)) return LV2_STATE_ERR_NO_SPACE;
    HostProperty *property = set_property(session, key, type, value, size);
    if (session->omits_nul && type == urid_of(LV2_ATOM__Path)) {
        property->size--;
        property->value[property->size] = '#'; // nobody shall rely on the NUL
    }
    return LV2_STATE_SUCCESS;
}

// What was given of one chunk is gone when the next one is asked for: Carla does so.
static void take_back(HostSession *session)
{
    volatile char *bytes = session->shown; // lest it be thought of no use
    for (size_t i = 0; bytes && i < session->shown_size; i++) bytes[i] = -1;
    free(session->shown);
    session->shown = NULL;
}

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags)
{
    HostSession *session = handle;
    const HostProperty *property = find_property(session, key);
    if (!property) return NULL;
    *size = property->size;
    *type = property->type;
    *flags = LV2_STATE_IS_POD;
    if (property->type != urid_of(LV2_ATOM__Chunk) || property->size > HOST_CHUNK_MAX)
        return property->value;
    take_back(session);
    session->shown = malloc(property->size);
    session->shown_size = property->size;
    if (!session->shown) fail("session", "out of memory");
    return memcpy(session->shown, property->value, property->size);
}

static char *lend_path(HostSession *session, const char *prefix, const char *path)
{
    const size_t size = strlen(prefix) + strlen(path) + 1;
    char *lent = malloc(size);
    if (!lent) fail("session", "out of memory");
    snprintf(lent, size, "%s%s", prefix, path);
    session->lent++;
    return lent;
}

static char *abstract_path(LV2_State_Map_Path_Handle handle, const char *path)
{
    HostSession *session = handle;
    session->misused |= *path != '/';
    return lend_path(session, session_prefix, path);
}

static char *absolute_path(LV2_State_Map_Path_Handle handle, const char *path)
{
    HostSession *session = handle;
    const size_t length = strlen(session_prefix);
    const bool ours = strncmp(path, session_prefix, length) == 0;
    session->misused |= !ours;
    return lend_path(session, "", ours ? path + length : path);
}

static void free_path(LV2_State_Free_Path_Handle handle, char *path)
{
    HostSession *session = handle;
    session->freed++;
    free(path);
}

typedef struct {
    LV2_State_Map_Path map;
    LV2_State_Free_Path free;
    LV2_Feature map_feature, free_feature;
    const LV2_Feature *feature[3];
} SessionFeatures;

static void session_features_init(SessionFeatures *features, HostSession *session)
{
    *features = (SessionFeatures){
        .map = {session, abstract_path, absolute_path},
        .free = {session, free_path},
        .map_feature = {LV2_STATE__mapPath, &features->map},
        .free_feature = {LV2_STATE__freePath, &features->free},
    };
    if (!session->maps_paths) return;
    features->feature[0] = &features->map_feature;
    features->feature[1] = &features->free_feature;
}

static const LV2_State_Interface *state_interface(const Host *host)
{
    return lilv_instance_get_extension_data(host->instance, LV2_STATE__interface);
}

void host_session_save(Host *host, HostSession *session)
{
    SessionFeatures features;
    session_features_init(&features, session);
    host_session_free(session);
    session->refused =
        state_interface(host)->save(lilv_instance_get_handle(host->instance), store, session,
                                    LV2_STATE_IS_POD, features.feature) != LV2_STATE_SUCCESS;
    if (session->refused && !session->most) fail("session", "save() failed");
}

void host_session_restore(Host *host, HostSession *session)
{
    SessionFeatures features;
    session_features_init(&features, session);
    if (state_interface(host)->restore(lilv_instance_get_handle(host->instance), retrieve, session,
                                       0, features.feature) != LV2_STATE_SUCCESS)
        fail("session", "restore() failed");
    take_back(session);
}

void host_session_free(HostSession *session)
{
    while (session->properties > 0) free(session->property[--session->properties].value);
}

HostSession host_session_copy(const HostSession *session)
{
    HostSession copy = *session;
    copy.properties = 0;
    copy.shown = NULL;
    for (int p = 0; p < session->properties; p++) {
        const HostProperty *property = &session->property[p];
        set_property(&copy, property->key, property->type, property->value, property->size);
    }
    return copy;
}

HostProperty *host_session_find(HostSession *session, const char *key)
{
    return find_property(session, urid_of(key));
}

void host_session_put(HostSession *session, const char *key, const char *type, const void *value,
                      size_t size)
{
    set_property(session, urid_of(key), urid_of(type), value, size);
}

void host_session_remove(HostSession *session, const char *key)
{
    HostProperty *property = host_session_find(session, key);
    if (!property) return;
    free(property->value);
    *property = session->property[--session->properties];
}
