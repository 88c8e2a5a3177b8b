// block_events.h: the events of a block that have a sample: time:Positions and MIDI notes in order.
// They arrive at two ports. Audio thread only; real-time safe.
#ifndef TRASLUZ_BLOCK_EVENTS_H
#define TRASLUZ_BLOCK_EVENTS_H

#include <lv2/atom/atom.h>
#include <stdbool.h>

enum { BLOCK_POSITIONS_MAX = 32, BLOCK_EVENTS_MAX = 128 }; // hosts send a few at most

typedef struct {
    const LV2_Atom_Event *event; // NULL: none
    bool is_position;
} BlockEvent;

typedef struct {
    BlockEvent event[BLOCK_EVENTS_MAX];
    int events, positions, taken;
    bool overflows; // there were more notes than have room
} EventQueue;

typedef struct {
    EventQueue control, midi; // by port
} BlockEvents;

void block_events_clear(BlockEvents *block);

// Adds a note. One that has no room is left out, and the queue overflows.
void block_events_add_note(EventQueue *queue, const LV2_Atom_Event *event);

// Adds a time:Position. Of more than there may be, the last one counts.
void block_events_add_position(EventQueue *queue, const LV2_Atom_Event *event);

// Takes the next event: the earlier one of both queues, whose own orders stay. Returns event NULL
// where none is left.
BlockEvent block_events_take(BlockEvents *block);

#endif
