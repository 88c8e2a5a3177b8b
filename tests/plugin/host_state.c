// host_state.c: sessions: what is saved, what comes back, and both while the plugin runs.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// One that finds the plugin in a bundle of the test's own.
static Host *new_host_in(const char *lv2_path)
{
    return model_alone(host_new(&(HostOptions){
        .uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE, .lv2_path = lv2_path}));
}

// ---- Sessions on disk, by lilv ----

static void saved_session_sounds_the_same(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE / 2, 1);
    Host *saved = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    const char *folder = scratch_path("session");
    const int logged = log_lines(host_log(restored));
    REQUIRE(host_save(saved, folder));
    REQUIRE(host_restore(restored, folder));
    CHECK(same_sound(saved, restored));
    CHECK_MSG(log_lines(host_log(restored)) == logged, "log: %s", host_log(restored));
    host_free(saved);
    host_free(restored);
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
    const int logged = log_lines(host_log(once));
    CHECK_MSG(logged == 1, "log: %s", host_log(once)); // of the bundle's own model
    REQUIRE(host_restore(once, first));
    CHECK_MSG(log_lines(host_log(once)) == logged + 2, "log: %s", host_log(once));
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
        Host *restored = stereo_host(HOST_WORKER_NONE);
        REQUIRE(restored && host_restore(restored, sessions[i]));
        CHECK(says(restored, "replaced.safetensors: " ANOTHER_FILE));
        CHECK(says(restored, "replaced-reference.safetensors: " ANOTHER_FILE));
        CHECK(same_sound(saved, restored));
        host_free(restored);
    }
    host_free(saved);
}

// ---- Sessions in memory ----

static void check_session(bool maps_paths, bool omits_nul)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    Host *saved = furnished_host(model, reference), *restored = stereo_host(HOST_WORKER_NONE);
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
    Host *without = stereo_host(HOST_WORKER_NONE);
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

static void what_a_session_lacks_stays(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    Host *host = furnished_host(model, reference), *other = stereo_host(HOST_WORKER_INSIDE);
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
    Host *plain = stereo_host(HOST_WORKER_INSIDE);
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
    Host *host = stereo_host(HOST_WORKER_INSIDE);
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
    Host *host = stereo_host(HOST_WORKER_INSIDE), *other = stereo_host(HOST_WORKER_INSIDE);
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

// ---- Choices that wait for the worker ----

// A host whose worker does nothing yet, with a file that was chosen.
static Host *waiting_host(const char *chosen)
{
    Host *host = stereo_host(HOST_WORKER_THREAD);
    if (!host) return NULL;
    host_refuse_work(host, 100);
    host_set_file(host, MODEL, chosen);
    run_nothing(host);
    return host;
}

static void work_again(Host *host)
{
    host_refuse_work(host, 0);
    for (int i = 0; i < 3; i++) {
        run_nothing(host);
        host_wait(host);
    }
}

static void saving_loads_what_waits(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host = waiting_host(half), *loaded = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host && loaded);
    load_file(loaded, MODEL, half);
    HostSession saved = {0}, wanted = {0};
    host_session_save(host, &saved);
    host_session_save(loaded, &wanted);
    CHECK(same_property(&saved, MODEL, &wanted, MODEL));
    CHECK(same_property(&saved, MODEL_DATA, &wanted, MODEL_DATA));
    work_again(host);
    CHECK(is_named(host, MODEL, half));
    host_session_free(&saved);
    host_session_free(&wanted);
    host_free(host);
    host_free(loaded);
}

static void restoring_forgets_what_waits(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = waiting_host(half), *other = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host && other);
    load_file(other, MODEL, whole);
    HostSession session = {0};
    host_session_save(other, &session);
    host_session_restore(host, &session);
    work_again(host);
    CHECK(is_named(host, MODEL, whole));
    CHECK(*host_control(host, "latency") == 7);
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
    HostSession saved = {0};
    for (int i = 0; i < 200; i++) {
        host_session_restore(meddler->host, &meddler->session[i % WIRES]);
        host_session_save(meddler->host, &saved);
        if (!is_consistent(meddler, &saved)) meddler->inconsistent++;
        pause_for(1000);
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
    meddler.host = stereo_host(HOST_WORKER_THREAD);
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
    size_t at = 64;
    for (int block = 0; !meddler.done; block++) {
        if (block % 7 == 0) host_set_file(meddler.host, MODEL, meddler.name[block / 7 % 2]);
        host_forget(meddler.host);
        if (at + 64 > in.frames) at = 64;
        play(meddler.host, &in, &out, at - 64, at, 64);
        if (at > 64) check_between(&in, &out, at - 64 + HOP, at);
        at += 64;
        pause_for(100);
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

int main(void)
{
    RUN(saved_session_sounds_the_same);
    RUN(session_sounds_without_the_users_files);
    RUN(session_sounds_without_the_bundles_files);
    RUN(replaced_files_are_not_taken);
    RUN(session_may_map_paths);
    RUN(session_may_map_no_paths);
    RUN(session_may_omit_the_nul);
    RUN(what_a_session_lacks_stays);
    RUN(session_without_a_reference_takes_it_away);
    RUN(odd_sessions_are_refused);
    RUN(restoring_is_told_but_is_no_change);
    RUN(saving_loads_what_waits);
    RUN(restoring_forgets_what_waits);
    RUN(everything_at_once);
    return check_status();
}
