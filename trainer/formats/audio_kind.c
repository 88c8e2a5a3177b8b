#include "formats/audio_kind.h"

#include "formats/file_slice.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { START = 4096 };

#define CONVERT  "convert it, for instance with ffmpeg"
#define EXTRACT  "extract its sound, for instance with ffmpeg"
#define RENDER   "it has notes and no sound: render it first, for instance with fluidsynth"
#define TRACKER  "render it first, for instance with openmpt123"
#define UNPACK   "unpack it first"
#define NO_AUDIO "it is no audio"

typedef struct {
    const char *bytes;
    size_t length, at;
    const char *kind, *advice;
} Mark;

#define MARK(at, bytes, kind, advice)                                                              \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1, (at), (kind), (advice)                                         \
    }

// The more special ones come first.
static const Mark marks[] = {
    MARK(4, "ftypM4A", "AAC", CONVERT),
    MARK(4, "ftypM4B", "AAC", CONVERT),
    MARK(4, "ftypM4V", "MP4 video", EXTRACT),
    MARK(4, "ftypqt", "QuickTime video", EXTRACT),
    MARK(4, "ftyp", "MP4 (AAC or video)", EXTRACT),
    MARK(4, "moov", "QuickTime video", EXTRACT),
    MARK(0, "\xff\xf1", "AAC", CONVERT),
    MARK(0, "\xff\xf9", "AAC", CONVERT),
    MARK(0, "ADIF", "AAC", CONVERT),
    MARK(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA or WMV", CONVERT),
    MARK(0, "MThd", "MIDI", RENDER),
    MARK(8, "RMID", "MIDI", RENDER),
    MARK(0, "MAC ", "Monkey's Audio", CONVERT),
    MARK(0, "wvpk", "WavPack", CONVERT),
    MARK(0, "MPCK", "Musepack", CONVERT),
    MARK(0, "MP+", "Musepack", CONVERT),
    MARK(0, "TTA1", "True Audio", CONVERT),
    MARK(0, "OFR ", "OptimFROG", CONVERT),
    MARK(0, "tBaK", "TAK", CONVERT),
    MARK(0, "DSD ", "DSD", CONVERT),
    MARK(0, "FRM8", "DSD", CONVERT),
    MARK(0, "#!AMR", "AMR", CONVERT),
    MARK(0, ".RMF", "RealMedia", CONVERT),
    MARK(28, "Speex   ", "Speex", CONVERT),
    MARK(29, "theora", "Ogg video", EXTRACT),
    MARK(28, "fishead", "Ogg video", EXTRACT),
    MARK(0, "\x1a\x45\xdf\xa3", "Matroska or WebM", EXTRACT),
    MARK(8, "AVI ", "AVI video", EXTRACT),
    MARK(0, "FLV", "Flash video", EXTRACT),
    MARK(0, "\0\0\1\xba", "MPEG video", EXTRACT),
    MARK(0, "\0\0\1\xb3", "MPEG video", EXTRACT),
    MARK(0, "IMPM", "a tracker module", TRACKER),
    MARK(0, "Extended Module: ", "a tracker module", TRACKER),
    MARK(44, "SCRM", "a tracker module", TRACKER),
    MARK(1080, "M.K.", "a tracker module", TRACKER),
    MARK(0, "PK\3\4", "a ZIP archive", UNPACK),
    MARK(0, "Rar!", "a RAR archive", UNPACK),
    MARK(0, "7z\xbc\xaf", "a 7-Zip archive", UNPACK),
    MARK(0, "\x1f\x8b", "a gzip archive", UNPACK),
    MARK(0, "BZh", "a bzip2 archive", UNPACK),
    MARK(0,
         "\xfd"
         "7zXZ",
         "an xz archive", UNPACK),
    MARK(257, "ustar", "a tar archive", UNPACK),
    MARK(0, "%PDF", "a PDF document", NO_AUDIO),
    MARK(0, "\xff\xd8\xff", "a JPEG picture", NO_AUDIO),
    MARK(0, "\x89PNG", "a PNG picture", NO_AUDIO),
    MARK(0, "GIF8", "a GIF picture", NO_AUDIO),
    MARK(8, "WEBP", "a WebP picture", NO_AUDIO),
    MARK(0,
         "\x7f"
         "ELF",
         "a program", NO_AUDIO),
    MARK(0, "SQLite format", "a database", NO_AUDIO),
};

static const struct {
    const char *text, *kind, *advice;
} texts[] = {
    {"<!doctype html", "a web page", "the download has failed: download it again"},
    {"<html", "a web page", "the download has failed: download it again"},
    {"<?xml", "an XML file", NO_AUDIO},
    {"#EXTM3U", "a list of files", "name the files themselves"},
    {"[playlist]", "a list of files", "name the files themselves"},
};

static bool refuse(const char *kind, const char *advice, Error *error)
{
    return error_set(error, "%s is not supported: %s", kind, advice);
}

static bool begins_with_text(const char *start, size_t n, const char *text)
{
    while (n > 0 && (isspace((unsigned char)*start) || memchr("\xef\xbb\xbf", *start, 3)))
        start++, n--;
    return n >= strlen(text) && strncasecmp(start, text, strlen(text)) == 0;
}

static bool has_mark(const char *start, size_t n, const Mark *mark)
{
    return n >= mark->at + mark->length && memcmp(start + mark->at, mark->bytes, mark->length) == 0;
}

// MPEG transport streams have a mark in every 188th byte.
static bool is_transport_stream(const char *start, size_t n)
{
    if (n < 3 * 188 + 1) return false;
    for (size_t i = 0; i <= 3; i++)
        if (start[188 * i] != 'G') return false;
    return true;
}

static bool is_zeros(const char *start, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (start[i] != 0) return false;
    return true;
}

bool audio_kind_check(int fd, int64_t size, Error *error)
{
    char start[START];
    const size_t n = file_read_at(fd, 0, start, sizeof start);
    if (size >= START && is_zeros(start, n))
        return error_set(error, "it begins with zeros: the download or the copy has failed");
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (has_mark(start, n, &marks[i])) return refuse(marks[i].kind, marks[i].advice, error);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (begins_with_text(start, n, texts[i].text))
            return refuse(texts[i].kind, texts[i].advice, error);
    return !is_transport_stream(start, n) || refuse("MPEG video", EXTRACT, error);
}
