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

// One control alone moves, from before the jump to after it, or one operation alone goes on.
#define BLENDS .scale = 1.0f, .blend = 0.5f
#define DRIFTS LATENT_NEUTRAL, .noise = 0.5f, .noise_character = NOISE_DRIFTING, .drift = 9.0f
#define LOOPS  .scale = 1.2f, .freeze = true, .freeze_seconds = 0.3f
static const Change moves[] = {
    {"smear alone", {LATENT_NEUTRAL}, {LATENT_NEUTRAL, .smear = 0.05f}},
    {"match alone", {LATENT_NEUTRAL}, {LATENT_NEUTRAL, .match = 1.0f}},
    {"scale alone", {LATENT_NEUTRAL}, {.scale = 1.3f}},
    {"blend alone", {LATENT_NEUTRAL}, {BLENDS}},
    {"dynamics alone", {BLENDS}, {BLENDS, .dynamics = 1.0f}},
    {"blend mode alone",
     {BLENDS, .dynamics = 1.0f},
     {BLENDS, .dynamics = 1.0f, .blend_mode = BLEND_CROSS}},
    {"offset alone", {LATENT_NEUTRAL}, {LATENT_NEUTRAL, .offset = 0.3f}},
    {"an axis alone", {LATENT_NEUTRAL}, {LATENT_NEUTRAL, .axes = {0.0f, 1.0f}}},
    {"noise alone", {LATENT_NEUTRAL}, {LATENT_NEUTRAL, .noise = 0.5f}},
    {"drifting noise", {DRIFTS}, {DRIFTS}},
    {"a frozen timbre", {LOOPS}, {LOOPS}},
    {"the seed alone", {LATENT_NEUTRAL, .noise = 0.5f}, {LATENT_NEUTRAL, .noise = 0.5f, .seed = 3}},
};
enum { MOVES = sizeof moves / sizeof *moves };

typedef struct {
    const char *text;
    Model *model;
    Latent *latent, *reference;
    Stream *stream;
    int times; // that the signal is played before the jump
} Player;

// Jumps or starts after `history` samples that nobody hears but for the last ones, within the
// delay; writes what comes out from there on.
static void play_from(const Player *player, const Change *change, bool starts, size_t history,
                      bool says_so, const float *in, float *out)
{
    Stream *stream = player->stream;
    const size_t delay = (size_t)stream_delay(stream), hop = (size_t)arch_hop(&player->model->arch);
    const int64_t frame = -123, live = frame + (int64_t)(history / hop);
    const uint64_t unheard = history > delay ? history - delay : 0;
    static float all[BEFORE + HEARD];
    stream_reset(stream, CODEC_ENDLESS);
    for (int i = 0; i < player->times; i++) play(stream, &change->before, in, all, BEFORE, 1);
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

static void player_open(Player *player, const char *text, int times)
{
    Error error;
    *player = (Player){.text = text, .times = times};
    player->model = fixture_model(text, ACTIVATION_LEAKY_RELU, RATE, 1);
    player->latent = latent_new(player->model, 200, &error);
    const size_t values = player->latent->frames * (size_t)player->latent->channels;
    for (size_t i = 0; i < values; i++) player->latent->values[i] = sinf(0.01f * (float)i);
    player->reference = latent_loop(player->latent, player->model, &error);
    player->stream = stream_new(player->model, player->reference, 1, RATE);
    REQUIRE(player->stream);
}

static void player_close(Player *player)
{
    stream_free(player->stream);
    latent_free(player->reference);
    latent_free(player->latent);
    model_free(player->model);
}

// Plays a change twice, the second time told what nobody hears.
static void check_change(const Player *player, const Change *change, bool starts, size_t history,
                         int silent)
{
    static float signal[BEFORE + HEARD], whole[HEARD], part[HEARD];
    fixture_signal(signal, BEFORE + HEARD, RATE, 1);
    silence_some(signal, silent);
    play_from(player, change, starts, history, false, signal, whole);
    play_from(player, change, starts, history, true, signal, part);
    CHECK_MSG(memcmp(whole, part, sizeof whole) == 0,
              "%s, %s, %s, history of %zu, silence %d: differs by %g", player->text, change->what,
              starts ? "start" : "jump", history, silent, fixture_difference(whole, part, HEARD));
}

static const size_t histories[] = {700, 3000, 7000, 7100, 7333, 12000};

static void test_what_is_heard_is_the_same(void)
{
    for (int a = 0; a <= FIXTURE_ARCHS + FIXTURE_SPECTRA; a++) {
        Player player;
        player_open(&player, arch_text(a), 1);
        const int parts = a < FIXTURE_ARCHS ? 1 : PARTS; // silence is apart in spectra alone
        for (int i = 0; i < CHANGES * parts * 2; i++)
            check_change(&player, &changes[i % CHANGES], i >= CHANGES * parts,
                         histories[(i + a) % 6], i / CHANGES % parts);
        player_close(&player);
    }
}

// A control that moves on does so in each frame, whether it is heard or not. Match needs to have
// heard two seconds.
static void test_one_control_moves(void)
{
    for (int a = FIXTURE_ARCHS; a <= FIXTURE_ARCHS + FIXTURE_SPECTRA; a++) {
        Player player;
        player_open(&player, arch_text(a), 8);
        for (int i = 0; i < MOVES; i++) check_change(&player, &moves[i], false, 7100, 0);
        player_close(&player);
    }
}

int main(void)
{
    RUN(test_what_is_heard_is_the_same);
    RUN(test_one_control_moves);
    return check_status();
}
