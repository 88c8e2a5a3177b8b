// notice.h: why the plugin does not use a file, as a sentence in the language of the window.
// Pure; allocates nothing.
#ifndef TRASLUZ_UI_NOTICE_H
#define TRASLUZ_UI_NOTICE_H

#include <stddef.h>

// Writes the sentences for the lines of a status (urn:trasluz:notice), with what matters to a
// player first: that a file is refused, or that a copy of it plays. A line of another form is
// copied.
void notice_write(const char *status, int language, char *text, size_t room);

#endif
