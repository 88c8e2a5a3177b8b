#include "output/spectrogram_png.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>

#define PI 3.14159265358979323846f

// gnuplot's own palette (rgbformulae 7,5,15): black, violet, red, yellow.
static void colour(float x, png_byte rgb[3])
{
    const float blue = sinf(2.0f * PI * x);
    rgb[0] = (png_byte)lrintf(255.0f * sqrtf(x));
    rgb[1] = (png_byte)lrintf(255.0f * x * x * x);
    rgb[2] = (png_byte)lrintf(255.0f * (blue > 0.0f ? blue : 0.0f));
}

static png_byte *draw(const Spectrogram *spectrogram, float low, float high)
{
    const size_t width = spectrogram->frames, height = spectrogram->bins;
    png_byte *pixels = malloc(width * height * 3);
    if (!pixels) return NULL;
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            const float level = spectrogram->level[x * height + (height - 1 - y)];
            const float share = (level - low) / (high - low);
            colour(fminf(fmaxf(share, 0.0f), 1.0f), pixels + (y * width + x) * 3);
        }
    }
    return pixels;
}

unsigned char *spectrogram_png(const Spectrogram *spectrogram, float low, float high, size_t *size,
                               Error *error)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = (png_uint_32)spectrogram->frames,
        .height = (png_uint_32)spectrogram->bins,
        .format = PNG_FORMAT_RGB,
    };
    png_byte *pixels = draw(spectrogram, low, high);
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *png = pixels ? malloc(bytes) : NULL;
    if (!png) {
        error_out_of_memory(error);
    } else if (!png_image_write_to_memory(&image, png, &bytes, 0, pixels, 0, NULL)) {
        error_set(error, "spectrogram: %s", image.message);
        free(png);
        png = NULL;
    }
    free(pixels);
    *size = bytes;
    return png;
}
