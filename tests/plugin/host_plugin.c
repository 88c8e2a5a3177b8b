// host_plugin.c: the plugin as a host runs it: ports, controls, blocks, buffers, latency, bypass.
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCRAMBLER "16k12s4p4,8k5s3p2" // with edges that neither block nor hop divides

static const char *const controls[] = {"enabled", "noise", "offset", "blend",
                                       "wet",     "gain",  "seed"};
enum { CONTROLS = sizeof controls / sizeof *controls };

static Host *new_host(const char *uri, double rate, const char *model)
{
    Host *host = model_alone(
        host_new(&(HostOptions){.uri = uri, .rate = rate, .worker = HOST_WORKER_INSIDE}));
    if (host && model) load_file(host, MODEL, model);
    return host;
}

// All controls away from what does nothing.
static void set_controls(Host *host)
{
    *host_control(host, "noise") = 0.5f;
    *host_control(host, "offset") = -0.3f;
    *host_control(host, "blend") = 0.4f;
    *host_control(host, "wet") = 0.8f;
    *host_control(host, "gain") = -3;
    *host_control(host, "seed") = 7;
}

static size_t latency_of(Host *host)
{
    return (size_t)*host_control(host, "latency");
}

// ---- What the host is told ----

static LilvNode *uri_node(Host *host, const char *uri)
{
    return lilv_new_uri(host_world(host), uri);
}

static bool port_has(Host *host, const LilvPort *port, const char *property)
{
    LilvNode *predicate = uri_node(host, property);
    LilvNodes *values = lilv_port_get_value(host_plugin(host), port, predicate);
    const bool has = values != NULL;
    lilv_nodes_free(values);
    lilv_node_free(predicate);
    return has;
}

static void check_ports(const char *uri)
{
    Host *host = new_host(uri, RATE, NULL);
    REQUIRE(host);
    const LilvPlugin *plugin = host_plugin(host);
    for (uint32_t p = 0; p < lilv_plugin_get_num_ports(plugin); p++) {
        const LilvPort *port = lilv_plugin_get_port_by_index(plugin, p);
        const char *symbol = lilv_node_as_string(lilv_port_get_symbol(plugin, port));
        CHECK_MSG(port_has(host, port, "http://www.w3.org/2000/01/rdf-schema#comment"),
                  "%s: no comment", symbol);
    }
    for (int c = 0; c < CONTROLS; c++) {
        const HostRange range = host_range(host, controls[c]);
        CHECK_MSG(range.minimum <= range.otherwise && range.otherwise <= range.maximum &&
                      range.minimum < range.maximum,
                  "%s: %g in %g to %g", controls[c], (double)range.otherwise, (double)range.minimum,
                  (double)range.maximum);
    }
    CHECK(host_range(host, "enabled").otherwise == 1);
    CHECK(host_range(host, "wet").otherwise == 1);
    CHECK(host_range(host, "latency").maximum > 0);
    CHECK(lilv_plugin_has_latency(plugin));
    host_free(host);
}

static void ports_are_described(void)
{
    check_ports(MONO);
    check_ports(STEREO);
}

static void designations_are_found(void)
{
    static const char *const input[] = {"enabled", "control"};
    Host *host = new_host(STEREO, RATE, NULL);
    REQUIRE(host);
    LilvNode *class = uri_node(host, LILV_URI_INPUT_PORT);
    for (int i = 0; i < 2; i++) {
        char uri[64];
        snprintf(uri, sizeof uri, LILV_NS_LV2 "%s", input[i]);
        LilvNode *designation = uri_node(host, uri);
        const LilvPort *port =
            lilv_plugin_get_port_by_designation(host_plugin(host), class, designation);
        CHECK_MSG(port && strcmp(lilv_node_as_string(lilv_port_get_symbol(host_plugin(host), port)),
                                 input[i]) == 0,
                  "%s", input[i]);
        lilv_node_free(designation);
    }
    lilv_node_free(class);
    host_free(host);
}

static void only_uri_mapping_is_required(void)
{
    Host *host = host_new(&(HostOptions){.uri = MONO, .rate = RATE, .no_log = true});
    REQUIRE(host);
    LilvNodes *required = lilv_plugin_get_required_features(host_plugin(host));
    CHECK(lilv_nodes_size(required) == 1);
    CHECK(strcmp(lilv_node_as_uri(lilv_nodes_get_first(required)),
                 "http://lv2plug.in/ns/ext/urid#map") == 0);
    lilv_nodes_free(required);
    host_free(host);
}

static void only_the_descriptor_is_exported(void)
{
    Host *host = new_host(MONO, RATE, NULL);
    REQUIRE(host);
    char *path =
        lilv_file_uri_parse(lilv_node_as_uri(lilv_plugin_get_library_uri(host_plugin(host))), NULL);
    void *library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    REQUIRE(library);
    CHECK(dlsym(library, "lv2_descriptor"));
    CHECK(!dlsym(library, "engine_new"));
    CHECK(!dlsym(library, "state_interface"));
    dlclose(library);
    lilv_free(path);
    host_free(host);
}

// ---- Latency ----

static void blocks_of_nothing_report_the_latency(void)
{
    Host *host = new_host(STEREO, RATE, wire_file("wire8.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK_MSG(latency_of(host) == 7, "%zu", latency_of(host));
    host_free(host);
}

static void wire_gives_its_input_back_late(void)
{
    const size_t frames = 20000;
    Sound in = sound_music(frames), out = sound_new(frames);
    Host *host = new_host(STEREO, RATE, wire_file("wire48.safetensors", 48, 1, RATE));
    REQUIRE(host);
    play(host, &in, &out, 0, frames, 777);
    CHECK(latency_of(host) == 47);
    CHECK(sound_delayed(&in, &out, latency_of(host), 0, frames));
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

static size_t loudest(const Sound *sound)
{
    size_t at = 0;
    for (size_t i = 0; i < sound->frames; i++)
        if (fabsf(sound->channel[0][i]) > fabsf(sound->channel[0][at])) at = i;
    return at;
}

static void check_impulse(double host_rate, double model_rate)
{
    const size_t frames = 30000, at = 12345;
    Sound in = sound_new(frames), dry = sound_new(frames), wet = sound_new(frames);
    in.channel[0][at] = in.channel[1][at] = 1;
    Host *host = new_host(MONO, host_rate, wire_file("wire6.safetensors", 6, 1, model_rate));
    REQUIRE(host);
    play(host, &in, &wet, 0, frames, 1000);
    host_reactivate(host);
    *host_control(host, "wet") = 0;
    play(host, &in, &dry, 0, frames, 1000);
    CHECK_MSG(loudest(&dry) == at + latency_of(host), "dry: %zu, not %zu", loudest(&dry),
              at + latency_of(host));
    CHECK_MSG(loudest(&wet) == at + latency_of(host), "%g Hz, wet: %zu, not %zu", host_rate,
              loudest(&wet), at + latency_of(host));
    host_free(host);
    sound_free(&in);
    sound_free(&dry);
    sound_free(&wet);
}

static void impulse_comes_after_the_latency(void)
{
    check_impulse(22050, 22050);
    check_impulse(44100, 22050);
    check_impulse(48000, 22050);
    check_impulse(96000, 44100);
    check_impulse(16000, 22050);
    check_impulse(8000, 22050);
    check_impulse(192000, 22050);
}

// ---- Controls ----

static void check_control(Host *host, const Sound *in, const char *symbol, float value,
                          float same_as)
{
    Sound a = sound_new(in->frames), b = sound_new(in->frames);
    set_controls(host);
    *host_control(host, symbol) = value;
    host_reactivate(host);
    play(host, in, &a, 0, in->frames, 1024);
    *host_control(host, symbol) = same_as;
    host_reactivate(host);
    play(host, in, &b, 0, in->frames, 1024);
    CHECK_MSG(sound_equal(&a, &b, 0, in->frames), "%s at %g is not as at %g", symbol, (double)value,
              (double)same_as);
    *host_control(host, symbol) = host_range(host, symbol).otherwise;
    sound_free(&a);
    sound_free(&b);
}

static void odd_values_are_brought_into_range(void)
{
    Sound in = sound_music(8192);
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = new_host(STEREO, RATE, model);
    REQUIRE(host);
    load_file(host, REFERENCE, reference_file("reference.safetensors", model, 300, 1));
    for (int c = 0; c < CONTROLS; c++) {
        const HostRange range = host_range(host, controls[c]);
        check_control(host, &in, controls[c], NAN, range.otherwise);
        check_control(host, &in, controls[c], INFINITY, range.maximum);
        check_control(host, &in, controls[c], -INFINITY, range.minimum);
        check_control(host, &in, controls[c], range.maximum + 1, range.maximum);
        check_control(host, &in, controls[c], range.minimum - 1, range.minimum);
    }
    host_free(host);
    sound_free(&in);
}

static void every_control_is_heard(void)
{
    Sound in = sound_music(8192), plain = sound_new(8192), changed = sound_new(8192);
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = new_host(STEREO, RATE, model);
    REQUIRE(host);
    load_file(host, REFERENCE, reference_file("reference.safetensors", model, 300, 1));
    for (int c = 0; c < CONTROLS; c++) {
        set_controls(host);
        host_reactivate(host);
        play(host, &in, &plain, 0, in.frames, 1024);
        *host_control(host, controls[c]) = strcmp(controls[c], "seed") == 0 ? 8 : 0;
        host_reactivate(host);
        play(host, &in, &changed, 0, in.frames, 1024);
        CHECK_MSG(!sound_equal(&plain, &changed, 0, in.frames), "%s", controls[c]);
        *host_control(host, controls[c]) = host_range(host, controls[c]).otherwise;
    }
    host_free(host);
    sound_free(&in);
    sound_free(&plain);
    sound_free(&changed);
}

// A control jumps at a block's start: the sound must go from one end to the other without a step
// that neither has.
static void check_jump(Host *host, const Sound *in, const char *symbol, float from, float to)
{
    const size_t half = in->frames / 2;
    Sound before = sound_new(in->frames), after = sound_new(in->frames),
          jump = sound_new(in->frames);
    float *control = host_control(host, symbol);
    *control = from;
    host_reactivate(host);
    play(host, in, &before, 0, in->frames, 500);
    *control = to;
    host_reactivate(host);
    play(host, in, &after, 0, in->frames, 500);
    *control = from;
    host_reactivate(host);
    play(host, in, &jump, 0, half, 500);
    *control = to;
    play(host, in, &jump, half, in->frames, 500);

    const size_t start = half - 100, end = half + latency_of(host) + (size_t)(0.1 * RATE);
    const float ends = fmaxf(sound_step(&before, start, end), sound_step(&after, start, end));
    const float across = sound_step(&jump, start, end);
    CHECK_MSG(across <= 1.02f * ends, "%s from %g to %g: a step of %g; its ends have %g", symbol,
              (double)from, (double)to, (double)across, (double)ends);
    CHECK_MSG(sound_equal(&before, &jump, 0, half), "%s: changed too early", symbol);
    CHECK_MSG(!sound_equal(&before, &jump, half, in->frames), "%s: did not change", symbol);
    *control = host_range(host, symbol).otherwise;
    sound_free(&before);
    sound_free(&after);
    sound_free(&jump);
}

static void check_jumps(Host *host, const Sound *in, const char *symbol)
{
    const HostRange range = host_range(host, symbol);
    check_jump(host, in, symbol, range.minimum, range.maximum);
    check_jump(host, in, symbol, range.maximum, range.minimum);
}

static void jumping_controls_do_not_click(void)
{
    static const char *const jumping[] = {"enabled", "noise", "offset", "blend", "wet", "gain"};
    Sound in = sound_music(40000);
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    Host *host = new_host(STEREO, RATE, model);
    REQUIRE(host);
    load_file(host, REFERENCE, reference_file("reference.safetensors", model, 3000, 1));
    set_controls(host);
    for (size_t c = 0; c < sizeof jumping / sizeof *jumping; c++)
        check_jumps(host, &in, jumping[c]);
    host_free(host);
    sound_free(&in);
}

// A tone and its opposite: as far apart as dry and wet can be.
static void jumping_output_controls_do_not_click(void)
{
    Sound in = sound_tone(20400);
    Host *host = new_host(STEREO, RATE, wire_file("opposite.safetensors", 8, -1, RATE));
    REQUIRE(host);
    check_jumps(host, &in, "enabled");
    check_jumps(host, &in, "wet");
    check_jumps(host, &in, "gain");
    host_free(host);
    sound_free(&in);
}

// Where neither a hop nor a decoder smooths it, an offset that jumps still takes 20 ms at least.
static void jumping_offset_is_ramped(void)
{
    const size_t half = 10000;
    Sound sound = sound_new(2 * half);
    Host *host = new_host(STEREO, RATE, wire_file("wire1.safetensors", 1, 1, RATE));
    REQUIRE(host);
    // A steady input, as an offset follows the level.
    for (size_t i = 0; i < 2 * half; i++) sound.channel[0][i] = sound.channel[1][i] = 0.1f;
    *host_control(host, "offset") = -2;
    play(host, &sound, &sound, 0, half, 500);
    *host_control(host, "offset") = 2;
    play(host, &sound, &sound, half, 2 * half, 500);
    const float jump = sound.channel[0][2 * half - 1] - sound.channel[0][half - 1];
    const float step = sound_step(&sound, half - 1, 2 * half);
    CHECK_MSG(jump > 0.3f && step < jump / (0.02f * (float)RATE), "a jump of %g, a step of %g",
              (double)jump, (double)step);
    host_free(host);
    sound_free(&sound);
}

static void bypass_is_the_input_late(void)
{
    Sound in = sound_music(20000), out = sound_new(20000);
    Host *host = new_host(STEREO, RATE, scrambler_file("slow.safetensors", SCRAMBLER, RATE / 2, 1));
    REQUIRE(host);
    set_controls(host);
    *host_control(host, "enabled") = 0;
    play(host, &in, &out, 0, in.frames, 333);
    CHECK(latency_of(host) > 0);
    CHECK(sound_delayed(&in, &out, latency_of(host), 0, in.frames));
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

// ---- Blocks and buffers ----

static void check_blocks(const char *uri)
{
    Sound in = sound_music(100000), whole = sound_new(in.frames), pieces = sound_new(in.frames);
    const char *model = scrambler_file("slow.safetensors", SCRAMBLER, 22050, 1);
    Host *host = new_host(uri, RATE, model);
    REQUIRE(host);
    load_file(host, REFERENCE, reference_file("reference.safetensors", model, 300, 1));
    set_controls(host);
    play(host, &in, &whole, 0, in.frames, in.frames);
    for (uint32_t seed = 0; seed < 3; seed++) {
        host_reactivate(host);
        play_in_pieces(host, &in, &pieces, 0, in.frames, 8192, seed);
        CHECK(sound_equal(&whole, &pieces, 0, in.frames));
    }
    host_reactivate(host);
    play(host, &in, &pieces, 0, 5000, 1);
    CHECK(sound_equal(&whole, &pieces, 0, 5000));
    host_free(host);
    sound_free(&in);
    sound_free(&whole);
    sound_free(&pieces);
}

static void block_lengths_do_not_matter(void)
{
    check_blocks(MONO);
    check_blocks(STEREO);
}

// Plays with outputs that are the inputs' memory: out[c] is the copy of in[from[c]]. Halfway
// the model changes.
static void play_aliased(Host *host, const Sound *in, Sound *out, const int from[2],
                         const char *model)
{
    enum { BLOCK = 700 };
    float buffer[SOUND_CHANNELS][BLOCK];
    const float *inputs[SOUND_CHANNELS] = {buffer[0], buffer[1]};
    float *outputs[SOUND_CHANNELS] = {buffer[from[0]], buffer[from[1]]};
    for (size_t at = 0; at + BLOCK <= in->frames; at += BLOCK) {
        if (at == in->frames / 2) host_set_file(host, MODEL, model);
        for (int c = 0; c < SOUND_CHANNELS; c++)
            memcpy(buffer[c], in->channel[c] + at, sizeof buffer[c]);
        host_run(host, inputs, outputs, BLOCK);
        for (int c = 0; c < SOUND_CHANNELS; c++)
            memcpy(out->channel[c] + at, outputs[c], sizeof buffer[c]);
    }
}

static void buffers_may_be_shared(void)
{
    const int in_place[2] = {0, 1}, swapped[2] = {1, 0};
    Sound in = sound_music(70 * 700), apart = sound_new(in.frames), shared = sound_new(in.frames);
    const char *first = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *second = scrambler_file("slow.safetensors", SCRAMBLER, RATE / 2, 1);
    Host *host = new_host(STEREO, RATE, first);
    REQUIRE(host);
    set_controls(host);
    play(host, &in, &apart, 0, in.frames / 2, 700);
    host_set_file(host, MODEL, second);
    play(host, &in, &apart, in.frames / 2, in.frames, 700);

    for (int i = 0; i < 2; i++) {
        load_file(host, MODEL, first);
        host_reactivate(host);
        play_aliased(host, &in, &shared, i == 0 ? in_place : swapped, second);
        CHECK_MSG(sound_equal(&apart, &shared, 0, in.frames), "%s",
                  i == 0 ? "in place" : "swapped");
    }
    host_free(host);
    sound_free(&in);
    sound_free(&apart);
    sound_free(&shared);
}

static void ports_may_be_unconnected(void)
{
    Sound in = sound_music(2000), out = sound_new(2000), whole = sound_new(2000);
    Host *host = new_host(STEREO, RATE, wire_file("wire8.safetensors", 8, 1, RATE));
    REQUIRE(host);
    play(host, &in, &whole, 0, in.frames, 100);
    host_reactivate(host);
    host_disconnect(host, "latency");
    host_disconnect(host, "notify");
    host_disconnect(host, "control");
    for (int c = 0; c < CONTROLS; c++) host_disconnect(host, controls[c]);
    play(host, &in, &out, 0, in.frames, 100);
    CHECK(sound_equal(&whole, &out, 0, in.frames));
    host_free(host);
    sound_free(&in);
    sound_free(&out);
    sound_free(&whole);
}

static void activation_starts_anew(void)
{
    Sound in = sound_music(20000), first = sound_new(20000), second = sound_new(20000);
    Host *host =
        new_host(STEREO, RATE, scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1));
    REQUIRE(host);
    set_controls(host);
    play(host, &in, &first, 0, in.frames, 512);
    host_reactivate(host);
    play(host, &in, &second, 0, in.frames, 512);
    CHECK(sound_equal(&first, &second, 0, in.frames));
    host_free(host);
    sound_free(&in);
    sound_free(&first);
    sound_free(&second);
}

// ---- Without a model ----

static void without_a_model_the_input_passes(void)
{
    Sound in = sound_music(3000), out = sound_new(3000);
    Host *host = host_new(&(HostOptions){
        .uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE, .lv2_path = bare_lv2_path()});
    REQUIRE(model_alone(host));
    CHECK_MSG(strstr(host_log(host), "models/normal.safetensors: "), "log: %s", host_log(host));
    play(host, &in, &out, 0, in.frames, 100);
    CHECK(sound_equal(&in, &out, 0, in.frames));
    CHECK(latency_of(host) == 0);
    memcpy(out.channel[0], in.channel[0], in.frames * sizeof(float));
    memcpy(out.channel[1], in.channel[1], in.frames * sizeof(float));
    Sound swapped = {in.frames, {out.channel[1], out.channel[0]}};
    play(host, &out, &swapped, 0, in.frames, 100);
    CHECK(sound_equal(&in, &swapped, 0, in.frames));
    const char *named = named_file(host, MODEL);
    CHECK_MSG(named && strstr(named, "trasluz.lv2/models/normal.safetensors"), "%s",
              named ? named : "none");

    change_file(host, MODEL, wire_file("half.safetensors", 8, 0.5f, RATE));
    play(host, &in, &out, 0, in.frames, 100);
    CHECK(latency_of(host) == 7);
    CHECK(out.channel[1][2000] == 0.5f * in.channel[1][2000 - 7]);
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

static void shipped_default_model_loads(void)
{
    Host *host = new_host(STEREO, 48000, NULL);
    REQUIRE(host);
    CHECK_MSG(*host_log(host) == '\0', "log: %s", host_log(host));
    run_nothing(host);
    CHECK_MSG(latency_of(host) > 0 && latency_of(host) < 480, "%zu samples", latency_of(host));
    const char *named = named_file(host, MODEL);
    CHECK_MSG(named && strstr(named, "trasluz.lv2/models/normal.safetensors"), "%s",
              named ? named : "none");
    host_free(host);
}

int main(void)
{
    RUN(ports_are_described);
    RUN(designations_are_found);
    RUN(only_uri_mapping_is_required);
    RUN(only_the_descriptor_is_exported);
    RUN(blocks_of_nothing_report_the_latency);
    RUN(wire_gives_its_input_back_late);
    RUN(impulse_comes_after_the_latency);
    RUN(odd_values_are_brought_into_range);
    RUN(every_control_is_heard);
    RUN(jumping_controls_do_not_click);
    RUN(jumping_output_controls_do_not_click);
    RUN(jumping_offset_is_ramped);
    RUN(bypass_is_the_input_late);
    RUN(block_lengths_do_not_matter);
    RUN(buffers_may_be_shared);
    RUN(ports_may_be_unconnected);
    RUN(activation_starts_anew);
    RUN(without_a_model_the_input_passes);
    RUN(shipped_default_model_loads);
    return check_status();
}
