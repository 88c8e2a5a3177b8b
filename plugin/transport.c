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

static void read_beats(Transport *transport, bool has_frame, double frame, double bar,
                       double bar_beat, double beats_per_bar, double tempo)
{
    if (!(tempo >= 1 && tempo <= 1000)) return;
    transport->tempo = (float)tempo;
    if (isnan(bar) && isnan(bar_beat) && !has_frame) return;
    const double beat = bar * beats_per_bar + bar_beat;
    const double first = beat - frame / transport->rate / 60 * (double)transport->tempo;
    // Hosts tell the beat in single precision: rounded, it is the same number wherever in the song
    // it was told.
    transport->first_beat = isfinite(first) && fabs(first) < 1e9 ? round(first * 1e3) / 1e3 : 0;
}

TransportChange transport_read(Transport *transport, const LV2_Atom_Object *object)
{
    const Uris *uris = transport->uris;
    if (object->body.otype != uris->time_position) return TRANSPORT_GOES_ON;
    const LV2_Atom *frame = atoms_value(object, uris->time_frame);
    const double place = frame                ? number(uris, frame)
                         : transport->rolling ? (double)transport->position
                                              : NAN;
    read_beats(transport, frame != NULL, place, find_number(uris, object, uris->time_bar),
               find_number(uris, object, uris->time_bar_beat),
               find_number(uris, object, uris->time_beats_per_bar),
               find_number(uris, object, uris->time_beats_per_minute));

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
