// properties.h: the files that a user chooses, and what a session keeps of each.
#ifndef TRASLUZ_PROPERTIES_H
#define TRASLUZ_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { PROPERTY_MODEL, PROPERTY_REFERENCE, PROPERTIES } Property;

// What a copy in a session is for: see selection.h.
typedef enum { ROLE_CHOSEN, ROLE_FALLBACK, ROLES } Role;

enum { PATH_BYTES = 4096 }; // the longest path, its NUL included

// True if a path of that length can name the property's file. The reference's may be empty: the
// user wants none then. Real-time safe.
static inline bool property_takes_path(Property property, size_t length)
{
    return length < PATH_BYTES && (length > 0 || property == PROPERTY_REFERENCE);
}

#endif
