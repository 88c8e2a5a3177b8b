// lv2host.h: a small LV2 host for tests, on lilv. A Host is one plugin instance with all that a
// host owes it: URIDs, a worker, a log, message ports, sessions, presets.
//
// Everything is called from the test's thread, which is also the audio thread, but for
// host_restore(), host_save(), host_load_preset() and host_session_*(), which may be called from
// another one while the first runs the plugin. What they then bring to the control ports arrives
// with the next block, and what they save of these is how the last block found them.
#ifndef TRASLUZ_LV2HOST_H
#define TRASLUZ_LV2HOST_H

#include "host/view.h"

#include <lilv/lilv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOST_PATH_MAX = 8192 };

typedef struct Host Host;

typedef enum {
    HOST_WORKER_NONE,
    HOST_WORKER_THREAD, // works beside run()
    HOST_WORKER_INSIDE, // works inside run(), as freewheeling hosts do
} HostWorker;

// What is called where the plugin's functions for the audio thread begin and end. Where the plugin
// calls the host in between, it has left for that time. Either may be NULL.
typedef struct {
    void (*enter)(void);
    void (*leave)(void);
} HostWatch;

typedef struct {
    const char *uri;
    double rate; // Hz
    HostWorker worker;
    bool no_log;          // lend no log: messages go to standard error
    const char *lv2_path; // where to look for plugins; NULL: LV2_PATH
    uint32_t notify_size; // bytes of the notify port's buffer; 0: plenty
    bool small_stack;     // of the worker's thread: 16 kB, as mod-host lends it
    bool midi_to_control; // MIDI goes to the control port, not to the port for it
    HostWatch watch;
} HostOptions;

// Instantiates and activates; every port has a buffer, controls stand at their defaults. NULL where
// lilv finds no such plugin or it refuses.
Host *host_new(const HostOptions *options);
void host_free(Host *host);

const LilvPlugin *host_plugin(const Host *host);
LilvWorld *host_world(const Host *host);
int host_channels(const Host *host);

// Back to the state before any sound.
void host_reactivate(Host *host);

// Where a control port's value is; aborts the program where there is no such port.
float *host_control(Host *host, const char *symbol);

typedef struct {
    float minimum, maximum, otherwise;
} HostRange;
HostRange host_range(Host *host, const char *symbol);

// The symbol of a control input by its number among them, or NULL past the last.
const char *host_control_input(const Host *host, int index);

// The URI that the host mapped to this number.
const char *host_uri(uint32_t urid);

// Leaves a port unconnected from now on.
void host_disconnect(Host *host, const char *symbol);

// One block. in and out have host_channels() buffers of n samples, which may be the same memory.
void host_run(Host *host, const float *const *in, float *const *out, uint32_t n);

// Calls the function on a thread with so small a stack as mod-host's worker has: 16 kB.
void host_call_with_small_stack(void (*function)(void *), void *argument);

// Waits until the worker has nothing to do.
void host_wait(Host *host);

// Lets the worker's queue be full for that many calls.
void host_refuse_work(Host *host, int calls);

// The log so far: lines, ended by newlines. Stays until the next message or host_free().
const char *host_log(Host *host);

// ---- Messages to the plugin, delivered in the next block ----

typedef struct {
    const char *subject;  // URI; NULL: none
    const char *property; // URI; NULL: none
    const char *type;     // of the value, URI; NULL: atom:Path
    const void *value;    // NULL: none
    uint32_t size;        // of the value, in bytes
} HostSet;
void host_send(Host *host, const HostSet *message);

// patch:Set of a file, as Ardour sends it; patch:Get of a property, or of all (NULL).
void host_set_file(Host *host, const char *property, const char *path);
void host_get(Host *host, const char *property);

// time:Position, as Ardour sends it; it takes effect at sample `at` of the next block.
typedef struct {
    uint32_t at;
    int64_t frame; // in the song
    float speed;   // 1: it plays
    double beat;   // from the song's beginning; negative: the host tells no beats
    float tempo;   // beats a minute
} HostPosition;
void host_send_position(Host *host, const HostPosition *position);
void host_send_tempo(Host *host, float tempo); // and nothing else of the position

// A MIDI message, or whatever bytes are sent as one, at sample `at` of the next block.
void host_send_midi(Host *host, uint32_t at, const void *message, uint32_t size);

// The window's request for views, see plugin/host/view.h.
void host_ask_for_views(Host *host);

// ---- Messages from the plugin ----

typedef struct {
    enum { HEARD_SET, HEARD_STATE_CHANGED, HEARD_VIEW, HEARD_OTHER } kind;
    uint32_t size; // of the atom, in bytes
    View view;     // of HEARD_VIEW
    char property[64];
    char path[HOST_PATH_MAX]; // or what else the property's text is
} Heard;

// What was heard since the last host_forget().
int host_heard(const Host *host);
const Heard *host_heard_at(const Host *host, int index);
void host_forget(Host *host);

// ---- Sessions and presets ----

// Saves the instance as lilv does, in a folder that must not exist yet, and restores it from there.
// No worker is lent.
bool host_save(Host *host, const char *folder);
bool host_restore(Host *host, const char *folder);

// Loads a preset by its URI.
bool host_load_preset(Host *host, const char *uri);

// A session kept in memory, as hosts do that use no lilv for it.
enum { HOST_PROPERTIES_MAX = 24 };
typedef struct {
    uint32_t key, type;
    size_t size;
    char *value;
} HostProperty;
typedef struct {
    HostProperty property[HOST_PROPERTIES_MAX];
    int properties;
    bool maps_paths; // lends mapPath and freePath: paths in the session begin with "session:"
    bool omits_nul;  // leaves a path's NUL out of its size
    // Behaves as Carla 2.6: no key is ever deleted, a key keeps its first type, texts end at their
    // first NUL.
    bool is_carla;
    const char *folder; // lends makePath: files go there; NULL: does not
    size_t most;        // takes no larger property; 0: any
    bool refused;       // save() did not succeed
    int lent, freed;    // paths that the plugin was given, and gave back
    bool misused;       // a path to be mapped was none of the session's
    void *shown;        // the chunk that restore() sees at the moment
    size_t shown_size;
} HostSession;

// A property that claims to be a larger chunk than this need not be so.
#define HOST_CHUNK_MAX ((size_t)64 << 20)

// Replaces the session; Carla adds to it.
void host_session_save(Host *host, HostSession *session);
void host_session_restore(Host *host, HostSession *session);

void host_session_free(HostSession *session);
HostSession host_session_copy(const HostSession *session);

// The property as saved, or NULL.
HostProperty *host_session_find(HostSession *session, const char *key);

// Sets a property, as if it had been saved so. The type is a URI.
void host_session_put(HostSession *session, const char *key, const char *type, const void *value,
                      size_t size);
void host_session_remove(HostSession *session, const char *key);

#endif
