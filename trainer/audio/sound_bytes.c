#include "audio/sound_bytes.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 };

// Of each kind: libsndfile's format, full scale, the largest sample, and room for headers, and for
// what a frame of FLAC needs beyond its samples. FLAC gives sound of 24 bits back as it was.
static const struct {
    int format, step; // of the 32 bits that libsndfile takes
    float full, most;
    size_t room;
} kinds[] = {
    [SOUND_WAV] = {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 65536, 32767.0f, 32767.0f, 256},
    [SOUND_FLAC] = {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 256, 8388608.0f, 8388607.0f, 65536},
    [SOUND_FLAC_SHORT] = {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 65536, 32768.0f, 32767.0f, 65536},
};

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

static bool write_samples(SNDFILE *file, SoundKind kind, const float *audio, size_t samples)
{
    const float full = kinds[kind].full, most = kinds[kind].most;
    int piece[PIECE]; // libsndfile takes the upper bits of 32
    for (size_t at = 0; at < samples; at += PIECE) {
        const size_t n = samples - at < PIECE ? samples - at : PIECE;
        for (size_t i = 0; i < n; i++) {
            const long sample = lrintf(fminf(fmaxf(full * audio[at + i], -most), most));
            piece[i] = (int)sample * kinds[kind].step;
        }
        if (sf_write_int(file, piece, (sf_count_t)n) != (sf_count_t)n) return false;
    }
    return true;
}

unsigned char *sound_bytes(SoundKind kind, const float *audio, size_t samples, double rate,
                           size_t *size, Error *error)
{
    SF_VIRTUAL_IO calls = {memory_size, memory_seek, memory_read, memory_write, memory_tell};
    SF_INFO info = {.samplerate = (int)lround(rate), .channels = 1, .format = kinds[kind].format};
    Memory memory = {.room = (sf_count_t)(sizeof(int) * samples + kinds[kind].room)};
    memory.bytes = malloc((size_t)memory.room);
    if (!memory.bytes) {
        error_out_of_memory(error);
        return NULL;
    }
    SNDFILE *file = sf_open_virtual(&calls, SFM_WRITE, &info, &memory);
    bool ok = file && write_samples(file, kind, audio, samples);
    ok = file && sf_close(file) == 0 && ok;
    *size = (size_t)memory.size;
    if (ok) return memory.bytes;
    error_set(error, "sound at %g Hz: %s", rate, sf_strerror(NULL));
    free(memory.bytes);
    return NULL;
}
