// For aarch64: four lanes, thirty-two registers.
#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

typedef float Eight __attribute__((vector_size(8 * sizeof(float))));

static inline Eight join(float32x4_t a, float32x4_t b)
{
    const float32x4_t both[2] = {a, b};
    Eight eight;
    memcpy(&eight, both, sizeof eight);
    return eight;
}

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
#define SPREAD_PAIR(x)        vreinterpretq_f32_f64(vdupq_n_f64(x))
#define FIRST_ROW(v)          join(vuzp1q_f32((v)[0], (v)[1]), vuzp1q_f32((v)[2], (v)[3]))
#define SECOND_ROW(v)         join(vuzp2q_f32((v)[0], (v)[1]), vuzp2q_f32((v)[2], (v)[3]))
#define IN_ORDER(x)           (x)
#define SUM_EACH(a, b, c, d)  sum_each(a, b, c, d)
#define LEVEL(f)              f##_neon
#include "math/kernels_variant.h"

const KernelLevel kernel_level_neon = KERNEL_LEVEL;
#endif
