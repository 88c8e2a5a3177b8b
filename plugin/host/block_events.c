#include "host/block_events.h"

#include <stddef.h>
#include <string.h>

void block_events_clear(BlockEvents *block)
{
    // The events themselves are not read beyond the numbers.
    EventQueue *const queue[] = {&block->control, &block->midi};
    for (int i = 0; i < 2; i++) {
        queue[i]->events = queue[i]->positions = queue[i]->taken = 0;
        queue[i]->overflows = false;
    }
}

void block_events_add_note(EventQueue *queue, const LV2_Atom_Event *event)
{
    if (queue->events < BLOCK_EVENTS_MAX)
        queue->event[queue->events++] = (BlockEvent){event, false};
    else
        queue->overflows = true;
}

void block_events_add_position(EventQueue *queue, const LV2_Atom_Event *event)
{
    if (queue->positions == BLOCK_POSITIONS_MAX || queue->events == BLOCK_EVENTS_MAX) {
        int last = queue->events - 1;
        while (last >= 0 && !queue->event[last].is_position) last--;
        if (last < 0) return;
        memmove(queue->event + last, queue->event + last + 1,
                (size_t)(queue->events - 1 - last) * sizeof *queue->event);
        queue->events--;
        queue->positions--;
    }
    queue->event[queue->events++] = (BlockEvent){event, true};
    queue->positions++;
}

static BlockEvent head(const EventQueue *queue)
{
    return queue->taken < queue->events ? queue->event[queue->taken] : (BlockEvent){NULL, false};
}

BlockEvent block_events_take(BlockEvents *block)
{
    const BlockEvent control = head(&block->control), midi = head(&block->midi);
    const bool midi_is_next =
        midi.event && (!control.event || midi.event->time.frames < control.event->time.frames);
    EventQueue *queue = midi_is_next ? &block->midi : &block->control;
    if (queue->taken < queue->events) queue->taken++;
    return midi_is_next ? midi : control;
}
