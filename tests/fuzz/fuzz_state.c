// fuzz_state.c: a session's properties: for each a byte for its key, one for its type, one for
// what else is odd about it, two for its size, and its value. The session is restored, played,
// saved and played again.
#include "fuzz.h"
#include "fuzz_host.h"
#include "fuzz_parts.h"
#include "host/uris.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROPERTIES_MAX = 12,
    ODD_DIGEST = 1,  // not odd at all: a right digest stands before the value
    ODD_MAPPED = 2,  // in any property: the host maps paths
    ODD_NOTHING = 4, // no value, for all its size
};

typedef struct {
    LV2_URID key, type;
    void *value;
    size_t size;
} StateProperty;

typedef struct {
    StateProperty property[PROPERTIES_MAX];
    int properties;
    bool maps;
} State;

static LV2_URID key_of(unsigned byte)
{
    static const char *const key[] = {TRASLUZ_MODEL_URI,          TRASLUZ_REFERENCE_URI,
                                      TRASLUZ_MODEL_DATA_URI,     TRASLUZ_MODEL_FALLBACK_URI,
                                      TRASLUZ_REFERENCE_DATA_URI, TRASLUZ_REFERENCE_FALLBACK_URI,
                                      TRASLUZ_RECORDING_URI "0",  TRASLUZ_RECORDING_URI "1"};
    return fuzz_map.map(NULL, key[byte % (sizeof key / sizeof *key)]);
}

static LV2_URID type_of(unsigned byte)
{
    static const char *const type[] = {LV2_ATOM__Chunk, LV2_ATOM__Path, LV2_ATOM__String,
                                       LV2_ATOM__Int};
    return fuzz_map.map(NULL, type[byte % (sizeof type / sizeof *type)]);
}

static void put_digest(StateProperty *property)
{
    char text[HASH_TEXT];
    hash_bytes(property->value, property->size, text);
    char *whole = malloc(COPY_DIGEST + property->size);
    MUST(whole);
    memcpy(whole, text, COPY_DIGEST);
    memcpy(whole + COPY_DIGEST, property->value, property->size);
    free(property->value);
    property->value = whole;
    property->size += COPY_DIGEST;
}

static void read_property(State *state, Input *input)
{
    StateProperty *property = &state->property[state->properties++];
    property->key = key_of(fuzz_byte(input));
    property->type = type_of(fuzz_byte(input));
    const unsigned odd = fuzz_byte(input);
    property->value = fuzz_bytes(input, fuzz_word(input), &property->size);
    if (odd & ODD_DIGEST && property->value) put_digest(property);
    if (odd & ODD_MAPPED) state->maps = true;
    if (odd & ODD_NOTHING) {
        free(property->value);
        property->value = NULL;
    }
}

// The first of that key, as hosts do that keep what they were given.
static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags)
{
    const State *state = handle;
    *flags = 0;
    for (int i = 0; i < state->properties; i++) {
        const StateProperty *property = &state->property[i];
        if (property->key != key) continue;
        *size = property->size;
        *type = property->type;
        return property->value;
    }
    return NULL;
}

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *value, size_t size,
                              uint32_t type, uint32_t flags)
{
    const volatile char *bytes = value;
    (void)handle, (void)flags;
    MUST(key && type && size > 0);
    (void)bytes[0], (void)bytes[size - 1];
    return LV2_STATE_SUCCESS;
}

static char *absolute_path(LV2_State_Map_Path_Handle handle, const char *path)
{
    (void)handle;
    char *absolute = malloc(strlen(path) + 3);
    MUST(absolute);
    sprintf(absolute, "./%s", path);
    return absolute;
}

static char *abstract_path(LV2_State_Map_Path_Handle handle, const char *path)
{
    (void)handle;
    return strdup(path);
}

static void play(FuzzHost *host)
{
    LV2_Atom_Sequence nothing = {
        {sizeof(LV2_Atom_Sequence_Body), fuzz_map.map(NULL, LV2_ATOM__Sequence)}, {0, 0}};
    fuzz_host_run(host, &nothing, FUZZ_NOTIFY_MAX, FUZZ_BLOCK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FuzzHost host;
    LV2_State_Map_Path paths = {.abstract_path = abstract_path, .absolute_path = absolute_path};
    const LV2_Feature feature = {LV2_STATE__mapPath, &paths};
    Input input = {data, size};
    State state = {0};
    fuzz_host_init(&host);
    while (state.properties < PROPERTIES_MAX && input.left > 0) read_property(&state, &input);
    const LV2_Feature *const features[] = {state.maps ? &feature : NULL, NULL};

    play(&host);
    host.state->restore(host.instance, retrieve, &state, 0, features);
    play(&host);
    MUST(host.state->save(host.instance, store, NULL, 0, features) == LV2_STATE_SUCCESS);
    play(&host);
    for (int i = 0; i < state.properties; i++) free(state.property[i].value);
    fuzz_host_free(&host);
    return 0;
}
