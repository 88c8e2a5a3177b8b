#include "output/waveform_figure.h"

#include "audio/spectrogram.h"
#include "output/gnuplot.h"
#include "output/plot_axis.h"

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

// What all sounds of a picture share.
typedef struct {
    double rate;      // Hz
    double unit;      // samples of a unit of time
    const char *time; // the label of its axis
} Scales;

// Milliseconds for sounds that are all shorter than a tenth of a second.
static Scales make_scales(const FigureSound *sounds, size_t count, double rate)
{
    size_t longest = 0;
    for (size_t s = 0; s < count; s++)
        if (sounds[s].sound.samples > longest) longest = sounds[s].sound.samples;
    if ((double)longest < 0.1 * rate) return (Scales){rate, rate / 1000.0, "time (ms)"};
    return (Scales){rate, rate, "time (s)"};
}

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

// Returns the samples of a column of the waveform: 1 if each sample has its own.
static size_t wave_step(size_t samples)
{
    return (samples + COLUMNS - 1) / COLUMNS;
}

// Writes a line for each column: time, lowest and highest sample. Returns the largest absolute
// value. column[] is scratch.
static float write_waveform(FILE *script, size_t index, const Sound *sound, double unit,
                            float *column)
{
    const size_t step = wave_step(sound->samples);
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
        fprintf(script, "%.6g %.5g %.5g\n", ((double)at + 0.5 * (double)step) / unit, (double)low,
                (double)high);
        peak = fmaxf(peak, fmaxf(-low, high));
    }
    fputs("EOD\n", script);
    return peak;
}

// Writes the waveforms of all sounds, and returns their peaks.
static bool write_waveforms(FILE *script, const FigureSound *sounds, size_t count, double unit,
                            float peak[WAVEFORM_FIGURE_SOUNDS], Error *error)
{
    for (size_t s = 0; s < count; s++) {
        const Sound *sound = &sounds[s].sound;
        float *column = malloc(wave_step(sound->samples) * sizeof *column);
        if (!column) return error_out_of_memory(error);
        peak[s] = write_waveform(script, s, sound, unit, column);
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

// Draws the waveform up to `scale`, and says so if nothing sounds. Few samples are a line through
// each of them.
static void draw_waveform(Gnuplot *plot, const FigureSound *sound, size_t index, bool silent,
                          float scale)
{
    FILE *script = plot->script;
    const size_t samples = sound->sound.samples;
    gnuplot_set(plot, "title", sound->title);
    gnuplot_set(plot, "ylabel", index == 0 ? "amplitude" : "");
    if (silent)
        fputs("set label 1 'silent' at graph 0.5, graph 0.75 center textcolor '#222222'\n", script);
    fprintf(script,
            "unset colorbox\nset xlabel ''\nset yrange [%g:%g]\nset format x ''\n"
            "set format y '%s'\nplot $wave%zu using ",
            -1.05 * (double)scale, 1.05 * (double)scale, index == 0 ? "%g" : "", index);
    if (wave_step(samples) > 1) // thin ones would be faint without their outline
        fprintf(script,
                "1:2:3 with filledcurves fillcolor '%s' notitle, $wave%zu using 1:2 with lines "
                "linecolor '%s' notitle, $wave%zu using 1:3 with lines linecolor '%s'",
                gnuplot_colour[0], index, gnuplot_colour[0], index, gnuplot_colour[0]);
    else
        fprintf(script, "1:2 with linespoints pointtype 7 pointsize %g linecolor '%s'",
                samples <= 60 ? 0.5 : 0.0, gnuplot_colour[0]);
    fputs(" notitle\nunset label 1\n", script);
}

static bool draw_spectrogram(Gnuplot *plot, const FigureSound *sound, size_t index, bool last,
                             const Scales *scales, Error *error)
{
    FILE *script = plot->script;
    const size_t samples = sound->sound.samples;
    float *image = make_image(&sound->sound, error);
    if (!image) return false;
    const size_t columns = column_count(samples);
    const bool one = columns == 1; // gnuplot draws no image of one column: it is drawn twice
    const double width =
        (one ? 0.5 * (double)samples : (double)column_step(samples)) / scales->unit;
    gnuplot_set(plot, "ylabel", index == 0 ? "frequency (kHz)" : "");
    fprintf(script,
            "set title ''\n%sset xlabel '%s'\nset yrange [0:%g]\n"
            "set format x '%%g'\nset format y '%s'\n",
            last ? "set colorbox user origin graph 1.025, graph 0 size graph 0.025, graph 1\n"
                 : "unset colorbox\n",
            scales->time, scales->rate / 2000.0, index == 0 ? "%g" : "");
    fprintf(script,
            "plot '-' binary array=(%zu,%d) format='%%float' origin=(%g,0) dx=%.9g dy=%.9g "
            "with image notitle\n",
            one ? 2 : columns, BINS, 0.5 * width, width, scales->rate / SIZE / 1000.0);
    for (size_t i = 0; i < columns * BINS; i++)
        for (int copy = 0; copy < (one ? 2 : 1); copy++)
            fwrite(&image[i], sizeof *image, 1, script);
    fputc('\n', script);
    free(image);
    return true;
}

static bool draw_sound(Gnuplot *plot, const FigureSound *sounds, size_t count, size_t index,
                       const Scales *scales, const float *peak, Error *error)
{
    const FigureSound *sound = &sounds[index];
    float scale = 0.0f; // of all waveforms
    for (size_t s = 0; s < count; s++) scale = fmaxf(scale, peak[s]);
    const double duration = (double)sound->sound.samples / scales->unit;
    fprintf(plot->script, "set xrange [0:%.9g]\nset xtics %.9g\n", duration,
            plot_axis_step(duration, 6));
    set_place(plot->script, index, count, 0.70, 0.92);
    draw_waveform(plot, sound, index, peak[index] <= 0.0f, scale > 0.0f ? scale : 1.0f);
    set_place(plot->script, index, count, 0.12, 0.67);
    return draw_spectrogram(plot, sound, index, index + 1 == count, scales, error);
}

static bool draw_sounds(Gnuplot *plot, const FigureSound *sounds, size_t count, double rate,
                        Error *error)
{
    float peak[WAVEFORM_FIGURE_SOUNDS];
    const Scales scales = make_scales(sounds, count, rate);
    if (!write_waveforms(plot->script, sounds, count, scales.unit, peak, error)) return false;
    fprintf(plot->script,
            "%sset cbrange [%d:%d]\nset cblabel 'level (dB)' textcolor '#222222'\n"
            "set tics out\nset grid front\nunset grid\nset multiplot\n",
            palette, LOW, HIGH);
    for (size_t s = 0; s < count; s++)
        if (!draw_sound(plot, sounds, count, s, &scales, peak, error)) return false;
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
