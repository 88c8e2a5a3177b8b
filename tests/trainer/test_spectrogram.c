// Spectrograms: levels of known signals, and the picture made of them, read back.
#include "audio/spectrogram.h"
#include "lib/check.h"
#include "output/spectrogram_png.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 8192, SIZE = 512, HOP = 128, BIN = 40 };

// A sine in the middle of a bin that ends at half of the signal.
static void make_signal(float audio[SAMPLES], float amplitude)
{
    memset(audio, 0, SAMPLES * sizeof *audio);
    for (size_t i = 0; i < SAMPLES / 2; i++)
        audio[i] = amplitude * (float)sin(6.283185307179586 * BIN * (double)i / SIZE);
}

static void test_a_sine_has_its_level_in_its_bin(void)
{
    static float audio[SAMPLES];
    make_signal(audio, 0.5f);
    Spectrogram s;
    Error error;
    REQUIRE(spectrogram_make(&s, audio, SAMPLES, SIZE, HOP, &error));
    CHECK(s.frames == SAMPLES / HOP + 1 && s.bins == SIZE / 2 + 1);
    const float *middle = s.level + (s.frames / 4) * s.bins;
    CHECK_MSG(fabsf(middle[BIN] + 6.0206f) < 1e-3f, "%g dB", (double)middle[BIN]);
    CHECK_MSG(fabsf(middle[BIN + 1] + 12.0412f) < 1e-3f, "%g dB", (double)middle[BIN + 1]);
    CHECK_MSG(middle[BIN + 4] < -100.0f, "%g dB", (double)middle[BIN + 4]);
    spectrogram_free(&s);
}

static void test_frames_are_centred_and_silence_is_the_floor(void)
{
    static float audio[SAMPLES];
    make_signal(audio, 1.0f);
    Spectrogram s;
    Error error;
    REQUIRE(spectrogram_make(&s, audio, SAMPLES, SIZE, HOP, &error));
    // At the first sample and at the end of the sine half of the window has sound in it.
    const float *first = s.level + BIN, *end = s.level + SAMPLES / 2 / HOP * s.bins + BIN;
    CHECK_MSG(fabsf(*first + 6.0206f) < 0.1f, "%g dB", (double)*first);
    CHECK_MSG(fabsf(*end + 6.0206f) < 0.1f, "%g dB", (double)*end);
    const float *last = s.level + (s.frames - 1) * s.bins;
    for (size_t b = 0; b < s.bins; b++) CHECK(last[b] == SPECTROGRAM_FLOOR);
    spectrogram_free(&s);
}

static void test_the_picture_shows_levels_as_colours(void)
{
    static float audio[SAMPLES];
    make_signal(audio, 1.0f);
    Spectrogram s;
    Error error;
    size_t size;
    REQUIRE(spectrogram_make(&s, audio, SAMPLES, SIZE, HOP, &error));
    unsigned char *png = spectrogram_png(&s, -100.0f, 0.0f, &size, &error);
    REQUIRE(png);
    png_image image = {.version = PNG_IMAGE_VERSION};
    REQUIRE(png_image_begin_read_from_memory(&image, png, size));
    CHECK(image.width == s.frames && image.height == s.bins);
    image.format = PNG_FORMAT_RGB;
    unsigned char *pixels = malloc(PNG_IMAGE_SIZE(image));
    REQUIRE(pixels && png_image_finish_read(&image, NULL, pixels, 0, NULL));
    const unsigned char *sine = pixels + ((s.bins - 1 - BIN) * s.frames + s.frames / 4) * 3;
    const unsigned char *silence = pixels + (s.frames - 1) * 3;
    CHECK(sine[0] == 255 && sine[1] == 255 && sine[2] <= 1);
    CHECK(silence[0] == 0 && silence[1] == 0 && silence[2] == 0);
    free(pixels);
    free(png);
    spectrogram_free(&s);
}

int main(void)
{
    RUN(test_a_sine_has_its_level_in_its_bin);
    RUN(test_frames_are_centred_and_silence_is_the_floor);
    RUN(test_the_picture_shows_levels_as_colours);
    return check_status();
}
