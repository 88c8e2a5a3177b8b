#include "audio/audio_writer.h"

#include "files/file.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PIECE = 4096 }; // samples clipped and written at a time

struct AudioWriter {
    FileWriter out;
    SNDFILE *file; // NULL: a WAV file
    int rate;      // Hz
    int channels;
    bool clips; // the format cannot go beyond full scale
    uint64_t clipped;
    uint64_t written, most; // samples
};

typedef struct {
    const char *ending;
    int format;
    bool clips;
    uint64_t most; // bytes of sound
} Ending;

static const Ending endings[] = {
    {"wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, false, UINT32_MAX - 4096},
    {"w64", SF_FORMAT_W64 | SF_FORMAT_FLOAT, false, INT64_MAX},
    {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, true, INT64_MAX},
    {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, true, INT64_MAX},
};

static const Ending *find_ending(const char *path, Error *error)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot + 1, endings[i].ending) == 0) return &endings[i];
    error_set(error, "%s: the name of an audio file must end with .wav, .w64, .flac or .ogg", path);
    return NULL;
}

bool audio_writer_knows(const char *path, Error *error)
{
    return find_ending(path, error) != NULL;
}

// ---- WAV: libsndfile leaves out the extension's length that formats other than integers have
// (Microsoft, "Multimedia Programming Interface and Data Specifications", 1994), and programs such
// as sox warn of it ----

static void put_number(unsigned char *to, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) to[i] = (unsigned char)(value >> 8 * i);
}

// Writes the header at the beginning of the stream, for the sound written so far.
static bool write_wav_header(const AudioWriter *writer)
{
    const uint32_t channels = (uint32_t)writer->channels, bytes = (uint32_t)(4 * writer->written);
    unsigned char header[58] = "RIFF";
    memcpy(header + 8, "WAVEfmt ", 8);
    memcpy(header + 38, "fact\4\0\0", 8);
    memcpy(header + 50, "data", 4);
    put_number(header + 4, bytes + sizeof header - 8, 4);
    put_number(header + 16, 18, 4); // bytes of the format
    put_number(header + 20, 3, 2);  // floating point
    put_number(header + 22, channels, 2);
    put_number(header + 24, (uint32_t)writer->rate, 4);
    put_number(header + 28, (uint32_t)writer->rate * channels * 4, 4);
    put_number(header + 32, channels * 4, 2);
    put_number(header + 34, 32, 2);
    put_number(header + 36, 0, 2); // bytes of the extension
    put_number(header + 46, (uint32_t)(writer->written / channels), 4);
    put_number(header + 54, bytes, 4);
    return fseeko(writer->out.stream, 0, SEEK_SET) == 0 &&
           fwrite(header, 1, sizeof header, writer->out.stream) == sizeof header;
}

// ---- libsndfile writes through our stream, which remembers its failures until file_commit() ----

static sf_count_t stream_length(void *data)
{
    FILE *stream = data;
    const off_t at = ftello(stream);
    if (at < 0 || fseeko(stream, 0, SEEK_END) != 0) return -1;
    const off_t end = ftello(stream);
    return fseeko(stream, at, SEEK_SET) == 0 ? end : -1;
}

static sf_count_t stream_seek(sf_count_t offset, int whence, void *data)
{
    FILE *stream = data;
    return fseeko(stream, offset, whence) == 0 ? ftello(stream) : -1;
}

static sf_count_t stream_read(void *to, sf_count_t bytes, void *data)
{
    return (sf_count_t)fread(to, 1, (size_t)bytes, data);
}

static sf_count_t stream_write(const void *from, sf_count_t bytes, void *data)
{
    return (sf_count_t)fwrite(from, 1, (size_t)bytes, data);
}

static sf_count_t stream_tell(void *data)
{
    return ftello(data);
}

static bool open_stream(AudioWriter *writer, int format, int rate, Error *error)
{
    writer->rate = rate;
    if (format == (SF_FORMAT_WAV | SF_FORMAT_FLOAT))
        return write_wav_header(writer) ||
               error_set(error, "%s: %s", writer->out.path, strerror(errno));
    SF_VIRTUAL_IO io = {
        .get_filelen = stream_length,
        .seek = stream_seek,
        .read = stream_read,
        .write = stream_write,
        .tell = stream_tell,
    };
    SF_INFO info = {.samplerate = rate, .channels = writer->channels, .format = format};
    writer->file = sf_open_virtual(&io, SFM_WRITE, &info, writer->out.stream);
    if (!writer->file) return error_set(error, "%s: %s", writer->out.path, sf_strerror(NULL));
    // The peak chunk has the time of writing: the same sound would give different files.
    sf_command(writer->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    return true;
}

AudioWriter *audio_writer_new(const char *path, double rate, int channels, Error *error)
{
    const Ending *ending = find_ending(path, error);
    if (!ending) return NULL;
    const SF_INFO info = {.samplerate = (int)rate, .channels = channels, .format = ending->format};
    if (info.samplerate != rate || !sf_format_check(&info)) {
        error_set(error, "%s: a .%s file cannot have %d channels at %g Hz", path, ending->ending,
                  channels, rate);
        return NULL;
    }
    AudioWriter *writer = calloc(1, sizeof *writer);
    if (!writer) {
        error_out_of_memory(error);
        return NULL;
    }
    writer->channels = channels;
    writer->clips = ending->clips;
    writer->most = ending->most / sizeof(float);
    if (file_create(&writer->out, path, error)) {
        if (open_stream(writer, ending->format, info.samplerate, error)) return writer;
        file_abandon(&writer->out);
    }
    free(writer);
    return NULL;
}

bool audio_writer_commit(AudioWriter *writer, Error *error)
{
    const bool closed = writer->file ? sf_close(writer->file) == 0 : write_wav_header(writer);
    if (!closed && !ferror(writer->out.stream)) {
        error_set(error, "%s: the file could not be completed", writer->out.path);
        file_abandon(&writer->out);
        free(writer);
        return false;
    }
    const bool good = file_commit(&writer->out, error);
    free(writer);
    return good;
}

void audio_writer_abandon(AudioWriter *writer)
{
    if (!writer) return;
    if (writer->file) sf_close(writer->file);
    file_abandon(&writer->out);
    free(writer);
}

static size_t clip(float *samples, size_t n)
{
    size_t clipped = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabsf(samples[i]) <= 1.0f) continue;
        samples[i] = samples[i] > 0.0f ? 1.0f : -1.0f;
        clipped++;
    }
    return clipped;
}

static bool write_piece(AudioWriter *writer, const float *samples, size_t n, Error *error)
{
    writer->written += n;
    if (writer->written > writer->most)
        return error_set(error, "%s: a .wav file can have at most 4 GB: write .w64 or .flac",
                         writer->out.path);
    float piece[PIECE];
    memcpy(piece, samples, n * sizeof *piece);
    if (writer->clips) writer->clipped += clip(piece, n);
    errno = 0;
    if (writer->file ? sf_write_float(writer->file, piece, (sf_count_t)n) == (sf_count_t)n
                     : fwrite(piece, sizeof *piece, n, writer->out.stream) == n)
        return true;
    return error_set(error, "%s: %s", writer->out.path, strerror(errno ? errno : EIO));
}

bool audio_write(AudioWriter *writer, const float *samples, size_t frames, Error *error)
{
    const size_t whole = PIECE - PIECE % (size_t)writer->channels;
    for (size_t left = frames * (size_t)writer->channels; left > 0;) {
        const size_t n = left < whole ? left : whole;
        if (!write_piece(writer, samples, n, error)) return false;
        samples += n;
        left -= n;
    }
    return true;
}

uint64_t audio_writer_clipped(const AudioWriter *writer)
{
    return writer->clipped;
}

static bool write_sound(AudioWriter *writer, const Sound *sound, Error *error)
{
    float piece[PIECE];
    for (size_t at = 0; at < sound->samples; at += PIECE) {
        const size_t left = sound->samples - at, n = left < PIECE ? left : PIECE;
        sound_read(sound, at, n, piece);
        if (!write_piece(writer, piece, n, error)) return false;
    }
    return true;
}

bool audio_write_mono(const char *path, double rate, const Sound *sound, uint64_t *clipped,
                      Error *error)
{
    AudioWriter *writer = audio_writer_new(path, rate, 1, error);
    if (!writer) return false;
    if (!write_sound(writer, sound, error)) {
        audio_writer_abandon(writer);
        return false;
    }
    *clipped = audio_writer_clipped(writer);
    return audio_writer_commit(writer, error);
}
