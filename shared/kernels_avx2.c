// For x86-64 with AVX2 and FMA: eight lanes, sixteen registers.
#if defined(__AVX2__) && defined(__FMA__)
#define LANES      8
#define SUMS       8
#define FRAMES     1
#define VARIANT(f) kernel_##f##_avx2
#include "kernels_table.h"
#include "kernels_variant.h"
#endif
