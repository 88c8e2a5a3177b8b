// peak.h: the most multiply-adds that one core of this processor reaches, measured: independent
// ones in registers alone, at the level that kernel_level() names.
#ifndef TRASLUZ_PEAK_H
#define TRASLUZ_PEAK_H

#include "math/kernels.h"

#include <stddef.h>
#include <string.h>

enum {
    PEAK_SUMS = 12, // at once: more than two multipliers need that take four cycles each
    PEAK_ROUNDS = 1 << 20,
};

#if defined(__x86_64__)
// In assembly, because a compiler moves such sums to memory or does without them.
#define PEAK_ADD(kind, i) "vfmadd231ps %%" kind "0, %%" kind "0, %%" kind i "\n\t"
#define PEAK_ROUND(kind)                                                                           \
    PEAK_ADD(kind, "1")                                                                            \
    PEAK_ADD(kind, "2")                                                                            \
    PEAK_ADD(kind, "3")                                                                            \
    PEAK_ADD(kind, "4")                                                                            \
    PEAK_ADD(kind, "5")                                                                            \
    PEAK_ADD(kind, "6")                                                                            \
    PEAK_ADD(kind, "7")                                                                            \
    PEAK_ADD(kind, "8")                                                                            \
    PEAK_ADD(kind, "9")                                                                            \
    PEAK_ADD(kind, "10")                                                                           \
    PEAK_ADD(kind, "11")                                                                           \
    PEAK_ADD(kind, "12")
#define PEAK_LOOP(kind)                                                                            \
    do {                                                                                           \
        int rounds = PEAK_ROUNDS;                                                                  \
        __asm__ volatile("vzeroall\n1:\t" PEAK_ROUND(kind) "decl %0\n\tjnz 1b\n\tvzeroupper"       \
                         : "+r"(rounds)                                                            \
                         :                                                                         \
                         : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",   \
                           "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");  \
    } while (0)
#endif

// Does PEAK_SUMS * PEAK_ROUNDS multiply-adds of vectors. Returns the values of a vector; 0 where
// nothing is measured, at other levels.
static size_t peak_run(void)
{
#if defined(__x86_64__)
    if (strcmp(kernel_level(), "avx2") == 0) {
        PEAK_LOOP("ymm");
        return 8;
    }
    if (strcmp(kernel_level(), "avx512") == 0) {
        PEAK_LOOP("zmm");
        return 16;
    }
#endif
    return 0;
}

#endif
