#include "formats/audio_parts.h"

#include <stdlib.h>

bool audio_parts_add(AudioParts *parts, AudioPart part, Error *error)
{
    if (parts->count == parts->room) {
        const size_t room = parts->room * 2 + 4;
        AudioPart *moved = realloc(parts->part, room * sizeof *moved);
        if (!moved) return error_out_of_memory(error);
        parts->part = moved;
        parts->room = room;
    }
    parts->part[parts->count++] = part;
    return true;
}

void audio_parts_free(AudioParts *parts)
{
    free(parts->part);
    *parts = (AudioParts){0};
}

bool audio_parts_find(AudioParts *parts, int fd, int64_t size, Error *error)
{
    typedef bool Find(AudioParts *, int, int64_t, bool *, Error *);
    static Find *const find[] = {ogg_parts_find, flac_parts_find, wav_parts_find, aiff_parts_find,
                                 mpeg_parts_find};
    bool found = false;
    *parts = (AudioParts){0};
    for (size_t i = 0; !found && i < sizeof find / sizeof *find; i++)
        if (!find[i](parts, fd, size, &found, error)) return false;
    return found || audio_parts_add(parts, (AudioPart){.end = size}, error);
}
