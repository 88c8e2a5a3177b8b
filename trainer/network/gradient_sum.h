// gradient_sum.h: the sum of a batch's gradients, in the order of the batch, on all threads of a
// pool: the result does not depend on the number of threads.
#ifndef TRASLUZ_GRADIENT_SUM_H
#define TRASLUZ_GRADIENT_SUM_H

#include "base/pool.h"

#include <stddef.h>

// sum[parameters] = scale * (gradient[0] + gradient[1] + ...), with gradient [count][parameters]
// and count > 0.
void gradient_sum(Pool *pool, const float *gradient, size_t count, size_t parameters, float scale,
                  float *sum);

#endif
