// pool.h: a fixed set of threads that share the items of a loop. If no item depends on the thread
// or the time at which it runs, results do not depend on the number of threads.
#ifndef TRASLUZ_POOL_H
#define TRASLUZ_POOL_H

typedef struct Pool Pool;

// Does one item. `thread` is in [0, pool_threads()); no two calls with the same `thread` overlap.
typedef void PoolTask(void *data, int item, int thread);

// Starts threads; 0: one for each processor. The calling thread is one of them. NULL if threads
// cannot be started.
Pool *pool_new(int threads);
void pool_free(Pool *pool);
int pool_threads(const Pool *pool);

// Runs task(data, item, thread) for each item in [0, items) and returns when all are done.
void pool_run(Pool *pool, PoolTask *task, void *data, int items);

#endif
