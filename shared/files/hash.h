// hash.h: SHA-256 as lower-case hexadecimal text, by nettle, which uses the processor's own
// instructions for it. Not real-time safe by cost.
#ifndef TRASLUZ_HASH_H
#define TRASLUZ_HASH_H

#include <nettle/sha2.h>
#include <stddef.h>

enum { HASH_TEXT = 65 }; // 64 digits and a NUL

typedef struct sha256_ctx Hash;

void hash_begin(Hash *hash);
void hash_add(Hash *hash, const void *bytes, size_t size);
void hash_end(Hash *hash, char text[HASH_TEXT]);

// The same of what lies in one piece.
void hash_bytes(const void *bytes, size_t size, char text[HASH_TEXT]);

#endif
