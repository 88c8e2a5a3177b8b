#define _GNU_SOURCE     // dlsym(RTLD_NEXT), and all that is to be defined
#define __NO_INLINE__ 1 // or the headers define some of it themselves

#include "lib/realtime_guard.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <syslog.h>
#include <threads.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

// ---- Notes ----

enum { NOTES_MAX = 64, SHOWN_MAX = 8, REPORT_BYTES = 4096 };

// Calls of one kind from one place.
typedef struct {
    GuardKind kind;
    const char *name; // NULL: system call `number`
    long number;
    const void *caller;
    long count;
} Note;

static _Thread_local volatile bool armed __attribute__((tls_model("initial-exec")));
static Note notes[NOTES_MAX];
static int noted;
static long counts[GUARD_KINDS];

static void note(GuardKind kind, const char *name, long number, const void *caller)
{
    if (!armed) return;
    counts[kind]++;
    int i = 0;
    while (i < noted &&
           (notes[i].name != name || notes[i].number != number || notes[i].caller != caller))
        i++;
    if (i == NOTES_MAX) return; // it is counted all the same
    if (i == noted) notes[noted++] = (Note){kind, name, number, caller, 0};
    notes[i].count++;
}

// In between a signal handler may have changed what this file knows.
void guard_arm(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    armed = true;
}

void guard_disarm(void)
{
    armed = false;
    atomic_signal_fence(memory_order_seq_cst);
}

long guard_count(GuardKind kind)
{
    if (kind < GUARD_KINDS) return counts[kind];
    long sum = 0;
    for (int k = 0; k < GUARD_KINDS; k++) sum += counts[k];
    return sum;
}

static const char *object_of(const Note *entry, uintptr_t *offset)
{
    Dl_info info;
    if (!dladdr(entry->caller, &info) || !info.dli_fname) return "?";
    *offset = (uintptr_t)entry->caller - (uintptr_t)info.dli_fbase;
    return info.dli_fname;
}

bool guard_noted(const char *name, const char *object)
{
    uintptr_t offset = 0;
    for (int i = 0; i < noted; i++)
        if (notes[i].name && strcmp(notes[i].name, name) == 0 &&
            (!object || strstr(object_of(&notes[i], &offset), object)))
            return true;
    return false;
}

const char *guard_report(void)
{
    static char report[REPORT_BYTES];
    size_t length = 0;
    *report = '\0';
    for (int i = 0; i < noted && i < SHOWN_MAX && length < sizeof report; i++) {
        const Note *entry = &notes[i];
        char number[32];
        uintptr_t offset = 0;
        const char *object = object_of(entry, &offset);
        snprintf(number, sizeof number, "system call %ld", entry->number);
        const int more =
            snprintf(report + length, sizeof report - length, "%s%ld x %s at %s+0x%zx%s",
                     i ? "; " : "", entry->count, entry->name ? entry->name : number, object,
                     (size_t)offset, i == SHOWN_MAX - 1 ? " ..." : "");
        length += (size_t)more;
    }
    return report;
}

void guard_forget(void)
{
    noted = 0;
    memset(counts, 0, sizeof counts);
}

// ---- The functions ----

// Their callers see these before the C library's, if they are exported.
#define EXPORT __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

static void *library_function(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (!function) abort();
    return function;
}

#define GUARDED(kind, type, name, parameters, arguments)                                           \
    EXPORT type name parameters                                                                    \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        note(kind, #name, 0, CALLER);                                                              \
        if (!real) real = (type(*) parameters)library_function(#name);                             \
        return real arguments;                                                                     \
    }

// dlsym() may need memory itself, so for this the C library's own names are used.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

EXPORT void *malloc(size_t size)
{
    note(GUARD_MEMORY, "malloc", 0, CALLER);
    return __libc_malloc(size);
}

EXPORT void *calloc(size_t count, size_t size)
{
    note(GUARD_MEMORY, "calloc", 0, CALLER);
    return __libc_calloc(count, size);
}

EXPORT void *realloc(void *memory, size_t size)
{
    note(GUARD_MEMORY, "realloc", 0, CALLER);
    return __libc_realloc(memory, size);
}

EXPORT void free(void *memory)
{
    note(GUARD_MEMORY, "free", 0, CALLER);
    __libc_free(memory);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    note(GUARD_MEMORY, "memalign", 0, CALLER);
    return __libc_memalign(alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    note(GUARD_MEMORY, "aligned_alloc", 0, CALLER);
    return __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void **memory, size_t alignment, size_t size)
{
    note(GUARD_MEMORY, "posix_memalign", 0, CALLER);
    void *given = __libc_memalign(alignment, size);
    if (!given) return ENOMEM;
    *memory = given;
    return 0;
}

GUARDED(GUARD_MEMORY, void *, reallocarray, (void *m, size_t n, size_t size), (m, n, size))

typedef pthread_mutex_t Mutex;
typedef pthread_cond_t Condition;
typedef pthread_rwlock_t RwLock;
typedef const struct timespec Time;

GUARDED(GUARD_LOCK, int, pthread_mutex_lock, (Mutex * m), (m))
GUARDED(GUARD_LOCK, int, pthread_mutex_trylock, (Mutex * m), (m))
GUARDED(GUARD_LOCK, int, pthread_mutex_timedlock, (Mutex * m, Time *t), (m, t))
GUARDED(GUARD_LOCK, int, pthread_mutex_unlock, (Mutex * m), (m))
GUARDED(GUARD_LOCK, int, pthread_cond_wait, (Condition * c, Mutex *m), (c, m))
GUARDED(GUARD_LOCK, int, pthread_cond_timedwait, (Condition * c, Mutex *m, Time *t), (c, m, t))
GUARDED(GUARD_LOCK, int, pthread_cond_signal, (Condition * c), (c))
GUARDED(GUARD_LOCK, int, pthread_cond_broadcast, (Condition * c), (c))
GUARDED(GUARD_LOCK, int, pthread_rwlock_rdlock, (RwLock * l), (l))
GUARDED(GUARD_LOCK, int, pthread_rwlock_tryrdlock, (RwLock * l), (l))
GUARDED(GUARD_LOCK, int, pthread_rwlock_wrlock, (RwLock * l), (l))
GUARDED(GUARD_LOCK, int, pthread_rwlock_trywrlock, (RwLock * l), (l))
GUARDED(GUARD_LOCK, int, pthread_rwlock_unlock, (RwLock * l), (l))
GUARDED(GUARD_LOCK, int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
GUARDED(GUARD_LOCK, int, pthread_spin_trylock, (pthread_spinlock_t * l), (l))
GUARDED(GUARD_LOCK, int, pthread_barrier_wait, (pthread_barrier_t * b), (b))
GUARDED(GUARD_LOCK, int, pthread_once, (pthread_once_t * o, void (*f)(void)), (o, f))
GUARDED(GUARD_LOCK, int, sem_wait, (sem_t * s), (s))
GUARDED(GUARD_LOCK, int, sem_trywait, (sem_t * s), (s))
GUARDED(GUARD_LOCK, int, sem_timedwait, (sem_t * s, Time *t), (s, t))
GUARDED(GUARD_LOCK, int, sem_post, (sem_t * s), (s))
GUARDED(GUARD_LOCK, int, mtx_lock, (mtx_t * m), (m))
GUARDED(GUARD_LOCK, int, mtx_trylock, (mtx_t * m), (m))
GUARDED(GUARD_LOCK, int, mtx_unlock, (mtx_t * m), (m))

GUARDED(GUARD_THREAD, int, pthread_create,
        (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *data), (t, a, f, data))
GUARDED(GUARD_THREAD, int, pthread_join, (pthread_t t, void **result), (t, result))

// With or without O_CREAT: the mode that may follow is passed on.
#define GUARDED_OPEN(name, parameters, arguments)                                                  \
    EXPORT int name parameters                                                                     \
    {                                                                                              \
        static int(*real) parameters;                                                              \
        note(GUARD_FILE, #name, 0, CALLER);                                                        \
        if (!real) real = (int(*) parameters)library_function(#name);                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        const mode_t mode =                                                                        \
            flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;        \
        va_end(rest);                                                                              \
        return real arguments;                                                                     \
    }

GUARDED_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
GUARDED_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
GUARDED_OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
GUARDED_OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
GUARDED(GUARD_FILE, int, close, (int file), (file))
GUARDED(GUARD_FILE, ssize_t, read, (int file, void *b, size_t n), (file, b, n))
GUARDED(GUARD_FILE, ssize_t, write, (int file, const void *b, size_t n), (file, b, n))
GUARDED(GUARD_FILE, ssize_t, pread, (int file, void *b, size_t n, off_t at), (file, b, n, at))
GUARDED(GUARD_FILE, ssize_t, pwrite, (int file, const void *b, size_t n, off_t at),
        (file, b, n, at))
GUARDED(GUARD_FILE, off_t, lseek, (int file, off_t at, int from), (file, at, from))
GUARDED(GUARD_FILE, int, fsync, (int file), (file))
GUARDED(GUARD_FILE, int, stat, (const char *path, struct stat *s), (path, s))
GUARDED(GUARD_FILE, int, lstat, (const char *path, struct stat *s), (path, s))
GUARDED(GUARD_FILE, int, fstat, (int file, struct stat *s), (file, s))
GUARDED(GUARD_FILE, int, fstatat, (int at, const char *path, struct stat *s, int flags),
        (at, path, s, flags))
GUARDED(GUARD_FILE, int, access, (const char *path, int mode), (path, mode))
GUARDED(GUARD_FILE, int, unlink, (const char *path), (path))
GUARDED(GUARD_FILE, int, rename, (const char *from, const char *to), (from, to))
GUARDED(GUARD_FILE, DIR *, opendir, (const char *path), (path))
GUARDED(GUARD_FILE, struct dirent *, readdir, (DIR * folder), (folder))
GUARDED(GUARD_FILE, char *, realpath, (const char *path, char *real_path), (path, real_path))
GUARDED(GUARD_FILE, int, poll, (struct pollfd * files, nfds_t n, int wait), (files, n, wait))
GUARDED(GUARD_FILE, FILE *, fopen, (const char *path, const char *mode), (path, mode))
GUARDED(GUARD_FILE, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
GUARDED(GUARD_FILE, FILE *, fdopen, (int file, const char *mode), (file, mode))
GUARDED(GUARD_FILE, int, fclose, (FILE * file), (file))
GUARDED(GUARD_FILE, int, fflush, (FILE * file), (file))
GUARDED(GUARD_FILE, size_t, fread, (void *b, size_t size, size_t n, FILE *file), (b, size, n, file))
GUARDED(GUARD_FILE, size_t, fwrite, (const void *b, size_t size, size_t n, FILE *file),
        (b, size, n, file))
GUARDED(GUARD_FILE, int, fseek, (FILE * file, long at, int from), (file, at, from))
GUARDED(GUARD_FILE, char *, fgets, (char *b, int n, FILE *file), (b, n, file))

GUARDED(GUARD_PRINT, int, fputs, (const char *text, FILE *file), (text, file))
GUARDED(GUARD_PRINT, int, fputc, (int c, FILE *file), (c, file))
GUARDED(GUARD_PRINT, int, puts, (const char *text), (text))
GUARDED(GUARD_PRINT, int, putchar, (int c), (c))
GUARDED(GUARD_PRINT, void, perror, (const char *text), (text))
GUARDED(GUARD_PRINT, int, vprintf, (const char *f, va_list rest), (f, rest))
GUARDED(GUARD_PRINT, int, vfprintf, (FILE * file, const char *f, va_list rest), (file, f, rest))
GUARDED(GUARD_PRINT, int, vdprintf, (int file, const char *f, va_list rest), (file, f, rest))
GUARDED(GUARD_PRINT, int, vsprintf, (char *b, const char *f, va_list rest), (b, f, rest))
GUARDED(GUARD_PRINT, int, vsnprintf, (char *b, size_t n, const char *f, va_list rest),
        (b, n, f, rest))
GUARDED(GUARD_PRINT, int, vasprintf, (char **b, const char *f, va_list rest), (b, f, rest))
GUARDED(GUARD_PRINT, void, vsyslog, (int level, const char *f, va_list rest), (level, f, rest))

// Each of these goes on to the one that takes a list.
#define GUARDED_PRINT(name, parameters, listing, list_parameters, list_arguments)                  \
    EXPORT int name parameters                                                                     \
    {                                                                                              \
        static int(*real) list_parameters;                                                         \
        note(GUARD_PRINT, #name, 0, CALLER);                                                       \
        if (!real) real = (int(*) list_parameters)library_function(#listing);                      \
        va_list rest;                                                                              \
        va_start(rest, f);                                                                         \
        const int printed = real list_arguments;                                                   \
        va_end(rest);                                                                              \
        return printed;                                                                            \
    }

GUARDED_PRINT(printf, (const char *f, ...), vprintf, (const char *, va_list), (f, rest))
GUARDED_PRINT(fprintf, (FILE * file, const char *f, ...), vfprintf, (FILE *, const char *, va_list),
              (file, f, rest))
GUARDED_PRINT(dprintf, (int file, const char *f, ...), vdprintf, (int, const char *, va_list),
              (file, f, rest))
GUARDED_PRINT(sprintf, (char *b, const char *f, ...), vsprintf, (char *, const char *, va_list),
              (b, f, rest))
GUARDED_PRINT(snprintf, (char *b, size_t n, const char *f, ...), vsnprintf,
              (char *, size_t, const char *, va_list), (b, n, f, rest))
GUARDED_PRINT(asprintf, (char **b, const char *f, ...), vasprintf, (char **, const char *, va_list),
              (b, f, rest))

// What these become where a library was built with _FORTIFY_SOURCE.
extern int __printf_chk(int, const char *, ...);
extern int __fprintf_chk(FILE *, int, const char *, ...);
extern int __sprintf_chk(char *, int, size_t, const char *, ...);
extern int __snprintf_chk(char *, size_t, int, size_t, const char *, ...);
extern int __vfprintf_chk(FILE *, int, const char *, va_list);
extern int __vsnprintf_chk(char *, size_t, int, size_t, const char *, va_list);

GUARDED_PRINT(__printf_chk, (int flag, const char *f, ...), __vprintf_chk,
              (int, const char *, va_list), (flag, f, rest))
GUARDED_PRINT(__fprintf_chk, (FILE * file, int flag, const char *f, ...), __vfprintf_chk,
              (FILE *, int, const char *, va_list), (file, flag, f, rest))
GUARDED_PRINT(__sprintf_chk, (char *b, int flag, size_t room, const char *f, ...), __vsprintf_chk,
              (char *, int, size_t, const char *, va_list), (b, flag, room, f, rest))
GUARDED_PRINT(__snprintf_chk, (char *b, size_t n, int flag, size_t room, const char *f, ...),
              __vsnprintf_chk, (char *, size_t, int, size_t, const char *, va_list),
              (b, n, flag, room, f, rest))
GUARDED(GUARD_PRINT, int, __vfprintf_chk, (FILE * file, int flag, const char *f, va_list rest),
        (file, flag, f, rest))
GUARDED(GUARD_PRINT, int, __vsnprintf_chk,
        (char *b, size_t n, int flag, size_t room, const char *f, va_list rest),
        (b, n, flag, room, f, rest))

GUARDED(GUARD_SLEEP, unsigned, sleep, (unsigned seconds), (seconds))
GUARDED(GUARD_SLEEP, int, usleep, (useconds_t time), (time))
GUARDED(GUARD_SLEEP, int, nanosleep, (Time * time, struct timespec *left), (time, left))
GUARDED(GUARD_SLEEP, int, clock_nanosleep,
        (clockid_t clock, int flags, Time *time, struct timespec *left), (clock, flags, time, left))
GUARDED(GUARD_SLEEP, int, sched_yield, (void), ())
GUARDED(GUARD_SLEEP, int, thrd_sleep, (Time * time, struct timespec *left), (time, left))
GUARDED(GUARD_SLEEP, void, thrd_yield, (void), ())

GUARDED(GUARD_MAP, void *, mmap,
        (void *at, size_t size, int protection, int flags, int file, off_t offset),
        (at, size, protection, flags, file, offset))
GUARDED(GUARD_MAP, void *, mmap64,
        (void *at, size_t size, int protection, int flags, int file, off64_t offset),
        (at, size, protection, flags, file, offset))
GUARDED(GUARD_MAP, int, munmap, (void *at, size_t size), (at, size))
GUARDED(GUARD_MAP, int, mprotect, (void *at, size_t size, int protection), (at, size, protection))
GUARDED(GUARD_MAP, int, madvise, (void *at, size_t size, int advice), (at, size, advice))
GUARDED(GUARD_MAP, int, mlock, (const void *at, size_t size), (at, size))
GUARDED(GUARD_MAP, int, brk, (void *at), (at))
GUARDED(GUARD_MAP, void *, sbrk, (intptr_t more), (more))

// ---- System calls ----

// A system call is its number and six arguments. guard_system_call() makes one; the filter knows
// the handler's calls from all others by the address behind its instruction.
enum { CALL_WORDS = 7 };
extern long guard_system_call(const long call[CALL_WORDS]);
extern const char guard_system_call_end[];

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl guard_system_call, guard_system_call_end\n"
        ".hidden guard_system_call, guard_system_call_end\n"
        "guard_system_call:\n"
        "  mov (%rdi), %rax\n"
        "  mov 16(%rdi), %rsi\n"
        "  mov 24(%rdi), %rdx\n"
        "  mov 32(%rdi), %r10\n"
        "  mov 40(%rdi), %r8\n"
        "  mov 48(%rdi), %r9\n"
        "  mov 8(%rdi), %rdi\n"
        "  syscall\n"
        "guard_system_call_end:\n"
        "  ret\n");

static long *call_result(ucontext_t *context, long call[CALL_WORDS])
{
    static const int arguments[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9};
    greg_t *registers = context->uc_mcontext.gregs;
    for (int i = 0; i < CALL_WORDS - 1; i++) call[i + 1] = (long)registers[arguments[i]];
    return (long *)&registers[REG_RAX];
}
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl guard_system_call, guard_system_call_end\n"
        ".hidden guard_system_call, guard_system_call_end\n"
        "guard_system_call:\n"
        "  mov x9, x0\n"
        "  ldr x8, [x9]\n"
        "  ldp x0, x1, [x9, #8]\n"
        "  ldp x2, x3, [x9, #24]\n"
        "  ldp x4, x5, [x9, #40]\n"
        "  svc #0\n"
        "guard_system_call_end:\n"
        "  ret\n");

static long *call_result(ucontext_t *context, long call[CALL_WORDS])
{
    for (int i = 0; i < CALL_WORDS - 1; i++) call[i + 1] = (long)context->uc_mcontext.regs[i];
    return (long *)&context->uc_mcontext.regs[0];
}
#else
#error "realtime_guard.c does not know how this processor makes a system call"
#endif

// What would go on in a copy of the thread that has no use for this handler.
static bool starts_something(long number)
{
    switch (number) {
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
#endif
    case SYS_clone:
    case SYS_clone3: return true;
    default: return false;
    }
}

// A change of the signal mask is made and undone when the handler returns, so that a thread that
// blocks all signals can go on being watched.
static void on_system_call(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    long call[CALL_WORDS] = {info->si_syscall};
    long *result = call_result(context, call);
    note(GUARD_SYSTEM_CALL, NULL, call[0], info->si_call_addr);
    *result = starts_something(call[0]) ? -EPERM : guard_system_call(call);
}

static bool install_filter(void)
{
    enum { LOW, HIGH }; // the order of a 64-bit word's halves
    const uint64_t ours = (uint64_t)(uintptr_t)guard_system_call_end;
    const uint32_t half = offsetof(struct seccomp_data, instruction_pointer);
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0), // how the handler returns
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, half + 4 * LOW),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ours, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, half + 4 * HIGH),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(ours >> 32), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    const struct sock_fprog filter = {sizeof steps / sizeof *steps, steps};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

bool guard_thread(const char **why)
{
    struct sigaction action = {.sa_sigaction = on_system_call, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &action, NULL) != 0 || !install_filter()) {
        *why = strerror(errno);
        return false;
    }
    guard_forget();
    guard_arm();
    syscall(SYS_gettid);
    guard_disarm();
    const bool caught = guard_count(GUARD_SYSTEM_CALL) == 1;
    guard_forget();
    if (!caught) *why = "the kernel took the filter, but a system call went past it";
    return caught;
}
