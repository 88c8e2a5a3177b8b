// MP3 files: one part, from the first frame to the tags at the end.
#include "formats/audio_parts.h"
#include "formats/file_slice.h"
#include "formats/mpeg_frame.h"

#include <string.h>

// What other formats begin with, in which bytes may look like frames.
static bool is_other(int fd)
{
    static const char *const marks[] = {"RIFF",
                                        "RIFX",
                                        "RF64",
                                        "FORM",
                                        ".snd",
                                        "dns.",
                                        "caff",
                                        "riff",
                                        "NIST",
                                        "Crea",
                                        "fLaC",
                                        "2BIT",
                                        "PVF1",
                                        "OggS",
                                        "\0\0\1\272",
                                        "\0\0\1\263",
                                        "\032\105\337\243",
                                        "%PDF",
                                        "PK\3\4"};
    char start[4];
    if (file_read_at(fd, 0, start, 4) < 4) return true;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memcmp(start, marks[i], 4) == 0) return true;
    return false;
}

static bool is_sync(const unsigned char header[4])
{
    return header[0] == 0xff && (header[1] & 0xe0) == 0xe0;
}

// True of a header whose bit rate is free: the length of its frame is not told.
static bool is_free_rate(const unsigned char header[4])
{
    const unsigned char known[4] = {header[0], header[1], header[2] | 0x10, header[3]};
    MpegFrame frame;
    return header[2] >> 4 == 0 && mpeg_frame_read(known, &frame);
}

bool mpeg_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error)
{
    enum { JUNK = 65536 }; // bytes before the first frame, at most
    unsigned char mark[4] = "";
    *found = false;
    if (is_other(fd)) return true;
    const int64_t begin = mpeg_tags_end(fd, size);
    if (file_read_at(fd, begin, mark, 4) == 4 && memcmp(mark, "fLaC", 4) == 0) return true;
    int64_t first = mpeg_find_frames(fd, begin, size, JUNK);
    if (first < 0 && is_free_rate(mark)) first = begin;
    // libsndfile would take it for one, and libmpg123 would complain on the terminal.
    if (first < 0 && is_sync(mark)) return error_set(error, "begins like an MP3 file, but is none");
    if (first < 0) return true;
    *found = true;
    parts->faults.places = first > begin;
    parts->faults.skipped = (uint64_t)(first - begin);
    const AudioPart part = {
        .decoder = DECODER_MPG123, .start = first, .end = mpeg_tags_begin(fd, size)};
    return audio_parts_add(parts, part, error);
}
