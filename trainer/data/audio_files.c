#define _XOPEN_SOURCE 700 // realpath()

#include "data/audio_files.h"

#include "files/plain_text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

// What libsndfile reads, and then what it does not read: users take these for audio too, so they
// are reported and not skipped.
static const char *const endings[] = {
    "wav", "wave", "rf64", "w64",  "flac", "ogg", "oga", "opus", "mp3", "mp2", "mp1",  "au",
    "snd", "aif",  "aiff", "aifc", "caf",  "voc", "sph", "nist", "avr", "pvf", "8svx", "svx",
    "m4a", "m4b",  "aac",  "wma",  "ape",  "wv",  "mpc", "mka",  "tta", "spx", "dsf",  "amr",
    "ra",  "rm",   "mid",  "midi", "mp4",  "mov", "mkv", "webm", "avi", "wmv", "mpg",
};

typedef struct {
    dev_t device;
    ino_t inode;
} FolderId;

typedef struct {
    AudioFiles *files;
    FolderId *seen; // folders
    size_t seen_count, seen_room;
    size_t audio;       // files found below the path that is searched
    size_t seen_before; // folders seen when its search began
    bool overlaps;      // it leads to one of those
    size_t operand;     // its number
    bool named;         // it is a file
    Error *error;
} Search;

static bool is_audio(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (!dot) return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0) return true;
    return false;
}

// Returns "folder/name", or the name alone for an empty folder; the caller frees it.
static char *join(const char *folder, const char *name)
{
    const size_t room = strlen(folder) + strlen(name) + 2;
    char *path = malloc(room);
    if (path) snprintf(path, room, "%s%s%s", folder, *folder ? "/" : "", name);
    return path;
}

static bool add_seen(Search *search, const struct stat *status)
{
    if (search->seen_count == search->seen_room) {
        const size_t room = search->seen_room * 2 + 16;
        FolderId *moved = realloc(search->seen, room * sizeof *moved);
        if (!moved) return error_out_of_memory(search->error);
        search->seen = moved;
        search->seen_room = room;
    }
    search->seen[search->seen_count++] = (FolderId){status->st_dev, status->st_ino};
    return true;
}

// Links can make a folder its own ancestor.
static bool was_seen(Search *search, const struct stat *status)
{
    for (size_t i = 0; i < search->seen_count; i++) {
        const FolderId *seen = &search->seen[i];
        if (seen->device != status->st_dev || seen->inode != status->st_ino) continue;
        search->overlaps |= i < search->seen_before;
        return true;
    }
    return false;
}

static bool add_file(Search *search, const char *path, const char *name, const struct stat *status)
{
    AudioFiles *files = search->files;
    if (files->count == files->room) {
        const size_t room = files->room * 2 + 64;
        AudioFile *moved = realloc(files->file, room * sizeof *moved);
        if (!moved) return error_out_of_memory(search->error);
        files->file = moved;
        files->room = room;
    }
    AudioFile file = {
        .path = realpath(path, NULL),
        .name = plain_text_name(name),
        .device = status->st_dev,
        .inode = status->st_ino,
        .bytes = (uint64_t)status->st_size,
        .changed = status->st_mtim,
        .status_changed = status->st_ctim,
        .operand = search->operand,
        .named = search->named,
    };
    search->audio++;
    if (file.path && file.name) {
        files->file[files->count++] = file;
        return true;
    }
    const int why = errno;
    free(file.path);
    free(file.name);
    return error_set(search->error, "%s: %s", path, strerror(why));
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool search_folder(Search *search, const char *path, const char *name,
                          const struct stat *status);

static bool search_entry(Search *search, const char *path, const char *name)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return diagnostics_add(&search->files->unreadable, name, strerror(errno), search->error);
    if (S_ISDIR(status.st_mode)) return search_folder(search, path, name, &status);
    if (is_audio(name)) return add_file(search, path, name, &status);
    search->files->non_audio++;
    return true;
}

static bool search_folder(Search *search, const char *path, const char *name,
                          const struct stat *status)
{
    if (was_seen(search, status)) return true;
    if (!add_seen(search, status)) return false;
    struct dirent **entry = NULL;
    const int entries = scandir(path, &entry, not_hidden, by_bytes);
    if (entries < 0)
        return diagnostics_add(&search->files->unreadable, *name ? name : path, strerror(errno),
                               search->error);
    bool good = true;
    for (int i = 0; i < entries; i++) {
        char *entry_path = join(path, entry[i]->d_name);
        char *entry_name = join(name, entry[i]->d_name);
        if (!entry_path || !entry_name) good = error_out_of_memory(search->error);
        good = good && search_entry(search, entry_path, entry_name);
        free(entry_path);
        free(entry_name);
        free(entry[i]);
    }
    free(entry);
    return good;
}

// Searches a path that the user named.
static bool search_path(Search *search, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) return error_set(search->error, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(status.st_mode)) {
        const char *slash = strrchr(path, '/');
        search->named = true;
        const bool added = add_file(search, path, slash ? slash + 1 : path, &status);
        search->named = false;
        return added;
    }
    search->audio = 0;
    search->seen_before = search->seen_count;
    search->overlaps = false;
    if (!search_folder(search, path, "", &status)) return false;
    if (search->audio > 0 || search->overlaps) return true;
    return error_set(search->error, "%s: contains no audio", path);
}

static int by_inode(const void *a, const void *b)
{
    const AudioFile *x = a, *y = b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode) return x->inode < y->inode ? -1 : 1;
    const int name = strcmp(x->name, y->name);
    return name ? name : strcmp(x->path, y->path);
}

static int by_name(const void *a, const void *b)
{
    const AudioFile *x = a, *y = b;
    const int name = strcmp(x->name, y->name);
    return name ? name : strcmp(x->path, y->path);
}

static void free_file(AudioFile *file)
{
    free(file->path);
    free(file->name);
}

static void drop_repeated(AudioFiles *files)
{
    size_t kept = 0;
    if (files->count > 0) qsort(files->file, files->count, sizeof *files->file, by_inode);
    for (size_t i = 0; i < files->count; i++) {
        AudioFile *file = &files->file[i], *last = kept ? &files->file[kept - 1] : NULL;
        if (last && last->device == file->device && last->inode == file->inode)
            free_file(file);
        else
            files->file[kept++] = *file;
    }
    files->count = kept;
}

// ---- Folders as genres ----

// True if the files come from more than one folder, and lie directly in them.
static bool folders_are_genres(const AudioFiles *files)
{
    const AudioFile *first = NULL;
    bool several = false;
    for (size_t i = 0; i < files->count; i++) {
        const AudioFile *file = &files->file[i];
        if (file->named) continue;
        if (strchr(file->name, '/')) return false;
        if (!first) first = file;
        several |= file->operand != first->operand;
    }
    return several;
}

// Puts the name of the folder before the names of its files.
static bool name_by_folders(AudioFiles *files, const char *const *paths, Error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        AudioFile *file = &files->file[i];
        if (file->named) continue;
        char *folder = realpath(paths[file->operand], NULL);
        const char *slash = folder ? strrchr(folder, '/') : NULL;
        char *genre = slash ? plain_text_name(slash + 1) : NULL;
        char *name = genre ? join(genre, file->name) : NULL;
        free(folder);
        free(genre);
        if (!name) return error_out_of_memory(error);
        free(file->name);
        file->name = name;
    }
    return true;
}

// ---- All paths ----

bool audio_files_find(AudioFiles *files, const char *const *paths, size_t count, Error *error)
{
    *files = (AudioFiles){0};
    Search search = {.files = files, .error = error};
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        search.operand = i;
        good = search_path(&search, paths[i]);
    }
    free(search.seen);
    good = good && (!folders_are_genres(files) || name_by_folders(files, paths, error));
    if (!good) {
        audio_files_free(files);
        return false;
    }
    drop_repeated(files);
    if (files->count > 0) qsort(files->file, files->count, sizeof *files->file, by_name);
    return true;
}

void audio_files_free(AudioFiles *files)
{
    for (size_t i = 0; i < files->count; i++) free_file(&files->file[i]);
    free(files->file);
    diagnostics_free(&files->unreadable);
    *files = (AudioFiles){0};
}
