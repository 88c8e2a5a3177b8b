// confusion_text.h: a confusion matrix as text for a terminal of 80 columns. Any thread.
#ifndef TRASLUZ_CONFUSION_TEXT_H
#define TRASLUZ_CONFUSION_TEXT_H

#include <stddef.h>
#include <stdio.h>

enum { CONFUSION_COLUMNS = 80 }; // letters of a line

// Writes count[kinds][kinds]: a line for each true kind with the number that were taken for each
// kind. Both have their name as head, shortened where it must be. More kinds than fit beside each
// other follow in further blocks. kinds > 0.
void confusion_text(FILE *to, const char *const *name, size_t kinds, const size_t *count);

#endif
