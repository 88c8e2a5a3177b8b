#include "audio/temp_audio.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct TempAudio {
    FILE *stream;
    Sound sound;
    char path[]; // for messages
};

static bool fail(const TempAudio *store, Error *error)
{
    return error_set(error, "%s: %s", store->path, strerror(errno));
}

static bool make_file(TempAudio *store, Error *error)
{
    static const char ending[] = ".XXXXXX";
    const size_t length = strlen(store->path);
    char *name = malloc(length + sizeof ending);
    if (!name) return error_out_of_memory(error);
    memcpy(name, store->path, length);
    memcpy(name + length, ending, sizeof ending);
    const int fd = mkstemp(name);
    if (fd < 0) {
        fail(store, error);
    } else {
        unlink(name);
        store->stream = fdopen(fd, "w+b");
        if (!store->stream) {
            fail(store, error);
            close(fd);
        }
    }
    free(name);
    return store->stream != NULL;
}

TempAudio *temp_audio_new(const char *path, Error *error)
{
    const size_t room = strlen(path) + 1;
    TempAudio *store = calloc(1, sizeof *store + room);
    if (!store) {
        error_out_of_memory(error);
        return NULL;
    }
    memcpy(store->path, path, room);
    if (make_file(store, error)) return store;
    free(store);
    return NULL;
}

void temp_audio_free(TempAudio *store)
{
    if (!store) return;
    if (store->sound.audio)
        munmap((void *)(uintptr_t)store->sound.audio, store->sound.samples * sizeof(float));
    fclose(store->stream);
    free(store);
}

bool temp_audio_add(void *data, const float *samples, size_t n, Error *error)
{
    TempAudio *store = data;
    store->sound.samples += n;
    return fwrite(samples, sizeof *samples, n, store->stream) == n || fail(store, error);
}

bool temp_audio_open(TempAudio *store, Sound *sound, Error *error)
{
    if (fflush(store->stream) != 0) return fail(store, error);
    void *map = mmap(NULL, store->sound.samples * sizeof(float), PROT_READ, MAP_SHARED,
                     fileno(store->stream), 0);
    if (map == MAP_FAILED) return fail(store, error);
    store->sound.audio = map;
    store->sound.mapped = true;
    *sound = store->sound;
    return true;
}
