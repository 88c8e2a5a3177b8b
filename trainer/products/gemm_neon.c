// For aarch64: four lanes, thirty-two registers.
#if defined(__aarch64__)
#include <arm_neon.h>

#define LANES                 4
#define VECTORS               4
#define ROWS                  6
#define SPREAD(x)             vdupq_n_f32(x)
#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
#define LEVEL(f)              f##_neon
#include "products/gemm_variant.h"
#include "products/passes_variant.h"

const GemmLevel gemm_level_neon = GEMM_LEVEL("neon");
#endif
