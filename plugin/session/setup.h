// setup.h: what the audio thread gets after a choice: the files' names, and an engine if the sound
// changes. A Setup is made and freed off the audio thread and never shared: whoever took it from
// the handover owns it.
#ifndef TRASLUZ_SETUP_H
#define TRASLUZ_SETUP_H

#include "engine/engine.h"
#include "session/delay.h"
#include "session/properties.h"

enum { STATUS_BYTES = (2 * PROPERTIES + 1) * sizeof(Error) };

// The files that the user chose, by absolute path; "" where there is none. A session's file that
// cannot be loaded keeps its name.
typedef struct {
    char path[PROPERTIES][PATH_BYTES];
    // For people, a line for each: files that were refused, why a session's files are not in use,
    // and controls that do nothing with the model; "" where there is nothing to say.
    char status[STATUS_BYTES];
} Names;

// What the host has to be told, one bit each.
typedef unsigned Updates;
enum {
    UPDATE_MODEL = 1 << PROPERTY_MODEL,
    UPDATE_REFERENCE = 1 << PROPERTY_REFERENCE,
    UPDATE_STATE_CHANGED = 1 << PROPERTIES,
    UPDATE_STATUS = UPDATE_STATE_CHANGED << 1,
    UPDATE_NAMES = UPDATE_MODEL | UPDATE_REFERENCE,
};

typedef struct Setup Setup;
struct Setup {
    Names names;
    Updates updates;    // to be sent once the setup is adopted
    Engine *engine;     // NULL: the sound stays as it is
    Delay *delay;       // after the engine; NULL without an engine
    const Model *model; // the engine's, shared; NULL without an engine
    Setup *next;        // in the handover's list of retired setups
};

// Makes a setup without names and engine. Allocates; NULL where memory is short.
Setup *setup_new(void);
void setup_free(Setup *setup);

// Takes over the engine, with its delay, of the setup that this one replaces, unless it
// has its own: for a setup that replaces one which never sounded, or whose engine sounds
// on. Real-time safe.
void setup_inherit(Setup *setup, Setup *replaced);

#endif
