#include "transport.h"

#include "atoms.h"

#include <math.h>

static const float usual_tempo = 120;

void transport_init(Transport *transport, const Uris *uris, double rate)
{
    *transport = (Transport){.uris = uris, .rate = rate, .tempo = usual_tempo};
}

// The number in an atom of any numeric type; NaN where there is none.
static double number(const Uris *uris, const LV2_Atom *atom)
{
    if (!atom) return NAN;
    if (atom->type == uris->atom_long && atom->size == sizeof(int64_t))
        return (double)((const LV2_Atom_Long *)atom)->body;
    if (atom->type == uris->atom_int && atom->size == sizeof(int32_t))
        return ((const LV2_Atom_Int *)atom)->body;
    if (atom->type == uris->atom_double && atom->size == sizeof(double))
        return ((const LV2_Atom_Double *)atom)->body;
    if (atom->type == uris->atom_float && atom->size == sizeof(float))
        return (double)((const LV2_Atom_Float *)atom)->body;
    return NAN;
}

static double find_number(const Uris *uris, const LV2_Atom_Object *object, LV2_URID key)
{
    return number(uris, atoms_value(object, key));
}

// Takes over tempo and the beat at `place`. A tempo alone moves no beat.
static void read_beats(Transport *transport, const LV2_Atom_Object *object, double place)
{
    const Uris *uris = transport->uris;
    const double tempo = find_number(uris, object, uris->time_beats_per_minute);
    if (!(tempo >= 1 && tempo <= 1000)) return;
    transport->tempo = (float)tempo;
    if (!atoms_value(object, uris->time_frame) && !atoms_value(object, uris->time_bar) &&
        !atoms_value(object, uris->time_bar_beat))
        return;
    const double bar = find_number(uris, object, uris->time_bar);
    const double beat = bar * find_number(uris, object, uris->time_beats_per_bar) +
                        find_number(uris, object, uris->time_bar_beat);
    const double first = beat - place / transport->rate / 60 * (double)transport->tempo;
    // Hosts tell the beat in single precision: rounded, it is the same number wherever in the song
    // it was told.
    transport->first_beat = isfinite(first) && fabs(first) < 1e9 ? round(first * 1e3) / 1e3 : 0;
}

TransportChange transport_read(Transport *transport, const LV2_Atom_Object *object)
{
    const Uris *uris = transport->uris;
    if (object->body.otype != uris->time_position) return TRANSPORT_GOES_ON;
    double place = find_number(uris, object, uris->time_frame);
    if (!atoms_value(object, uris->time_frame) && transport->rolling)
        place = (double)transport->position; // it says nothing new of the place
    read_beats(transport, object, place);

    // A message without a speed says nothing new of it.
    const LV2_Atom *speed = atoms_value(object, uris->time_speed);
    const double pace = speed ? number(uris, speed) : transport->rolling;
    const bool rolls = pace == 1 && place >= 0 && place < 1e15;
    const bool starts = rolls && !transport->rolling;
    const bool jumps = rolls && transport->position != (uint64_t)place;
    transport->rolling = rolls;
    if (rolls) transport->position = (uint64_t)place;
    return starts ? TRANSPORT_STARTS : jumps ? TRANSPORT_JUMPS : TRANSPORT_GOES_ON;
}

void transport_advance(Transport *transport, uint32_t n)
{
    transport->position += n;
}
