// Latents pooled over time: means and deviations of each channel, brought to one scale.
#include "analysis/pooled_latents.h"
#include "lib/check.h"

#include <math.h>
#include <stdlib.h>

enum { CLIPS = 3, CHANNELS = 2, FRAMES = 4 };

// Means 1, 3, 2 in the first channel, with deviations 1, 0, 1; the second never changes.
static const float values[CLIPS][CHANNELS * FRAMES] = {
    {0, 2, 0, 2, 5, 5, 5, 5},
    {3, 3, 3, 3, 5, 5, 5, 5},
    {1, 1, 3, 3, 5, 5, 5, 5},
};

static void test_columns_have_one_scale(void)
{
    LatentClip clips[CLIPS];
    for (size_t i = 0; i < CLIPS; i++) clips[i] = (LatentClip){.values = values[i]};
    const LatentSet set = {.clip = clips, .clips = CLIPS, .channels = CHANNELS, .frames = FRAMES};
    double *pooled = pooled_latents(&set, (const size_t[]){0, 1, 2}, CLIPS);
    REQUIRE(pooled);
    const double a = sqrt(1.5), b = sqrt(0.5); // (1 - 2) / sqrt(2 / 3), (1 - 2/3) / sqrt(2 / 9)
    const double wanted[CLIPS][2 * CHANNELS] = {{-a, 0, b, 0}, {a, 0, -2 * b, 0}, {0, 0, b, 0}};
    for (size_t i = 0; i < CLIPS; i++)
        for (size_t k = 0; k < 2 * CHANNELS; k++)
            CHECK_MSG(fabs(pooled[i * 2 * CHANNELS + k] - wanted[i][k]) < 1e-12,
                      "clip %zu column %zu: %g", i, k, pooled[i * 2 * CHANNELS + k]);
    free(pooled);
}

static void test_only_the_chosen_clips_count(void)
{
    LatentClip clips[CLIPS];
    for (size_t i = 0; i < CLIPS; i++) clips[i] = (LatentClip){.values = values[i]};
    const LatentSet set = {.clip = clips, .clips = CLIPS, .channels = CHANNELS, .frames = FRAMES};
    double *pooled = pooled_latents(&set, (const size_t[]){2, 1}, 2);
    REQUIRE(pooled);
    CHECK(fabs(pooled[0] + 1.0) < 1e-12 && fabs(pooled[2 * CHANNELS] - 1.0) < 1e-12);
    free(pooled);
}

int main(void)
{
    RUN(test_columns_have_one_scale);
    RUN(test_only_the_chosen_clips_count);
    return check_status();
}
