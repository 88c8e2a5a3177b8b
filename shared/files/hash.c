#include "files/hash.h"

#include <stdint.h>

void hash_begin(Hash *hash)
{
    SHA256Init(hash);
}

void hash_add(Hash *hash, const void *bytes, size_t size)
{
    SHA256Update(hash, bytes, size);
}

void hash_end(Hash *hash, char text[HASH_TEXT])
{
    SHA256End(hash, text);
}

void hash_bytes(const void *bytes, size_t size, char text[HASH_TEXT])
{
    Hash hash;
    hash_begin(&hash);
    hash_add(&hash, bytes, size);
    hash_end(&hash, text);
}
