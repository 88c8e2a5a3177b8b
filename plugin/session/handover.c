#include "session/handover.h"

#include "files/file_uri.h"

#include <string.h>

enum { MAILBOX_FRESH = 4 }; // a flag beside a path's index

// Frees what was retired.
static void collect(Handover *handover)
{
    Setup *setup = atomic_exchange(&handover->retired, NULL);
    while (setup) {
        Setup *next = setup->next;
        setup_free(setup);
        setup = next;
    }
}

bool handover_init(Handover *handover, double rate, int channels, size_t latency, bool worker,
                   LV2_Log_Logger *logger)
{
    if (pthread_mutex_init(&handover->lock, NULL) != 0) return false;
    atomic_init(&handover->pending, NULL);
    atomic_init(&handover->retired, NULL);
    atomic_init(&handover->idle, 0);
    for (int p = 0; p < PROPERTIES; p++) {
        Mailbox *box = &handover->mailbox[p];
        box->writing = 0;
        atomic_init(&box->middle, 1);
        box->reading = 2;
    }
    selection_init(&handover->selection, rate, channels, latency, worker, logger);
    return true;
}

void handover_free(Handover *handover)
{
    setup_free(handover_adopt(handover));
    collect(handover);
    selection_clear(&handover->selection);
    pthread_mutex_destroy(&handover->lock);
}

Setup *handover_adopt(Handover *handover)
{
    return atomic_exchange(&handover->pending, NULL);
}

// The loop is bounded: the exchange fails if a collector emptied the list in between, which it can
// do only once because nobody else fills the list, or without a reason, as a weak exchange may.
void handover_retire(Handover *handover, Setup *setup)
{
    if (!setup) return;
    setup->next = atomic_load(&handover->retired);
    while (!atomic_compare_exchange_weak(&handover->retired, &setup->next, setup)) continue;
}

void handover_request(Handover *handover, Property property, const char *path, size_t length)
{
    Mailbox *box = &handover->mailbox[property];
    memcpy(box->path[box->writing], path, length);
    box->path[box->writing][length] = '\0';
    const int middle = atomic_exchange(&box->middle, box->writing | MAILBOX_FRESH);
    box->writing = middle & ~MAILBOX_FRESH;
}

void handover_note_idle(Handover *handover, uint64_t ports)
{
    atomic_fetch_or(&handover->idle, ports);
}

Selection *handover_lock(Handover *handover)
{
    pthread_mutex_lock(&handover->lock);
    return &handover->selection;
}

void handover_unlock(Handover *handover)
{
    pthread_mutex_unlock(&handover->lock);
}

// Returns the last path asked for, or NULL if there is no new one. It stays valid until the next
// call for this property.
static char *take_request(Handover *handover, Property property)
{
    Mailbox *box = &handover->mailbox[property];
    if (!(atomic_load(&box->middle) & MAILBOX_FRESH)) return NULL;
    const int middle = atomic_exchange(&box->middle, box->reading);
    box->reading = middle & ~MAILBOX_FRESH;
    return box->path[box->reading];
}

void handover_grow(Handover *handover)
{
    selection_grow(&handover->selection);
}

void handover_discard_requests(Handover *handover)
{
    for (Property p = 0; p < PROPERTIES; p++) take_request(handover, p);
}

void handover_load_requested(Handover *handover)
{
    bool requested = false;
    const char *path[PROPERTIES];
    for (Property p = 0; p < PROPERTIES; p++) {
        char *text = take_request(handover, p);
        if (text) file_uri_decode(text);
        path[p] = text;
        requested |= text != NULL;
    }
    handover_publish(handover, requested ? selection_choose(&handover->selection, path) : NULL);
}

void handover_report_idle(Handover *handover)
{
    const uint64_t ports = atomic_exchange(&handover->idle, 0);
    if (ports) handover_publish(handover, selection_note_idle(&handover->selection, ports));
}

void handover_publish(Handover *handover, Setup *setup)
{
    collect(handover);
    if (!setup) return;
    Setup *superseded = handover_adopt(handover);
    if (superseded) {
        setup->updates |= superseded->updates;
        setup_inherit(setup, superseded);
        setup_free(superseded);
    }
    atomic_store(&handover->pending, setup);
}
