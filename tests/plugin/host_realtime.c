// host_realtime.c: that run() takes no memory, no lock and makes no system call, whatever the
// plugin does. host_guard.c shows that the guard which says so would have noticed.
#include "lib/check.h"
#include "lib/guarded_thread.h"
#include "lib/lv2host_fixtures.h"
#include "lib/realtime_guard.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONGEST = 8192,
    PRESETS_MAX = 64,
    SESSIONS = 4,
};

static struct {
    char fast[KEPT_LENGTH], slow[KEPT_LENGTH], fast_reference[KEPT_LENGTH];
    char slow_reference[KEPT_LENGTH], broken[KEPT_LENGTH], missing[KEPT_LENGTH];
    char spectrum[KEPT_LENGTH], spectrum_reference[KEPT_LENGTH];
} files;

static void make_files(void)
{
    keep(files.fast, scrambler_file("fast.safetensors", "16k12s4p4,8k5s3p2", RATE, 1));
    keep(files.slow, scrambler_file("slow.safetensors", "8k6s2p2,4k5s3p2", RATE / 2, 2));
    keep(files.fast_reference, reference_file("fast-latent.safetensors", files.fast, 500, 1));
    keep(files.slow_reference, reference_file("slow-latent.safetensors", files.slow, 500, 2));
    keep(files.spectrum, scrambler_file("spectrum.safetensors",
                                        "spectrum1024h128b40f80:32k1s1p0,8k1s1p0", 48000, 3));
    keep(files.spectrum_reference,
         reference_file("spectrum-latent.safetensors", files.spectrum, 200, 3));
    keep(files.missing, scratch_path("missing.safetensors"));
    keep(files.broken, broken_file("broken.safetensors"));
}

// What the user chooses, in turn.
typedef struct {
    const char *property, *path;
} Choice;

static const Choice choices[] = {
    {MODEL, files.fast},
    {REFERENCE, files.fast_reference},
    {MODEL, files.missing},
    {REFERENCE, files.missing},
    {MODEL, files.slow}, // whose reference it is not
    {REFERENCE, files.slow_reference},
    {REFERENCE, files.broken},
    {REFERENCE, ""},
    {MODEL, files.broken},
    {MODEL, files.fast},
    {MODEL, files.spectrum},
    {REFERENCE, files.spectrum_reference},
    {REFERENCE, files.fast_reference}, // not of the spectrum's model
};
enum { CHOICES = sizeof choices / sizeof *choices };

typedef struct {
    const char *uri;
    double rate;
    HostWorker worker;
    bool meddled;  // another thread restores and saves
    bool restarts; // deactivated and activated again between the choices
    const char *lv2_path;

    Host *host;
    Sound in, out;
    HostSession session[SESSIONS];
    char preset[PRESETS_MAX][KEPT_LENGTH];
    int presets;
    int blocks, told;
    atomic_int meddles;
} Scene;

// Until each session and each preset has been restored.
static bool is_over(const Scene *scene)
{
    return !scene->meddled || scene->meddles > 2 * (SESSIONS + scene->presets);
}

static void play_blocks(Scene *scene, size_t frames)
{
    static const size_t lengths[] = {0, 1, 64, LONGEST, 1, 0, 333, 1, 64, 64, 2048, 1};
    for (size_t done = 0, n; done < frames; done += n) {
        n = lengths[scene->blocks % (int)(sizeof lengths / sizeof *lengths)];
        const size_t at = done % LONGEST;
        const float *in[SOUND_CHANNELS];
        for (int c = 0; c < SOUND_CHANNELS; c++) in[c] = scene->in.channel[c] + at;
        automate(scene->host, 1, (uint64_t)scene->blocks);
        jump(scene->host, 1, (uint64_t)scene->blocks);
        host_run(scene->host, in, scene->out.channel, (uint32_t)n);
        scene->told += host_heard(scene->host);
        host_forget(scene->host);
        scene->blocks++;
    }
}

static void choose(Scene *scene, int c)
{
    host_set_file(scene->host, choices[c].property, choices[c].path);
    // Many of one kind, the last of which counts; and what is none of the plugin's.
    if (c % 3 == 0) host_set_file(scene->host, choices[c].property, choices[c].path);
    host_set_file(scene->host, "urn:test:other", choices[c].path);
    host_set_file(scene->host, MODEL, "");
    host_send(scene->host, &(HostSet){.property = choices[c].property});
    host_get(scene->host, c % 2 ? MODEL : NULL);
    if (c % 4 == 0) return; // a window is open, or not; who holds a note lets it go, or not
    const unsigned char freeze[] = {c % 3 ? 0x90 : 0x80, 60, 100};
    const unsigned char capture[] = {c % 2 ? 0x9f : 0x8f, 62, 100};
    host_ask_for_views(scene->host);
    host_send_midi(scene->host, 0, freeze, sizeof freeze);
    host_send_midi(scene->host, 0, capture, sizeof capture);
}

// A change takes 0.15 s and the latencies.
static void play_scene(void *argument)
{
    Scene *scene = argument;
    const size_t change = (size_t)(0.25 * scene->rate);
    for (int i = 0; i < CHOICES || !is_over(scene); i++) {
        if (i == 5) host_refuse_work(scene->host, 2);
        choose(scene, i % CHOICES);
        play_blocks(scene, 1);
        host_wait(scene->host);
        play_blocks(scene, change);
        if (scene->restarts) host_reactivate(scene->host);
    }
}

static void meddle(void *argument)
{
    Scene *scene = argument;
    if (!scene->meddled) {
        pause_for(1000);
        return;
    }
    const int turn = scene->meddles++;
    if (turn % 2 == 0)
        host_session_restore(scene->host, &scene->session[turn / 2 % SESSIONS]);
    else if (scene->presets > 0)
        host_load_preset(scene->host, scene->preset[turn / 2 % scene->presets]);
    HostSession saved = {0};
    host_session_save(scene->host, &saved);
    host_session_free(&saved);
    pause_for(5000);
}

static void make_sessions(Scene *scene)
{
    static const int chosen[SESSIONS][2] = {{0, 1}, {4, 5}, {2, 7}, {10, 11}};
    for (int s = 0; s < SESSIONS; s++) {
        for (int i = 0; i < 2; i++)
            load_file(scene->host, choices[chosen[s][i]].property, choices[chosen[s][i]].path);
        host_session_save(scene->host, &scene->session[s]);
    }
}

static void check_scene(Scene scene)
{
    scene.host = host_new(&(HostOptions){.uri = scene.uri,
                                         .rate = scene.rate,
                                         .worker = scene.worker,
                                         .lv2_path = scene.lv2_path,
                                         .watch = {guard_arm, guard_disarm}});
    REQUIRE(scene.host);
    scene.in = sound_music(2 * LONGEST);
    scene.out = sound_new(LONGEST);
    scene.presets = list_presets(scene.host, scene.preset, PRESETS_MAX);
    make_sessions(&scene);
    CHECK(run_guarded(play_scene, &scene, meddle));
    CHECK_MSG(guard_count(GUARD_KINDS) == 0, "%s at %g Hz: %s", scene.uri, scene.rate,
              guard_report());
    CHECK_MSG(scene.blocks > 100 && scene.told > 20, "%d blocks, %d told", scene.blocks,
              scene.told);
    for (int s = 0; s < SESSIONS; s++) host_session_free(&scene.session[s]);
    host_free(scene.host);
    sound_free(&scene.in);
    sound_free(&scene.out);
}

// 22 050 and 44 100 Hz are the models' own rates.
static void check_rates(Scene scene)
{
    static const double rates[] = {22050, 44100, 48000, 96000};
    static const char *const uris[] = {MONO, STEREO};
    for (int r = 0; r < 4; r++) {
        for (int u = 0; u < 2; u++) {
            scene.rate = rates[r];
            scene.uri = uris[u];
            check_scene(scene);
        }
    }
}

static void nothing_while_files_are_chosen(void)
{
    check_rates((Scene){.worker = HOST_WORKER_THREAD});
}

static void nothing_while_another_thread_restores(void)
{
    check_rates((Scene){.worker = HOST_WORKER_THREAD, .meddled = true});
}

static void nothing_without_a_worker(void)
{
    check_scene((Scene){.uri = STEREO, .rate = 48000, .meddled = true});
}

// What the worker does inside run() is not run()'s: freewheeling knows no real time.
static void nothing_but_the_work_when_freewheeling(void)
{
    check_scene((Scene){.uri = STEREO, .rate = 48000, .worker = HOST_WORKER_INSIDE});
    check_scene((Scene){.uri = MONO, .rate = 48000, .worker = HOST_WORKER_INSIDE, .meddled = true});
}

static void nothing_after_activation(void)
{
    check_scene(
        (Scene){.uri = STEREO, .rate = 48000, .worker = HOST_WORKER_THREAD, .restarts = true});
}

static void nothing_without_a_model(void)
{
    check_scene((Scene){
        .uri = STEREO, .rate = 48000, .worker = HOST_WORKER_THREAD, .lv2_path = bare_lv2_path()});
}

int main(void)
{
    make_files();
    RUN(nothing_while_files_are_chosen);
    RUN(nothing_while_another_thread_restores);
    RUN(nothing_without_a_worker);
    RUN(nothing_but_the_work_when_freewheeling);
    RUN(nothing_after_activation);
    RUN(nothing_without_a_model);
    return check_status();
}
