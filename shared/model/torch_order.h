// torch_order.h: the order of a convolution's weights in our memory and in PyTorch's files. Any
// thread; allocates nothing.
//
//                            ours                   PyTorch's
//     Conv1d                 [kernel][in][out]      [out][in][kernel]
//     ConvTranspose1d        [in][kernel][out]      [in][out][kernel]
#ifndef TRASLUZ_TORCH_ORDER_H
#define TRASLUZ_TORCH_ORDER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    bool transposed; // ConvTranspose1d
    size_t in, out, kernel;
} WeightShape;

// Copy all weights; `from` and `to` must not overlap.
void weights_to_torch(WeightShape shape, const float *from, float *to);
void weights_from_torch(WeightShape shape, const float *from, float *to);

#endif
