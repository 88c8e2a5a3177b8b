// host_state.c: sessions and presets: what is saved, what comes back, and both while the plugin
// runs.
#include "check.h"
#include "lv2host_fixtures.h"
#include "model.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRAMBLER "16k12s4p4,8k5s3p2"

// What sessions keep beside the names.
#define MODEL_DATA         "urn:trasluz:modelData"
#define MODEL_STAND_IN     "urn:trasluz:modelStandIn"
#define REFERENCE_DATA     "urn:trasluz:referenceData"
#define REFERENCE_STAND_IN "urn:trasluz:referenceStandIn"
#define CHUNK              "http://lv2plug.in/ns/ext/atom#Chunk"
#define STRING             "http://lv2plug.in/ns/ext/atom#String"
#define PATH               "http://lv2plug.in/ns/ext/atom#Path"
#define OWN_COPY           "the session's own copy is used"
#define ANOTHER_FILE       OWN_COPY ": another file than the session was saved with"

static Host *new_host(HostWorker worker)
{
    return model_alone(host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = worker}));
}

// One that finds the plugin in a bundle of the test's own.
static Host *new_host_in(const char *lv2_path)
{
    return model_alone(host_new(&(HostOptions){
        .uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE, .lv2_path = lv2_path}));
}

static bool is_named(Host *host, const char *property, const char *path)
{
    const char *named = named_file(host, property);
    return named && strcmp(named, path) == 0;
}

static bool says(Host *host, const char *text)
{
    const char *notice = named_file(host, NOTICE);
    return notice && strstr(notice, text);
}

static bool says_nothing(Host *host)
{
    return is_named(host, NOTICE, "");
}

static int lines(const char *text)
{
    int count = 0;
    for (; *text; text++) count += *text == '\n';
    return count;
}

// A plugin with files and controls that are not the default ones, before any sound.
static Host *furnished_host(const char *model, const char *reference)
{
    Host *host = new_host(HOST_WORKER_INSIDE);
    if (!host) return NULL;
    load_file(host, MODEL, model);
    load_file(host, REFERENCE, reference);
    *host_control(host, "noise") = 0.4f;
    *host_control(host, "blend") = 0.3f;
    *host_control(host, "gain") = -2;
    *host_control(host, "seed") = 12;
    return host;
}

static void copy_controls(Host *from, Host *to)
{
    static const char *const symbols[] = {"enabled", "noise", "offset", "blend",
                                          "wet",     "gain",  "seed"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        *host_control(to, symbols[i]) = *host_control(from, symbols[i]);
}

static bool same_sound(Host *a, Host *b)
{
    Sound in = sound_music(30000), of_a = sound_new(in.frames), of_b = sound_new(in.frames);
    host_reactivate(a);
    play(a, &in, &of_a, 0, in.frames, 512);
    play(b, &in, &of_b, 0, in.frames, 441);
    const bool same = sound_equal(&of_a, &of_b, 0, in.frames);
    sound_free(&in);
    sound_free(&of_a);
    sound_free(&of_b);
    return same;
}

// ---- Sessions on disk, by lilv ----

static void saved_session_sounds_the_same(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE / 2, 1);
    Host *saved = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = new_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    const char *folder = scratch_path("session");
    const int logged = lines(host_log(restored));
    REQUIRE(host_save(saved, folder));
    REQUIRE(host_restore(restored, folder));
    CHECK(same_sound(saved, restored));
    CHECK_MSG(lines(host_log(restored)) == logged, "log: %s", host_log(restored));
    host_free(saved);
    host_free(restored);
}

static void move_file(const char *from, const char *to)
{
    CHECK_MSG(rename(from, to) == 0, "%s cannot be moved", from);
}

static long file_size(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (long)status.st_size : 0;
}

// Saves, takes the model, the reference and the bundle's own models away, and restores twice, the
// second time from what the first one saved, of which only the text is left, not the links.
static void check_lost_files(Host *saved, const char *lv2_path, const char *name, const char *model,
                             const char *reference)
{
    const char *bundle = scratch_path("%s/trasluz.lv2/models", name);
    const char *first = scratch_path("%s-first", name);
    const char *second = scratch_path("%s-second", name);
    const char *moved = scratch_path("%s-moved", name);
    REQUIRE(host_save(saved, first));
    const long files = file_size(model) + file_size(reference);
    const long text = file_size(scratch_path("%s-first/state.ttl", name));
    CHECK_MSG(text > files && text < files * 14 / 10 + 8000,
              "%ld bytes of session for %ld of files", text, files);
    move_file(reference, scratch_path("%s-reference-away", name));
    move_file(bundle, scratch_path("%s-bundle-away", name));
    if (access(model, F_OK) == 0) move_file(model, scratch_path("%s-model-away", name));

    Host *once = new_host_in(lv2_path);
    REQUIRE(once);
    const int logged = lines(host_log(once));
    CHECK_MSG(logged == 1, "log: %s", host_log(once)); // of the bundle's own model
    REQUIRE(host_restore(once, first));
    CHECK_MSG(lines(host_log(once)) == logged + 2, "log: %s", host_log(once));
    CHECK_MSG(strstr(host_log(once), OWN_COPY ": No such file"), "log: %s", host_log(once));
    CHECK(says(once, "model ") && says(once, "reference ") && says(once, OWN_COPY));
    CHECK(same_sound(saved, once));

    REQUIRE(host_save(once, second));
    REQUIRE(mkdir(moved, 0700) == 0);
    copy_file(scratch_path("%s-second/state.ttl", name), scratch_path("%s-moved/state.ttl", name),
              SIZE_MAX);
    Host *twice = new_host_in(lv2_path);
    REQUIRE(twice);
    REQUIRE(host_restore(twice, moved));
    CHECK(strstr(named_file(twice, MODEL), strrchr(model, '/')));
    CHECK(strstr(named_file(twice, REFERENCE), strrchr(reference, '/')));
    CHECK(same_sound(saved, twice));
    host_free(once);
    host_free(twice);
}

static void session_sounds_without_the_users_files(void)
{
    const char *lv2_path = lv2_path_with_models("users");
    const char *model = scrambler_file("lost.safetensors", SCRAMBLER, RATE / 2, 1);
    const char *reference = reference_file("lost-reference.safetensors", model, 300, 1);
    Host *saved = furnished_host(model, reference);
    REQUIRE(saved);
    check_lost_files(saved, lv2_path, "users", model, reference);
    host_free(saved);
}

// The default model is nobody's choice, and is saved all the same.
static void check_bundle(const char *name, bool chosen, const char *file)
{
    const char *lv2_path = lv2_path_with_models(name);
    const char *model = scratch_path("%s/trasluz.lv2/models/%s.safetensors", name, file);
    const char *reference = reference_file("lost-too.safetensors", model, 3000, 1);
    Host *saved = new_host_in(lv2_path);
    REQUIRE(saved);
    if (chosen) load_file(saved, MODEL, model);
    load_file(saved, REFERENCE, reference);
    CHECK(is_named(saved, MODEL, model));
    *host_control(saved, "blend") = 0.4f;
    *host_control(saved, "noise") = 0.2f;
    check_lost_files(saved, lv2_path, name, model, reference);
    host_free(saved);
}

static void session_sounds_without_the_bundles_files(void)
{
    check_bundle("default", false, "normal");
    check_bundle("grande", true, "grande");
}

static void replaced_files_are_not_taken(void)
{
    const char *model = scrambler_file("replaced.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("replaced-reference.safetensors", model, 300, 1);
    const char *first = scratch_path("before");
    const char *second = scratch_path("after");
    Host *saved = furnished_host(model, reference);
    REQUIRE(saved && host_save(saved, first));
    scrambler_file("replaced.safetensors", SCRAMBLER, RATE, 2);
    reference_file("replaced-reference.safetensors", model, 300, 2);
    REQUIRE(host_save(saved, second)); // what sounds, not what stands there now

    const char *const sessions[] = {first, second};
    for (int i = 0; i < 2; i++) {
        Host *restored = new_host(HOST_WORKER_NONE);
        REQUIRE(restored && host_restore(restored, sessions[i]));
        CHECK(says(restored, "replaced.safetensors: " ANOTHER_FILE));
        CHECK(says(restored, "replaced-reference.safetensors: " ANOTHER_FILE));
        CHECK(same_sound(saved, restored));
        host_free(restored);
    }
    host_free(saved);
}

// ---- Sessions in memory ----

// As sessions were before they had copies, and as presets are.
static void remove_copies(HostSession *session)
{
    static const char *const copies[] = {MODEL_DATA, MODEL_STAND_IN, REFERENCE_DATA,
                                         REFERENCE_STAND_IN};
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++)
        host_session_remove(session, copies[i]);
}

static bool same_property(HostSession *a, const char *key_a, HostSession *b, const char *key_b)
{
    const HostProperty *of_a = host_session_find(a, key_a), *of_b = host_session_find(b, key_b);
    return of_a && of_b && of_a->size == of_b->size &&
           memcmp(of_a->value, of_b->value, of_a->size) == 0;
}

static void check_session(bool maps_paths, bool omits_nul)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    Host *saved = furnished_host(model, reference), *restored = new_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    HostSession session = {.maps_paths = maps_paths, .omits_nul = omits_nul};
    host_session_save(saved, &session);
    const HostProperty *property = host_session_find(&session, MODEL);
    const char *prefix = maps_paths ? "session:/" : "/";
    CHECK(property && strncmp(property->value, prefix, strlen(prefix)) == 0);
    host_session_restore(restored, &session);
    CHECK(session.lent == session.freed);
    CHECK(session.lent == (maps_paths ? 4 : 0));
    CHECK(!session.misused);
    CHECK(is_named(restored, MODEL, model));
    CHECK(is_named(restored, REFERENCE, reference));
    copy_controls(saved, restored);
    CHECK(same_sound(saved, restored));
    host_free(restored);

    // The same path without a file.
    const char *name = model;
    move_file(name, scratch_path("elsewhere.safetensors"));
    Host *without = new_host(HOST_WORKER_NONE);
    REQUIRE(without);
    host_session_restore(without, &session);
    CHECK(is_named(without, MODEL, name));
    CHECK(says(without, "scrambler.safetensors: " OWN_COPY));
    copy_controls(saved, without);
    CHECK(same_sound(saved, without));
    host_session_free(&session);
    host_free(saved);
    host_free(without);
}

static void session_may_map_paths(void)
{
    check_session(true, false);
}

static void session_may_map_no_paths(void)
{
    check_session(false, false);
}

static void session_may_omit_the_nul(void)
{
    check_session(false, true);
    check_session(true, true);
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

    Host *without = new_host(HOST_WORKER_NONE), *before = new_host(HOST_WORKER_NONE);
    REQUIRE(without && before);
    move_file(model, elsewhere);
    const int logged = lines(host_log(without));
    host_session_restore(without, &session);
    CHECK(is_named(without, MODEL, model));
    CHECK(is_named(without, REFERENCE, reference));
    CHECK_MSG(lines(host_log(without)) == logged + 2, "log: %s", host_log(without));
    CHECK(says(without, "lost.safetensors: No such file") && says(without, "another model"));
    host_session_save(without, &again);
    CHECK(!host_session_find(&again, MODEL_DATA));
    CHECK(host_session_find(&again, MODEL_STAND_IN));
    CHECK(host_session_find(&again, REFERENCE_DATA)); // it was loaded, though it cannot be played

    // While it is lost, what stood in stands in.
    Host *between = new_host(HOST_WORKER_INSIDE);
    REQUIRE(between);
    load_file(between, MODEL, elsewhere);
    host_session_restore(between, &again);
    CHECK(is_named(between, MODEL, model));
    copy_controls(before, between);
    CHECK(same_sound(before, between));

    move_file(elsewhere, model);
    Host *restored = new_host(HOST_WORKER_NONE);
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

// Names that stand for nothing, chosen while other files sound.
static void what_stands_in_is_saved(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 2);
    const char *unfit = reference_file("unfit.safetensors", other, 300, 2);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = new_host(HOST_WORKER_INSIDE);
    REQUIRE(host && restored);
    load_file(host, MODEL, "/no/model");
    load_file(host, REFERENCE, unfit);
    HostSession session = {0}, again = {0};
    host_session_save(host, &session);
    CHECK(!host_session_find(&session, MODEL_DATA));
    CHECK(host_session_find(&session, MODEL_STAND_IN));
    CHECK(host_session_find(&session, REFERENCE_DATA));
    CHECK(host_session_find(&session, REFERENCE_STAND_IN));

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
    Host *saved = furnished_host(model, ""), *restored = new_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    HostSession session = {0}, again = {0};
    host_session_save(saved, &session);
    Error error;
    Model *same = model_load(model, &error);
    REQUIRE(same);
    strcpy(same->info.name, "the same by another name");
    CHECK(model_write(same, model, &error));
    model_unref(same);
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
    Host *restored = new_host(HOST_WORKER_NONE);
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
    Host *plain = new_host(HOST_WORKER_INSIDE), *between = new_host(HOST_WORKER_INSIDE);
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
    CHECK(host_session_find(&again, MODEL_STAND_IN));
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

static void set_level(const char *path, double level)
{
    Error error;
    Model *model = model_load(path, &error);
    REQUIRE(model);
    model->info.level = level;
    CHECK(model_write(model, path, &error));
    model_unref(model);
}

// The same weights said to be trained at another level: the automatic gain would make them sound
// otherwise.
static void level_of_training_counts(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    set_level(model, -20);
    Host *saved = new_host(HOST_WORKER_INSIDE), *restored = new_host(HOST_WORKER_NONE);
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
    Host *saved = furnished_host(model, reference), *restored = new_host(HOST_WORKER_INSIDE);
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
    CHECK(!host_session_find(&again, MODEL_STAND_IN) &&
          !host_session_find(&again, REFERENCE_STAND_IN));

    host_forget(restored);
    change_file(restored, REFERENCE, "");
    CHECK(host_heard(restored) == 3 && strcmp(host_heard_at(restored, 1)->property, NOTICE) == 0 &&
          strcmp(host_heard_at(restored, 1)->path, "") == 0);
    change_file(restored, MODEL, other);
    CHECK(says_nothing(restored));
    host_session_save(restored, &again);
    CHECK(!same_property(&again, MODEL_DATA, &wanted, MODEL_DATA));
    CHECK(!host_session_find(&again, REFERENCE_DATA));
    host_session_free(&session);
    host_session_free(&again);
    host_session_free(&wanted);
    host_free(saved);
    host_free(restored);
    host_free(chosen);
}

// What never was a file has a copy alone.
static void copies_need_no_names(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *saved = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = new_host(HOST_WORKER_INSIDE), *nameless = new_host(HOST_WORKER_INSIDE);
    REQUIRE(saved && restored && nameless);
    HostSession session = {0}, again = {0};
    host_session_save(saved, &session);
    host_session_put(&session, REFERENCE, STRING, "", 1);
    host_session_restore(restored, &session);
    CHECK(is_named(restored, REFERENCE, ""));
    CHECK(says_nothing(restored));
    copy_controls(saved, restored);
    CHECK(same_sound(saved, restored));
    host_session_save(restored, &again);
    CHECK(same_property(&session, REFERENCE_DATA, &again, REFERENCE_DATA));

    host_session_remove(&session, MODEL);
    host_session_remove(&session, REFERENCE);
    host_session_restore(nameless, &session);
    copy_controls(saved, nameless);
    CHECK(says(nameless, ANOTHER_FILE)); // the default model's name stays
    CHECK(same_sound(saved, nameless));
    host_session_free(&session);
    host_session_free(&again);
    host_free(saved);
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
    const int logged = lines(host_log(host));
    host_session_restore(host, session);
    run_nothing(host);
    const char *news = host_log(host) + length;
    const bool there = access(model, F_OK) == 0;
    CHECK_MSG(strstr(news, "the session"), "%s, %zu: log: %s", what, place, news);
    CHECK_MSG(lines(host_log(host)) == logged + (there ? 1 : 2), "%s, %zu: log: %s", what, place,
              news);
    CHECK_MSG(*host_control(host, "latency") == (there ? 7 : 19), "%s, %zu: another sound", what,
              place);
    CHECK_MSG(is_named(host, MODEL, model), "%s, %zu: the name is lost", what, place);
}

static void check_all_damages(const HostSession *good, const char *model, const char *other)
{
    Host *host = new_host(HOST_WORKER_INSIDE);
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

static void what_a_session_lacks_stays(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    Host *host = furnished_host(model, reference), *other = new_host(HOST_WORKER_INSIDE);
    REQUIRE(host && other);
    const char *twin = scrambler_file("twin.safetensors", SCRAMBLER, RATE, 1);
    load_file(other, MODEL, twin);
    HostSession session = {0}, empty = {0};
    host_session_save(other, &session);
    host_session_remove(&session, REFERENCE);
    host_session_restore(host, &session);
    CHECK(is_named(host, MODEL, twin));
    CHECK(is_named(host, REFERENCE, reference));
    host_session_restore(host, &empty);
    CHECK(is_named(host, MODEL, twin));
    CHECK(is_named(host, REFERENCE, reference));
    host_session_free(&session);
    host_free(host);
    host_free(other);
}

static void session_without_a_reference_takes_it_away(void)
{
    const char *model = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *plain = new_host(HOST_WORKER_INSIDE);
    REQUIRE(host && plain);
    load_file(plain, MODEL, model);
    HostSession session = {.maps_paths = true};
    host_session_save(plain, &session);
    host_session_restore(host, &session);
    CHECK(is_named(host, REFERENCE, ""));
    copy_controls(host, plain);
    host_reactivate(plain);
    CHECK(same_sound(host, plain));

    const char *folder = scratch_path("plain-session");
    REQUIRE(host_save(plain, folder));
    change_file(host, REFERENCE, scratch_path("reference.safetensors"));
    host_reactivate(host);
    REQUIRE(host_restore(host, folder));
    CHECK(is_named(host, REFERENCE, ""));
    host_session_free(&session);
    host_free(host);
    host_free(plain);
}

static void odd_sessions_are_refused(void)
{
    const char *model = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = new_host(HOST_WORKER_INSIDE);
    REQUIRE(host);
    load_file(host, MODEL, model);
    HostSession session = {0};
    host_session_save(host, &session);
    host_session_find(&session, MODEL)->type = 1; // a number that stands for no type
    host_session_restore(host, &session);
    CHECK(is_named(host, MODEL, model));

    static char endless[HOST_PATH_MAX];
    memset(endless, 'x', sizeof endless);
    host_session_put(&session, MODEL, PATH, endless, sizeof endless);
    host_session_restore(host, &session);
    CHECK(is_named(host, MODEL, model));

    host_session_put(&session, MODEL, PATH, "", 1);
    host_session_restore(host, &session);
    CHECK(is_named(host, MODEL, model));
    CHECK(*host_control(host, "latency") == 7);
    host_session_free(&session);
    host_free(host);
}

static void restoring_is_told_but_is_no_change(void)
{
    const char *half = wire_file("half.safetensors", 8, 0.5f, RATE);
    Host *host = new_host(HOST_WORKER_INSIDE), *other = new_host(HOST_WORKER_INSIDE);
    REQUIRE(host && other);
    load_file(other, MODEL, half);
    HostSession session = {0};
    host_session_save(other, &session);
    host_forget(host);
    host_session_restore(host, &session);
    run_nothing(host);
    CHECK(host_heard(host) == 2);
    CHECK(strcmp(host_heard_at(host, 0)->path, half) == 0);
    for (int i = 0; i < host_heard(host); i++) CHECK(host_heard_at(host, i)->kind == HEARD_SET);

    // That a copy is used is told once.
    move_file(half, scratch_path("elsewhere.safetensors"));
    host_forget(host);
    host_session_restore(host, &session);
    run_nothing(host);
    host_session_restore(host, &session);
    run_nothing(host);
    CHECK(host_heard(host) == 5);
    const Heard *told = host_heard_at(host, 2);
    CHECK(strcmp(told->property, NOTICE) == 0 && strstr(told->path, OWN_COPY));
    for (int i = 0; i < host_heard(host); i++) CHECK(host_heard_at(host, i)->kind == HEARD_SET);
    host_session_free(&session);
    host_free(host);
    host_free(other);
}

// ---- While the plugin runs ----

enum { HOP = 8, WIRES = 3 };

typedef struct {
    Host *host;
    char name[WIRES][512];
    HostSession session[WIRES];
    atomic_bool done;
    int inconsistent; // sessions that were saved with a name that nobody gave, or another's weights
} Meddler;

static bool is_consistent(Meddler *meddler, HostSession *saved)
{
    for (int i = 0; i < WIRES; i++)
        if (same_property(saved, MODEL, &meddler->session[i], MODEL) &&
            same_property(saved, MODEL_DATA, &meddler->session[i], MODEL_DATA))
            return true;
    return false;
}

static void *restore_and_save(void *argument)
{
    Meddler *meddler = argument;
    const struct timespec moment = {.tv_nsec = 1000000};
    HostSession saved = {0};
    for (int i = 0; i < 200; i++) {
        host_session_restore(meddler->host, &meddler->session[i % WIRES]);
        host_session_save(meddler->host, &saved);
        if (!is_consistent(meddler, &saved)) meddler->inconsistent++;
        nanosleep(&moment, NULL);
    }
    host_session_free(&saved);
    meddler->done = true;
    return NULL;
}

// Wires of the same length but different gain, between 1 and a half: whatever is being faded, the
// output lies between these two.
static void check_between(const Sound *in, const Sound *out, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const float whole = in->channel[0][i - HOP + 1], sample = out->channel[0][i];
        const float low = fminf(whole, 0.5f * whole), high = fmaxf(whole, 0.5f * whole);
        if (!CHECK_MSG(low - 1e-6f <= sample && sample <= high + 1e-6f, "%g is not in %g to %g",
                       (double)sample, (double)low, (double)high))
            return;
    }
}

// Saves and restores on one thread, loads on another, runs and chooses files on a third. One of the
// sessions has lost its file.
static void everything_at_once(void)
{
    static const float gain[WIRES] = {1, 0.5f, 0.75f};
    static Meddler meddler;
    meddler.host = new_host(HOST_WORKER_THREAD);
    REQUIRE(meddler.host);
    for (int i = 0; i < WIRES; i++) {
        char file[32];
        snprintf(file, sizeof file, "wire-%d.safetensors", i);
        snprintf(meddler.name[i], sizeof meddler.name[i], "%s",
                 wire_file(file, HOP, gain[i], RATE));
        load_file(meddler.host, MODEL, meddler.name[i]);
        host_session_save(meddler.host, &meddler.session[i]);
    }
    move_file(meddler.name[WIRES - 1], scratch_path("elsewhere.safetensors"));
    Sound in = sound_music(100000), out = sound_new(in.frames);
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, restore_and_save, &meddler) == 0);
    const struct timespec moment = {.tv_nsec = 100000};
    size_t at = 64;
    for (int block = 0; !meddler.done; block++) {
        if (block % 7 == 0) host_set_file(meddler.host, MODEL, meddler.name[block / 7 % 2]);
        host_forget(meddler.host);
        if (at + 64 > in.frames) at = 64;
        play(meddler.host, &in, &out, at - 64, at, 64);
        if (at > 64) check_between(&in, &out, at - 64 + HOP, at);
        at += 64;
        nanosleep(&moment, NULL);
    }
    pthread_join(thread, NULL);
    CHECK(meddler.inconsistent == 0);
    CHECK(strstr(host_log(meddler.host), OWN_COPY));

    change_file(meddler.host, MODEL, meddler.name[0]);
    change_file(meddler.host, MODEL, meddler.name[1]);
    CHECK(is_named(meddler.host, MODEL, meddler.name[1]));
    CHECK(says_nothing(meddler.host));
    play(meddler.host, &in, &out, 0, 1000, 100);
    CHECK(out.channel[0][900] == 0.5f * in.channel[0][900 - HOP + 1]);
    for (int i = 0; i < WIRES; i++) host_session_free(&meddler.session[i]);
    host_free(meddler.host);
    sound_free(&in);
    sound_free(&out);
}

// ---- Presets ----

// A preset bundle of a user's own names its model as a file beside it.
static void preset_brings_its_model(void)
{
    static const char manifest[] =
        "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
        "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<urn:test:preset> a pset:Preset ; lv2:appliesTo <urn:trasluz:stereo> ;\n"
        "    rdfs:seeAlso <presets.ttl> .\n";
    static const char presets[] =
        "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
        "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
        "<urn:test:preset> a pset:Preset ; lv2:appliesTo <urn:trasluz:stereo> ;\n"
        "    rdfs:label \"Test\" ;\n"
        "    lv2:port [ lv2:symbol \"wet\" ; pset:value 0.25 ] ;\n"
        "    state:state [ <urn:trasluz:model> <models/half.safetensors> ] .\n";
    const char *lv2_path = bare_lv2_path();
    REQUIRE(mkdir(scratch_path("lv2/presets.lv2"), 0700) == 0);
    REQUIRE(mkdir(scratch_path("lv2/presets.lv2/models"), 0700) == 0);
    write_file(scratch_path("lv2/presets.lv2/manifest.ttl"), manifest, strlen(manifest));
    write_file(scratch_path("lv2/presets.lv2/presets.ttl"), presets, strlen(presets));
    const char *model = wire_file("lv2/presets.lv2/models/half.safetensors", HOP, 0.5f, RATE);

    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .lv2_path = lv2_path});
    REQUIRE(host);
    CHECK(host_load_preset(host, "urn:test:preset"));
    CHECK(is_named(host, MODEL, model));
    CHECK(*host_control(host, "wet") == 0.25f);
    CHECK(*host_control(host, "latency") == HOP - 1);
    host_free(host);
}

static void shipped_presets_load(void)
{
    Host *host = new_host(HOST_WORKER_NONE);
    REQUIRE(host);
    LilvNode *class = lilv_new_uri(host_world(host), "http://lv2plug.in/ns/ext/presets#Preset");
    LilvNodes *presets = lilv_plugin_get_related(host_plugin(host), class);
    CHECK_MSG(lilv_nodes_size(presets) >= 6, "%u presets", lilv_nodes_size(presets));
    Sound in = sound_music(20000), out = sound_new(in.frames);
    LILV_FOREACH (nodes, i, presets) {
        const char *uri = lilv_node_as_uri(lilv_nodes_get(presets, i));
        const size_t logged = strlen(host_log(host));
        CHECK_MSG(host_load_preset(host, uri), "%s", uri);
        host_reactivate(host);
        play(host, &in, &out, 0, in.frames, 1024);
        CHECK_MSG(sound_finite(&out), "%s: not finite", uri);
        CHECK_MSG(strlen(host_log(host)) == logged, "%s: %s", uri, host_log(host) + logged);
    }
    lilv_nodes_free(presets);
    lilv_node_free(class);
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

// ---- Captured references ----

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
    Host *host = new_host(HOST_WORKER_INSIDE);
    if (!host) return NULL;
    load_file(host, MODEL, model);
    *host_control(host, "blend") = 0.6f;
    return host;
}

static void recording_is_kept_with_the_session(void)
{
    Host *saved = blending_host(scrambler_file("recorded.safetensors", SCRAMBLER, RATE, 8));
    Host *restored = new_host(HOST_WORKER_NONE), *again = new_host(HOST_WORKER_NONE);
    Host *without = new_host(HOST_WORKER_NONE), *late = new_host(HOST_WORKER_NONE);
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

int main(void)
{
    RUN(saved_session_sounds_the_same);
    RUN(recording_is_kept_with_the_session);
    RUN(named_reference_replaces_a_recording);
    RUN(session_sounds_without_the_users_files);
    RUN(session_sounds_without_the_bundles_files);
    RUN(replaced_files_are_not_taken);
    RUN(session_may_map_paths);
    RUN(session_may_map_no_paths);
    RUN(session_may_omit_the_nul);
    RUN(file_that_comes_back_is_taken);
    RUN(what_stands_in_is_saved);
    RUN(lost_file_leaves_the_sound);
    RUN(restoring_what_sounds_changes_nothing);
    RUN(file_may_be_described_anew);
    RUN(reference_is_its_models);
    RUN(level_of_training_counts);
    RUN(model_that_cannot_be_played_here_is_kept);
    RUN(chosen_file_takes_the_place_of_a_copy);
    RUN(copies_need_no_names);
    RUN(large_copies_may_be_refused);
    RUN(damaged_copies_are_refused);
    RUN(what_a_session_lacks_stays);
    RUN(session_without_a_reference_takes_it_away);
    RUN(odd_sessions_are_refused);
    RUN(restoring_is_told_but_is_no_change);
    RUN(everything_at_once);
    RUN(preset_brings_its_model);
    RUN(shipped_presets_load);
    return check_status();
}
