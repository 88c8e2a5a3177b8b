// pool.h: a fixed set of threads that share the items of a loop. The items must not depend on which
// thread takes them, nor when: then results do not depend on the number of threads.
#ifndef TRASLUZ_POOL_H
#define TRASLUZ_POOL_H

typedef struct Pool Pool;

// Does item `item`; `thread` is in [0, pool_threads()), and no two calls with the same `thread` run
// at once.
typedef void PoolTask(void *data, int item, int thread);

// `threads` 0: one for each processor. NULL where threads cannot be made. The calling thread is one
// of them.
Pool *pool_new(int threads);
void pool_free(Pool *pool);
int pool_threads(const Pool *pool);

// Runs task(data, item, thread) for each item in [0, items) and returns when all are done.
void pool_run(Pool *pool, PoolTask *task, void *data, int items);

#endif
