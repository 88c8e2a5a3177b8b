// For x86-64 with AVX-512: sixteen lanes, thirty-two registers.
#if defined(__AVX512F__)
#include <immintrin.h>
#include <stdint.h>

// Every other value of a vector, from value `first` on.
static inline __m256 every_other(__m512 x, int first)
{
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m512i places = _mm512_add_epi32(even, _mm512_set1_epi32(first));
    return _mm512_castps512_ps256(_mm512_permutexvar_ps(places, x));
}

static inline __m128 sum_each(__m512 a, __m512 b, __m512 c, __m512 d)
{
    // The first and third quarters, the second and fourth; then the same quarter of all four.
    const __m512 ab_even = _mm512_shuffle_f32x4(a, b, 0x88);
    const __m512 ab_odd = _mm512_shuffle_f32x4(a, b, 0xdd);
    const __m512 cd_even = _mm512_shuffle_f32x4(c, d, 0x88);
    const __m512 cd_odd = _mm512_shuffle_f32x4(c, d, 0xdd);
    const __m512 quarters =
        _mm512_shuffle_f32x4(ab_even, cd_even, 0x88) + _mm512_shuffle_f32x4(ab_odd, cd_odd, 0x88) +
        _mm512_shuffle_f32x4(ab_even, cd_even, 0xdd) + _mm512_shuffle_f32x4(ab_odd, cd_odd, 0xdd);
    const __m512 two = quarters + _mm512_permute_ps(quarters, 0x4e);
    const __m512 one = two + _mm512_permute_ps(two, 0xb1);
    const __m512i first = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    return _mm512_castps512_ps128(_mm512_permutexvar_ps(first, one));
}

// The values of a and then b from number to - from on.
static inline __m512 shift(__m512 a, __m512 b, uint32_t from, uint32_t to)
{
    const __m512i number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i before = _mm512_sub_epi32(number, _mm512_set1_epi32((int)from));
    return _mm512_permutex2var_ps(a, _mm512_add_epi32(before, _mm512_set1_epi32((int)to)), b);
}

#define LANES                 16
#define SUMS                  8
#define REGISTERS             16
#define SPREAD(x)             _mm512_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define IN_REGISTER(x)        __asm__("" : "+v"(x))
#define SPREAD_PAIR(x)        _mm512_castpd_ps(_mm512_set1_pd(x))
#define FIRST_ROW(v)          every_other((v)[0], 0)
#define SECOND_ROW(v)         every_other((v)[0], 1)
#define IN_ORDER(x)           (x)
#define SUM_EACH(a, b, c, d)  sum_each(a, b, c, d)
#define SHIFT(a, b, from, to) shift(a, b, from, to)
#define LEVEL(f)              f##_avx512
#include "math/kernels_variant.h"

const KernelLevel kernel_level_avx512 = KERNEL_LEVEL;
#endif
