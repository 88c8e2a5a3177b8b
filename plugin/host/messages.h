// messages.h: the plugin's conversation with its host: patch:Set and patch:Get on the control port;
// patch:Set of the files and of the status, and state:StateChanged on the notify port. Audio thread
// only; real-time safe.
#ifndef TRASLUZ_MESSAGES_H
#define TRASLUZ_MESSAGES_H

#include "host/uris.h"
#include "host/view.h"
#include "session/handover.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>

typedef struct {
    const Uris *uris;
    LV2_Atom_Forge forge;
    Updates due; // not yet sent
} Messages;

// The URIs must outlive it.
void messages_init(Messages *messages, const Uris *uris, LV2_URID_Map *map);

// Handles one message; ignores those that are no patch:Set or patch:Get. A file goes to the
// handover's mailbox: returns true if there was one.
bool messages_read(Messages *messages, const LV2_Atom_Object *object, Handover *handover);

// Writes a block's messages; NULL is allowed. A message without room waits for the next block. Then
// the view for the window, if there is one and room for it.
void messages_write(Messages *messages, LV2_Atom_Sequence *notify, const Names *names,
                    const View *view);

#endif
