// For x86-64 with AVX-512: sixteen lanes, thirty-two registers.
#if defined(__AVX512F__)
#define LANES      16
#define SUMS       8
#define FRAMES     2
#define VARIANT(f) kernel_##f##_avx512
#include "kernels_table.h"
#include "kernels_variant.h"
#endif
