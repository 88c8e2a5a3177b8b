// host_recordings.c: sessions keep what Capture recorded.
#include "check.h"
#include "lv2host_sessions.h"

static const char *const recordings[] = {"urn:trasluz:recording0", "urn:trasluz:recording1"};

static void capture_music(Host *host, size_t from)
{
    Sound in = sound_music(60000), out = sound_new(in.frames);
    *host_control(host, "capture") = 1;
    play(host, &in, &out, from, from + 20000, 512);
    *host_control(host, "capture") = 0;
    play(host, &in, &out, from + 20000, from + 25000, 512);
    sound_free(&in);
    sound_free(&out);
}

// A host without a reference file, so that only what is captured is blended in.
static Host *blending_host(const char *model)
{
    Host *host = stereo_host(HOST_WORKER_INSIDE);
    if (!host) return NULL;
    load_file(host, MODEL, model);
    *host_control(host, "blend") = 0.6f;
    return host;
}

static void recording_is_kept_with_the_session(void)
{
    Host *saved = blending_host(scrambler_file("recorded.safetensors", SCRAMBLER, RATE, 8));
    Host *restored = stereo_host(HOST_WORKER_NONE), *again = stereo_host(HOST_WORKER_NONE);
    Host *without = stereo_host(HOST_WORKER_NONE), *late = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored && again && without && late);
    const char *first = scratch_path("recorded_state"), *second = scratch_path("recorded_again");
    REQUIRE(host_save(saved, scratch_path("unrecorded_state")));
    capture_music(saved, 0);
    REQUIRE(host_save(saved, first));
    REQUIRE(host_restore(without, scratch_path("unrecorded_state")));
    REQUIRE(host_restore(restored, first));
    CHECK(same_sound(saved, restored));
    CHECK(!same_sound(saved, without));

    REQUIRE(host_restore(again, first) && host_save(again, second)); // never played in between
    REQUIRE(host_restore(late, second));
    CHECK(same_sound(saved, late));

    capture_music(restored, 30000); // another one: the session's must not come back
    REQUIRE(host_save(restored, scratch_path("recorded_other")));
    REQUIRE(host_restore(again, scratch_path("recorded_other")));
    CHECK(same_sound(restored, again));
    CHECK(!same_sound(saved, again));
    host_free(saved);
    host_free(restored);
    host_free(again);
    host_free(without);
    host_free(late);
}

static void named_reference_replaces_a_recording(void)
{
    const char *model = scrambler_file("replaced.safetensors", SCRAMBLER, RATE, 8);
    Host *host = blending_host(model), *fresh = blending_host(model);
    REQUIRE(host && fresh);
    capture_music(host, 0);
    const char *reference = reference_file("replacing.safetensors", model, 300, 9);
    load_file(host, REFERENCE, reference);
    load_file(fresh, REFERENCE, reference);
    Sound in = sound_music(20000), out = sound_new(in.frames);
    play(host, &in, &out, 0, in.frames, 512); // over the fade
    sound_free(&in);
    sound_free(&out);
    CHECK(same_sound(host, fresh));
    host_free(host);
    host_free(fresh);
}

// Cut short or with a flipped bit, it is refused with a line to the log, and the sound is that of a
// session without one.
static void check_damaged(const HostSession *good, Host *wanted, const char *what, size_t size,
                          size_t flipped)
{
    Host *host = stereo_host(HOST_WORKER_NONE);
    REQUIRE(host);
    HostSession bad = host_session_copy(good);
    for (int c = 0; c < 2; c++) {
        HostProperty *recording = host_session_find(&bad, recordings[c]);
        REQUIRE(recording);
        recording->value[recording->size - 1 - flipped] ^= size < recording->size ? 0 : 4;
        if (size < recording->size) recording->size = size;
    }
    const int logged = log_lines(host_log(host));
    host_session_restore(host, &bad);
    CHECK_MSG(log_lines(host_log(host)) == logged + 2, "%s: log: %s", what, host_log(host));
    copy_controls(wanted, host);
    CHECK_MSG(same_sound(wanted, host), "%s: another sound", what);
    host_session_free(&bad);
    host_free(host);
}

static void damaged_recordings_are_refused(void)
{
    const char *model = scrambler_file("damaged.safetensors", SCRAMBLER, RATE, 8);
    Host *saved = blending_host(model), *without = blending_host(model);
    REQUIRE(saved && without);
    capture_music(saved, 0);
    HostSession session = {0};
    host_session_save(saved, &session);
    static const size_t sizes[] = {1, 7, 8, 100, 400, 2000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_damaged(&session, without, "cut short", sizes[i], 0);
    for (size_t place = 0; place < 2000; place += 333)
        check_damaged(&session, without, "a flipped bit", SIZE_MAX, place);
    for (int c = 0; c < 2; c++) host_session_find(&session, recordings[c])->type = 1;
    check_damaged(&session, without, "another type", 2000, 0);
    host_session_free(&session);
    host_free(saved);
    host_free(without);
}

int main(void)
{
    RUN(recording_is_kept_with_the_session);
    RUN(named_reference_replaces_a_recording);
    RUN(damaged_recordings_are_refused);
    return check_status();
}
