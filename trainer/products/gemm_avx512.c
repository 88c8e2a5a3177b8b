// For x86-64 with AVX-512: sixteen lanes, thirty-two registers.
#if defined(__AVX512F__)
#include <immintrin.h>

#define LANES                 16
#define VECTORS               4
#define ROWS                  6
#define SPREAD(x)             _mm512_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define LEVEL(f)              f##_avx512
#include "products/gemm_variant.h"
#include "products/passes_variant.h"

const GemmLevel gemm_level_avx512 = GEMM_LEVEL("avx512");
#endif
