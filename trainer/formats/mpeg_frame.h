// mpeg_frame.h: headers of MPEG audio frames (ISO 11172-3 and 13818-3, and "2.5"), and where the
// tags of MP3 files are. Any thread; allocates nothing.
#ifndef TRASLUZ_MPEG_FRAME_H
#define TRASLUZ_MPEG_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t bytes; // of the frame
    int samples;  // of each channel
    int rate;     // Hz
    int version;  // 1, 2, or 3 for 2.5
    int layer;    // 1 to 3
    bool mono;
    bool checked; // it has a checksum
} MpegFrame;

// Reads a header; false if it is none, or of a free bit rate.
bool mpeg_frame_read(const unsigned char header[4], MpegFrame *frame);

// True unless the side information of a layer III frame contradicts itself, which tells most damage
// behind a whole header. bytes[n] begins with the header.
bool mpeg_side_information_check(const MpegFrame *frame, const unsigned char *bytes, size_t n);

// Returns where the first tags end and the last begin, for a file of `size` bytes: ID3v2 and ID3v1,
// APE, Lyrics3.
int64_t mpeg_tags_end(int fd, int64_t size);
int64_t mpeg_tags_begin(int fd, int64_t size);

// Returns where the first frame is that others follow, at `at` or up to `reach` bytes later; -1 if
// there is none.
int64_t mpeg_find_frames(int fd, int64_t at, int64_t size, int64_t reach);

#endif
