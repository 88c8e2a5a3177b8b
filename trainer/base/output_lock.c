#define _DEFAULT_SOURCE // flock()
#include "base/output_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 20 }; // at a tenth of a second: a trainer that was killed may not be gone yet

// "music/mine.safetensors" has "music/.mine.safetensors.lock", the folder "run" has
// "run/.trainer.lock".
static char *lock_path(const char *output, bool folder)
{
    const char *slash = strrchr(output, '/');
    const int place = slash ? (int)(slash + 1 - output) : 0;
    const size_t size = strlen(output) + sizeof "/.trainer.lock";
    char *path = malloc(size);
    if (!path) return NULL;
    if (folder)
        snprintf(path, size, "%s/.trainer.lock", output);
    else
        snprintf(path, size, "%.*s.%s.lock", place, output, output + place);
    return path;
}

// True if the open file is still the one of that name: whoever held the lock removes it.
static bool is_current(int file, const char *path)
{
    struct stat open_file, named;
    return fstat(file, &open_file) == 0 && stat(path, &named) == 0 &&
           open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

bool output_lock_take(OutputLock *lock, const char *output, bool folder, Error *error)
{
    *lock = (OutputLock){-1, lock_path(output, folder)};
    if (!lock->path) return error_out_of_memory(error);
    for (int tries = 0;; tries++) {
        lock->file = open(lock->path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
        if (lock->file < 0) return true;
        if (flock(lock->file, LOCK_EX | LOCK_NB) != 0) {
            const bool held = errno == EWOULDBLOCK;
            close(lock->file);
            lock->file = -1;
            if (held && tries < TRIES) {
                nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
                continue;
            }
            return !held || error_set(error,
                                      "another trainer is at work on %s; wait until it has ended, "
                                      "or name another output",
                                      output);
        }
        if (is_current(lock->file, lock->path)) return true;
        close(lock->file);
    }
}

void output_lock_release(OutputLock *lock)
{
    if (lock->file >= 0) {
        unlink(lock->path);
        close(lock->file);
    }
    free(lock->path);
    *lock = (OutputLock){-1, NULL};
}
