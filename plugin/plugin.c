// plugin.c: the LV2 descriptors and the functions that the host calls.
#include "plugin.h"

#include "host/atoms.h"
#include "host/block_events.h"
#include "math/kernels.h"
#include "session/shipped.h"

#include <lv2/core/lv2.h>
#include <lv2/core/lv2_util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char default_model[] = "models/normal.safetensors"; // in the bundle

static Setup *load_default(Plugin *plugin, const char *bundle)
{
    const size_t length = strlen(bundle);
    const char *slash = length > 0 && bundle[length - 1] == '/' ? "" : "/";
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s%s%s", bundle, slash, default_model);

    Selection *selection = handover_lock(&plugin->handover);
    Setup *setup = selection_restore(selection, (const char *[PROPERTIES]){[PROPERTY_MODEL] = path},
                                     &(Copies){0});
    handover_unlock(&plugin->handover);
    return setup;
}

static LV2_Handle instantiate(const LV2_Descriptor *descriptor, double rate, const char *bundle,
                              const LV2_Feature *const *features)
{
    Plugin *plugin = calloc(1, sizeof *plugin);
    if (!plugin) return NULL;

    LV2_URID_Map *map = NULL;
    LV2_Log_Log *log = NULL;
    const char *missing =
        lv2_features_query(features, LV2_URID__map, &map, true, LV2_LOG__log, &log, false,
                           LV2_WORKER__schedule, &plugin->schedule, false, NULL);
    lv2_log_logger_init(&plugin->logger, map, log);
    if (missing) {
        lv2_log_error(&plugin->logger, "trasluz: this host lacks %s\n", missing);
        free(plugin);
        return NULL;
    }
    if (!plugin->schedule)
        lv2_log_note(&plugin->logger, "trasluz: this host has no worker: files can be chosen by "
                                      "presets and sessions only\n");
    if (kernel_unknown())
        lv2_log_warning(&plugin->logger,
                        "trasluz: TRASLUZ_KERNELS has no effect: must be scalar, or avx2, avx512 "
                        "or neon where the processor has it\n");

    uris_map(&plugin->uris, map);
    messages_init(&plugin->messages, &plugin->uris, map);
    controls_init(&plugin->controls);
    transport_init(&plugin->transport, &plugin->uris, rate);
    plugin->idle_least = (uint32_t)rate;
    plugin->channels = strcmp(descriptor->URI, TRASLUZ_STEREO_URI) == 0 ? 2 : 1;
    const size_t latency = (size_t)shipped_latency(bundle, rate);
    if (!handover_init(&plugin->handover, rate, plugin->channels, latency, plugin->schedule != NULL,
                       &plugin->logger)) {
        free(plugin);
        return NULL;
    }
    Setup *first =
        feed_init(&plugin->feed, rate, plugin->channels) ? load_default(plugin, bundle) : NULL;
    if (!first) {
        feed_free(&plugin->feed);
        handover_free(&plugin->handover);
        free(plugin);
        return NULL;
    }
    player_init(&plugin->player, first, rate, plugin->channels);
    return plugin;
}

static void cleanup(LV2_Handle instance)
{
    Plugin *plugin = instance;
    player_free(&plugin->player);
    feed_free(&plugin->feed);
    handover_free(&plugin->handover);
    free(plugin);
}

static void connect_audio(Plugin *plugin, int index, float *buffer)
{
    if (index < plugin->channels)
        plugin->in[index] = buffer;
    else
        plugin->out[index - plugin->channels] = buffer;
}

static void connect_port(LV2_Handle instance, uint32_t port, void *data)
{
    Plugin *plugin = instance;
    switch (port) {
    case PORT_CONTROL: plugin->control = data; break;
    case PORT_NOTIFY: plugin->notify = data; break;
    case PORT_MIDI: plugin->midi = data; break;
    case PORT_LATENCY: plugin->latency = data; break;
    default:
        if (port < PORT_AUDIO)
            plugin->controls.value[port] = data;
        else
            connect_audio(plugin, (int)port - PORT_AUDIO, data);
    }
}

// Gives a setup to the worker to be freed; without a worker the next restore() frees it.
static void retire(Plugin *plugin, Setup *setup)
{
    if (!setup) return;
    handover_retire(&plugin->handover, setup);
    plugin->work_due = true;
}

static void activate(LV2_Handle instance)
{
    Plugin *plugin = instance;
    retire(plugin, player_reset(&plugin->player));
    transport_stop(&plugin->transport); // the engine is no longer where the song is
    notes_reset(&plugin->notes);
}

// Calls the worker, which finds its work in the handover. Where the host's queue is full it is
// called again in the next block.
static void call_worker(Plugin *plugin)
{
    if (!plugin->work_due || !plugin->schedule) return;
    const uint32_t message = 0;
    plugin->work_due = plugin->schedule->schedule_work(plugin->schedule->handle, sizeof message,
                                                       &message) != LV2_WORKER_SUCCESS;
}

// ---- A block ----

static void set_tempo(const Plugin *plugin, EngineSettings *settings)
{
    const Transport *transport = &plugin->transport;
    controls_set_tempo(&plugin->controls, settings, transport->tempo, transport->first_beat);
}

// Finds controls that were moved and do nothing with the model; the worker says so, once for each
// model. They have a second first: a preset's controls may come before its model.
static void note_idle_controls(Plugin *plugin, uint32_t samples)
{
    const Model *model = player_model(&plugin->player);
    if (!model) return;
    if (model != plugin->noted_model) plugin->noted = plugin->idle = 0;
    plugin->noted_model = model;
    const EffectModel effect = control_effect_model(model);
    const uint64_t idle =
        control_effect_idle(controls_moved(&plugin->controls), &effect) & ~plugin->noted;
    if (idle != plugin->idle) plugin->idle_samples = 0;
    plugin->idle = idle;
    if (!idle) return;
    if (plugin->idle_samples < plugin->idle_least) {
        plugin->idle_samples += samples;
        return;
    }
    handover_note_idle(&plugin->handover, idle);
    plugin->noted |= idle;
    plugin->work_due = true;
}

// Takes over a pending setup, unless another one is being faded in.
static void adopt(Plugin *plugin, const EngineSettings *settings)
{
    if (!player_is_free(&plugin->player)) return;
    Setup *setup = handover_adopt(&plugin->handover);
    if (!setup) return;
    plugin->messages.due |= setup->updates;
    if (setup->engine && plugin->transport.rolling)
        engine_locate(setup->engine, settings, plugin->transport.frame);
    retire(plugin, player_adopt(&plugin->player, setup));
}

static bool is_connected(const Plugin *plugin)
{
    for (int c = 0; c < plugin->channels; c++)
        if (!plugin->in[c] || !plugin->out[c]) return false;
    return true;
}

// Plays the block's samples [from, to).
static void play(Plugin *plugin, const EngineSettings *settings, uint32_t from, uint32_t to)
{
    if (to == from || !is_connected(plugin)) return;
    const float *in[CHANNELS_MAX];
    float *out[CHANNELS_MAX];
    for (int c = 0; c < plugin->channels; c++) {
        in[c] = plugin->in[c] + from;
        out[c] = plugin->out[c] + from;
    }
    feed_take_input(&plugin->feed, in, to - from);
    retire(plugin, player_process(&plugin->player, settings, in, out, to - from));
    feed_take_output(&plugin->feed, out, to - from);
    transport_advance(&plugin->transport, to - from);
}

static void follow_transport(Plugin *plugin, EngineSettings *settings,
                             const LV2_Atom_Object *position)
{
    const TransportChange change = transport_read(&plugin->transport, position);
    set_tempo(plugin, settings);
    EngineSettings now = *settings;
    notes_apply(&plugin->notes, &now);
    if (change == TRANSPORT_STARTS)
        player_start(&plugin->player, &now, plugin->transport.frame);
    else if (change == TRANSPORT_JUMPS)
        player_locate(&plugin->player, &now, plugin->transport.frame);
}

static bool is_position(const Plugin *plugin, const LV2_Atom_Event *event)
{
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
    return uris_is_object(&plugin->uris, &object->atom) &&
           object->body.otype == plugin->uris.time_position;
}

static const uint8_t *midi_message(const Plugin *plugin, const LV2_Atom_Event *event)
{
    return event->body.type == plugin->uris.midi_event ? (const uint8_t *)(&event->body + 1) : NULL;
}

static void read_object(Plugin *plugin, const LV2_Atom_Object *object)
{
    if (object->body.otype == plugin->uris.listen)
        feed_listen(&plugin->feed);
    else if (messages_read(&plugin->messages, object, &plugin->handover))
        plugin->work_due = true;
}

// Handles a port's messages. Queues those that belong to a sample of the block. Notes arrive at the
// MIDI port, but some hosts send all events to the control port.
static void read_events(Plugin *plugin, const LV2_Atom_Sequence *sequence, EventQueue *queue)
{
    if (!sequence || sequence->atom.type != plugin->uris.atom_sequence) return;
    for (const LV2_Atom_Event *event = atoms_first(sequence); event;
         event = atoms_next(sequence, event)) {
        const uint8_t *midi = midi_message(plugin, event);
        if (midi && notes_concerns(midi, event->body.size))
            block_events_add_note(queue, event);
        else if (is_position(plugin, event))
            block_events_add_position(queue, event);
        else if (!midi && uris_is_object(&plugin->uris, &event->body))
            read_object(plugin, (const LV2_Atom_Object *)&event->body);
    }
}

// Takes all notes of a block that had too many, so that none stays held.
static void take_all_notes(Plugin *plugin, const LV2_Atom_Sequence *sequence)
{
    for (const LV2_Atom_Event *event = atoms_first(sequence); event;
         event = atoms_next(sequence, event)) {
        const uint8_t *midi = midi_message(plugin, event);
        if (midi) notes_take(&plugin->notes, midi, event->body.size);
    }
}

static void play_block(Plugin *plugin, BlockEvents *block, uint32_t samples)
{
    EngineSettings wanted = controls_read(&plugin->controls), settings = wanted;
    set_tempo(plugin, &wanted);
    notes_apply(&plugin->notes, &settings);
    adopt(plugin, &settings);
    uint32_t done = 0;
    for (bool at_end = false; !at_end;) {
        const BlockEvent next = block_events_take(block);
        const LV2_Atom_Event *event = next.event;
        at_end = !event;
        const int64_t at = event ? event->time.frames : samples;
        settings = wanted;
        notes_apply(&plugin->notes, &settings);
        if (at > done && at <= samples) {
            play(plugin, &settings, done, (uint32_t)at);
            done = (uint32_t)at;
        }
        if (next.is_position)
            follow_transport(plugin, &wanted, (const LV2_Atom_Object *)&event->body);
        else if (event)
            notes_take(&plugin->notes, midi_message(plugin, event), event->body.size);
    }
}

// What the window is told beside what is heard.
static FeedFacts feed_facts(const Plugin *plugin)
{
    const Player *player = &plugin->player;
    FeedFacts facts = {.model = player_model(player), .latency = player_latency(player)};
    if (!facts.model) return facts;
    const EffectModel model = control_effect_model(facts.model);
    const bool reference =
        *player_names(player)->path[PROPERTY_REFERENCE] || plugin->feed.tap.reference > 0.0f;
    float value[PORT_AUDIO];
    controls_values(&plugin->controls, value);
    for (int port = 0; port < PORT_AUDIO; port++)
        if (control_effect(port, &model, reference, value) == EFFECT_NOW)
            facts.effects |= UINT64_C(1) << port;
    return facts;
}

static void run(LV2_Handle instance, uint32_t samples)
{
    Plugin *plugin = instance;
    BlockEvents block;
    block_events_clear(&block);
    feed_begin(&plugin->feed);
    player_set_constant_latency(&plugin->player, controls_constant_latency(&plugin->controls));
    read_events(plugin, plugin->control, &block.control);
    read_events(plugin, plugin->midi, &block.midi);
    note_idle_controls(plugin, samples);
    call_worker(plugin); // before adopting: a freewheeling host loads the file now
    player_watch(&plugin->player, feed_tap(&plugin->feed));
    play_block(plugin, &block, samples);
    if (block.control.overflows) take_all_notes(plugin, plugin->control);
    if (block.midi.overflows) take_all_notes(plugin, plugin->midi);
    if (player_asks_for_room(&plugin->player)) plugin->work_due = true;
    transport_end_block(&plugin->transport, samples);

    const View *view = NULL;
    if (feed_end(&plugin->feed, controls_freewheels(&plugin->controls), samples)) {
        const FeedFacts facts = feed_facts(plugin);
        view = feed_view(&plugin->feed, &facts);
    }
    messages_write(&plugin->messages, plugin->notify, player_names(&plugin->player), view);
    if (plugin->latency) *plugin->latency = (float)player_latency(&plugin->player);
}

// ---- The worker ----

static LV2_Worker_Status work(LV2_Handle instance, LV2_Worker_Respond_Function respond,
                              LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    (void)respond, (void)handle, (void)size, (void)data;
    Plugin *plugin = instance;
    Handover *handover = &plugin->handover;
    handover_lock(handover);
    handover_grow(handover); // first: what is recorded waits for it
    handover_load_requested(handover);
    handover_report_idle(handover);
    handover_unlock(handover);
    return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status work_response(LV2_Handle instance, uint32_t size, const void *body)
{
    (void)instance, (void)size, (void)body;
    return LV2_WORKER_SUCCESS; // work() sends no responses
}

static const void *extension_data(const char *uri)
{
    static const LV2_Worker_Interface worker_interface = {
        .work = work,
        .work_response = work_response,
    };
    if (strcmp(uri, LV2_STATE__interface) == 0) return &state_interface;
    if (strcmp(uri, LV2_WORKER__interface) == 0) return &worker_interface;
    return NULL;
}

#define DESCRIPTOR(uri)                                                                            \
    {                                                                                              \
        .URI = (uri), .instantiate = instantiate, .connect_port = connect_port,                    \
        .activate = activate, .run = run, .cleanup = cleanup, .extension_data = extension_data,    \
    }

LV2_SYMBOL_EXPORT const LV2_Descriptor *lv2_descriptor(uint32_t index)
{
    static const LV2_Descriptor descriptors[] = {
        DESCRIPTOR(TRASLUZ_MONO_URI),
        DESCRIPTOR(TRASLUZ_STEREO_URI),
    };
    return index < sizeof descriptors / sizeof *descriptors ? &descriptors[index] : NULL;
}
