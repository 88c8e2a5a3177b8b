// Pictures of recordings: clips of a sample, shorter than a window, and silent ones are drawn.
#define _XOPEN_SOURCE 700
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "output/waveform_figure.h"

#include <png.h>

enum { RATE = 22050, MOST = 30000 };

static float tone[MOST], silence[MOST];

static const size_t lengths[] = {1, 2, 255, 257, 1000, MOST};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

// The panels of one sound, in pixels: left, right, top, bottom.
typedef struct {
    size_t left, right, top, bottom;
} Box;

static const Box waveform = {90, 680, 55, 188}, spectrogram = {90, 680, 216, 558},
                 note = {350, 420, 78, 96};

typedef bool Kind(const unsigned char rgb[3]);

static bool is_white(const unsigned char rgb[3])
{
    return rgb[0] == 255 && rgb[1] == 255 && rgb[2] == 255;
}

static bool is_blue(const unsigned char rgb[3])
{
    return rgb[2] > rgb[0] + 40;
}

static bool is_dark(const unsigned char rgb[3])
{
    return rgb[0] < 0x70 && rgb[1] < 0x70 && rgb[2] < 0x70;
}

static bool is_bright(const unsigned char rgb[3])
{
    return rgb[0] > 0xe0 && !is_white(rgb);
}

// Draws a sound; returns the picture, which the caller frees, or NULL.
static unsigned char *draw(const float *audio, size_t samples, size_t *width)
{
    const FigureSound sound = {"clip", {audio, samples, false}};
    png_image image = {.version = PNG_IMAGE_VERSION};
    Error error = {""};
    if (!CHECK_MSG(waveform_figure(fixture_path("w.png"), &sound, 1, RATE, &error),
                   "%zu samples: %s", samples, error.text) ||
        !png_image_begin_read_from_file(&image, fixture_path("w.png")))
        return NULL;
    image.format = PNG_FORMAT_RGB;
    unsigned char *pixels = malloc(PNG_IMAGE_SIZE(image));
    if (pixels) png_image_finish_read(&image, NULL, pixels, 0, NULL);
    *width = image.width;
    return pixels;
}

static size_t count(const unsigned char *pixels, size_t width, Box box, Kind *kind)
{
    size_t found = 0;
    for (size_t y = box.top; y < box.bottom; y++)
        for (size_t x = box.left; x < box.right; x++) found += kind(pixels + (y * width + x) * 3);
    return found;
}

// Checks that a clip has a waveform, a spectrogram without a gap, and the note if it is silent.
static void check_clip(const float *audio, size_t samples, bool silent)
{
    size_t width;
    unsigned char *pixels = draw(audio, samples, &width);
    REQUIRE(pixels);
    CHECK_MSG(count(pixels, width, waveform, is_blue) > 3, "%zu samples: no waveform", samples);
    CHECK_MSG(count(pixels, width, spectrogram, is_white) == 0, "%zu samples: %zu white pixels",
              samples, count(pixels, width, spectrogram, is_white));
    const size_t bright = count(pixels, width, spectrogram, is_bright);
    CHECK_MSG(silent ? bright == 0 : bright > 0, "%zu samples: %zu bright pixels", samples, bright);
    const size_t dark = count(pixels, width, note, is_dark);
    CHECK_MSG(silent ? dark > 20 : dark == 0, "%zu samples: %zu pixels of a note", samples, dark);
    free(pixels);
}

static void test_clips_of_any_length_are_drawn(void)
{
    for (int i = 0; i < MOST; i++) tone[i] = cosf(0.3f * (float)i);
    for (size_t i = 2; i < LENGTHS; i++) check_clip(tone, lengths[i], false);
    size_t width;
    for (size_t samples = 1; samples <= 2; samples++) { // too short to be bright
        unsigned char *pixels = draw(tone, samples, &width);
        REQUIRE(pixels);
        CHECK(count(pixels, width, waveform, is_blue) > 3);
        CHECK(count(pixels, width, spectrogram, is_white) == 0);
        CHECK(count(pixels, width, note, is_dark) == 0);
        free(pixels);
    }
}

static void test_silent_clips_are_called_silent(void)
{
    for (size_t i = 0; i < LENGTHS; i++) check_clip(silence, lengths[i], true);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_clips_of_any_length_are_drawn);
    RUN(test_silent_clips_are_called_silent);
    fixture_folder_remove();
    return check_status();
}
