// host_copies.c: the copies of files that sessions carry: when they stand in, when the file is
// taken, what damaged ones do.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// As sessions were before they had copies, and as presets are.
static void remove_copies(HostSession *session)
{
    static const char *const copies[] = {MODEL_DATA, MODEL_STAND_IN, REFERENCE_DATA,
                                         REFERENCE_STAND_IN};
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
        host_session_remove(session, copies[i]);
}

// A session of a time before there were copies. What stands in for a lost file is saved, but does
// not take its name away.
static void file_that_comes_back_is_taken(void)
{
    const char *model = scrambler_file("lost.safetensors", SCRAMBLER, RATE, 1);
    const char *elsewhere = scratch_path("elsewhere.safetensors");
    const char *reference = reference_file("back.safetensors", model, 300, 1);
    Host *saved = furnished_host(model, reference);
    REQUIRE(saved);
    HostSession session = {.maps_paths = true}, again = {.maps_paths = true};
    host_session_save(saved, &session);
    remove_copies(&session);

    Host *without = stereo_host(HOST_WORKER_NONE), *before = stereo_host(HOST_WORKER_NONE);
    REQUIRE(without && before);
    move_file(model, elsewhere);
    const int logged = log_lines(host_log(without));
    host_session_restore(without, &session);
    CHECK(is_named(without, MODEL, model));
    CHECK(is_named(without, REFERENCE, reference));
    CHECK_MSG(log_lines(host_log(without)) == logged + 2, "log: %s", host_log(without));
    CHECK(says(without, "lost.safetensors: No such file") && says(without, "another model"));
    host_session_save(without, &again);
    CHECK(!has_value(&again, MODEL_DATA));
    CHECK(has_value(&again, MODEL_STAND_IN));
    CHECK(has_value(&again, REFERENCE_DATA)); // it was loaded, though it cannot be played

    // While it is lost, what stood in stands in.
    Host *between = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(between);
    load_file(between, MODEL, elsewhere);
    host_session_restore(between, &again);
    CHECK(is_named(between, MODEL, model));
    copy_controls(before, between);
    CHECK(same_sound(before, between));

    move_file(elsewhere, model);
    Host *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(restored);
    host_session_restore(restored, &again);
    CHECK(says_nothing(restored));
    copy_controls(saved, restored);
    CHECK(same_sound(saved, restored));
    host_session_free(&session);
    host_session_free(&again);
    host_free(saved);
    host_free(without);
    host_free(before);
    host_free(between);
    host_free(restored);
}

// Names that stand for nothing, of a session that is opened while other files play.
static void what_stands_in_is_saved(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 2);
    const char *unfit = reference_file("unfit.safetensors", other, 300, 2);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host && restored);
    name_by_session(host, MODEL, "/no/model");
    name_by_session(host, REFERENCE, unfit);
    HostSession session = {0}, again = {0};
    host_session_save(host, &session);
    CHECK(!has_value(&session, MODEL_DATA));
    CHECK(has_value(&session, MODEL_STAND_IN));
    CHECK(has_value(&session, REFERENCE_DATA));
    CHECK(has_value(&session, REFERENCE_STAND_IN));

    host_session_restore(restored, &session);
    CHECK(is_named(restored, MODEL, "/no/model"));
    CHECK(is_named(restored, REFERENCE, unfit));
    copy_controls(host, restored);
    CHECK(same_sound(host, restored));
    host_session_save(restored, &again);
    CHECK(same_property(&session, MODEL_STAND_IN, &again, MODEL_STAND_IN));
    CHECK(same_property(&session, REFERENCE_DATA, &again, REFERENCE_DATA));
    CHECK(same_property(&session, REFERENCE_STAND_IN, &again, REFERENCE_STAND_IN));

    // The reference that did not fit plays once its model does.
    Host *fitting = furnished_host(other, unfit);
    REQUIRE(fitting);
    move_file(unfit, scratch_path("unfit-away.safetensors"));
    load_file(restored, MODEL, other);
    host_reactivate(restored);
    CHECK(says_nothing(restored));
    CHECK(same_sound(fitting, restored));
    host_session_free(&session);
    host_session_free(&again);
    host_free(host);
    host_free(restored);
    host_free(fitting);
}

// A sound that plays on when the session names a file that is not there, and has no copy of it.
static void lost_file_leaves_the_sound(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    REQUIRE(host);
    HostSession session = {0};
    host_session_put(&session, MODEL, PATH, "/no/file", 9);
    host_session_put(&session, REFERENCE, PATH, "/no/file", 9);

    Sound in = sound_music(20000), steady = sound_new(in.frames), out = sound_new(in.frames);
    play(host, &in, &steady, 0, in.frames, 256);
    host_reactivate(host);
    play(host, &in, &out, 0, in.frames / 2, 256);
    host_session_restore(host, &session);
    play(host, &in, &out, in.frames / 2, in.frames, 256);
    CHECK(sound_equal(&steady, &out, 0, in.frames));
    CHECK(is_named(host, MODEL, "/no/file"));
    CHECK(says(host, "model /no/file: No such file") &&
          says(host, "reference /no/file: No such file"));
    host_session_free(&session);
    host_free(host);
    sound_free(&in);
    sound_free(&steady);
    sound_free(&out);
}

// Nothing is faded and nothing begins anew where a session brings what sounds already.
static void restoring_what_sounds_changes_nothing(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    REQUIRE(host);
    HostSession session = {0};
    host_session_save(host, &session);
    Sound in = sound_music(30000), steady = sound_new(in.frames), out = sound_new(in.frames);
    play(host, &in, &steady, 0, in.frames, 256);
    host_reactivate(host);
    play(host, &in, &out, 0, 10000, 256);
    host_session_restore(host, &session);
    play(host, &in, &out, 10000, 20000, 256);
    move_file(model, scratch_path("elsewhere.safetensors"));
    host_session_restore(host, &session);
    play(host, &in, &out, 20000, in.frames, 256);
    CHECK(sound_equal(&steady, &out, 0, in.frames));
    CHECK(says(host, OWN_COPY));
    host_session_free(&session);
    host_free(host);
    sound_free(&in);
    sound_free(&steady);
    sound_free(&out);
}

// The same weights in a file that says other things of them.
static void file_may_be_described_anew(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *saved = furnished_host(model, ""), *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    HostSession session = {0}, again = {0};
    host_session_save(saved, &session);
    Error error;
    Model *same = model_load(model, &error);
    REQUIRE(same);
    strcpy(same->info.name, "the same by another name");
    CHECK(model_write(same, model, &error));
    model_free(same);
    host_session_restore(restored, &session);
    CHECK(says_nothing(restored));
    host_session_save(restored, &again);
    CHECK(!same_property(&session, MODEL_DATA, &again, MODEL_DATA));
    copy_controls(saved, restored);
    CHECK(same_sound(saved, restored));
    host_session_free(&session);
    host_session_free(&again);
    host_free(saved);
    host_free(restored);
}

// The same values, but made by another model.
static void reference_is_its_models(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 2);
    Host *saved = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    HostSession session = {0};
    host_session_save(saved, &session);
    reference_file("reference.safetensors", other, 300, 1);
    host_session_restore(restored, &session);
    CHECK(says(restored, ANOTHER_FILE));
    copy_controls(saved, restored);
    CHECK(same_sound(saved, restored));
    host_session_free(&session);
    host_free(saved);
    host_free(restored);
}

// A model that would be late beyond all bounds at this rate of the host, whose session is opened,
// saved, and taken back to where it can be played.
static void model_that_cannot_be_played_here_is_kept(void)
{
    const HostOptions slow = {.uri = STEREO, .rate = 8000, .worker = HOST_WORKER_INSIDE};
    const char *model = scrambler_file("late.safetensors", "1k1024s1024p0,1k16s16p0", 8000, 1);
    Host *saved = model_alone(host_new(&slow)), *back = model_alone(host_new(&slow));
    Host *plain = stereo_host(HOST_WORKER_INSIDE), *between = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(saved && back && plain && between);
    load_file(saved, MODEL, model);
    HostSession session = {0}, again = {0};
    host_session_save(saved, &session);
    move_file(model, scratch_path("elsewhere.safetensors"));
    host_session_restore(between, &session);
    CHECK(is_named(between, MODEL, model));
    CHECK_MSG(says(between, "late.safetensors: ") && !says(between, OWN_COPY), "%s",
              named_file(between, NOTICE));
    CHECK(same_sound(plain, between));
    host_session_save(between, &again);
    CHECK(same_property(&session, MODEL_DATA, &again, MODEL_DATA));
    CHECK(has_value(&again, MODEL_STAND_IN));
    host_session_restore(back, &again);
    CHECK(says(back, OWN_COPY));
    CHECK(same_sound(saved, back));
    host_session_free(&session);
    host_session_free(&again);
    host_free(saved);
    host_free(back);
    host_free(plain);
    host_free(between);
}

// What stood in for a model that is beyond the limits of what may play stands in again, and with
// the reference that it plays.
static void what_stands_in_for_too_much_is_kept(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *heavy = scrambler_file("heavy.safetensors", "512k64s2p31,8k4s2p1", RATE, 2);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host && restored);
    name_by_session(host, MODEL, heavy);
    CHECK_MSG(says(host, "heavy.safetensors: ") && !says(host, "another model"), "%s",
              named_file(host, NOTICE));
    HostSession session = {0}, again = {0};
    host_session_save(host, &session);
    host_session_restore(restored, &session);
    CHECK(is_named(restored, MODEL, heavy));
    copy_controls(host, restored);
    CHECK(same_sound(host, restored));
    host_session_save(restored, &again);
    CHECK(same_property(&session, MODEL_STAND_IN, &again, MODEL_STAND_IN));
    host_session_free(&session);
    host_session_free(&again);
    host_free(host);
    host_free(restored);
}

static void set_level(const char *path, double level)
{
    Error error;
    Model *model = model_load(path, &error);
    REQUIRE(model);
    model->info.level = level;
    CHECK(model_write(model, path, &error));
    model_free(model);
}

// The same weights said to be trained at another level: the automatic gain would make
// them sound otherwise.
static void level_of_training_counts(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    set_level(model, -20);
    Host *saved = stereo_host(HOST_WORKER_INSIDE), *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    load_file(saved, MODEL, model);
    *host_control(saved, "auto_gain") = *host_control(restored, "auto_gain") = 1;
    HostSession session = {0};
    host_session_save(saved, &session);
    set_level(model, -40);
    host_session_restore(restored, &session);
    CHECK(says(restored, ANOTHER_FILE));
    CHECK(same_sound(saved, restored));
    load_file(saved, MODEL, model);
    host_reactivate(restored);
    CHECK(!same_sound(saved, restored));
    host_session_free(&session);
    host_free(saved);
    host_free(restored);
}

static void chosen_file_takes_the_place_of_a_copy(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 3);
    Host *saved = furnished_host(model, reference), *restored = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(saved && restored);
    HostSession session = {0}, again = {0}, wanted = {0};
    host_session_save(saved, &session);
    scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 2); // another one under the old name
    host_session_restore(restored, &session);
    CHECK(says(restored, ANOTHER_FILE));

    // By its own name, it is the file that is meant. The reference does not fit it.
    load_file(restored, MODEL, model);
    CHECK(says(restored, "another model") && !says(restored, OWN_COPY));
    Host *chosen = furnished_host(model, "");
    REQUIRE(chosen);
    copy_controls(saved, restored);
    host_reactivate(restored);
    CHECK(same_sound(chosen, restored));
    host_session_save(chosen, &wanted);
    host_session_save(restored, &again);
    CHECK(same_property(&again, MODEL_DATA, &wanted, MODEL_DATA));
    CHECK(same_property(&again, REFERENCE_DATA, &session, REFERENCE_DATA));
    CHECK(!has_value(&again, MODEL_STAND_IN) && !has_value(&again, REFERENCE_STAND_IN));

    host_forget(restored);
    change_file(restored, REFERENCE, "");
    CHECK(host_heard(restored) == 3 && strcmp(host_heard_at(restored, 1)->property, NOTICE) == 0 &&
          strcmp(host_heard_at(restored, 1)->path, "") == 0);
    change_file(restored, MODEL, other);
    CHECK(says_nothing(restored));
    host_session_save(restored, &again);
    CHECK(!same_property(&again, MODEL_DATA, &wanted, MODEL_DATA));
    CHECK(!has_value(&again, REFERENCE_DATA));
    host_session_free(&session);
    host_session_free(&again);
    host_session_free(&wanted);
    host_free(saved);
    host_free(restored);
    host_free(chosen);
}

// Hosts that drop paths keep the copies. A copy whose path is empty is one that a host kept though
// there is none any more.
static void copies_need_no_paths_but_no_empty_ones(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *saved = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *plain = furnished_host(model, ""), *restored = stereo_host(HOST_WORKER_INSIDE);
    Host *nameless = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(saved && plain && restored && nameless);
    HostSession session = {0}, again = {0};
    host_session_save(saved, &session);
    host_session_put(&session, REFERENCE, STRING, "", 1);
    host_session_restore(restored, &session);
    CHECK(is_named(restored, REFERENCE, ""));
    CHECK(says_nothing(restored));
    copy_controls(plain, restored);
    CHECK(same_sound(plain, restored));
    host_session_save(restored, &again);
    CHECK(!has_value(&again, REFERENCE_DATA));

    host_session_put(&session, MODEL, STRING, "", 1);
    host_session_restore(nameless, &session);
    CHECK(says_nothing(nameless)); // the default model plays, with its name

    host_session_remove(&session, MODEL);
    host_session_remove(&session, REFERENCE);
    host_session_restore(nameless, &session);
    copy_controls(saved, nameless);
    CHECK(says(nameless, ANOTHER_FILE)); // the default model's name stays
    CHECK(same_sound(saved, nameless));
    host_session_free(&session);
    host_session_free(&again);
    host_free(saved);
    host_free(plain);
    host_free(restored);
    host_free(nameless);
}

static void large_copies_may_be_refused(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    REQUIRE(host);
    HostSession session = {.most = 1000};
    host_session_save(host, &session);
    CHECK(session.refused);
    CHECK(session.properties == 2 && host_session_find(&session, MODEL) &&
          host_session_find(&session, REFERENCE));
    host_session_free(&session);
    host_free(host);
}

// The session's copy of the model is refused, with a line to the log; the file is taken where it is
// there, else the sound stays.
static void check_damaged(Host *host, HostSession *session, const char *model, const char *what,
                          size_t place)
{
    const size_t length = strlen(host_log(host));
    const int logged = log_lines(host_log(host));
    host_session_restore(host, session);
    run_nothing(host);
    const char *news = host_log(host) + length;
    const bool there = access(model, F_OK) == 0;
    CHECK_MSG(strstr(news, "the session"), "%s, %zu: log: %s", what, place, news);
    CHECK_MSG(log_lines(host_log(host)) == logged + (there ? 1 : 2), "%s, %zu: log: %s", what,
              place, news);
    CHECK_MSG(*host_control(host, "latency") == (there ? 7 : 19), "%s, %zu: another sound", what,
              place);
    CHECK_MSG(is_named(host, MODEL, model), "%s, %zu: the name is lost", what, place);
}

static void check_all_damages(const HostSession *good, const char *model, const char *other)
{
    Host *host = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host);
    load_file(host, MODEL, other);
    HostSession bad = host_session_copy(good);
    host_session_remove(&bad, REFERENCE_DATA);
    HostProperty *data = host_session_find(&bad, MODEL_DATA);
    REQUIRE(data);
    const size_t size = data->size;
    for (size_t i = 0; i < size; i += size / 40) {
        data->value[i] ^= (char)(1 << i % 8);
        check_damaged(host, &bad, model, "a flipped bit", i);
        data->value[i] ^= (char)(1 << i % 8);
        load_file(host, MODEL, other);
    }
    const size_t sizes[] = {1, 63, 64, 65, size / 2, size - 1, (size_t)300 << 20, SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        data->size = sizes[i];
        check_damaged(host, &bad, model, "a size", sizes[i]);
        data->size = size;
        load_file(host, MODEL, other);
    }
    host_session_find(&bad, MODEL_DATA)->type = 1;
    check_damaged(host, &bad, model, "a type", 1);
    load_file(host, MODEL, other);
    host_session_put(&bad, MODEL_DATA, STRING, "text", 5);
    check_damaged(host, &bad, model, "a text", 5);
    load_file(host, MODEL, other);
    HostSession twisted = host_session_copy(good); // a reference instead of a model
    const HostProperty *reference = host_session_find(&twisted, REFERENCE_DATA);
    REQUIRE(reference);
    host_session_put(&bad, MODEL_DATA, CHUNK, reference->value, reference->size);
    check_damaged(host, &bad, model, "a reference", 0);
    host_session_free(&bad);
    host_session_free(&twisted);
    host_free(host);
}

static void damaged_copies_are_refused(void)
{
    const char *model = wire_file("whole.safetensors", 8, 1, RATE);
    const char *other = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *reference = reference_file("reference.safetensors", model, 30, 1);
    Host *saved = furnished_host(model, reference);
    REQUIRE(saved);
    HostSession session = {0};
    host_session_save(saved, &session);
    host_free(saved);
    host_session_remove(&session, REFERENCE);
    check_all_damages(&session, model, other);
    move_file(model, scratch_path("elsewhere.safetensors"));
    check_all_damages(&session, model, other);
    host_session_free(&session);
}

int main(void)
{
    RUN(file_that_comes_back_is_taken);
    RUN(what_stands_in_is_saved);
    RUN(lost_file_leaves_the_sound);
    RUN(restoring_what_sounds_changes_nothing);
    RUN(file_may_be_described_anew);
    RUN(reference_is_its_models);
    RUN(level_of_training_counts);
    RUN(model_that_cannot_be_played_here_is_kept);
    RUN(what_stands_in_for_too_much_is_kept);
    RUN(chosen_file_takes_the_place_of_a_copy);
    RUN(copies_need_no_paths_but_no_empty_ones);
    RUN(large_copies_may_be_refused);
    RUN(damaged_copies_are_refused);
    return check_status();
}
