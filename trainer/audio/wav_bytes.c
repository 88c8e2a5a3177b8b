#include "audio/wav_bytes.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_ROOM = 256, PIECE = 4096 };

// A file of fixed room in memory.
typedef struct {
    unsigned char *bytes;
    sf_count_t size, room, at;
} Memory;

static sf_count_t memory_size(void *data)
{
    return ((Memory *)data)->size;
}

static sf_count_t memory_tell(void *data)
{
    return ((Memory *)data)->at;
}

static sf_count_t memory_seek(sf_count_t offset, int from, void *data)
{
    Memory *memory = data;
    const sf_count_t base = from == SEEK_SET ? 0 : from == SEEK_CUR ? memory->at : memory->size;
    const sf_count_t at = base + offset;
    if (at < 0 || at > memory->room) return -1;
    return memory->at = at;
}

static sf_count_t memory_write(const void *bytes, sf_count_t count, void *data)
{
    Memory *memory = data;
    if (count > memory->room - memory->at) return 0;
    memcpy(memory->bytes + memory->at, bytes, (size_t)count);
    memory->at += count;
    if (memory->at > memory->size) memory->size = memory->at;
    return count;
}

// libsndfile reads what it wrote nowhere.
static sf_count_t memory_read(void *bytes, sf_count_t count, void *data)
{
    (void)bytes;
    (void)count;
    (void)data;
    return 0;
}

static bool write_samples(SNDFILE *file, const float *audio, size_t samples)
{
    short piece[PIECE];
    for (size_t at = 0; at < samples; at += PIECE) {
        const size_t n = samples - at < PIECE ? samples - at : PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = (short)lrintf(fminf(fmaxf(32767.0f * audio[at + i], -32767.0f), 32767.0f));
        if (sf_write_short(file, piece, (sf_count_t)n) != (sf_count_t)n) return false;
    }
    return true;
}

unsigned char *wav_bytes(const float *audio, size_t samples, double rate, size_t *size,
                         Error *error)
{
    SF_VIRTUAL_IO calls = {memory_size, memory_seek, memory_read, memory_write, memory_tell};
    SF_INFO info = {
        .samplerate = (int)lround(rate), .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    Memory memory = {.room = (sf_count_t)(sizeof(short) * samples + HEADER_ROOM)};
    memory.bytes = malloc((size_t)memory.room);
    if (!memory.bytes) {
        error_out_of_memory(error);
        return NULL;
    }
    SNDFILE *file = sf_open_virtual(&calls, SFM_WRITE, &info, &memory);
    bool ok = file && write_samples(file, audio, samples);
    ok = file && sf_close(file) == 0 && ok;
    *size = (size_t)memory.size;
    if (ok) return memory.bytes;
    error_set(error, "a WAV file at %g Hz: %s", rate, sf_strerror(NULL));
    free(memory.bytes);
    return NULL;
}
