// host_ports.c: what sessions and automation rely on: tests/ports.frozen lists each port with its
// symbol, range, default, unit and scale points, the properties, and the keys of sessions. That
// file may only be appended to; a change of the plugin that it does not list, or of a line in it,
// fails. `host_ports list` prints what the plugin has. A release adds a line to `freezes`.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include "files/hash.h"

#include <lv2/midi/midi.h>
#include <lv2/time/time.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FROZEN "tests/ports.frozen"

// How many lines were frozen, and their hash, each time: only a further entry may be added.
static const struct {
    int lines;
    const char *hash;
} freezes[] = {
    {98, "1869e33705b19ca2e2e5609b075b0ef3311cea14b623c5c84554ad52ea33d35b"},
    {110, "c4a6843d33a34ed3bdbab71796e8fe2db3c2cb4d5f9a32843e718af93fa63e05"},
    {114, "a6a51f79c8a43b9ccc00c8ecffec1597f33f3c3c956cc235cfa4f388cac8278d"},
};

enum { LINES_MAX = 200, LINE_MAX = 400 };
typedef struct {
    char line[LINES_MAX][LINE_MAX];
    int lines;
} List;

static List now, frozen;

__attribute__((format(printf, 2, 3))) static void add(List *list, const char *format, ...)
{
    if (list->lines == LINES_MAX) abort();
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(list->line[list->lines++], LINE_MAX, format, arguments);
    va_end(arguments);
}

static bool has(const List *list, const char *line)
{
    for (int i = 0; i < list->lines; i++)
        if (strcmp(list->line[i], line) == 0) return true;
    return false;
}

// ---- What the plugin has ----

#define LV2_URI   "http://lv2plug.in/ns/lv2core#"
#define UNITS_URI "http://lv2plug.in/ns/extensions/units#"

static bool port_is(Host *host, const LilvPort *port, const char *class)
{
    LilvNode *uri = lilv_new_uri(host_world(host), class);
    const bool is = lilv_port_is_a(host_plugin(host), port, uri);
    lilv_node_free(uri);
    return is;
}

static int compare_points(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void write_scale_points(Host *host, const LilvPort *port, char text[LINE_MAX])
{
    enum { POINTS_MAX = 32 };
    float value[POINTS_MAX];
    int count = 0;
    LilvScalePoints *points = lilv_port_get_scale_points(host_plugin(host), port);
    LILV_FOREACH (scale_points, i, points)
        if (count < POINTS_MAX)
            value[count++] =
                lilv_node_as_float(lilv_scale_point_get_value(lilv_scale_points_get(points, i)));
    lilv_scale_points_free(points);
    qsort(value, (size_t)count, sizeof *value, compare_points);
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, LINE_MAX - used, " %g", (double)value[i]);
}

// The last part of the unit's URI; "-" where there is none.
static void write_unit(Host *host, const LilvPort *port, char text[LINE_MAX])
{
    LilvNode *key = lilv_new_uri(host_world(host), UNITS_URI "unit");
    LilvNode *unit = lilv_port_get(host_plugin(host), port, key);
    const char *uri = unit ? lilv_node_as_string(unit) : "-";
    const char *end = strpbrk(uri, "#") ? strchr(uri, '#') + 1 : uri;
    snprintf(text, LINE_MAX, "%s", end);
    lilv_node_free(unit);
    lilv_node_free(key);
}

static void list_port(Host *host, const char *kind, uint32_t index)
{
    const LilvPort *port = lilv_plugin_get_port_by_index(host_plugin(host), index);
    const char *symbol = lilv_node_as_string(lilv_port_get_symbol(host_plugin(host), port));
    const char *direction = port_is(host, port, LV2_URI "InputPort") ? "input" : "output";
    if (port_is(host, port, LV2_URI "AudioPort")) {
        // Their indices move where a port is added before them.
        add(&now, "%s audio %s %s", kind, direction, symbol);
    } else if (!port_is(host, port, LV2_URI "ControlPort")) {
        add(&now, "%s port %u message %s %s", kind, index, direction, symbol);
    } else {
        char unit[LINE_MAX], points[LINE_MAX];
        const HostRange range = host_range(host, symbol);
        write_unit(host, port, unit);
        write_scale_points(host, port, points);
        add(&now, "%s port %u control %s %s range %g %g default %g unit %s points%s", kind, index,
            direction, symbol, (double)range.minimum, (double)range.maximum,
            (double)range.otherwise, unit, *points ? points : " -");
    }
}

static void list_related(Host *host, const char *kind, const char *relation)
{
    LilvNode *key = lilv_new_uri(host_world(host), relation);
    LilvNode *range_key =
        lilv_new_uri(host_world(host), "http://www.w3.org/2000/01/rdf-schema#range");
    LilvNodes *nodes = lilv_plugin_get_value(host_plugin(host), key);
    LILV_FOREACH (nodes, i, nodes) {
        const LilvNode *property = lilv_nodes_get(nodes, i);
        LilvNode *range = lilv_world_get(host_world(host), property, range_key, NULL);
        add(&now, "%s %s %s %s", kind, strrchr(relation, '#') + 1, lilv_node_as_string(property),
            range ? strrchr(lilv_node_as_string(range), '#') + 1 : "-");
        lilv_node_free(range);
    }
    lilv_nodes_free(nodes);
    lilv_node_free(range_key);
    lilv_node_free(key);
}

static void list_keys(Host *host, const char *kind)
{
    HostSession session = {0};
    host_session_save(host, &session);
    for (int p = 0; p < session.properties; p++)
        add(&now, "%s key %s", kind, host_uri(session.property[p].key));
    host_session_free(&session);
}

static void list_plugin(const char *uri, const char *kind)
{
    Host *host = host_new(&(HostOptions){.uri = uri, .rate = RATE});
    if (!CHECK(host)) return;
    const uint32_t ports = lilv_plugin_get_num_ports(host_plugin(host));
    for (uint32_t p = 0; p < ports; p++) list_port(host, kind, p);
    list_related(host, kind, "http://lv2plug.in/ns/ext/patch#writable");
    list_related(host, kind, "http://lv2plug.in/ns/ext/patch#readable");
    list_keys(host, kind);
    host_free(host);
}

// ---- Against the file ----

static bool read_frozen(void)
{
    FILE *file = fopen(FROZEN, "r");
    char line[LINE_MAX];
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        add(&frozen, "%s", line);
    }
    return file && fclose(file) == 0;
}

static void frozen_lines_are_still_true(void)
{
    for (int i = 0; i < frozen.lines; i++)
        CHECK_MSG(has(&now, frozen.line[i]), "no longer so: %s", frozen.line[i]);
}

static void new_things_are_listed(void)
{
    for (int i = 0; i < now.lines; i++)
        CHECK_MSG(has(&frozen, now.line[i]), "to be appended to " FROZEN ": %s", now.line[i]);
}

static void file_is_only_appended_to(void)
{
    for (size_t f = 0; f < sizeof freezes / sizeof *freezes; f++) {
        char text[HASH_TEXT];
        Hash hash;
        hash_begin(&hash);
        REQUIRE(freezes[f].lines <= frozen.lines);
        for (int i = 0; i < freezes[f].lines; i++) {
            hash_add(&hash, frozen.line[i], strlen(frozen.line[i]));
            hash_add(&hash, "\n", 1);
        }
        hash_end(&hash, text);
        CHECK_MSG(strcmp(text, freezes[f].hash) == 0, "the first %d lines were changed: %s",
                  freezes[f].lines, text);
    }
}

// ---- What else hosts make of the ports ----

// Every port has a group, and groups sort in playing order. Labels of groups and scale points
// have one language.
static void ports_are_grouped(void)
{
    static const char *const order[] = {"noise", "blend", "freeze", "wet", "latency"};
    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE});
    REQUIRE(host);
    LilvWorld *world = host_world(host);
    LilvNode *group_key = lilv_new_uri(world, "http://lv2plug.in/ns/ext/port-groups#group");
    LilvNode *name_key = lilv_new_uri(world, LV2_URI "name");
    char last[LINE_MAX] = "";
    for (uint32_t p = 0; p < lilv_plugin_get_num_ports(host_plugin(host)); p++) {
        const LilvPort *port = lilv_plugin_get_port_by_index(host_plugin(host), p);
        LilvNode *group = lilv_port_get(host_plugin(host), port, group_key);
        if (!CHECK_MSG(group, "port %u has no group", p)) continue;
        LilvNodes *names = lilv_world_find_nodes(world, group, name_key, NULL);
        CHECK_MSG(lilv_nodes_size(names) == 1, "%s has %u names", lilv_node_as_string(group),
                  lilv_nodes_size(names));
        lilv_nodes_free(names);
        lilv_node_free(group);
    }
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        LilvNode *symbol = lilv_new_string(world, order[i]);
        const LilvPort *port = lilv_plugin_get_port_by_symbol(host_plugin(host), symbol);
        LilvNode *group = lilv_port_get(host_plugin(host), port, group_key);
        CHECK_MSG(strcmp(last, lilv_node_as_string(group)) < 0, "%s comes too early", order[i]);
        snprintf(last, sizeof last, "%s", lilv_node_as_string(group));
        lilv_node_free(group);
        lilv_node_free(symbol);
    }
    lilv_node_free(group_key);
    lilv_node_free(name_key);
    host_free(host);
}

// Ardour sends no position to a port for MIDI on a track that has no MIDI.
static void position_and_midi_have_ports_of_their_own(void)
{
    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE});
    REQUIRE(host);
    LilvWorld *world = host_world(host);
    LilvNode *position = lilv_new_uri(world, LV2_TIME__Position);
    LilvNode *midi = lilv_new_uri(world, LV2_MIDI__MidiEvent);
    for (int i = 0; i < 2; i++) {
        LilvNode *symbol = lilv_new_string(world, i == 0 ? "control" : "midi");
        const LilvPort *port = lilv_plugin_get_port_by_symbol(host_plugin(host), symbol);
        CHECK(lilv_port_supports_event(host_plugin(host), port, i == 0 ? position : midi));
        CHECK(!lilv_port_supports_event(host_plugin(host), port, i == 0 ? midi : position));
        lilv_node_free(symbol);
    }
    lilv_node_free(position);
    lilv_node_free(midi);
    host_free(host);
}

// Half of its travel, on a logarithmic scale, is below 50 ms; its minimum is no smear at all.
static void smear_has_a_useful_curve(void)
{
    Host *host = stereo_host(HOST_WORKER_INSIDE), *other = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host && other);
    const HostRange range = host_range(host, "smear_ms");
    CHECK(sqrt((double)range.minimum * (double)range.maximum) <= 50 && range.maximum == 2000);
    CHECK(range.otherwise == range.minimum);
    Sound in = sound_music(20000), old = sound_new(in.frames), new = sound_new(in.frames);
    *host_control(host, "smear") = 0.02f;
    *host_control(other, "smear_ms") = 20;
    play(host, &in, &old, 0, in.frames, 256);
    play(other, &in, &new, 0, in.frames, 256);
    CHECK(sound_equal(&old, &new, 0, in.frames));
    *host_control(other, "smear_ms") = range.minimum;
    *host_control(host, "smear") = 0;
    host_reactivate(host);
    host_reactivate(other);
    play(host, &in, &old, 0, in.frames, 256);
    play(other, &in, &new, 0, in.frames, 256);
    CHECK(sound_equal(&old, &new, 0, in.frames));
    host_free(host);
    host_free(other);
    sound_free(&in);
    sound_free(&old);
    sound_free(&new);
}

// mod-host takes the control port's minimum as the size of the worker's stack.
static void message_ports_are_as_hosts_want_them(void)
{
    Host *host = host_new(&(HostOptions){.uri = MONO, .rate = RATE});
    REQUIRE(host);
    LilvNode *size_key =
        lilv_new_uri(host_world(host), "http://lv2plug.in/ns/ext/resize-port#minimumSize");
    LilvNode *optional = lilv_new_uri(host_world(host), LV2_URI "connectionOptional");
    static const int sizes[] = {8192, 16384};
    for (uint32_t p = 0; p < 2; p++) {
        const LilvPort *port = lilv_plugin_get_port_by_index(host_plugin(host), p);
        LilvNode *size = lilv_port_get(host_plugin(host), port, size_key);
        CHECK(size && lilv_node_as_int(size) == sizes[p]);
        CHECK(lilv_port_has_property(host_plugin(host), port, optional));
        lilv_node_free(size);
    }
    lilv_node_free(size_key);
    lilv_node_free(optional);
    host_disconnect(host, "control");
    host_disconnect(host, "notify");
    run_nothing(host);
    host_free(host);
}

int main(int count, char **arguments)
{
    list_plugin(MONO, "mono");
    list_plugin(STEREO, "stereo");
    if (count == 2 && strcmp(arguments[1], "list") == 0) { // what the file has to have
        for (int i = 0; i < now.lines; i++) puts(now.line[i]);
        return 0;
    }
    if (!read_frozen()) return 1;
    RUN(frozen_lines_are_still_true);
    RUN(new_things_are_listed);
    RUN(file_is_only_appended_to);
    RUN(ports_are_grouped);
    RUN(position_and_midi_have_ports_of_their_own);
    RUN(smear_has_a_useful_curve);
    RUN(message_ports_are_as_hosts_want_them);
    return check_status();
}
