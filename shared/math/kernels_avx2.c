// For x86-64 with AVX2 and FMA: eight lanes, sixteen registers.
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

// Exchanges the second and third quarters of a vector.
static inline __m256 in_order(__m256 x)
{
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(x), 0xd8));
}

static inline __m128 sum_each(__m256 a, __m256 b, __m256 c, __m256 d)
{
    const __m256 ab = _mm256_permute2f128_ps(a, b, 0x20) + _mm256_permute2f128_ps(a, b, 0x31);
    const __m256 cd = _mm256_permute2f128_ps(c, d, 0x20) + _mm256_permute2f128_ps(c, d, 0x31);
    // Two sums of a, c and of b, d by turns; then one of each.
    const __m256 two = _mm256_unpacklo_ps(ab, cd) + _mm256_unpackhi_ps(ab, cd);
    const __m256 one = two + _mm256_permute_ps(two, 0x4e);
    return _mm_unpacklo_ps(_mm256_castps256_ps128(one), _mm256_extractf128_ps(one, 1));
}

#define LANES                 8
#define SUMS                  8
#define REGISTERS             8
#define SPREAD(x)             _mm256_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define IN_REGISTER(x)        __asm__("" : "+x"(x))
#define SPREAD_PAIR(x)        _mm256_castpd_ps(_mm256_set1_pd(x))
#define FIRST_ROW(v)          _mm256_shuffle_ps((v)[0], (v)[1], 0x88)
#define SECOND_ROW(v)         _mm256_shuffle_ps((v)[0], (v)[1], 0xdd)
#define IN_ORDER(x)           in_order(x)
#define SUM_EACH(a, b, c, d)  sum_each(a, b, c, d)
#define LEVEL(f)              f##_avx2
#include "math/kernels_variant.h"

const KernelLevel kernel_level_avx2 = KERNEL_LEVEL;
#endif
