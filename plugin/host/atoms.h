// atoms.h: reads what the host writes to the control port. The sequence's own size can be trusted;
// every size inside may come from another program by way of the host, so an atom that does not fit
// into its container counts as missing. Real-time safe.
#ifndef TRASLUZ_ATOMS_H
#define TRASLUZ_ATOMS_H

#include <lv2/atom/atom.h>
#include <lv2/urid/urid.h>

// Return the sequence's first event, and the one after another; NULL where no whole one follows.
const LV2_Atom_Event *atoms_first(const LV2_Atom_Sequence *sequence);
const LV2_Atom_Event *atoms_next(const LV2_Atom_Sequence *sequence, const LV2_Atom_Event *event);

// Returns the object's value for that key, the first where there are several, or NULL.
const LV2_Atom *atoms_value(const LV2_Atom_Object *object, LV2_URID key);

#endif
