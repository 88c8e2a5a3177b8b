// plugin.c WEIGHTS…: what instances of the plugin cost in a host at 48 kHz: by model, time by
// channels and block length, latency, how long one takes to start, its memory; of the default, how
// even the time is, what a window costs, and one and two hundred at once.
#include "lib/bare_plugin.h"
#include "lib/fixture.h"
#include "timing.h"

#include <string.h>
#include <sys/resource.h>

#define RATE 48000.0

enum { SECONDS = 2, SAMPLES = SECONDS * 48000, ROUNDS = 9, BLOCK = 64 };

static float sound[SAMPLES];

// Plays the sound from its beginning, over and over, `samples` in all. Where `spent` is not NULL,
// it gets each block's time.
static void play(const BarePlugin *plugin, size_t samples, uint32_t block, double *spent)
{
    for (size_t at = 0; at + block <= samples; at += block) {
        const size_t from = at % (SAMPLES - BARE_BLOCK_MAX);
        for (int c = 0; c < plugin->channels; c++)
            memcpy(plugin->in[c], sound + from, block * sizeof(float));
        if (!spent) { // reading the clock costs as much as a short block
            bare_plugin_run(plugin, block);
            continue;
        }
        const double start = thread_seconds();
        bare_plugin_run(plugin, block);
        spent[at / block] = thread_seconds() - start;
    }
}

static double share(const BarePlugin *plugin, uint32_t block)
{
    double spent[ROUNDS];
    play(plugin, SAMPLES / 4, block, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        const double start = thread_seconds();
        play(plugin, SAMPLES, block, NULL);
        spent[i] = thread_seconds() - start;
    }
    return median(spent, ROUNDS) / SECONDS;
}

static void measure_model(const char *path, const char *name)
{
    static const uint32_t blocks[] = {16, 64, 256, 1024};
    for (int channels = 1; channels <= 2; channels++) {
        BarePlugin plugin = bare_plugin_new(channels, RATE, path);
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
            result(share(&plugin, blocks[b]), "plugin.%s.%d.%u", name, channels,
                   (unsigned)blocks[b]);
        plugin.control[PORT_NOISE] = 0.3f; // what is altered and what is not are both decoded
        result(share(&plugin, BLOCK), "altered.%s.%d.%d", name, channels, BLOCK);
        bare_plugin_free(&plugin);
    }
}

static void measure_latency(const char *path, const char *name, double rate)
{
    BarePlugin plugin = bare_plugin_new(1, rate, path);
    result(1e3 * bare_plugin_click(&plugin) / rate, "latency.%s.%g.heard", name, rate);
    result(1e3 * (double)plugin.control[PORT_LATENCY] / rate, "latency.%s.%g.told", name, rate);
    bare_plugin_free(&plugin);
}

// ---- How even ----

// The same blocks many times, each from the same state. The least that each took is its own; what
// others on this machine add to it is not there every time.
static void measure_slowest(void)
{
    enum { BLOCKS = 100000, REPEATS = 7 };
    static double least[BLOCKS], spent[BLOCKS];
    BarePlugin plugin = bare_plugin_new(1, RATE, NULL);
    double once = 0.0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        plugin.descriptor->activate(plugin.handle);
        play(&plugin, (size_t)BLOCKS * BLOCK, BLOCK, spent);
        for (size_t i = 0; i < BLOCKS; i++) {
            if (repeat == 0 || spent[i] < least[i]) least[i] = spent[i];
            if (repeat == 0 && spent[i] > once) once = spent[i];
        }
    }
    const double typical = median(least, BLOCKS); // and they are in order now
    result(1e6 * typical, "blocks.median_us");
    result(1e6 * least[BLOCKS - 1], "blocks.slowest_us");
    result(1e6 * once, "blocks.slowest_of_first_run_us");
    bare_plugin_free(&plugin);
}

// ---- Starting, and what an instance holds ----

// Writes over what the caches hold.
static void clear_caches(void)
{
    enum { BYTES = 128 << 20 };
    static char *memory;
    if (!memory) memory = malloc(BYTES);
    if (!memory) abort();
    memset(memory, (unsigned char)memory[0] + 1, BYTES);
}

// Returns the seconds in which a host instantiates that many, restores the session's model in each
// and plays a block with each. No other instance is there, so that the file is read anew.
static double start_seconds(const char *path, int channels, int instances, bool cold)
{
    enum { INSTANCES_MAX = 20 };
    BarePlugin plugin[INSTANCES_MAX];
    if (cold) clear_caches();
    const double start = thread_seconds();
    for (int i = 0; i < instances; i++) {
        plugin[i] = bare_plugin_new(channels, RATE, path);
        bare_plugin_run(&plugin[i], BLOCK);
    }
    const double spent = thread_seconds() - start;
    for (int i = 0; i < instances; i++) bare_plugin_free(&plugin[i]);
    return spent;
}

static void measure_start(const char *path, const char *name)
{
    static const struct {
        const char *what;
        int channels, instances;
        bool cold;
    } kinds[] = {{"mono", 1, 1, false},
                 {"cold", 1, 1, true},
                 {"stereo", 2, 1, false},
                 {"twenty", 1, 20, false},
                 {"twenty_stereo", 2, 20, false}};
    enum { STARTS = 11 };
    double spent[STARTS];
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (int i = 0; i < STARTS; i++)
            spent[i] = start_seconds(path, kinds[k].channels, kinds[k].instances, kinds[k].cold);
        result(1e3 * median(spent, STARTS), "start.%s.%s_ms", name, kinds[k].what);
    }
}

// Of each instance beyond the first, which brings what all share.
static void measure_memory(const char *path, int channels, const char *name)
{
    enum { INSTANCES = 9 };
    BarePlugin plugin[INSTANCES];
    size_t first = 0;
    for (int i = 0; i < INSTANCES; i++) {
        plugin[i] = bare_plugin_new(channels, RATE, path);
        bare_plugin_run(&plugin[i], BLOCK); // takes the model up
        bare_plugin_work(&plugin[i]);       // and lets the default go
        if (i == 0) first = bare_plugin_held_bytes();
    }
    const double bytes = (double)(bare_plugin_held_bytes() - first) / (INSTANCES - 1);
    const double ports = (2.0 * channels * BARE_BLOCK_MAX + PORT_AUDIO) * sizeof(float);
    result(bytes - ports, "memory.%s.%d.bytes", name, channels); // ports are the host's
    for (int i = 0; i < INSTANCES; i++) bare_plugin_free(&plugin[i]);
}

// ---- Many ----

static long page_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

// Rounds of a block for each instance. Two seconds are whole latent frames of `normal`, so that a
// round is the same in each repeat: the least that it took is its own, and what others on this
// machine add is not there every time.
static void measure_many(int instances, const char *name)
{
    enum { INSTANCES_MAX = 200, BLOCKS = SAMPLES / BLOCK, REPEATS = 5 };
    static BarePlugin plugin[INSTANCES_MAX];
    static double least[BLOCKS];
    const double limit = BLOCK / RATE;
    for (int i = 0; i < instances; i++) {
        plugin[i] = bare_plugin_new(1, RATE, NULL);
        bare_plugin_run(&plugin[i], BLOCK); // the block in which playing starts is apart
    }
    int late[2] = {0}, late_by_itself = 0;
    const long faults = page_faults();
    for (size_t round = 0; round < (size_t)BLOCKS * REPEATS; round++) {
        const size_t b = round % BLOCKS;
        const double wall = seconds_of(CLOCK_MONOTONIC), start = thread_seconds();
        for (int i = 0; i < instances; i++) {
            memcpy(plugin[i].in[0], sound + b * BLOCK, BLOCK * sizeof(float));
            bare_plugin_run(&plugin[i], BLOCK);
        }
        const double spent = thread_seconds() - start;
        if (round < BLOCKS || spent < least[b]) least[b] = spent;
        late[0] += spent > limit;
        late[1] += seconds_of(CLOCK_MONOTONIC) - wall > limit;
    }
    result((double)(page_faults() - faults), "%s.page_faults", name);
    for (size_t b = 0; b < BLOCKS; b++) late_by_itself += least[b] > limit;
    result(median(least, BLOCKS) / limit, "%s.share", name);
    result(least[BLOCKS - 1] / limit, "%s.slowest_share", name);
    result(late_by_itself, "%s.late_by_itself", name);
    result(late[0], "%s.late_by_processor_time", name);
    result(late[1], "%s.late_by_the_clock", name);
    for (int i = 0; i < instances; i++) bare_plugin_free(&plugin[i]);
}

// ---- A window ----

// What the messages for a window cost: alternating rounds with a window that listens and without.
static void measure_window(void)
{
    double spent[2][ROUNDS];
    BarePlugin plugin = bare_plugin_new(2, RATE, NULL);
    play(&plugin, SAMPLES / 4, BLOCK, NULL);
    for (int i = 0; i < 2 * ROUNDS; i++) {
        bare_plugin_watch(&plugin, i % 2);
        const double start = thread_seconds();
        play(&plugin, SAMPLES, BLOCK, NULL);
        spent[i % 2][i / 2] = thread_seconds() - start;
        // Until the plugin no longer takes the window to listen.
        bare_plugin_watch(&plugin, false);
        play(&plugin, 3 * SAMPLES / 2, BLOCK, NULL);
    }
    result(median(spent[0], ROUNDS) / SECONDS, "window.closed");
    result(median(spent[1], ROUNDS) / SECONDS, "window.open");
    bare_plugin_free(&plugin);
}

int main(int argc, char **argv)
{
    fixture_signal(sound, SAMPLES, RATE, 1);
    for (int i = 1; i < argc; i++) {
        Error error;
        Model *model = model_load(argv[i], &error);
        if (!model) {
            fprintf(stderr, "%s: %s\n", argv[i], error.text);
            return 1;
        }
        measure_model(argv[i], model->info.name);
        measure_latency(argv[i], model->info.name, 48000.0);
        measure_latency(argv[i], model->info.name, 44100.0);
        measure_start(argv[i], model->info.name);
        measure_memory(argv[i], 1, model->info.name);
        measure_memory(argv[i], 2, model->info.name);
        model_free(model);
    }
    measure_slowest();
    measure_window();
    measure_many(100, "hundred");
    measure_many(200, "two_hundred");
}
