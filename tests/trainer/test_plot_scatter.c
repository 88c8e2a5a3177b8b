// Scatter plots: one point far away does not stretch the axes, ten colours and thirty series
// differ, for colour-blind eyes too, and the labels of three axes do not meet.
#define _XOPEN_SOURCE 700
#include "files/file.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/sight.h"
#include "output/gnuplot.h"
#include "output/plot.h"
#include "output/plot_axis.h"

enum { POINTS = 200 };

static double coordinate[3][POINTS];

// Fills the unit cube, without the last point.
static void fill(double last)
{
    uint32_t state = 1;
    for (int d = 0; d < 3; d++) {
        for (int i = 0; i < POINTS; i++) {
            state = state * 1664525u + 1013904223u;
            coordinate[d][i] = (double)(state >> 8) / (1 << 24);
        }
        coordinate[d][POINTS - 1] = last;
    }
}

// Draws the points as an SVG; the caller frees its text.
static char *draw(const char *name, size_t points, bool space)
{
    const PlotSeries series = {"all", coordinate[0], coordinate[1], space ? coordinate[2] : NULL,
                               points};
    const PlotFigure figure = {.title = "Latents",
                               .x_label = "first component",
                               .y_label = "second component",
                               .z_label = space ? "third component" : NULL,
                               .series = &series,
                               .series_count = 1};
    Error error = {""};
    size_t size = 0;
    CHECK_MSG(plot_scatter(fixture_path(name), &figure, &error), "%s", error.text);
    char *text = (char *)file_read(fixture_path(name), 1 << 24, &size, &error);
    if (text) text[size] = 0;
    return text;
}

// ---- Outliers ----

// Marks in an SVG: discs are gpPt6, hollow ones gpPt5.
static int marks(const char *svg, const char *mark)
{
    int count = 0;
    char use[64];
    snprintf(use, sizeof use, "<use xlink:href='#%s' transform='translate(", mark);
    for (; (svg = strstr(svg, use)); svg++) count++;
    return count;
}

static void test_an_outlier_is_at_the_rim(void)
{
    for (int space = 0; space < 2; space++) {
        fill(1e6);
        char *svg = draw("outlier.svg", POINTS, space);
        REQUIRE(svg);
        CHECK(strstr(svg, ">1 point beyond the rim: hollow, at the edge<"));
        CHECK(strstr(svg, "0.5<") && strstr(svg, "1<") && !strstr(svg, "000<"));
        CHECK_MSG(marks(svg, "gpPt5") == 1, "%d", marks(svg, "gpPt5"));
        CHECK_MSG(marks(svg, "gpPt6") == POINTS - 1 + 1, "%d", marks(svg, "gpPt6")); // legend
        free(svg);
    }
}

static void test_without_outliers_nothing_is_said(void)
{
    fill(0.5);
    char *svg = draw("inside.svg", POINTS, false);
    REQUIRE(svg);
    CHECK(!strstr(svg, "beyond") && marks(svg, "gpPt5") == 0);
    CHECK(marks(svg, "gpPt6") == POINTS + 1);
    free(svg);
}

static void test_points_that_are_all_the_same_are_drawn(void)
{
    for (size_t points = 1; points <= 3; points++) {
        for (int d = 0; d < 3; d++)
            for (size_t i = 0; i < points; i++) coordinate[d][i] = d == 0 ? 0.0 : -7.0;
        for (int space = 0; space < 2; space++) {
            char *svg = draw("same.svg", points, space);
            REQUIRE(svg);
            CHECK(marks(svg, "gpPt6") == (int)points + 1 && !strstr(svg, "beyond"));
            free(svg);
        }
    }
}

static void test_the_axis_of_few_values(void)
{
    double value[21];
    for (int i = 0; i < 21; i++) value[i] = i;
    const PlotAxis even = plot_axis_make(value, 21);
    CHECK(even.low == 0.0 && even.high == 20.0);
    value[20] = -1e9;
    const PlotAxis held = plot_axis_make(value, 21);
    CHECK_MSG(held.low < 0.0 && held.low > -20.0 && held.high == 19.0, "%g %g", held.low,
              held.high);
    double same[30] = {[7] = 3.0}; // one differs: it is shown
    const PlotAxis most = plot_axis_make(same, 30);
    CHECK(most.low == 0.0 && most.high == 3.0);
}

// ---- Colours ----

static SeenColour colour_of(const char *text)
{
    const unsigned value = (unsigned)strtoul(text + 1, NULL, 16);
    return (SeenColour){{(value >> 16) / 255.0, (value >> 8 & 255) / 255.0, (value & 255) / 255.0}};
}

static void test_ten_colours_differ_for_all_eyes(void)
{
    static const double least[SIGHTS] = {45.0, 27.0, 27.0, 27.0};
    CHECK(GNUPLOT_COLOURS == 10);
    for (Sight sight = NORMAL; sight < SIGHTS; sight++) {
        for (int a = 0; a < GNUPLOT_COLOURS; a++) {
            const SeenColour one = colour_of(gnuplot_colour[a]);
            double lab[3];
            sight_lab(one, sight, lab);
            CHECK_MSG(lab[0] < 90.0, "%s is too pale for white", gnuplot_colour[a]);
            for (int b = 0; b < a; b++) {
                const double d = sight_distance(one, colour_of(gnuplot_colour[b]), sight);
                CHECK_MSG(d >= least[sight], "%s and %s, sight %d: %g", gnuplot_colour[a],
                          gnuplot_colour[b], (int)sight, d);
            }
        }
    }
}

// ---- Many series ----

enum { SERIES_MAX = 60, LOOK = 96 };

// Finds how the series of a legend look: mark and colour; returns how many differ.
static int different_marks(const char *svg)
{
    static char look[SERIES_MAX * 2][LOOK];
    int count = 0;
    for (; (svg = strstr(svg, "<use xlink:href='#gpPt")); svg++) {
        const char *at = strstr(svg, " transform='translate("), *colour = strstr(svg, "color='");
        const char *end = strstr(svg, "/>");
        if (!at || !colour || !end || at > end || colour > end) continue; // a definition
        char here[LOOK];
        snprintf(here, sizeof here, "%.*s %.*s", (int)(at - svg), svg, (int)(end - colour), colour);
        bool known = false;
        for (int i = 0; i < count; i++) known |= strcmp(look[i], here) == 0;
        if (!known && count < SERIES_MAX * 2) strcpy(look[count++], here);
    }
    return count;
}

static void test_thirty_and_fifty_series_differ(void)
{
    static const double x[] = {1.0, 2.0, 3.0}, y[] = {2.0, 1.0, 3.0};
    static const char *const long_name = "a name that is so long that no legend has room for it";
    PlotSeries series[SERIES_MAX];
    for (int s = 0; s < SERIES_MAX; s++)
        series[s] = (PlotSeries){s == 0 ? long_name : "n", x, y, NULL, 3};
    for (size_t count = 10; count <= SERIES_MAX; count += 10) {
        const PlotFigure figure = {.series = series, .series_count = count};
        Error error = {""};
        size_t size = 0;
        CHECK_MSG(plot_scatter(fixture_path("many.svg"), &figure, &error), "%s", error.text);
        char *svg = (char *)file_read(fixture_path("many.svg"), 1 << 24, &size, &error);
        REQUIRE(svg);
        svg[size] = 0;
        const int wanted = count < 50 ? (int)count : 50;
        CHECK_MSG(different_marks(svg) == wanted, "%zu series, %d marks", count,
                  different_marks(svg));
        CHECK((strstr(svg, "repeat after 50") != NULL) == (count > 50));
        CHECK(strstr(svg, ">a name that is so long t\u2026<"));
        free(svg);
    }
}

// ---- Labels in three dimensions ----

typedef struct {
    double x[4], y[4]; // corners
    char text[64];
} Label;

// Reads `<g transform="translate(x,y) rotate(a)" … text-anchor="…"> <text>…`: letters are about
// 0.6 of the font's size wide.
static int read_labels(const char *svg, Label *labels, int room)
{
    int count = 0;
    while ((svg = strstr(svg, "<g transform=\"translate(")) && count < room) {
        double x, y, angle = 0.0;
        char anchor[16] = "";
        sscanf(svg, "<g transform=\"translate(%lf,%lf) rotate(%lf)", &x, &y, &angle);
        const char *at = strstr(svg, "text-anchor=\""), *text = strstr(svg, "<text>");
        if (!at || !text) break;
        sscanf(at, "text-anchor=\"%15[a-z]", anchor);
        Label *label = &labels[count];
        text += strlen("<text>");
        text += strspn(text, " ");
        const int length = (int)strcspn(text, "<");
        snprintf(label->text, sizeof label->text, "%.*s", length, text);
        svg = text;
        if (length == 0) continue;
        const double width = 0.6 * 15.0 * length, turn = angle * acos(-1.0) / 180.0;
        const double left = *anchor == 'm' ? -width / 2 : *anchor == 'e' ? -width : 0.0;
        for (int c = 0; c < 4; c++) {
            const double across = c == 0 || c == 3 ? left : left + width, up = c < 2 ? -11.0 : 2.0;
            label->x[c] = x + across * cos(turn) - up * sin(turn);
            label->y[c] = y + across * sin(turn) + up * cos(turn);
        }
        count++;
    }
    return count;
}

// Two rectangles are apart if all of one lies beyond a side of the other.
static bool beyond_a_side(const Label *a, const Label *b)
{
    for (int c = 0; c < 4; c++) {
        const double dx = a->x[(c + 1) % 4] - a->x[c], dy = a->y[(c + 1) % 4] - a->y[c];
        bool all = true;
        for (int k = 0; k < 4; k++)
            all &= dx * (b->y[k] - a->y[c]) - dy * (b->x[k] - a->x[c]) < 0.0;
        if (all) return true;
    }
    return false;
}

static void test_labels_do_not_meet(void)
{
    static const double low[][3] = {
        {-0.5, -0.5, -0.5}, {-20, -60, -40}, {-10, -20, -30}, {-3e3, -1e-3, 0}, {-2e5, -2e5, -4e5}};
    static const double range[][3] = {
        {1, 1, 1}, {100, 140, 120}, {80, 100, 110}, {6e3, 2e-3, 70}, {6e5, 4e5, 9e5}};
    enum { CASES = sizeof low / sizeof *low };
    for (int space = 0; space < 2; space++) {
        for (int k = 0; k < CASES; k++) {
            Label labels[64];
            fill(0.5);
            for (int d = 0; d < 3; d++)
                for (int i = 0; i < POINTS; i++)
                    coordinate[d][i] = low[k][d] + coordinate[d][i] * range[k][d];
            char *svg = draw("labels.svg", POINTS, space);
            REQUIRE(svg);
            const int count = read_labels(svg, labels, 64);
            CHECK_MSG(count >= 8 && count <= 28, "%d labels", count);
            for (int a = 0; a < count; a++)
                for (int b = 0; b < a; b++)
                    CHECK_MSG(beyond_a_side(&labels[a], &labels[b]) ||
                                  beyond_a_side(&labels[b], &labels[a]),
                              "%d-D, case %d: '%s' and '%s' meet", space + 2, k, labels[a].text,
                              labels[b].text);
            free(svg);
        }
    }
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_an_outlier_is_at_the_rim);
    RUN(test_without_outliers_nothing_is_said);
    RUN(test_points_that_are_all_the_same_are_drawn);
    RUN(test_the_axis_of_few_values);
    RUN(test_ten_colours_differ_for_all_eyes);
    RUN(test_thirty_and_fifty_series_differ);
    RUN(test_labels_do_not_meet);
    fixture_folder_remove();
    return check_status();
}
