// sound_list.h: the sounds that weights were trained on as a text of the weights file: hexadecimal
// words of one length, each the beginning of a hash (sound_hash.h), in ascending order, with spaces
// between them.
// Allocates; any thread.
#ifndef TRASLUZ_SOUND_LIST_H
#define TRASLUZ_SOUND_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes n sounds, each once, in any order; the words are shorter in a long list. The caller frees
// it; NULL when memory is short, and for more sounds than a weights file has room for (130 000).
char *sound_list_write(const uint64_t *sound, size_t n);

// True if the list has the sound. NULL is an empty list, and so is a text that is no list.
bool sound_list_has(const char *list, uint64_t sound);

// Returns the number of sounds in the list; 0 for NULL.
size_t sound_list_count(const char *list);

#endif
