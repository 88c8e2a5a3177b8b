// host_carla.c: sessions in a host that behaves as Carla 2.6 does: it never deletes a key, takes no
// empty values, and keeps each key's first type. Nothing that nobody chose may come back.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <string.h>

static const char *const keys[] = {
    MODEL,
    REFERENCE,
    MODEL_DATA,
    MODEL_STAND_IN,
    REFERENCE_DATA,
    REFERENCE_STAND_IN,
    "urn:trasluz:recording0",
    "urn:trasluz:recording1",
    "urn:trasluz:modelDataFile",
    "urn:trasluz:modelStandInFile",
    "urn:trasluz:referenceDataFile",
    "urn:trasluz:referenceStandInFile",
    "urn:trasluz:recording0File",
    "urn:trasluz:recording1File",
};
enum { KEYS = sizeof keys / sizeof *keys };

static Host *new_host(void)
{
    return host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE});
}

static Host *reopen(Host *host, HostSession *session)
{
    host_session_save(host, session);
    host_free(host);
    host = new_host();
    if (host) host_session_restore(host, session);
    return host;
}

static bool load_preset(Host *host, const char *name)
{
    return host && host_load_preset(host, name);
}

// Blends with whatever the reference is, and compares with an instance that knows nothing
// of the history.
static void check_as_new(Host *host, const char *preset)
{
    Host *plain = new_host();
    REQUIRE(host && load_preset(plain, preset));
    static const char *const symbols[] = {"blend", "detail", "noise", "blend_mode"};
    static const float values[] = {1, 0, 0, 0};
    for (int i = 0; i < 4; i++) *host_control(plain, symbols[i]) = values[i];
    const char *symbol; // sessions in memory have no controls
    for (int i = 0; (symbol = host_control_input(plain, i)); i++)
        *host_control(host, symbol) = *host_control(plain, symbol);
    CHECK(same_sound(plain, host));
    host_free(plain);
}

static void reference_of_a_former_preset_does_not_return(void)
{
    HostSession session = {.is_carla = true};
    Host *host = new_host();
    REQUIRE(load_preset(host, "urn:trasluz:preset:other-room"));
    host = reopen(host, &session);
    CHECK(has_value(&session, REFERENCE_DATA));
    REQUIRE(load_preset(host, "urn:trasluz:preset:dissolve"));
    host = reopen(host, &session);
    check_as_new(host, "urn:trasluz:preset:dissolve");
    host_free(host);
    host_session_free(&session);
}

static void capture_of_a_former_session_does_not_return(void)
{
    HostSession session = {.is_carla = true};
    Host *host = new_host();
    REQUIRE(load_preset(host, "urn:trasluz:preset:sampler"));
    Sound in = sound_music(60000), out = sound_new(in.frames);
    *host_control(host, "capture") = 1;
    play(host, &in, &out, 0, 30000, 512);
    *host_control(host, "capture") = 0;
    play(host, &in, &out, 30000, in.frames, 512);
    host = reopen(host, &session);
    CHECK(has_value(&session, keys[6]) && has_value(&session, keys[7]));
    REQUIRE(load_preset(host, "urn:trasluz:preset:other-room"));
    host = reopen(host, &session);
    check_as_new(host, "urn:trasluz:preset:other-room");
    host_free(host);
    host_session_free(&session);
    sound_free(&in);
    sound_free(&out);
}

// What was saved first decides the types in Carla: an empty value must not make a chunk a text.
static void empty_session_may_be_filled_later(void)
{
    HostSession session = {.is_carla = true};
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    Host *host = reopen(new_host(), &session);
    REQUIRE(host);
    load_file(host, MODEL, model);
    load_file(host, REFERENCE, reference);
    host_session_save(host, &session);
    move_file(reference, scratch_path("elsewhere.safetensors"));
    Host *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(restored);
    host_session_restore(restored, &session);
    CHECK(is_named(restored, REFERENCE, reference));
    CHECK(says(restored, OWN_COPY));
    copy_controls(restored, host);
    model_alone(host);
    *host_control(host, "blend") = *host_control(restored, "blend") = 0.6f;
    CHECK(same_sound(restored, host));
    host_free(host);
    host_free(restored);
    host_session_free(&session);
}

static void every_key_is_stored_each_time(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = new_host();
    REQUIRE(host);
    HostSession empty = {0}, full = {0};
    host_session_save(host, &empty);
    load_file(host, MODEL, model);
    load_file(host, REFERENCE, reference_file("reference.safetensors", model, 300, 1));
    name_by_session(host, MODEL, "/no/model");
    host_session_save(host, &full);
    CHECK(empty.properties == KEYS && full.properties == KEYS);
    for (int k = 0; k < KEYS; k++) {
        const HostProperty *before = host_session_find(&empty, keys[k]);
        const HostProperty *after = host_session_find(&full, keys[k]);
        if (!CHECK_MSG(before && after, "%s is missing", keys[k])) continue;
        CHECK_MSG(before->size > 0 && after->size > 0, "%s has no bytes", keys[k]);
        CHECK_MSG(before->type == after->type || k == 1, "%s changes its type", keys[k]);
    }
    CHECK(!has_value(&empty, REFERENCE_DATA) && has_value(&full, MODEL_STAND_IN));
    host_free(host);
    host_session_free(&empty);
    host_session_free(&full);
}

int main(void)
{
    RUN(reference_of_a_former_preset_does_not_return);
    RUN(capture_of_a_former_session_does_not_return);
    RUN(empty_session_may_be_filled_later);
    RUN(every_key_is_stored_each_time);
    return check_status();
}
