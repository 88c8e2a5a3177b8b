#include "model/torch_order.h"

static size_t our_index(const WeightShape *s, size_t i, size_t o, size_t k)
{
    return (s->transposed ? i * s->kernel + k : k * s->in + i) * s->out + o;
}

static size_t torch_index(const WeightShape *s, size_t i, size_t o, size_t k)
{
    return (s->transposed ? i * s->out + o : o * s->in + i) * s->kernel + k;
}

void weights_to_torch(WeightShape shape, const float *from, float *to)
{
    for (size_t i = 0; i < shape.in; i++)
        for (size_t o = 0; o < shape.out; o++)
            for (size_t k = 0; k < shape.kernel; k++)
                to[torch_index(&shape, i, o, k)] = from[our_index(&shape, i, o, k)];
}

void weights_from_torch(WeightShape shape, const float *from, float *to)
{
    for (size_t i = 0; i < shape.in; i++)
        for (size_t o = 0; o < shape.out; o++)
            for (size_t k = 0; k < shape.kernel; k++)
                to[our_index(&shape, i, o, k)] = from[torch_index(&shape, i, o, k)];
}
