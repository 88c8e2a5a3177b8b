// sight.h: how different two colours look, also to people who lack a kind of cone. Pure functions.
#ifndef TRASLUZ_SIGHT_H
#define TRASLUZ_SIGHT_H

#include <math.h>

typedef enum { NORMAL, PROTANOPIA, DEUTERANOPIA, TRITANOPIA, SIGHTS } Sight;

// Red, green and blue, 0 to 1, as screens take them (sRGB).
typedef struct {
    double rgb[3];
} SeenColour;

// Returns the light of a screen's value (IEC 61966-2-1).
static inline double sight_light(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

// Writes the colour, as it is seen, in CIE 1976 (L*, a*, b*). Sight by Machado, Oliveira and
// Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency",
// severity 1.
static inline void sight_lab(SeenColour colour, Sight sight, double lab[3])
{
    static const double seen[SIGHTS][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868},
         {0.114503, 0.786281, 0.099216},
         {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968},
         {0.280085, 0.672501, 0.047413},
         {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779},
         {-0.078411, 0.930809, 0.147602},
         {0.004733, 0.691367, 0.303900}},
    };
    static const double xyz[3][3] = {
        {0.4124 / 0.9505, 0.3576 / 0.9505, 0.1805 / 0.9505},
        {0.2126, 0.7152, 0.0722},
        {0.0193 / 1.089, 0.1192 / 1.089, 0.9505 / 1.089},
    };
    double light[3], bent[3];
    for (int i = 0; i < 3; i++) {
        light[i] = 0.0;
        for (int k = 0; k < 3; k++) light[i] += seen[sight][i][k] * sight_light(colour.rgb[k]);
        light[i] = fmin(fmax(light[i], 0.0), 1.0);
    }
    for (int i = 0; i < 3; i++) {
        double t = 0.0;
        for (int k = 0; k < 3; k++) t += xyz[i][k] * light[k];
        bent[i] = t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116.0;
    }
    lab[0] = 116.0 * bent[1] - 16.0;
    lab[1] = 500.0 * (bent[0] - bent[1]);
    lab[2] = 200.0 * (bent[1] - bent[2]);
}

// Returns the distance of two colours as seen, in CIE 1976: 2.3 can just be noticed.
static inline double sight_distance(SeenColour a, SeenColour b, Sight sight)
{
    double one[3], other[3];
    sight_lab(a, sight, one);
    sight_lab(b, sight, other);
    return hypot(hypot(one[0] - other[0], one[1] - other[1]), one[2] - other[2]);
}

#endif
