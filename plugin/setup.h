// setup.h: what the audio thread is given when something was named or loaded: the names, and an
// engine if the sound changes. A Setup is made and freed off the audio thread and never shared:
// whoever took it from the handover owns it.
#ifndef TRASLUZ_SETUP_H
#define TRASLUZ_SETUP_H

#include "engine/engine.h"

typedef enum { PROPERTY_MODEL, PROPERTY_REFERENCE, PROPERTIES } Property;

enum {
    PATH_BYTES = 4096, // the longest path, its NUL included
    REMARK_BYTES = PROPERTIES * sizeof(Error),
};

// The files that the user named, by absolute path; "" where there is none. A file that cannot be
// loaded stays named.
typedef struct {
    char path[PROPERTIES][PATH_BYTES];
    char remark[REMARK_BYTES]; // for people: why another thing sounds than what is named, a line
                               // for each file; "" where all that is named sounds
} Names;

// True if a path of that length can name the property's file. The reference's may be empty: there
// is none then.
bool name_is_usable(Property property, size_t length);

// What the host is to be told, one bit each.
typedef unsigned Notices;
enum {
    NOTICE_MODEL = 1 << PROPERTY_MODEL,
    NOTICE_REFERENCE = 1 << PROPERTY_REFERENCE,
    NOTICE_STATE_CHANGED = 1 << PROPERTIES,
    NOTICE_REMARK = NOTICE_STATE_CHANGED << 1,
    NOTICE_NAMES = NOTICE_MODEL | NOTICE_REFERENCE,
};

typedef struct Setup Setup;
struct Setup {
    Names names;
    Notices notices;    // once it is adopted
    Engine *engine;     // NULL: the sound stays as it is
    const Model *model; // the engine's, shared; NULL where there is no engine
    Setup *next;        // in the handover's list of retired setups
};

// Without names and engine. Allocates; NULL where memory is short.
Setup *setup_new(void);
void setup_free(Setup *setup);

// For a setup that takes the place of one that never sounded, or whose engine is to sound on: takes
// its engine over unless it has its own. Real-time safe.
void setup_inherit(Setup *setup, Setup *former);

#endif
