#include "audio/audio.h"

#include "audio/rate_change.h"
#include "formats/audio_kind.h"
#include "formats/audio_source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 4096 }; // frames converted at a time

// Frames that were converted and not read yet.
typedef struct {
    float *frames;
    size_t count, at, room; // frames; `at` is the next to be read
} Pending;

struct AudioReader {
    int fd;
    AudioParts parts;
    size_t next;         // part
    AudioSource *source; // of the part before that; NULL at the end
    int channels;
    double rate;
    double seconds; // expected
    bool converts;  // the source has other channels, or another rate
    RateChange change;
    Pending pending;
    float *piece;       // [PIECE][source's channels], then [PIECE][channels]
    uint64_t of_part;   // frames read of the part
    bool any;           // frame was read
    AudioFaults faults; // of the parts that were read
    AudioFaults total;  // with those of the present one
    Error error;        // of a part that gave nothing
};

// ---- Opening ----

static bool open_file(AudioReader *reader, const char *path, int64_t *size, Error *error)
{
    struct stat status;
    reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe would wait for a writer
    if (reader->fd < 0 || fstat(reader->fd, &status) != 0)
        return error_set(error, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode)) return error_set(error, "not a regular file");
    if (status.st_size == 0) return error_set(error, "the file is empty");
    *size = status.st_size;
    return true;
}

// Opens the next part that can be read; at the end, `source` is NULL.
static void open_part(AudioReader *reader)
{
    AudioParts *parts = &reader->parts;
    while (!reader->source && reader->next < parts->count) {
        const AudioPart *part = &parts->part[reader->next++];
        reader->source = audio_source_open(reader->fd, part, &reader->error);
        reader->of_part = 0;
        if (reader->source) continue;
        reader->faults.places++;
        reader->faults.skipped += (uint64_t)(part->end - part->start);
    }
}

static void close_part(AudioReader *reader)
{
    AudioSource *source = reader->source;
    // Lengths in Ogg files may be wrong by less than a packet.
    const bool whole = reader->parts.part[reader->next - 1].whole;
    const uint64_t doubtful = whole ? (uint64_t)(0.02 * source->rate) : 0;
    if (source->announced > reader->of_part + doubtful)
        source->faults.missing += source->announced - reader->of_part;
    else if (source->announced > 0)
        source->faults.cut = false; // errors after the last frame
    audio_faults_add(&reader->faults, &source->faults);
    audio_source_close(source);
    reader->source = NULL;
}

static double expected_seconds(const AudioReader *reader, int64_t size)
{
    const FileSlice *slice = &reader->source->slice;
    return reader->parts.count == 1
               ? reader->source->seconds
               : reader->source->seconds * (double)size / (double)(slice->end - slice->start);
}

AudioReader *audio_open(const char *path, Error *error)
{
    int64_t size = 0;
    AudioReader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        error_out_of_memory(error);
        return NULL;
    }
    error_set(&reader->error, "contains no audio");
    if (open_file(reader, path, &size, error) && audio_kind_check(reader->fd, size, error) &&
        audio_parts_find(&reader->parts, reader->fd, size, error)) {
        open_part(reader);
        if (reader->source) {
            reader->channels = reader->source->channels;
            reader->rate = reader->source->rate;
            reader->seconds = expected_seconds(reader, size);
            return reader;
        }
        *error = reader->error;
    }
    audio_close(reader);
    return NULL;
}

void audio_close(AudioReader *reader)
{
    if (!reader) return;
    audio_source_close(reader->source);
    audio_parts_free(&reader->parts);
    if (reader->fd >= 0) close(reader->fd);
    rate_change_end(&reader->change);
    free(reader->pending.frames);
    free(reader->piece);
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
    return &reader->total;
}

double audio_seconds(const AudioReader *reader)
{
    return reader->seconds;
}

// ---- Links of other channels, or another rate, than the first ----

static bool add_pending(void *data, const float *frames, size_t n, Error *error)
{
    AudioReader *reader = data;
    Pending *pending = &reader->pending;
    const size_t channels = (size_t)reader->channels;
    if (pending->count + n > pending->room) {
        const size_t room = 2 * (pending->count + n);
        float *moved = realloc(pending->frames, room * channels * sizeof *moved);
        if (!moved) return error_out_of_memory(error);
        pending->frames = moved;
        pending->room = room;
    }
    memcpy(pending->frames + pending->count * channels, frames, n * channels * sizeof *frames);
    pending->count += n;
    return true;
}

static size_t take_pending(Pending *pending, size_t channels, float *samples, size_t room)
{
    const size_t left = pending->count - pending->at, n = left < room ? left : room;
    if (n > 0)
        memcpy(samples, pending->frames + pending->at * channels, n * channels * sizeof *samples);
    pending->at += n;
    if (pending->at == pending->count) pending->at = pending->count = 0;
    return n;
}

// One channel becomes all, all become one as their mean; otherwise channels keep their numbers.
static void map_channels(const float *from, int have, float *to, int wanted, size_t n)
{
    for (size_t i = 0; i < n; i++, from += have, to += wanted) {
        double mean = 0.0;
        for (int c = 0; c < have; c++) mean += (double)from[c] / have;
        for (int c = 0; c < wanted; c++) to[c] = wanted == 1 ? (float)mean : from[c % have];
    }
}

// Ends the conversion of the format before, and begins that of the source's, if it differs.
static bool begin_format(AudioReader *reader, Error *error)
{
    const AudioSource *source = reader->source;
    if (reader->converts && !rate_change_finish(&reader->change, error)) return false;
    rate_change_end(&reader->change);
    reader->converts =
        source && (source->channels != reader->channels || source->rate != reader->rate);
    if (!reader->converts) return true;
    free(reader->piece);
    reader->piece = malloc((size_t)(source->channels + reader->channels) * PIECE * sizeof(float));
    if (!reader->piece) return error_out_of_memory(error);
    return rate_change_begin(&reader->change, source->rate, reader->rate, reader->channels,
                             add_pending, reader, error);
}

static bool convert_piece(AudioReader *reader, size_t *got, Error *error)
{
    AudioSource *source = reader->source;
    float *mapped = reader->piece + PIECE * source->channels;
    *got = audio_source_read(source, reader->piece, PIECE, &reader->error);
    map_channels(reader->piece, source->channels, mapped, reader->channels, *got);
    return *got == 0 || rate_change_push(&reader->change, mapped, *got, error);
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

static bool fill(AudioReader *reader, float *samples, size_t room, size_t *frames, Error *error)
{
    const size_t channels = (size_t)reader->channels;
    while (*frames < room) {
        float *to = samples + *frames * channels;
        size_t got = take_pending(&reader->pending, channels, to, room - *frames);
        *frames += got;
        if (got > 0) continue;
        AudioSource *source = reader->source;
        if (!source) break;
        if (reader->converts) {
            if (!convert_piece(reader, &got, error)) return false;
        } else {
            got = audio_source_read(source, to, room - *frames, &reader->error);
            *frames += got;
        }
        reader->of_part += got;
        if (got > 0) continue;
        if (!source->changed) {
            close_part(reader);
            open_part(reader);
        }
        if (!begin_format(reader, error)) return false;
    }
    return true;
}

// Sets the faults of the whole file, as far as it was read.
static void sum_faults(AudioReader *reader)
{
    reader->total = reader->faults;
    audio_faults_add(&reader->total, &reader->parts.faults);
    if (reader->source) audio_faults_add(&reader->total, &reader->source->faults);
}

bool audio_read(AudioReader *reader, float *samples, size_t room, size_t *frames, Error *error)
{
    *frames = 0;
    if (!fill(reader, samples, room, frames, error)) return false;
    reader->faults.not_finite += clear_not_finite(samples, *frames * (size_t)reader->channels);
    reader->any |= *frames > 0;
    sum_faults(reader);
    if (!reader->any) *error = reader->error;
    return reader->any;
}
