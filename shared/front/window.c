#include "front/window.h"

#include <math.h>

// Returns the root of a periodic Hann window of `size` samples, at sample i.
static double root_hann(int i, int size)
{
    return sin(3.14159265358979323846 * i / size);
}

static double analysis_at(int i, int size, int hop)
{
    const int rise = size - hop;
    return i < rise ? root_hann(i, 2 * rise) : root_hann(i - rise + hop, 2 * hop);
}

void window_analysis(float *window, int size, int hop)
{
    for (int i = 0; i < size; i++) window[i] = (float)analysis_at(i, size, hop);
}

void window_synthesis(float *window, int size, int hop)
{
    window[0] = 0.0f; // as the Hann window, whatever the analysis window has there
    for (int i = 1; i < 2 * hop; i++) {
        const double root = root_hann(i, 2 * hop);
        window[i] = (float)(root * root / analysis_at(size - 2 * hop + i, size, hop));
    }
}
