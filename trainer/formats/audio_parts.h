// audio_parts.h: the parts of an audio file that are decoded one after another: the links of a
// chained Ogg file, joined FLAC files, the data of a WAV or AIFF file whose header has a wrong
// size; most files have one. What the container itself tells of damage is found on the way. Blocks
// and allocates; any thread.
#ifndef TRASLUZ_AUDIO_PARTS_H
#define TRASLUZ_AUDIO_PARTS_H

#include "files/error.h"
#include "formats/audio_faults.h"

#include <sndfile.h>

typedef enum { DECODER_SNDFILE, DECODER_FLAC, DECODER_MPG123 } AudioDecoder;

typedef struct {
    AudioDecoder decoder;
    int64_t start, end; // bytes of the file
    SF_INFO raw;        // of samples without a header; all 0 for others
    bool whole;         // the container was checked, and has no fault
} AudioPart;

typedef struct {
    AudioPart *part;
    size_t count, room;
    AudioFaults faults;
} AudioParts;

// Finds the parts of a file of `size` bytes, at least one. The caller frees them with
// audio_parts_free(), also on failure.
bool audio_parts_find(AudioParts *parts, int fd, int64_t size, Error *error);
void audio_parts_free(AudioParts *parts);

// For the functions that know a container: false if out of memory.
bool audio_parts_add(AudioParts *parts, AudioPart part, Error *error);

// Each returns true and sets *found to whether the file is of its kind and has parts of its own;
// otherwise libsndfile reads it as one.
bool ogg_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error);
bool flac_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error);
bool aiff_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error);
bool wav_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error);
bool mpeg_parts_find(AudioParts *parts, int fd, int64_t size, bool *found, Error *error);

#endif
