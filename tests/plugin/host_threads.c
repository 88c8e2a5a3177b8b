// host_threads.c: a host that plays, loads, saves, restores, chooses files and presets, each on a
// thread of its own and all at once. Meant for ThreadSanitizer, which sees the races; without it
// the sound, the names and the end of it all are still checked.
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"
#include "math/random.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Milliseconds that a test takes: at least, and at most while something has not
// happened often enough.
enum { LENGTH_MIN = 1500, LENGTH_MAX = 60000 };

enum {
    BLOCK_MAX = 600,
    SESSIONS = 4,
    PRESETS_MAX = 64,
    NOTHING = -1,          // in a mailbox
    RECORDED_BLOCKS = 100, // half a second
    FROZEN_BLOCKS = 170,   // what is frozen asks for room as well
    MODELS = 3,            // two of waveforms, one of spectra
};

#define RECORDING "urn:trasluz:recording0"

static struct {
    char good[MODELS][KEPT_LENGTH], reference[MODELS][KEPT_LENGTH];
    char broken[KEPT_LENGTH], missing[KEPT_LENGTH];
} files;

static void make_files(void)
{
    keep(files.good[0], scrambler_file("fast.safetensors", "16k12s4p4,8k5s3p2", RATE, 1));
    keep(files.good[1], scrambler_file("slow.safetensors", "8k6s2p2,4k5s3p2", RATE / 2, 2));
    keep(files.good[2], scrambler_file("spectral.safetensors", SPECTRAL, RATE, 3));
    static const char *const name[MODELS] = {"zero.safetensors", "one.safetensors",
                                             "two.safetensors"};
    for (int i = 0; i < MODELS; i++)
        keep(files.reference[i], reference_file(name[i], files.good[i], 100, (uint32_t)i));
    keep(files.missing, scratch_path("missing.safetensors"));
    keep(files.broken, broken_file("broken.safetensors"));
}

// What a user chooses from: the references fit one of the models each.
typedef struct {
    const char *property, *path;
} Choice;

static const Choice choices[] = {{MODEL, files.good[0]},          {REFERENCE, files.reference[0]},
                                 {MODEL, files.missing},          {MODEL, files.good[1]},
                                 {REFERENCE, files.reference[1]}, {REFERENCE, ""},
                                 {REFERENCE, files.missing},      {MODEL, files.broken},
                                 {MODEL, files.good[0]},          {REFERENCE, files.reference[1]},
                                 {MODEL, files.good[2]},          {REFERENCE, files.reference[2]}};
enum { CHOICES = sizeof choices / sizeof *choices };

// One instance with all who use it.
typedef struct {
    Host *host;
    const char *folder; // for its sessions on disk
    bool hurried;       // blocks of no samples, no pauses
    bool records;       // recordings are made and saved, and nothing comes back
    bool keeps_files;   // none is chosen
    HostSession session[SESSIONS];
    char preset[PRESETS_MAX][KEPT_LENGTH];
    int presets;

    atomic_bool over;
    atomic_int choice; // the user's, for the audio thread to send

    // Each counted by one thread.
    atomic_int blocks, told, restored, saved, recorded, on_disk, chosen;
    atomic_int bad_blocks, strange_names, failed_on_disk;
} Studio;

// ---- The threads ----

static void say_something(Studio *studio, uint64_t step)
{
    const int choice = atomic_exchange(&studio->choice, NOTHING);
    if (choice != NOTHING)
        host_set_file(studio->host, choices[choice].property, choices[choice].path);
    if (step % 50 == 0) host_get(studio->host, NULL);
}

static bool is_finite(float *const *samples, int channels, size_t n)
{
    for (int c = 0; c < channels; c++)
        for (size_t i = 0; i < n; i++)
            if (!isfinite(samples[c][i])) return false;
    return true;
}

static void *play_on(void *argument)
{
    Studio *studio = argument;
    const RandomKey key = {1, 1};
    Sound in = sound_music(100 * BLOCK_MAX), out = sound_new(BLOCK_MAX);
    for (uint64_t step = 0; !studio->over; step++) {
        const size_t at = step % 99 * BLOCK_MAX,
                     n = studio->hurried ? 0 : random_below(key, step, BLOCK_MAX + 1);
        const float *from[SOUND_CHANNELS] = {in.channel[0] + at, in.channel[1] + at};
        say_something(studio, step);
        automate(studio->host, 1, step);
        if (studio->records) {
            *host_control(studio->host, "capture") = (float)(step / RECORDED_BLOCKS % 2);
            *host_control(studio->host, "freeze") = (float)(step / FROZEN_BLOCKS % 2);
        } else {
            jump(studio->host, 1, step);
        }
        host_run(studio->host, from, out.channel, (uint32_t)n);
        studio->blocks++;
        studio->bad_blocks += !is_finite(out.channel, host_channels(studio->host), n);
        studio->told += host_heard(studio->host);
        host_forget(studio->host);
        if (!studio->hurried) pause_for(100);
    }
    sound_free(&in);
    sound_free(&out);
    return NULL;
}

static void *restore_on(void *argument)
{
    Studio *studio = argument;
    while (!studio->over && !studio->records) {
        host_session_restore(studio->host, &studio->session[studio->restored++ % SESSIONS]);
        if (!studio->hurried) pause_for(500);
    }
    return NULL;
}

// True if that path is whole and somebody gave it: it is a choice or a preset's file, or what lilv
// made of one in a session on disk.
static bool is_known(const HostProperty *property)
{
    static const char ending[] = ".safetensors";
    if (!property) return false;
    const char *path = property->value, *end = strstr(path, ending);
    for (int c = 0; c < CHOICES; c++)
        if (strcmp(path, choices[c].path) == 0) return true;
    return end && strcmp(end, ending) == 0 &&
           (strncmp(path, scratch_folder(), strlen(scratch_folder())) == 0 ||
            strstr(path, "/trasluz.lv2/"));
}

static void *save_on(void *argument)
{
    Studio *studio = argument;
    HostSession *saved = calloc(1, sizeof *saved);
    if (!saved) abort();
    while (!studio->over) {
        host_session_save(studio->host, saved);
        studio->saved++;
        studio->recorded += host_session_find(saved, RECORDING) != NULL;
        studio->strange_names += !is_known(host_session_find(saved, MODEL)) ||
                                 !is_known(host_session_find(saved, REFERENCE));
        pause_for(300);
    }
    host_session_free(saved);
    free(saved);
    return NULL;
}

// Sessions on disk and presets: all that goes through lilv.
static void *use_disk(void *argument)
{
    Studio *studio = argument;
    for (int i = 0; !studio->over && !studio->records; i++) {
        char folder[KEPT_LENGTH + 32];
        snprintf(folder, sizeof folder, "%s-%d", studio->folder, i);
        const bool done = host_save(studio->host, folder) && host_restore(studio->host, folder);
        studio->failed_on_disk += !done;
        studio->failed_on_disk +=
            studio->presets > 0 &&
            !host_load_preset(studio->host, studio->preset[i % studio->presets]);
        studio->on_disk++;
        pause_for(1000);
    }
    return NULL;
}

static void *choose_on(void *argument)
{
    Studio *studio = argument;
    const int between = studio->records ? RECORDED_BLOCKS * 3 / 2 : 0; // a recording needs its time
    while (!studio->over && !studio->keeps_files) {
        pause_for(700);
        if (studio->blocks < studio->chosen * between) continue;
        const int choice = studio->chosen++ % CHOICES;
        const bool loads = choices[choice].path != files.missing;
        if (!studio->hurried || !loads) atomic_store(&studio->choice, choice);
    }
    return NULL;
}

// ---- The studio ----

static void make_sessions(Studio *studio)
{
    static const int chosen[SESSIONS][2] = {{0, 1}, {3, 4}, {10, 11}, {2, 6}};
    for (int s = 0; s < SESSIONS; s++) {
        for (int i = 0; i < 2; i++)
            load_file(studio->host, choices[chosen[s][i]].property, choices[chosen[s][i]].path);
        host_session_save(studio->host, &studio->session[s]);
    }
}

static Studio *studio_new(const char *uri, HostWorker worker, const char *folder)
{
    Studio *studio = calloc(1, sizeof *studio);
    if (!studio) abort();
    studio->host = host_new(&(HostOptions){.uri = uri, .rate = 48000, .worker = worker});
    if (!studio->host) abort();
    studio->folder = folder;
    studio->choice = NOTHING;
    studio->presets = list_presets(studio->host, studio->preset, PRESETS_MAX);
    make_sessions(studio);
    return studio;
}

static void studio_free(Studio *studio)
{
    for (int s = 0; s < SESSIONS; s++) host_session_free(&studio->session[s]);
    host_free(studio->host);
    free(studio);
}

static bool has_seen_enough(const Studio *studio)
{
    if (studio->records)
        return studio->blocks > 6 * RECORDED_BLOCKS && studio->recorded > 20 &&
               (studio->keeps_files || studio->chosen > 4);
    return studio->blocks > 100 && studio->told > 20 && studio->restored > 10 &&
           studio->saved > 10 && studio->on_disk > 4 && studio->chosen > 20;
}

static void check_studio(Studio *studio)
{
    CHECK_MSG(has_seen_enough(studio),
              "%d blocks, %d told, %d restored, %d saved, %d with recordings, %d on disk, "
              "%d chosen",
              studio->blocks, studio->told, studio->restored, studio->saved, studio->recorded,
              studio->on_disk, studio->chosen);
    CHECK_MSG(studio->bad_blocks == 0, "%d blocks are not finite", studio->bad_blocks);
    CHECK_MSG(studio->strange_names == 0, "%d names that nobody gave", studio->strange_names);
    CHECK_MSG(studio->failed_on_disk == 0, "%d times on disk", studio->failed_on_disk);

    // Nothing is stuck: one more choice is heard and named.
    for (int i = 0; i < MODELS; i++) {
        change_file(studio->host, MODEL, files.good[i]);
        const char *named = named_file(studio->host, MODEL);
        CHECK_MSG(named && strcmp(named, files.good[i]) == 0, "%s", named ? named : "none");
    }
}

static void check_at_once(Studio *const *studio, int studios)
{
    static void *(*const doing[])(void *) = {play_on, restore_on, save_on, use_disk, choose_on};
    enum { DOING = sizeof doing / sizeof *doing, STUDIOS_MAX = 2 };
    pthread_t thread[STUDIOS_MAX * DOING];
    for (int t = 0; t < studios * DOING; t++)
        if (pthread_create(&thread[t], NULL, doing[t % DOING], studio[t / DOING]) != 0) abort();
    for (int at = 0, step = 10; at < LENGTH_MAX; at += step) {
        bool enough = at >= LENGTH_MIN;
        for (int s = 0; s < studios; s++) enough = enough && has_seen_enough(studio[s]);
        if (enough) break;
        pause_for(1000 * step);
    }
    for (int s = 0; s < studios; s++) studio[s]->over = true;
    for (int t = 0; t < studios * DOING; t++) pthread_join(thread[t], NULL);
    for (int s = 0; s < studios; s++) {
        check_studio(studio[s]);
        studio_free(studio[s]);
    }
}

static void worker_beside(void)
{
    check_at_once((Studio *[]){studio_new(STEREO, HOST_WORKER_THREAD, scratch_path("beside"))}, 1);
}

// The audio thread loads files too, and takes the lock: as when freewheeling.
static void worker_inside(void)
{
    check_at_once((Studio *[]){studio_new(MONO, HOST_WORKER_INSIDE, scratch_path("inside"))}, 1);
}

// Leaves nothing in a session but the model's name, which becomes `path`.
static void name_only(HostSession *session, const char *path)
{
    HostProperty name = *host_session_find(session, MODEL);
    for (int p = 0; p < session->properties; p++)
        if (session->property[p].key != name.key) free(session->property[p].value);
    free(name.value);
    name.value = strdup(path);
    if (!name.value) abort();
    name.size = strlen(path) + 1;
    session->property[0] = name;
    session->properties = 1;
}

// As many setups as can be made: files that do not load need the least time, and before a sound
// each setup is adopted at once.
static void hand_to_hand(void)
{
    Studio *studio = studio_new(STEREO, HOST_WORKER_THREAD, scratch_path("hurried"));
    studio->hurried = true;
    for (int s = 0; s < SESSIONS; s++) name_only(&studio->session[s], files.missing);
    check_at_once(&studio, 1);
}

// A recording is saved while the next one is made.
static void recordings_are_saved(void)
{
    Studio *studio = studio_new(MONO, HOST_WORKER_THREAD, scratch_path("recorded"));
    load_file(studio->host, MODEL, files.good[1]);
    studio->records = studio->keeps_files = true;
    check_at_once(&studio, 1);
}

// New engines take over what the one before them records at the time, and it is saved.
static void recordings_are_taken_over(void)
{
    Studio *studio = studio_new(STEREO, HOST_WORKER_THREAD, scratch_path("taken"));
    studio->records = true;
    check_at_once(&studio, 1);
}

// What is the same for all instances of a process.
static void two_instances(void)
{
    Studio *studio[] = {studio_new(STEREO, HOST_WORKER_THREAD, scratch_path("first")),
                        studio_new(MONO, HOST_WORKER_THREAD, scratch_path("second"))};
    check_at_once(studio, 2);
}

int main(void)
{
    make_files();
    RUN(worker_beside);
    RUN(worker_inside);
    RUN(hand_to_hand);
    RUN(recordings_are_saved);
    RUN(recordings_are_taken_over);
    RUN(two_instances);
    return check_status();
}
