#include "output/waveform_figure.h"

#include "audio/spectrogram.h"
#include "output/gnuplot.h"

#include <math.h>
#include <stdlib.h>

enum { SIZE = 1024, HOP = SIZE / 4, BINS = SIZE / 2 + 1 }; // of the transform, samples
enum { MARGIN = SIZE / 2 };

enum { LEFT = 84, PANEL = 600, GAP = 32, RIGHT = 100, HEIGHT = 640 }; // pixels
enum { COLUMNS = PANEL };                                             // the most of a sound

enum { LOW = -100, HIGH = -10 }; // levels that are shown, in dB

// Dark violet to pale yellow with uniform steps of lightness: nine values of matplotlib's "inferno"
// (by N. Smith and S. van der Walt).
static const char palette[] =
    "set palette defined (0 '#000004', 1 '#1f0c48', 2 '#550f6d', 3 '#88226a', 4 '#ba3655', "
    "5 '#e35933', 6 '#f98c0a', 7 '#f9c932', 8 '#fcffa4')\n";

// Returns the samples of a column, so that the sound fits.
static size_t column_step(size_t samples)
{
    const size_t step = (samples + COLUMNS - 1) / COLUMNS;
    return step > HOP ? step : HOP;
}

static size_t column_count(size_t samples)
{
    return (samples + column_step(samples) - 1) / column_step(samples);
}

static int picture_width(size_t count)
{
    return LEFT + (int)count * (PANEL + GAP) + RIGHT;
}

// ---- Waveforms ----

// Writes a line for each column: seconds, lowest and highest sample. Returns the largest absolute
// value. column[] is scratch.
static float write_waveform(FILE *script, size_t index, const Sound *sound, double rate,
                            float *column)
{
    const size_t step = column_step(sound->samples);
    float peak = 0.0f;
    fprintf(script, "$wave%zu << EOD\n", index);
    for (size_t at = 0; at < sound->samples; at += step) {
        const size_t left = sound->samples - at, n = left < step ? left : step;
        sound_read(sound, at, n, column);
        float low = column[0], high = low;
        for (size_t i = 1; i < n; i++) {
            low = fminf(low, column[i]);
            high = fmaxf(high, column[i]);
        }
        fprintf(script, "%.6g %.5g %.5g\n", ((double)at + 0.5 * (double)step) / rate, (double)low,
                (double)high);
        peak = fmaxf(peak, fmaxf(-low, high));
    }
    fputs("EOD\n", script);
    return peak;
}

// The scale of all waveforms.
static bool write_waveforms(FILE *script, const FigureSound *sounds, size_t count, double rate,
                            float *peak, Error *error)
{
    *peak = 0.0f;
    for (size_t s = 0; s < count; s++) {
        const Sound *sound = &sounds[s].sound;
        float *column = malloc(column_step(sound->samples) * sizeof *column);
        if (!column) return error_out_of_memory(error);
        *peak = fmaxf(*peak, write_waveform(script, s, sound, rate, column));
        free(column);
    }
    return true;
}

// ---- Spectrograms ----

// Computes the mean power, as a level, of the frames whose middles are in the column. The frames
// reach beyond the column, so the samples there are transformed too. audio[] is scratch.
static bool make_column(const Sound *sound, size_t at, float *audio, float level[BINS],
                        Error *error)
{
    const size_t step = column_step(sound->samples);
    const size_t from = at > MARGIN ? at - MARGIN : 0;
    const size_t end = at + step + MARGIN < sound->samples ? at + step + MARGIN : sound->samples;
    Spectrogram spectrogram;
    sound_read(sound, from, end - from, audio);
    if (!spectrogram_make(&spectrogram, audio, end - from, SIZE, HOP, error)) return false;
    const size_t first = (at - from + HOP - 1) / HOP;
    size_t behind = (at - from + step + HOP - 1) / HOP;
    if (behind > spectrogram.frames) behind = spectrogram.frames;
    for (size_t b = 0; b < BINS; b++) {
        double power = 0.0;
        for (size_t t = first; t < behind; t++)
            power += pow(10.0, 0.1 * (double)spectrogram.level[t * BINS + b]);
        level[b] = (float)(10.0 * log10(power / (double)(behind - first)));
    }
    spectrogram_free(&spectrogram);
    return true;
}

// Returns all columns, by rows from low to high frequencies; the caller frees them.
static float *make_image(const Sound *sound, Error *error)
{
    const size_t columns = column_count(sound->samples), step = column_step(sound->samples);
    float level[BINS], *image = malloc(columns * BINS * sizeof *image);
    float *audio = malloc((step + 2 * MARGIN) * sizeof *audio);
    bool good = (image && audio) || error_out_of_memory(error);
    for (size_t c = 0; good && c < columns; c++) {
        good = make_column(sound, c * step, audio, level, error);
        for (size_t b = 0; good && b < BINS; b++) image[b * columns + c] = level[b];
    }
    free(audio);
    if (good) return image;
    free(image);
    return NULL;
}

// ---- The picture ----

// Places a panel, in parts of the picture's height.
static void set_place(FILE *script, size_t index, size_t count, double bottom, double top)
{
    const double width = picture_width(count), left = LEFT + (double)index * (PANEL + GAP);
    fprintf(script, "set lmargin at screen %.6f\nset rmargin at screen %.6f\n", left / width,
            (left + PANEL) / width);
    fprintf(script, "set bmargin at screen %g\nset tmargin at screen %g\n", bottom, top);
}

static void draw_waveform(Gnuplot *plot, const FigureSound *sound, size_t index, float peak)
{
    FILE *script = plot->script;
    gnuplot_set(plot, "title", sound->title);
    gnuplot_set(plot, "ylabel", index == 0 ? "amplitude" : "");
    fprintf(script,
            "unset colorbox\nset xlabel ''\nset yrange [%g:%g]\nset format x ''\n"
            "set format y '%s'\nplot $wave%zu using 1:2:3 with filledcurves fillcolor '%s' "
            "notitle\n",
            -1.05 * (double)peak, 1.05 * (double)peak, index == 0 ? "%g" : "", index,
            gnuplot_colour[0]);
}

static bool draw_spectrogram(Gnuplot *plot, const FigureSound *sound, size_t index, bool last,
                             double rate, Error *error)
{
    FILE *script = plot->script;
    const size_t samples = sound->sound.samples;
    float *image = make_image(&sound->sound, error);
    if (!image) return false;
    const size_t columns = column_count(samples);
    const double seconds = (double)column_step(samples) / rate;
    gnuplot_set(plot, "ylabel", index == 0 ? "frequency (kHz)" : "");
    fprintf(script,
            "set title ''\n%sset xlabel 'time (s)'\nset yrange [0:%g]\n"
            "set format x '%%g'\nset format y '%s'\n",
            last ? "set colorbox user origin graph 1.025, graph 0 size graph 0.025, graph 1\n"
                 : "unset colorbox\n",
            rate / 2000.0, index == 0 ? "%g" : "");
    fprintf(script,
            "plot '-' binary array=(%zu,%d) format='%%float' origin=(%g,0) dx=%.9g dy=%.9g "
            "with image notitle\n",
            columns, BINS, 0.5 * seconds, seconds, rate / SIZE / 1000.0);
    fwrite(image, sizeof *image, columns * BINS, script);
    fputc('\n', script);
    free(image);
    return true;
}

static bool draw_sound(Gnuplot *plot, const FigureSound *sounds, size_t count, size_t index,
                       double rate, float peak, Error *error)
{
    const FigureSound *sound = &sounds[index];
    fprintf(plot->script, "set xrange [0:%.9g]\n", (double)sound->sound.samples / rate);
    set_place(plot->script, index, count, 0.70, 0.92);
    draw_waveform(plot, sound, index, peak > 0.0f ? peak : 1.0f);
    set_place(plot->script, index, count, 0.12, 0.67);
    return draw_spectrogram(plot, sound, index, index + 1 == count, rate, error);
}

static bool draw_sounds(Gnuplot *plot, const FigureSound *sounds, size_t count, double rate,
                        Error *error)
{
    float peak;
    if (!write_waveforms(plot->script, sounds, count, rate, &peak, error)) return false;
    fprintf(plot->script,
            "%sset cbrange [%d:%d]\nset cblabel 'level (dB)' textcolor '#222222'\n"
            "set tics out\nset grid front\nunset grid\nset multiplot\n",
            palette, LOW, HIGH);
    for (size_t s = 0; s < count; s++)
        if (!draw_sound(plot, sounds, count, s, rate, peak, error)) return false;
    fputs("unset multiplot\n", plot->script);
    return true;
}

bool waveform_figure(const char *path, const FigureSound *sounds, size_t count, double rate,
                     Error *error)
{
    Gnuplot plot;
    if (!gnuplot_begin(&plot, path, picture_width(count), HEIGHT, error)) return false;
    if (draw_sounds(&plot, sounds, count, rate, error)) return gnuplot_end(&plot, error);
    gnuplot_abandon(&plot);
    return false;
}
