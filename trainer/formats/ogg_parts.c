// The links of an Ogg file (RFC 3533): each begins with pages that are marked as the first of their
// streams. Pages have a checksum and a number, which tell damage wherever it is.
#include "formats/audio_parts.h"
#include "formats/file_slice.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 27, PAGE_MAX = HEADER + 255 + 255 * 255, BUFFER = 1 << 20 };
enum { CONTINUED = 1, FIRST = 2, LAST = 4 }; // flags of a page

static uint32_t crc_table[256];
static pthread_once_t crc_once = PTHREAD_ONCE_INIT;

static void make_crc_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t r = i << 24;
        for (int bit = 0; bit < 8; bit++) r = r & 0x80000000u ? r << 1 ^ 0x04c11db7u : r << 1;
        crc_table[i] = r;
    }
}

static uint32_t little_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

// Returns the bytes of the page at the beginning of n bytes, 0 if it is none or not whole.
static size_t page_size(const unsigned char *page, size_t n)
{
    if (n < HEADER || memcmp(page, "OggS\0", 5) != 0) return 0;
    const size_t segments = page[26];
    size_t size = HEADER + segments;
    if (n < size) return 0;
    for (size_t i = 0; i < segments; i++) size += page[HEADER + i];
    if (n < size) return 0;
    uint32_t crc = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = i >= 22 && i < 26 ? 0 : page[i];
        crc = crc << 8 ^ crc_table[(crc >> 24 ^ byte) & 0xff];
    }
    return crc == little_endian(page + 22) ? size : 0;
}

typedef struct {
    AudioParts *parts;
    int64_t start;           // of the present link; -1 before the first
    bool heads;              // the pages so far are the first of their streams
    uint32_t serial, number; // of the last page
    bool last;               // it is marked as the last of its stream
    int64_t skipped;         // bytes before the present place that are no page
    bool lost;               // pages are missing there
} Scan;

static bool end_link(Scan *scan, int64_t end, Error *error)
{
    const AudioPart part = {.start = scan->start, .end = end};
    return scan->start < 0 || audio_parts_add(scan->parts, part, error);
}

static void note_damage(Scan *scan)
{
    scan->parts->faults.places += scan->skipped > 0 || scan->lost;
    scan->parts->faults.skipped += (uint64_t)scan->skipped;
    scan->skipped = 0;
    scan->lost = false;
}

static bool take_page(Scan *scan, const unsigned char *page, int64_t at, Error *error)
{
    const uint32_t serial = little_endian(page + 14), number = little_endian(page + 18);
    const bool first = page[5] & FIRST;
    if (first && !scan->heads) {
        if (!end_link(scan, at, error)) return false;
        if (scan->start >= 0 && !scan->last) scan->lost = true; // the link before it was cut
        scan->start = at;
    }
    scan->lost |= !first && scan->serial == serial && number != scan->number + 1;
    note_damage(scan);
    scan->heads = first;
    scan->serial = serial;
    scan->number = number;
    scan->last = page[5] & LAST;
    return true;
}

// Zeros and tags that some programs add at the end are no damage.
static bool is_padding(const unsigned char *bytes, size_t n)
{
    size_t zeros = 0;
    while (zeros < n && bytes[zeros] == 0) zeros++;
    return zeros == n || (n == 128 && memcmp(bytes, "TAG", 3) == 0);
}

static bool scan_pages(Scan *scan, unsigned char *buffer, int fd, int64_t size, Error *error)
{
    int64_t at = 0, from = 0;
    size_t have = 0;
    while (at < size) {
        if (from + (int64_t)have < size && at + PAGE_MAX > from + (int64_t)have) {
            from = at;
            have = file_read_at(fd, at, buffer, BUFFER);
            if (have == 0) break;
        }
        const unsigned char *place = buffer + (at - from);
        const size_t left = have - (size_t)(at - from), page = page_size(place, left);
        if (page > 0) {
            if (!take_page(scan, place, at, error)) return false;
            at += (int64_t)page;
            continue;
        }
        if (left == (size_t)(size - at) && is_padding(place, left)) return true;
        const unsigned char *next = left > 1 ? memchr(place + 1, 'O', left - 1) : NULL;
        const int64_t step = next ? next - place : (int64_t)left;
        scan->skipped += step;
        at += step;
    }
    return true;
}

bool ogg_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error)
{
    char start[4];
    *found = file_read_at(fd, 0, start, 4) == 4 && memcmp(start, "OggS", 4) == 0;
    if (!*found) return true;
    unsigned char *buffer = malloc(BUFFER);
    if (!buffer) return error_out_of_memory(error);
    pthread_once(&crc_once, make_crc_table);
    Scan scan = {.parts = parts, .start = -1};
    const bool ok = scan_pages(&scan, buffer, fd, size, error) && end_link(&scan, size, error);
    free(buffer);
    // What is left at the end is a page that is not whole, or a file that ends without its mark.
    parts->faults.cut = scan.start >= 0 && (scan.skipped > 0 || !scan.last);
    for (size_t i = 0; i < parts->count; i++)
        parts->part[i].whole = parts->faults.places == 0 && !parts->faults.cut;
    *found = parts->count > 0;
    return ok;
}
