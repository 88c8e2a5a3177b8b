#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    Pool *pool;
    pthread_t thread;
    int index;
} Worker;

struct Pool {
    int threads;    // the caller's included
    int made;       // workers whose thread runs
    Worker *worker; // all but the caller
    pthread_mutex_t lock;
    pthread_cond_t start, done;
    unsigned round; // of pool_run(), so that each worker takes part in each once
    int working;    // workers not yet done with this round
    bool closing;
    PoolTask *task;
    void *data;
    int items;
    atomic_int next; // next item
};

static void take_items(Pool *pool, int thread)
{
    for (;;) {
        const int item = atomic_fetch_add(&pool->next, 1);
        if (item >= pool->items) return;
        pool->task(pool->data, item, thread);
    }
}

static void *work(void *argument)
{
    const Worker *worker = argument;
    Pool *pool = worker->pool;
    unsigned seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen && !pool->closing) pthread_cond_wait(&pool->start, &pool->lock);
        if (pool->closing) break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);
        take_items(pool, worker->index);
        pthread_mutex_lock(&pool->lock);
        if (--pool->working == 0) pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

Pool *pool_new(int threads)
{
    if (threads <= 0) {
        const long processors = sysconf(_SC_NPROCESSORS_ONLN);
        threads = processors > 0 ? (int)processors : 1;
    }
    Pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->start, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->threads = threads;
    pool->worker = calloc((size_t)threads, sizeof *pool->worker);
    for (int i = 0; pool->worker && i < threads - 1; i++) {
        Worker *worker = &pool->worker[i];
        *worker = (Worker){.pool = pool, .index = i + 1};
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) break;
        pool->made++;
    }
    if (pool->worker && pool->made == threads - 1) return pool;
    pool_free(pool);
    return NULL;
}

void pool_free(Pool *pool)
{
    if (!pool) return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->made; i++) pthread_join(pool->worker[i].thread, NULL);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->start);
    pthread_cond_destroy(&pool->done);
    free(pool->worker);
    free(pool);
}

int pool_threads(const Pool *pool)
{
    return pool->threads;
}

void pool_run(Pool *pool, PoolTask *task, void *data, int items)
{
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->data = data;
    pool->items = items;
    atomic_store(&pool->next, 0);
    pool->working = pool->made;
    pool->round++;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);

    take_items(pool, 0);

    pthread_mutex_lock(&pool->lock);
    while (pool->working > 0) pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
