#include "data/sound_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS = 16, // of a hash
    LONGEST = 12,
    SHORTEST = 5,
    BYTES = 780000, // of the header of a weights file, which can have 1 MB
};

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

char *sound_list_write(const uint64_t *sound, size_t n)
{
    int digits = LONGEST;
    while (digits >= SHORTEST && n * ((size_t)digits + 1) > BYTES) digits--;
    if (digits < SHORTEST) return NULL;
    uint64_t *sorted = malloc((n + 1) * sizeof *sorted);
    char *text = malloc(n * ((size_t)digits + 1) + DIGITS + 1), *end = text;
    if (sorted && text) {
        *text = '\0';
        if (n > 0) memcpy(sorted, sound, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, by_value);
        for (size_t i = 0; i < n; i++) {
            if (i > 0 && sorted[i] == sorted[i - 1]) continue;
            char word[DIGITS + 1];
            snprintf(word, sizeof word, "%016" PRIx64, sorted[i]);
            end += sprintf(end, "%s%.*s", end > text ? " " : "", digits, word);
        }
    } else {
        free(text);
        text = NULL;
    }
    free(sorted);
    return text;
}

// The words are in order and of one length.
bool sound_list_has(const char *list, uint64_t sound)
{
    char wanted[DIGITS + 1];
    const size_t length = list ? strcspn(list, " ") : 0;
    if (length < SHORTEST || length > DIGITS) return false;
    snprintf(wanted, sizeof wanted, "%016" PRIx64, sound);
    size_t low = 0, high = (strlen(list) + 1) / (length + 1);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = memcmp(list + middle * (length + 1), wanted, length);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

size_t sound_list_count(const char *list)
{
    const size_t length = list ? strcspn(list, " ") : 0;
    return length > 0 ? (strlen(list) + 1) / (length + 1) : 0;
}
