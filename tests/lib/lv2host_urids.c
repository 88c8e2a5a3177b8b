// lv2host_urids.c: URIDs, the same for all hosts of a program.
#include "lib/lv2host_parts.h"

#include <string.h>

enum { URIDS_MAX = 1024 };

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
    if (urids.count == URIDS_MAX) host_fail("too many URIs", uri);
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

LV2_URID_Map host_map = {.map = map_uri};
LV2_URID_Unmap host_unmap = {.unmap = unmap_uri};

LV2_URID host_urid(const char *uri)
{
    return map_uri(NULL, uri);
}

const char *host_uri(uint32_t urid)
{
    return unmap_uri(NULL, urid);
}
