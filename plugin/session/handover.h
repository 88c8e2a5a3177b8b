// handover.h: everything that the plugin's threads share, and the protocol for it.
//
//     audio thread     run(); activate() while run() is not called
//     loading thread   work(), restore(), save(): any thread that the host calls them on, one at a
//                      time because of the lock. A freewheeling host may call work() inside run():
//                      then the audio thread is a loading thread too.
//
// A Setup has one owner at a time. Only these exchanges change the owner:
//
//                            replaced before it was adopted:
//                            taken back, its engine inherited
//                         +----------------------------------+
//                         v                                  |
//     selection_choose() ------publish-----> [pending] ------+
//     (loading)                (loading)         |
//                                                | adopt (audio: at the start of a block, never
//                                                |        during a cross-fade)
//                                                v
//                                      next --cross-fade--> current    (audio: the Player's)
//                                                              |
//                                                              | retire (audio: when another one
//                                                              |         is current)
//                                                              v
//     freed <---------------collect--------- [retired, a list]
//             (loading: at each publish, when run() asks for it, at cleanup())
//
// A file that the host chooses by patch:Set goes the other way, through a mailbox for each
// property. A mailbox has three paths: the audio thread writes one, the loading thread reads one,
// and the third changes hands. The last choice wins; nobody waits.
//
//     patch:Set --request--> [mailbox] --load--> selection_choose()
//      (audio)                           (loading: work(), and save() before it copies)
//
// restore() empties the mailboxes: what waits there is older than the session.
//
// The Selection holds what the user chose. Only the loading threads see it, under the lock; each
// Setup has a copy of the names, from which the audio thread answers patch:Get. The audio thread
// never takes the lock, never waits and never frees.
#ifndef TRASLUZ_HANDOVER_H
#define TRASLUZ_HANDOVER_H

#include "session/selection.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct {
    char path[3][PATH_BYTES];
    int writing;       // the audio thread's path
    atomic_int middle; // nobody's path, with MAILBOX_FRESH until it has been read
    int reading;       // the loading thread's path
} Mailbox;

typedef struct {
    _Atomic(Setup *) pending;
    _Atomic(Setup *) retired;
    Mailbox mailbox[PROPERTIES];
    _Atomic(uint64_t) idle; // ports without effect that are not in the status yet, bit by bit
    pthread_mutex_t lock;
    Selection selection; // under the lock
} Handover;

// Begins empty, with a selection in which nothing is chosen. False where the system has no
// lock to give. `worker`: the host has one.
bool handover_init(Handover *handover, double rate, int channels, size_t latency, bool worker,
                   LV2_Log_Logger *logger);
void handover_free(Handover *handover);

// ---- The audio thread's side: real-time safe ----

// Takes the pending setup; NULL where there is none. The caller owns it.
Setup *handover_adopt(Handover *handover);

// Gives a setup away to be freed; NULL is allowed.
void handover_retire(Handover *handover, Setup *setup);

// Asks for a file. The path has `length` bytes, fewer than PATH_BYTES, and no NUL.
void handover_request(Handover *handover, Property property, const char *path, size_t length);

// Asks for a note that these ports, bit by bit, have no effect with the model.
void handover_note_idle(Handover *handover, uint64_t ports);

// ---- The loading threads' side: all but handover_lock() with the lock held ----

Selection *handover_lock(Handover *handover);
void handover_unlock(Handover *handover);

// Loads the files that were asked for, if there are any, and gives the result to the audio thread.
void handover_load_requested(Handover *handover);

// Notes the ports without effect, if there are any, and gives the status to the audio thread.
void handover_report_idle(Handover *handover);

// Gives recordings that have begun their room.
void handover_grow(Handover *handover);

// Forgets the files that were asked for.
void handover_discard_requests(Handover *handover);

// Gives the setup to the audio thread; NULL is allowed. Frees what was retired.
void handover_publish(Handover *handover, Setup *setup);

#endif
