// host_sweep.c: what no input, block length, automation or model change may bring about: an output
// that is not finite or is 6 dB over full scale, or a plugin that stays ill when the input is well
// again. All is drawn from seeds; SWEEP_CASE=n repeats case n of the tests that have cases.
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"
#include "math/random.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CEILING      2.0f // 6 dB over full scale
#define HEAL_SECONDS 0.1  // beside the latency

enum {
    BLOCK_MAX = 8192,
    CASES = 200,
    MODELS = 6,
    PATH_LENGTH = 128,
};

// Controls by which the plugin is meant to remember its input for longer: some by the input's
// level, whose average never quite forgets. At 0 it does not; all but the last two then
// forget at once.
static const char *const remembering[] = {"smear",  "smear_ms",   "freeze",  "noise_mode",
                                          "offset", "blend_mode", "capture", "auto_gain"};
enum { FORGETTING = 6, REMEMBERING = sizeof remembering / sizeof *remembering };

typedef enum {
    FORGETS_ALWAYS,
    FORGETS_AFTER, // what it may, when the bad input ends
    FORGETS_NEVER,
    MEMORIES,
} Memory;

// ---- Files ----

static struct {
    char path[MODELS][PATH_LENGTH], reference[MODELS][PATH_LENGTH];
} files;

static void add_model(int m, const char *path)
{
    char name[32];
    snprintf(files.path[m], PATH_LENGTH, "%s", path);
    snprintf(name, sizeof name, "reference%d.safetensors", m);
    snprintf(files.reference[m], PATH_LENGTH, "%s", reference_file(name, path, 200, (uint32_t)m));
}

static void make_files(void)
{
    add_model(0, scrambler_file("fast.safetensors", "16k12s4p4,8k5s3p2", 44100, 1));
    add_model(1, scrambler_file("slow.safetensors", "16k12s4p4,8k5s3p2", 22050, 2));
    add_model(2, scrambler_file("report.safetensors", "64k8s6p4,32k6s3p4,8k5s2p4", 22050, 3));
    add_model(3, wire_file("wire.safetensors", 8, 1, 48000));
    add_model(4, wire_file("loud.safetensors", 20, 8, 44100));
    add_model(5, scrambler_file("spectral.safetensors", SPECTRAL, 48000, 4));
}

// ---- Drawing ----

typedef struct {
    RandomKey key;
    uint64_t next;
} Draw;

static uint64_t draw_below(Draw *draw, uint64_t bound)
{
    return random_below(draw->key, draw->next++, bound);
}

static float draw_unit(Draw *draw)
{
    return (float)draw_below(draw, 1 << 24) / 0x1p24f;
}

// As many short blocks as long ones, and some of no samples.
static size_t draw_block(Draw *draw)
{
    if (draw_below(draw, 32) == 0) return 0;
    return (size_t)pow(BLOCK_MAX, draw_unit(draw));
}

// ---- Input ----

typedef enum {
    SILENCE,
    DENORMALS,
    NOT_A_NUMBER,
    INFINITIES,
    ANY_BITS, // each float there is
    WHITE_NOISE,
    SQUARE_WAVE, // at full scale, of random lengths
    DIRECT_CURRENT,
    HUGE_DIRECT_CURRENT,
    HUGE_NOISE,
    KINDS,
} Kind;

static const char *const kind_names[KINDS] = {
    "silence",     "denormals", "NaN", "infinities", "any bits",
    "white noise", "square",    "DC",  "1e38",       "1e38 of noise",
};

static float any_bits(Draw *draw)
{
    const uint32_t bits = (uint32_t)draw_below(draw, UINT64_C(1) << 32);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void fill(float *samples, size_t n, Kind kind, Draw *draw)
{
    float sign = 1;
    for (size_t i = 0; i < n; i++) {
        if (draw_below(draw, kind == SQUARE_WAVE ? 20 : 2) == 0) sign = -sign;
        const float noise = 2 * draw_unit(draw) - 1;
        switch (kind) {
        case SILENCE:
        case KINDS: samples[i] = 0; break;
        case DENORMALS: samples[i] = noise * FLT_MIN; break;
        case NOT_A_NUMBER: samples[i] = NAN; break;
        case INFINITIES: samples[i] = sign * INFINITY; break;
        case ANY_BITS: samples[i] = any_bits(draw); break;
        case WHITE_NOISE: samples[i] = noise; break;
        case SQUARE_WAVE: samples[i] = sign; break;
        case DIRECT_CURRENT: samples[i] = 1; break;
        case HUGE_DIRECT_CURRENT: samples[i] = 1e38f; break;
        case HUGE_NOISE: samples[i] = 1e38f * noise; break;
        }
    }
}

// True where the plugin takes each such sample for silence, whatever its controls.
static bool counts_as_silence(Kind kind)
{
    return kind == SILENCE || kind == DENORMALS || kind == NOT_A_NUMBER || kind == INFINITIES;
}

// ---- Judging ----

// The first sample in [0, n) of all channels that is not as it must be, in frames; n if
// there is none.
static size_t find_bad(float *const *out, int channels, size_t n, float most)
{
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            if (!(fabsf(out[c][i]) <= most)) return i;
    return n;
}

static float sample_at(float *const *out, int channels, size_t i)
{
    float worst = 0;
    for (int c = 0; c < channels; c++)
        if (!(fabsf(out[c][i]) < fabsf(worst))) worst = out[c][i];
    return worst;
}

static bool check_level(float *const *out, int channels, size_t n, float most, const char *what)
{
    const size_t bad = find_bad(out, channels, n, most);
    return bad == n || CHECK_MSG(false, "%s: an output of %g, %zu samples into a block of %zu",
                                 what, (double)sample_at(out, channels, bad), bad, n);
}

// ---- A bad stretch, and the same without it ----

typedef struct {
    Host *host;
    Sound in;
    float
        loudest; // finite sample of it, at least the ceiling: a dry signal passes as loud as it is
    float block[SOUND_CHANNELS][BLOCK_MAX];
} Run;

typedef struct {
    uint32_t seed;
    Kind kind;
    Memory memory;
    bool stereo, changes, rolls;
    double rate;
    int model;
    size_t bad_from, bad_to; // frames
    size_t frames;
    char name[PATH_LENGTH];
} Case;

static Case draw_case(uint32_t seed)
{
    static const double rates[] = {44100, 48000, 96000, 22050};
    Draw draw = {.key = {seed, 100}};
    Case drawn = {.seed = seed, .kind = (Kind)(seed % KINDS)};
    // What is taken for silence leaves nothing to remember.
    const Memory memory = (Memory)draw_below(&draw, MEMORIES);
    drawn.memory = counts_as_silence(drawn.kind) ? FORGETS_NEVER : memory;
    drawn.stereo = draw_below(&draw, 2);
    drawn.changes = draw_below(&draw, 3) == 0;
    drawn.rolls = draw_below(&draw, 3) == 0;
    drawn.rate = rates[draw_below(&draw, sizeof rates / sizeof *rates)];
    drawn.model = (int)draw_below(&draw, MODELS + 1) - 1;
    drawn.bad_from = (size_t)((0.05 + 0.1 * (double)draw_unit(&draw)) * drawn.rate);
    drawn.bad_to = drawn.bad_from + 1 + (size_t)(0.1 * (double)draw_unit(&draw) * drawn.rate);
    drawn.frames = drawn.bad_to + (size_t)(0.3 * drawn.rate);
    snprintf(drawn.name, sizeof drawn.name,
             "SWEEP_CASE=%u (%s, memory %d, %s, %g Hz, model %d%s%s)", seed, kind_names[drawn.kind],
             (int)drawn.memory, drawn.stereo ? "stereo" : "mono", drawn.rate, drawn.model,
             drawn.changes ? ", changing" : "", drawn.rolls ? ", rolling" : "");
    return drawn;
}

static void run_init(Run *run, const Case *drawn, bool bad)
{
    const char *uri = drawn->stereo ? STEREO : MONO;
    *run = (Run){.host = host_new(&(HostOptions){
                     .uri = uri, .rate = drawn->rate, .worker = HOST_WORKER_INSIDE})};
    if (!run->host) abort();
    if (drawn->model >= 0) {
        load_file(run->host, MODEL, files.path[drawn->model]);
        load_file(run->host, REFERENCE, files.reference[drawn->model]);
    }
    run->in = sound_music(drawn->frames);
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        float *stretch = run->in.channel[c] + drawn->bad_from;
        const size_t length = drawn->bad_to - drawn->bad_from;
        Draw draw = {.key = {drawn->seed, 200 + (uint32_t)c}};
        fill(stretch, length, bad ? drawn->kind : SILENCE, &draw);
    }
    run->loudest = CEILING;
    for (int c = 0; c < SOUND_CHANNELS; c++)
        for (size_t i = 0; i < drawn->frames; i++)
            if (isfinite(run->in.channel[c][i]))
                run->loudest = fmaxf(run->loudest, fabsf(run->in.channel[c][i]));
}

static void run_free(Run *run)
{
    host_free(run->host);
    sound_free(&run->in);
}

static void forget(Host *host, const Case *drawn, size_t at)
{
    if (drawn->memory == FORGETS_NEVER) return;
    const bool all = drawn->memory == FORGETS_ALWAYS || at >= drawn->bad_to;
    for (int r = all ? 0 : FORGETTING; r < REMEMBERING; r++)
        *host_control(host, remembering[r]) = 0;
}

static void run_block(Run *run, const Case *drawn, uint64_t step, size_t at, size_t n)
{
    const float *in[SOUND_CHANNELS];
    float *out[SOUND_CHANNELS];
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        in[c] = run->in.channel[c] + at;
        out[c] = run->block[c];
    }
    Draw draw = {.key = {drawn->seed, 300}, .next = 2 * step};
    if (drawn->changes && draw_below(&draw, 6) == 0) {
        const uint64_t m = draw_below(&draw, MODELS);
        host_set_file(run->host, MODEL, files.path[m]);
        host_set_file(run->host, REFERENCE, files.reference[m]);
    }
    automate(run->host, drawn->seed, step);
    if (drawn->rolls) jump(run->host, drawn->seed, step);
    forget(run->host, drawn, at);
    host_run(run->host, in, out, (uint32_t)n);
    host_forget(run->host);
}

typedef struct {
    bool heard, differed;    // there was an output; the bad stretch was in it
    bool in_bounds, healthy; // so far
} Outcome;

// Compares one block, of which the samples from `healed` on must be the same.
static void compare(const Run *bad, const Run *calm, const Case *drawn, size_t at, size_t n,
                    size_t healed, Outcome *outcome)
{
    for (int c = 0; c < host_channels(bad->host); c++) {
        for (size_t i = 0; i < n; i++) {
            const float a = bad->block[c][i], b = calm->block[c][i];
            outcome->heard |= b != 0;
            outcome->differed |= a != b;
            if (a == b || at + i < healed || !outcome->healthy) continue;
            outcome->healthy = false;
            CHECK_MSG(false, "%s: %g and not %g, %.1f ms after the bad input's end, in channel %d",
                      drawn->name, (double)a, (double)b,
                      1000 * (double)(at + i - drawn->bad_to) / drawn->rate, c);
        }
    }
}

// The frame from which on nothing is left of the bad stretch.
static size_t healed_at(const Case *drawn, size_t latency)
{
    if (drawn->memory == FORGETS_NEVER && !counts_as_silence(drawn->kind)) return SIZE_MAX;
    return drawn->bad_to + latency + (size_t)(HEAL_SECONDS * drawn->rate);
}

static void play_case(Run *bad, Run *calm, const Case *drawn, Outcome *outcome)
{
    Draw blocks = {.key = {drawn->seed, 400}};
    float latency = 0; // the longest that there was
    uint64_t step = 0;
    for (size_t at = 0, n; at < drawn->frames; at += n, step++) {
        n = draw_block(&blocks);
        if (n > drawn->frames - at) n = drawn->frames - at;
        if (at < drawn->bad_to && n > drawn->bad_to - at && drawn->memory == FORGETS_AFTER)
            n = drawn->bad_to - at;
        run_block(bad, drawn, step, at, n);
        run_block(calm, drawn, step, at, n);
        latency = fmaxf(latency, *host_control(bad->host, "latency"));

        float *const out[SOUND_CHANNELS] = {bad->block[0], bad->block[1]};
        if (outcome->in_bounds)
            outcome->in_bounds =
                check_level(out, host_channels(bad->host), n, bad->loudest, drawn->name);
        compare(bad, calm, drawn, at, n, healed_at(drawn, (size_t)latency), outcome);
    }
}

static Outcome check_case(uint32_t seed)
{
    static Run bad, calm;
    const Case drawn = draw_case(seed);
    Outcome outcome = {.in_bounds = true, .healthy = true};
    run_init(&bad, &drawn, true);
    run_init(&calm, &drawn, false);
    play_case(&bad, &calm, &drawn, &outcome);
    run_free(&bad);
    run_free(&calm);
    return outcome;
}

static void bad_input_is_survived(void)
{
    const char *one = getenv("SWEEP_CASE");
    if (one) {
        check_case((uint32_t)strtoul(one, NULL, 10));
        return;
    }
    int heard = 0, differed = 0;
    for (uint32_t seed = 0; seed < CASES; seed++) {
        const Outcome outcome = check_case(seed);
        heard += outcome.heard;
        differed += outcome.differed;
    }
    // Or the comparison would show nothing. Of ten kinds of input four count as silence.
    CHECK_MSG(heard > CASES * 3 / 4, "only %d of %d cases made a sound", heard, CASES);
    CHECK_MSG(differed > CASES / 3, "only in %d of %d cases the bad input was heard", differed,
              CASES);
}

static double rms(const Sound *sound, size_t from, size_t to)
{
    double sum = 0;
    for (int c = 0; c < SOUND_CHANNELS; c++)
        for (size_t i = from; i < to; i++)
            sum += (double)sound->channel[c][i] * (double)sound->channel[c][i];
    return sqrt(sum / ((double)(to - from) * SOUND_CHANNELS));
}

// The automatic gain measures three seconds. So long it may answer to a loud stretch: what comes
// out is as loud as it should be within 100 ms, and the same when the three seconds are over.
static void check_automatic_gain(Kind kind)
{
    static Run bad, calm;
    Case drawn = {.seed = (uint32_t)kind, .kind = kind, .stereo = true, .rate = 22050, .model = -1};
    drawn.bad_from = (size_t)drawn.rate;
    drawn.bad_to = drawn.bad_from + (size_t)(0.3 * drawn.rate);
    drawn.frames = drawn.bad_to + (size_t)(3.6 * drawn.rate);
    run_init(&bad, &drawn, true);
    run_init(&calm, &drawn, false);
    *host_control(bad.host, "detail") = *host_control(calm.host, "detail") = 0;
    run_nothing(bad.host);
    const size_t latency = (size_t)*host_control(bad.host, "latency");
    const size_t healed = healed_at(&drawn, latency);
    const size_t forgotten = drawn.bad_to + latency + (size_t)(3.3 * drawn.rate);
    play(bad.host, &bad.in, &bad.in, 0, drawn.frames, 500);
    play(calm.host, &calm.in, &calm.in, 0, drawn.frames, 500);
    const double level = rms(&bad.in, healed, forgotten), wanted = rms(&calm.in, healed, forgotten);
    CHECK_MSG(wanted > 0 && fabs(20 * log10(level / wanted)) < 3, "after %s: %g instead of %g",
              kind_names[kind], level, wanted);
    CHECK_MSG(!sound_equal(&bad.in, &calm.in, healed, forgotten), "%s was not measured",
              kind_names[kind]);
    CHECK_MSG(sound_equal(&bad.in, &calm.in, forgotten, drawn.frames), "after %s: not the same",
              kind_names[kind]);
    run_free(&bad);
    run_free(&calm);
}

static void automatic_gain_recovers(void)
{
    check_automatic_gain(WHITE_NOISE);
    check_automatic_gain(HUGE_DIRECT_CURRENT);
}

// ---- Levels ----

// Plays noise at full scale for a while, in blocks of one length.
static bool play_noise(Host *host, Draw *draw, size_t frames, size_t length, uint32_t seed,
                       const char *what)
{
    static float block[SOUND_CHANNELS][BLOCK_MAX];
    const float *in[SOUND_CHANNELS] = {block[0], block[1]};
    float *out[SOUND_CHANNELS] = {block[0], block[1]};
    uint64_t step = 0;
    for (size_t at = 0; at < frames; at += length, step++) {
        for (int c = 0; c < SOUND_CHANNELS; c++) fill(block[c], length, WHITE_NOISE, draw);
        if (seed) automate(host, seed, step);
        host_run(host, in, out, (uint32_t)length);
        if (!check_level(out, host_channels(host), length, CEILING, what)) return false;
    }
    return true;
}

static void check_block_length(Host *host, size_t length)
{
    char what[32];
    snprintf(what, sizeof what, "blocks of %zu", length);
    Draw draw = {.key = {(uint32_t)length, 500}};
    const size_t least = 3000;
    play_noise(host, &draw, length > least ? 2 * length : least, length, (uint32_t)length + 1,
               what);
}

static void every_block_length_keeps_the_level(void)
{
    for (int m = 0; m < MODELS; m++) {
        Host *host =
            host_new(&(HostOptions){.uri = STEREO, .rate = 48000, .worker = HOST_WORKER_INSIDE});
        REQUIRE(host);
        load_file(host, MODEL, files.path[m]);
        load_file(host, REFERENCE, files.reference[m]);
        for (size_t power = 1; power <= BLOCK_MAX; power *= 2)
            for (size_t length = power - 1; length <= power + 1; length++)
                if (length > 0 && length <= BLOCK_MAX) check_block_length(host, length);
        host_free(host);
    }
}

// Every control by itself from one end to the other: says which one breaks the level.
static void every_control_keeps_the_level(void)
{
    for (int m = -1; m < MODELS; m++) {
        Host *host =
            host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE});
        REQUIRE(host);
        if (m >= 0) {
            load_file(host, MODEL, files.path[m]);
            load_file(host, REFERENCE, files.reference[m]);
        }
        const char *symbol;
        for (int c = 0; (symbol = host_control_input(host, c)); c++) {
            const HostRange range = host_range(host, symbol);
            const float ends[2] = {range.minimum, range.maximum};
            for (int e = 0; e < 2; e++) {
                char what[64];
                snprintf(what, sizeof what, "model %d, %s at %g", m, symbol, (double)ends[e]);
                Draw draw = {.key = {(uint32_t)c, 600}};
                *host_control(host, symbol) = ends[e];
                play_noise(host, &draw, 10000, 500, 0, what);
            }
            *host_control(host, symbol) = range.otherwise;
        }
        host_free(host);
    }
}

// ---- Without a model ----

// Then every finite sample passes as it is.
static void without_a_model_only_sound_passes(void)
{
    static float block[SOUND_CHANNELS][BLOCK_MAX];
    const float *in[SOUND_CHANNELS] = {block[0], block[1]};
    float *out[SOUND_CHANNELS] = {block[0], block[1]};
    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .lv2_path = bare_lv2_path()});
    REQUIRE(host);
    for (Kind kind = 0; kind < KINDS; kind++) {
        Draw draw = {.key = {(uint32_t)kind, 700}};
        for (int c = 0; c < SOUND_CHANNELS; c++) fill(block[c], BLOCK_MAX, kind, &draw);
        static float before[SOUND_CHANNELS][BLOCK_MAX];
        memcpy(before, block, sizeof before);
        host_run(host, in, out, BLOCK_MAX);
        for (int c = 0; c < SOUND_CHANNELS; c++)
            for (size_t i = 0; i < BLOCK_MAX; i++)
                CHECK(block[c][i] == (isfinite(before[c][i]) ? before[c][i] : 0.0f));
    }
    host_free(host);
}

int main(void)
{
    make_files();
    RUN(bad_input_is_survived);
    RUN(automatic_gain_recovers);
    RUN(every_block_length_keeps_the_level);
    RUN(every_control_keeps_the_level);
    RUN(without_a_model_only_sound_passes);
    return check_status();
}
