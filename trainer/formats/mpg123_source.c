// MP3 (and layers I and II), by libmpg123, frame by frame: where each frame lies in the file tells
// which bytes are none.
#include "formats/audio_source.h"
#include "formats/mpeg_frame.h"

#include <mpg123.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    mpg123_handle *handle;
    const float *audio; // decoded frames that were not read yet
    size_t frames;
    bool primed;   // the first frame was read, to learn the format
    bool switches; // the format is new, but frames of the old one had to be given first
    bool begun, ended;
    int64_t next;           // where the frame after the last one must be
    uint64_t told, decoded; // MPEG frames: told by a Xing or VBRI header; 0: unknown
    int frame_samples;
} Mpeg;

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void init_library(void)
{
    mpg123_init(); // does nothing in later versions
}

// The number of frames that the first one announces instead of sound (Xing, LAME, Fraunhofer).
static uint64_t told_frames(const FileSlice *slice)
{
    unsigned char bytes[64];
    MpegFrame frame;
    const size_t n = file_read_at(slice->fd, slice->start, bytes, sizeof bytes);
    if (n < sizeof bytes || !mpeg_frame_read(bytes, &frame)) return 0;
    const size_t side = frame.version == 1 ? (frame.mono ? 17 : 32) : frame.mono ? 9 : 17;
    const unsigned char *xing = bytes + 4 + side, *vbri = bytes + 36, *count = NULL;
    if ((memcmp(xing, "Xing", 4) == 0 || memcmp(xing, "Info", 4) == 0) && xing[7] & 1)
        count = xing + 8;
    else if (memcmp(vbri, "VBRI", 4) == 0)
        count = vbri + 14;
    return count ? (uint64_t)count[0] << 24 | (uint64_t)count[1] << 16 | (uint64_t)count[2] << 8 |
                       count[3]
                 : 0;
}

// Notes the bytes from `from` to `to`, which are no frame. Tags and padding are no damage.
static void note_gap(AudioSource *source, int64_t from, int64_t to)
{
    static const char *const tags[] = {"ID3", "TAG", "APETAGEX", "LYRICSBEGIN", "3DI"};
    unsigned char bytes[16];
    if (to <= from) return;
    const size_t n = file_read_at(source->slice.fd, source->slice.start + from, bytes,
                                  to - from < 16 ? (size_t)(to - from) : sizeof bytes);
    size_t zeros = 0;
    while (zeros < n && bytes[zeros] == 0) zeros++;
    if (zeros == n) return;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (n >= strlen(tags[i]) && memcmp(bytes, tags[i], strlen(tags[i])) == 0) return;
    MpegFrame frame;
    const int64_t size = source->slice.end - source->slice.start;
    if (to == size && mpeg_frame_read(bytes, &frame) && (int64_t)frame.bytes > to - from) {
        source->faults.cut = true;
        return;
    }
    source->faults.places++;
    source->faults.skipped += (uint64_t)(to - from);
}

// Notes damage inside a frame whose header is whole.
static void check_frame(AudioSource *source, int64_t at)
{
    unsigned char bytes[64];
    MpegFrame frame;
    const size_t n = file_read_at(source->slice.fd, source->slice.start + at, bytes, sizeof bytes);
    if (n < 4 || !mpeg_frame_read(bytes, &frame)) return;
    source->faults.places += !mpeg_side_information_check(&frame, bytes, n);
}

// Takes what the decoder gave of a frame.
static void take_frame(AudioSource *source, Mpeg *mpeg)
{
    unsigned long header;
    unsigned char *body;
    size_t bytes;
    const int64_t at = mpg123_framepos(mpeg->handle);
    mpeg->decoded++;
    if (mpg123_framedata(mpeg->handle, &header, &body, &bytes) != MPG123_OK || at < mpeg->next)
        return;
    if (mpeg->begun) note_gap(source, mpeg->next, at);
    mpeg->begun = true;
    mpeg->next = at + 4 + (int64_t)bytes;
    check_frame(source, at);
}

static void finish(AudioSource *source, Mpeg *mpeg)
{
    mpeg->ended = true;
    note_gap(source, mpeg->next, source->slice.end - source->slice.start);
    // The frame that tells the number may count itself.
    if (mpeg->told > mpeg->decoded + 1)
        source->faults.missing = (mpeg->told - mpeg->decoded) * (uint64_t)mpeg->frame_samples;
}

static bool read_format(AudioSource *source, Mpeg *mpeg)
{
    long rate;
    int channels, encoding;
    if (mpg123_getformat(mpeg->handle, &rate, &channels, &encoding) != MPG123_OK) return false;
    source->changed = source->rate != (double)rate || source->channels != channels;
    source->rate = (double)rate;
    source->channels = channels;
    return true;
}

// Decodes the next frame; false at the end, and where the format changes.
static bool decode_frame(AudioSource *source, Mpeg *mpeg)
{
    off_t number;
    unsigned char *audio = NULL;
    size_t bytes = 0;
    while (!mpeg->ended) {
        const int next = mpeg->primed ? MPG123_OK : mpg123_framebyframe_next(mpeg->handle);
        mpeg->primed = false;
        if (next == MPG123_NEW_FORMAT)
            read_format(source, mpeg);
        else if (next != MPG123_OK) {
            finish(source, mpeg);
            break;
        }
        take_frame(source, mpeg);
        if (mpg123_framebyframe_decode(mpeg->handle, &number, &audio, &bytes) != MPG123_OK)
            source->faults.places++;
        mpeg->audio = (const float *)(const void *)audio;
        mpeg->frames = audio ? bytes / sizeof(float) / (size_t)source->channels : 0;
        if (source->changed) return false;
        if (mpeg->frames > 0) return true;
    }
    return false;
}

static size_t read_frames(AudioSource *source, float *samples, size_t room, Error *error)
{
    (void)error;
    Mpeg *mpeg = source->decoder;
    size_t done = 0;
    source->changed = mpeg->switches;
    mpeg->switches = false;
    if (source->changed) return 0;
    while (done < room) {
        if (mpeg->frames == 0 && (mpeg->ended || !decode_frame(source, mpeg))) break;
        const size_t channels = (size_t)source->channels, left = room - done;
        const size_t n = mpeg->frames < left ? mpeg->frames : left;
        memcpy(samples + done * channels, mpeg->audio, n * channels * sizeof *samples);
        mpeg->audio += n * channels;
        mpeg->frames -= n;
        done += n;
    }
    mpeg->switches = source->changed && done > 0;
    if (done > 0) source->changed = false;
    return done;
}

static void close_handle(AudioSource *source)
{
    Mpeg *mpeg = source->decoder;
    if (mpeg->handle) mpg123_delete(mpeg->handle);
    free(mpeg);
}

static bool open_handle(AudioSource *source, Mpeg *mpeg)
{
    mpg123_handle *handle = mpeg->handle = mpg123_new(NULL, NULL);
    return handle &&
           mpg123_param(handle, MPG123_REMOVE_FLAGS, MPG123_AUTO_RESAMPLE, 0.0) == MPG123_OK &&
           mpg123_param(handle, MPG123_ADD_FLAGS,
                        MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_GAPLESS, 0.0) == MPG123_OK &&
           mpg123_param(handle, MPG123_VERBOSE, 0, 0.0) == MPG123_OK &&
           mpg123_param(handle, MPG123_RESYNC_LIMIT, -1, 0.0) == MPG123_OK &&
           mpg123_replace_reader_handle(handle, file_slice_read, file_slice_seek, NULL) ==
               MPG123_OK &&
           mpg123_open_handle(handle, &source->slice) == MPG123_OK &&
           mpg123_framebyframe_next(handle) == MPG123_NEW_FORMAT && read_format(source, mpeg);
}

bool mpg123_source_open(AudioSource *source, Error *error)
{
    static const SourceCalls calls = {read_frames, close_handle};
    pthread_once(&library_once, init_library);
    Mpeg *mpeg = calloc(1, sizeof *mpeg);
    if (!mpeg) return error_out_of_memory(error);
    source->calls = &calls;
    source->decoder = mpeg;
    if (!open_handle(source, mpeg)) return error_set(error, "not an MP3 file that can be read");
    source->changed = false;
    mpeg->primed = true;
    mpeg->told = told_frames(&source->slice);
    const double frames = (double)mpg123_length(mpeg->handle);
    source->seconds = frames > 0.0 ? frames / source->rate : 0.0;
    struct mpg123_frameinfo info;
    mpeg->frame_samples = mpg123_info(mpeg->handle, &info) != MPG123_OK   ? 1152
                          : info.layer == 1                               ? 384
                          : info.layer == 3 && info.version != MPG123_1_0 ? 576
                                                                          : 1152;
    return true;
}
