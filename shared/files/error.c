#include "files/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void keep_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = '?';
}

void error_write(Error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    keep_one_line(error->text);
}

void error_add_prefix(Error *error, const char *prefix)
{
    char text[sizeof error->text];
    memcpy(text, error->text, sizeof text);
    error_write(error, "%s: %s", prefix, text);
}
