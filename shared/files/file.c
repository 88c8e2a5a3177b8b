#include "files/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

unsigned char *file_read(const char *path, size_t max, size_t *size, Error *error)
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
        error_set(error, "larger than the %zu bytes such a file can have", max);
    } else if (!(bytes = malloc((size_t)status.st_size + 1))) {
        error_set(error, "out of memory");
    } else {
        const size_t wanted = (size_t)status.st_size;
        size_t have = 0;
        while (have < wanted) {
            const ssize_t n = read(fd, bytes + have, wanted - have);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            have += (size_t)n;
        }
        *size = have;
        bytes[have] = 0;
        if (have < wanted) {
            error_set(error, "it could be read only up to byte %zu of %zu", have, wanted);
            free(bytes);
            bytes = NULL;
        }
    }
    close(fd);
    return bytes;
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

// ---- Temporary files ----

// A writer locks its temporary file. The lock ends with the writer, also where that is killed: a
// file that nobody has locked was left behind.

enum {
    NAMES_CLEARED = 4, // as many as write the same file at a time, and a few
    NAMES_MAX = 1000,
};

static void name_temporary(FileWriter *writer, int number)
{
    sprintf(writer->temporary, "%s" FILE_TEMPORARY "%d", writer->path, number);
}

// Another may have removed the file since it was opened, and a third made one of the same name.
static bool is_named(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && S_ISREG(opened.st_mode) &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static void remove_left(const char *path)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_named(fd, path)) unlink(path);
    close(fd);
}

// Not every file system has locks; what is left behind there stays.
static int create_locked(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return -1;
    const bool refused = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!refused && is_named(fd, path)) return fd;
    close(fd); // one who looked for what was left came between
    errno = EEXIST;
    return -1;
}

static int create_temporary(FileWriter *writer)
{
    for (int number = 0; number < NAMES_CLEARED; number++) {
        name_temporary(writer, number);
        remove_left(writer->temporary);
    }
    int fd = -1;
    errno = EEXIST;
    for (int number = 0; fd < 0 && errno == EEXIST && number < NAMES_MAX; number++) {
        name_temporary(writer, number);
        fd = create_locked(writer->temporary);
    }
    return fd;
}

// ---- Writing ----

bool file_create(FileWriter *writer, const char *path, Error *error)
{
    const size_t length = strlen(path);
    *writer = (FileWriter){.path = malloc(length + 1), .temporary = malloc(length + 32)};
    if (!writer->path || !writer->temporary) {
        error_set(error, "out of memory");
    } else {
        memcpy(writer->path, path, length + 1);
        const int fd = create_temporary(writer);
        writer->stream = fd >= 0 ? fdopen(fd, "wb") : NULL;
        if (writer->stream) return true;
        error_set(error, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            unlink(writer->temporary);
            close(fd);
        }
    }
    free(writer->path);
    free(writer->temporary);
    *writer = (FileWriter){0};
    return false;
}

bool file_create_in(FileWriter *writer, const char *folder, const char *name, Error *error)
{
    char *path = file_join(folder, name);
    const bool good = path ? file_create(writer, path, error) : error_set(error, "out of memory");
    free(path);
    return good;
}

static void sync_folder_of(char *path)
{
    const int fd = open(dirname(path), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); // not every file system can; the file itself is safe by now
        close(fd);
    }
}

bool file_commit(FileWriter *writer, Error *error)
{
    errno = 0;
    bool good = fflush(writer->stream) == 0 && !ferror(writer->stream) &&
                fsync(fileno(writer->stream)) == 0;
    const int why = errno ? errno : ENOSPC; // an earlier fwrite() failed, and its errno is gone
    if (!good) error_set(error, "%s: %s", writer->path, strerror(why));
    if (good && rename(writer->temporary, writer->path) != 0)
        good = error_set(error, "%s: %s", writer->path, strerror(errno));
    if (!good) unlink(writer->temporary);
    fclose(writer->stream); // the lock goes with it, and the temporary name is free by now
    free(writer->temporary);
    if (good) sync_folder_of(writer->path);
    free(writer->path);
    *writer = (FileWriter){0};
    return good;
}

void file_abandon(FileWriter *writer)
{
    unlink(writer->temporary);
    fclose(writer->stream);
    free(writer->path);
    free(writer->temporary);
    *writer = (FileWriter){0};
}

bool file_write(const char *path, const void *bytes, size_t size, Error *error)
{
    FileWriter writer;
    if (!file_create(&writer, path, error)) return false;
    fwrite(bytes, 1, size, writer.stream); // file_commit() reports what went wrong here
    return file_commit(&writer, error);
}

static bool make_folder(const char *path, Error *error)
{
    struct stat status;
    if (mkdir(path, 0777) == 0) return true;
    const int why = errno;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true;
    return error_set(error, "%s: %s", path, strerror(why));
}

bool file_make_folders(const char *path, Error *error)
{
    char *part = strdup(path);
    if (!part) return error_set(error, "out of memory");
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
