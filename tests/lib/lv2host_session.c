// lv2host_session.c: sessions and presets by lilv, and sessions in memory.
#include "lib/lv2host_parts.h"

#include <lv2/state/state.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// ---- By lilv ----

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
    const Port *port = host_port(host, symbol);
    Exchange *exchange = &host->exchange;
    value = on_audio_thread(exchange)
                ? port->value
                : atomic_load_explicit(&exchange->last[port - host->port], memory_order_relaxed);
    *size = sizeof value;
    *type = host_urid(LV2_ATOM__Float);
    return &value;
}

static void set_port_value(const char *symbol, void *handle, const void *value, uint32_t size,
                           uint32_t type)
{
    // What stands in a preset without a decimal point is a whole number.
    float number = 0;
    int32_t whole;
    if (type == host_urid(LV2_ATOM__Float) && size == sizeof number)
        memcpy(&number, value, size);
    else if (type == host_urid(LV2_ATOM__Int) && size == sizeof whole)
        memcpy(&whole, value, size), number = (float)whole;
    else
        host_fail("port value of an unknown type", symbol);

    Host *host = handle;
    Port *port = host_port(host, symbol);
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
    LilvState *state = lilv_state_new_from_instance(host->plugin, host->instance, &host_map, NULL,
                                                    folder, folder, folder, get_port_value, host,
                                                    LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, NULL);
    const bool saved = state && lilv_state_save(host->world, &host_map, &host_unmap, state, NULL,
                                                folder, "state.ttl") == 0;
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
    const bool restored =
        restore(host, lilv_state_new_from_file(host->world, &host_map, NULL, path));
    pthread_mutex_unlock(&lilv_lock);
    return restored;
}

bool host_load_preset(Host *host, const char *uri)
{
    pthread_mutex_lock(&lilv_lock);
    LilvNode *node = lilv_new_uri(host->world, uri);
    lilv_world_load_resource(host->world, node);
    const bool loaded = restore(host, lilv_state_new_from_world(host->world, &host_map, node));
    lilv_node_free(node);
    pthread_mutex_unlock(&lilv_lock);
    return loaded;
}

// ---- In memory ----

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
        if (session->properties == HOST_PROPERTIES_MAX) host_fail("session", "too many properties");
        property = &session->property[session->properties++];
        property->value = NULL;
    }
    free(property->value);
    *property = (HostProperty){.key = key, .type = type, .size = size, .value = malloc(size + 1)};
    if (!property->value) host_fail("session", "out of memory");
    if (size > 0) memcpy(property->value, value, size);
    return property;
}

static bool is_text(uint32_t type)
{
    return type == host_urid(LV2_ATOM__Path) || type == host_urid(LV2_ATOM__String);
}

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *value, size_t size,
                              uint32_t type, uint32_t flags)
{
    HostSession *session = handle;
    if (!(flags & LV2_STATE_IS_POD)) return LV2_STATE_ERR_BAD_FLAGS;
    if (size == 0 || (session->most && size > session->most)) return LV2_STATE_ERR_NO_SPACE;
    if (session->is_carla) {
        const HostProperty *kept = find_property(session, key);
        if (is_text(type)) size = strlen(value);
        if (kept) type = kept->type;
    }
    HostProperty *property = set_property(session, key, type, value, size);
    if (session->omits_nul && !session->is_carla && type == host_urid(LV2_ATOM__Path)) {
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
    if (property->type != host_urid(LV2_ATOM__Chunk) || property->size > HOST_CHUNK_MAX)
        return property->value;
    take_back(session);
    session->shown = malloc(property->size);
    session->shown_size = property->size;
    if (!session->shown) host_fail("session", "out of memory");
    return memcpy(session->shown, property->value, property->size);
}

static char *lend_path(HostSession *session, const char *prefix, const char *path)
{
    const size_t size = strlen(prefix) + strlen(path) + 1;
    char *lent = malloc(size);
    if (!lent) host_fail("session", "out of memory");
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

static char *make_path(LV2_State_Make_Path_Handle handle, const char *name)
{
    HostSession *session = handle;
    char folder[HOST_PATH_MAX];
    snprintf(folder, sizeof folder, "%s/", session->folder);
    return lend_path(session, folder, name);
}

typedef struct {
    LV2_State_Map_Path map;
    LV2_State_Free_Path free;
    LV2_State_Make_Path make;
    LV2_Feature map_feature, free_feature, make_feature;
    const LV2_Feature *feature[4];
} SessionFeatures;

static void session_features_init(SessionFeatures *features, HostSession *session)
{
    *features = (SessionFeatures){
        .map = {session, abstract_path, absolute_path},
        .free = {session, free_path},
        .make = {session, make_path},
        .map_feature = {LV2_STATE__mapPath, &features->map},
        .make_feature = {LV2_STATE__makePath, &features->make},
        .free_feature = {LV2_STATE__freePath, &features->free},
    };
    if (!session->maps_paths) return;
    features->feature[0] = &features->map_feature;
    features->feature[1] = &features->free_feature;
    if (session->folder) features->feature[2] = &features->make_feature;
}

static const LV2_State_Interface *state_interface(const Host *host)
{
    return lilv_instance_get_extension_data(host->instance, LV2_STATE__interface);
}

void host_session_save(Host *host, HostSession *session)
{
    SessionFeatures features;
    session_features_init(&features, session);
    if (!session->is_carla) host_session_free(session);
    session->refused =
        state_interface(host)->save(lilv_instance_get_handle(host->instance), store, session,
                                    LV2_STATE_IS_POD, features.feature) != LV2_STATE_SUCCESS;
    if (session->refused && !session->most) host_fail("session", "save() failed");
}

void host_session_restore(Host *host, HostSession *session)
{
    SessionFeatures features;
    session_features_init(&features, session);
    if (state_interface(host)->restore(lilv_instance_get_handle(host->instance), retrieve, session,
                                       0, features.feature) != LV2_STATE_SUCCESS)
        host_fail("session", "restore() failed");
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
    return find_property(session, host_urid(key));
}

void host_session_put(HostSession *session, const char *key, const char *type, const void *value,
                      size_t size)
{
    set_property(session, host_urid(key), host_urid(type), value, size);
}

void host_session_remove(HostSession *session, const char *key)
{
    HostProperty *property = host_session_find(session, key);
    if (!property) return;
    free(property->value);
    *property = session->property[--session->properties];
}
