// lv2host_messages.c: messages to the plugin, and from it.
#include "lib/lv2host_parts.h"

#include <lv2/atom/util.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/time/time.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void host_send_position(Host *host, const HostPosition *position)
{
    const int beats_per_bar = 4;
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, position->at);
    lv2_atom_forge_object(forge, &object, 0, host_urid(LV2_TIME__Position));
    lv2_atom_forge_key(forge, host_urid(LV2_TIME__frame));
    lv2_atom_forge_long(forge, position->frame);
    lv2_atom_forge_key(forge, host_urid(LV2_TIME__speed));
    lv2_atom_forge_float(forge, position->speed);
    if (position->beat >= 0.0) {
        const double bar = floor(position->beat / beats_per_bar);
        lv2_atom_forge_key(forge, host_urid(LV2_TIME__barBeat));
        lv2_atom_forge_float(forge, (float)(position->beat - bar * beats_per_bar));
        lv2_atom_forge_key(forge, host_urid(LV2_TIME__bar));
        lv2_atom_forge_long(forge, (int64_t)fmin(bar, 1e15));
        lv2_atom_forge_key(forge, host_urid(LV2_TIME__beatUnit));
        lv2_atom_forge_int(forge, 4);
        lv2_atom_forge_key(forge, host_urid(LV2_TIME__beatsPerBar));
        lv2_atom_forge_float(forge, beats_per_bar);
        lv2_atom_forge_key(forge, host_urid(LV2_TIME__beatsPerMinute));
        lv2_atom_forge_float(forge, position->tempo);
    }
    lv2_atom_forge_pop(forge, &object);
}

void host_send_tempo(Host *host, float tempo)
{
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &object, 0, host_urid(LV2_TIME__Position));
    lv2_atom_forge_key(forge, host_urid(LV2_TIME__beatsPerMinute));
    lv2_atom_forge_float(forge, tempo);
    lv2_atom_forge_pop(forge, &object);
}

void host_send(Host *host, const HostSet *message)
{
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &object, 0, host_urid(LV2_PATCH__Set));
    if (message->subject) {
        lv2_atom_forge_key(forge, host_urid(LV2_PATCH__subject));
        lv2_atom_forge_urid(forge, host_urid(message->subject));
    }
    if (message->value) {
        lv2_atom_forge_key(forge, host_urid(LV2_PATCH__value));
        lv2_atom_forge_atom(forge, message->size,
                            host_urid(message->type ? message->type : LV2_ATOM__Path));
        lv2_atom_forge_write(forge, message->value, message->size);
    }
    if (message->property) {
        lv2_atom_forge_key(forge, host_urid(LV2_PATCH__property));
        lv2_atom_forge_urid(forge, host_urid(message->property));
    }
    lv2_atom_forge_pop(forge, &object);
}

void host_set_file(Host *host, const char *property, const char *path)
{
    host_send(host,
              &(HostSet){.property = property, .value = path, .size = (uint32_t)strlen(path) + 1});
}

void host_get(Host *host, const char *property)
{
    LV2_Atom_Forge *forge = &host->forge;
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &object, 0, host_urid(LV2_PATCH__Get));
    if (property) {
        lv2_atom_forge_key(forge, host_urid(LV2_PATCH__property));
        lv2_atom_forge_urid(forge, host_urid(property));
    }
    lv2_atom_forge_pop(forge, &object);
}

void host_send_midi(Host *host, uint32_t at, const void *message, uint32_t size)
{
    LV2_Atom_Forge *forge = host->midi_to_control ? &host->forge : &host->midi_forge;
    lv2_atom_forge_frame_time(forge, at);
    lv2_atom_forge_atom(forge, size, host_urid(LV2_MIDI__MidiEvent));
    lv2_atom_forge_write(forge, message, size);
}

void host_ask_for_views(Host *host)
{
    LV2_Atom_Forge_Frame object;
    lv2_atom_forge_frame_time(&host->forge, 0);
    lv2_atom_forge_object(&host->forge, &object, 0, host_urid(TRASLUZ_LISTEN_URI));
    lv2_atom_forge_pop(&host->forge, &object);
}

static void hear_view(Heard *heard, const LV2_Atom_Object *object)
{
    const LV2_Atom *data = NULL;
    lv2_atom_object_get(object, host_urid(TRASLUZ_VIEW_DATA_URI), &data, 0);
    if (!data || data->type != host_urid(LV2_ATOM__Chunk) || data->size != sizeof heard->view)
        return;
    heard->kind = HEARD_VIEW;
    memcpy(&heard->view, LV2_ATOM_BODY_CONST(data), sizeof heard->view);
}

static void hear_set(Heard *heard, const LV2_Atom_Object *object)
{
    const LV2_Atom *property = NULL, *value = NULL;
    lv2_atom_object_get(object, host_urid(LV2_PATCH__property), &property,
                        host_urid(LV2_PATCH__value), &value, 0);
    if (!property || property->type != host_urid(LV2_ATOM__URID)) return;
    const LV2_URID key = ((const LV2_Atom_URID *)property)->body;
    const bool is_notice = key == host_urid("urn:trasluz:notice");
    if (!value || value->type != host_urid(is_notice ? LV2_ATOM__String : LV2_ATOM__Path)) return;
    heard->kind = HEARD_SET;
    snprintf(heard->property, sizeof heard->property, "%s", host_unmap.unmap(NULL, key));
    snprintf(heard->path, sizeof heard->path, "%.*s", (int)value->size,
             (const char *)LV2_ATOM_BODY_CONST(value));
}

void host_hear(Host *host)
{
    LV2_ATOM_SEQUENCE_FOREACH (&host->notify.sequence, event) {
        if (host->heards == HEARD_MAX) host_fail("plugin", "says too much");
        Heard *heard = &host->heard[host->heards++];
        *heard =
            (Heard){.kind = HEARD_OTHER, .size = (uint32_t)sizeof event->body + event->body.size};
        const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
        if (object->atom.type != host_urid(LV2_ATOM__Object)) continue;
        if (object->body.otype == host_urid(LV2_PATCH__Set)) hear_set(heard, object);
        if (object->body.otype == host_urid(TRASLUZ_VIEW_URI)) hear_view(heard, object);
        if (object->body.otype == host_urid(LV2_STATE__StateChanged))
            heard->kind = HEARD_STATE_CHANGED;
    }
}

int host_heard(const Host *host)
{
    return host->heards;
}

const Heard *host_heard_at(const Host *host, int index)
{
    return &host->heard[index];
}

void host_forget(Host *host)
{
    host->heards = 0;
}
