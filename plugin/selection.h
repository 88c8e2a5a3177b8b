// selection.h: what the user named and what came of it: the rules of loading. Blocks and allocates;
// never on the audio thread. One thread at a time: the handover guards the one selection of a
// plugin instance.
//
// A file that cannot be loaded stays named, is told to the log, and leaves the sound as it is.
//
// Sessions keep copies of the files beside their names, so that they sound the same where the files
// are missing or are other ones. A copy has one of two roles:
//
//     ROLE_NAMED      is what the name stands for, as it was loaded, even if it cannot be played
//                     now (a reference made by another model than the present one);
//     ROLE_STAND_IN   is what sounds in its place, where nothing is known of what is named or it
//                     cannot be played.
//
// When a session comes back, the file is taken where it is there and is the same as the named copy;
// else that copy is, and the user is told. Where there is no named copy the file is taken if it
// loads, else the stand-in. So a stand-in never takes a name away from its file. Bytes are kept as
// they were loaded: files are not read again when a session is saved.
//
// What Capture records is a reference too, and the last one wins: a recording, a session that has
// one, or a reference that is named, be it the same or none. A recording stays while a model sounds
// that did not make it, and plays again when its own comes back.
#ifndef TRASLUZ_SELECTION_H
#define TRASLUZ_SELECTION_H

#include "ports.h"
#include "setup.h"

#include <lv2/log/logger.h>

typedef enum { ROLE_NAMED, ROLE_STAND_IN, ROLES } Role;

// As sessions have it: the SHA-256 of a file in COPY_DIGEST hexadecimal digits, then the file's
// bytes. `bytes` is NULL where there is none.
enum { COPY_DIGEST = HASH_TEXT - 1 };
typedef struct {
    unsigned char *bytes;
    size_t size;
} Copy;

typedef struct {
    Copy copy[PROPERTIES][ROLES];
    Copy recording[CHANNELS_MAX]; // what Capture recorded of each audio channel
} Copies;

// A file in memory: a copy of it and what it says, or nothing.
typedef struct {
    Copy copy;
    const Model *model; // of a weights file, shared
    Latent *reference;  // of a latent file
} Content;

typedef struct {
    double rate;  // Hz, the host's
    int channels; // of audio
    LV2_Log_Logger *logger;
    Names names; // as named last, loaded or not
    Content content[PROPERTIES][ROLES];
    Error why[PROPERTIES];   // why it is not the named file that was loaded; "" where it was
    Error unfit;             // why the named reference cannot be played; "" where it can
    const Model *model;      // that sounds, shared; NULL before the first
    const Latent *reference; // that sounds, one of the content's; NULL where none fits the model
    Engine *engine;          // made last, a setup's, which sounds already or soon; NULL before the
                             // first. Nobody frees it before there is another
    Latent *recording[CHANNELS_MAX]; // the last ones, but for what the engine has recorded since
} Selection;

// Nothing is named or loaded. The logger must outlive it.
void selection_init(Selection *selection, double rate, int channels, LV2_Log_Logger *logger);
void selection_clear(Selection *selection);

// Takes over the paths that are not NULL, loads them, and returns what the audio thread is to be
// given: with a new engine where the sound changes. A path must fit PATH_BYTES; "" as the
// reference's means none. The caller owns the Setup; NULL where memory is short.
Setup *selection_name(Selection *selection, const char *const path[PROPERTIES]);

// The same from a session, which may have copies beside the paths, or in their stead. Takes over
// the copies that it keeps; the caller frees the others.
Setup *selection_restore(Selection *selection, const char *const path[PROPERTIES], Copies *copies);

// What a session is to keep beside the names. The caller frees it. False where memory is short.
bool selection_copy(Selection *selection, Copies *copies);

// Takes a copy out of a session: foreign data, which is only checked to be no larger than it can
// be. False, and none, on error.
bool copy_read(Copy *copy, const void *bytes, size_t size, Error *error);
void copies_free(Copies *copies);

#endif
