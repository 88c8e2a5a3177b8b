#include "model/model_registry.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Model *first; // of a list; some of its models may be about to be forgotten

// The level counts: the automatic gain goes by it.
static bool is_same(const Model *a, const Model *b)
{
    const double x = a->info.level, y = b->info.level;
    return strcmp(a->fingerprint, b->fingerprint) == 0 && (x == y || (isnan(x) && isnan(y)));
}

// A reference to a listed model, unless its last one is gone already: model_unref() counts down
// without the lock, but frees nothing before model_registry_forget() has had it.
static bool revive(Model *model)
{
    int references = __atomic_load_n(&model->references, __ATOMIC_RELAXED);
    while (references > 0)
        if (__atomic_compare_exchange_n(&model->references, &references, references + 1, true,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

Model *model_registry_share(Model *model)
{
    if (!model) return NULL;
    pthread_mutex_lock(&lock);
    Model *found = first;
    while (found && !(is_same(found, model) && revive(found))) found = found->next_shared;
    if (!found) {
        model->next_shared = first;
        first = model;
    }
    pthread_mutex_unlock(&lock);
    if (!found) return model;
    model_unref(model);
    return found;
}

void model_registry_forget(Model *model)
{
    pthread_mutex_lock(&lock);
    Model **link = &first;
    while (*link && *link != model) link = &(*link)->next_shared;
    if (*link) *link = model->next_shared;
    pthread_mutex_unlock(&lock);
}
