// For x86-64 with AVX2 and FMA: eight lanes, sixteen registers.
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#define LANES                 8
#define VECTORS               2
#define ROWS                  6
#define SPREAD(x)             _mm256_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define LEVEL(f)              f##_avx2
#include "products/gemm_variant.h"
#include "products/passes_variant.h"

const GemmLevel gemm_level_avx2 = GEMM_LEVEL("avx2");
#endif
