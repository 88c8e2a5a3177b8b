// host_guard.c: that the guard of host_realtime.c notes all that an audio thread must not do,
// and nothing else.
#define _GNU_SOURCE // what the guard is tried with

#include "lib/check.h"
#include "lib/guarded_thread.h"
#include "lib/lv2host_fixtures.h"
#include "lib/realtime_guard.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
    CHECK(run_guarded(try_all, NULL, wake));
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
    CHECK(run_guarded(calculate, NULL, offend));
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
    CHECK(run_guarded(load_inside_run, host, NULL));
    host_free(host);
}

int main(void)
{
    RUN(the_guard_notes_each_kind);
    RUN(the_guard_notes_nothing_else);
    RUN(the_guard_sees_into_the_plugin);
    return check_status();
}
