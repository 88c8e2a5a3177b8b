#include "session/content.h"

#include "session/model_cache.h"

#include <string.h>

// Reads the model or the reference out of the content's copy. Writes the file's digest in any case.
static bool parse(Content *content, Property property, char digest[HASH_TEXT], Error *error)
{
    const unsigned char *file = content->copy.bytes + COPY_DIGEST;
    const size_t size = content->copy.size - COPY_DIGEST;
    if (property == PROPERTY_MODEL) {
        content->model = model_cache_load(file, size, digest, error);
        return content->model;
    }
    hash_bytes(file, size, digest);
    content->reference = latent_parse(file, size, error);
    return content->reference;
}

bool content_load_file(Content *content, Property property, const char *path, Error *error)
{
    char digest[HASH_TEXT];
    *content = (Content){0};
    if (!copy_read_file(&content->copy, path, error)) return false;
    const bool parsed = parse(content, property, digest, error);
    copy_set_digest(&content->copy, digest);
    return parsed;
}

bool content_load_copy(Content *content, Property property, Copy *copy, Error *error)
{
    char digest[HASH_TEXT];
    *content = (Content){.copy = *copy};
    *copy = (Copy){0};
    if (copy_check_size(&content->copy, error)) {
        const bool parsed = parse(content, property, digest, error);
        if (copy_check_digest(&content->copy, digest, error) && parsed) return true;
    }
    content_free(content);
    return false;
}

bool content_is_loaded(const Content *content)
{
    return content->model || content->reference;
}

static bool same_values(const Latent *a, const Latent *b)
{
    return strcmp(a->fingerprint, b->fingerprint) == 0 && a->channels == b->channels &&
           a->frames == b->frames &&
           memcmp(a->values, b->values, a->frames * (size_t)a->channels * sizeof *a->values) == 0;
}

bool content_equals(const Content *a, const Content *b)
{
    if (a->reference && b->reference) return same_values(a->reference, b->reference);
    return a->model && a->model == b->model; // equal models are shared
}

bool reference_equals(const Latent *a, const Latent *b)
{
    return a == b || (a && b && same_values(a, b));
}

void content_move(Content *to, Content *from)
{
    if (to == from) return;
    content_free(to);
    *to = *from;
    *from = (Content){0};
}

void content_free(Content *content)
{
    copy_free(&content->copy);
    model_cache_release(content->model);
    latent_free(content->reference);
    *content = (Content){0};
}
