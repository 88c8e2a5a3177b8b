// For x86-64 with AVX-512: sixteen lanes, thirty-two registers.
#if defined(__AVX512F__)
#include <immintrin.h>

#define LANES                 16
#define SUMS                  8
#define REGISTERS             16
#define SPREAD(x)             _mm512_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define IN_REGISTER(x)        __asm__("" : "+v"(x))
#define VARIANT(f)            kernel_##f##_avx512
#include "math/kernels_table.h"
#include "math/kernels_variant.h"
#endif
