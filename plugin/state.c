#include "plugin.h"

#include <lv2/core/lv2_util.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t store_flags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;

// How the host maps paths in its sessions. Without these features paths are stored as they are.
typedef struct {
    LV2_State_Map_Path *map;
    LV2_State_Free_Path *free;
} Paths;

static Paths paths_of(const LV2_Feature *const *features)
{
    return (Paths){
        .map = lv2_features_data(features, LV2_STATE__mapPath),
        .free = lv2_features_data(features, LV2_STATE__freePath),
    };
}

static void free_path(const Paths *paths, char *path)
{
    if (paths->free)
        paths->free->free_path(paths->free->handle, path);
    else
        free(path);
}

static LV2_State_Status save_name(const Plugin *plugin, LV2_State_Store_Function store,
                                  LV2_State_Handle state, const Paths *paths, Property property,
                                  const char *path)
{
    const LV2_URID key = plugin->uris.property[property];

    // No file is saved as an empty string: hosts take an empty path for a folder.
    if (!*path) return store(state, key, "", 1, plugin->uris.atom_string, store_flags);

    char *abstract = paths->map ? paths->map->abstract_path(paths->map->handle, path) : NULL;
    const char *stored = abstract ? abstract : path;
    const LV2_State_Status status =
        store(state, key, stored, strlen(stored) + 1, plugin->uris.atom_path, store_flags);
    if (abstract) free_path(paths, abstract);
    return status;
}

static LV2_State_Status save_copies(const Plugin *plugin, LV2_State_Store_Function store,
                                    LV2_State_Handle state, const Copies *copies)
{
    LV2_State_Status status = LV2_STATE_SUCCESS;
    for (Property p = 0; p < PROPERTIES; p++) {
        for (Role role = 0; role < ROLES && status == LV2_STATE_SUCCESS; role++) {
            const Copy *copy = &copies->copy[p][role];
            if (copy->bytes)
                status = store(state, plugin->uris.copy[p][role], copy->bytes, copy->size,
                               plugin->uris.atom_chunk, store_flags);
        }
    }
    for (int c = 0; c < plugin->channels && status == LV2_STATE_SUCCESS; c++) {
        const Copy *copy = &copies->recording[c];
        if (copy->bytes)
            status = store(state, plugin->uris.recording[c], copy->bytes, copy->size,
                           plugin->uris.atom_chunk, store_flags);
    }
    return status;
}

static LV2_State_Status save(LV2_Handle instance, LV2_State_Store_Function store,
                             LV2_State_Handle state, uint32_t flags,
                             const LV2_Feature *const *features)
{
    (void)flags;
    Plugin *plugin = instance;
    Copies copies;
    Selection *selection = handover_lock(&plugin->handover); // the host is called without it
    const Names names = selection->names;
    const bool copied = selection_copy(selection, &copies);
    handover_unlock(&plugin->handover);

    const Paths paths = paths_of(features);
    LV2_State_Status status = LV2_STATE_SUCCESS;
    for (Property p = 0; p < PROPERTIES && status == LV2_STATE_SUCCESS; p++)
        status = save_name(plugin, store, state, &paths, p, names.path[p]);
    if (status == LV2_STATE_SUCCESS) status = save_copies(plugin, store, state, &copies);
    if (!copied) lv2_log_error(&plugin->logger, "trasluz: out of memory\n");
    copies_free(&copies);
    return copied ? status : LV2_STATE_ERR_UNKNOWN;
}

// Reads a path from the session. False where it has none.
static bool restore_name(Plugin *plugin, LV2_State_Retrieve_Function retrieve,
                         LV2_State_Handle state, const Paths *paths, Property property,
                         char path[PATH_BYTES])
{
    size_t size = 0;
    uint32_t type = 0, flags = 0;
    const char *value = retrieve(state, plugin->uris.property[property], &size, &type, &flags);
    if (!value) return false;

    const size_t length = strnlen(value, size); // some hosts count the NUL, some do not
    if ((type != plugin->uris.atom_path && type != plugin->uris.atom_string) ||
        !property_takes_path(property, length)) {
        lv2_log_error(&plugin->logger,
                      "trasluz: the session names a file by a path that is empty or too long\n");
        return false;
    }
    memcpy(path, value, length);
    path[length] = '\0';

    char *absolute =
        paths->map && length > 0 ? paths->map->absolute_path(paths->map->handle, path) : NULL;
    if (!absolute) return true;
    const bool usable = property_takes_path(property, strlen(absolute));
    if (usable) strcpy(path, absolute);
    free_path(paths, absolute);
    return usable;
}

// Copies a value out of the session at once: Carla takes it back when it is asked for the next one.
// Returns no copy where the session has none that can be used.
static Copy restore_copy(Plugin *plugin, LV2_State_Retrieve_Function retrieve,
                         LV2_State_Handle state, LV2_URID key)
{
    size_t size = 0;
    uint32_t type = 0, flags = 0;
    Copy copy = {0};
    Error error;
    const void *value = retrieve(state, key, &size, &type, &flags);
    if (!value) return copy;
    if (type != plugin->uris.atom_chunk)
        error_set(&error, "not of type atom:Chunk");
    else if (copy_set(&copy, value, size, &error))
        return copy;
    lv2_log_error(&plugin->logger, "trasluz: a copy in the session: %s\n", error.text);
    return copy;
}

static LV2_State_Status restore(LV2_Handle instance, LV2_State_Retrieve_Function retrieve,
                                LV2_State_Handle state, uint32_t flags,
                                const LV2_Feature *const *features)
{
    (void)flags;
    Plugin *plugin = instance;
    const Paths paths = paths_of(features);
    Names names = {0};
    const char *path[PROPERTIES] = {NULL}; // files that the session does not name stay
    for (Property p = 0; p < PROPERTIES; p++)
        if (restore_name(plugin, retrieve, state, &paths, p, names.path[p]))
            path[p] = names.path[p];

    Copies copies;
    for (Property p = 0; p < PROPERTIES; p++)
        for (Role role = 0; role < ROLES; role++)
            copies.copy[p][role] =
                restore_copy(plugin, retrieve, state, plugin->uris.copy[p][role]);
    for (int c = 0; c < CHANNELS_MAX; c++)
        copies.recording[c] = restore_copy(plugin, retrieve, state, plugin->uris.recording[c]);

    Selection *selection = handover_lock(&plugin->handover);
    handover_publish(&plugin->handover, selection_restore(selection, path, &copies));
    handover_unlock(&plugin->handover);
    copies_free(&copies);
    return LV2_STATE_SUCCESS;
}

const LV2_State_Interface state_interface = {.save = save, .restore = restore};
