#include "output/plot.h"

#include "files/file.h"
#include "files/plain_text.h"
#include "output/gnuplot.h"
#include "output/plot_axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 680, HEIGHT = 420, LEGEND_LINE = 20 }; // pixels
enum { NAME_MAX_BYTES = 255 };                        // of a row's name that are shown

// Disc, square, triangle, diamond, triangle upside down; one less is the hollow one.
static const int shapes[] = {7, 5, 9, 13, 11};
enum { SHAPES = sizeof shapes / sizeof *shapes, CLEAR_SHAPES = 3 }; // that differ most
enum { MARKS = SHAPES * GNUPLOT_COLOURS };

static const char *colour_of(size_t series)
{
    return gnuplot_colour[series % GNUPLOT_COLOURS];
}

static void write_number(FILE *script, double value)
{
    if (isfinite(value))
        fprintf(script, " %.9g", value);
    else
        fputs(" NaN", script);
}

// Writes each series as a data block "$s0", "$s1" …; returns true if there is any point.
static bool write_series(FILE *script, const PlotFigure *figure)
{
    bool any = false;
    for (size_t s = 0; s < figure->series_count; s++) {
        const PlotSeries *series = &figure->series[s];
        fprintf(script, "$s%zu << EOD\n", s);
        for (size_t i = 0; i < series->count; i++) {
            const double y = series->y[i];
            const bool shown = isfinite(y);
            write_number(script, series->x ? series->x[i] : (double)i + 1.0);
            write_number(script, shown ? y : NAN);
            fputc('\n', script);
            any |= shown;
        }
        fputs("EOD\n", script);
    }
    return any;
}

static void range_of(const PlotFigure *figure, double *low, double *high)
{
    *low = INFINITY, *high = -INFINITY;
    for (size_t s = 0; s < figure->series_count; s++)
        for (size_t i = 0; i < figure->series[s].count; i++) {
            const double y = figure->series[s].y[i];
            if (!isfinite(y)) continue;
            *low = fmin(*low, y);
            *high = fmax(*high, y);
        }
}

// gnuplot labels only powers of ten, which leaves a short axis without a number.
static void set_log_axis(FILE *script, const PlotFigure *figure)
{
    double low, high;
    range_of(figure, &low, &high);
    if (low <= 0.0) return;       // the loss of a good network in decibels is below 0
    if (high < 4.0 * low) return; // nearly linear, with hardly a number
    fprintf(script, "set logscale y\nset yrange [%g:%g]\n", low / 1.1, high * 1.1);
    const int first = (int)floor(log10(low)), last = (int)floor(log10(high));
    if (last - first > 3) return; // powers of ten are enough
    fputs("set ytics (", script);
    for (int decade = first; decade <= last; decade++)
        fprintf(script, "%s1e%d, 2e%d, 5e%d", decade == first ? "" : ", ", decade, decade, decade);
    fputs(")\n", script);
}

static int legend_lines(const PlotFigure *figure)
{
    size_t letters = 0; // the legend wraps at the figure's width
    for (size_t s = 0; s < figure->series_count; s++) {
        const char *name = figure->series[s].name;
        size_t length = 0;
        while (name && name[length]) length++;
        letters = length > letters ? length : letters;
    }
    if (letters == 0) return 0;
    const size_t entry = 9 * letters + 60, across = entry < WIDTH - 80 ? (WIDTH - 80) / entry : 1;
    return (int)((figure->series_count + across - 1) / across);
}

static bool begin_figure(Gnuplot *plot, const char *path, const PlotFigure *figure, int height,
                         Error *error)
{
    if (!gnuplot_begin(plot, path, WIDTH, height + LEGEND_LINE * (1 + legend_lines(figure)), error))
        return false;
    gnuplot_set(plot, "title", figure->title);
    gnuplot_set(plot, "xlabel", figure->x_label);
    gnuplot_set(plot, "ylabel", figure->y_label);
    gnuplot_set(plot, "zlabel", figure->z_label);
    fputs("set key below center horizontal Left reverse samplen 2 title ' '\n", plot->script);
    return true;
}

static bool nothing_to_draw(Gnuplot *plot, const char *path, Error *error)
{
    gnuplot_abandon(plot);
    return error_set(error, "%s: there is nothing to draw", path);
}

static void write_title(Gnuplot *plot, const char *name)
{
    if (!name) {
        fputs(" notitle", plot->script);
        return;
    }
    fputs(" title ", plot->script);
    gnuplot_quote(plot, name);
}

static size_t longest(const PlotFigure *figure)
{
    size_t count = 0;
    for (size_t s = 0; s < figure->series_count; s++)
        if (figure->series[s].count > count) count = figure->series[s].count;
    return count;
}

bool plot_curves(const char *path, const PlotFigure *figure, Error *error)
{
    Gnuplot plot;
    if (!begin_figure(&plot, path, figure, HEIGHT, error)) return false;
    FILE *script = plot.script;
    if (!write_series(script, figure)) return nothing_to_draw(&plot, path, error);
    if (figure->log_y) set_log_axis(script, figure);
    if (longest(figure) <= 12) fputs("set xtics 1\n", script); // no halves of epochs
    fputs("set autoscale xfix\nset offsets graph 0.01, graph 0.01, 0, 0\n", script);
    for (size_t s = 0; s < figure->series_count; s++) {
        const PlotSeries *series = &figure->series[s];
        // Points make a single epoch visible; many of them hide the line.
        fprintf(script,
                "%s $s%zu using 1:2 with linespoints linecolor '%s' linewidth 2 dashtype %zu "
                "pointtype 7 pointsize %g",
                s == 0 ? "plot" : ",", s, colour_of(s), 1 + s / GNUPLOT_COLOURS,
                series->count <= 60 ? 0.35 : 0.0);
        write_title(&plot, series->name);
    }
    fputc('\n', script);
    return gnuplot_end(&plot, error);
}

bool plot_curves_in(const char *folder, const char *name, const PlotFigure *figure, Error *error)
{
    char *path = file_join(folder, name);
    const bool good = path ? plot_curves(path, figure, error) : error_out_of_memory(error);
    free(path);
    return good;
}

// ---- Points ----

enum { SCATTER_HEIGHT = 520, LEGEND_LETTERS = 24 };

// Points whose coordinates are all finite are drawn; those beyond an axis at its end, hollow.
typedef struct {
    const PlotFigure *figure;
    int dimensions;
    PlotAxis axis[3];
    size_t beyond; // points
} Scatter;

static double coordinate(const PlotSeries *series, int dimension, size_t point)
{
    if (dimension == 0) return series->x ? series->x[point] : (double)point + 1.0;
    return dimension == 1 ? series->y[point] : series->z[point];
}

static bool is_drawn(const Scatter *scatter, const PlotSeries *series, size_t point)
{
    for (int d = 0; d < scatter->dimensions; d++)
        if (!isfinite(coordinate(series, d, point))) return false;
    return true;
}

static bool is_beyond(const Scatter *scatter, const PlotSeries *series, size_t point)
{
    for (int d = 0; d < scatter->dimensions; d++) {
        const double value = coordinate(series, d, point);
        if (value < scatter->axis[d].low || value > scatter->axis[d].high) return true;
    }
    return false;
}

// Makes the axes; returns false without points. value[] is scratch for a coordinate of all points.
static bool make_axes(Scatter *scatter, double *value)
{
    size_t count = 0;
    for (int d = 0; d < scatter->dimensions; d++) {
        count = 0;
        for (size_t s = 0; s < scatter->figure->series_count; s++) {
            const PlotSeries *series = &scatter->figure->series[s];
            for (size_t i = 0; i < series->count; i++)
                if (is_drawn(scatter, series, i)) value[count++] = coordinate(series, d, i);
        }
        if (count > 0) scatter->axis[d] = plot_axis_make(value, count);
    }
    return count > 0;
}

static bool find_axes(Scatter *scatter, const char *path, Error *error)
{
    size_t points = 0;
    for (size_t s = 0; s < scatter->figure->series_count; s++)
        points += scatter->figure->series[s].count;
    double *value = malloc((points + 1) * sizeof *value);
    if (!value) return error_out_of_memory(error);
    const bool any = make_axes(scatter, value);
    free(value);
    return any || error_set(error, "%s: there is nothing to draw", path);
}

// Writes the points of a series within the axes, or those beyond; returns how many.
static size_t write_points(FILE *script, const Scatter *scatter, size_t s, bool beyond)
{
    const PlotSeries *series = &scatter->figure->series[s];
    size_t count = 0;
    fprintf(script, "$%s%zu << EOD\n", beyond ? "rim" : "s", s);
    for (size_t i = 0; i < series->count; i++) {
        if (!is_drawn(scatter, series, i) || is_beyond(scatter, series, i) != beyond) continue;
        for (int d = 0; d < scatter->dimensions; d++)
            write_number(script, plot_axis_limit(&scatter->axis[d], coordinate(series, d, i)));
        fputc('\n', script);
        count++;
    }
    fputs("EOD\n", script);
    return count;
}

static void write_all_points(FILE *script, Scatter *scatter)
{
    for (size_t s = 0; s < scatter->figure->series_count; s++) {
        write_points(script, scatter, s, false);
        scatter->beyond += write_points(script, scatter, s, true);
    }
}

// The tics of the floor stand before it, and the names of its axes are parallel to them: they meet
// neither each other nor the tics.
static void set_axes(FILE *script, const Scatter *scatter)
{
    static const char letter[] = "xyz";
    for (int d = 0; d < scatter->dimensions; d++)
        plot_axis_write(script, letter[d], &scatter->axis[d], scatter->dimensions == 3 ? 5 : 6);
    fputs("set format '%.4g'\n", script); // 2e+05 for 200000
    if (scatter->dimensions < 3) return;
    fputs("set view 62, 32\nset xyplane relative 0\nset border 895\n"
          "set xlabel rotate parallel offset 0, -0.5\nset ylabel rotate parallel offset 0, -0.5\n"
          "set zlabel rotate by 90 offset -2, 0\nset xtics offset 0, -0.3\n"
          "set ytics offset 0.3, -0.3\nunset grid\nset grid ztics\n",
          script);
}

// Writes what the reader must know, above the legend.
static void write_note(FILE *script, const Scatter *scatter)
{
    char beyond[96] = "", repeat[96] = "";
    if (scatter->beyond > 0)
        snprintf(beyond, sizeof beyond, "%zu point%s beyond the rim: hollow, at the edge",
                 scatter->beyond, scatter->beyond == 1 ? "" : "s");
    if (scatter->figure->series_count > MARKS)
        snprintf(repeat, sizeof repeat, "%scolours and marks repeat after %d",
                 scatter->beyond > 0 ? "; " : "", MARKS);
    if (!*beyond && !*repeat) return;
    fprintf(script, "set key title \"\\n%s%s\"\n", beyond, repeat); // below the name of the axis
}

// Writes the mark of a series: neighbours differ in colour and shape, up to MARKS series in one.
static void write_mark(FILE *script, const Scatter *scatter, size_t s, bool hollow)
{
    const size_t kinds = scatter->figure->series_count <= (size_t)CLEAR_SHAPES * GNUPLOT_COLOURS
                             ? CLEAR_SHAPES
                             : SHAPES;
    fprintf(script, " with points linecolor '%s' pointtype %d", colour_of(s),
            shapes[(s + s / GNUPLOT_COLOURS) % kinds] - (hollow ? 1 : 0));
}

// Writes a name of at most LEGEND_LETTERS letters, so that the legend fits.
static void write_short_title(Gnuplot *plot, const char *name)
{
    char text[5 * LEGEND_LETTERS + sizeof "\u2026"];
    size_t used = 0;
    for (int letters = 0; *name; letters++) {
        const int length = plain_text_character(name), bytes = length > 0 ? length : 1;
        if (letters == LEGEND_LETTERS) {
            memcpy(text + used, "\u2026", sizeof "\u2026");
            used += sizeof "\u2026" - 1;
            break;
        }
        memcpy(text + used, name, (size_t)bytes);
        used += (size_t)bytes;
        name += bytes;
    }
    text[used] = 0;
    write_title(plot, text);
}

static void write_plot(Gnuplot *plot, const Scatter *scatter)
{
    FILE *script = plot->script;
    const char *columns = scatter->dimensions == 3 ? "1:2:3" : "1:2";
    fputs(scatter->dimensions == 3 ? "splot " : "plot ", script);
    for (size_t s = 0; s < scatter->figure->series_count; s++) {
        for (int hollow = 0; hollow < 2; hollow++) {
            fprintf(script, "$%s%zu using %s", hollow ? "rim" : "s", s, columns);
            write_mark(script, scatter, s, hollow);
            fprintf(script, " pointsize %g notitle, ", hollow ? 0.9 : 0.6);
        }
    }
    const char *before = ""; // the legend's marks are larger than the points
    for (size_t s = 0; s < scatter->figure->series_count && s < MARKS; s++) {
        fprintf(script, "%skeyentry", before);
        write_mark(script, scatter, s, false);
        fputs(" pointsize 1", script);
        if (scatter->figure->series[s].name)
            write_short_title(plot, scatter->figure->series[s].name);
        else
            write_title(plot, NULL);
        before = ", ";
    }
    fputc('\n', script);
}

bool plot_scatter(const char *path, const PlotFigure *figure, Error *error)
{
    Gnuplot plot;
    Scatter scatter = {.figure = figure, .dimensions = 2};
    if (figure->series_count > 0 && figure->series[0].z) scatter.dimensions = 3;
    if (!find_axes(&scatter, path, error) ||
        !begin_figure(&plot, path, figure, SCATTER_HEIGHT, error))
        return false;
    write_all_points(plot.script, &scatter);
    set_axes(plot.script, &scatter);
    write_note(plot.script, &scatter);
    write_plot(&plot, &scatter);
    return gnuplot_end(&plot, error);
}

// ---- Matrices ----

// Returns a shade between white and the first colour.
static unsigned shade(double share)
{
    const double red = 255.0 + share * (0x00 - 255.0), green = 255.0 + share * (0x72 - 255.0),
                 blue = 255.0 + share * (0xb2 - 255.0);
    return (unsigned)lround(red) << 16 | (unsigned)lround(green) << 8 | (unsigned)lround(blue);
}

// The label of a tic is a format. Labels are cut at the length of a file name.
static void double_percents(const char *name, char format[2 * NAME_MAX_BYTES + 1])
{
    for (int i = 0; i < NAME_MAX_BYTES && name[i]; i++) {
        *format++ = name[i];
        if (name[i] == '%') *format++ = '%';
    }
    *format = 0;
}

static void write_names(Gnuplot *plot, const char *axis, const PlotMatrix *matrix)
{
    fprintf(plot->script, "set %s (", axis);
    for (size_t i = 0; i < matrix->kinds; i++) {
        if (i > 0) fputs(", ", plot->script);
        char format[2 * NAME_MAX_BYTES + 1];
        double_percents(matrix->name[i], format);
        gnuplot_quote(plot, format);
        fprintf(plot->script, " %zu", i);
    }
    fputs(")\n", plot->script);
}

// Writes a line for each cell: column, row, its colour, the colour of its text, the text.
static void write_cells(FILE *script, const PlotMatrix *matrix)
{
    fputs("$cells << EOD\n", script);
    for (size_t r = 0; r < matrix->kinds; r++) {
        const double *row = matrix->value + r * matrix->kinds;
        double sum = 0.0;
        for (size_t c = 0; c < matrix->kinds; c++) sum += row[c];
        for (size_t c = 0; c < matrix->kinds; c++) {
            const double share = sum > 0.0 ? row[c] / sum : 0.0;
            const unsigned text = row[c] == 0.0 ? 0xaaaaaa : share > 0.5 ? 0xffffff : 0x222222;
            fprintf(script, "%zu %zu %u %u \"%.4g\"\n", c, r, shade(share), text, row[c]);
        }
    }
    fputs("EOD\n", script);
}

bool plot_matrix(const char *path, const PlotMatrix *matrix, Error *error)
{
    Gnuplot plot;
    const int side = 170 + 52 * (int)matrix->kinds; // pixels
    if (!gnuplot_begin(&plot, path, side, side, error)) return false;
    if (matrix->kinds == 0) return nothing_to_draw(&plot, path, error);
    FILE *script = plot.script;
    gnuplot_set(&plot, "title", matrix->title);
    gnuplot_set(&plot, "xlabel", matrix->column_label);
    gnuplot_set(&plot, "ylabel", matrix->row_label);
    write_names(&plot, "xtics rotate by 40 right", matrix);
    write_names(&plot, "ytics", matrix);
    write_cells(script, matrix);
    fprintf(script,
            "unset grid\nunset border\nset tics scale 0\nunset key\nset size ratio -1\n"
            "set xrange [-0.5:%g]\nset yrange [%g:-0.5]\n",
            (double)matrix->kinds - 0.5, (double)matrix->kinds - 0.5);
    fputs("plot $cells using 1:2:(0.48):(0.48):3 with boxxyerror fillstyle solid 1 noborder "
          "linecolor rgb variable, '' using 1:2:5:4 with labels textcolor rgb variable\n",
          script);
    return gnuplot_end(&plot, error);
}
