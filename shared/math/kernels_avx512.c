// For x86-64 with AVX-512: sixteen lanes, thirty-two registers.
#if defined(__AVX512F__)
#include <immintrin.h>

// The sum of a vector's quarters.
static inline __m128 add_quarters(__m512 x)
{
    return _mm512_castps512_ps128(x) + _mm512_extractf32x4_ps(x, 1) + _mm512_extractf32x4_ps(x, 2) +
           _mm512_extractf32x4_ps(x, 3);
}

#define LANES                 16
#define SUMS                  8
#define REGISTERS             16
#define SPREAD(x)             _mm512_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define IN_REGISTER(x)        __asm__("" : "+v"(x))
#define ADD_QUARTERS(x)       add_quarters(x)
#define LEVEL(f)              f##_avx512
#include "math/kernels_variant.h"

const KernelLevel kernel_level_avx512 = KERNEL_LEVEL;
#endif
