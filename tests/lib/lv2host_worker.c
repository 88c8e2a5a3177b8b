// lv2host_worker.c: the worker: a thread of its own, or inside run().
#include "lib/lv2host_parts.h"

#include <string.h>

static LV2_Worker_Status respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    (void)handle, (void)size, (void)data;
    host_fail("worker", "this plugin needs no responses");
    return LV2_WORKER_ERR_UNKNOWN;
}

static void work(Worker *worker, uint32_t size, const void *data)
{
    worker->interface->work(lilv_instance_get_handle(*worker->instance), respond, NULL, size, data);
}

static void *worker_main(void *argument)
{
    Worker *worker = argument;
    for (;;) {
        sem_wait(&worker->jobs_waiting);
        if (worker->stops) return NULL;
        const Job *job = &worker->job[worker->done % JOBS];
        work(worker, job->size, job->bytes);
        worker->done++;
    }
}

static LV2_Worker_Status take_job(Worker *worker, uint32_t size, const void *data)
{
    if (worker->refusals > 0) {
        worker->refusals--;
        return LV2_WORKER_ERR_NO_SPACE;
    }
    if (worker->kind == HOST_WORKER_INSIDE) {
        work(worker, size, data);
        return LV2_WORKER_SUCCESS;
    }
    if (size > JOB_BYTES || worker->scheduled - worker->done == JOBS)
        return LV2_WORKER_ERR_NO_SPACE;
    Job *job = &worker->job[worker->scheduled % JOBS];
    job->size = size;
    memcpy(job->bytes, data, size);
    worker->scheduled++;
    sem_post(&worker->jobs_waiting);
    return LV2_WORKER_SUCCESS;
}

LV2_Worker_Status host_schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data)
{
    Worker *worker = handle;
    host_leave(worker->watch);
    const LV2_Worker_Status status = take_job(worker, size, data);
    host_enter(worker->watch);
    return status;
}

// Bytes: the least that Linux allows. The sanitizers' functions need more.
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { SMALL_STACK = 1 << 20 };
#else
enum { SMALL_STACK = 16384 };
#endif

static void start_thread(pthread_t *thread, bool small_stack, void *(*run)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if ((small_stack && pthread_attr_setstacksize(&attributes, SMALL_STACK) != 0) ||
        pthread_create(thread, &attributes, run, argument) != 0)
        host_fail("worker", "no thread");
    pthread_attr_destroy(&attributes);
}

typedef struct {
    void (*function)(void *);
    void *argument;
} SmallCall;

static void *small_call(void *argument)
{
    const SmallCall *call = argument;
    call->function(call->argument);
    return NULL;
}

void host_call_with_small_stack(void (*function)(void *), void *argument)
{
    pthread_t thread;
    SmallCall call = {function, argument};
    start_thread(&thread, true, small_call, &call);
    pthread_join(thread, NULL);
}

void host_worker_start(Worker *worker, Host *host)
{
    worker->instance = &host->instance;
    worker->interface = lilv_instance_get_extension_data(host->instance, LV2_WORKER__interface);
    sem_init(&worker->jobs_waiting, 0, 0);
    if (worker->kind == HOST_WORKER_THREAD)
        start_thread(&worker->thread, worker->small_stack, worker_main, worker);
}

void host_worker_stop(Worker *worker)
{
    if (worker->kind == HOST_WORKER_THREAD) {
        worker->stops = true;
        sem_post(&worker->jobs_waiting);
        pthread_join(worker->thread, NULL);
    }
    sem_destroy(&worker->jobs_waiting);
}

void host_wait(Host *host)
{
    const struct timespec moment = {.tv_nsec = 100000};
    while (host->worker.kind == HOST_WORKER_THREAD && host->worker.scheduled != host->worker.done)
        nanosleep(&moment, NULL);
}

void host_refuse_work(Host *host, int calls)
{
    host->worker.refusals = calls;
}
