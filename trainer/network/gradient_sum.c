#include "network/gradient_sum.h"

#include <string.h>

enum { PIECE = 4096 }; // parameters that one item sums

typedef struct {
    const float *gradient;
    size_t count, parameters;
    float scale;
    float *sum;
} Job;

static void sum_piece(void *data, int item, int thread)
{
    (void)thread;
    const Job *job = data;
    const size_t from = (size_t)item * PIECE, left = job->parameters - from;
    const size_t n = left < PIECE ? left : PIECE;
    float *const sum = job->sum + from;
    memcpy(sum, job->gradient + from, n * sizeof(float));
    for (size_t g = 1; g < job->count; g++) {
        const float *gradient = job->gradient + g * job->parameters + from;
        for (size_t i = 0; i < n; i++) sum[i] += gradient[i];
    }
    for (size_t i = 0; i < n; i++) sum[i] *= job->scale;
}

void gradient_sum(Pool *pool, const float *gradient, size_t count, size_t parameters, float scale,
                  float *sum)
{
    Job job = {gradient, count, parameters, scale, sum};
    pool_run(pool, sum_piece, &job, (int)((parameters + PIECE - 1) / PIECE));
}
