#include "cli/explain_audio.h"

#include "audio/audio.h"

#include <stdio.h>
#include <sys/stat.h>

// Safetensors files begin with their header's length; then comes the header, which is JSON.
bool is_safetensors(const char *path)
{
    char start[9];
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    const bool found = fread(start, 1, sizeof start, file) == sizeof start && start[8] == '{';
    fclose(file);
    return found;
}

bool explain_audio(const char *path, const char *what_to_do, Error *error)
{
    Error ignored;
    AudioReader *reader = is_safetensors(path) ? NULL : audio_open(path, &ignored);
    if (!reader) return false;
    audio_close(reader);
    return error_set(error, "%s: this is audio; %s", path, what_to_do);
}
