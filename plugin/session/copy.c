#include "session/copy.h"

#include "files/file.h"
#include "files/safetensors.h"

#include <stdlib.h>
#include <string.h>

static bool copy_new(Copy *copy, size_t size, Error *error)
{
    *copy = (Copy){.bytes = malloc(size), .size = size, .known = true};
    return copy->bytes || error_out_of_memory(error);
}

bool copy_read_file(Copy *copy, const char *path, Error *error)
{
    size_t size;
    *copy = (Copy){0};
    unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &size, error);
    if (!bytes) return false;
    if (copy_new(copy, COPY_DIGEST + size, error)) {
        memset(copy->bytes, 0, COPY_DIGEST);
        memcpy(copy->bytes + COPY_DIGEST, bytes, size);
    }
    free(bytes);
    return copy->bytes;
}

bool copy_set(Copy *copy, const void *bytes, size_t size, Error *error)
{
    *copy = (Copy){0};
    if (size > COPY_DIGEST + SAFETENSORS_FILE_MAX)
        return error_set(error, "%zu bytes are more than a file can have", size);
    if (!copy_new(copy, size, error)) return false;
    memcpy(copy->bytes, bytes, size);
    return true;
}

bool copy_append_file(Copy *copy, const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &size, error);
    unsigned char *joined = bytes ? realloc(copy->bytes, copy->size + size) : NULL;
    if (joined) {
        memcpy(joined + copy->size, bytes, size);
        *copy = (Copy){.bytes = joined, .size = copy->size + size, .known = true};
    } else {
        if (bytes) error_out_of_memory(error);
        copy_free(copy);
    }
    free(bytes);
    return joined;
}

void copy_set_digest(Copy *copy, const char digest[HASH_TEXT])
{
    memcpy(copy->bytes, digest, COPY_DIGEST);
}

bool copy_check_size(const Copy *copy, Error *error)
{
    return copy->size >= COPY_DIGEST || error_set(error, "it is cut short");
}

bool copy_check_digest(const Copy *copy, const char digest[HASH_TEXT], Error *error)
{
    return memcmp(copy->bytes, digest, COPY_DIGEST) == 0 || error_set(error, "it is damaged");
}

bool copy_equals(const Copy *a, const Copy *b)
{
    return a->bytes && b->bytes && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

void copy_free(Copy *copy)
{
    free(copy->bytes);
    *copy = (Copy){0};
}

void copies_free(Copies *copies)
{
    for (int c = 0; c < COPIES; c++) copy_free(&copies->copy[c]);
}
