// selection.h: the files that the user chose, and what plays because of them. Blocks and allocates;
// never on the audio thread. One thread at a time: the handover guards the one selection of a
// plugin instance. Hosts may lend a stack of 16 kB: large arrays live elsewhere.
//
// A file that a person chooses and that cannot be played is refused: the names stay as they are,
// and so does the sound. A file that a session names and that cannot be played keeps its name.
// Either is reported to the log and in the status.
//
// Sessions keep copies of the files beside their names, so that they sound the same where the files
// are missing or were replaced. A copy has one of two roles:
//
//     ROLE_CHOSEN     is the chosen file as it was loaded, even if it cannot be played now (a
//                     reference made by another model than the present one);
//     ROLE_FALLBACK   is what plays in its place, where the chosen file could not be read or cannot
//                     be played.
//
// decision.h has the rules by which files and copies are used. A fallback never takes a name away
// from its file. A copy without a name is ignored: some hosts keep what they once stored.
//
// What Capture records is a reference too, and the last one wins: a recording, a session that has
// one, or a reference that is chosen, be it the same or none.
#ifndef TRASLUZ_SELECTION_H
#define TRASLUZ_SELECTION_H

#include "session/content.h"
#include "session/recordings.h"
#include "session/setup.h"

typedef struct {
    double rate;    // Hz, the host's
    size_t latency; // samples: what a delay fills the latency up to
    bool grows;     // selection_grow() is called when an engine asks for room
    LV2_Log_Logger *logger;
    Names names; // the last choice that was taken, loaded or not
    Content content[PROPERTIES][ROLES];
    Error refusal[PROPERTIES]; // why the last live choice was refused; "" where it was taken
    // Why the chosen file was not loaded, or the model cannot be played; "" where it is in use.
    Error reason[PROPERTIES];
    // Why the chosen reference cannot be played with the model; "" where it can.
    Error mismatch;
    // Controls that were moved and have no effect with the model; "" where all have one.
    uint64_t idle; // by port, bit by bit
    Error idle_line;
    const Model *model;      // that plays, shared; NULL before the first
    const Latent *reference; // that plays, one of the contents; NULL where none fits the model
    // The last one made; a setup owns it, and keeps it until there is another; NULL
    // before the first.
    Engine *engine;
    Recordings recordings; // without what the engine has recorded since it was made
} Selection;

// Begins with nothing chosen or loaded. The logger must outlive it. Engines begin with little room
// for recordings where it `grows`, else with all.
void selection_init(Selection *selection, double rate, int channels, size_t latency, bool grows,
                    LV2_Log_Logger *logger);
void selection_clear(Selection *selection);

// Takes a person's choice: loads the files of the paths that are not NULL, and returns a setup for
// the audio thread, with a new engine where the sound changes. A path is absolute, or a file URI,
// and shorter than PATH_BYTES; "" as the reference's means none. The caller owns the setup; NULL
// where memory is short.
Setup *selection_choose(Selection *selection, const char *const path[PROPERTIES]);

// Does the same for a session, whose paths are absolute, and which may have copies beside the paths
// or without them. Takes over the copies that it keeps; the caller frees the others.
Setup *selection_restore(Selection *selection, const char *const path[PROPERTIES], Copies *copies);

// Adds to the status and the log which of the ports, bit by bit, have no effect with the model.
// Returns a setup with the new status; NULL where there is nothing new, or memory is short.
Setup *selection_note_idle(Selection *selection, uint64_t ports);

// Gives the last engine the room that its recordings ask for.
void selection_grow(Selection *selection);

// Copies what a session keeps beside the names. The caller frees the copies. False where
// memory is short.
bool selection_copy(Selection *selection, Copies *copies);

#endif
