#include "model_cache.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry Entry;
struct Entry {
    Model *model;
    size_t users;
    Entry *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Entry *first; // under the lock

// The training level counts: the automatic gain aims at it.
static bool is_same(const Model *a, const Model *b)
{
    const double x = a->info.level, y = b->info.level;
    return strcmp(a->fingerprint, b->fingerprint) == 0 && (x == y || (isnan(x) && isnan(y)));
}

// The link to the model's entry, or to the end of the list.
static Entry **find(const Model *model)
{
    Entry **link = &first;
    while (*link && (*link)->model != model) link = &(*link)->next;
    return link;
}

const Model *model_cache_share(Model *model)
{
    Entry *entry = model ? malloc(sizeof *entry) : NULL;
    if (!entry) {
        model_free(model);
        return NULL;
    }
    *entry = (Entry){.model = model, .users = 1};
    pthread_mutex_lock(&lock);
    Entry *found = first;
    while (found && !is_same(found->model, model)) found = found->next;
    if (found) {
        found->users++;
    } else {
        entry->next = first;
        first = entry;
    }
    pthread_mutex_unlock(&lock);
    if (!found) return model;
    model_free(model);
    free(entry);
    return found->model; // our use keeps it
}

const Model *model_cache_retain(const Model *model)
{
    if (!model) return NULL;
    pthread_mutex_lock(&lock);
    (*find(model))->users++;
    pthread_mutex_unlock(&lock);
    return model;
}

void model_cache_release(const Model *model)
{
    if (!model) return;
    pthread_mutex_lock(&lock);
    Entry **link = find(model);
    Entry *unused = --(*link)->users == 0 ? *link : NULL;
    if (unused) *link = unused->next;
    pthread_mutex_unlock(&lock);
    if (!unused) return;
    model_free(unused->model);
    free(unused);
}
