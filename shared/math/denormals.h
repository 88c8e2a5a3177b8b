// denormals.h: turns denormal numbers off for the calling thread and back to what they were. On a
// decaying signal they would cost a hundred times a normal number. Real-time safe.
#ifndef TRASLUZ_DENORMALS_H
#define TRASLUZ_DENORMALS_H

#if defined(__SSE__)
#include <xmmintrin.h>

typedef unsigned int DenormalsState;

static inline DenormalsState denormals_off(void)
{
    const DenormalsState before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u); // flush results to zero, take inputs as zero
    return before;
}

static inline void denormals_restore(DenormalsState before)
{
    _mm_setcsr(before);
}

#elif defined(__aarch64__)
#include <stdint.h>

typedef uint64_t DenormalsState;

static inline DenormalsState denormals_off(void)
{
    DenormalsState before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (UINT64_C(1) << 24)));
    return before;
}

static inline void denormals_restore(DenormalsState before)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}

#else

typedef int DenormalsState;

static inline DenormalsState denormals_off(void)
{
    return 0;
}

static inline void denormals_restore(DenormalsState before)
{
    (void)before;
}

#endif
#endif
