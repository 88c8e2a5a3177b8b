// state.c: what sessions and presets keep. Every key is stored each time, an empty value where
// there is nothing: Carla never deletes a key that was stored once, takes no value of no bytes, and
// keeps the first type of a key. So the values of a copy that is too large for the session itself,
// and goes to a file, have a key of their own.
#include "plugin.h"

#include "files/file.h"

#include <lv2/core/lv2_util.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 1 << 20 }; // bytes: values above go to files, where the host has a place for them

static const uint32_t store_flags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;

// How the host maps paths in its sessions, and where files of a session go. Without these features
// paths are stored as they are, and all values in the session itself.
typedef struct {
    LV2_State_Map_Path *map;
    LV2_State_Free_Path *free;
    LV2_State_Make_Path *make;
} Paths;

static Paths paths_of(const LV2_Feature *const *features)
{
    return (Paths){
        .map = lv2_features_data(features, LV2_STATE__mapPath),
        .free = lv2_features_data(features, LV2_STATE__freePath),
        .make = lv2_features_data(features, LV2_STATE__makePath),
    };
}

static void free_path(const Paths *paths, char *path)
{
    if (paths->free)
        paths->free->free_path(paths->free->handle, path);
    else
        free(path);
}

// True if the copy is a file's, which begins with its digest.
static bool has_digest(int copy)
{
    return copy < COPY_RECORDING;
}

// ---- Saving ----

typedef struct {
    const Plugin *plugin;
    LV2_State_Store_Function store;
    LV2_State_Handle state;
    Paths paths;
    LV2_State_Status status; // of the first value that the host refused
} Saving;

static void store_value(Saving *saving, LV2_URID key, const void *value, size_t size, LV2_URID type)
{
    if (saving->status != LV2_STATE_SUCCESS) return;
    saving->status = saving->store(saving->state, key, value, size, type, store_flags);
}

// No path is an empty string: lilv takes an empty path for the session's folder.
static void store_path(Saving *saving, LV2_URID key, const char *path)
{
    const Uris *uris = &saving->plugin->uris;
    const LV2_State_Map_Path *map = saving->paths.map;
    if (!*path) {
        store_value(saving, key, "", 1, uris->atom_string);
        return;
    }
    char *abstract = map ? map->abstract_path(map->handle, path) : NULL;
    const char *stored = abstract ? abstract : path;
    store_value(saving, key, stored, strlen(stored) + 1, uris->atom_path);
    if (abstract) free_path(&saving->paths, abstract);
}

// Writes bytes to a file in the session's folder. Returns its path, or NULL where the host has no
// such folder or the file cannot be written: then the session takes the bytes.
static char *write_file(const Saving *saving, int copy, const unsigned char *bytes, size_t size)
{
    static const char *const name[COPIES] = {
        "trasluz-model.safetensors",     "trasluz-model-fallback.safetensors",
        "trasluz-reference.safetensors", "trasluz-reference-fallback.safetensors",
        "trasluz-recording.safetensors", "trasluz-recording-2.safetensors",
    };
    const LV2_State_Make_Path *make = saving->paths.make;
    if (!make || size <= LARGE) return NULL;
    Error error;
    char *path = make->path(make->handle, name[copy]);
    if (!path || file_write(path, bytes, size, &error)) return path;
    lv2_log_error((LV2_Log_Logger *)&saving->plugin->logger, "trasluz: %s: %s\n", path, error.text);
    free_path(&saving->paths, path);
    return NULL;
}

static void store_copy(Saving *saving, int index, const Copy *copy)
{
    const Uris *uris = &saving->plugin->uris;
    const size_t digest = has_digest(index) && copy->bytes ? COPY_DIGEST : 0;
    char *path =
        copy->bytes ? write_file(saving, index, copy->bytes + digest, copy->size - digest) : NULL;
    const void *value = copy->bytes;
    size_t size = path ? digest : copy->size;
    if (size == 0) value = "", size = 1; // one zero byte
    store_value(saving, uris->copy[index], value, size, uris->atom_chunk);
    store_path(saving, uris->copy_file[index], path ? path : "");
    if (path) free_path(&saving->paths, path);
}

static LV2_State_Status save(LV2_Handle instance, LV2_State_Store_Function store,
                             LV2_State_Handle state, uint32_t flags,
                             const LV2_Feature *const *features)
{
    (void)flags;
    Plugin *plugin = instance;
    Copies copies;
    Names *names = malloc(sizeof *names);
    if (!names) return LV2_STATE_ERR_UNKNOWN;
    Selection *selection = handover_lock(&plugin->handover); // the host is called without it
    handover_load_requested(&plugin->handover);              // names and copies agree
    *names = selection->names;
    const bool copied = selection_copy(selection, &copies);
    handover_unlock(&plugin->handover);

    Saving saving = {plugin, store, state, paths_of(features), LV2_STATE_SUCCESS};
    for (Property p = 0; p < PROPERTIES; p++)
        store_path(&saving, plugin->uris.property[p], names->path[p]);
    for (int c = 0; c < COPY_RECORDING + plugin->channels; c++)
        if (copied) store_copy(&saving, c, &copies.copy[c]);
    if (!copied) lv2_log_error(&plugin->logger, "trasluz: out of memory\n");
    copies_free(&copies);
    free(names);
    return copied ? saving.status : LV2_STATE_ERR_UNKNOWN;
}

// ---- Restoring ----

typedef struct {
    Plugin *plugin;
    LV2_State_Retrieve_Function retrieve;
    LV2_State_Handle state;
    Paths paths;
    char path[PROPERTIES][PATH_BYTES];
    char file[PATH_BYTES];
    Copies copies;
} Restoring;

// Reads a path from the session. False where it has none that can be used.
static bool restore_path(Restoring *restoring, LV2_URID key, char path[PATH_BYTES])
{
    const Uris *uris = &restoring->plugin->uris;
    const LV2_State_Map_Path *map = restoring->paths.map;
    size_t size = 0;
    uint32_t type = 0, flags = 0;
    const char *value = restoring->retrieve(restoring->state, key, &size, &type, &flags);
    if (!value) return false;

    const size_t length = strnlen(value, size); // some hosts count the NUL, some do not
    if ((type != uris->atom_path && type != uris->atom_string) || length >= PATH_BYTES) {
        lv2_log_error(&restoring->plugin->logger,
                      "trasluz: a path in the session cannot be used: it is %s\n",
                      length >= PATH_BYTES ? "too long" : "neither atom:Path nor atom:String");
        return false;
    }
    memcpy(path, value, length);
    path[length] = '\0';

    char *absolute = map && length > 0 ? map->absolute_path(map->handle, path) : NULL;
    if (!absolute) return true;
    const bool usable = strlen(absolute) < PATH_BYTES;
    if (usable) strcpy(path, absolute);
    free_path(&restoring->paths, absolute);
    return usable;
}

// Reads a copy from the session, at once: Carla takes a value back when it is asked for the next
// one. False, and no copy, where the session's cannot be used.
static bool restore_copy(Restoring *restoring, int index, Copy *copy, Error *error)
{
    const Uris *uris = &restoring->plugin->uris;
    size_t size = 0;
    uint32_t type = 0, flags = 0;
    const unsigned char *value =
        restoring->retrieve(restoring->state, uris->copy[index], &size, &type, &flags);
    *copy = (Copy){0};
    if (!value) return true;
    if (type != uris->atom_chunk) return error_set(error, "not of type atom:Chunk");
    const bool empty = size == 1 && value[0] == 0;
    copy->known = true;
    if (!empty && !copy_set(copy, value, size, error)) return false;
    if (empty ? has_digest(index) : !has_digest(index) || size != COPY_DIGEST) return true;
    if (!restore_path(restoring, uris->copy_file[index], restoring->file) || !*restoring->file)
        return true;
    return copy_append_file(copy, restoring->file, error) || error_prefix(error, restoring->file);
}

static LV2_State_Status restore(LV2_Handle instance, LV2_State_Retrieve_Function retrieve,
                                LV2_State_Handle state, uint32_t flags,
                                const LV2_Feature *const *features)
{
    (void)flags;
    Plugin *plugin = instance;
    Restoring *restoring = calloc(1, sizeof *restoring);
    if (!restoring) return LV2_STATE_ERR_UNKNOWN;
    restoring->plugin = plugin;
    restoring->retrieve = retrieve;
    restoring->state = state;
    restoring->paths = paths_of(features);

    const char *path[PROPERTIES] = {NULL}; // files that the session does not name stay
    for (Property p = 0; p < PROPERTIES; p++)
        if (restore_path(restoring, plugin->uris.property[p], restoring->path[p]))
            path[p] = restoring->path[p];
    for (int c = 0; c < COPIES; c++) {
        Error error;
        if (!restore_copy(restoring, c, &restoring->copies.copy[c], &error))
            lv2_log_error(&plugin->logger, "trasluz: a copy in the session: %s\n", error.text);
    }

    Selection *selection = handover_lock(&plugin->handover);
    handover_discard_requests(&plugin->handover); // they are older than the session
    handover_publish(&plugin->handover, selection_restore(selection, path, &restoring->copies));
    handover_unlock(&plugin->handover);
    copies_free(&restoring->copies);
    free(restoring);
    return LV2_STATE_SUCCESS;
}

const LV2_State_Interface state_interface = {.save = save, .restore = restore};
