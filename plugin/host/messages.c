#include "host/messages.h"

#include "host/atoms.h"

#include <string.h>

void messages_init(Messages *messages, const Uris *uris, LV2_URID_Map *map)
{
    *messages = (Messages){.uris = uris};
    lv2_atom_forge_init(&messages->forge, map);
}

static bool is_urid(const Uris *uris, const LV2_Atom *atom, LV2_URID urid)
{
    return atom->type == uris->atom_urid && atom->size >= sizeof(LV2_URID) &&
           ((const LV2_Atom_URID *)atom)->body == urid;
}

// Returns the property that the atom names; PROPERTIES where it is not one of ours.
static Property find_property(const Uris *uris, const LV2_Atom *atom)
{
    Property p = 0;
    while (p < PROPERTIES && !is_urid(uris, atom, uris->property[p])) p++;
    return p;
}

// Hosts and scripts name files by all three.
static bool is_text(const Uris *uris, const LV2_Atom *atom)
{
    return atom->type == uris->atom_path || atom->type == uris->atom_string ||
           atom->type == uris->atom_uri;
}

static bool handle_set(const Uris *uris, const LV2_Atom_Object *object, Handover *handover)
{
    const LV2_Atom *property = atoms_value(object, uris->patch_property);
    const LV2_Atom *value = atoms_value(object, uris->patch_value);
    if (!property || !value || !is_text(uris, value)) return false;

    const Property p = find_property(uris, property);
    const char *path = (const char *)(value + 1);
    const size_t length = strnlen(path, value->size);
    if (p == PROPERTIES || !property_takes_path(p, length)) return false;
    handover_request(handover, p, path, length);
    return true;
}

static void handle_get(Messages *messages, const LV2_Atom_Object *object)
{
    const LV2_Atom *property = atoms_value(object, messages->uris->patch_property);
    if (!property) {
        // Without the status: Ardour logs an error for each property that it does not know, on
        // its audio thread.
        messages->due |= UPDATE_NAMES;
    } else if (is_urid(messages->uris, property, messages->uris->status)) {
        messages->due |= UPDATE_STATUS;
    } else {
        messages->due |= UPDATE_NAMES & (1u << find_property(messages->uris, property));
    }
}

bool messages_read(Messages *messages, const LV2_Atom_Object *object, Handover *handover)
{
    const Uris *uris = messages->uris;
    if (object->body.otype == uris->patch_set) return handle_set(uris, object, handover);
    if (object->body.otype == uris->patch_get) handle_get(messages, object);
    return false;
}

static void write_set(LV2_Atom_Forge *forge, const Uris *uris, LV2_URID property, LV2_URID type,
                      const char *text)
{
    LV2_Atom_Forge_Frame frame;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, uris->patch_set);
    lv2_atom_forge_key(forge, uris->patch_property);
    lv2_atom_forge_urid(forge, property);
    lv2_atom_forge_key(forge, uris->patch_value);
    lv2_atom_forge_typed_string(forge, type, text, (uint32_t)strlen(text));
    lv2_atom_forge_pop(forge, &frame);
}

static void write_state_changed(LV2_Atom_Forge *forge, const Uris *uris)
{
    LV2_Atom_Forge_Frame frame;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, uris->state_changed);
    lv2_atom_forge_pop(forge, &frame);
}

static void write_view(LV2_Atom_Forge *forge, const Uris *uris, const View *view)
{
    const size_t size = sizeof(int64_t) + sizeof(LV2_Atom_Object) + sizeof(LV2_Atom_Property_Body) +
                        sizeof *view + sizeof(uint64_t);
    if (size > forge->size - forge->offset) return;
    LV2_Atom_Forge_Frame frame;
    lv2_atom_forge_frame_time(forge, 0);
    lv2_atom_forge_object(forge, &frame, 0, uris->view);
    lv2_atom_forge_key(forge, uris->view_data);
    lv2_atom_forge_atom(forge, sizeof *view, uris->atom_chunk);
    lv2_atom_forge_write(forge, view, sizeof *view);
    lv2_atom_forge_pop(forge, &frame);
}

// Returns the bytes of the event that write_set() makes of the text, or write_state_changed() where
// it is NULL.
static size_t event_size(const char *text)
{
    const size_t empty = sizeof(int64_t) + sizeof(LV2_Atom_Object);
    const size_t property = sizeof(LV2_Atom_Property_Body) + sizeof(uint64_t);
    const size_t value = sizeof(LV2_Atom_Property_Body);
    return text ? empty + property + value + ((strlen(text) + 1 + 7) & ~(size_t)7) : empty;
}

void messages_write(Messages *messages, LV2_Atom_Sequence *notify, const Names *names,
                    const View *view)
{
    if (!notify) return;
    const Uris *uris = messages->uris;
    const struct {
        Updates update;
        LV2_URID property, type;
        const char *text; // NULL: state:StateChanged
    } message[] = {
        {UPDATE_MODEL, uris->property[PROPERTY_MODEL], uris->atom_path,
         names->path[PROPERTY_MODEL]},
        {UPDATE_REFERENCE, uris->property[PROPERTY_REFERENCE], uris->atom_path,
         names->path[PROPERTY_REFERENCE]},
        {UPDATE_STATUS, uris->status, uris->atom_string, names->status},
        {UPDATE_STATE_CHANGED, 0, 0, NULL},
    };
    LV2_Atom_Forge *forge = &messages->forge;
    LV2_Atom_Forge_Frame sequence;
    lv2_atom_forge_set_buffer(forge, (uint8_t *)notify, notify->atom.size);
    if (!lv2_atom_forge_sequence_head(forge, &sequence, 0)) return;

    const size_t empty = forge->offset;
    for (size_t i = 0; i < sizeof message / sizeof *message; i++) {
        if (!(messages->due & message[i].update)) continue;
        if (event_size(message[i].text) > forge->size - forge->offset) {
            if (forge->offset > empty) break;
        } else if (message[i].text) {
            write_set(forge, uris, message[i].property, message[i].type, message[i].text);
        } else {
            write_state_changed(forge, uris);
        }
        messages->due &= ~message[i].update; // also a message that will never fit
    }
    if (view) write_view(forge, uris, view);
    lv2_atom_forge_pop(forge, &sequence);
}
