// safetensors.h: the safetensors container (8 bytes of header length, a JSON header, then the
// tensors' bytes), float32 only. Files are untrusted data: everything is checked before it is used.
// Allocates; never on the audio thread.
//
// Format: https://github.com/huggingface/safetensors#format
#ifndef TRASLUZ_SAFETENSORS_H
#define TRASLUZ_SAFETENSORS_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    SAFETENSORS_RANK_MAX = 4,
    SAFETENSORS_TENSORS_MAX = 256,
    SAFETENSORS_HEADER_MAX = 1 << 20,        // bytes
    SAFETENSORS_VIEW_HEADER_MAX = 100000000, // bytes: what the format itself allows
    SAFETENSORS_METADATA_MAX = 32,           // pairs, of those written
};

// Bytes of a file that is read whole: the largest model fits.
#define SAFETENSORS_FILE_MAX ((size_t)80 << 20)

typedef struct {
    const char *name;
    int rank;
    size_t shape[SAFETENSORS_RANK_MAX];
    const float *values;
} Tensor;

// A parsed file. Owns everything it points to.
typedef struct Safetensors Safetensors;

// Parses `size` bytes and copies what it needs. Refuses, each with its own message: a size the
// header lies about, a header that is not JSON of the right form, types other than F32, offsets
// that overlap, leave a hole or do not fit the shape, values that are not finite, and a wrong
// checksum. A file without a checksum is accepted.
Safetensors *safetensors_parse(const unsigned char *bytes, size_t size, Error *error);
void safetensors_free(Safetensors *file);

// Reads what safetensors_parse_metadata() takes of a file: no more than its header. Allocates and
// returns as file_read() does.
unsigned char *safetensors_read_header(const char *path, size_t *size, Error *error);

// As safetensors_parse(), for the metadata alone: tensors are not looked at, and there are none.
Safetensors *safetensors_parse_metadata(const unsigned char *bytes, size_t size, Error *error);

// As safetensors_parse(), for large files that are mapped: the values stay where they are, so
// `bytes`, aligned to 8, must outlive the file.
Safetensors *safetensors_view(const unsigned char *bytes, size_t size, Error *error);

// The metadata's value, or NULL. Owned by the file.
const char *safetensors_metadata(const Safetensors *file, const char *key);

// The tensor of that name, or NULL. Owned by the file.
const Tensor *safetensors_tensor(const Safetensors *file, const char *name);

// As safetensors_tensor(), but its absence, or another shape, is an error.
const Tensor *safetensors_require(const Safetensors *file, const char *name, int rank,
                                  const size_t *shape, Error *error);

size_t safetensors_count(const Safetensors *file);

// A file to be written: fill it by the two functions below. Names, keys and texts are copied;
// tensor values are not, and must stay until it is written.
typedef struct {
    Tensor tensor[SAFETENSORS_TENSORS_MAX];
    char name[SAFETENSORS_TENSORS_MAX][32];
    size_t tensors;
    char *key[SAFETENSORS_METADATA_MAX];
    char *text[SAFETENSORS_METADATA_MAX];
    size_t metadata;
    bool overflow; // something did not fit; writing fails and says so
} SafetensorsBuilder;

SafetensorsBuilder *safetensors_builder_new(void);
void safetensors_builder_free(SafetensorsBuilder *builder);
void safetensors_add(SafetensorsBuilder *builder, const char *name, int rank, const size_t *shape,
                     const float *values);
void safetensors_describe(SafetensorsBuilder *builder, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Writes header, checksum and tensors to memory; the caller frees it.
unsigned char *safetensors_serialize(const SafetensorsBuilder *builder, size_t *size, Error *error);

// Writes what is before the values, for a caller who writes these (the builder's
// tensors then need none): its length depends on the builder alone, so it can be written again once
// the values' SHA-256 is known.
bool safetensors_write_header(const SafetensorsBuilder *builder, const char *digest, FILE *to,
                              Error *error);

#endif
