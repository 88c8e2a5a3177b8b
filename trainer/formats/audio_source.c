#include "formats/audio_source.h"

#include <stdlib.h>

AudioSource *audio_source_open(int fd, const AudioPart *part, Error *error)
{
    AudioSource *source = calloc(1, sizeof *source);
    if (!source) {
        error_out_of_memory(error);
        return NULL;
    }
    source->slice = (FileSlice){.fd = fd, .start = part->start, .end = part->end};
    const bool ok = part->decoder == DECODER_MPG123 ? mpg123_source_open(source, error)
                    : part->decoder == DECODER_FLAC ? flac_source_open(source, error)
                                                    : sndfile_source_open(source, part, error);
    if (ok && source->channels >= 1 && source->rate >= 1.0) return source;
    if (ok) error_set(error, "no channels or no sample rate");
    audio_source_close(source);
    return NULL;
}

void audio_source_close(AudioSource *source)
{
    if (!source) return;
    if (source->decoder) source->calls->close(source);
    free(source);
}

size_t audio_source_read(AudioSource *source, float *samples, size_t room, Error *error)
{
    source->changed = false;
    return source->calls->read(source, samples, room, error);
}
