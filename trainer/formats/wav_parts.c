// WAV files whose data is longer than their header says: the size wrapped at 4 GB, or was never
// written because the recorder died. The samples go to the end of the file then.
#include "formats/audio_parts.h"
#include "formats/file_slice.h"

#include <ctype.h>
#include <string.h>

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_ALAW = 6, TAG_ULAW = 7, TAG_MP3 = 0x55, TAG_LONG = 0xfffe };

// Programs that write to a pipe announce about 2 or 4 GB.
#define NO_LENGTH INT64_C(0x7fff0000)

typedef struct {
    int64_t at, size; // of its content
    char id[4];
} Chunk;

static uint32_t read_32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static int read_16(const unsigned char *bytes)
{
    return bytes[0] | bytes[1] << 8;
}

// True if there is a header of a chunk at `at`.
static bool read_chunk(int fd, int64_t at, Chunk *chunk)
{
    unsigned char head[8];
    if (file_read_at(fd, at, head, 8) < 8) return false;
    for (int i = 0; i < 4; i++)
        if (!isprint(head[i])) return false;
    memcpy(chunk->id, head, 4);
    chunk->at = at + 8;
    chunk->size = read_32(head + 4);
    return true;
}

static bool is_chunk(const Chunk *chunk, const char *id)
{
    return memcmp(chunk->id, id, 4) == 0;
}

// True if what is from `at` on is nothing, padding, a tag, or chunks up to the end of the file.
static bool is_no_audio(int fd, int64_t at, int64_t size)
{
    Chunk chunk;
    unsigned char start[64];
    const size_t n = file_read_at(fd, at, start, sizeof start);
    size_t zeros = 0;
    while (zeros < n && start[zeros] == 0) zeros++;
    if (size - at < 8 || (zeros == n && size - at < 65536)) return true;
    if (size - at == 128 && memcmp(start, "TAG", 3) == 0) return true;
    for (; size - at >= 8; at = chunk.at + chunk.size + (chunk.size & 1))
        if (!read_chunk(fd, at, &chunk) || chunk.at + chunk.size > size + 1) return false;
    return true;
}

// Fills the libsndfile format of samples without a header; false if they are compressed.
static bool raw_format(const unsigned char *fmt, size_t n, SF_INFO *info)
{
    int tag = read_16(fmt), format;
    const int channels = read_16(fmt + 2), block = read_16(fmt + 12);
    if (tag == TAG_LONG && n >= 26) tag = read_16(fmt + 24);
    const int bytes = channels > 0 ? block / channels : 0;
    if (tag == TAG_PCM && bytes >= 1 && bytes <= 4)
        format = (const int[]){SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                               SF_FORMAT_PCM_32}[bytes - 1];
    else if (tag == TAG_FLOAT && (bytes == 4 || bytes == 8))
        format = bytes == 4 ? SF_FORMAT_FLOAT : SF_FORMAT_DOUBLE;
    else if ((tag == TAG_ALAW || tag == TAG_ULAW) && bytes == 1)
        format = tag == TAG_ALAW ? SF_FORMAT_ALAW : SF_FORMAT_ULAW;
    else
        return false;
    *info = (SF_INFO){.samplerate = (int)read_32(fmt + 4),
                      .channels = channels,
                      .format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE | format};
    return block == bytes * channels && info->samplerate > 0;
}

// The format and the data, as far as the header has them.
typedef struct {
    unsigned char fmt[40];
    size_t fmt_size;
    int64_t long_size; // of RF64's ds64
    Chunk data;
} Header;

static bool read_header(Header *header, int fd, int64_t size)
{
    unsigned char start[12], ds64[16];
    if (file_read_at(fd, 0, start, 12) < 12 || memcmp(start + 8, "WAVE", 4) != 0 ||
        (memcmp(start, "RIFF", 4) != 0 && memcmp(start, "RF64", 4) != 0))
        return false;
    Chunk chunk;
    for (int64_t at = 12; at < size && read_chunk(fd, at, &chunk);
         at = chunk.at + chunk.size + (chunk.size & 1)) {
        if (is_chunk(&chunk, "fmt ")) {
            const size_t most = sizeof header->fmt;
            header->fmt_size = chunk.size < (int64_t)most ? (size_t)chunk.size : most;
            header->fmt_size = file_read_at(fd, chunk.at, header->fmt, header->fmt_size);
        } else if (is_chunk(&chunk, "ds64") && file_read_at(fd, chunk.at, ds64, 16) == 16) {
            header->long_size = (int64_t)read_32(ds64 + 8) | (int64_t)read_32(ds64 + 12) << 32;
        } else if (is_chunk(&chunk, "data")) {
            header->data = chunk;
            if (chunk.size == UINT32_MAX && header->long_size > 0)
                header->data.size = header->long_size;
            return header->fmt_size >= 16;
        }
    }
    return false;
}

bool wav_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error)
{
    Header header = {.fmt_size = 0};
    AudioPart part = {.decoder = DECODER_SNDFILE};
    *found = false;
    if (!read_header(&header, fd, size)) return true;
    const int64_t end = header.data.at + header.data.size, left = size - header.data.at;
    part.start = header.data.at;
    if (read_16(header.fmt) == TAG_MP3) {
        *found = true;
        part.decoder = DECODER_MPG123;
        part.end = end > size || header.data.size == 0 ? size : end;
        return audio_parts_add(parts, part, error);
    }
    const bool never_written = header.data.size == 0 || header.data.size >= NO_LENGTH;
    if (end == size || (end > size && !never_written) || left == 0) return true;
    if (end < size &&
        (is_no_audio(fd, end, size) || is_no_audio(fd, end + (header.data.size & 1), size)))
        return true;
    if (!raw_format(header.fmt, header.fmt_size, &part.raw)) return true;
    *found = true;
    part.end = size;
    return audio_parts_add(parts, part, error);
}
