// AIFF files whose size was never written, because a program wrote them to a pipe: it announces
// about 2 GB. The samples go to the end of the file then.
#include "formats/audio_parts.h"
#include "formats/file_slice.h"

#include <math.h>
#include <string.h>

#define NO_LENGTH INT64_C(0x7f000000)

static uint32_t read_32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           (uint32_t)bytes[3];
}

static int read_16(const unsigned char *bytes)
{
    return bytes[0] << 8 | bytes[1];
}

// Returns an IEEE 754 number of 80 bits, without its lower half.
static double read_80(const unsigned char *bytes)
{
    return ldexp((double)read_32(bytes + 2), read_16(bytes) - 16383 - 31);
}

// The samples of AIFC files: the compressions that are none, and the logarithmic ones.
// http://www-mmsp.ece.mcgill.ca/Documents/AudioFormats/AIFF/AIFF.html
static const struct {
    char kind[5];
    int format; // of libsndfile; without one of samples: by the number of bits
} kinds[] = {
    {"NONE", SF_ENDIAN_BIG},
    {"twos", SF_ENDIAN_BIG},
    {"sowt", SF_ENDIAN_LITTLE},
    {"in24", SF_ENDIAN_BIG | SF_FORMAT_PCM_24},
    {"in32", SF_ENDIAN_BIG | SF_FORMAT_PCM_32},
    {"42ni", SF_ENDIAN_LITTLE | SF_FORMAT_PCM_24},
    {"42n1", SF_ENDIAN_LITTLE | SF_FORMAT_PCM_24}, // as libsndfile writes it
    {"23ni", SF_ENDIAN_LITTLE | SF_FORMAT_PCM_32},
    {"raw ", SF_ENDIAN_BIG | SF_FORMAT_PCM_U8},
    {"fl32", SF_ENDIAN_BIG | SF_FORMAT_FLOAT},
    {"FL32", SF_ENDIAN_BIG | SF_FORMAT_FLOAT},
    {"fl64", SF_ENDIAN_BIG | SF_FORMAT_DOUBLE},
    {"FL64", SF_ENDIAN_BIG | SF_FORMAT_DOUBLE},
    {"ulaw", SF_ENDIAN_BIG | SF_FORMAT_ULAW},
    {"ULAW", SF_ENDIAN_BIG | SF_FORMAT_ULAW},
    {"alaw", SF_ENDIAN_BIG | SF_FORMAT_ALAW},
    {"ALAW", SF_ENDIAN_BIG | SF_FORMAT_ALAW},
};

// Fills the libsndfile format of the samples that a COMM chunk describes; `kind` is NULL in an AIFF
// file. False if they are compressed in blocks.
static bool raw_format(const unsigned char *comm, const unsigned char *kind, SF_INFO *info)
{
    static const int whole[] = {SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                                SF_FORMAT_PCM_32};
    const int channels = read_16(comm), bits = read_16(comm + 6);
    const double rate = read_80(comm + 8);
    size_t i = 0;
    while (kind && i < sizeof kinds / sizeof *kinds && memcmp(kind, kinds[i].kind, 4) != 0) i++;
    if (i == sizeof kinds / sizeof *kinds) return false;
    int format = kinds[i].format;
    if (channels < 1 || !(rate >= 1.0 && rate <= 1e6)) return false;
    if (!(format & SF_FORMAT_SUBMASK)) {
        if (bits < 1 || bits > 32) return false;
        format |= whole[(bits - 1) / 8];
    }
    *info =
        (SF_INFO){.samplerate = (int)rate, .channels = channels, .format = SF_FORMAT_RAW | format};
    return true;
}

bool aiff_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error)
{
    unsigned char start[12], head[8], comm[22], offset[4];
    AudioPart part = {.decoder = DECODER_SNDFILE, .end = size};
    *found = false;
    if (file_read_at(fd, 0, start, 12) < 12 || memcmp(start, "FORM", 4) != 0 ||
        memcmp(start + 8, "AIF", 3) != 0)
        return true;
    const bool has_kind = start[11] == 'C';
    bool known = false;
    for (int64_t at = 12, bytes; file_read_at(fd, at, head, 8) == 8;
         at += 8 + bytes + (bytes & 1)) {
        bytes = read_32(head + 4);
        if (memcmp(head, "COMM", 4) == 0)
            known = file_read_at(fd, at + 8, comm, 22) == 22 &&
                    raw_format(comm, has_kind ? comm + 18 : NULL, &part.raw);
        if (memcmp(head, "SSND", 4) != 0) continue;
        if (!known || bytes < NO_LENGTH || at + 8 + bytes <= size ||
            file_read_at(fd, at + 8, offset, 4) < 4)
            return true;
        part.start = at + 16 + (int64_t)read_32(offset);
        if (part.start >= size) return true;
        *found = true;
        return audio_parts_add(parts, part, error);
    }
    return true;
}
