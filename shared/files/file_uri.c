#include "files/file_uri.h"

#include <stdbool.h>
#include <string.h>

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Returns where the path begins, or NULL where the text is no file URI of this machine.
static const char *find_path(const char *text)
{
    static const char *const prefix[] = {"file://localhost/", "file:///", "file:/"};
    for (int i = 0; i < 2; i++)
        if (strncmp(text, prefix[i], strlen(prefix[i])) == 0) return text + strlen(prefix[i]) - 1;
    const size_t length = strlen(prefix[2]);
    const bool is_short = strncmp(text, prefix[2], length) == 0 && text[length] != '/';
    return is_short ? text + length - 1 : NULL;
}

void file_uri_decode(char *text)
{
    const char *from = find_path(text);
    if (!from) return;
    char *to = text;
    while (*from) {
        const int high = *from == '%' ? digit(from[1]) : -1;
        const int low = high >= 0 ? digit(from[2]) : -1;
        if (low >= 0 && high + low > 0) { // never a NUL
            *to++ = (char)(16 * high + low);
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}
