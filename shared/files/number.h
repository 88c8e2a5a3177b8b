// number.h: numbers in files, which have a point whatever the locale of the host says.
// Any thread; allocates.
#ifndef TRASLUZ_NUMBER_H
#define TRASLUZ_NUMBER_H

#include <stddef.h>

// As strtod() and snprintf() do it in the "C" locale; `digits` are significant ones.
double number_parse(const char *text, char **end);
enum { NUMBER_TEXT = 32 };
void number_format(double value, int digits, char text[NUMBER_TEXT]);

#endif
