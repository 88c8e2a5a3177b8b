// For aarch64: four lanes, thirty-two registers.
#if defined(__aarch64__)
#include <arm_neon.h>

static inline float32x4_t sum_each(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d)
{
    // Two sums of a and b, and of c and d, by turns; then one of each.
    const float32x4_t ab = vzip1q_f32(a, b) + vzip2q_f32(a, b);
    const float32x4_t cd = vzip1q_f32(c, d) + vzip2q_f32(c, d);
    return vcombine_f32(vget_low_f32(ab), vget_low_f32(cd)) +
           vcombine_f32(vget_high_f32(ab), vget_high_f32(cd));
}

#define LANES                 4
#define SUMS                  16
#define REGISTERS             16
#define SPREAD(x)             vdupq_n_f32(x)
#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
#define IN_REGISTER(x)        __asm__("" : "+w"(x))
#define SUM_EACH(a, b, c, d)  sum_each(a, b, c, d)
#define LEVEL(f)              f##_neon
#include "math/kernels_variant.h"

const KernelLevel kernel_level_neon = KERNEL_LEVEL;
#endif
