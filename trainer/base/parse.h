// parse.h: numbers out of text that people wrote. Any thread.
#ifndef TRASLUZ_PARSE_H
#define TRASLUZ_PARSE_H

#include "files/error.h"

// Read a number that is the whole of the text and within [low, high]; else the message says what
// is needed.
bool parse_integer(const char *text, long low, long high, long *value, Error *error);
bool parse_number(const char *text, double low, double high, double *value, Error *error);

#endif
