// k_weighting.h: how loud a sound of some frequency is heard, relative to its power. Any thread;
// allocates nothing.
#ifndef TRASLUZ_K_WEIGHTING_H
#define TRASLUZ_K_WEIGHTING_H

// Returns the factor on power of the K-weighting, a shelf above 1.5 kHz and a high-pass at 38 Hz,
// at `hertz` (ITU-R BS.1770-4, annex 1, tables 1 and 2). Above 23 kHz it is that of 23 kHz.
double k_weighting(double hertz);

#endif
