// audio_fixture.h: for tests that need audio files: a folder of their own, and files of any
// format in it.
#ifndef TRASLUZ_AUDIO_FIXTURE_H
#define TRASLUZ_AUDIO_FIXTURE_H

#ifndef _XOPEN_SOURCE
#error "nftw() needs _XOPEN_SOURCE 700"
#endif

#include <ftw.h>
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char fixture_folder[64]; // made by fixture_folder_make()

__attribute__((unused)) static bool fixture_folder_make(void)
{
    strcpy(fixture_folder, "/tmp/trasluz-test-XXXXXX");
    return mkdtemp(fixture_folder) != NULL;
}

static int fixture_remove_one(const char *path, const struct stat *status, int kind,
                              struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

__attribute__((unused)) static void fixture_folder_remove(void)
{
    nftw(fixture_folder, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// A path in the folder; it stays until eight more were asked for.
__attribute__((unused)) static const char *fixture_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", fixture_folder, name);
    return path;
}

__attribute__((unused)) static void fixture_subfolder(const char *name)
{
    mkdir(fixture_path(name), 0777);
}

// Writes samples[frames][channels]. False where libsndfile cannot write that format.
__attribute__((unused)) static bool fixture_write(const char *name, int format, int rate,
                                                  int channels, const float *samples, size_t frames)
{
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    SNDFILE *file = sf_open(fixture_path(name), SFM_WRITE, &info);
    if (!file) return false;
    bool good = true;
    for (size_t at = 0; at < frames && good; at += 1024) {
        const size_t n = frames - at < 1024 ? frames - at : 1024; // Vorbis overflows on more
        good =
            sf_writef_float(file, samples + at * (size_t)channels, (sf_count_t)n) == (sf_count_t)n;
    }
    return sf_close(file) == 0 && good;
}

__attribute__((unused)) static bool fixture_write_bytes(const char *name, const void *bytes,
                                                        size_t size)
{
    FILE *file = fopen(fixture_path(name), "wb");
    if (!file) return false;
    const bool good = fwrite(bytes, 1, size, file) == size;
    return fclose(file) == 0 && good;
}

// A sine in every channel; the caller frees it.
__attribute__((unused)) static float *fixture_sine(double frequency, double amplitude, double rate,
                                                   int channels, size_t frames)
{
    float *samples = malloc((frames * (size_t)channels + 1) * sizeof *samples);
    for (size_t i = 0; i < frames; i++)
        for (int c = 0; c < channels; c++)
            samples[i * (size_t)channels + (size_t)c] =
                (float)(amplitude * sin(6.283185307179586 * frequency * (double)i / rate));
    return samples;
}

// Writes a mono 16-bit WAV of a sine.
__attribute__((unused)) static bool fixture_write_sine(const char *name, int rate, size_t frames)
{
    float *samples = fixture_sine(440.0, 0.5, rate, 1, frames);
    const bool good =
        fixture_write(name, SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate, 1, samples, frames);
    free(samples);
    return good;
}

#endif
