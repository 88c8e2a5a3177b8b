#include "session/model_cache.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry Entry;
struct Entry {
    Model *model;
    size_t users;
    // The file that the model was first read from; NULL where it was not read from one.
    unsigned char *bytes;
    size_t size;
    char digest[HASH_TEXT];
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

static void entry_free(Entry *entry)
{
    model_free(entry->model);
    free(entry->bytes);
    free(entry);
}

// Makes the entry one of the list, or frees it and counts a user of an equal one. Returns the model
// that is to be used.
static const Model *share_entry(Entry *entry)
{
    const Model *model = entry->model;
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
    entry_free(entry);
    return found->model; // our use keeps it
}

const Model *model_cache_share(Model *model)
{
    Entry *entry = model ? malloc(sizeof *entry) : NULL;
    if (!entry) {
        model_free(model);
        return NULL;
    }
    *entry = (Entry){.model = model, .users = 1};
    return share_entry(entry);
}

// Counts one more user of the model of these bytes; NULL where there is none.
static const Model *retain_file(const unsigned char *bytes, size_t size, char digest[HASH_TEXT])
{
    pthread_mutex_lock(&lock);
    Entry *entry = first;
    while (entry && !(entry->bytes && entry->size == size && !memcmp(entry->bytes, bytes, size)))
        entry = entry->next;
    if (entry) {
        entry->users++;
        memcpy(digest, entry->digest, HASH_TEXT);
    }
    pthread_mutex_unlock(&lock);
    return entry ? entry->model : NULL;
}

const Model *model_cache_load(const unsigned char *bytes, size_t size, char digest[HASH_TEXT],
                              Error *error)
{
    const Model *known = retain_file(bytes, size, digest);
    if (known) return known;
    hash_bytes(bytes, size, digest);
    Model *model = model_parse(bytes, size, error);
    if (!model) return NULL;
    Entry *entry = malloc(sizeof *entry);
    unsigned char *copy = malloc(size);
    if (!entry || !copy) {
        free(entry);
        free(copy);
        model_free(model);
        error_out_of_memory(error);
        return NULL;
    }
    *entry = (Entry){.model = model, .users = 1, .bytes = copy, .size = size};
    memcpy(copy, bytes, size);
    memcpy(entry->digest, digest, HASH_TEXT);
    return share_entry(entry);
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
    if (unused) entry_free(unused);
}
