// Figures: each kind is drawn, the same bytes each time, whatever its texts hold; what cannot be
// drawn is refused in a line and leaves nothing behind.
#define _XOPEN_SOURCE 700
#include "files/file.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "output/gnuplot.h"
#include "output/plot.h"

static const double falling[] = {0.0082, 0.0044, 0.0031, 0.0026, 0.0023};
static const double lower[] = {0.0061, 0.0029, 0.0017, 0.0012, 0.0011};

static const PlotSeries two[] = {
    {.name = "training", .y = falling, .count = 5},
    {.name = "validation", .y = lower, .count = 5},
};
static const PlotFigure losses = {
    .title = "Loss", .x_label = "epoch", .y_label = "MSE", .series = two, .series_count = 2};

// A whole file as a text; the caller frees it.
static char *read_text(const char *name)
{
    Error error;
    size_t size = 0;
    char *text = (char *)file_read(fixture_path(name), 1 << 24, &size, &error);
    if (text) text[size] = 0;
    return text;
}

static size_t occurrences(const char *text, const char *of)
{
    size_t count = 0;
    for (; text && (text = strstr(text, of)); text++) count++;
    return count;
}

static void test_curves_have_all_series(void)
{
    Error error = {""};
    CHECK_MSG(plot_curves(fixture_path("a.svg"), &losses, &error), "%s", error.text);
    char *text = read_text("a.svg");
    REQUIRE(text);
    CHECK(strncmp(text, "<?xml", 5) == 0 && strstr(text, "</svg>"));
    CHECK(strstr(text, ">training<") && strstr(text, ">validation<") && strstr(text, ">epoch<"));
    CHECK(occurrences(text, gnuplot_colour[0]) > 0 || occurrences(text, "0, 114, 178") > 0);
    free(text);
}

static void test_same_data_same_bytes(void)
{
    Error error;
    REQUIRE(plot_curves(fixture_path("a.svg"), &losses, &error));
    REQUIRE(plot_curves(fixture_path("b.svg"), &losses, &error));
    char *a = read_text("a.svg"), *b = read_text("b.svg");
    CHECK(a && b && strcmp(a, b) == 0);
    free(a);
    free(b);
}

static void test_png_is_a_png(void)
{
    Error error = {""};
    CHECK_MSG(plot_curves(fixture_path("a.png"), &losses, &error), "%s", error.text);
    char *bytes = read_text("a.png");
    CHECK(bytes && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0);
    free(bytes);
}

static void test_log_axis_has_numbers(void)
{
    static const double with_holes[] = {0.0082, NAN, 0.0023, 0.0019};
    const PlotSeries series = {.name = "holes", .y = with_holes, .count = 4};
    const PlotFigure figure = {.log_y = true, .series = &series, .series_count = 1};
    Error error = {""};
    CHECK_MSG(plot_curves(fixture_path("log.svg"), &figure, &error), "%s", error.text);
    char *text = read_text("log.svg");
    CHECK(text && strstr(text, "0.005"));
    free(text);
}

// A loss in decibels.
static void test_values_below_zero_are_drawn(void)
{
    static const double decibels[] = {3.0, -4.8, -9.1};
    const PlotSeries series = {.name = "loss", .y = decibels, .count = 3};
    const PlotFigure figure = {.log_y = true, .series = &series, .series_count = 1};
    Error error = {""};
    CHECK_MSG(plot_curves(fixture_path("below.svg"), &figure, &error), "%s", error.text);
    char *text = read_text("below.svg");
    CHECK(text && strstr(text, ">-8<"));
    free(text);
}

// Commands of the shell or of gnuplot in a text are only text.
static void test_texts_are_never_commands(void)
{
    char title[2048], made[600];
    snprintf(made, sizeof made, "%s", fixture_path("made"));
    snprintf(title, sizeof title,
             "'`touch %s`' '; system('touch %s') # \" \\ {/x}_y^2 <&>\n\x01\xff%%d", made, made);
    const PlotSeries series = {.name = title, .y = falling, .count = 5};
    const PlotFigure figure = {
        .title = title, .x_label = title, .y_label = title, .series = &series, .series_count = 1};
    const char *const names[] = {title, "b"};
    const double values[] = {1, 2, 3, 4};
    const PlotMatrix matrix = {.title = title, .name = names, .kinds = 2, .value = values};
    Error error = {""};
    CHECK_MSG(plot_curves(fixture_path("odd.svg"), &figure, &error), "%s", error.text);
    CHECK_MSG(plot_matrix(fixture_path("odd matrix.svg"), &matrix, &error), "%s", error.text);
    CHECK(plot_curves(fixture_path("'`touch made`' \"$(touch made).svg"), &losses, &error));
    CHECK(access(made, F_OK) != 0);
    char *text = read_text("odd.svg");
    CHECK(text && strstr(text, "\\ {/x}_y^2 &lt;&amp;>\\x0a\\x01\\xff%d"));
    free(text);
}

static void test_scatter_in_two_and_three_dimensions(void)
{
    PlotSeries series[30];
    char names[30][32];
    for (int s = 0; s < 30; s++) {
        snprintf(names[s], sizeof names[s], "cluster %d", s + 1);
        series[s] = (PlotSeries){names[s], falling, lower, NULL, 5};
    }
    PlotFigure figure = {.series = series, .series_count = 30};
    Error error = {""};
    CHECK_MSG(plot_scatter(fixture_path("2d.svg"), &figure, &error), "%s", error.text);
    for (int s = 0; s < 30; s++) series[s].z = falling;
    CHECK_MSG(plot_scatter(fixture_path("3d.svg"), &figure, &error), "%s", error.text);
    for (int d = 2; d <= 3; d++) {
        char *text = read_text(d == 2 ? "2d.svg" : "3d.svg");
        CHECK(text && strstr(text, ">cluster 1<") && strstr(text, ">cluster 30<"));
        free(text);
    }
}

static void test_matrix_shows_its_values(void)
{
    static const char *const names[] = {"blues", "jazz"};
    static const double values[] = {87, 13, 0, 56};
    const PlotMatrix matrix = {"Test set", "genre", "taken for", names, 2, values};
    Error error = {""};
    CHECK_MSG(plot_matrix(fixture_path("m.svg"), &matrix, &error), "%s", error.text);
    char *text = read_text("m.svg");
    CHECK(text && strstr(text, ">87<") && strstr(text, ">56<") && strstr(text, ">jazz<"));
    free(text);
}

static void test_nothing_to_draw_is_refused(void)
{
    const double none[] = {NAN};
    const PlotSeries series = {.y = none, .count = 1};
    const PlotFigure empty = {0}, hollow = {.series = &series, .series_count = 1};
    Error error;
    CHECK(!plot_curves(fixture_path("never.svg"), &empty, &error));
    CHECK(!plot_scatter(fixture_path("never.svg"), &hollow, &error));
    CHECK(strstr(error.text, "never.svg: there is nothing to draw"));
    CHECK(!plot_curves(fixture_path("never.gif"), &losses, &error));
    CHECK(strstr(error.text, ".svg or .png"));
    CHECK(!plot_curves(fixture_path("nowhere/never.svg"), &losses, &error));
    CHECK(access(fixture_path("never.svg"), F_OK) != 0);
}

static void test_without_gnuplot_is_said(void)
{
    char *path = strdup(getenv("PATH"));
    Error error = {""};
    CHECK(gnuplot_check(&error));
    setenv("PATH", fixture_folder, 1);
    CHECK(!gnuplot_check(&error) && strstr(error.text, "gnuplot-nox"));
    CHECK(!plot_curves(fixture_path("never.svg"), &losses, &error));
    CHECK_MSG(strstr(error.text, "gnuplot-nox"), "%s", error.text);
    CHECK(access(fixture_path("never.svg"), F_OK) != 0);
    setenv("PATH", path, 1);
    free(path);
}

static void test_gnuplots_own_complaint_is_told(void)
{
    Error error;
    Gnuplot plot;
    REQUIRE(gnuplot_begin(&plot, fixture_path("never.svg"), 100, 100, &error));
    fputs("set nonsense\n", plot.script);
    CHECK(!gnuplot_end(&plot, &error));
    CHECK_MSG(strstr(error.text, "unrecognized option"), "%s", error.text);
    CHECK(access(fixture_path("never.svg"), F_OK) != 0);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_curves_have_all_series);
    RUN(test_same_data_same_bytes);
    RUN(test_png_is_a_png);
    RUN(test_log_axis_has_numbers);
    RUN(test_values_below_zero_are_drawn);
    RUN(test_texts_are_never_commands);
    RUN(test_scatter_in_two_and_three_dimensions);
    RUN(test_matrix_shows_its_values);
    RUN(test_nothing_to_draw_is_refused);
    RUN(test_without_gnuplot_is_said);
    RUN(test_gnuplots_own_complaint_is_told);
    fixture_folder_remove();
    return check_status();
}
