// messages.h: what the host says on the control port (patch:Set, patch:Get) and what it is told on
// the notify port (patch:Set of the files and of the notice, state:StateChanged). Audio thread
// only; real-time safe.
#ifndef TRASLUZ_MESSAGES_H
#define TRASLUZ_MESSAGES_H

#include "handover.h"
#include "uris.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>

typedef struct {
    const Uris *uris;
    LV2_Atom_Forge forge;
    Notices due; // what the host has yet to be told
} Messages;

// The URIs must outlive it.
void messages_init(Messages *messages, const Uris *uris, LV2_URID_Map *map);

// Reads a block's messages; NULL is allowed. Files go to the handover's mailboxes: true if there
// was one.
bool messages_read(Messages *messages, const LV2_Atom_Sequence *control, Handover *handover);

// Writes a block's messages; NULL is allowed. What has no room waits for the next block.
void messages_write(Messages *messages, LV2_Atom_Sequence *notify, const Names *names);

#endif
