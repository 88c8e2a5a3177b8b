// host_notes.c: MIDI notes hold Freeze and Capture, at their sample, as the controls would; nothing
// stays held that has ended.
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"

#include <string.h>

enum { FRAMES = 90000, BLOCK = 512, FREEZE = 60, CAPTURE = 62, MESSAGES_MAX = 4 };

typedef struct {
    size_t at; // sample
    unsigned char bytes[3];
    const char *symbol; // the control that is moved in its place; NULL: none
    float value;
} Moment;

static Sound music, silent;
static bool midi_to_control;

static Host *new_host(void)
{
    const HostOptions options = {.uri = STEREO, .rate = RATE, .midi_to_control = midi_to_control};
    Host *host = host_new(&options);
    if (host) {
        *host_control(host, "blend") = 1.0f; // what is captured is heard
        *host_control(host, "detail") = 0.0f;
    }
    return host;
}

// Plays the music with the moments, as notes within blocks of one length, or as controls that are
// moved between blocks.
static Sound perform(const Moment *moment, int moments, bool as_notes)
{
    Sound out = sound_new(FRAMES);
    Host *host = new_host();
    if (!host) return out;
    size_t at = 0;
    int next = 0;
    while (at < FRAMES) {
        size_t end = at + BLOCK < FRAMES ? at + BLOCK : FRAMES;
        for (; as_notes && next < moments && moment[next].at < end; next++)
            host_send_midi(host, (uint32_t)(moment[next].at - at), moment[next].bytes, 3);
        for (; !as_notes && next < moments && moment[next].at <= at; next++)
            if (moment[next].symbol) *host_control(host, moment[next].symbol) = moment[next].value;
        if (!as_notes && next < moments && moment[next].at < end) end = moment[next].at;
        play(host, &music, &out, at, end, end - at);
        at = end;
    }
    host_free(host);
    return out;
}

static void check_same(const char *what, const Moment *moment, int moments)
{
    Sound notes = perform(moment, moments, true), controls = perform(moment, moments, false);
    Sound nothing = perform(NULL, 0, false);
    CHECK_MSG(sound_equal(&notes, &controls, 0, FRAMES), "%s: not as the control", what);
    CHECK_MSG(!sound_equal(&notes, &nothing, 0, FRAMES), "%s: nothing is heard", what);
    sound_free(&notes);
    sound_free(&controls);
    sound_free(&nothing);
}

static void notes_are_controls_at_their_sample(void)
{
    check_same("Freeze",
               (Moment[]){{30001, {0x90, FREEZE, 1}, "freeze", 1},
                          {60007, {0x80, FREEZE, 64}, "freeze", 0}},
               2);
    check_same("Capture",
               (Moment[]){{10003, {0x95, CAPTURE, 127}, "capture", 1},
                          {50001, {0x95, CAPTURE, 0}, "capture", 0}},
               2);
    check_same("two in a block",
               (Moment[]){{30001, {0x90, FREEZE, 1}, "freeze", 1},
                          {30040, {0x80, FREEZE, 64}, "freeze", 0},
                          {30060, {0x90, FREEZE, 1}, "freeze", 1}},
               3);
}

// Some hosts send all events to the port that is designated as the control.
static void notes_are_heard_on_the_control_port_too(void)
{
    midi_to_control = true;
    check_same("Freeze",
               (Moment[]){{30001, {0x90, FREEZE, 1}, "freeze", 1},
                          {60007, {0x80, FREEZE, 64}, "freeze", 0}},
               2);
    midi_to_control = false;
}

// A note is heard at its sample, whatever the position's message is in the block, which comes by
// another port: here the transport jumps, and a jump with a held Freeze is another one.
static void notes_and_positions_keep_their_order(void)
{
    Sound together = sound_new(FRAMES), apart = sound_new(FRAMES);
    for (int i = 0; i < 2; i++) {
        Host *host = new_host();
        REQUIRE(host);
        Sound *out = i == 0 ? &together : &apart;
        const uint32_t note = 100, jump = 200, off = 300; // samples after 30000
        play(host, &music, out, 0, 30000, BLOCK);
        host_send_midi(host, note, (unsigned char[]){0x90, FREEZE, 1}, 3);
        if (i == 1) play(host, &music, out, 30000, 30000 + jump, jump);
        host_send_position(
            host,
            &(HostPosition){.at = i == 0 ? jump : 0, .frame = 500000, .speed = 1, .beat = -1});
        if (i == 0) host_send_midi(host, off, (unsigned char[]){0x80, FREEZE, 1}, 3);
        if (i == 1) host_send_midi(host, off - jump, (unsigned char[]){0x80, FREEZE, 1}, 3);
        if (i == 0) play(host, &music, out, 30000, 30000 + BLOCK, BLOCK);
        if (i == 1) play(host, &music, out, 30000 + jump, 30000 + BLOCK, BLOCK - jump);
        play(host, &music, out, 30000 + BLOCK, FRAMES, BLOCK);
        host_free(host);
    }
    CHECK(sound_equal(&together, &apart, 0, FRAMES));
    sound_free(&together);
    sound_free(&apart);
}

static void a_note_is_held_until_the_last_channel_ends_it(void)
{
    check_same("two channels",
               (Moment[]){{30001, {0x90, FREEZE, 1}, "freeze", 1},
                          {32000, {0x91, FREEZE, 1}, NULL, 0},
                          {40000, {0x80, FREEZE, 0}, NULL, 0},
                          {60007, {0x81, FREEZE, 0}, "freeze", 0}},
               4);
}

static void messages_that_end_all_notes_end_it(void)
{
    static const unsigned char ends[] = {120, 121, 123, 124, 125, 126, 127};
    for (size_t i = 0; i < sizeof ends; i++)
        check_same("end of all",
                   (Moment[]){{30001, {0x93, FREEZE, 1}, "freeze", 1},
                              {40000, {0xb2, ends[i], 0}, NULL, 0}, // not its channel
                              {50000, {0xb3, 64, 0}, NULL, 0},      // sustain: ignored
                              {60007, {0xb3, ends[i], 0}, "freeze", 0}},
                   4);
}

// Plays after the messages; true if it is what a host that was sent nothing plays.
static bool is_free(Host *host)
{
    Sound out = sound_new(FRAMES), other = sound_new(FRAMES);
    Host *untouched = new_host();
    bool same = false;
    if (untouched) {
        play(host, &music, &out, 0, FRAMES, BLOCK);
        play(untouched, &music, &other, 0, FRAMES, BLOCK);
        same = sound_equal(&out, &other, 0, FRAMES);
        host_free(untouched);
    }
    sound_free(&out);
    sound_free(&other);
    return same;
}

static void deactivation_ends_it(void)
{
    Host *host = new_host();
    REQUIRE(host);
    host_send_midi(host, 0, (unsigned char[]){0x90, FREEZE, 1}, 3);
    play(host, &music, &silent, 0, 20000, BLOCK);
    host_reactivate(host);
    CHECK(is_free(host));
    host_free(host);
}

static void send_note(Host *host, unsigned char status, unsigned char note)
{
    host_send_midi(host, 0, (unsigned char[]){status, note, 1}, 3);
}

// More than there is room for in a block: what the last ones say counts.
static void a_flood_leaves_nothing_held(void)
{
    Host *host = new_host();
    REQUIRE(host);
    for (int i = 0; i < 1000; i++) send_note(host, 0x90, i % 2 ? FREEZE : CAPTURE);
    send_note(host, 0x80, FREEZE);
    send_note(host, 0x80, CAPTURE);
    run_nothing(host);
    CHECK(is_free(host));
    host_reactivate(host);
    for (int i = 0; i < 1000; i++) send_note(host, 0x80, FREEZE);
    send_note(host, 0x90, FREEZE);
    run_nothing(host);
    CHECK(!is_free(host));
    host_free(host);
}

// Other notes, other messages, cut ones, and none.
static void what_is_none_of_ours_does_nothing(void)
{
    static const unsigned char bytes[][4] = {
        {0x90, 61, 1},        {0x90, 0, 1},        {0xa0, FREEZE, 1},
        {0xc0, FREEZE, 1},    {0xe0, FREEZE, 64},  {0xf0, FREEZE, 1},
        {0xf8, 0x90, FREEZE}, {FREEZE, FREEZE, 1}, {0xb0, FREEZE, 1},
    };
    Host *host = new_host();
    REQUIRE(host);
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        host_send_midi(host, (uint32_t)i, bytes[i], 3);
    for (uint32_t size = 0; size < 3; size++)
        host_send_midi(host, 20, (unsigned char[]){0x90, FREEZE, 1}, size);
    play(host, &music, &silent, 0, BLOCK, BLOCK);
    host_reactivate(host);
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        host_send_midi(host, (uint32_t)i, bytes[i], 3);
    CHECK(is_free(host));
    host_free(host);
}

// Samples outside of the block, or before those of the message before.
static void a_lying_time_loses_no_note(void)
{
    Host *host = new_host();
    REQUIRE(host);
    host_send_midi(host, 4000000000u, (unsigned char[]){0x90, FREEZE, 1}, 3);
    run_nothing(host);
    CHECK(!is_free(host));
    host_send_midi(host, 100, (unsigned char[]){0x90, FREEZE, 1}, 3);
    host_send_midi(host, 7, (unsigned char[]){0x80, FREEZE, 1}, 3);
    play(host, &music, &silent, 0, BLOCK, BLOCK);
    host_send_midi(host, 1u << 31, (unsigned char[]){0x80, FREEZE, 1}, 3);
    run_nothing(host);
    host_reactivate(host);
    CHECK(is_free(host));
    host_free(host);
}

int main(void)
{
    music = sound_music(FRAMES);
    silent = sound_new(FRAMES);
    RUN(notes_are_controls_at_their_sample);
    RUN(notes_are_heard_on_the_control_port_too);
    RUN(notes_and_positions_keep_their_order);
    RUN(a_note_is_held_until_the_last_channel_ends_it);
    RUN(messages_that_end_all_notes_end_it);
    RUN(deactivation_ends_it);
    RUN(a_flood_leaves_nothing_held);
    RUN(what_is_none_of_ours_does_nothing);
    RUN(a_lying_time_loses_no_note);
    sound_free(&music);
    sound_free(&silent);
    return check_status();
}
