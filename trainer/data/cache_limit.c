#include "data/cache_limit.h"

#include "data/clip_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char name[CACHE_ENTRY_NAME];
    uint64_t bytes;
    struct timespec used;
} Entry;

typedef struct {
    Entry *entry;
    size_t count, room;
} Entries;

static bool add(Entries *entries, const char *name, const struct stat *status)
{
    if (entries->count == entries->room) {
        const size_t room = entries->room * 2 + 64;
        Entry *moved = realloc(entries->entry, room * sizeof *moved);
        if (!moved) return false;
        entries->entry = moved;
        entries->room = room;
    }
    Entry *entry = &entries->entry[entries->count++];
    strcpy(entry->name, name);
    entry->bytes = (uint64_t)status->st_size;
    entry->used = status->st_mtim;
    return true;
}

// Lists the entries of a folder; as many as there is memory for. The caller frees them.
static Entries list_entries(const char *folder)
{
    Entries entries = {.entry = NULL};
    DIR *files = opendir(folder);
    if (!files) return entries;
    for (const struct dirent *file; (file = readdir(files));) {
        struct stat status;
        if (clip_cache_is_entry(file->d_name) &&
            fstatat(dirfd(files), file->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode) && !add(&entries, file->d_name, &status))
            break;
    }
    closedir(files);
    return entries;
}

CacheSize cache_size(const char *folder)
{
    Entries entries = list_entries(folder);
    CacheSize size = {.entries = entries.count};
    for (size_t i = 0; i < entries.count; i++) size.bytes += entries.entry[i].bytes;
    free(entries.entry);
    return size;
}

void cache_size_text(char text[CACHE_SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 999.5 && unit < 4; unit++) value /= 1000.0;
    snprintf(text, CACHE_SIZE_TEXT, "%.3g %s", value, units[unit]);
}

static int by_use(const void *a, const void *b)
{
    const struct timespec x = ((const Entry *)a)->used, y = ((const Entry *)b)->used;
    if (x.tv_sec != y.tv_sec) return x.tv_sec < y.tv_sec ? -1 : 1;
    return x.tv_nsec < y.tv_nsec ? -1 : x.tv_nsec > y.tv_nsec;
}

CacheSize cache_trim(const char *folder, uint64_t limit, time_t since)
{
    CacheSize removed = {.entries = 0};
    uint64_t bytes = 0;
    Entries entries = list_entries(folder);
    const int place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < entries.count; i++) bytes += entries.entry[i].bytes;
    if (entries.count > 0) qsort(entries.entry, entries.count, sizeof(Entry), by_use);
    for (size_t i = 0; place >= 0 && i < entries.count && bytes > limit; i++) {
        const Entry *entry = &entries.entry[i];
        if (entry->used.tv_sec >= since) break;
        if (unlinkat(place, entry->name, 0) != 0) continue;
        bytes -= entry->bytes;
        removed.bytes += entry->bytes;
        removed.entries++;
    }
    if (place >= 0) close(place);
    free(entries.entry);
    return removed;
}
