// ui_test_theme.c: the window's colours: text that can be read, and lines that users with each kind
// of colour blindness can tell apart.
#include "lib/check.h"
#include "theme.h"

#include <math.h>

static const struct {
    const char *name;
    const Colour *colour;
} lines[] = {
    {"before", &colour_before},
    {"after", &colour_after},
    {"reference", &colour_reference},
};

static double linear(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(Colour colour)
{
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

// The contrast of WCAG 2.1, 1 to 21.
static double contrast(Colour a, Colour b)
{
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

// What the colour is to people who lack a kind of cone, in linear light: Machado, Oliveira and
// Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency",
// severity 1.
typedef enum { NORMAL, PROTANOPIA, DEUTERANOPIA, TRITANOPIA, SIGHTS } Sight;
static void seen(Colour colour, Sight sight, double rgb[3])
{
    static const double matrix[SIGHTS][3][3] = {
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
    const double light[3] = {linear(colour.r), linear(colour.g), linear(colour.b)};
    for (int i = 0; i < 3; i++) {
        rgb[i] = 0;
        for (int k = 0; k < 3; k++) rgb[i] += matrix[sight][i][k] * light[k];
        rgb[i] = fmin(fmax(rgb[i], 0), 1);
    }
}

static double bent(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static void lab(const double rgb[3], double out[3])
{
    const double x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505;
    const double y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    const double z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089;
    out[0] = 116 * bent(y) - 16;
    out[1] = 500 * (bent(x) - bent(y));
    out[2] = 200 * (bent(y) - bent(z));
}

// The distance of two colours as seen: CIE 1976, of which 2.3 can just be noticed.
static double distance(Colour a, Colour b, Sight sight)
{
    double rgb[3], first[3], second[3];
    seen(a, sight, rgb);
    lab(rgb, first);
    seen(b, sight, rgb);
    lab(rgb, second);
    return sqrt(pow(first[0] - second[0], 2) + pow(first[1] - second[1], 2) +
                pow(first[2] - second[2], 2));
}

static void lines_can_be_told_apart_by_everybody(void)
{
    for (Sight sight = NORMAL; sight < SIGHTS; sight++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < i; k++) {
                const double apart = distance(*lines[i].colour, *lines[k].colour, sight);
                CHECK_MSG(apart > 20, "%s and %s: %.1f, sight %d", lines[i].name, lines[k].name,
                          apart, sight);
            }
}

static void lines_stand_out_from_their_ground(void)
{
    for (int i = 0; i < 3; i++)
        CHECK_MSG(contrast(*lines[i].colour, colour_well) >= 4.5, "%s: %.2f", lines[i].name,
                  contrast(*lines[i].colour, colour_well));
    CHECK(contrast(colour_alarm, colour_well) >= 4.5);
}

// WCAG asks for 4.5; for what is inactive nothing, but it is to be read here too.
static void text_can_be_read(void)
{
    const Colour *const grounds[] = {&colour_back, &colour_panel, &colour_well, &colour_fill};
    for (int i = 0; i < 4; i++) {
        CHECK_MSG(contrast(colour_text, *grounds[i]) >= 7, "text on %d: %.2f", i,
                  contrast(colour_text, *grounds[i]));
        CHECK_MSG(contrast(colour_faint, *grounds[i]) >= 4.5, "names on %d: %.2f", i,
                  contrast(colour_faint, *grounds[i]));
    }
    CHECK_MSG(contrast(colour_dim, colour_well) >= 3, "dim: %.2f",
              contrast(colour_dim, colour_well));
    CHECK_MSG(contrast(colour_well, colour_after) >= 7, "on a chosen row: %.2f",
              contrast(colour_well, colour_after));
    CHECK(contrast(colour_back, colour_text) >= 7); // help
}

static void what_is_dim_is_seen_to_be(void)
{
    CHECK_MSG(contrast(colour_faint, colour_dim) >= 1.8, "%.2f",
              contrast(colour_faint, colour_dim));
}

int main(void)
{
    RUN(lines_can_be_told_apart_by_everybody);
    RUN(lines_stand_out_from_their_ground);
    RUN(text_can_be_read);
    RUN(what_is_dim_is_seen_to_be);
    return check_status();
}
