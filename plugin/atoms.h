// atoms.h: the parts of what the host writes to the control port. The sequence's own size is the
// host's word; every size in it may come from another program by way of the host, so what does not
// fit in what holds it is not there. Real-time safe.
#ifndef TRASLUZ_ATOMS_H
#define TRASLUZ_ATOMS_H

#include <lv2/atom/atom.h>
#include <lv2/urid/urid.h>

// The sequence's first event, and the one behind another; NULL where there is no further whole one.
const LV2_Atom_Event *atoms_first(const LV2_Atom_Sequence *sequence);
const LV2_Atom_Event *atoms_next(const LV2_Atom_Sequence *sequence, const LV2_Atom_Event *event);

// The object's value for that key, the first where there are several, or NULL.
const LV2_Atom *atoms_value(const LV2_Atom_Object *object, LV2_URID key);

#endif
