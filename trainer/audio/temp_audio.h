// temp_audio.h: sound that was made, on disk until it has been used: written piece by piece to a
// file without a name, then read as a Sound. Nothing is left of it, whatever happens. Blocks and
// allocates; one thread at a time.
#ifndef TRASLUZ_TEMP_AUDIO_H
#define TRASLUZ_TEMP_AUDIO_H

#include "audio/sound.h"
#include "files/error.h"

typedef struct SoundStore SoundStore;

// Beside `path`, a file that comes of it, which messages name.
SoundStore *sound_store_new(const char *path, Error *error);
void sound_store_free(SoundStore *store); // NULL is allowed

// An AudioSink (see audio.h), whose data is the store.
bool sound_store_add(void *store, const float *samples, size_t n, Error *error);

// What was added, at least one sample; it is there until the store is freed. Nothing can be added
// any more.
bool sound_store_open(SoundStore *store, Sound *sound, Error *error);

#endif
