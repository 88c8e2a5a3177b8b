// host_recordings.c: what Capture recorded: when it plays, what takes its place, and that
// sessions keep it.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

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

// Over a fade.
static void settle(Host *host)
{
    Sound in = sound_music(20000), out = sound_new(in.frames);
    play(host, &in, &out, 0, in.frames, 512);
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

// Only the first second of a recording has room from the start where the host has a worker.
static void long_recording_is_the_same_with_a_worker(void)
{
    const char *model = scrambler_file("grown.safetensors", SCRAMBLER, RATE, 8);
    const size_t length = (size_t)(3.5 * RATE);
    Host *with = blending_host(model), *none = stereo_host(HOST_WORKER_NONE);
    REQUIRE(with && none);
    REQUIRE(host_save(with, scratch_path("ungrown_state")));
    REQUIRE(host_restore(none, scratch_path("ungrown_state")));
    Sound in = sound_music(length + 20000), out = sound_new(in.frames), same = sound_new(in.frames);
    for (int capture = 1; capture >= 0; capture--) {
        const size_t from = capture ? 0 : length, to = capture ? length : in.frames;
        *host_control(with, "capture") = *host_control(none, "capture") = (float)capture;
        play(with, &in, &out, from, to, 512);
        play(none, &in, &same, from, to, 512);
    }
    for (int c = 0; c < 2; c++)
        CHECK(memcmp(out.channel[c], same.channel[c], in.frames * sizeof(float)) == 0);
    HostSession a = {0}, b = {0};
    host_session_save(with, &a);
    host_session_save(none, &b);
    CHECK(same_property(&a, recordings[0], &b, recordings[0]));
    CHECK(same_property(&a, recordings[1], &b, recordings[1]));
    host_session_free(&a);
    host_session_free(&b);
    sound_free(&in);
    sound_free(&out);
    sound_free(&same);
    host_free(with);
    host_free(none);
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
    settle(host);
    CHECK(same_sound(host, fresh));
    host_free(host);
    host_free(fresh);
}

// Each played from before any sound.
static bool sounds_as(Host *a, Host *b)
{
    host_reactivate(b);
    return same_sound(a, b);
}

static bool has_recordings(HostSession *session)
{
    return has_value(session, recordings[0]) || has_value(session, recordings[1]);
}

static bool same_recordings(HostSession *a, HostSession *b)
{
    return same_property(a, recordings[0], b, recordings[0]) &&
           same_property(a, recordings[1], b, recordings[1]);
}

// Chooses another model and comes back; saves on either.
static void check_return(Host *host, const char *model, const char *other, Host *wanted)
{
    Host *plain = blending_host(other), *restored = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(plain && restored);
    HostSession there = {0}, back = {0}, want = {0};
    host_session_save(wanted, &want);
    load_file(host, MODEL, other);
    settle(host);
    CHECK(sounds_as(plain, host)); // which did not make the recording
    host_session_save(host, &there);
    CHECK(same_recordings(&there, &want));
    load_file(host, MODEL, model);
    settle(host);
    CHECK(sounds_as(wanted, host));
    host_session_save(host, &back);
    CHECK(same_recordings(&back, &want));

    host_session_restore(restored, &there);
    copy_controls(host, restored);
    CHECK(sounds_as(plain, restored));
    load_file(restored, MODEL, model);
    settle(restored);
    CHECK(sounds_as(wanted, restored));
    host_session_free(&there);
    host_session_free(&back);
    host_session_free(&want);
    host_free(plain);
    host_free(restored);
}

static void recording_comes_back_with_its_model(void)
{
    const char *model = scrambler_file("recorder.safetensors", SCRAMBLER, RATE, 8);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 9);
    Host *host = blending_host(model), *wanted = blending_host(model),
         *plain = blending_host(model);
    REQUIRE(host && wanted && plain);
    capture_music(host, 0);
    capture_music(wanted, 0);
    CHECK(!sounds_as(plain, wanted));
    check_return(host, model, other, wanted);
    host_free(host);
    host_free(wanted);
    host_free(plain);
}

// In a session that brought another one, which must not come back.
static void last_recording_comes_back(void)
{
    const char *model = scrambler_file("recorder.safetensors", SCRAMBLER, RATE, 8);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 9);
    Host *host = blending_host(model), *wanted = blending_host(model);
    REQUIRE(host && wanted);
    capture_music(wanted, 0);
    HostSession session = {0};
    host_session_save(wanted, &session);
    host_session_restore(host, &session);
    settle(host);
    host_reactivate(host); // the same frames for both
    host_reactivate(wanted);
    capture_music(host, 30000);
    capture_music(wanted, 30000);
    check_return(host, model, other, wanted);
    host_session_free(&session);
    host_free(host);
    host_free(wanted);
}

// By its own name, with the recording gone at once from what is saved.
static void check_ended(const char *model, const char *reference)
{
    Host *host = blending_host(model), *plain = blending_host(model);
    REQUIRE(host && plain);
    load_file(host, REFERENCE, reference);
    load_file(plain, REFERENCE, reference);
    HostSession session = {0};
    capture_music(host, 0);
    CHECK(!sounds_as(plain, host));
    host_session_save(host, &session);
    CHECK(has_recordings(&session));
    load_file(host, REFERENCE, reference);
    host_session_save(host, &session);
    CHECK(!has_recordings(&session));
    settle(host);
    CHECK(sounds_as(plain, host));
    host_session_save(host, &session);
    CHECK(!has_recordings(&session));
    host_session_free(&session);
    host_free(host);
    host_free(plain);
}

static void reference_chosen_again_ends_a_recording(void)
{
    const char *model = scrambler_file("recorder.safetensors", SCRAMBLER, RATE, 8);
    check_ended(model, reference_file("chosen.safetensors", model, 300, 9));
    check_ended(model, "");
}

static void preset_without_a_reference_ends_a_recording(void)
{
    const char *preset = "urn:trasluz:preset:sampler";
    Host *host = stereo_host(HOST_WORKER_INSIDE), *plain = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host && plain && host_load_preset(host, preset) && host_load_preset(plain, preset));
    *host_control(host, "blend") = *host_control(plain, "blend") = 0.6f;
    *host_control(host, "blend_mode") = *host_control(plain, "blend_mode") = 0;
    capture_music(host, 0);
    CHECK(!sounds_as(plain, host));
    REQUIRE(host_load_preset(host, preset) && host_load_preset(plain, preset));
    *host_control(host, "blend") = *host_control(plain, "blend") = 0.6f;
    *host_control(host, "blend_mode") = *host_control(plain, "blend_mode") = 0;
    settle(host);
    CHECK(sounds_as(plain, host));
    host_free(host);
    host_free(plain);
}

// What was named or restored counts, though the former sounds until the fade is over.
static void what_is_fading_in_is_saved(void)
{
    const char *model = scrambler_file("recorder.safetensors", SCRAMBLER, RATE, 8);
    const char *reference = reference_file("chosen.safetensors", model, 300, 9);
    Host *former = blending_host(model), *latter = blending_host(model);
    Host *back = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(former && latter && back);
    HostSession session = {0}, saved = {0};
    capture_music(former, 0);
    capture_music(latter, 30000);
    host_session_save(latter, &session);
    host_session_restore(former, &session);
    host_session_save(former, &saved); // it waits
    CHECK(same_recordings(&saved, &session));
    Sound in = sound_music(2000), out = sound_new(in.frames);
    play(former, &in, &out, 0, in.frames, 512);
    host_session_save(former, &saved); // it fades in
    CHECK(same_recordings(&saved, &session));
    host_session_restore(back, &saved);
    copy_controls(latter, back);
    CHECK(sounds_as(latter, back));

    load_file(former, REFERENCE, reference);
    host_session_save(former, &saved);
    CHECK(!has_recordings(&saved));
    host_session_restore(back, &saved);
    load_file(latter, REFERENCE, reference);
    settle(back);
    settle(latter);
    CHECK(sounds_as(latter, back));
    host_session_free(&session);
    host_session_free(&saved);
    host_free(former);
    host_free(latter);
    host_free(back);
    sound_free(&in);
    sound_free(&out);
}

// Neither a fade nor another sound.
static void restoring_what_plays_changes_nothing(void)
{
    Host *host = blending_host(scrambler_file("recorder.safetensors", SCRAMBLER, RATE, 8));
    REQUIRE(host);
    capture_music(host, 0);
    HostSession session = {0};
    host_session_save(host, &session);
    Sound in = sound_music(20000), steady = sound_new(in.frames), out = sound_new(in.frames);
    *host_control(host, "smear") = 1; // it remembers what was before
    host_reactivate(host);
    play(host, &in, &steady, 0, in.frames, 256);
    host_reactivate(host);
    play(host, &in, &out, 0, in.frames / 2, 256);
    host_session_restore(host, &session);
    play(host, &in, &out, in.frames / 2, in.frames, 256);
    CHECK(sound_equal(&steady, &out, 0, in.frames));
    host_session_free(&session);
    host_free(host);
    sound_free(&in);
    sound_free(&steady);
    sound_free(&out);
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
    RUN(long_recording_is_the_same_with_a_worker);
    RUN(named_reference_replaces_a_recording);
    RUN(recording_comes_back_with_its_model);
    RUN(last_recording_comes_back);
    RUN(reference_chosen_again_ends_a_recording);
    RUN(preset_without_a_reference_ends_a_recording);
    RUN(what_is_fading_in_is_saved);
    RUN(restoring_what_plays_changes_nothing);
    RUN(damaged_recordings_are_refused);
    return check_status();
}
