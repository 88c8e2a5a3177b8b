#include "host/atoms.h"

#include <stdbool.h>
#include <stddef.h>

enum { ALIGNMENT = 8 };

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

// Checks what begins `at` bytes after the start of `whole`: `head` bytes, which end with an atom's
// header, and then that atom's body. True if all of it lies inside `whole`.
static bool holds(const LV2_Atom *whole, size_t at, size_t head)
{
    const size_t size = sizeof *whole + (size_t)whole->size;
    if (at > size || size - at < head) return false;
    const LV2_Atom *atom = (const LV2_Atom *)((const char *)whole + at + head) - 1;
    return atom->size <= size - at - head;
}

static const LV2_Atom_Event *event_at(const LV2_Atom_Sequence *sequence, size_t at)
{
    return holds(&sequence->atom, at, sizeof(LV2_Atom_Event))
               ? (const LV2_Atom_Event *)((const char *)sequence + at)
               : NULL;
}

const LV2_Atom_Event *atoms_first(const LV2_Atom_Sequence *sequence)
{
    return event_at(sequence, sizeof *sequence);
}

const LV2_Atom_Event *atoms_next(const LV2_Atom_Sequence *sequence, const LV2_Atom_Event *event)
{
    const size_t at = (size_t)((const char *)event - (const char *)sequence);
    return event_at(sequence, at + sizeof *event + aligned(event->body.size));
}

const LV2_Atom *atoms_value(const LV2_Atom_Object *object, LV2_URID key)
{
    size_t at = sizeof *object;
    while (holds(&object->atom, at, sizeof(LV2_Atom_Property_Body))) {
        const LV2_Atom_Property_Body *property =
            (const LV2_Atom_Property_Body *)((const char *)object + at);
        if (property->key == key) return &property->value;
        at += sizeof *property + aligned(property->value.size);
    }
    return NULL;
}
