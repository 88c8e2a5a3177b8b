#include "controls/notes.h"

enum {
    STATUS_NOTE_OFF = 0x80,
    STATUS_NOTE_ON = 0x90,
    STATUS_CONTROLLER = 0xb0,
    CONTROLLER_SOUND_OFF = 120,
    CONTROLLER_RESET = 121,
    CONTROLLER_NOTES_OFF = 123, // those above it, of modes, end all notes too
};

void notes_reset(Notes *notes)
{
    *notes = (Notes){0};
}

static bool ends_all(const uint8_t *message)
{
    return (message[0] & 0xf0) == STATUS_CONTROLLER &&
           (message[1] == CONTROLLER_SOUND_OFF || message[1] == CONTROLLER_RESET ||
            (message[1] >= CONTROLLER_NOTES_OFF && message[1] <= 127));
}

bool notes_concerns(const uint8_t *message, uint32_t size)
{
    if (size < 3) return false;
    const int status = message[0] & 0xf0;
    const bool note = status == STATUS_NOTE_ON || status == STATUS_NOTE_OFF;
    return ends_all(message) || (note && (message[1] == NOTE_FREEZE || message[1] == NOTE_CAPTURE));
}

void notes_take(Notes *notes, const uint8_t *message, uint32_t size)
{
    if (!notes_concerns(message, size)) return;
    const uint16_t channel = (uint16_t)(1u << (message[0] & 0x0f));
    if (ends_all(message)) {
        notes->freeze &= (uint16_t)~channel;
        notes->capture &= (uint16_t)~channel;
        return;
    }
    // A note that begins with velocity 0 ends.
    const bool on = (message[0] & 0xf0) == STATUS_NOTE_ON && message[2] > 0;
    uint16_t *held = message[1] == NOTE_FREEZE ? &notes->freeze : &notes->capture;
    *held = (uint16_t)(on ? *held | channel : *held & ~channel);
}

void notes_apply(const Notes *notes, EngineSettings *settings)
{
    if (notes->freeze) settings->latent.freeze = true;
    if (notes->capture) settings->latent.capture = true;
}
