// host_fades.c: one model gives way to another while the plugin plays.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <string.h>

// ---- Cross-fades ----

// A sound plays while one model gives way to another. The largest step between samples may be no
// larger than what either model's sound has by itself.
static void check_fade(const Sound *in, size_t change, const char *first, const char *second)
{
    Sound before = sound_new(in->frames), after = sound_new(in->frames),
          across = sound_new(in->frames);
    Host *host = host_with_model(STEREO, HOST_WORKER_INSIDE, second);
    REQUIRE(host);
    play(host, in, &after, 0, in->frames, 480);
    load_file(host, MODEL, first);
    host_reactivate(host);
    play(host, in, &before, 0, in->frames, 480);
    host_reactivate(host);
    play(host, in, &across, 0, change, 480);
    host_set_file(host, MODEL, second);
    play(host, in, &across, change, in->frames, 480);

    const float ends = fmaxf(sound_step(&before, change - 1, in->frames),
                             sound_step(&after, change - 1, in->frames));
    const float seen = sound_step(&across, change - 1, in->frames);
    CHECK_MSG(seen <= 1.02f * ends, "a step of %g; the ends have %g", (double)seen, (double)ends);
    CHECK(sound_equal(&before, &across, 0, change));
    CHECK(!sound_equal(&before, &across, change, in->frames));
    host_free(host);
    sound_free(&before);
    sound_free(&after);
    sound_free(&across);
}

static void changing_models_does_not_click(void)
{
    // The changes are at whole frames of every model: what fades in is then as it was alone.
    Sound music = sound_music(60000);
    const char *wire = wire_file("whole.safetensors", 8, 1, RATE);
    const char *quiet = wire_file("half.safetensors", 200, 0.5f, RATE);
    const char *fast = scrambler_file("fast.safetensors", SCRAMBLER, RATE, 1);
    const char *slow = scrambler_file("slow.safetensors", "8k9s7p4,4k4s2p1", 16000, 2);
    check_fade(&music, 30720, wire, quiet);
    check_fade(&music, 30720, quiet, wire);
    check_fade(&music, 30720, fast, slow);
    const char *spectrum = scrambler_file("spectrum.safetensors", SPECTRAL, 48000, 3);
    const char *other = scrambler_file("other-spectrum.safetensors",
                                       "spectrum512h96b30f80:16k2s2p0,8k1s1p0", 44100, 4);
    check_fade(&music, 30720, slow, fast);
    check_fade(&music, 30720, wire, slow);
    check_fade(&music, 30720, wire, spectrum);
    check_fade(&music, 30720, spectrum, fast);
    check_fade(&music, 30720, slow, spectrum);
    check_fade(&music, 30720, spectrum, other);
    sound_free(&music);
}

// The opposite of a tone is as far from it as can be, wherever in its period the change begins.
static void changing_polarity_does_not_click(void)
{
    Sound tone = sound_tone(20000);
    const char *wire = wire_file("whole.safetensors", 8, 1, RATE);
    const char *opposite = wire_file("opposite.safetensors", 8, -1, RATE);
    // Of another kind: a tone comes out of it as loud, and not turned round.
    const char *spectrum = scrambler_file("spectral.safetensors", SPECTRAL, RATE, 3);
    for (size_t change = 5000; change < 5900; change += 100) {
        check_fade(&tone, change, wire, opposite);
        check_fade(&tone, change, opposite, wire);
        check_fade(&tone, change, spectrum, opposite);
        check_fade(&tone, change, opposite, spectrum);
    }
    sound_free(&tone);
}

// Between two wires the fade can be told sample by sample: it begins when the second has settled,
// ends after 50 ms, and is a straight line.
static void fade_is_a_straight_line(void)
{
    enum { HOP = 30 };
    const size_t change = 5000, start = change + HOP - 1 + (size_t)(0.1 * RATE);
    const size_t fade = (size_t)(0.05 * RATE), frames = start + fade + 5000;
    Sound in = sound_music(frames), out = sound_new(frames);
    Host *host =
        host_with_model(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", HOP, 1, RATE));
    REQUIRE(host);
    play(host, &in, &out, 0, change, 333);
    host_set_file(host, MODEL, wire_file("half.safetensors", HOP, 0.5f, RATE));
    play(host, &in, &out, change, frames, 333);

    float worst = 0;
    for (size_t i = HOP; i < frames; i++) {
        const float place = ((float)i - (float)start + 1) / (float)fade;
        const float gain = 1 - 0.5f * fminf(fmaxf(place, 0), 1);
        for (int c = 0; c < SOUND_CHANNELS; c++)
            worst = fmaxf(worst, fabsf(out.channel[c][i] - gain * in.channel[c][i - HOP + 1]));
    }
    CHECK_MSG(worst < 1e-6f, "off by %g", (double)worst);
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

static void changes_wait_for_each_other(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *quarter = wire_file("quarter.safetensors", 12, 0.25f, RATE);
    const char *eighth = wire_file("eighth.safetensors", 40, 0.125f, RATE);
    Sound in = sound_music(60000), out = sound_new(in.frames);
    Host *host =
        host_with_model(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    play(host, &in, &out, 0, 10000, 500);
    host_set_file(host, MODEL, half);
    play(host, &in, &out, 10000, 12000, 500);
    host_set_file(host, MODEL, quarter);
    play(host, &in, &out, 12000, 13000, 500);
    host_set_file(host, MODEL, eighth);
    play(host, &in, &out, 13000, 14000, 500);
    CHECK(is_named(host, MODEL, half));
    play(host, &in, &out, 14000, in.frames, 500);
    CHECK(is_named(host, MODEL, eighth));
    CHECK(sound_step(&out, 0, in.frames) <= sound_step(&in, 0, in.frames));
    CHECK(sounds_like_wire(host, 40, 0.125f));
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

// A good choice waits for the fade before it; the bad one that comes after it takes its place, but
// not its sound.
static void bad_choice_spares_the_good_one_before_it(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *quarter = wire_file("quarter.safetensors", 12, 0.25f, RATE);
    Host *host =
        host_with_model(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    load_file(host, MODEL, half);
    load_file(host, MODEL, quarter);
    change_file(host, MODEL, "/no/file");
    CHECK(sounds_like_wire(host, 12, 0.25f));
    CHECK(is_named(host, MODEL, quarter));
    CHECK(says(host, "model /no/file: No such file"));
    host_free(host);
}

int main(void)
{
    RUN(changing_models_does_not_click);
    RUN(changing_polarity_does_not_click);
    RUN(fade_is_a_straight_line);
    RUN(changes_wait_for_each_other);
    RUN(bad_choice_spares_the_good_one_before_it);
    return check_status();
}
