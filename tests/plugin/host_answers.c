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

int main(void)
{
    RUN(get_is_answered);
    RUN(changes_are_told);
    RUN(small_notify_port_is_filled_in_turns);
    return check_status();
}
