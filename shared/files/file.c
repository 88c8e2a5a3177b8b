#define _GNU_SOURCE // O_TMPFILE
#include "files/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Reads that many bytes from the file's beginning, and adds a NUL.
static unsigned char *read_bytes(int fd, size_t wanted, size_t *size, Error *error)
{
    unsigned char *bytes = malloc(wanted + 1);
    if (!bytes) {
        error_out_of_memory(error);
        return NULL;
    }
    size_t have = 0;
    while (have < wanted) {
        const ssize_t n = read(fd, bytes + have, wanted - have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        have += (size_t)n;
    }
    *size = have;
    bytes[have] = 0;
    if (have == wanted) return bytes;
    error_set(error, "only %zu of %zu bytes could be read", have, wanted);
    free(bytes);
    return NULL;
}

unsigned char *file_read_start(const char *path, size_t most, size_t max, size_t *size,
                               Error *error)
{
    unsigned char *bytes = NULL;
    // O_NONBLOCK: opening a FIFO that nobody writes to must not hang the host.
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        error_set(error, "%s", strerror(errno));
        return NULL;
    }
    struct stat status;
    if (fstat(fd, &status) != 0) {
        error_set(error, "%s", strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        error_set(error, "not a regular file");
    } else if (status.st_size < 0 || (size_t)status.st_size > max) {
        error_set(error, "larger than %zu bytes, the most that such a file may have", max);
    } else {
        const size_t all = (size_t)status.st_size;
        bytes = read_bytes(fd, all < most ? all : most, size, error);
    }
    close(fd);
    return bytes;
}

unsigned char *file_read(const char *path, size_t max, size_t *size, Error *error)
{
    return file_read_start(path, max, max, size, error);
}

bool file_begins(const char *path, const char *text)
{
    char bytes[256];
    const size_t length = strlen(text);
    FILE *file = length < sizeof bytes ? fopen(path, "rb") : NULL;
    const size_t n = file ? fread(bytes, 1, length, file) : 0;
    if (file) fclose(file);
    return n == length && memcmp(bytes, text, length) == 0;
}

// ---- Temporary names ----

// A writer locks its temporary file. The lock ends with the writer, also when that is killed: an
// unlocked temporary file was left behind.

enum {
    NAMES_CLEARED = 4, // as many as write the same file at a time, and a few
    NAMES_MAX = 1000,
    FD_LINK = 32, // bytes of a path below /proc
};

// The temporary names that exist, for file_remove_temporaries().
static _Atomic(char *) existing[64];

enum { EXISTING_MAX = sizeof existing / sizeof *existing };

static void remember(char *name)
{
    for (int i = 0; i < EXISTING_MAX; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&existing[i], &none, name)) return;
    }
}

// False if file_remove_temporaries() has taken the name and may be reading it.
static bool forget(char *name)
{
    for (int i = 0; i < EXISTING_MAX; i++) {
        char *same = name;
        if (atomic_compare_exchange_strong(&existing[i], &same, NULL)) return true;
    }
    return false;
}

void file_remove_temporaries(void)
{
    for (int i = 0; i < EXISTING_MAX; i++) {
        const char *name = atomic_exchange(&existing[i], NULL);
        if (name) unlink(name);
    }
}

static void name_temporary(FileWriter *writer, int number)
{
    sprintf(writer->temporary, "%s" FILE_TEMPORARY "%d", writer->path, number);
}

// The path by which linkat() finds an open file that has no name.
static void name_descriptor(char link[FD_LINK], int fd)
{
    snprintf(link, FD_LINK, "/proc/self/fd/%d", fd);
}

// Another writer may have removed the file since it was opened, and a third one may have created
// another of the same name.
static bool is_named(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && S_ISREG(opened.st_mode) &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static void remove_unlocked(const char *path)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_named(fd, path)) unlink(path);
    close(fd);
}

// Not every file system has locks; leftovers stay there.
static void remove_leftovers(FileWriter *writer)
{
    for (int number = 0; number < NAMES_CLEARED; number++) {
        name_temporary(writer, number);
        remove_unlocked(writer->temporary);
    }
}

static int create_locked(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return -1;
    const bool refused = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!refused && is_named(fd, path)) return fd;
    close(fd); // a writer that looks for leftovers removed it before it was locked
    errno = EEXIST;
    return -1;
}

static int create_temporary(FileWriter *writer)
{
    int fd = -1;
    errno = EEXIST;
    for (int number = 0; fd < 0 && errno == EEXIST && number < NAMES_MAX; number++) {
        name_temporary(writer, number);
        fd = create_locked(writer->temporary);
    }
    writer->named = fd >= 0;
    if (writer->named) remember(writer->temporary);
    return fd;
}

// ---- Files without a name ----

// A file is written without a name where the file system allows that (O_TMPFILE): a writer that is
// killed then leaves nothing. Elsewhere it has a temporary name from the start.

// -1 where the folder's file system, or a system without /proc, does not allow it.
static int create_nameless(const char *path)
{
#ifdef O_TMPFILE
    char *copy = strdup(path);
    const int fd = copy ? open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666) : -1;
    free(copy);
    if (fd < 0) return -1;
    char link[FD_LINK];
    name_descriptor(link, fd);
    if (access(link, F_OK) == 0) {
        flock(fd, LOCK_EX | LOCK_NB); // nobody else has it: it has no name
        return fd;
    }
    close(fd);
#else
    (void)path;
#endif
    return -1;
}

// Gives it its real name, or a temporary one where the real name is taken: rename() alone can
// replace a file.
static bool name_nameless(FileWriter *writer)
{
    char link[FD_LINK];
    name_descriptor(link, fileno(writer->stream));
    if (linkat(AT_FDCWD, link, AT_FDCWD, writer->path, AT_SYMLINK_FOLLOW) == 0) return true;
    for (int number = 0; errno == EEXIST && number < NAMES_MAX; number++) {
        name_temporary(writer, number);
        writer->named = linkat(AT_FDCWD, link, AT_FDCWD, writer->temporary, AT_SYMLINK_FOLLOW) == 0;
        if (!writer->named) continue;
        remember(writer->temporary);
        return true;
    }
    return false;
}

// ---- Writing ----

static void free_writer(FileWriter *writer)
{
    free(writer->path);
    if (!writer->named || forget(writer->temporary)) free(writer->temporary);
    *writer = (FileWriter){0};
}

bool file_create(FileWriter *writer, const char *path, Error *error)
{
    const size_t length = strlen(path);
    *writer = (FileWriter){.path = malloc(length + 1), .temporary = malloc(length + 32)};
    if (!writer->path || !writer->temporary) {
        error_out_of_memory(error);
    } else {
        memcpy(writer->path, path, length + 1);
        remove_leftovers(writer);
        int fd = create_nameless(path);
        if (fd < 0) fd = create_temporary(writer);
        writer->stream = fd >= 0 ? fdopen(fd, "wb") : NULL;
        if (writer->stream) return true;
        error_set(error, "%s: %s", path, strerror(errno));
        if (writer->named) unlink(writer->temporary);
        if (fd >= 0) close(fd);
    }
    free_writer(writer);
    return false;
}

bool file_create_in(FileWriter *writer, const char *folder, const char *name, Error *error)
{
    char *path = file_join(folder, name);
    const bool ok = path ? file_create(writer, path, error) : error_out_of_memory(error);
    free(path);
    return ok;
}

static void sync_folder_of(char *path)
{
    const int fd = open(dirname(path), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); // not every file system can; the file itself is safe by now
        close(fd);
    }
}

// Makes the whole file appear under its real name.
static bool publish(FileWriter *writer)
{
    if (!writer->named && !name_nameless(writer)) return false;
    return !writer->named || rename(writer->temporary, writer->path) == 0;
}

bool file_commit(FileWriter *writer, Error *error)
{
    errno = 0;
    bool ok = fflush(writer->stream) == 0 && !ferror(writer->stream) &&
              fsync(fileno(writer->stream)) == 0;
    const int cause = errno ? errno : ENOSPC; // an earlier fwrite() failed, and its errno is gone
    if (!ok) error_set(error, "%s: %s", writer->path, strerror(cause));
    if (ok && !publish(writer)) ok = error_set(error, "%s: %s", writer->path, strerror(errno));
    if (!ok && writer->named) unlink(writer->temporary);
    fclose(writer->stream); // the lock ends here; the temporary name is free by now
    // Those of a killed writer that had not quite ended when this one began.
    remove_leftovers(writer);
    if (ok) sync_folder_of(writer->path);
    free_writer(writer);
    return ok;
}

void file_abandon(FileWriter *writer)
{
    if (writer->named) unlink(writer->temporary);
    fclose(writer->stream);
    free_writer(writer);
}

bool file_write(const char *path, const void *bytes, size_t size, Error *error)
{
    FileWriter writer;
    if (!file_create(&writer, path, error)) return false;
    fwrite(bytes, 1, size, writer.stream); // file_commit() reports a failure
    return file_commit(&writer, error);
}

static bool make_folder(const char *path, Error *error)
{
    struct stat status;
    if (mkdir(path, 0777) == 0) return true;
    const int cause = errno;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true;
    return error_set(error, "%s: %s", path, strerror(cause));
}

bool file_make_folders(const char *path, Error *error)
{
    char *part = strdup(path);
    if (!part) return error_out_of_memory(error);
    bool made = true;
    for (char *slash = part; made && *slash && (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        made = make_folder(part, error);
        *slash = '/';
    }
    free(part);
    return made && make_folder(path, error);
}

char *file_join(const char *folder, const char *name)
{
    const size_t room = strlen(folder) + strlen(name) + 2;
    char *path = malloc(room);
    if (path) snprintf(path, room, "%s/%s", folder, name);
    return path;
}
