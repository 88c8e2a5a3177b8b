#include "latents/latent_set.h"

#include "files/file.h"
#include "files/safetensors.h"
#include "output/json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "trasluz-latents"

struct LatentSetFile {
    void *map;
    size_t bytes;
    Safetensors *tensors;
    json_t *genres, *clips; // own the names
};

// ---- Reading ----

static bool map_file(struct LatentSetFile *file, const char *path, Error *error)
{
    struct stat status;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return error_set(error, "%s", strerror(errno));
    bool ok = fstat(fd, &status) == 0;
    if (!ok) {
        error_set(error, "%s", strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
        ok = error_set(error, "not a regular file, or empty");
    } else {
        file->bytes = (size_t)status.st_size;
        file->map = mmap(NULL, file->bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (file->map == MAP_FAILED) {
            file->map = NULL;
            ok = error_set(error, "%s", strerror(errno));
        }
    }
    close(fd);
    return ok;
}

// A metadata's text, which must be there.
static const char *text_of(const struct LatentSetFile *file, const char *key, Error *error)
{
    const char *text = safetensors_metadata(file->tensors, key);
    if (!text) error_set(error, "metadata: no %s", key);
    return text;
}

static bool number_of(const struct LatentSetFile *file, const char *key, double low, double high,
                      double *number, Error *error)
{
    const char *text = text_of(file, key, error);
    if (!text) return false;
    char *end;
    *number = strtod(text, &end);
    return (*text && !*end && *number >= low && *number <= high) ||
           error_set(error, "metadata: %s is not a number from %g to %g", key, low, high);
}

static bool list_of(const struct LatentSetFile *file, const char *key, json_t **list, Error *error)
{
    const char *text = text_of(file, key, error);
    if (!text) return false;
    *list = json_loads(text, 0, NULL);
    return json_is_array(*list) || error_set(error, "metadata: %s is not a list", key);
}

static bool read_about(LatentSet *set, Error *error)
{
    const struct LatentSetFile *file = set->file;
    const char *format = safetensors_metadata(file->tensors, "format");
    if (!format || strcmp(format, FORMAT) != 0)
        return error_set(error, "not a latent set; `trainer latents` makes one");
    const char *model = text_of(file, "model", error);
    double window, seed;
    if (!model || !number_of(file, "frame_rate", 1e-3, 1e6, &set->frame_rate, error) ||
        !number_of(file, "window", 1.0, 0x1p53, &window, error) ||
        !number_of(file, "seed", 0.0, UINT32_MAX, &seed, error))
        return false;
    if (strlen(model) >= sizeof set->fingerprint)
        return error_set(error, "metadata: model is not a fingerprint");
    strcpy(set->fingerprint, model);
    set->window = (size_t)window;
    set->seed = (uint32_t)seed;
    set->model_name = safetensors_metadata(file->tensors, "model_name");
    set->source = safetensors_metadata(file->tensors, "source");
    if (!set->model_name) set->model_name = "";
    if (!set->source) set->source = "";
    return true;
}

static bool read_genres(LatentSet *set, Error *error)
{
    json_t *const list = set->file->genres;
    set->genres = json_array_size(list);
    set->genre = calloc(set->genres + 1, sizeof *set->genre);
    if (!set->genre) return error_out_of_memory(error);
    for (size_t i = 0; i < set->genres; i++) {
        set->genre[i] = json_string_value(json_array_get(list, i));
        if (!set->genre[i]) return error_set(error, "metadata: genre %zu is not a text", i);
    }
    return true;
}

static bool read_clip(const LatentSet *set, LatentClip *clip, const json_t *entry)
{
    const char *split = json_string_value(json_object_get(entry, "split"));
    const json_t *named = json_object_get(entry, "genre");
    const char *genre = json_string_value(named);
    clip->name = json_string_value(json_object_get(entry, "name"));
    if (!clip->name || !split || !(genre || json_is_null(named))) return false;
    clip->genre = -1;
    for (size_t g = 0; genre && g < set->genres; g++)
        if (strcmp(genre, set->genre[g]) == 0) clip->genre = (int)g;
    clip->split = SPLIT_TRAIN;
    while (clip->split < SPLITS && strcmp(split, split_names[clip->split]) != 0) clip->split++;
    return (!genre || clip->genre >= 0) && clip->split < SPLITS;
}

static bool read_clips(LatentSet *set, Error *error)
{
    const Tensor *tensor = safetensors_tensor(set->file->tensors, "latent");
    if (!tensor || tensor->rank != 3)
        return error_set(error, "no tensor latent [clips, channels, frames]");
    set->clips = tensor->shape[0];
    set->channels = tensor->shape[1];
    set->frames = tensor->shape[2];
    if (json_array_size(set->file->clips) != set->clips)
        return error_set(error, "latents of %zu clips but names of %zu", set->clips,
                         json_array_size(set->file->clips));
    set->clip = calloc(set->clips, sizeof *set->clip);
    if (!set->clip) return error_out_of_memory(error);
    for (size_t i = 0; i < set->clips; i++) {
        if (!read_clip(set, &set->clip[i], json_array_get(set->file->clips, i)))
            return error_set(error, "metadata: clip %zu lacks its name, genre or split", i);
        set->clip[i].values = tensor->values + i * set->channels * set->frames;
    }
    return true;
}

static bool read_set(LatentSet *set, const char *path, Error *error)
{
    struct LatentSetFile *file = set->file = calloc(1, sizeof *file);
    if (!file) return error_out_of_memory(error);
    if (!map_file(file, path, error)) return false;
    file->tensors = safetensors_view(file->map, file->bytes, error);
    return file->tensors && read_about(set, error) &&
           list_of(file, "genres", &file->genres, error) &&
           list_of(file, "clips", &file->clips, error) && read_genres(set, error) &&
           read_clips(set, error);
}

LatentSet *latent_set_open(const char *path, Error *error)
{
    error_out_of_memory(error);
    LatentSet *set = calloc(1, sizeof *set);
    if (set && read_set(set, path, error)) return set;
    latent_set_close(set);
    error_prefix(error, path);
    return NULL;
}

void latent_set_close(LatentSet *set)
{
    if (!set) return;
    if (set->file) {
        json_decref(set->file->genres);
        json_decref(set->file->clips);
        safetensors_free(set->file->tensors);
        if (set->file->map) munmap(set->file->map, set->file->bytes);
    }
    free(set->file);
    free(set->clip);
    free(set->genre);
    free(set);
}

size_t *latent_set_choose(const LatentSet *set, Split split, size_t *count, Error *error)
{
    size_t *chosen = malloc((set->clips + 1) * sizeof *chosen);
    *count = 0;
    if (!chosen) error_out_of_memory(error);
    for (size_t i = 0; chosen && i < set->clips; i++)
        if (set->clip[i].genre >= 0 && (split == SPLITS || set->clip[i].split == split))
            chosen[(*count)++] = i;
    return chosen;
}

// ---- Writing ----

struct LatentSetWriter {
    FileWriter file;
    SafetensorsBuilder *header;
    size_t clips, channels, frames;
    off_t values; // where they begin
};

static void describe_json(SafetensorsBuilder *header, const char *key, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    safetensors_describe(header, key, "%s", text ? text : "");
    free(text);
    json_decref(json);
}

static json_t *genres_json(const LatentSet *about)
{
    json_t *genres = json_array();
    for (size_t i = 0; i < about->genres; i++)
        json_array_append_new(genres, json_file_text(about->genre[i]));
    return genres;
}

static json_t *clips_json(const LatentSet *about)
{
    json_t *clips = json_array();
    for (size_t i = 0; i < about->clips; i++) {
        const LatentClip *clip = &about->clip[i];
        json_t *genre = clip->genre < 0 ? json_null() : json_file_text(about->genre[clip->genre]);
        json_array_append_new(clips,
                              json_pack("{s:o, s:o, s:s}", "name", json_file_text(clip->name),
                                        "genre", genre, "split", split_names[clip->split]));
    }
    return clips;
}

static void describe_set(SafetensorsBuilder *header, const LatentSet *about)
{
    const size_t shape[3] = {about->clips, about->channels, about->frames};
    safetensors_add(header, "latent", 3, shape, NULL);
    safetensors_describe(header, "format", FORMAT);
    safetensors_describe(header, "format_version", "1");
    safetensors_describe(header, "model", "%s", about->fingerprint);
    safetensors_describe(header, "model_name", "%s", about->model_name);
    safetensors_describe(header, "frame_rate", "%.17g", about->frame_rate);
    safetensors_describe(header, "window", "%zu", about->window);
    safetensors_describe(header, "seed", "%" PRIu32, about->seed);
    safetensors_describe(header, "source", "%s", about->source);
    describe_json(header, "genres", genres_json(about));
    describe_json(header, "clips", clips_json(about));
}

// Takes as much room as one that is known.
static const char unknown_digest[HASH_TEXT] =
    "0000000000000000000000000000000000000000000000000000000000000000";

static bool begin_file(LatentSetWriter *writer, const LatentSet *about, Error *error)
{
    FILE *stream = writer->file.stream;
    describe_set(writer->header, about);
    if (!safetensors_write_header(writer->header, unknown_digest, stream, error))
        return error_prefix(error, writer->file.path);
    writer->values = fflush(stream) == 0 ? ftello(stream) : -1;
    const size_t bytes = about->clips * about->channels * about->frames * sizeof(float);
    return (writer->values > 0 && ftruncate(fileno(stream), writer->values + (off_t)bytes) == 0) ||
           error_set(error, "%s: %s", writer->file.path, strerror(errno));
}

LatentSetWriter *latent_set_create(const char *path, const LatentSet *about, Error *error)
{
    error_out_of_memory(error);
    LatentSetWriter *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->clips = about->clips;
    writer->channels = about->channels;
    writer->frames = about->frames;
    writer->header = safetensors_builder_new();
    if (writer->header && file_create(&writer->file, path, error) &&
        begin_file(writer, about, error))
        return writer;
    latent_set_abandon(writer);
    return NULL;
}

static bool write_at(const LatentSetWriter *writer, const float *values, size_t n, off_t at,
                     Error *error)
{
    const char *bytes = (const char *)values;
    for (size_t left = n * sizeof *values; left > 0;) {
        const ssize_t written = pwrite(fileno(writer->file.stream), bytes, left, at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return error_set(error, "%s: %s", writer->file.path,
                             strerror(written < 0 ? errno : ENOSPC));
        bytes += written;
        left -= (size_t)written;
        at += written;
    }
    return true;
}

bool latent_set_put(LatentSetWriter *writer, size_t clip, size_t at, const float *values, size_t n,
                    Error *error)
{
    enum { PIECE = 1024 }; // frames written at a time, of each channel
    float piece[PIECE];
    for (size_t done = 0; done < n; done += PIECE) {
        const size_t left = n - done, frames = left < PIECE ? left : PIECE;
        for (size_t c = 0; c < writer->channels; c++) {
            const size_t row = (clip * writer->channels + c) * writer->frames;
            const size_t place = (row + at + done) * sizeof *piece;
            for (size_t t = 0; t < frames; t++)
                piece[t] = values[(done + t) * writer->channels + c];
            if (!write_at(writer, piece, frames, writer->values + (off_t)place, error))
                return false;
        }
    }
    return true;
}

static void writer_free(LatentSetWriter *writer)
{
    safetensors_builder_free(writer->header);
    free(writer);
}

// Of all values, as they stand in the file.
static bool digest_values(const LatentSetWriter *writer, char digest[HASH_TEXT], Error *error)
{
    unsigned char piece[1 << 16];
    size_t left = writer->clips * writer->channels * writer->frames * sizeof(float);
    off_t at = writer->values;
    Hash hash;
    hash_begin(&hash);
    while (left > 0) {
        const size_t wanted = left < sizeof piece ? left : sizeof piece;
        const ssize_t n = pread(fileno(writer->file.stream), piece, wanted, at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            return error_set(error, "%s: %s", writer->file.path, strerror(n < 0 ? errno : EIO));
        hash_add(&hash, piece, (size_t)n);
        left -= (size_t)n;
        at += n;
    }
    hash_end(&hash, digest);
    return true;
}

bool latent_set_commit(LatentSetWriter *writer, Error *error)
{
    char digest[HASH_TEXT];
    bool ok = digest_values(writer, digest, error);
    if (ok && fseek(writer->file.stream, 0, SEEK_SET) != 0)
        ok = error_set(error, "%s: %s", writer->file.path, strerror(errno));
    ok = ok && safetensors_write_header(writer->header, digest, writer->file.stream, error);
    if (!ok) {
        latent_set_abandon(writer);
        return false;
    }
    ok = file_commit(&writer->file, error);
    writer_free(writer);
    return ok;
}

void latent_set_abandon(LatentSetWriter *writer)
{
    if (!writer) return;
    if (writer->file.stream) file_abandon(&writer->file);
    writer_free(writer);
}
