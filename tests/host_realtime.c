// host_realtime.c: that run() takes no memory, no lock and makes no system call, whatever the
// plugin does; and that the guard which says so would have noticed.
#define _GNU_SOURCE // what the guard is tried with

#include "check.h"
#include "lv2host_fixtures.h"
#include "realtime_guard.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void pause_for(long microseconds)
{
    const struct timespec moment = {.tv_nsec = 1000 * microseconds};
    nanosleep(&moment, NULL);
}

// ---- A guarded thread ----

typedef struct {
    void (*body)(void *);
    void *argument;
    atomic_bool done;
} Guarded;

static void *guarded_main(void *argument)
{
    Guarded *guarded = argument;
    const char *why = NULL;
    const bool watched = guard_thread(&why);
    if (CHECK_MSG(watched, "system calls cannot be watched here: %s", why))
        guarded->body(guarded->argument);
    guarded->done = true;
    return NULL;
}

// Runs the body on a guarded thread and, until it is done, `beside` again and again on this one.
static void run_guarded(void (*body)(void *), void *argument, void (*beside)(void *))
{
    Guarded guarded = {.body = body, .argument = argument};
    pthread_t thread;
    guard_forget();
    if (pthread_create(&thread, NULL, guarded_main, &guarded) != 0) abort();
    while (beside && !guarded.done) beside(argument);
    pthread_join(thread, NULL);
}

// ---- The guard ----

static struct {
    void *volatile memory;
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    pthread_rwlock_t rwlock;
    FILE *null;
    volatile int file;
    char text[64];
} things = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .condition = PTHREAD_COND_INITIALIZER,
    .rwlock = PTHREAD_RWLOCK_INITIALIZER,
};

static void do_malloc(void)
{
    things.memory = malloc(100);
}

static void do_free(void)
{
    free(things.memory);
    things.memory = NULL;
}

static void do_calloc(void)
{
    things.memory = calloc(10, 10);
}

static void do_realloc(void)
{
    things.memory = realloc(things.memory, 200);
}

static void do_posix_memalign(void)
{
    void *memory;
    if (posix_memalign(&memory, 64, 100) == 0) things.memory = memory;
}

static void do_aligned_alloc(void)
{
    things.memory = aligned_alloc(64, 128);
}

static void do_big_malloc(void)
{
    things.memory = malloc(50 << 20);
}

static void do_mutex_lock(void)
{
    pthread_mutex_lock(&things.mutex);
    pthread_mutex_unlock(&things.mutex);
}

static void do_mutex_trylock(void)
{
    if (pthread_mutex_trylock(&things.mutex) == 0) pthread_mutex_unlock(&things.mutex);
}

// Another thread wakes it.
static void do_cond_wait(void)
{
    pthread_mutex_lock(&things.mutex);
    pthread_cond_wait(&things.condition, &things.mutex);
    pthread_mutex_unlock(&things.mutex);
}

static void do_rwlock_rdlock(void)
{
    pthread_rwlock_rdlock(&things.rwlock);
    pthread_rwlock_unlock(&things.rwlock);
}

static void do_rwlock_wrlock(void)
{
    pthread_rwlock_wrlock(&things.rwlock);
    pthread_rwlock_unlock(&things.rwlock);
}

static void do_open(void)
{
    things.file = open("/dev/null", O_RDWR);
}

static void do_openat(void)
{
    things.file = openat(AT_FDCWD, "/dev/null", O_RDWR);
}

static void do_read(void)
{
    if (read(things.file, things.text, sizeof things.text) != 0) things.file = -1;
}

static void do_write(void)
{
    if (write(things.file, "x", 1) != 1) things.file = -1;
}

static void do_close(void)
{
    close(things.file);
}

static void do_fopen(void)
{
    things.null = fopen("/dev/null", "w");
}

static void do_fwrite(void)
{
    if (fwrite(things.text, 2, 3, things.null) != 3) things.file = -1;
}

static void do_fclose(void)
{
    fclose(things.null);
}

static void do_fprintf(void)
{
    fprintf(things.null, "%d", things.file);
}

static void do_fputs(void)
{
    fputs(things.text, things.null);
}

static void do_snprintf(void)
{
    snprintf(things.text, sizeof things.text, "%d", things.file);
}

static void do_dprintf(void)
{
    dprintf(things.file, "%d", things.file);
}

static void do_stat(void)
{
    struct stat status;
    things.file = stat("/dev/null", &status) == 0 ? things.file : -1;
}

static void do_fstat(void)
{
    struct stat status;
    things.file = fstat(things.file, &status) == 0 ? things.file : -1;
}

static void do_nanosleep(void)
{
    pause_for(1);
}

static void do_usleep(void)
{
    usleep(1);
}

static void do_sched_yield(void)
{
    sched_yield();
}

static void do_mmap(void)
{
    things.memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void do_munmap(void)
{
    munmap(things.memory, 4096);
}

static void do_brk(void)
{
    if (brk(sbrk(0)) != 0) things.file = -1;
}

static void *do_nothing(void *argument)
{
    return argument;
}

static void do_pthread_create(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0) pthread_join(thread, NULL);
}

static void do_syscall(void)
{
    things.file = syscall(SYS_getppid) == getppid() ? things.file : -1;
}

static void do_clock(void)
{
    struct timespec time;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
}

typedef struct {
    const char *name; // as the guard notes it; NULL: a system call and nothing else
    GuardKind kind;
    bool enters_kernel;
    void (*act)(void);
} Trial;

// In this order: some need what others leave.
static const Trial trials[] = {
    {"malloc", GUARD_MEMORY, false, do_malloc},
    {"realloc", GUARD_MEMORY, false, do_realloc},
    {"free", GUARD_MEMORY, false, do_free},
    {"calloc", GUARD_MEMORY, false, do_calloc},
    {"free", GUARD_MEMORY, false, do_free},
    {"posix_memalign", GUARD_MEMORY, false, do_posix_memalign},
    {"free", GUARD_MEMORY, false, do_free},
    {"aligned_alloc", GUARD_MEMORY, false, do_aligned_alloc},
    {"free", GUARD_MEMORY, false, do_free},
    {"malloc", GUARD_MEMORY, true, do_big_malloc},
    {"free", GUARD_MEMORY, true, do_free},
    {"pthread_mutex_lock", GUARD_LOCK, false, do_mutex_lock},
    {"pthread_mutex_trylock", GUARD_LOCK, false, do_mutex_trylock},
    {"pthread_cond_wait", GUARD_LOCK, true, do_cond_wait},
    {"pthread_rwlock_rdlock", GUARD_LOCK, false, do_rwlock_rdlock},
    {"pthread_rwlock_wrlock", GUARD_LOCK, false, do_rwlock_wrlock},
    {"open", GUARD_FILE, true, do_open},
    {"close", GUARD_FILE, true, do_close},
    {"openat", GUARD_FILE, true, do_openat},
    {"read", GUARD_FILE, true, do_read},
    {"write", GUARD_FILE, true, do_write},
    {"stat", GUARD_FILE, true, do_stat},
    {"fstat", GUARD_FILE, true, do_fstat},
    {"dprintf", GUARD_PRINT, true, do_dprintf},
    {"snprintf", GUARD_PRINT, false, do_snprintf},
    {"close", GUARD_FILE, true, do_close},
    {"fopen", GUARD_FILE, true, do_fopen},
    {"fwrite", GUARD_FILE, false, do_fwrite},
    {"fprintf", GUARD_PRINT, false, do_fprintf},
    {"fputs", GUARD_PRINT, false, do_fputs},
    {"fclose", GUARD_FILE, true, do_fclose},
    {"nanosleep", GUARD_SLEEP, true, do_nanosleep},
    {"usleep", GUARD_SLEEP, true, do_usleep},
    {"sched_yield", GUARD_SLEEP, true, do_sched_yield},
    {"mmap", GUARD_MAP, true, do_mmap},
    {"munmap", GUARD_MAP, true, do_munmap},
    {"brk", GUARD_MAP, true, do_brk},
    {"pthread_create", GUARD_THREAD, true, do_pthread_create},
    {NULL, GUARD_SYSTEM_CALL, true, do_syscall},
    {NULL, GUARD_SYSTEM_CALL, true, do_clock},
};
enum { TRIALS = sizeof trials / sizeof *trials };

static void try_one(const Trial *trial)
{
    const char *name = trial->name ? trial->name : "a bare system call";
    guard_forget();
    guard_arm();
    trial->act();
    guard_disarm();
    CHECK_MSG(guard_count(trial->kind) > 0 && (!trial->name || guard_noted(trial->name, NULL)),
              "%s: not noted", name);
    CHECK_MSG((guard_count(GUARD_SYSTEM_CALL) > 0) >= trial->enters_kernel,
              "%s: its system call was not noted", name);
}

static void try_all(void *argument)
{
    (void)argument;
    for (int t = 0; t < TRIALS; t++) try_one(&trials[t]);
    CHECK(things.file != -1); // all did what they are for
}

static void wake(void *argument)
{
    (void)argument;
    pthread_cond_broadcast(&things.condition);
    pause_for(1000);
}

static void the_guard_notes_each_kind(void)
{
    run_guarded(try_all, NULL, wake);
}

// On a thread that is not armed it may.
static void offend(void *argument)
{
    (void)argument;
    do_malloc();
    do_free();
    do_mutex_lock();
    do_nanosleep();
}

static void calculate(void *argument)
{
    volatile float sum = 0;
    offend(argument); // not armed
    guard_arm();
    for (int i = 0; i < 1000000; i++) sum = sum + sinf((float)i);
    guard_disarm();
    CHECK_MSG(guard_count(GUARD_KINDS) == 0, "%s", guard_report());
}

static void the_guard_notes_nothing_else(void)
{
    run_guarded(calculate, NULL, offend);
}

// Both the plugin and a library that it uses have to be seen. A host that loads files inside run()
// is guarded all the same here.
static void load_inside_run(void *argument)
{
    Host *host = argument;
    guard_forget();
    guard_arm();
    run_nothing(host);
    guard_disarm();
    CHECK_MSG(guard_noted("calloc", "/trasluz.so"), "no calloc()");
    CHECK_MSG(guard_noted("free", "/trasluz.so"), "no free()");
    CHECK_MSG(guard_noted("pthread_mutex_lock", "/trasluz.so"), "no pthread_mutex_lock()");
    CHECK_MSG(guard_noted("malloc", "/libjansson.so.4"), "no malloc() in libjansson");
    CHECK_MSG(guard_count(GUARD_FILE) > 0 && guard_count(GUARD_SYSTEM_CALL) > 0, "no file");
    if (check_failures) fprintf(stderr, "    noted: %s\n", guard_report());
}

static void the_guard_sees_into_the_plugin(void)
{
    Host *host = host_new(&(HostOptions){.uri = MONO, .rate = RATE, .worker = HOST_WORKER_INSIDE});
    REQUIRE(host);
    host_set_file(host, MODEL, wire_file("wire.safetensors", 8, 1, RATE));
    run_guarded(load_inside_run, host, NULL);
    host_free(host);
}

// ---- The plugin ----

enum {
    LONGEST = 8192,
    NAME_LENGTH = 128,
    PRESETS_MAX = 64,
    SESSIONS = 3,
};

static struct {
    char fast[NAME_LENGTH], slow[NAME_LENGTH], fast_reference[NAME_LENGTH];
    char slow_reference[NAME_LENGTH], broken[NAME_LENGTH], missing[NAME_LENGTH];
} files;

static void keep(char *name, const char *path)
{
    snprintf(name, NAME_LENGTH, "%s", path);
}

static void make_files(void)
{
    static const char nonsense[] = "no model";
    keep(files.fast, scrambler_file("fast.safetensors", "16k12s4p4,8k5s3p2", RATE, 1));
    keep(files.slow, scrambler_file("slow.safetensors", "8k6s2p2,4k5s3p2", RATE / 2, 2));
    keep(files.fast_reference, reference_file("fast-latent.safetensors", files.fast, 500, 1));
    keep(files.slow_reference, reference_file("slow-latent.safetensors", files.slow, 500, 2));
    keep(files.missing, scratch_path("missing.safetensors"));
    keep(files.broken, scratch_path("broken.safetensors"));
    write_file(files.broken, nonsense, sizeof nonsense);
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
    char preset[PRESETS_MAX][NAME_LENGTH];
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

static void find_presets(Scene *scene)
{
    LilvNode *class =
        lilv_new_uri(host_world(scene->host), "http://lv2plug.in/ns/ext/presets#Preset");
    LilvNodes *presets = lilv_plugin_get_related(host_plugin(scene->host), class);
    LILV_FOREACH (nodes, i, presets)
        if (scene->presets < PRESETS_MAX)
            keep(scene->preset[scene->presets++], lilv_node_as_uri(lilv_nodes_get(presets, i)));
    lilv_nodes_free(presets);
    lilv_node_free(class);
}

static void make_sessions(Scene *scene)
{
    static const int chosen[SESSIONS][2] = {{0, 1}, {4, 5}, {2, 7}};
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
    find_presets(&scene);
    make_sessions(&scene);
    run_guarded(play_scene, &scene, meddle);
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
    RUN(the_guard_notes_each_kind);
    RUN(the_guard_notes_nothing_else);
    RUN(the_guard_sees_into_the_plugin);
    RUN(nothing_while_files_are_chosen);
    RUN(nothing_while_another_thread_restores);
    RUN(nothing_without_a_worker);
    RUN(nothing_but_the_work_when_freewheeling);
    RUN(nothing_after_activation);
    RUN(nothing_without_a_model);
    return check_status();
}
