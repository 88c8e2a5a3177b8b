// host_answers.c: what the plugin tells the host about its files.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <string.h>

// ---- What the host is told ----

static void check_heard(Host *host, int index, const char *property, const char *path)
{
    if (!CHECK_MSG(index < host_heard(host), "message %d is missing", index)) return;
    const Heard *heard = host_heard_at(host, index);
    CHECK_MSG(heard->kind == HEARD_SET && strcmp(heard->property, property) == 0 &&
                  strcmp(heard->path, path) == 0,
              "message %d: %s is %s", index, heard->property, heard->path);
}

static void get_is_answered(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    const char *reference = reference_file("reference.safetensors", whole, 400, 1);
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    host_get(host, NULL);
    run_nothing(host);
    CHECK(host_heard(host) == 2);
    check_heard(host, 0, MODEL, whole);
    check_heard(host, 1, REFERENCE, "");

    load_file(host, REFERENCE, reference);
    host_forget(host);
    host_get(host, REFERENCE);
    run_nothing(host);
    CHECK(host_heard(host) == 1);
    check_heard(host, 0, REFERENCE, reference);

    host_forget(host);
    host_get(host, NOTICE);
    run_nothing(host);
    CHECK(host_heard(host) == 1);
    check_heard(host, 0, NOTICE, "");
    load_file(host, MODEL, "/no/file");
    host_forget(host);
    host_get(host, NOTICE);
    run_nothing(host);
    check_heard(host, 0, NOTICE, "model /no/file: No such file or directory");

    host_forget(host);
    host_get(host, "urn:trasluz:other");
    run_nothing(host);
    CHECK(host_heard(host) == 0);
    host_free(host);
}

static void changes_are_told(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host =
        host_with_model(MONO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    CHECK(host_heard(host) == 0);
    change_file(host, MODEL, half);
    CHECK(host_heard(host) == 2);
    check_heard(host, 0, MODEL, half);
    CHECK(host_heard(host) > 1 && host_heard_at(host, 1)->kind == HEARD_STATE_CHANGED);
    host_free(host);
}

static void small_notify_port_is_filled_in_turns(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = host_new(&(HostOptions){.uri = MONO,
                                         .rate = RATE,
                                         .worker = HOST_WORKER_INSIDE,
                                         .notify_size = (uint32_t)(100 + strlen(whole))});
    REQUIRE(host);
    host_set_file(host, REFERENCE, reference_file("other.safetensors", whole, 30, 1));
    host_set_file(host, MODEL, whole);
    for (int heard = 1; heard <= 3; heard++) {
        run_nothing(host);
        CHECK_MSG(host_heard(host) == heard, "%d messages, not %d", host_heard(host), heard);
    }
    run_nothing(host);
    CHECK(host_heard(host) == 3);

    // What never fits is not waited for.
    host_forget(host);
    host_set_file(host, REFERENCE,
                  reference_file("a name that is so much longer than the other one that the port "
                                 "has no room for it at all, however often it is tried",
                                 whole, 30, 1));
    run_nothing(host);
    CHECK(host_heard(host) == 1 && host_heard_at(host, 0)->kind == HEARD_STATE_CHANGED);
    host_free(host);
}

// Plays as long as controls have before they are told, and longer.
static void play_on(Host *host)
{
    Sound in = sound_new(3 * (size_t)RATE / 2);
    play(host, &in, &in, 0, in.frames, 512);
    sound_free(&in);
}

// Controls that do nothing with the model, as hosts show it: one line in the log, and the notice,
// until another model plays.
static void idle_controls_are_told_once(void)
{
    const char *waveform = wire_file("whole.safetensors", 8, 1, RATE);
    const char *spectrum =
        scrambler_file("spectrum.safetensors", "spectrum512h64b20f80:8k1s1p0", 48000, 1);
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, waveform);
    REQUIRE(host);
    run_nothing(host);
    CHECK(says_nothing(host) && log_lines(host_log(host)) == 0);
    *host_control(host, "axis2") = 1.0f;
    *host_control(host, "freeze_kind") = 1.0f;
    play_on(host);
    CHECK(says(host, "Axis 2") && says(host, "Freeze kind") && !says(host, "Axis 1"));
    CHECK_MSG(log_lines(host_log(host)) == 1 && strstr(host_log(host), "no effect"), "%s",
              host_log(host));

    // What is moved later is added, and nothing is logged twice.
    *host_control(host, "dynamics") = 1.0f;
    *host_control(host, "axis2") = 0.0f;
    run_nothing(host);
    CHECK(!says(host, "Dynamics")); // a preset's model may still come
    *host_control(host, "axis2") = -1.0f;
    play_on(host);
    CHECK(says(host, "Axis 2") && says(host, "Dynamics"));
    CHECK_MSG(log_lines(host_log(host)) == 2, "%s", host_log(host));

    // With another model other controls do nothing, and nothing is left of this one's.
    *host_control(host, "auto_gain") = 1.0f;
    *host_control(host, "axis2") = 0.0f;
    change_file(host, MODEL, spectrum);
    play_on(host);
    CHECK_MSG(says_nothing(host), "%s", named_file(host, NOTICE));
    *host_control(host, "auto_gain") = 0.0f;
    play_on(host);
    CHECK_MSG(says(host, "Automatic gain"), "%s", named_file(host, NOTICE));
    host_free(host);
}

int main(void)
{
    RUN(get_is_answered);
    RUN(changes_are_told);
    RUN(small_notify_port_is_filled_in_turns);
    RUN(idle_controls_are_told_once);
    return check_status();
}
