#include "files/safetensors.h"

#include "files/file.h"
#include "files/hash.h"
#include "files/plain_text.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors values are little-endian, and are used here as they stand"
#endif

enum { LENGTH_BYTES = 8 };
#define CHECKSUM_PREFIX "sha256:"

struct Safetensors {
    json_t *header;   // owns names and metadata
    json_t *metadata; // borrowed from it; NULL if there is none
    const float *values;
    float *copy; // of the values; NULL if they are the caller's
    Tensor tensor[SAFETENSORS_TENSORS_MAX];
    size_t tensors;
};

// ---- Reading ----

// Reads a non-negative whole number.
static bool read_size(const json_t *json, size_t *size)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0) return false;
    *size = (size_t)json_integer_value(json);
    return true;
}

// PyTorch saves a BatchNorm's number of steps with its weights: one 64-bit integer without
// dimensions, which nothing here needs.
static bool is_step_count(const char *name, const char *type, size_t rank)
{
    static const char ending[] = ".num_batches_tracked";
    const size_t length = strlen(name), end = sizeof ending - 1;
    return strcmp(type, "I64") == 0 && rank == 0 && length > end &&
           strcmp(name + length - end, ending) == 0;
}

// Reads one tensor's entry. Its place among the data is left in `begin`, as an index of values.
static bool read_tensor(Tensor *tensor, size_t *begin, const char *name, const json_t *entry,
                        size_t data_size, Error *error)
{
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t from, to;
    if (!type || !json_is_array(shape) || json_array_size(offsets) != 2 ||
        !read_size(json_array_get(offsets, 0), &from) ||
        !read_size(json_array_get(offsets, 1), &to))
        return error_set(error, "tensor %.40s: needs dtype, shape and data_offsets", name);
    const size_t rank = json_array_size(shape);
    const bool is_count = is_step_count(name, type, rank);
    if (strcmp(type, "F32") != 0 && !is_count)
        return error_set(error, "tensor %.40s: type %.20s; only F32 is supported", name, type);
    if ((rank < 1 && !is_count) || rank > SAFETENSORS_RANK_MAX)
        return error_set(error, "tensor %.40s: %zu dimensions; must be 1 to %d", name, rank,
                         SAFETENSORS_RANK_MAX);
    if (from > to || to > data_size)
        return error_set(error,
                         "tensor %.40s: its offsets lie outside the file's %zu bytes of data", name,
                         data_size);

    *tensor = (Tensor){.name = name, .rank = (int)rank};
    size_t bytes = sizeof(float);
    if (is_count) { // its two halves
        *tensor = (Tensor){.name = name, .rank = 1, .shape = {2}};
        bytes *= 2;
    }
    for (size_t i = 0; i < rank; i++) {
        size_t *const n = &tensor->shape[i];
        if (!read_size(json_array_get(shape, i), n) || *n == 0 || *n > data_size ||
            bytes > data_size / *n)
            return error_set(error, "tensor %.40s: its shape does not fit its data", name);
        bytes *= *n;
    }
    if (bytes != to - from)
        return error_set(error, "tensor %.40s: %zu bytes of data; its shape asks for %zu", name,
                         to - from, bytes);
    if (from % sizeof(float) != 0)
        return error_set(error, "tensor %.40s: its offset is not a whole value's", name);
    *begin = from / sizeof(float);
    return true;
}

static size_t tensor_values(const Tensor *tensor)
{
    size_t n = 1;
    for (int i = 0; i < tensor->rank; i++) n *= tensor->shape[i];
    return n;
}

static int by_address(const void *a, const void *b)
{
    const float *x = ((const Tensor *)a)->values, *y = ((const Tensor *)b)->values;
    return (x > y) - (x < y);
}

// The tensors must follow each other without a gap: the format asks for it, and nothing can
// hide between them.
static bool check_layout(Safetensors *file, size_t data_size, Error *error)
{
    qsort(file->tensor, file->tensors, sizeof *file->tensor, by_address);
    const float *next = file->values;
    for (size_t i = 0; i < file->tensors; i++) {
        const Tensor *tensor = &file->tensor[i];
        if (tensor->values < next)
            return error_set(error, "tensor %.40s: overlaps the one before it", tensor->name);
        if (tensor->values > next)
            return error_set(error, "tensor %.40s: a hole in the data before it", tensor->name);
        next += tensor_values(tensor);
    }
    const size_t used = (size_t)(next - file->values) * sizeof(float);
    if (used != data_size)
        return error_set(error, "%zu bytes of data; the tensors have %zu", data_size, used);
    return true;
}

static bool check_finite(const Safetensors *file, Error *error)
{
    for (size_t i = 0; i < file->tensors; i++) {
        const Tensor *tensor = &file->tensor[i];
        const size_t n = tensor_values(tensor);
        for (size_t j = 0; j < n; j++)
            if (!isfinite(tensor->values[j]))
                return error_set(error, "tensor %.40s: value %zu is not finite", tensor->name, j);
    }
    return true;
}

static bool check_checksum(const Safetensors *file, size_t data_size, Error *error)
{
    const char *stored = safetensors_metadata(file, "checksum");
    if (!stored) return true;
    const size_t prefix = strlen(CHECKSUM_PREFIX);
    if (strncmp(stored, CHECKSUM_PREFIX, prefix) != 0)
        return error_set(error, "metadata: checksum of an unknown kind");
    char text[HASH_TEXT];
    hash_bytes(file->values, data_size, text);
    if (strcmp(stored + prefix, text) != 0)
        return error_set(error, "wrong checksum: the file is damaged, or was changed without it");
    return true;
}

static bool read_metadata(Safetensors *file, Error *error)
{
    file->metadata = json_object_get(file->header, "__metadata__");
    if (!file->metadata) return true;
    if (!json_is_object(file->metadata))
        return error_set(error, "header: __metadata__ is not an object");
    const char *key;
    json_t *value;
    json_object_foreach (file->metadata, key, value)
        if (!json_is_string(value))
            return error_set(error, "header: metadata %.40s is not a text", key);
    return true;
}

static bool read_tensors(Safetensors *file, size_t data_size, Error *error)
{
    const char *name;
    json_t *entry;
    json_object_foreach (file->header, name, entry) {
        if (strcmp(name, "__metadata__") == 0) continue;
        if (file->tensors == SAFETENSORS_TENSORS_MAX)
            return error_set(error, "more than %d tensors", SAFETENSORS_TENSORS_MAX);
        Tensor *tensor = &file->tensor[file->tensors];
        size_t begin = 0;
        if (!read_tensor(tensor, &begin, name, entry, data_size, error)) return false;
        tensor->values = file->values + begin;
        file->tensors++;
    }
    return read_metadata(file, error) && check_layout(file, data_size, error) &&
           check_checksum(file, data_size, error) && check_finite(file, error);
}

static bool read_header(Safetensors *file, const unsigned char *bytes, size_t size, size_t most,
                        size_t *header_size, Error *error)
{
    uint64_t length = 0;
    // The header is a JSON object: whatever else is here, a web page or a song, is another file.
    if (size <= LENGTH_BYTES || bytes[LENGTH_BYTES] != '{')
        return error_set(error, "not a safetensors file");
    memcpy(&length, bytes, LENGTH_BYTES);
    if (length > size - LENGTH_BYTES)
        return error_set(error, "the file is cut short: a header of %llu bytes in a file of %zu",
                         (unsigned long long)length, size);
    if (length > most)
        return error_set(error, "a header of %llu bytes; must be at most %zu",
                         (unsigned long long)length, most);
    json_error_t reason;
    file->header = json_loadb((const char *)bytes + LENGTH_BYTES, (size_t)length,
                              JSON_REJECT_DUPLICATES, &reason);
    if (!file->header) return error_set(error, "header: %.120s", reason.text);
    *header_size = LENGTH_BYTES + (size_t)length;
    return true;
}

static Safetensors *file_new(Error *error)
{
    Safetensors *file = calloc(1, sizeof *file);
    if (!file) error_out_of_memory(error);
    return file;
}

Safetensors *safetensors_parse(const unsigned char *bytes, size_t size, Error *error)
{
    Safetensors *file = file_new(error);
    size_t header_size = 0;
    if (!file) return NULL;
    if (read_header(file, bytes, size, SAFETENSORS_HEADER_MAX, &header_size, error)) {
        const size_t data_size = size - header_size;
        file->values = file->copy = malloc(data_size + sizeof(float));
        if (!file->copy) {
            error_out_of_memory(error);
        } else {
            memcpy(file->copy, bytes + header_size, data_size);
            if (read_tensors(file, data_size, error)) return file;
        }
    }
    safetensors_free(file);
    return NULL;
}

unsigned char *safetensors_read_header(const char *path, size_t *size, Error *error)
{
    uint64_t length = 0;
    size_t most = LENGTH_BYTES;
    unsigned char *start = file_read_start(path, most, SAFETENSORS_FILE_MAX, size, error);
    if (!start) return NULL;
    if (*size == most) memcpy(&length, start, LENGTH_BYTES);
    free(start);
    most += length < SAFETENSORS_HEADER_MAX ? (size_t)length : SAFETENSORS_HEADER_MAX;
    return file_read_start(path, most, SAFETENSORS_FILE_MAX, size, error);
}

Safetensors *safetensors_parse_metadata(const unsigned char *bytes, size_t size, Error *error)
{
    Safetensors *file = file_new(error);
    size_t header_size = 0;
    if (!file) return NULL;
    if (read_header(file, bytes, size, SAFETENSORS_HEADER_MAX, &header_size, error) &&
        read_metadata(file, error))
        return file;
    safetensors_free(file);
    return NULL;
}

Safetensors *safetensors_view(const unsigned char *bytes, size_t size, Error *error)
{
    Safetensors *file = file_new(error);
    size_t header_size = 0;
    if (!file) return NULL;
    if (read_header(file, bytes, size, SAFETENSORS_VIEW_HEADER_MAX, &header_size, error)) {
        const unsigned char *data = bytes + header_size;
        file->values = (const float *)(const void *)data;
        if ((uintptr_t)data % _Alignof(float) != 0)
            error_set(error, "a header of %zu bytes: the values after it are not aligned",
                      header_size);
        else if (read_tensors(file, size - header_size, error))
            return file;
    }
    safetensors_free(file);
    return NULL;
}

void safetensors_free(Safetensors *file)
{
    if (!file) return;
    json_decref(file->header);
    free(file->copy);
    free(file);
}

const char *safetensors_metadata(const Safetensors *file, const char *key)
{
    return json_string_value(json_object_get(file->metadata, key));
}

const Tensor *safetensors_tensor(const Safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->tensors; i++)
        if (strcmp(file->tensor[i].name, name) == 0) return &file->tensor[i];
    return NULL;
}

static void format_shape(char *text, size_t room, int rank, const size_t *shape)
{
    size_t used = 0;
    for (int i = 0; i < rank && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%zu", i ? "," : "", shape[i]);
}

const Tensor *safetensors_require(const Safetensors *file, const char *name, int rank,
                                  const size_t *shape, Error *error)
{
    const Tensor *tensor = safetensors_tensor(file, name);
    if (!tensor) {
        error_set(error, "tensor %.40s is missing", name);
        return NULL;
    }
    if (tensor->rank != rank || memcmp(tensor->shape, shape, (size_t)rank * sizeof *shape) != 0) {
        char has[64], needs[64];
        format_shape(has, sizeof has, tensor->rank, tensor->shape);
        format_shape(needs, sizeof needs, rank, shape);
        error_set(error, "tensor %.40s: shape [%s]; [%s] is needed", name, has, needs);
        return NULL;
    }
    return tensor;
}

size_t safetensors_count(const Safetensors *file)
{
    return file->tensors;
}

// ---- Writing ----

SafetensorsBuilder *safetensors_builder_new(void)
{
    return calloc(1, sizeof(SafetensorsBuilder));
}

void safetensors_builder_free(SafetensorsBuilder *builder)
{
    if (!builder) return;
    for (size_t i = 0; i < builder->metadata; i++) {
        free(builder->key[i]);
        free(builder->text[i]);
    }
    free(builder);
}

void safetensors_add(SafetensorsBuilder *builder, const char *name, int rank, const size_t *shape,
                     const float *values)
{
    const size_t i = builder->tensors;
    if (i == SAFETENSORS_TENSORS_MAX || rank > SAFETENSORS_RANK_MAX) {
        builder->overflow = true;
        return;
    }
    snprintf(builder->name[i], sizeof builder->name[i], "%s", name);
    builder->tensor[i] = (Tensor){.name = builder->name[i], .rank = rank, .values = values};
    for (int d = 0; d < rank; d++) builder->tensor[i].shape[d] = shape[d];
    builder->tensors++;
}

// As asprintf(), which is not in POSIX; NULL if memory is short.
static char *format_text(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text) vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

// A file's name may have bytes that are not UTF-8, which JSON cannot hold. Replaces such a text.
static char *utf8_text(char *text)
{
    json_t *json = text ? json_string(text) : NULL;
    char *plain = text && !json ? plain_text_name(text) : NULL;
    if (plain) free(text);
    json_decref(json);
    return plain ? plain : text;
}

void safetensors_describe(SafetensorsBuilder *builder, const char *key, const char *format, ...)
{
    const size_t i = builder->metadata;
    if (i == SAFETENSORS_METADATA_MAX) {
        builder->overflow = true;
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    builder->key[i] = strdup(key);
    builder->text[i] = utf8_text(format_text(format, arguments));
    va_end(arguments);
    builder->overflow = builder->overflow || !builder->key[i] || !builder->text[i];
    builder->metadata++;
}

static json_t *metadata_json(const SafetensorsBuilder *builder, const char *digest)
{
    json_t *metadata = json_object();
    for (size_t i = 0; i < builder->metadata; i++)
        json_object_set_new(metadata, builder->key[i], json_string(builder->text[i]));
    json_object_set_new(metadata, "checksum", json_sprintf(CHECKSUM_PREFIX "%s", digest));
    return metadata;
}

static json_t *tensor_json(const Tensor *tensor, size_t begin)
{
    json_t *shape = json_array();
    for (int d = 0; d < tensor->rank; d++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]));
    const size_t end = begin + tensor_values(tensor) * sizeof(float);
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)end);
}

// The header's text, padded with spaces so that the data begin on an aligned byte; the
// caller frees it.
static char *header_text(const SafetensorsBuilder *builder, const char *digest, size_t *length)
{
    json_t *header = json_object();
    json_object_set_new(header, "__metadata__", metadata_json(builder, digest));
    size_t begin = 0;
    for (size_t i = 0; i < builder->tensors; i++) {
        json_object_set_new(header, builder->tensor[i].name,
                            tensor_json(&builder->tensor[i], begin));
        begin += tensor_values(&builder->tensor[i]) * sizeof(float);
    }
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    if (!text) return NULL;
    const size_t used = strlen(text);
    *length = (used + LENGTH_BYTES - 1) / LENGTH_BYTES * LENGTH_BYTES;
    char *padded = realloc(text, *length + 1);
    if (!padded) {
        free(text);
        return NULL;
    }
    memset(padded + used, ' ', *length - used);
    return padded;
}

bool safetensors_write_header(const SafetensorsBuilder *builder, const char *digest, FILE *to,
                              Error *error)
{
    size_t length = 0;
    char *header = builder->overflow ? NULL : header_text(builder, digest, &length);
    if (!header) return error_set(error, "out of memory for the file's header");
    const uint64_t stored = length;
    const bool good =
        fwrite(&stored, sizeof stored, 1, to) == 1 && fwrite(header, 1, length, to) == length;
    free(header);
    return good || error_set(error, "%s", strerror(errno));
}

unsigned char *safetensors_serialize(const SafetensorsBuilder *builder, size_t *size, Error *error)
{
    if (builder->overflow) {
        error_set(error, "more tensors or metadata than a file can have here");
        return NULL;
    }
    char digest[HASH_TEXT];
    Hash hash;
    hash_begin(&hash);
    size_t data_size = 0;
    for (size_t i = 0; i < builder->tensors; i++) {
        const size_t bytes = tensor_values(&builder->tensor[i]) * sizeof(float);
        hash_add(&hash, builder->tensor[i].values, bytes);
        data_size += bytes;
    }
    hash_end(&hash, digest);

    size_t length = 0;
    char *header = header_text(builder, digest, &length);
    unsigned char *bytes = header ? malloc(LENGTH_BYTES + length + data_size) : NULL;
    if (bytes) {
        const uint64_t stored = length;
        unsigned char *to = bytes;
        memcpy(to, &stored, LENGTH_BYTES);
        memcpy(to + LENGTH_BYTES, header, length);
        to += LENGTH_BYTES + length;
        for (size_t i = 0; i < builder->tensors; i++) {
            const size_t n = tensor_values(&builder->tensor[i]) * sizeof(float);
            memcpy(to, builder->tensor[i].values, n);
            to += n;
        }
        *size = LENGTH_BYTES + length + data_size;
    } else {
        error_out_of_memory(error);
    }
    free(header);
    return bytes;
}
