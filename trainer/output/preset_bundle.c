#include "output/preset_bundle.h"

#include "files/file.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/presets/presets.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "urn:trasluz:"
#define RDFS   "http://www.w3.org/2000/01/rdf-schema#"

enum { URIS_MAX = 256 };

struct PresetBundle {
    const char *folder;
    LilvWorld *world;
    LV2_URID_Map map;
    LV2_URID_Unmap unmap;
    char *uri[URIS_MAX];
    uint32_t uris;
    const BundlePreset *preset; // that is being added
    char *model, *reference;    // its files, absolute
    const LilvPlugin *plugin;
};

// ---- URIDs ----

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    PresetBundle *bundle = handle;
    for (uint32_t i = 0; i < bundle->uris; i++)
        if (strcmp(bundle->uri[i], uri) == 0) return i + 1;
    if (bundle->uris == URIS_MAX) return 0;
    bundle->uri[bundle->uris] = strdup(uri);
    return bundle->uri[bundle->uris] ? ++bundle->uris : 0;
}

static const char *unmap_urid(LV2_URID_Unmap_Handle handle, LV2_URID urid)
{
    const PresetBundle *bundle = handle;
    return urid > 0 && urid <= bundle->uris ? bundle->uri[urid - 1] : NULL;
}

// ---- A plugin whose state is the preset's: lilv asks it, as a host asks the real one ----

static void store_path(PresetBundle *bundle, LV2_State_Store_Function store, LV2_State_Handle state,
                       const LV2_State_Map_Path *paths, const char *key, const char *path)
{
    char *abstract = *path && paths ? paths->abstract_path(paths->handle, path) : NULL;
    const char *stored = abstract ? abstract : path;
    store(state, map_uri(bundle, key), stored, strlen(stored) + 1,
          map_uri(bundle, *path ? LV2_ATOM__Path : LV2_ATOM__String),
          LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
    free(abstract);
}

static LV2_State_Status save(LV2_Handle instance, LV2_State_Store_Function store,
                             LV2_State_Handle state, uint32_t flags,
                             const LV2_Feature *const *features)
{
    PresetBundle *bundle = instance;
    const LV2_State_Map_Path *paths = NULL;
    (void)flags;
    for (; features && *features; features++)
        if (strcmp((*features)->URI, LV2_STATE__mapPath) == 0) paths = (*features)->data;
    store_path(bundle, store, state, paths, PLUGIN "model", bundle->model);
    store_path(bundle, store, state, paths, PLUGIN "reference",
               bundle->reference ? bundle->reference : "");
    return LV2_STATE_SUCCESS;
}

static const void *extension(const char *uri)
{
    static const LV2_State_Interface interface = {.save = save};
    return strcmp(uri, LV2_STATE__interface) == 0 ? &interface : NULL;
}

// The value of a control: its default, but the model alone is heard, with a reference blended.
static const void *control_value(const char *symbol, void *data, uint32_t *size, uint32_t *type)
{
    static float value;
    PresetBundle *bundle = data;
    LilvNode *name = lilv_new_string(bundle->world, symbol), *initial = NULL;
    const LilvPort *port = lilv_plugin_get_port_by_symbol(bundle->plugin, name);
    if (port) lilv_port_get_range(bundle->plugin, port, &initial, NULL, NULL);
    value = initial ? lilv_node_as_float(initial) : 0.0f;
    if (strcmp(symbol, "detail") == 0) value = 0.0f;
    if (strcmp(symbol, "blend") == 0) value = (float)bundle->preset->blend;
    lilv_node_free(initial);
    lilv_node_free(name);
    *size = sizeof value;
    *type = map_uri(bundle, LV2_ATOM__Float);
    return &value;
}

// ---- The bundle ----

PresetBundle *preset_bundle_new(const char *folder, Error *error)
{
    PresetBundle *bundle = calloc(1, sizeof *bundle);
    if (!bundle) {
        error_out_of_memory(error);
        return NULL;
    }
    bundle->folder = folder;
    bundle->map = (LV2_URID_Map){bundle, map_uri};
    bundle->unmap = (LV2_URID_Unmap){bundle, unmap_urid};
    bundle->world = lilv_world_new();
    if (bundle->world) lilv_world_load_all(bundle->world);
    return bundle;
}

void preset_bundle_free(PresetBundle *bundle)
{
    if (!bundle) return;
    lilv_world_free(bundle->world);
    for (uint32_t i = 0; i < bundle->uris; i++) free(bundle->uri[i]);
    free(bundle);
}

// Adds the preset for one of the plugins, "mono" or "stereo".
static bool add_for(PresetBundle *bundle, const char *kind, Error *error)
{
    const BundlePreset *preset = bundle->preset;
    char text[512], file[256];
    snprintf(text, sizeof text, PLUGIN "%s", kind);
    LilvNode *uri = lilv_new_uri(bundle->world, text);
    bundle->plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(bundle->world), uri);
    lilv_node_free(uri);
    if (!bundle->plugin)
        return error_set(error, "the plugin Trasluz is not installed where LV2 plugins are found; "
                                "set LV2_PATH to the folder of trasluz.lv2");
    if (lilv_plugin_get_num_ports(bundle->plugin) == 0) // makes lilv read them, too
        return error_set(error, "the installed plugin Trasluz has no controls");
    static const LV2_Descriptor descriptor = {.extension_data = extension};
    LilvInstance instance = {.lv2_descriptor = &descriptor, .lv2_handle = bundle};
    LilvState *state = lilv_state_new_from_instance(
        bundle->plugin, &instance, &bundle->map, bundle->folder, NULL, NULL, bundle->folder,
        control_value, bundle, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, NULL);
    if (!state) return error_out_of_memory(error);
    lilv_state_set_label(state, preset->label);
    lilv_state_set_metadata(state, map_uri(bundle, RDFS "comment"), preset->comment,
                            strlen(preset->comment) + 1, map_uri(bundle, LV2_ATOM__String),
                            LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
    snprintf(text, sizeof text, PLUGIN "preset:own:%s-%s", preset->name, kind);
    snprintf(file, sizeof file, "%s-%s.ttl", preset->name, kind);
    const int failed = lilv_state_save(bundle->world, &bundle->map, &bundle->unmap, state, text,
                                       bundle->folder, file);
    lilv_state_free(state);
    return !failed || error_set(error, "%s/%s: cannot be written", bundle->folder, file);
}

bool preset_bundle_add(PresetBundle *bundle, const BundlePreset *preset, Error *error)
{
    bundle->preset = preset;
    bundle->model = file_join(bundle->folder, preset->model);
    bundle->reference = *preset->reference ? file_join(bundle->folder, preset->reference) : NULL;
    bool ok = bundle->model && (bundle->reference || !*preset->reference);
    if (!ok) error_out_of_memory(error);
    ok = ok && add_for(bundle, "mono", error) && add_for(bundle, "stereo", error);
    free(bundle->model);
    free(bundle->reference);
    bundle->model = bundle->reference = NULL;
    return ok;
}
