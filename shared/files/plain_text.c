#include "files/plain_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int plain_text_character(const char *characters)
{
    const unsigned char *text = (const unsigned char *)characters;
    if (*text >= ' ' && *text < 0x7f) return 1;
    const int length = *text >= 0xf0 && *text < 0xf5   ? 4
                       : *text >= 0xe0 && *text < 0xf0 ? 3
                       : *text >= 0xc2 && *text < 0xe0 ? 2
                                                       : 0;
    for (int i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    const bool control = *text == 0xc2 && text[1] < 0xa0;
    const bool surrogate = *text == 0xed && text[1] >= 0xa0;
    const bool too_long = (*text == 0xe0 && text[1] < 0xa0) || (*text == 0xf0 && text[1] < 0x90);
    const bool beyond = *text == 0xf4 && text[1] >= 0x90;
    return control || surrogate || too_long || beyond ? 0 : length;
}

static void write_plain(const char *text, bool name, char *to, size_t room)
{
    size_t used = 0;
    while (*text) {
        char hex[8];
        int length = plain_text_character(text), written = length;
        const char *from = text;
        if (length == 0 || (name && text[0] == '\\' && text[1] == 'x')) {
            written = snprintf(hex, sizeof hex, "\\x%02x", (unsigned)(unsigned char)*text);
            from = hex;
            length = 1;
        }
        if (used + (size_t)written >= room) break;
        memcpy(to + used, from, (size_t)written);
        used += (size_t)written;
        text += length;
    }
    to[used] = '\0';
}

void plain_text(const char *text, char *to, size_t room)
{
    write_plain(text, false, to, room);
}

char *plain_text_name(const char *name)
{
    const size_t room = 4 * strlen(name) + 1;
    char *plain = malloc(room);
    if (plain) write_plain(name, true, plain, room);
    return plain;
}
