// A stream that is told what nobody hears of its beginning: what is heard is the same, bit for bit,
// as from one that works on everything.
#include "engine/stream.h"
#include "lib/check.h"
#include "lib/fixture.h"

enum { BEFORE = 12000, HEARD = 5000, RATE = 48000 };

// Plays `n` samples from one signal in random blocks. Details move.
static void play(Stream *stream, const LatentSettings *settings, const float *in, float *out,
                 size_t n, uint32_t seed)
{
    float details[512];
    for (size_t at = 0, i = 0; at < n; i++) {
        size_t block = fixture_block(seed, i, 512);
        if (block > n - at) block = n - at;
        for (size_t k = 0; k < block; k++)
            details[k] = 0.5f + 0.5f * sinf(0.0003f * (float)(at + k));
        stream_process(stream, settings, details, (const float *[]){in + at}, (float *[]){out + at},
                       block);
        at += block;
    }
}

typedef struct {
    const char *what;
    LatentSettings before, after; // the jump
} Change;

// Freezes sound, and scales.
#define FREEZES .freeze = true, .freeze_kind = FREEZE_SOUND, .scale = 1.2f
// Alternates with the reference, faster than the fades between the two.
#define ALTERNATES                                                                                 \
    .scale = 1.0f, .blend = 1.0f, .blend_mode = BLEND_ALTERNATE, .tempo = 1500.0f,                 \
    .input_beats = 1, .reference_beats = 1
// All that has a memory.
#define REMEMBERS                                                                                  \
    LATENT_NEUTRAL, .noise = 0.5f, .noise_character = NOISE_DRIFTING, .drift = 5.0f,               \
                    .blend = 0.4f, .blend_mode = BLEND_CROSS, .smear = 0.1f, .match = 1.0f

static const Change changes[] = {
    {"noise", {LATENT_NEUTRAL, .noise = 0.5f}, {LATENT_NEUTRAL, .noise = 0.5f}},
    {"controls that move",
     {LATENT_NEUTRAL},
     {LATENT_NEUTRAL, .noise = 0.5f, .offset = 0.3f, .axes = {1.0f, 0.0f, -0.5f}, .seed = 7}},
    {"memories", {REMEMBERS}, {REMEMBERS}},
    {"alternation", {ALTERNATES}, {ALTERNATES, .first_beat = 0.3}},
    {"a frozen sound", {FREEZES}, {FREEZES}},
    {"a sound that freezes", {.scale = 1.2f}, {FREEZES}},
};
enum { CHANGES = sizeof changes / sizeof *changes };

// Jumps or starts after `history` samples that nobody hears but for the last ones, within the
// delay; writes what comes out from there on.
static void play_from(Stream *stream, const Change *change, bool starts, size_t history,
                      bool says_so, const float *in, float *out)
{
    const Model *model = stream_ops(stream, 0)->model;
    const size_t delay = (size_t)stream_delay(stream), hop = (size_t)arch_hop(&model->arch);
    const int64_t frame = -123, live = frame + (int64_t)(history / hop);
    const uint64_t unheard = history > delay ? history - delay : 0;
    static float all[BEFORE + HEARD];
    stream_reset(stream, CODEC_ENDLESS);
    play(stream, &change->before, in, all, BEFORE, 1);
    if (starts)
        stream_start(stream, frame, live + 1, says_so ? unheard : 0);
    else
        stream_locate(stream, frame, live, says_so ? unheard : 0);
    play(stream, &change->after, in + BEFORE - history, all, history + HEARD, 2);
    memcpy(out, all + history, HEARD * sizeof(float));
}

// Silence that begins and ends around the jump, so that frames are silent in every place.
static void silence_some(float *signal, int part)
{
    static const size_t places[][2] = {{0, 0}, {6000, 5000}, {9000, 4500}, {10500, 1000}};
    memset(signal + places[part][0], 0, places[part][1] * sizeof(float));
}
enum { PARTS = 4 };

// The fixtures, and a spectrum whose paddings are wide: its network is far ahead of what it hears.
static const char *arch_text(int i)
{
    return i < FIXTURE_ARCHS + FIXTURE_SPECTRA ? fixture_any(i)
                                               : "spectrum256h64b16f40:16k4s2p6,8k4s2p3";
}

static void test_what_is_heard_is_the_same(void)
{
    static const size_t histories[] = {700, 3000, 7000, 7100, 7333, 12000};
    static float signal[BEFORE + HEARD], whole[HEARD], part[HEARD];
    for (int a = 0; a <= FIXTURE_ARCHS + FIXTURE_SPECTRA; a++) {
        Error error;
        Model *model = fixture_model(arch_text(a), ACTIVATION_LEAKY_RELU, RATE, 1);
        Latent *latent = latent_new(model, 200, &error);
        const size_t values = latent->frames * (size_t)latent->channels;
        for (size_t i = 0; i < values; i++) latent->values[i] = sinf(0.01f * (float)i);
        Latent *reference = latent_loop(latent, model, &error);
        Stream *stream = stream_new(model, reference, 1, RATE);
        REQUIRE(stream);
        const int parts = a < FIXTURE_ARCHS ? 1 : PARTS; // silence is apart in spectra alone
        for (int i = 0; i < CHANGES * parts * 2; i++) {
            const Change *change = &changes[i % CHANGES];
            const int silent = i / CHANGES % parts;
            const bool starts = i >= CHANGES * parts;
            const size_t history = histories[(i + a) % 6];
            fixture_signal(signal, BEFORE + HEARD, RATE, 1);
            silence_some(signal, silent);
            play_from(stream, change, starts, history, false, signal, whole);
            play_from(stream, change, starts, history, true, signal, part);
            CHECK_MSG(memcmp(whole, part, sizeof whole) == 0,
                      "%s, %s, %s, history of %zu, silence %d: differs by %g", arch_text(a),
                      change->what, starts ? "start" : "jump", history, silent,
                      fixture_difference(whole, part, HEARD));
        }
        stream_free(stream);
        latent_free(reference);
        latent_free(latent);
        model_free(model);
    }
}

int main(void)
{
    RUN(test_what_is_heard_is_the_same);
    return check_status();
}
