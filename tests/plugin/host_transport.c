// The host's transport: the song's position decides noise, reference and turns, so a bounce from
// anywhere is the same.
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"

#include <math.h>
#include <string.h>

enum { SECONDS = 10, BLOCK = 256 };

static Sound song;
static size_t frames;

// The whole song's length in frames; what a bounce needs until it no longer knows where it began:
// the automatic gain's three seconds.
#define SETTLED ((size_t)(3.5 * RATE))

static Host *new_host(void)
{
    Host *host = host_new(
        &(HostOptions){.uri = "urn:trasluz:stereo", .rate = RATE, .worker = HOST_WORKER_INSIDE});
    if (!host || !host_load_preset(host, "urn:trasluz:preset:call-and-answer")) return NULL;
    *host_control(host, "noise") = 0.3f;
    *host_control(host, "detail") = 0.7f;
    return host;
}

static HostPosition rolling_at(size_t frame)
{
    const double tempo = 137.0;
    return (HostPosition){.frame = (int64_t)frame,
                          .speed = 1.0f,
                          .beat = (double)frame / RATE / 60.0 * tempo,
                          .tempo = (float)tempo};
}

// Plays the song from a frame on, in blocks of `block`; the host says once where it is.
static void bounce(Host *host, Sound *out, size_t from, size_t block)
{
    const HostPosition position = rolling_at(from);
    host_send_position(host, &position);
    play(host, &song, out, from, frames, block);
}

static bool same(const Sound *a, const Sound *b, size_t from)
{
    for (int c = 0; c < 2; c++)
        if (memcmp(a->channel[c] + from, b->channel[c] + from, (frames - from) * sizeof(float)) !=
            0)
            return false;
    return true;
}

static void bounces_are_the_same(void)
{
    Host *host = new_host();
    REQUIRE(host);
    Sound first = sound_new(frames), second = sound_new(frames);
    bounce(host, &first, 0, BLOCK);
    bounce(host, &second, 0, 1000); // again, by a jump: with the tail of the first and its gain
    CHECK(same(&first, &second, SETTLED));
    const HostPosition stopped = {.frame = 7777, .beat = -1.0};
    host_send_position(host, &stopped);
    play(host, &song, &second, 0, 50000, BLOCK);
    // Again, from a stop while music sounds: soon after the latency not a sample differs.
    bounce(host, &second, 0, 333);
    CHECK(same(&first, &second, (size_t)*host_control(host, "latency") + (size_t)(0.05 * RATE)));
    // Again, from a stop in silence: not a sample differs.
    host_send_position(host, &stopped);
    Sound silence = sound_new(frames);
    play(host, &silence, &second, 0, (size_t)RATE, BLOCK);
    bounce(host, &second, 0, 333);
    CHECK(same(&first, &second, 0));
    sound_free(&silence);
    host_free(host);
    host = new_host();
    bounce(host, &second, 0, 77);
    CHECK(same(&first, &second, 0));
    host_free(host);
    sound_free(&first);
    sound_free(&second);
}

static void bounce_from_the_middle_is_the_same(void)
{
    Host *host = new_host();
    REQUIRE(host);
    Sound whole = sound_new(frames), part = sound_new(frames);
    bounce(host, &whole, 0, BLOCK);
    host_free(host);
    static const size_t starts[] = {1, 12345, 44100, 100003};
    for (int i = 0; i < 4; i++) {
        host = new_host();
        play(host, &song, &part, 0, 5000 * (size_t)i, BLOCK); // stopped: it runs freely
        bounce(host, &part, starts[i], BLOCK);
        CHECK_MSG(same(&whole, &part, starts[i] + SETTLED), "from frame %zu", starts[i]);
        host_free(host);
    }
    sound_free(&whole);
    sound_free(&part);
}

static void position_may_change_within_a_block(void)
{
    Host *host = new_host();
    REQUIRE(host);
    Sound whole = sound_new(frames), part = sound_new(frames);
    bounce(host, &whole, 0, BLOCK);
    host_free(host);

    host = new_host();
    HostPosition position = rolling_at(100);
    position.at = 100; // the first hundred samples are played with the transport stopped
    host_send_position(host, &position);
    play(host, &song, &part, 0, frames, BLOCK);
    CHECK(same(&whole, &part, SETTLED));
    host_free(host);
    sound_free(&whole);
    sound_free(&part);
}

static void turns_follow_the_beat(void)
{
    Host *host = new_host();
    REQUIRE(host);
    *host_control(host, "noise") = 0.0f;
    *host_control(host, "detail") = 0.0f;
    *host_control(host, "auto_gain") = 0.0f;
    Sound out = sound_new(frames), silence = sound_new(frames);
    const HostPosition position = rolling_at(0);
    host_send_position(host, &position);
    play(host, &silence, &out, 0, frames, BLOCK);
    // Of silence only the reference's turns are heard: beats 2 and 3 of every four.
    const size_t latency = (size_t)*host_control(host, "latency");
    const double beat = 60.0 / 137.0 * RATE;
    for (int b = 0; (size_t)((b + 1) * beat) + latency < frames; b++) {
        double sum = 0.0;
        const size_t from = latency + (size_t)((b + 0.2) * beat),
                     to = latency + (size_t)((b + 0.95) * beat);
        for (size_t i = from; i < to; i++)
            sum += (double)out.channel[0][i] * (double)out.channel[0][i];
        const double level = 10.0 * log10(sum / (double)(to - from) + 1e-12);
        const bool turn = b % 4 >= 2;
        CHECK_MSG(turn ? level > -40.0 : level < -50.0, "beat %d: %.1f dB", b, level);
    }
    host_free(host);
    sound_free(&out);
    sound_free(&silence);
}

// A message may tell what has changed and nothing else. The song's first beat is not at frame 0.
static void tempo_alone_moves_nothing(void)
{
    enum { PIECE = 50000 };
    Sound whole = sound_new(frames), told = sound_new(frames);
    for (int tells = 0; tells < 2; tells++) {
        Host *host = new_host();
        REQUIRE(host);
        for (size_t at = 0; at < frames; at += PIECE) {
            HostPosition position = rolling_at(at);
            position.beat += 1.5;
            host_send_position(host, &position);
            const size_t half = at + PIECE / 2, end = at + PIECE < frames ? at + PIECE : frames;
            play(host, &song, tells ? &told : &whole, at, half, BLOCK);
            if (tells) host_send_tempo(host, position.tempo);
            play(host, &song, tells ? &told : &whole, half, end, BLOCK);
        }
        host_free(host);
    }
    CHECK(same(&whole, &told, 0));
    sound_free(&whole);
    sound_free(&told);
}

// As some hosts do for a new block length, while the song rolls.
static void activation_finds_its_place_again(void)
{
    enum { PLACE = 100000 };
    Host *host = new_host();
    REQUIRE(host);
    Sound whole = sound_new(frames), part = sound_new(frames);
    bounce(host, &whole, 0, BLOCK);
    host_free(host);
    host = new_host();
    const HostPosition start = rolling_at(0);
    host_send_position(host, &start);
    play(host, &song, &part, 0, PLACE, BLOCK);
    host_reactivate(host);
    bounce(host, &part, PLACE, BLOCK);
    CHECK(same(&whole, &part, PLACE + SETTLED));
    host_free(host);
    sound_free(&whole);
    sound_free(&part);
}

// Audacity says "position 0, rolling" in each block when it applies an effect. The song goes on
// from where the first message put it; once the host is quiet it is followed again.
static void stuck_position_is_not_followed(void)
{
    Host *host = new_host();
    REQUIRE(host);
    Sound followed = sound_new(frames), stuck = sound_new(frames);
    bounce(host, &followed, 0, BLOCK);
    host_free(host);

    host = new_host();
    const HostPosition position = rolling_at(0);
    for (size_t at = 0; at < frames; at += BLOCK) {
        const size_t end = at + BLOCK < frames ? at + BLOCK : frames;
        host_send_position(host, &position);
        host_send_position(host, &position); // no time passes: that is no second report
        play(host, &song, &stuck, at, end, BLOCK);
    }
    CHECK(same(&followed, &stuck, 0));
    play(host, &song, &stuck, 0, BLOCK, BLOCK); // a block without a report: the next one counts
    bounce(host, &stuck, 0, BLOCK);
    CHECK(same(&followed, &stuck, SETTLED));
    host_free(host);
    sound_free(&followed);
    sound_free(&stuck);
}

// A loop reports its first frame again and again too, but not in each block.
static void loop_is_followed(void)
{
    enum { LOOP = 20 * BLOCK, ROUNDS = 40 };
    Host *host = new_host();
    REQUIRE(host);
    Sound out = sound_new(frames);
    const HostPosition position = rolling_at(44100);
    static float before[LOOP];
    for (size_t round = 0; round < ROUNDS; round++) {
        memcpy(before, out.channel[0], sizeof before);
        host_send_position(host, &position);
        play(host, &song, &out, 0, LOOP, BLOCK);
    }
    // Noise and turns are those of the position, so two rounds are the same but for the automatic
    // gain, which looks back further.
    float most = 0, level = 0;
    for (size_t i = LOOP / 2; i < LOOP; i++) {
        most = fmaxf(most, fabsf(before[i] - out.channel[0][i]));
        level = fmaxf(level, fabsf(before[i]));
    }
    CHECK_MSG(level > 0.05f && most < 0.01f * level, "off by %g of %g", (double)most,
              (double)level);
    host_free(host);
    sound_free(&out);
}

// Messages no host should send, and some do.
static void odd_positions_do_no_harm(void)
{
    Host *host = new_host();
    REQUIRE(host);
    Sound out = sound_new(frames);
    const HostPosition odd[] = {
        {.frame = -5000, .speed = 1.0f, .beat = 0.0, .tempo = 120.0f},
        {.frame = INT64_MAX, .speed = 1.0f, .beat = 1e30, .tempo = 120.0f},
        {.frame = 1000, .speed = NAN, .beat = 0.0, .tempo = NAN},
        {.frame = 1000, .speed = -1.0f, .beat = 0.0, .tempo = -3.0f},
        {.frame = 1000, .speed = 1.0f, .beat = NAN, .tempo = 1e9f},
        {.at = 99999, .frame = 1000, .speed = 1.0f, .beat = 3.0, .tempo = 0.0f},
        {.frame = (int64_t)1 << 40, .speed = 1.0f, .beat = -1.0, .tempo = 0.0f},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        host_send_position(host, &odd[i]);
        play(host, &song, &out, i * 4096, (i + 1) * 4096, BLOCK);
    }
    bool finite = true;
    for (size_t i = 0; i < 7 * 4096; i++) finite = finite && isfinite(out.channel[0][i]);
    CHECK(finite);
    host_free(host);
    sound_free(&out);
}

int main(void)
{
    frames = (size_t)(SECONDS * RATE);
    song = sound_music(frames);
    RUN(bounces_are_the_same);
    RUN(bounce_from_the_middle_is_the_same);
    RUN(position_may_change_within_a_block);
    RUN(turns_follow_the_beat);
    RUN(tempo_alone_moves_nothing);
    RUN(activation_finds_its_place_again);
    RUN(stuck_position_is_not_followed);
    RUN(loop_is_followed);
    RUN(odd_positions_do_no_harm);
    sound_free(&song);
    return check_status();
}
