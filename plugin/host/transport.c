#include "host/transport.h"

#include "host/atoms.h"

#include <math.h>

static const float usual_tempo = 120;

void transport_init(Transport *transport, const Uris *uris, double rate)
{
    *transport = (Transport){.uris = uris, .rate = rate, .tempo = usual_tempo, .reported = -1};
}

// Returns the number in an atom of any numeric type; NaN where there is none.
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

// Takes over the tempo and the beat at `frame`. A tempo alone moves no beat.
static void read_beats(Transport *transport, const LV2_Atom_Object *object, double frame)
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
    const double first = beat - frame / transport->rate / 60 * (double)transport->tempo;
    // Hosts report the beat in single precision: rounded, the first beat is the same number from
    // every frame of the song.
    transport->first_beat = isfinite(first) && fabs(first) < 1e9 ? round(first * 1e3) / 1e3 : 0;
}

// Finds out whether the host is stuck: it reports the frame that it reported in the block before,
// though samples were played in between. A loop comes back to its frame too, but not in each block.
static void watch_frame(Transport *transport, double frame)
{
    if (frame != transport->reported)
        transport->stuck = false;
    else if (transport->played > 0)
        transport->stuck = true;
    transport->reported = frame;
    transport->reported_now = true;
    transport->played = 0;
}

TransportChange transport_read(Transport *transport, const LV2_Atom_Object *object)
{
    const Uris *uris = transport->uris;
    double frame = find_number(uris, object, uris->time_frame);
    if (!atoms_value(object, uris->time_frame) && transport->rolling)
        frame = (double)transport->frame; // the message has no new one
    read_beats(transport, object, frame);

    // A message without a speed leaves the speed as it is.
    const LV2_Atom *atom = atoms_value(object, uris->time_speed);
    const double speed = atom ? number(uris, atom) : transport->rolling;
    bool rolls = speed == 1 && frame >= 0 && frame < 1e15;
    if (rolls && atoms_value(object, uris->time_frame)) watch_frame(transport, frame);
    if (transport->stuck) rolls = false;
    const bool starts = rolls && !transport->rolling;
    const bool jumps = rolls && transport->frame != (uint64_t)frame;
    transport->rolling = rolls;
    if (rolls) transport->frame = (uint64_t)frame;
    return starts ? TRANSPORT_STARTS : jumps ? TRANSPORT_JUMPS : TRANSPORT_UNCHANGED;
}

void transport_advance(Transport *transport, uint32_t n)
{
    transport->frame += n;
    transport->played += n;
}

void transport_end_block(Transport *transport, uint32_t n)
{
    if (n == 0) return;
    if (!transport->reported_now) {
        transport->reported = -1;
        transport->stuck = false;
    }
    transport->reported_now = false;
}

void transport_stop(Transport *transport)
{
    transport->rolling = false;
}
