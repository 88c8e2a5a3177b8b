// notes.h: MIDI notes that hold Freeze and Capture, on any channel: middle C (60) and the D above
// (62). A note that is held counts as the control switched on; so does any of several. Audio thread
// only; real-time safe.
#ifndef TRASLUZ_NOTES_H
#define TRASLUZ_NOTES_H

#include "engine/engine.h"

#include <stdbool.h>
#include <stdint.h>

enum { NOTE_FREEZE = 60, NOTE_CAPTURE = 62 };

typedef struct {
    uint16_t freeze, capture; // the MIDI channels that hold the note, bit by bit
} Notes;

// Nothing is held.
void notes_reset(Notes *notes);

// Returns true if the message may change what is held: only such messages matter in a block.
bool notes_concerns(const uint8_t *message, uint32_t size);

// Takes a MIDI message: a note, or one that ends all notes of its channel. Ignores all others.
void notes_take(Notes *notes, const uint8_t *message, uint32_t size);

// Switches on in the settings what is held.
void notes_apply(const Notes *notes, EngineSettings *settings);

#endif
