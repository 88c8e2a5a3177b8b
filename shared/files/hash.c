#include "files/hash.h"

#include <stdint.h>

void hash_begin(Hash *hash)
{
    sha256_init(hash);
}

void hash_add(Hash *hash, const void *bytes, size_t size)
{
    sha256_update(hash, size, bytes);
}

void hash_end(Hash *hash, char text[HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[HASH_TEXT - 1] = '\0';
}

void hash_bytes(const void *bytes, size_t size, char text[HASH_TEXT])
{
    Hash hash;
    hash_begin(&hash);
    hash_add(&hash, bytes, size);
    hash_end(&hash, text);
}
