#include "files/error.h"

#include "files/plain_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void error_write(Error *error, const char *format, ...)
{
    va_list arguments;
    char text[sizeof error->text];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    plain_text(text, error->text, sizeof error->text);
}

void error_add_prefix(Error *error, const char *prefix)
{
    char text[sizeof error->text];
    memcpy(text, error->text, sizeof text);
    error_write(error, "%s: %s", prefix, text);
}
