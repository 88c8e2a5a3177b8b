// For aarch64: four lanes, thirty-two registers.
#if defined(__aarch64__)
#include <arm_neon.h>

#define LANES                 4
#define SUMS                  16
#define REGISTERS             16
#define SPREAD(x)             vdupq_n_f32(x)
#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
#define IN_REGISTER(x)        __asm__("" : "+w"(x))
#define ADD_QUARTERS(x)       (x)
#define LEVEL(f)              f##_neon
#include "math/kernels_variant.h"

const KernelLevel kernel_level_neon = KERNEL_LEVEL;
#endif
