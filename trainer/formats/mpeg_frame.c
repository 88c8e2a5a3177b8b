#include "formats/mpeg_frame.h"

#include "formats/file_slice.h"

#include <stdlib.h>
#include <string.h>

bool mpeg_frame_read(const unsigned char h[4], MpegFrame *frame)
{
    // kbit/s: version 1, layers 1 to 3; other versions, layer 1, layers 2 and 3.
    static const short rates[5][15] = {
        {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
    };
    static const int sample_rates[3] = {44100, 48000, 32000};
    const int version_bits = h[1] >> 3 & 3, layer_bits = h[1] >> 1 & 3;
    const int rate_index = h[2] >> 4, sample_rate_index = h[2] >> 2 & 3;
    if (h[0] != 0xff || (h[1] & 0xe0) != 0xe0 || version_bits == 1 || layer_bits == 0 ||
        rate_index == 0 || rate_index == 15 || sample_rate_index == 3 || (h[3] & 3) == 2)
        return false;
    const int version = version_bits == 3 ? 1 : version_bits == 2 ? 2 : 3, layer = 4 - layer_bits;
    const int table = version == 1 ? layer - 1 : layer == 1 ? 3 : 4;
    const int bit_rate = 1000 * rates[table][rate_index], padding = h[2] >> 1 & 1;
    *frame = (MpegFrame){
        .samples = layer == 1                   ? 384
                   : layer == 2 || version == 1 ? 1152
                                                : 576,
        .rate = sample_rates[sample_rate_index] >> (version - 1),
        .version = version,
        .layer = layer,
        .mono = h[3] >> 6 == 3,
        .checked = !(h[1] & 1),
    };
    frame->bytes = layer == 1 ? (size_t)(12 * bit_rate / frame->rate + padding) * 4
                              : (size_t)(frame->samples / 8 * bit_rate / frame->rate + padding);
    return true;
}

// ---- Side information: ISO 11172-3, 2.4.1.7, and 13818-3, 2.4.1.7 ----

static size_t side_bytes(const MpegFrame *frame)
{
    return frame->version == 1 ? (frame->mono ? 17 : 32) : frame->mono ? 9 : 17;
}

static size_t bytes_before_sound(const MpegFrame *frame)
{
    return side_bytes(frame) + (frame->checked ? 6 : 4);
}

// Returns the next n <= 16 bits.
static unsigned take_bits(const unsigned char *bytes, size_t *at, int n)
{
    unsigned value = 0;
    for (; n > 0; n--, ++*at) value = value << 1 | (bytes[*at / 8] >> (7 - *at % 8) & 1);
    return value;
}

bool mpeg_side_information_check(const MpegFrame *frame, const unsigned char *bytes, size_t n)
{
    enum { PAIRS = 288 }; // of the 576 lines of a granule
    const bool first = frame->version == 1;
    const int channels = frame->mono ? 1 : 2, granules = first ? 2 : 1;
    const unsigned char *side = bytes + bytes_before_sound(frame) - side_bytes(frame);
    size_t at = 0, bits = 0;
    if (frame->layer != 3 || n < bytes_before_sound(frame) ||
        frame->bytes < bytes_before_sound(frame))
        return true;
    const size_t begin = take_bits(side, &at, first ? 9 : 8);
    at += first ? (size_t)(frame->mono ? 5 + 4 : 3 + 8) : (size_t)(frame->mono ? 1 : 2);
    for (int part = 0; part < granules * channels; part++) {
        bits += take_bits(side, &at, 12);
        if (take_bits(side, &at, 9) > PAIRS) return false;
        at += first ? 8 + 4 : 8 + 9;
        const bool switched = take_bits(side, &at, 1);
        if (switched && take_bits(side, &at, 2) == 0) return false; // a normal block switches none
        at += switched ? 20 : 22;
        at += first ? 3 : 2;
    }
    return bits <= 8 * (begin + frame->bytes - bytes_before_sound(frame));
}

// ---- Tags ----

int64_t mpeg_tags_end(int fd, int64_t size)
{
    int64_t at = 0;
    unsigned char h[10];
    while (at < size && file_read_at(fd, at, h, 10) == 10) {
        if (memcmp(h, "ID3", 3) == 0) {
            const int64_t bytes =
                (h[6] & 0x7f) << 21 | (h[7] & 0x7f) << 14 | (h[8] & 0x7f) << 7 | (h[9] & 0x7f);
            at += 10 + bytes + (h[5] & 0x10 ? 10 : 0);
        } else if (h[0] == 0) {
            while (at < size && file_read_at(fd, at, h, 1) == 1 && h[0] == 0) at++; // padding
        } else {
            break;
        }
    }
    return at < size ? at : size;
}

// Returns the bytes of the tag that ends at `end`, 0 if there is none.
static int64_t tag_before(int fd, int64_t end)
{
    unsigned char t[128];
    if (end >= 128 && file_read_at(fd, end - 128, t, 128) == 128) {
        if (memcmp(t, "TAG", 3) == 0) return 128;
        const unsigned char *ape = t + 96, *lyrics = t + 113;
        if (memcmp(ape, "APETAGEX", 8) == 0) {
            const int64_t bytes = (int64_t)ape[12] | (int64_t)ape[13] << 8 |
                                  (int64_t)ape[14] << 16 | (int64_t)ape[15] << 24;
            return bytes + (ape[23] & 0x80 ? 32 : 0);
        }
        if (memcmp(lyrics + 6, "LYRICS200", 9) == 0) {
            char digits[7] = {0};
            memcpy(digits, lyrics, 6);
            return atol(digits) + 15;
        }
        if (memcmp(t + 118, "3DI", 3) == 0)
            return 20 + ((t[124] & 0x7f) << 21 | (t[125] & 0x7f) << 14 | (t[126] & 0x7f) << 7 |
                         (t[127] & 0x7f));
    }
    return 0;
}

int64_t mpeg_tags_begin(int fd, int64_t size)
{
    for (int64_t end = size, bytes;; end -= bytes) {
        bytes = tag_before(fd, end);
        if (bytes <= 0 || bytes > end) return end;
    }
}

// True if three frames of one kind, or all up to the end, are at `at`.
static bool are_frames(int fd, int64_t at, int64_t size)
{
    enum { FRAMES = 3 };
    MpegFrame first = {.bytes = 0}, frame;
    unsigned char header[4];
    for (int i = 0; i < FRAMES; i++, at += (int64_t)frame.bytes) {
        if (i > 0 && at >= size - 4) return true;
        if (file_read_at(fd, at, header, 4) < 4 || !mpeg_frame_read(header, &frame)) return false;
        if (i == 0) first = frame;
        if (frame.version != first.version || frame.layer != first.layer ||
            frame.rate != first.rate)
            return false;
    }
    return true;
}

int64_t mpeg_find_frames(int fd, int64_t at, int64_t size, int64_t reach)
{
    unsigned char bytes[4096];
    for (int64_t from = at; from <= at + reach;) {
        const size_t n = file_read_at(fd, from, bytes, sizeof bytes);
        for (size_t i = 0; i < n && from + (int64_t)i <= at + reach; i++)
            if (bytes[i] == 0xff && are_frames(fd, from + (int64_t)i, size))
                return from + (int64_t)i;
        if (n < sizeof bytes) return -1;
        from += (int64_t)n;
    }
    return -1;
}
