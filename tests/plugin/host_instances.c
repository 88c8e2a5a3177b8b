// Many instances in one process: what each costs in memory, and what they share.
#include "lib/bare_plugin.h"
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { INSTANCES = 100 };

static size_t file_bytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

// What each instance after the first one takes that plays `model`, when the default's engine is
// freed; its ports' buffers are the test's own.
static double bytes_each(const char *model, int channels, int instances)
{
    BarePlugin plugin[INSTANCES];
    size_t before = 0;
    for (int i = 0; i < instances; i++) {
        plugin[i] = bare_plugin_new(channels, 48000.0, model);
        bare_plugin_run(&plugin[i], 64);
        bare_plugin_work(&plugin[i]);
        if (i == 0) before = bare_plugin_held_bytes();
    }
    const double each = (double)(bare_plugin_held_bytes() - before) / (instances - 1);
    for (int i = 0; i < instances; i++) bare_plugin_free(&plugin[i]);
    return each - (2.0 * channels * BARE_BLOCK_MAX + PORT_AUDIO) * sizeof(float);
}

// Most of an instance's memory is what Freeze remembers and Capture's, of which only a second is
// there before it is used.
static void each_takes_little(void)
{
    static const struct {
        const char *model;
        int channels;
        double most; // bytes
    } limits[] = {{"extra_chico", 1, 1.2e6}, {"chico", 1, 1.2e6},   {"normal", 1, 1.2e6},
                  {"extra_chico", 2, 1.2e6}, {"chico", 2, 1.2e6},   {"normal", 2, 1.2e6},
                  {"grande", 1, 2.5e6},      {"directo", 1, 2.5e6}, {"espectro", 1, 2.5e6},
                  {"grande", 2, 2.5e6},      {"directo", 2, 2.5e6}, {"espectro", 2, 3.5e6}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        char path[256];
        snprintf(path, sizeof path, "presets/models/%s.safetensors", limits[i].model);
        const double each = bytes_each(path, limits[i].channels, 10);
        printf("   %s, %d channels: %.0f kB each\n", limits[i].model, limits[i].channels,
               each / 1e3);
        CHECK_MSG(each < limits[i].most, "%s: %.0f bytes", limits[i].model, each);
    }
    CHECK(bytes_each(NULL, 1, INSTANCES) < 1.2e6); // with the default model
}

// Each keeps the file's bytes, for the session, but not the weights made of it.
static void weights_are_shared(void)
{
    const char *small = scrambler_file("small.safetensors", "4k200s200p0", RATE, 1);
    const char *large = scrambler_file("large.safetensors", "500k1000s200p400,4k1s1p0", RATE, 1);
    const double file = (double)(file_bytes(large) - file_bytes(small));
    const double more = bytes_each(large, 1, 10) - bytes_each(small, 1, 10);
    printf("   %.0f kB more each, for a file that is %.0f kB larger\n", more / 1e3, file / 1e3);
    CHECK_MSG(more < 1.5 * file, "%.0f bytes for a file of %.0f", more, file);
}

int main(void)
{
    RUN(each_takes_little);
    RUN(weights_are_shared);
    return check_status();
}
