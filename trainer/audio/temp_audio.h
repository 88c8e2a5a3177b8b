// temp_audio.h: sound on disk until it is used: written piece by piece to a file without a name,
// then read as a Sound. Nothing is left of it, even if the program is killed. Blocks and allocates;
// one thread at a time.
#ifndef TRASLUZ_TEMP_AUDIO_H
#define TRASLUZ_TEMP_AUDIO_H

#include "audio/sound.h"
#include "files/error.h"

typedef struct TempAudio TempAudio;

// Creates it in the folder of `path`, the file that is made from it, which messages name.
TempAudio *temp_audio_new(const char *path, Error *error);
void temp_audio_free(TempAudio *store); // NULL is allowed

// Adds samples; an AudioSink (see audio.h) whose data is the store.
bool temp_audio_add(void *store, const float *samples, size_t n, Error *error);

// Opens what was added, at least one sample, for reading until the store is freed. Nothing can be
// added after that.
bool temp_audio_open(TempAudio *store, Sound *sound, Error *error);

#endif
