#include "audio/audio.h"

#include "audio/sound_hash.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIECE = 4096 }; // frames read at a time

struct AudioReader {
    SNDFILE *file;
    int channels;
    double rate;
    double seconds;           // expected
    uint64_t announced, have; // frames
    AudioFaults faults;
};

// libsndfile keeps the error of a failed opening, and initializes its MP3 library, for the whole
// process: one thread opens at a time.
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;

// ---- Opening ----

// libsndfile's messages end with a full stop; ours do not.
static bool set_reason(Error *error, const char *reason)
{
    const size_t length = strlen(reason);
    const bool stop = length > 0 && reason[length - 1] == '.';
    return error_set(error, "%.*s", (int)(length - stop), reason);
}

static SNDFILE *open_file(const char *path, SF_INFO *info, Error *error)
{
    pthread_mutex_lock(&open_lock);
    SNDFILE *file = sf_open(path, SFM_READ, info);
    if (!file) set_reason(error, sf_strerror(NULL));
    pthread_mutex_unlock(&open_lock);
    return file;
}

// Opening a pipe would wait for a writer.
static bool check_regular(const char *path, Error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) return error_set(error, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode)) return error_set(error, "not a regular file");
    if (status.st_size == 0) return error_set(error, "the file is empty");
    return true;
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

AudioReader *audio_open(const char *path, Error *error)
{
    SF_INFO info = {0};
    if (!check_regular(path, error)) return NULL;
    SNDFILE *file = open_file(path, &info, error);
    if (!file) return NULL;
    AudioReader *reader = calloc(1, sizeof *reader);
    if (!reader || info.channels < 1 || info.samplerate < 1) {
        error_set(error, !reader ? "out of memory" : "no channels or no sample rate");
        free(reader);
        sf_close(file);
        return NULL;
    }
    // The length of an MP3 is an estimate from its first frames.
    const bool told = info.frames > 0 && info.frames < SF_COUNT_MAX;
    const bool announced = told && (info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_MPEG;
    *reader = (AudioReader){
        .file = file,
        .channels = info.channels,
        .rate = info.samplerate,
        .seconds = told ? (double)info.frames / info.samplerate : 0.0,
        .announced = announced ? (uint64_t)llround((double)info.frames * announced_share(file)) : 0,
    };
    return reader;
}

void audio_close(AudioReader *reader)
{
    if (!reader) return;
    sf_close(reader->file);
    free(reader);
}

int audio_channels(const AudioReader *reader)
{
    return reader->channels;
}

double audio_rate(const AudioReader *reader)
{
    return reader->rate;
}

const AudioFaults *audio_faults(const AudioReader *reader)
{
    return &reader->faults;
}

double audio_seconds(const AudioReader *reader)
{
    return reader->seconds;
}

// ---- Reading ----

static uint64_t clear_not_finite(float *samples, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(samples[i])) continue;
        samples[i] = 0.0f;
        found++;
    }
    return found;
}

bool audio_read(AudioReader *reader, float *samples, size_t room, size_t *frames, Error *error)
{
    *frames = 0;
    while (*frames < room) {
        const sf_count_t got =
            sf_readf_float(reader->file, samples + *frames * (size_t)reader->channels,
                           (sf_count_t)(room - *frames));
        if (got <= 0) break;
        *frames += (size_t)got;
    }
    reader->have += *frames;
    reader->faults.not_finite += clear_not_finite(samples, *frames * (size_t)reader->channels);
    reader->faults.missing =
        reader->announced > reader->have ? reader->announced - reader->have : 0;
    if (reader->have > 0) return true;
    return sf_error(reader->file) ? set_reason(error, sf_strerror(reader->file))
                                  : error_set(error, "contains no audio");
}

// ---- One channel at another rate ----

typedef struct {
    SRC_STATE *converter; // NULL if the rate stays the same
    double ratio;         // output samples for each input sample
    uint64_t emitted;     // samples
    AudioSink *sink;
    void *data;
} Mono;

static bool mono_init(Mono *mono, double from, double to, AudioSink *sink, void *data, Error *error)
{
    *mono = (Mono){.ratio = to / from, .sink = sink, .data = data};
    if (from == to) return true;
    int why = 0;
    if (!src_is_valid_ratio(mono->ratio))
        return error_set(error, "cannot resample from %g to %g Hz", from, to);
    mono->converter = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &why);
    return mono->converter ? true : error_set(error, "resampler: %s", src_strerror(why));
}

// Passes at most `most` samples to the sink.
static bool mono_give(Mono *mono, const float *samples, size_t n, uint64_t most, Error *error)
{
    if (n > most) n = (size_t)most;
    mono->emitted += n;
    return n == 0 || mono->sink(mono->data, samples, n, error);
}

static bool mono_push(Mono *mono, const float *samples, size_t n, uint64_t most, Error *error)
{
    if (!mono->converter) return mono_give(mono, samples, n, most, error);
    float out[PIECE];
    const uint64_t end = most > UINT64_MAX - mono->emitted ? UINT64_MAX : mono->emitted + most;
    SRC_DATA piece = {.data_in = samples,
                      .data_out = out,
                      .input_frames = (long)n,
                      .output_frames = PIECE,
                      .src_ratio = mono->ratio};
    do {
        const int why = src_process(mono->converter, &piece);
        if (why) return error_set(error, "resampler: %s", src_strerror(why));
        piece.data_in += piece.input_frames_used;
        piece.input_frames -= piece.input_frames_used;
        const size_t made = (size_t)piece.output_frames_gen;
        if (!mono_give(mono, out, made, end - mono->emitted, error)) return false;
    } while (piece.output_frames_gen > 0 || piece.input_frames_used > 0);
    return true;
}

static uint64_t resampled_length(uint64_t frames, double from, double to)
{
    return (uint64_t)ceil((double)frames * to / from);
}

// Feeds silence after the end, to get what the converter still holds.
static bool mono_finish(Mono *mono, uint64_t frames, double from, double to, Error *error)
{
    static const float silence[PIECE];
    const uint64_t wanted = resampled_length(frames, from, to);
    while (mono->emitted < wanted)
        if (!mono_push(mono, silence, PIECE, wanted - mono->emitted, error)) return false;
    return true;
}

// Averages frames[n][channels] to frames[n] in place.
static void average_channels(float *frames, size_t n, int channels)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int c = 0; c < channels; c++) sum += (double)frames[i * (size_t)channels + (size_t)c];
        frames[i] = (float)(sum / channels);
    }
}

static bool stream_reader(AudioReader *reader, Mono *mono, float *piece, double rate,
                          SoundHash *hash, Error *error)
{
    for (size_t frames = PIECE; frames == PIECE;) {
        if (!audio_read(reader, piece, PIECE, &frames, error)) return false;
        sound_hash_add(hash, piece, frames, reader->channels);
        average_channels(piece, frames, reader->channels);
        if (!mono_push(mono, piece, frames, UINT64_MAX, error)) return false;
    }
    return mono_finish(mono, reader->have, reader->rate, rate, error);
}

static float *new_piece(const AudioReader *reader, Error *error)
{
    float *piece = malloc((size_t)reader->channels * PIECE * sizeof *piece);
    if (!piece) error_out_of_memory(error);
    return piece;
}

bool audio_stream_mono(const char *path, double rate, AudioSink *sink, void *data,
                       AudioFacts *facts, Error *error)
{
    AudioReader *reader = audio_open(path, error);
    if (!reader) return false;
    Mono mono;
    SoundHash hash;
    sound_hash_begin(&hash);
    bool good = mono_init(&mono, reader->rate, rate, sink, data, error);
    float *piece = new_piece(reader, error);
    good = good && piece && stream_reader(reader, &mono, piece, rate, &hash, error);
    *facts = (AudioFacts){.faults = reader->faults, .sound = sound_hash_end(&hash)};
    free(piece);
    if (mono.converter) src_delete(mono.converter);
    audio_close(reader);
    return good;
}

static bool count_frames(AudioReader *reader, float *piece, Error *error)
{
    for (size_t frames = PIECE; frames == PIECE;)
        if (!audio_read(reader, piece, PIECE, &frames, error)) return false;
    return true;
}

bool audio_count_mono(const char *path, double rate, uint64_t *samples, Error *error)
{
    AudioReader *reader = audio_open(path, error);
    if (!reader) return false;
    float *piece = new_piece(reader, error);
    const bool good = piece && count_frames(reader, piece, error);
    *samples = resampled_length(reader->have, reader->rate, rate);
    free(piece);
    audio_close(reader);
    return good;
}
