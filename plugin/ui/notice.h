// notice.h: what the plugin says of the files it does not use, as a sentence in the window's
// language. Pure; allocates nothing.
#ifndef TRASLUZ_UI_NOTICE_H
#define TRASLUZ_UI_NOTICE_H

#include <stddef.h>

// Writes the sentences for the lines of a status (urn:trasluz:notice), with what matters to a
// player first: that a file is refused, or that a copy of it plays. A line of another form is
// copied.
void notice_write(const char *status, int language, char *text, size_t room);

#endif
