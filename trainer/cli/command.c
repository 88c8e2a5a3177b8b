#include "cli/command.h"

#include "cli/explain_audio.h"

#include <cblas.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// OpenBLAS exports these, but declares them in no header.
extern void *blas_memory_alloc(int position) __attribute__((weak));
extern void blas_memory_free(void *buffer) __attribute__((weak));

// ---- Messages ----

int command_fail(const Command *command, const Error *error)
{
    fprintf(stderr, "trainer %s: %s\n", command->name, error->text);
    return EXIT_FAILED;
}

int command_usage(const Command *command, const char *format, ...)
{
    char text[sizeof(Error)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    Error error; // the user may have typed anything; the text of an Error is one line
    error_set(&error, "%s", text);
    fprintf(stderr, "trainer %s: %s (see trainer %s --help)\n", command->name, error.text,
            command->name);
    return EXIT_USAGE;
}

static void note(const Command *command, const char *path, uint64_t count, const char *what)
{
    Error line;
    error_set(&line, "%s: %" PRIu64 " %s", path, count, what);
    fprintf(stderr, "trainer %s: note: %s\n", command->name, line.text);
}

void command_note_faults(const Command *command, const char *path, const AudioFaults *faults)
{
    char text[AUDIO_FAULTS_TEXT];
    Error line;
    if (!audio_faults_text(faults, text)) return;
    error_set(&line, "%s: %s", path, text);
    fprintf(stderr, "trainer %s: note: %s\n", command->name, line.text);
}

void command_note_clipped(const Command *command, const char *path, uint64_t clipped)
{
    if (clipped > 0)
        note(command, path, clipped,
             "samples were above full scale and are clipped; .wav keeps them");
}

// ---- The text of a call ----

static void add_text(char text[MODEL_TEXT_MAX], const char *more, size_t length)
{
    const size_t used = strlen(text);
    snprintf(text + used, MODEL_TEXT_MAX - used, "%.*s", (int)length, more);
}

void command_word(char text[MODEL_TEXT_MAX], const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_./=,+:@%-";
    if (*text) add_text(text, " ", 1);
    if (*word && word[strspn(word, plain)] == '\0') {
        add_text(text, word, strlen(word));
        return;
    }
    add_text(text, "'", 1);
    for (const char *rest = word; *rest;) {
        const size_t length = strcspn(rest, "'");
        add_text(text, rest, length);
        rest += length;
        if (*rest == '\'') {
            add_text(text, "'\\''", 4); // ends the quotes, adds one quote, begins them again
            rest++;
        }
    }
    add_text(text, "'", 1);
}

// ---- What most commands need ----

Model *command_model(const char *path, Error *error)
{
    Model *model = model_load(path, error);
    if (model) return model;
    error_prefix(error, path);
    explain_audio(path, "a weights file is needed, which trainer train makes of music", error);
    return NULL;
}

static bool memory_is_short;

bool command_memory_is_short(void)
{
    return memory_is_short;
}

// OpenBLAS allocates a buffer for each thread that multiplies, and tries for ever where it cannot
// (OpenBLAS 0.3.21, memory.c). So each thread's is allocated here, after a test that there is room.
static bool reserve_buffers(int threads, Error *error)
{
    enum { BUFFER = (128 << 20) + (64 << 10) }; // bytes, on 64-bit processors
    void **room = calloc((size_t)threads, sizeof *room);
    bool ok = room != NULL;
    for (int i = 0; ok && i < threads; i++) ok = (room[i] = malloc(BUFFER)) != NULL;
    for (int i = 0; room && i < threads; i++) free(room[i]);
    if (!ok)
        error_set(error,
                  "too little memory: %d threads need %d MB of address space for products "
                  "alone; raise the limit (ulimit -v), or use fewer --threads",
                  threads, threads * (BUFFER >> 20));
    for (int i = 0; ok && blas_memory_alloc && i < threads; i++) room[i] = blas_memory_alloc(0);
    for (int i = 0; ok && blas_memory_alloc && i < threads; i++) blas_memory_free(room[i]);
    free(room);
    return ok;
}

Pool *command_pool(int threads, Error *error)
{
    openblas_set_num_threads(1);
    Pool *pool = pool_new(threads);
    if (!pool) error_set(error, "could not start the threads: too little memory, or a limit");
    if (pool && reserve_buffers(pool_threads(pool), error)) return pool;
    pool_free(pool);
    memory_is_short = true;
    return NULL;
}
