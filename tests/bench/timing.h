// timing.h: what the measuring programs have in common. Time is the calling thread's own on the
// processor, so other programs count for nothing but what they take of caches and clock rate.
// Results go to standard output, a line "name value" each, which bench.py reads.
#ifndef TRASLUZ_TIMING_H
#define TRASLUZ_TIMING_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Seconds of CLOCK_THREAD_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID or CLOCK_MONOTONIC.
static inline double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline double thread_seconds(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

__attribute__((unused)) static int timing_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Sorts the values.
__attribute__((unused)) static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, timing_order);
    return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

// Returns the least of the values: what others on the machine add is not in each of them.
__attribute__((unused)) static double least_of(const double *values, size_t n)
{
    double least = values[0];
    for (size_t i = 1; i < n; i++) least = values[i] < least ? values[i] : least;
    return least;
}

__attribute__((format(printf, 2, 3), unused)) static void result(double value, const char *format,
                                                                 ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf(" %.6g\n", value);
    fflush(stdout);
}

#endif
