// audio_source.h: the decoder of one part of an audio file (audio_parts.h): libFLAC,
// libmpg123 for MP3, or libsndfile. Blocks and allocates; one thread at a time for each source.
#ifndef TRASLUZ_AUDIO_SOURCE_H
#define TRASLUZ_AUDIO_SOURCE_H

#include "formats/audio_parts.h"
#include "formats/file_slice.h"

typedef struct AudioSource AudioSource;

// The decoder's own functions.
typedef struct {
    size_t (*read)(AudioSource *source, float *samples, size_t room, Error *error);
    void (*close)(AudioSource *source);
} SourceCalls;

struct AudioSource {
    const SourceCalls *calls;
    FileSlice slice;
    void *decoder;
    int channels;
    double rate;        // Hz
    double seconds;     // expected; 0: unknown
    uint64_t announced; // frames; 0: unknown
    bool changed;       // channels and rate are new from the next frame on
    AudioFaults faults; // complete at the end
};

// Opens a part; NULL with the decoder's reason. The caller closes it; the file must stay open.
AudioSource *audio_source_open(int fd, const AudioPart *part, Error *error);
void audio_source_close(AudioSource *source); // NULL is allowed

// Reads up to `room` frames and returns their number. 0 at the end, and where channels and rate
// change: then `changed` is true until the next call.
size_t audio_source_read(AudioSource *source, float *samples, size_t room, Error *error);

// For audio_source_open(): fill a source whose slice is set. Messages do not repeat the path.
bool sndfile_source_open(AudioSource *source, const AudioPart *part, Error *error);
bool flac_source_open(AudioSource *source, Error *error);
bool mpg123_source_open(AudioSource *source, Error *error);

#endif
