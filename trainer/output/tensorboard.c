#include "output/tensorboard.h"

#include "audio/sound_bytes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Numbers are written as they are in memory: all formats here are little-endian, and so are the
// supported machines (see safetensors.c).

struct TensorBoard {
    char *path;
    FILE *file;
};

// ---- A growing buffer ----

typedef struct {
    unsigned char *data;
    size_t size, room;
    bool failed; // out of memory
} Bytes;

static void put(Bytes *bytes, const void *data, size_t size)
{
    if (bytes->failed) return;
    if (bytes->size + size > bytes->room) {
        const size_t room = 2 * bytes->room + size;
        unsigned char *larger = realloc(bytes->data, room);
        if (!larger) {
            bytes->failed = true;
            return;
        }
        bytes->data = larger;
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

// ---- Protobuf: a field is a key (its number and its encoding) and a value ----

typedef enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 } Wire;

static void put_varint(Bytes *message, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        put(message, &(unsigned char){(unsigned char)(value | 0x80)}, 1);
    put(message, &(unsigned char){(unsigned char)value}, 1);
}

static void put_key(Bytes *message, unsigned field, Wire wire)
{
    put_varint(message, (uint64_t)field << 3 | (uint64_t)wire);
}

static void put_integer(Bytes *message, unsigned field, uint64_t value)
{
    put_key(message, field, WIRE_VARINT);
    put_varint(message, value);
}

static void put_float(Bytes *message, unsigned field, float value)
{
    put_key(message, field, WIRE_32);
    put(message, &value, sizeof value);
}

static void put_double(Bytes *message, unsigned field, double value)
{
    put_key(message, field, WIRE_64);
    put(message, &value, sizeof value);
}

static void put_bytes(Bytes *message, unsigned field, const void *data, size_t size)
{
    put_key(message, field, WIRE_BYTES);
    put_varint(message, size);
    put(message, data, size);
}

static void put_text(Bytes *message, unsigned field, const char *text)
{
    put_bytes(message, field, text, strlen(text));
}

// Adds a message to another one and frees it.
static void put_message(Bytes *message, unsigned field, Bytes *part)
{
    put_bytes(message, field, part->data, part->size);
    message->failed = message->failed || part->failed;
    free(part->data);
}

// ---- TFRecord: length, its checksum, bytes, their checksum ----

// Returns the CRC-32C (Castagnoli), rotated and shifted as TFRecord requires.
static uint32_t masked_crc(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static bool write_record(TensorBoard *board, const Bytes *event, Error *error)
{
    if (event->failed) return error_out_of_memory(error);
    const uint64_t length = event->size;
    const uint32_t length_crc = masked_crc(&length, sizeof length);
    const uint32_t crc = masked_crc(event->data, event->size);
    errno = 0;
    fwrite(&length, sizeof length, 1, board->file);
    fwrite(&length_crc, sizeof length_crc, 1, board->file);
    fwrite(event->data, 1, event->size, board->file);
    fwrite(&crc, sizeof crc, 1, board->file);
    return (fflush(board->file) == 0 && !ferror(board->file)) ||
           error_set(error, "%s: %s", board->path, strerror(errno ? errno : ENOSPC));
}

// ---- Events ----

enum {
    EVENT_WALL_TIME = 1,
    EVENT_STEP = 2,
    EVENT_FILE_VERSION = 3,
    EVENT_SUMMARY = 5,
    EVENT_SESSION_LOG = 7,
    SESSION_LOG_STATUS = 1,
    SUMMARY_VALUE = 1,
    VALUE_TAG = 1,
    VALUE_SIMPLE = 2,
    VALUE_IMAGE = 4,
    VALUE_AUDIO = 6,
    IMAGE_HEIGHT = 1,
    IMAGE_WIDTH = 2,
    IMAGE_COLORSPACE = 3,
    IMAGE_ENCODED = 4,
    AUDIO_RATE = 1,
    AUDIO_CHANNELS = 2,
    AUDIO_FRAMES = 3,
    AUDIO_ENCODED = 4,
    AUDIO_CONTENT_TYPE = 5,
};
enum { SESSION_START = 1, COLORSPACE_RGB = 3 };

static Bytes event_begin(int64_t step)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    Bytes event = {0};
    put_double(&event, EVENT_WALL_TIME, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
    put_integer(&event, EVENT_STEP, (uint64_t)step);
    return event;
}

static bool event_end(TensorBoard *board, Bytes *event, Error *error)
{
    const bool good = write_record(board, event, error);
    free(event->data);
    return good;
}

static Bytes value_begin(const char *tag)
{
    Bytes value = {0};
    put_text(&value, VALUE_TAG, tag);
    return value;
}

static bool value_end(TensorBoard *board, int64_t step, Bytes *value, Error *error)
{
    Bytes summary = {0}, event = event_begin(step);
    put_message(&summary, SUMMARY_VALUE, value);
    put_message(&event, EVENT_SUMMARY, &summary);
    return event_end(board, &event, error);
}

bool tensorboard_scalar(TensorBoard *board, const char *tag, int64_t step, double value,
                        Error *error)
{
    Bytes message = value_begin(tag);
    put_float(&message, VALUE_SIMPLE, (float)value);
    return value_end(board, step, &message, error);
}

bool tensorboard_image(TensorBoard *board, const char *tag, int64_t step, const void *png,
                       size_t size, size_t width, size_t height, Error *error)
{
    Bytes image = {0}, value = value_begin(tag);
    put_integer(&image, IMAGE_HEIGHT, height);
    put_integer(&image, IMAGE_WIDTH, width);
    put_integer(&image, IMAGE_COLORSPACE, COLORSPACE_RGB);
    put_bytes(&image, IMAGE_ENCODED, png, size);
    put_message(&value, VALUE_IMAGE, &image);
    return value_end(board, step, &value, error);
}

// ---- Audio ----

bool tensorboard_audio(TensorBoard *board, const char *tag, int64_t step, const float *audio,
                       size_t samples, double rate, Error *error)
{
    Bytes wav = {0};
    wav.data = sound_bytes(SOUND_WAV, audio, samples, rate, &wav.size, error);
    if (!wav.data) return false;
    Bytes message = {0}, value = value_begin(tag);
    put_float(&message, AUDIO_RATE, (float)rate);
    put_integer(&message, AUDIO_CHANNELS, 1);
    put_integer(&message, AUDIO_FRAMES, samples);
    put_message(&message, AUDIO_ENCODED, &wav);
    put_text(&message, AUDIO_CONTENT_TYPE, "audio/wav");
    put_message(&value, VALUE_AUDIO, &message);
    return value_end(board, step, &value, error);
}

// ---- The file ----

// TensorBoard recognises its files by this name, and reads them in the order of their names.
static char *make_path(const char *folder)
{
    char host[64] = "";
    struct timespec now;
    gethostname(host, sizeof host - 1);
    clock_gettime(CLOCK_REALTIME, &now);
    const size_t room = strlen(folder) + sizeof host + 64;
    char *path = malloc(room);
    if (path)
        snprintf(path, room, "%s/" TENSORBOARD_PREFIX "%010" PRId64 ".%06ld.%s", folder,
                 (int64_t)now.tv_sec, now.tv_nsec / 1000, host);
    return path;
}

// Writes the first two records: the file's version, and the step from which on it is valid.
static bool write_start(TensorBoard *board, int64_t first_step, Error *error)
{
    Bytes version = event_begin(0);
    put_text(&version, EVENT_FILE_VERSION, "brain.Event:2");
    if (!event_end(board, &version, error)) return false;
    Bytes log = {0}, start = event_begin(first_step);
    put_integer(&log, SESSION_LOG_STATUS, SESSION_START);
    put_message(&start, EVENT_SESSION_LOG, &log);
    return event_end(board, &start, error);
}

TensorBoard *tensorboard_open(const char *folder, int64_t first_step, Error *error)
{
    TensorBoard *board = calloc(1, sizeof *board);
    if (board) board->path = make_path(folder);
    if (!board || !board->path) {
        error_out_of_memory(error);
    } else if (!(board->file = fopen(board->path, "wbx"))) {
        error_set(error, "%s: %s", board->path, strerror(errno));
    } else if (write_start(board, first_step, error)) {
        return board;
    }
    tensorboard_close(board);
    return NULL;
}

void tensorboard_close(TensorBoard *board)
{
    if (!board) return;
    if (board->file) fclose(board->file);
    free(board->path);
    free(board);
}
