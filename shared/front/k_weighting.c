#include "front/k_weighting.h"

#include <complex.h>
#include <math.h>

// The coefficients are those for this rate.
#define RATE    48000.0
#define HIGHEST 23000.0 // Hz

typedef struct {
    double b[3], a[3]; // of 1, 1/z and 1/z^2
} Biquad;

static const Biquad shelf = {
    .b = {1.53512485958697, -2.69169618940638, 1.19839281085285},
    .a = {1.0, -1.69065929318241, 0.73248077421585},
};
static const Biquad high_pass = {
    .b = {1.0, -2.0, 1.0},
    .a = {1.0, -1.99004745483398, 0.99007225036621},
};

// Returns the factor on power of a filter at 1/z.
static double power_of(const Biquad *filter, double complex delay)
{
    const double complex above = filter->b[0] + delay * (filter->b[1] + delay * filter->b[2]);
    const double complex below = filter->a[0] + delay * (filter->a[1] + delay * filter->a[2]);
    const double ratio = cabs(above / below);
    return ratio * ratio;
}

double k_weighting(double hertz)
{
    const double angle = 6.283185307179586 * fmin(hertz, HIGHEST) / RATE;
    const double complex delay = cexp(-angle * I);
    return power_of(&shelf, delay) * power_of(&high_pass, delay);
}
