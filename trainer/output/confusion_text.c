#include "output/confusion_text.h"

#include "files/plain_text.h"

#include <stdbool.h>
#include <string.h>

enum { LETTERS_MIN = 4, LETTERS_MAX = 16 }; // of a name
enum { PLAIN_BYTES = 256 };                 // of a name, safe for a terminal

// Returns the bytes of the first letters of a plain text; the number of letters there are in *got.
static int bytes_of(const char *plain, size_t letters, size_t *got)
{
    int bytes = 0;
    for (*got = 0; *got < letters && plain[bytes]; ++*got)
        bytes += plain_text_character(plain + bytes);
    return bytes;
}

static size_t length_of(const char *name)
{
    char plain[PLAIN_BYTES];
    size_t letters;
    plain_text(name, plain, sizeof plain);
    bytes_of(plain, LETTERS_MAX, &letters);
    return letters;
}

// Writes the beginning of a name, at the left or at the right of so many letters.
static void write_name(FILE *to, const char *name, size_t letters, bool right)
{
    char plain[PLAIN_BYTES];
    size_t got;
    plain_text(name, plain, sizeof plain);
    const int bytes = bytes_of(plain, letters, &got), rest = (int)(letters - got);
    fprintf(to, "%*s%.*s%*s", right ? rest : 0, "", bytes, plain, right ? 0 : rest, "");
}

static bool begin_alike(const char *a, const char *b, size_t letters)
{
    char plain[2][PLAIN_BYTES];
    size_t got;
    plain_text(a, plain[0], PLAIN_BYTES);
    plain_text(b, plain[1], PLAIN_BYTES);
    const int bytes = bytes_of(plain[0], letters, &got);
    return bytes == bytes_of(plain[1], letters, &got) &&
           memcmp(plain[0], plain[1], (size_t)bytes) == 0;
}

static bool all_differ(const char *const *name, size_t kinds, size_t letters)
{
    for (size_t a = 0; a < kinds; a++)
        for (size_t b = 0; b < a; b++)
            if (begin_alike(name[a], name[b], letters)) return false;
    return true;
}

static size_t digits_of(const size_t *count, size_t counts)
{
    size_t most = 1;
    for (size_t i = 0; i < counts; i++) {
        const int digits = snprintf(NULL, 0, "%zu", count[i]);
        if ((size_t)digits > most) most = (size_t)digits;
    }
    return most;
}

// Returns the letters of a column's head: so many that all kinds fit into a line, if the shortened
// names still differ there.
static size_t head_letters(const char *const *name, size_t kinds, size_t longest, size_t room)
{
    const size_t fit = room / kinds > 0 ? room / kinds - 1 : 0;
    if (fit >= longest) return longest;
    return fit >= LETTERS_MIN && all_differ(name, kinds, fit) ? fit : longest;
}

static void write_block(FILE *to, const char *const *name, size_t kinds, const size_t *count,
                        size_t first, size_t end, size_t row_letters, size_t letters)
{
    fprintf(to, "%*s", (int)row_letters, "");
    for (size_t k = first; k < end; k++) {
        fputc(' ', to);
        write_name(to, name[k], letters, true);
    }
    fputc('\n', to);
    for (size_t g = 0; g < kinds; g++) {
        write_name(to, name[g], row_letters, false);
        for (size_t k = first; k < end; k++)
            fprintf(to, " %*zu", (int)letters, count[g * kinds + k]);
        fputc('\n', to);
    }
}

void confusion_text(FILE *to, const char *const *name, size_t kinds, const size_t *count)
{
    size_t longest = 1;
    for (size_t k = 0; k < kinds; k++)
        if (length_of(name[k]) > longest) longest = length_of(name[k]);
    const size_t room = CONFUSION_COLUMNS - longest, digits = digits_of(count, kinds * kinds);
    size_t letters = head_letters(name, kinds, longest, room);
    if (letters < digits) letters = digits;
    const size_t across = room / (letters + 1) > 0 ? room / (letters + 1) : 1;
    for (size_t first = 0; first < kinds; first += across) {
        const size_t end = first + across < kinds ? first + across : kinds;
        if (first > 0) fputc('\n', to);
        write_block(to, name, kinds, count, first, end, longest, letters);
    }
}
