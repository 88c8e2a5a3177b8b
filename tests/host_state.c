// host_state.c: sessions and presets: what is saved, what comes back, and both while the plugin
// runs.
#include "check.h"
#include "lv2host_fixtures.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRAMBLER "16k12s4p4,8k5s3p2"

static Host *new_host(HostWorker worker)
{
    return model_alone(host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = worker}));
}

static bool is_named(Host *host, const char *property, const char *path)
{
    const char *named = named_file(host, property);
    return named && strcmp(named, path) == 0;
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

static void lost_file_stays_named_on_disk(void)
{
    const char *model = scrambler_file("lost.safetensors", SCRAMBLER, RATE, 1);
    const char *elsewhere = scratch_path("elsewhere.safetensors");
    const char *first = scratch_path("first-session"), *second = scratch_path("second-session");
    Host *saved = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    Host *without = new_host(HOST_WORKER_NONE), *restored = new_host(HOST_WORKER_NONE);
    REQUIRE(saved && without && restored);
    REQUIRE(host_save(saved, first));
    REQUIRE(rename(model, elsewhere) == 0);

    REQUIRE(host_restore(without, first));
    CHECK_MSG(strstr(host_log(without), "lost.safetensors: No such file"), "log: %s",
              host_log(without));
    REQUIRE(host_save(without, second));
    REQUIRE(rename(elsewhere, model) == 0);
    REQUIRE(host_restore(restored, second));
    CHECK(same_sound(saved, restored));
    host_free(saved);
    host_free(without);
    host_free(restored);
}

// ---- Sessions in memory ----

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
    host_free(saved);
    host_free(restored);
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

static void lost_file_stays_named(void)
{
    const char *model = scrambler_file("lost.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = reference_file("lost-reference.safetensors", model, 300, 1);
    const char *elsewhere = scratch_path("elsewhere.safetensors");
    Host *saved = furnished_host(model, reference);
    REQUIRE(saved);
    HostSession session = {.maps_paths = true}, again = {.maps_paths = true};
    host_session_save(saved, &session);

    Host *without = new_host(HOST_WORKER_NONE);
    REQUIRE(without && rename(model, elsewhere) == 0);
    const int logged = lines(host_log(without));
    host_session_restore(without, &session);
    CHECK(is_named(without, MODEL, model));
    CHECK(is_named(without, REFERENCE, reference));
    CHECK_MSG(lines(host_log(without)) == logged + 2, "log: %s", host_log(without));
    host_session_save(without, &again);
    REQUIRE(rename(elsewhere, model) == 0);

    Host *restored = new_host(HOST_WORKER_NONE);
    REQUIRE(restored);
    host_session_restore(restored, &again);
    copy_controls(saved, restored);
    CHECK(same_sound(saved, restored));
    host_free(saved);
    host_free(without);
    host_free(restored);
}

// A sound that plays on when the session names a file that is not there.
static void lost_file_leaves_the_sound(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = furnished_host(model, reference_file("reference.safetensors", model, 300, 1));
    REQUIRE(host);
    HostSession session = {0};
    host_session_save(host, &session);
    for (int p = 0; p < session.properties; p++) strcpy(session.property[p].value, "/no/file");

    Sound in = sound_music(20000), steady = sound_new(in.frames), out = sound_new(in.frames);
    play(host, &in, &steady, 0, in.frames, 256);
    host_reactivate(host);
    play(host, &in, &out, 0, in.frames / 2, 256);
    host_session_restore(host, &session);
    play(host, &in, &out, in.frames / 2, in.frames, 256);
    CHECK(sound_equal(&steady, &out, 0, in.frames));
    CHECK(is_named(host, MODEL, "/no/file"));
    host_free(host);
    sound_free(&in);
    sound_free(&steady);
    sound_free(&out);
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
    host_free(host);
    host_free(plain);
}

static void odd_sessions_are_refused(void)
{
    const char *model = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = new_host(HOST_WORKER_INSIDE);
    REQUIRE(host);
    load_file(host, MODEL, model);
    HostSession good = {0}, odd;
    host_session_save(host, &good);

    odd = good;
    host_session_find(&odd, MODEL)->type = 1; // a number that stands for no type
    host_session_restore(host, &odd);
    CHECK(is_named(host, MODEL, model));

    odd = good;
    HostProperty *property = host_session_find(&odd, MODEL);
    memset(property->value, 'x', sizeof property->value);
    property->size = sizeof property->value;
    host_session_restore(host, &odd);
    CHECK(is_named(host, MODEL, model));

    odd = good;
    host_session_find(&odd, MODEL)->value[0] = '\0';
    host_session_restore(host, &odd);
    CHECK(is_named(host, MODEL, model));
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
    host_free(host);
    host_free(other);
}

// ---- While the plugin runs ----

enum { HOP = 8 };

typedef struct {
    Host *host;
    HostSession session[2];
    atomic_bool done;
    int inconsistent; // sessions that were saved with a name that nobody gave
    const char *name[2];
} Meddler;

static void *restore_and_save(void *argument)
{
    Meddler *meddler = argument;
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 200; i++) {
        HostSession saved = {0};
        host_session_restore(meddler->host, &meddler->session[i % 2]);
        host_session_save(meddler->host, &saved);
        const HostProperty *model = host_session_find(&saved, MODEL);
        if (!model || (strcmp(model->value, meddler->name[0]) != 0 &&
                       strcmp(model->value, meddler->name[1]) != 0))
            meddler->inconsistent++;
        nanosleep(&moment, NULL);
    }
    meddler->done = true;
    return NULL;
}

// Two wires of the same length but different gain: whatever is being faded, the output lies between
// what either gives.
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

// Saves and restores on one thread, loads on another, runs and chooses files on a third.
static void everything_at_once(void)
{
    const char *whole = wire_file("whole.safetensors", HOP, 1, RATE);
    const char *half = wire_file("half.safetensors", HOP, 0.5f, RATE);
    static Meddler meddler;
    meddler = (Meddler){.host = new_host(HOST_WORKER_THREAD), .name = {whole, half}};
    REQUIRE(meddler.host);
    for (int i = 0; i < 2; i++) {
        load_file(meddler.host, MODEL, meddler.name[i]);
        host_session_save(meddler.host, &meddler.session[i]);
    }
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

    change_file(meddler.host, MODEL, whole);
    change_file(meddler.host, MODEL, half);
    CHECK(is_named(meddler.host, MODEL, half));
    play(meddler.host, &in, &out, 0, 1000, 100);
    CHECK(out.channel[0][900] == 0.5f * in.channel[0][900 - HOP + 1]);
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

int main(void)
{
    RUN(saved_session_sounds_the_same);
    RUN(lost_file_stays_named_on_disk);
    RUN(session_may_map_paths);
    RUN(session_may_map_no_paths);
    RUN(session_may_omit_the_nul);
    RUN(lost_file_stays_named);
    RUN(lost_file_leaves_the_sound);
    RUN(what_a_session_lacks_stays);
    RUN(session_without_a_reference_takes_it_away);
    RUN(odd_sessions_are_refused);
    RUN(restoring_is_told_but_is_no_change);
    RUN(everything_at_once);
    RUN(preset_brings_its_model);
    RUN(shipped_presets_load);
    return check_status();
}
