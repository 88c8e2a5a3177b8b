// host_presets.c: a preset of a user's own; and every shipped one on real music: it loads without a
// complaint, its level is within 3 dB of the input's, nothing clips, it does more than an equaliser
// could, and it says what to automate.
#include "front/analysis.h"
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <lv2/presets/presets.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { SECONDS = 16 };

static Sound music;

static double level(const Sound *sound, size_t from, size_t to)
{
    double sum = 0.0;
    for (int c = 0; c < 2; c++)
        for (size_t i = from; i < to; i++)
            sum += (double)sound->channel[c][i] * (double)sound->channel[c][i];
    return 10.0 * log10(sum / (2.0 * (double)(to - from)));
}

static float peak(const Sound *sound)
{
    float most = 0.0f;
    for (int c = 0; c < 2; c++)
        for (size_t i = 0; i < sound->frames; i++) most = fmaxf(most, fabsf(sound->channel[c][i]));
    return most;
}

// What a player moves in presets that leave the track alone until then.
static const struct {
    const char *preset, *control;
    float value;
} moved[] = {
    {"urn:trasluz:preset:dissolve", "noise", 0.6f},
    {"urn:trasluz:preset:held-breath", "freeze", 1.0f},
    {"urn:trasluz:preset:endless-chord", "freeze", 1.0f},
};

// The window, hop and bands in which two sounds are compared.
enum { BANDS = 64, FRAME = 2048, STEP = 1024 };

static void write_levels(Analysis *analysis, const Sound *sound, size_t at, double levels[BANDS])
{
    float values[BANDS];
    Bin left[FRAME / 2 + 1], right[FRAME / 2 + 1], *spectra[2] = {left, right};
    const float *audio[2] = {sound->channel[0] + at, sound->channel[1] + at};
    AnalysisFrame frame = {.values = values};
    analysis_process(analysis, audio, 2, spectra, &frame);
    for (int b = 0; b < BANDS; b++)
        levels[b] = 8.685890 * fmax((double)(frame.level + values[b]), -9.2); // -80 dB
}

// Returns how far `out` is, in dB LSD, from `in` through the static equaliser that comes nearest.
static double beyond_an_equaliser(const Sound *in, const Sound *out, size_t latency)
{
    static const ArchFront front = {FRONT_SPECTRUM, FRAME, STEP, BANDS, 80};
    Analysis *analysis = analysis_new(&front, RATE, RATE, NULL);
    double sum[BANDS] = {0}, squares = 0.0;
    int frames = 0;
    for (size_t at = (size_t)RATE; at + latency + FRAME < in->frames; at += STEP, frames++) {
        double before[BANDS], after[BANDS];
        write_levels(analysis, in, at, before);
        write_levels(analysis, out, at + latency, after);
        for (int b = 0; b < BANDS; b++) {
            sum[b] += after[b] - before[b];
            squares += (after[b] - before[b]) * (after[b] - before[b]);
        }
    }
    for (int b = 0; b < BANDS; b++) squares -= sum[b] * sum[b] / frames;
    free(analysis);
    return sqrt(squares / (BANDS * (double)frames));
}

static void check_preset(const char *uri, const char *comment)
{
    Host *host = host_new(
        &(HostOptions){.uri = "urn:trasluz:stereo", .rate = RATE, .worker = HOST_WORKER_INSIDE});
    if (!CHECK(host && host_load_preset(host, uri))) return;
    Sound out = sound_new(music.frames);
    const size_t begun = (size_t)RATE / 2;
    play(host, &music, &out, 0, begun, 512);
    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
        if (strcmp(uri, moved[i].preset) == 0)
            *host_control(host, moved[i].control) = moved[i].value;
    play(host, &music, &out, begun, music.frames, 512);
    const size_t latency = (size_t)*host_control(host, "latency");
    // A moment that sounds on is as loud as it was.
    const bool one_moment = strcmp(uri, "urn:trasluz:preset:endless-chord") == 0;
    const size_t tenth = (size_t)RATE / 10;
    const double before =
        one_moment ? level(&music, begun - tenth, begun) : level(&music, 0, music.frames - latency);
    const double after = level(&out, one_moment ? begun + (size_t)RATE : latency, music.frames);
    CHECK_MSG(fabs(after - before) < 3.0, "%s: level %.1f dB, the input's is %.1f dB", uri, after,
              before);
    CHECK_MSG(peak(&out) < 1.0f, "%s: peak %g", uri, (double)peak(&out));
    CHECK_MSG(!strstr(host_log(host), "trasluz: "), "%s: %s", uri, host_log(host));
    CHECK_MSG(comment && strstr(comment, "utomat"), "%s: its comment does not say what to automate",
              uri);
    const double beyond = beyond_an_equaliser(&music, &out, latency);
    const bool plain = strstr(uri, ":clean-") != NULL;
    CHECK_MSG(plain || beyond > 3.0, "%s: an equaliser comes within %.1f dB", uri, beyond);
    printf("   %-42s %+5.1f dB, peak %.2f, beyond an equaliser %.1f dB\n", uri, after - before,
           (double)peak(&out), beyond);
    host_free(host);
    sound_free(&out);
}

static void presets_keep_the_level(void)
{
    Host *host = host_new(&(HostOptions){.uri = "urn:trasluz:stereo", .rate = RATE});
    REQUIRE(host);
    LilvWorld *world = host_world(host);
    LilvNode *kind = lilv_new_uri(world, LV2_PRESETS__Preset);
    LilvNode *comment_key = lilv_new_uri(world, "http://www.w3.org/2000/01/rdf-schema#comment");
    LilvNodes *presets = lilv_plugin_get_related(host_plugin(host), kind);
    CHECK(lilv_nodes_size(presets) >= 16);
    LILV_FOREACH (nodes, i, presets) {
        const LilvNode *preset = lilv_nodes_get(presets, i);
        lilv_world_load_resource(world, preset);
        LilvNode *comment = lilv_world_get(world, preset, comment_key, NULL);
        check_preset(lilv_node_as_uri(preset), comment ? lilv_node_as_string(comment) : NULL);
        lilv_node_free(comment);
    }
    lilv_nodes_free(presets);
    lilv_node_free(comment_key);
    lilv_node_free(kind);
    host_free(host);
}

static LilvNode *value_of(LilvWorld *world, const LilvNode *subject, const char *predicate)
{
    LilvNode *key = lilv_new_uri(world, predicate);
    LilvNode *value = lilv_world_get(world, subject, key, NULL);
    lilv_node_free(key);
    return value;
}

// Keeps the lesser of two texts in `least`.
static void keep_least(char least[KEPT_LENGTH], const LilvNode *node)
{
    const char *text = node ? lilv_node_as_string(node) : "";
    if (strcasecmp(text, least) < 0) snprintf(least, KEPT_LENGTH, "%s", text);
}

// Hosts sort presets by URI or by label, and banks by label.
static void first_preset_shows_the_purpose(void)
{
    static const char label[] = "http://www.w3.org/2000/01/rdf-schema#label";
    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE});
    REQUIRE(host);
    LilvWorld *world = host_world(host);
    LilvNode *kind = lilv_new_uri(world, LV2_PRESETS__Preset);
    LilvNodes *presets = lilv_plugin_get_related(host_plugin(host), kind);
    char least_uri[KEPT_LENGTH] = "~", least_label[KEPT_LENGTH] = "~",
         least_bank[KEPT_LENGTH] = "~";
    LILV_FOREACH (nodes, i, presets) {
        const LilvNode *preset = lilv_nodes_get(presets, i);
        lilv_world_load_resource(world, preset);
        LilvNode *bank = value_of(world, preset, LV2_PRESETS__bank);
        LilvNode *name = value_of(world, preset, label), *bank_name = value_of(world, bank, label);
        keep_least(least_uri, preset);
        keep_least(least_label, name);
        keep_least(least_bank, bank_name);
        lilv_node_free(bank_name);
        lilv_node_free(name);
        lilv_node_free(bank);
    }
    CHECK_MSG(strstr(least_uri, ":against-the-light"), "%s is first by URI", least_uri);
    CHECK_MSG(strcmp(least_label, "Against the light") == 0, "%s is first", least_label);
    CHECK_MSG(strcmp(least_bank, "Begin here") == 0, "the bank %s is first", least_bank);
    lilv_nodes_free(presets);
    lilv_node_free(kind);
    host_free(host);
}

static void check_bank(LilvWorld *world, const LilvNode *preset)
{
    static const char *const texts[] = {"http://www.w3.org/2000/01/rdf-schema#label",
                                        "http://www.w3.org/2000/01/rdf-schema#comment"};
    lilv_world_load_resource(world, preset);
    LilvNode *bank = value_of(world, preset, LV2_PRESETS__bank);
    if (!CHECK_MSG(bank, "%s has no bank", lilv_node_as_uri(preset))) return;
    for (int i = 0; i < 2; i++) {
        LilvNode *text = value_of(world, bank, texts[i]);
        CHECK_MSG(text && *lilv_node_as_string(text), "%s lacks a text", lilv_node_as_uri(bank));
        lilv_node_free(text);
    }
    lilv_node_free(bank);
}

static void presets_are_in_banks(void)
{
    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE});
    REQUIRE(host);
    LilvNode *kind = lilv_new_uri(host_world(host), LV2_PRESETS__Preset);
    LilvNodes *presets = lilv_plugin_get_related(host_plugin(host), kind);
    LILV_FOREACH (nodes, i, presets) check_bank(host_world(host), lilv_nodes_get(presets, i));
    lilv_nodes_free(presets);
    lilv_node_free(kind);
    host_free(host);
}

// What a preset may make of silence after two seconds, in dB. With Detail below 1 the decoder's own
// sound of silence remains, which plugin/README.md gives.
static double allowed_level(Host *host)
{
    return *host_control(host, "detail") < 1 ? -65 : -90;
}

// A preset that blends with a reference plays it without an input too; all others are silent, noise
// that does not follow the music after a second.
static void silence_stays_silence(void)
{
    enum { PRESETS_MAX = 64 };
    char preset[PRESETS_MAX][KEPT_LENGTH];
    Host *host = stereo_host(HOST_WORKER_INSIDE);
    REQUIRE(host);
    const int presets = list_presets(host, preset, PRESETS_MAX);
    const size_t second = (size_t)RATE;
    Sound in = sound_new(3 * second), out = sound_new(in.frames);
    for (int i = 0; i < presets; i++) {
        host_load_preset(host, preset[i]);
        host_reactivate(host);
        play(host, &in, &out, 0, in.frames, 512);
        const bool blends = *named_file(host, REFERENCE) && *host_control(host, "blend") > 0;
        const bool hisses =
            *host_control(host, "noise") > 0 && *host_control(host, "noise_mode") < 2;
        const double loudest = level(&out, hisses ? 2 * second : 0, in.frames);
        CHECK_MSG(blends || loudest < allowed_level(host), "%s: silence becomes %.0f dB", preset[i],
                  loudest);
    }
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

// A preset bundle of a user's own names its model as a file beside it.
static void preset_brings_its_model(void)
{
    static const char manifest[] =
        "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
        "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<urn:test:preset> a pset:Preset ; lv2:appliesTo <urn:trasluz:stereo> ;\n"
        "    rdfs:seeAlso <presets.ttl> .\n";
    static const char presets[] =
        "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
        "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
        "<urn:test:preset> a pset:Preset ; lv2:appliesTo <urn:trasluz:stereo> ;\n"
        "    rdfs:label \"Test\" ;\n"
        "    lv2:port [ lv2:symbol \"wet\" ; pset:value 0.25 ] ;\n"
        "    state:state [ <urn:trasluz:model> <models/half.safetensors> ] .\n";
    const char *lv2_path = bare_lv2_path();
    REQUIRE(mkdir(scratch_path("lv2/presets.lv2"), 0700) == 0);
    REQUIRE(mkdir(scratch_path("lv2/presets.lv2/models"), 0700) == 0);
    write_file(scratch_path("lv2/presets.lv2/manifest.ttl"), manifest, strlen(manifest));
    write_file(scratch_path("lv2/presets.lv2/presets.ttl"), presets, strlen(presets));
    const char *model = wire_file("lv2/presets.lv2/models/half.safetensors", 8, 0.5f, RATE);

    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .lv2_path = lv2_path});
    REQUIRE(host);
    CHECK(host_load_preset(host, "urn:test:preset"));
    CHECK(is_named(host, MODEL, model));
    CHECK(*host_control(host, "wet") == 0.25f);
    CHECK(*host_control(host, "latency") == 8 - 1);
    host_free(host);
}

static void shipped_presets_load(void)
{
    Host *host = stereo_host(HOST_WORKER_NONE);
    REQUIRE(host);
    enum { PRESETS_MAX = 64 };
    char preset[PRESETS_MAX][KEPT_LENGTH];
    const int presets = list_presets(host, preset, PRESETS_MAX);
    CHECK_MSG(presets >= 16, "%d presets", presets);
    Sound in = sound_music(20000), out = sound_new(in.frames);
    for (int i = 0; i < presets; i++) {
        const char *uri = preset[i];
        const size_t logged = strlen(host_log(host));
        CHECK_MSG(host_load_preset(host, uri), "%s", uri);
        host_reactivate(host);
        play(host, &in, &out, 0, in.frames, 1024);
        CHECK_MSG(sound_finite(&out), "%s: not finite", uri);
        CHECK_MSG(strlen(host_log(host)) == logged, "%s: %s", uri, host_log(host) + logged);
    }
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

int main(void)
{
    music = sound_music((size_t)(SECONDS * RATE));
    RUN(presets_keep_the_level);
    RUN(presets_are_in_banks);
    RUN(first_preset_shows_the_purpose);
    RUN(silence_stays_silence);
    RUN(preset_brings_its_model);
    RUN(shipped_presets_load);
    sound_free(&music);
    return check_status();
}
