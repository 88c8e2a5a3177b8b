// demo: plays a sound file through the built plugin in a real LV2 host, as a musician would: a
// preset is loaded, controls are automated while it plays, the latency is compensated.
//
//     demo PRESET-URI IN OUT.wav [CONTROL SECONDS:VALUE,SECONDS:VALUE,…]…
//
// Prints the automation second by second with the level and how far the sound is from the input.
#include "lib/lv2host.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64, POINTS_MAX = 64, CURVES_MAX = 8 };

typedef struct {
    double time[POINTS_MAX], value[POINTS_MAX]; // seconds, the control's unit
    int points;
    const char *control; // the symbol of its port
} Curve;

static bool read_curve(Curve *curve, const char *control, const char *text)
{
    *curve = (Curve){.control = control};
    for (char *end; *text && curve->points < POINTS_MAX; text = end + (*end == ',')) {
        curve->time[curve->points] = strtod(text, &end);
        if (*end != ':') return false;
        curve->value[curve->points++] = strtod(end + 1, &end);
        if (*end && *end != ',') return false;
    }
    return curve->points > 0;
}

static double curve_at(const Curve *curve, double time)
{
    if (time <= curve->time[0]) return curve->value[0];
    for (int i = 1; i < curve->points; i++) {
        if (time > curve->time[i]) continue;
        const double share = (time - curve->time[i - 1]) / (curve->time[i] - curve->time[i - 1]);
        return curve->value[i - 1] + share * (curve->value[i] - curve->value[i - 1]);
    }
    return curve->value[curve->points - 1];
}

// Channels apart, with room behind the end for the latency.
typedef struct {
    float *channel[2];
    size_t frames;
    int channels;
    double rate;
} Sound;

static bool sound_read(Sound *sound, const char *path)
{
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file || info.channels > 2) {
        fprintf(stderr, "demo: %s: %s\n", path,
                file ? "more than two channels" : sf_strerror(NULL));
        return false;
    }
    float *frames = malloc((size_t)info.frames * (size_t)info.channels * sizeof *frames);
    *sound = (Sound){.frames = (size_t)sf_readf_float(file, frames, info.frames),
                     .channels = info.channels,
                     .rate = info.samplerate};
    sf_close(file);
    for (int c = 0; c < 2; c++) {
        sound->channel[c] = calloc(sound->frames, sizeof(float));
        for (size_t i = 0; c < info.channels && i < sound->frames; i++)
            sound->channel[c][i] = frames[i * (size_t)info.channels + (size_t)c];
    }
    free(frames);
    return true;
}

static bool sound_write(const Sound *sound, const char *path)
{
    SF_INFO info = {.samplerate = (int)sound->rate,
                    .channels = sound->channels,
                    .format = SF_FORMAT_WAV | SF_FORMAT_PCM_24};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    if (!file) {
        fprintf(stderr, "demo: %s: %s\n", path, sf_strerror(NULL));
        return false;
    }
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    for (size_t i = 0; i < sound->frames; i++) {
        const float frame[2] = {sound->channel[0][i], sound->channel[1][i]};
        sf_writef_float(file, frame, 1);
    }
    return sf_close(file) == 0;
}

// Runs the plugin over `in` and as much silence as its latency; what comes out `latency` late is
// written to `out`.
static void play(Host *host, const Curve *curves, int count, const Sound *in, Sound *out)
{
    float block[2][BLOCK];
    float *const buffers[2] = {block[0], block[1]};
    host_run(host, (const float *const *)buffers, buffers, 0);
    const size_t latency = (size_t)*host_control(host, "latency");
    for (size_t at = 0; at < in->frames + latency; at += BLOCK) {
        for (int c = 0; c < in->channels; c++)
            for (size_t i = 0; i < BLOCK; i++)
                block[c][i] = at + i < in->frames ? in->channel[c][at + i] : 0.0f;
        for (int i = 0; i < count; i++)
            *host_control(host, curves[i].control) =
                (float)curve_at(&curves[i], (double)at / in->rate);
        host_run(host, (const float *const *)buffers, buffers, BLOCK);
        for (int c = 0; c < in->channels; c++)
            for (size_t i = 0; i < BLOCK; i++)
                if (at + i >= latency && at + i - latency < out->frames)
                    out->channel[c][at + i - latency] = block[c][i];
    }
    printf("latency: %zu samples, %.2f ms\n", latency, 1e3 * (double)latency / in->rate);
}

static double decibels(double power)
{
    return power > 0.0 ? 10.0 * log10(power) : -INFINITY;
}

static void print_seconds(const Curve *curves, int count, const Sound *in, const Sound *out)
{
    printf("second");
    for (int i = 0; i < count; i++) printf("  %8s", curves[i].control);
    printf("  level in  level out  difference\n");
    const size_t second = (size_t)in->rate;
    for (size_t at = 0; at + second <= in->frames; at += second) {
        double before = 0.0, after = 0.0, apart = 0.0;
        for (int c = 0; c < in->channels; c++) {
            for (size_t i = at; i < at + second; i++) {
                const double x = in->channel[c][i], y = out->channel[c][i];
                before += x * x;
                after += y * y;
                apart += (y - x) * (y - x);
            }
        }
        const double n = (double)(second * (size_t)in->channels);
        printf("%6zu", at / second);
        for (int i = 0; i < count; i++)
            printf("  %8.2f", curve_at(&curves[i], ((double)at + 0.5 * in->rate) / in->rate));
        printf("  %5.1f dB   %5.1f dB    %5.1f dB\n", decibels(before / n), decibels(after / n),
               decibels(apart / n));
    }
}

int main(int argc, char **argv)
{
    Curve curves[CURVES_MAX];
    const int count = (argc - 4) / 2;
    bool understood = argc >= 4 && argc % 2 == 0 && count <= CURVES_MAX;
    for (int i = 0; understood && i < count; i++)
        understood = read_curve(&curves[i], argv[4 + 2 * i], argv[5 + 2 * i]);
    if (!understood) {
        fprintf(stderr, "usage: demo PRESET-URI IN OUT.wav [CONTROL SECONDS:VALUE,…]…\n");
        return 2;
    }
    Sound in;
    if (!sound_read(&in, argv[2])) return 1;
    Sound out = in;
    for (int c = 0; c < 2; c++) out.channel[c] = calloc(in.frames, sizeof(float));

    const HostOptions options = {.uri =
                                     in.channels == 2 ? "urn:trasluz:stereo" : "urn:trasluz:mono",
                                 .rate = in.rate,
                                 .worker = HOST_WORKER_THREAD};
    Host *host = host_new(&options);
    if (!host) {
        fprintf(stderr, "demo: the plugin cannot be found or loaded\n");
        return 1;
    }
    if (!host_load_preset(host, argv[1])) {
        fprintf(stderr, "demo: no preset %s\n", argv[1]);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        if (host_control(host, curves[i].control)) continue;
        fprintf(stderr, "demo: the plugin has no control %s\n", curves[i].control);
        return 1;
    }
    play(host, curves, count, &in, &out);
    print_seconds(curves, count, &in, &out);
    fputs(host_log(host), stderr);
    const bool written = sound_write(&out, argv[3]);
    host_free(host);
    for (int c = 0; c < 2; c++) {
        free(in.channel[c]);
        free(out.channel[c]);
    }
    return written ? 0 : 1;
}
