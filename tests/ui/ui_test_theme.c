// ui_test_theme.c: the window's colours: text that can be read, and lines that users with each kind
// of colour blindness can tell apart.
#include "lib/check.h"
#include "lib/sight.h"
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

static double luminance(Colour colour)
{
    return 0.2126 * sight_light(colour.r) + 0.7152 * sight_light(colour.g) +
           0.0722 * sight_light(colour.b);
}

// The contrast of WCAG 2.1, 1 to 21.
static double contrast(Colour a, Colour b)
{
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static SeenColour seen(Colour colour)
{
    return (SeenColour){{colour.r, colour.g, colour.b}};
}

static void lines_can_be_told_apart_by_everybody(void)
{
    for (Sight sight = NORMAL; sight < SIGHTS; sight++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < i; k++) {
                const double apart =
                    sight_distance(seen(*lines[i].colour), seen(*lines[k].colour), sight);
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
