// lv2host_parts.h: what the files of the host in lv2host.h share with each other.
#ifndef TRASLUZ_LV2HOST_PARTS_H
#define TRASLUZ_LV2HOST_PARTS_H

#include "lib/lv2host.h"

#include <lv2/atom/forge.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

enum {
    PORTS_MAX = 64,
    CHANNELS_MAX = 8,
    ATOM_BYTES = 1 << 16,
    HEARD_MAX = 256,
    JOBS = 64,      // in the worker's queue
    JOB_BYTES = 64, // of one job
    LOG_BYTES = 1 << 16,
};

typedef struct {
    uint32_t size;
    unsigned char bytes[JOB_BYTES];
} Job;

// One thread schedules, one works.
typedef struct {
    HostWorker kind;
    bool small_stack;
    LilvInstance **instance;
    const LV2_Worker_Interface *interface;
    pthread_t thread;
    sem_t jobs_waiting;
    Job job[JOBS];
    atomic_uint scheduled, done;
    atomic_bool stops;
    int refusals; // calls yet to be refused
    const HostWatch *watch;
} Worker;

typedef struct {
    pthread_mutex_t lock;
    char text[LOG_BYTES];
    size_t length;
} Log;

typedef struct {
    char symbol[32];
    float value; // the audio thread's
    bool control_input;
    HostRange range;
} Port;

// How the control ports' values get from one thread to another. The audio thread's part of this, as
// of the URIDs, is without locks: they would put the threads in an order, and so hide the plugin's
// races from ThreadSanitizer.
typedef struct {
    _Atomic(pthread_t) audio_thread; // the last to run the plugin
    _Atomic float arriving[PORTS_MAX];
    atomic_bool arrives[PORTS_MAX];
    _Atomic float last[PORTS_MAX]; // of the last block
} Exchange;

typedef union {
    LV2_Atom_Sequence sequence;
    uint64_t aligned[ATOM_BYTES / sizeof(uint64_t)];
} AtomBuffer;

struct Host {
    LilvWorld *world;
    const LilvPlugin *plugin;
    LilvInstance *instance;
    Worker worker;
    LV2_Worker_Schedule worker_feature;
    Log log;
    LV2_Log_Log log_feature;

    HostWatch watch;
    Port port[PORTS_MAX];
    int ports;
    Exchange exchange;
    uint32_t in[CHANNELS_MAX], out[CHANNELS_MAX]; // port indices
    int channels;
    AtomBuffer control, midi, notify;
    uint32_t notify_size;
    LV2_Atom_Forge forge, midi_forge; // write the buffers between blocks
    LV2_Atom_Forge_Frame sequence, midi_sequence;
    bool midi_to_control;

    Heard heard[HEARD_MAX];
    int heards;
};

// Aborts the program, with a line that says what is wrong with which.
__attribute__((noreturn)) void host_fail(const char *what, const char *which);

// URIDs, the same for all hosts of a program. 0 is no URI's; unmapping it gives NULL.
extern LV2_URID_Map host_map;
extern LV2_URID_Unmap host_unmap;
LV2_URID host_urid(const char *uri);

// Around the plugin's functions for the audio thread.
void host_enter(const HostWatch *watch);
void host_leave(const HostWatch *watch);

void host_worker_start(Worker *worker, Host *host);
void host_worker_stop(Worker *worker);

// The worker as a feature's function; its handle is the Worker.
LV2_Worker_Status host_schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data);

Port *host_port(Host *host, const char *symbol); // aborts the program where there is none

// Takes the messages of the notify port after a block.
void host_hear(Host *host);

#endif
