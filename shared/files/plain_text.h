// plain_text.h: texts that may have any bytes, such as names of files, as UTF-8 in one line: each
// byte that is no UTF-8, and each control character, becomes \xHH. The one rule of the project, for
// messages, tables, sets and pages. Any thread; allocates nothing unless it says so.
#ifndef TRASLUZ_PLAIN_TEXT_H
#define TRASLUZ_PLAIN_TEXT_H

#include <stddef.h>

// Returns the bytes of the printable UTF-8 character that begins here; 0 if none does.
int plain_text_character(const char *characters);

// Writes a text in this form, as much of it as fits into to[room], whole characters only.
void plain_text(const char *text, char *to, size_t room);

// The same of a name; "\x" in it becomes "\x5cx", so that different names stay different.
// Allocates; the caller frees it. NULL if memory is short.
char *plain_text_name(const char *name);

#endif
