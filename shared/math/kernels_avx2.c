// For x86-64 with AVX2 and FMA: eight lanes, sixteen registers.
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

// The sum of a vector's halves.
static inline __m128 add_quarters(__m256 x)
{
    return _mm256_castps256_ps128(x) + _mm256_extractf128_ps(x, 1);
}

#define LANES                 8
#define SUMS                  8
#define REGISTERS             8
#define SPREAD(x)             _mm256_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define IN_REGISTER(x)        __asm__("" : "+x"(x))
#define ADD_QUARTERS(x)       add_quarters(x)
#define LEVEL(f)              f##_avx2
#include "math/kernels_variant.h"

const KernelLevel kernel_level_avx2 = KERNEL_LEVEL;
#endif
