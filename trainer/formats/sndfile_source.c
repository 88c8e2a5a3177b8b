// Parts that libsndfile decodes: WAV, FLAC, Ogg, AU and many more.
#include "formats/audio_source.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// libsndfile keeps the error of a failed opening for the whole process: one thread opens at a time.
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;

// libsndfile's messages end with a full stop; ours do not.
static bool set_reason(Error *error, const char *reason)
{
    const size_t length = strlen(reason);
    const bool stop = length > 0 && reason[length - 1] == '.';
    return error_set(error, "%.*s", (int)(length - stop), reason);
}

// If a header announces more bytes of sound than the file has, libsndfile believes the file, and
// reports it only in its log: "data : 88200 (should be 4410)". Programs that write to a pipe
// announce about 2 or 4 GB, which means nothing.
static double announced_share(SNDFILE *file)
{
    enum { NO_LENGTH = 0x7fff0000 };
    char log[8192];
    if (sf_command(file, SFC_GET_LOG_INFO, log, sizeof log) <= 0) return 1.0;
    char *rest = NULL;
    for (const char *line = strtok_r(log, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        long long announced = 0, have = 0;
        if (sscanf(line, " data : %lld (should be %lld)", &announced, &have) != 2 &&
            sscanf(line, " SSND : %lld (should be %lld)", &announced, &have) != 2 &&
            sscanf(line, " Data Size : %lld (should be %lld)", &announced, &have) != 2)
            continue;
        if (announced > have && have > 0 && announced < NO_LENGTH)
            return (double)announced / (double)have;
    }
    return 1.0;
}

static size_t read_frames(AudioSource *source, float *samples, size_t room, Error *error)
{
    const sf_count_t got = sf_readf_float(source->decoder, samples, (sf_count_t)room);
    if (got > 0) return (size_t)got;
    if (sf_error(source->decoder)) {
        source->faults.cut = true;
        set_reason(error, sf_strerror(source->decoder));
    }
    return 0;
}

static void close_file(AudioSource *source)
{
    sf_close(source->decoder);
}

bool sndfile_source_open(AudioSource *source, const AudioPart *part, Error *error)
{
    static const SourceCalls calls = {read_frames, close_file};
    SF_INFO info = part->raw;
    SF_VIRTUAL_IO io = file_slice_io();
    pthread_mutex_lock(&open_lock);
    SNDFILE *file = sf_open_virtual(&io, SFM_READ, &info, &source->slice);
    if (!file) set_reason(error, sf_strerror(NULL));
    pthread_mutex_unlock(&open_lock);
    if (!file) return false;
    const bool told = info.frames > 0 && info.frames < SF_COUNT_MAX;
    source->calls = &calls;
    source->decoder = file;
    source->channels = info.channels;
    source->rate = info.samplerate;
    source->seconds = told && info.samplerate > 0 ? (double)info.frames / info.samplerate : 0.0;
    source->announced = told ? (uint64_t)llround((double)info.frames * announced_share(file)) : 0;
    return true;
}
