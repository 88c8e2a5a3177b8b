#include "data/clip_cache.h"

#include "files/file.h"
#include "files/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// The header before the samples, in the byte order of the machine: entries of another one
// are not recognised.
typedef struct {
    uint64_t magic;
    uint64_t samples;
    AudioFacts facts;
    float peak;
} HeaderFields;

// Whole cache lines, so that the samples are aligned.
typedef union {
    HeaderFields is;
    char bytes[256];
} Header;

// The last byte is the version of the format.
static const uint64_t header_magic = UINT64_C(0x33307a756c736172);

// ---- The folder ----

// Returns the user's cache folder; the caller frees it.
static char *default_folder(Error *error)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *folder = NULL;
    if (cache && cache[0] == '/')
        folder = file_join(cache, "trasluz");
    else if (home && *home)
        folder = file_join(home, ".cache/trasluz");
    else
        error_set(error, "no folder for the cache: set HOME or XDG_CACHE_HOME, or use --cache");
    return folder;
}

static const char entry_ending[] = ".f32";

bool clip_cache_is_entry(const char *name)
{
    const size_t digits = strspn(name, "0123456789abcdef");
    return digits == HASH_TEXT - 1 && strcmp(name + digits, entry_ending) == 0;
}

// Removes temporary files of killed programs, on file systems where a new entry has a name.
static void remove_stale(const char *folder)
{
    static const char ending[] = ".f32" FILE_TEMPORARY "0"; // see file.h
    enum { SECONDS_MAX = 24 * 3600 };
    DIR *entries = opendir(folder);
    if (!entries) return;
    const time_t now = time(NULL);
    for (const struct dirent *entry; (entry = readdir(entries));) {
        const size_t length = strlen(entry->d_name), tail = sizeof ending - 1;
        struct stat status;
        if (length == HASH_TEXT - 1 + tail &&
            memcmp(entry->d_name + length - tail, ending, tail - 1) == 0 &&
            fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode) && now - status.st_mtime > SECONDS_MAX)
            unlinkat(dirfd(entries), entry->d_name, 0);
    }
    closedir(entries);
}

bool clip_cache_open(ClipCache *cache, const char *folder, double rate, Error *error)
{
    error_out_of_memory(error);
    *cache = (ClipCache){.folder = folder ? strdup(folder) : default_folder(error), .rate = rate};
    if (!cache->folder) return false;
    if (!file_make_folders(cache->folder, error)) {
        clip_cache_close(cache);
        return error_prefix(error, "cache folder");
    }
    remove_stale(cache->folder);
    return true;
}

void clip_cache_close(ClipCache *cache)
{
    free(cache->folder);
    *cache = (ClipCache){0};
}

// Adds bytes from the beginning, the middle and the end of a file.
static void hash_some(Hash *hash, const AudioFile *file)
{
    unsigned char bytes[4096];
    const int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    for (uint64_t part = 0; fd >= 0 && part <= 2; part++) {
        const uint64_t last = file->bytes > sizeof bytes ? file->bytes - sizeof bytes : 0;
        const ssize_t n = pread(fd, bytes, sizeof bytes, (off_t)(last / 2 * part));
        if (n > 0) hash_add(hash, bytes, (size_t)n);
    }
    if (fd >= 0) close(fd);
}

// Returns the path of the entry; the caller frees it.
static char *entry_path(const ClipCache *cache, const AudioFile *file)
{
    Hash hash;
    char about[256], name[CACHE_ENTRY_NAME];
    snprintf(about, sizeof about, "%" PRIu64 " %lld.%09ld %lld.%09ld %.17g %" PRIx64, file->bytes,
             (long long)file->changed.tv_sec, file->changed.tv_nsec,
             (long long)file->status_changed.tv_sec, file->status_changed.tv_nsec, cache->rate,
             header_magic);
    hash_begin(&hash);
    hash_add(&hash, file->path, strlen(file->path) + 1);
    hash_add(&hash, about, strlen(about));
    hash_some(&hash, file);
    hash_end(&hash, name);
    memcpy(name + HASH_TEXT - 1, entry_ending, sizeof entry_ending);
    return file_join(cache->folder, name);
}

// ---- Reading ----

// Reads instead of mapping: a mapped page would bring others into memory, for each clip of a set.
static bool read_header(int fd, Header *header, uint64_t bytes)
{
    if (pread(fd, header, sizeof *header, 0) != (ssize_t)sizeof *header) return false;
    const uint64_t samples = (bytes - sizeof *header) / sizeof(float);
    return header->is.magic == header_magic && samples > 0 && header->is.samples == samples &&
           bytes == sizeof *header + samples * sizeof(float);
}

static bool map_file(int fd, CachedClip *clip)
{
    struct stat status;
    Header header;
    if (fstat(fd, &status) != 0 || status.st_size <= (off_t)sizeof header) return false;
    const size_t bytes = (size_t)status.st_size;
    if (!read_header(fd, &header, bytes)) return false;
    const Header *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) return false;
    futimens(fd, (const struct timespec[]){{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}});
    *clip = (CachedClip){
        .audio = (const float *)(map + 1),
        .samples = (size_t)header.is.samples,
        .facts = header.is.facts,
        .peak = header.is.peak,
    };
    return true;
}

bool clip_cache_map(const ClipCache *cache, const AudioFile *file, CachedClip *clip)
{
    char *path = entry_path(cache, file);
    const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    free(path);
    if (fd < 0) return false;
    const bool mapped = map_file(fd, clip);
    close(fd);
    return mapped;
}

void clip_cache_unmap(const float *audio, size_t samples)
{
    Header *map = (Header *)(uintptr_t)audio - 1;
    munmap(map, sizeof(Header) + samples * sizeof(float));
}

// ---- Writing ----

typedef struct {
    FileWriter file;
    Header header;
    bool failed;
} Entry;

static bool entry_add(void *data, const float *samples, size_t n, Error *error)
{
    Entry *entry = data;
    for (size_t i = 0; i < n; i++)
        entry->header.is.peak = fmaxf(entry->header.is.peak, fabsf(samples[i]));
    entry->header.is.samples += n;
    if (fwrite(samples, sizeof *samples, n, entry->file.stream) == n) return true;
    entry->failed = true;
    return error_set(error, "cache file %s: %s", entry->file.path, strerror(errno));
}

// The header is complete only after the samples.
static ClipMade entry_commit(Entry *entry, Error *error)
{
    FILE *stream = entry->file.stream;
    if (fseek(stream, 0, SEEK_SET) == 0)
        fwrite(&entry->header, sizeof entry->header, 1, stream); // file_commit() reports a failure
    if (file_commit(&entry->file, error)) return CLIP_MADE;
    error_prefix(error, "cache");
    return CLIP_NOT_WRITTEN;
}

ClipMade clip_cache_make(const ClipCache *cache, const AudioFile *file, Error *error)
{
    Entry entry = {.header = {.is = {.magic = header_magic}}};
    char *path = entry_path(cache, file);
    if (!path || !file_create(&entry.file, path, error)) {
        if (!path) error_out_of_memory(error);
        free(path);
        error_prefix(error, "cache");
        return CLIP_NOT_WRITTEN;
    }
    free(path);
    fwrite(&entry.header, sizeof entry.header, 1, entry.file.stream);
    if (audio_stream_mono(file->path, cache->rate, entry_add, &entry, &entry.header.is.facts,
                          error))
        return entry_commit(&entry, error);
    file_abandon(&entry.file);
    return entry.failed ? CLIP_NOT_WRITTEN : CLIP_UNREADABLE;
}
