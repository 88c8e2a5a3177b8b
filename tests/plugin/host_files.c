// host_files.c: model and reference chosen while the plugin plays: what is heard, named,
// told and logged.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

static Host *new_host(const char *uri, HostWorker worker, const char *model)
{
    Host *host = model_alone(host_new(&(HostOptions){.uri = uri, .rate = RATE, .worker = worker}));
    if (host && model) load_file(host, MODEL, model);
    if (host) host_forget(host);
    return host;
}

// True if the plugin now gives its input back times `gain`, hop - 1 samples late.
static bool sounds_like_wire(Host *host, size_t hop, float gain)
{
    const size_t frames = 4000, settled = 1000;
    Sound in = sound_music(frames), out = sound_new(frames);
    play(host, &in, &out, 0, frames, 300);
    bool like = *host_control(host, "latency") == (float)(hop - 1);
    for (size_t i = settled; i < frames && like; i++)
        like = out.channel[0][i] == gain * in.channel[0][i - hop + 1];
    sound_free(&in);
    sound_free(&out);
    return like;
}

// ---- Files that load ----

static void chosen_model_is_heard(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    change_file(host, MODEL, half);
    CHECK(sounds_like_wire(host, 20, 0.5f));
    CHECK(is_named(host, MODEL, half));
    host_free(host);
}

static void model_is_chosen_with_a_subject_too(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, NULL);
    REQUIRE(host);
    host_send(host, &(HostSet){.subject = MONO,
                               .property = MODEL,
                               .value = half,
                               .size = (uint32_t)strlen(half) + 1});
    run_nothing(host);
    CHECK(sounds_like_wire(host, 20, 0.5f));
    host_free(host);
}

// The path fills its atom, so that the next property follows it at once.
static void path_needs_no_nul(void)
{
    char name[32] = "half.safetensors";
    while (strlen(scratch_path("%s", name)) % 8 != 0) strcat(name, "x");
    const char *half = wire_file(name, 20, 0.5f, RATE);
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, NULL);
    REQUIRE(host);
    host_send(host, &(HostSet){.property = MODEL, .value = half, .size = (uint32_t)strlen(half)});
    run_nothing(host);
    CHECK(is_named(host, MODEL, half));
    CHECK(sounds_like_wire(host, 20, 0.5f));
    host_free(host);
}

static void worker_may_run_beside(void)
{
    Host *host = new_host(STEREO, HOST_WORKER_THREAD, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    change_file(host, MODEL, wire_file("half.safetensors", 20, 0.5f, RATE));
    CHECK(sounds_like_wire(host, 20, 0.5f));
    host_free(host);
}

static void last_of_many_choices_counts(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *quarter = wire_file("quarter.safetensors", 12, 0.25f, RATE);
    Host *host = new_host(STEREO, HOST_WORKER_THREAD, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    for (int i = 0; i < 50; i++) {
        host_set_file(host, MODEL, half);
        host_set_file(host, MODEL, quarter);
        run_nothing(host);
    }
    change_file(host, MODEL, half);
    change_file(host, MODEL, quarter);
    CHECK(sounds_like_wire(host, 12, 0.25f));
    CHECK(is_named(host, MODEL, quarter));
    CHECK_MSG(strstr(host_log(host), "half") == NULL, "log: %s", host_log(host));
    host_free(host);
}

static void full_queue_is_tried_again(void)
{
    Host *host = new_host(MONO, HOST_WORKER_THREAD, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    host_refuse_work(host, 3);
    host_set_file(host, MODEL, wire_file("half.safetensors", 20, 0.5f, RATE));
    for (int i = 0; i < 3; i++) {
        run_nothing(host);
        host_wait(host);
    }
    CHECK(sounds_like_wire(host, 8, 1));
    host_wait(host);
    Sound silence = sound_new(40000);
    play(host, &silence, &silence, 0, silence.frames, 512);
    CHECK(sounds_like_wire(host, 20, 0.5f));
    host_free(host);
    sound_free(&silence);
}

static void without_a_worker_choices_are_ignored(void)
{
    Host *host = new_host(MONO, HOST_WORKER_NONE, NULL);
    REQUIRE(host);
    CHECK(strstr(host_log(host), "no worker"));
    const int logged = log_lines(host_log(host));
    char before[HOST_PATH_MAX];
    snprintf(before, sizeof before, "%s", named_file(host, MODEL));
    change_file(host, MODEL, wire_file("half.safetensors", 20, 0.5f, RATE));
    CHECK(is_named(host, MODEL, before));
    CHECK(log_lines(host_log(host)) == logged);
    host_free(host);
}

// The same weights under another name are the same sound: nothing is faded, nothing starts anew.
static void same_weights_change_only_the_name(void)
{
    Sound in = sound_music(40000), steady = sound_new(in.frames), renamed = sound_new(in.frames);
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *again = scrambler_file("again.safetensors", SCRAMBLER, RATE, 1);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, model);
    REQUIRE(host);
    *host_control(host, "noise") = 0.5f;
    play(host, &in, &steady, 0, in.frames, 256);
    host_reactivate(host);
    play(host, &in, &renamed, 0, in.frames / 2, 256);
    host_set_file(host, MODEL, again);
    play(host, &in, &renamed, in.frames / 2, in.frames, 256);
    CHECK(sound_equal(&steady, &renamed, 0, in.frames));
    CHECK(is_named(host, MODEL, again));
    host_free(host);
    sound_free(&in);
    sound_free(&steady);
    sound_free(&renamed);
}

// ---- References ----

// True if silence comes out as something when it is blended away.
static bool has_reference(Host *host)
{
    Sound sound = sound_new(20000);
    *host_control(host, "blend") = 1;
    play(host, &sound, &sound, 0, sound.frames, 512);
    *host_control(host, "blend") = 0;
    float loudest = 0;
    for (size_t i = 10000; i < sound.frames; i++)
        loudest = fmaxf(loudest, fabsf(sound.channel[0][i]));
    sound_free(&sound);
    return loudest > 0.01f;
}

static void reference_follows_its_model(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    const char *other = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *reference = reference_file("reference.safetensors", whole, 400, 1);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    CHECK(!has_reference(host));
    change_file(host, REFERENCE, reference);
    CHECK(has_reference(host));
    const int logged = log_lines(host_log(host));

    change_file(host, MODEL, other);
    CHECK(!has_reference(host));
    CHECK(is_named(host, REFERENCE, reference));
    CHECK_MSG(log_lines(host_log(host)) == logged + 1 && strstr(host_log(host), reference),
              "log: %s", host_log(host));

    change_file(host, MODEL, whole);
    CHECK(has_reference(host));
    CHECK(log_lines(host_log(host)) == logged + 1);
    host_free(host);
}

static void both_can_be_chosen_at_once(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    const char *other = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    const int logged = log_lines(host_log(host));
    host_set_file(host, REFERENCE, reference_file("reference.safetensors", other, 400, 1));
    change_file(host, MODEL, other);
    CHECK(has_reference(host));
    CHECK_MSG(log_lines(host_log(host)) == logged, "log: %s", host_log(host));
    host_free(host);
}

static void empty_path_takes_the_reference_away(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    const int logged = log_lines(host_log(host));
    change_file(host, REFERENCE, reference_file("reference.safetensors", whole, 400, 1));
    CHECK(has_reference(host));
    change_file(host, REFERENCE, "");
    CHECK(!has_reference(host));
    CHECK(is_named(host, REFERENCE, ""));
    CHECK_MSG(log_lines(host_log(host)) == logged, "log: %s", host_log(host));
    host_free(host);
}

// ---- Files that do not load ----

static const char *cut_file(const char *name, const char *from, size_t size)
{
    const char *path = scratch_path("%s", name);
    copy_file(from, path, size);
    return path;
}

static const char *text_file(const char *name, const char *text)
{
    const char *path = scratch_path("%s", name);
    write_file(path, text, strlen(text));
    return path;
}

// Twelve digits of a fingerprint, or more.
static bool has_hash(const char *text)
{
    size_t run = 0;
    for (; *text && run < 12; text++) run = strchr("0123456789abcdef", *text) ? run + 1 : 0;
    return run >= 12;
}

// The file is chosen while music plays: nothing may be heard of it; the host is told the name that
// stays and why, and the log says one line about it.
static void check_refusal(Host *host, const Sound *in, const Sound *steady, const char *property,
                          const char *path)
{
    Sound out = sound_new(in->frames);
    char before[HOST_PATH_MAX];
    snprintf(before, sizeof before, "%s", named_file(host, property));
    const int logged = log_lines(host_log(host));
    const size_t length = strlen(host_log(host));
    host_reactivate(host);
    play(host, in, &out, 0, in->frames / 2, 256);
    host_forget(host);
    host_set_file(host, property, path);
    play(host, in, &out, in->frames / 2, in->frames, 256);

    const char *name = strrchr(path, '/') + 1;
    const char *news = host_log(host) + length;
    CHECK_MSG(sound_equal(steady, &out, 0, in->frames), "%s: the sound changed", name);
    CHECK_MSG(log_lines(host_log(host)) == logged + 1, "%s: log: %s", name, news);
    CHECK_MSG(strchr(name, '\n') || strstr(news, name), "%s: log: %s", name, news);
    CHECK_MSG(host_heard(host) == 2 && strcmp(host_heard_at(host, 0)->property, property) == 0 &&
                  strcmp(host_heard_at(host, 0)->path, before) == 0,
              "%s: the host's window keeps the refused name", name);
    const Heard *told = host_heard_at(host, 1);
    char line[600] = "";
    sscanf(news, "trasluz: %599[^\n]", line);
    CHECK_MSG(strcmp(told->property, NOTICE) == 0 && *line && strstr(told->path, line),
              "%s: the user was told %s", name, told->path);
    CHECK_MSG(!has_hash(line), "%s: a hash: %s", name, line);
    CHECK_MSG(is_named(host, property, before), "%s took the name", name);
    sound_free(&out);
}

static void refused_files_change_nothing(void)
{
    Sound in = sound_music(40000), steady = sound_new(in.frames);
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *other = scrambler_file("other.safetensors", SCRAMBLER, RATE, 2);
    const char *reference = reference_file("reference.safetensors", model, 300, 1);
    mkdir(scratch_path("folder"), 0700);
    char long_name[4096];
    memset(long_name, 'x', sizeof long_name);
    memcpy(long_name, "/no/", 4);
    memcpy(long_name + 4080, "/end", 5);

    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, model);
    REQUIRE(host);
    load_file(host, REFERENCE, reference);
    *host_control(host, "blend") = 0.5f;
    *host_control(host, "noise") = 0.2f;
    host_reactivate(host);
    play(host, &in, &steady, 0, in.frames, 256);

    const char *const bad[] = {
        scratch_path("missing.safetensors"),
        scratch_path("new\nline"),
        scratch_path("folder"),
        text_file("empty.safetensors", ""),
        text_file("garbage.safetensors", "This is no model, but a text that is long enough."),
        text_file("page.safetensors", "<!DOCTYPE html>\n<html><head></head></html>\n"),
        cut_file("half.safetensors", model, 2000),
        long_name,
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        check_refusal(host, &in, &steady, MODEL, bad[i]);
        check_refusal(host, &in, &steady, REFERENCE, bad[i]);
    }
    check_refusal(host, &in, &steady, MODEL, reference);
    check_refusal(host, &in, &steady, REFERENCE, model);
    check_refusal(host, &in, &steady, REFERENCE,
                  reference_file("foreign.safetensors", other, 300, 1));
    check_refusal(host, &in, &steady, REFERENCE,
                  reference_file("no-frames.safetensors", model, 0, 1));
    host_free(host);
    sound_free(&in);
    sound_free(&steady);
}

static void odd_messages_are_ignored(void)
{
    static const char file[] = "/no/such/file";
    static const float number = 1;
    char longest[5000];
    memset(longest, 'x', sizeof longest);
    const HostSet odd[] = {
        {.property = MODEL},
        {.value = file, .size = sizeof file},
        {.property = "urn:trasluz:other", .value = file, .size = sizeof file},
        {.property = MODEL,
         .type = "http://lv2plug.in/ns/ext/atom#Float",
         .value = &number,
         .size = sizeof number},
        {.property = MODEL, .value = "", .size = 1},
        {.property = MODEL, .value = "", .size = 0},
        {.property = MODEL, .value = longest, .size = sizeof longest},
    };
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    const int logged = log_lines(host_log(host));
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        host_send(host, &odd[i]);
        run_nothing(host);
        CHECK_MSG(host_heard(host) == 0, "message %zu was answered", i);
        CHECK_MSG(is_named(host, MODEL, whole), "message %zu changed the name", i);
        CHECK_MSG(log_lines(host_log(host)) == logged, "message %zu: %s", i, host_log(host));
        host_forget(host);
    }
    CHECK(sounds_like_wire(host, 8, 1));
    host_free(host);
}

// Scripts and file managers name files by other types than atom:Path, and by URIs.
static void texts_and_uris_name_files_too(void)
{
    static const char atom_uri[] = "http://lv2plug.in/ns/ext/atom#URI";
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *spaced = wire_file("a b%.safetensors", 8, 1, RATE);
    char uri[HOST_PATH_MAX], encoded[HOST_PATH_MAX];
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, NULL);
    REQUIRE(host);
    host_send(host, &(HostSet){.property = MODEL,
                               .type = STRING,
                               .value = half,
                               .size = (uint32_t)strlen(half) + 1});
    run_nothing(host);
    CHECK(sounds_like_wire(host, 20, 0.5f));
    CHECK(is_named(host, MODEL, half));

    snprintf(encoded, sizeof encoded, "%s", scratch_path("a%%20b%%25.safetensors"));
    static const char *const prefix[] = {"file://", "file://localhost", "file:"};
    for (int i = 0; i < 3; i++) {
        change_file(host, MODEL, half);
        snprintf(uri, sizeof uri, "%s%s", prefix[i], encoded);
        host_send(host, &(HostSet){.property = MODEL,
                                   .type = i == 1 ? STRING : atom_uri,
                                   .value = uri,
                                   .size = (uint32_t)strlen(uri) + 1});
        run_nothing(host);
        CHECK_MSG(is_named(host, MODEL, spaced), "%s: %s", uri, named_file(host, MODEL));
    }

    change_file(host, REFERENCE, ""); // until the fade is over
    static const char page[] = "https://example.org/model.safetensors";
    host_send(host,
              &(HostSet){.property = MODEL, .type = atom_uri, .value = page, .size = sizeof page});
    run_nothing(host);
    CHECK(is_named(host, MODEL, spaced));
    CHECK_MSG(strstr(host_log(host), page), "log: %s", host_log(host));
    CHECK(says(host, page));
    host_free(host);
}

// A refusal is told until the next choice of the same kind.
static void refusal_is_forgotten_after_a_choice(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    change_file(host, MODEL, "/no/model");
    change_file(host, REFERENCE, "/no/reference");
    CHECK(says(host, "model /no/model: ") && says(host, "reference /no/reference: "));
    change_file(host, MODEL, whole);
    CHECK(!says(host, "model") && says(host, "reference /no/reference: "));
    change_file(host, REFERENCE, "");
    CHECK(says_nothing(host));
    change_file(host, REFERENCE, "/no/reference");
    HostSession session = {0};
    host_session_save(host, &session);
    host_session_restore(host, &session);
    CHECK(says_nothing(host));
    host_session_free(&session);
    host_free(host);
}

// ---- Cross-fades ----

// A sound plays while one model gives way to another. The largest step between samples may be no
// larger than what either model's sound has by itself.
static void check_fade(const Sound *in, size_t change, const char *first, const char *second)
{
    Sound before = sound_new(in->frames), after = sound_new(in->frames),
          across = sound_new(in->frames);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, second);
    REQUIRE(host);
    play(host, in, &after, 0, in->frames, 480);
    load_file(host, MODEL, first);
    host_reactivate(host);
    play(host, in, &before, 0, in->frames, 480);
    host_reactivate(host);
    play(host, in, &across, 0, change, 480);
    host_set_file(host, MODEL, second);
    play(host, in, &across, change, in->frames, 480);

    const float ends = fmaxf(sound_step(&before, change - 1, in->frames),
                             sound_step(&after, change - 1, in->frames));
    const float seen = sound_step(&across, change - 1, in->frames);
    CHECK_MSG(seen <= 1.02f * ends, "a step of %g; the ends have %g", (double)seen, (double)ends);
    CHECK(sound_equal(&before, &across, 0, change));
    CHECK(!sound_equal(&before, &across, change, in->frames));
    host_free(host);
    sound_free(&before);
    sound_free(&after);
    sound_free(&across);
}

static void changing_models_does_not_click(void)
{
    // The changes are at whole frames of every model: what fades in is then as it was alone.
    Sound music = sound_music(60000);
    const char *wire = wire_file("whole.safetensors", 8, 1, RATE);
    const char *quiet = wire_file("half.safetensors", 200, 0.5f, RATE);
    const char *fast = scrambler_file("fast.safetensors", SCRAMBLER, RATE, 1);
    const char *slow = scrambler_file("slow.safetensors", "8k9s7p4,4k4s2p1", 16000, 2);
    check_fade(&music, 30720, wire, quiet);
    check_fade(&music, 30720, quiet, wire);
    check_fade(&music, 30720, fast, slow);
    const char *spectrum =
        scrambler_file("spectrum.safetensors", "spectrum1024h128b40f80:32k1s1p0,8k1s1p0", RATE, 3);
    const char *other = scrambler_file("other-spectrum.safetensors",
                                       "spectrum512h96b30f80:16k2s2p0,8k1s1p0", 44100, 4);
    check_fade(&music, 30720, fast, spectrum);
    check_fade(&music, 30720, spectrum, wire);
    check_fade(&music, 30720, spectrum, other);
    check_fade(&music, 30720, slow, fast);
    check_fade(&music, 30720, wire, slow);
    const char *spectral = scrambler_file("spectral.safetensors", SPECTRAL, 48000, 3);
    check_fade(&music, 30720, wire, spectral);
    check_fade(&music, 30720, spectral, fast);
    check_fade(&music, 30720, slow, spectral);
    sound_free(&music);
}

// The opposite of a tone is as far from it as can be, wherever in its period the change begins.
static void changing_polarity_does_not_click(void)
{
    Sound tone = sound_tone(20000);
    const char *wire = wire_file("whole.safetensors", 8, 1, RATE);
    const char *opposite = wire_file("opposite.safetensors", 8, -1, RATE);
    for (size_t change = 5000; change < 5900; change += 100) {
        check_fade(&tone, change, wire, opposite);
        check_fade(&tone, change, opposite, wire);
    }
    sound_free(&tone);
}

// Between two wires the fade can be told sample by sample: it begins when the second has settled,
// ends after 50 ms, and is a straight line.
static void fade_is_a_straight_line(void)
{
    enum { HOP = 30 };
    const size_t change = 5000, start = change + HOP - 1 + (size_t)(0.1 * RATE);
    const size_t fade = (size_t)(0.05 * RATE), frames = start + fade + 5000;
    Sound in = sound_music(frames), out = sound_new(frames);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", HOP, 1, RATE));
    REQUIRE(host);
    play(host, &in, &out, 0, change, 333);
    host_set_file(host, MODEL, wire_file("half.safetensors", HOP, 0.5f, RATE));
    play(host, &in, &out, change, frames, 333);

    float worst = 0;
    for (size_t i = HOP; i < frames; i++) {
        const float place = ((float)i - (float)start + 1) / (float)fade;
        const float gain = 1 - 0.5f * fminf(fmaxf(place, 0), 1);
        for (int c = 0; c < SOUND_CHANNELS; c++)
            worst = fmaxf(worst, fabsf(out.channel[c][i] - gain * in.channel[c][i - HOP + 1]));
    }
    CHECK_MSG(worst < 1e-6f, "off by %g", (double)worst);
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

static void changes_wait_for_each_other(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *quarter = wire_file("quarter.safetensors", 12, 0.25f, RATE);
    const char *eighth = wire_file("eighth.safetensors", 40, 0.125f, RATE);
    Sound in = sound_music(60000), out = sound_new(in.frames);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    play(host, &in, &out, 0, 10000, 500);
    host_set_file(host, MODEL, half);
    play(host, &in, &out, 10000, 12000, 500);
    host_set_file(host, MODEL, quarter);
    play(host, &in, &out, 12000, 13000, 500);
    host_set_file(host, MODEL, eighth);
    play(host, &in, &out, 13000, 14000, 500);
    CHECK(is_named(host, MODEL, half));
    play(host, &in, &out, 14000, in.frames, 500);
    CHECK(is_named(host, MODEL, eighth));
    CHECK(sound_step(&out, 0, in.frames) <= sound_step(&in, 0, in.frames));
    CHECK(sounds_like_wire(host, 40, 0.125f));
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

// A good choice waits for the fade before it; the bad one that comes after it takes its place, but
// not its sound.
static void bad_choice_spares_the_good_one_before_it(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    const char *quarter = wire_file("quarter.safetensors", 12, 0.25f, RATE);
    Host *host = new_host(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    load_file(host, MODEL, half);
    load_file(host, MODEL, quarter);
    change_file(host, MODEL, "/no/file");
    CHECK(sounds_like_wire(host, 12, 0.25f));
    CHECK(is_named(host, MODEL, quarter));
    CHECK(says(host, "model /no/file: No such file"));
    host_free(host);
}

// ---- What the host is told ----

static void check_heard(Host *host, int index, const char *property, const char *path)
{
    if (!CHECK_MSG(index < host_heard(host), "message %d is missing", index)) return;
    const Heard *heard = host_heard_at(host, index);
    CHECK_MSG(heard->kind == HEARD_SET && strcmp(heard->property, property) == 0 &&
                  strcmp(heard->path, path) == 0,
              "message %d: %s is %s", index, heard->property, heard->path);
}

static void get_is_answered(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    const char *reference = reference_file("reference.safetensors", whole, 400, 1);
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, whole);
    REQUIRE(host);
    host_get(host, NULL);
    run_nothing(host);
    CHECK(host_heard(host) == 2);
    check_heard(host, 0, MODEL, whole);
    check_heard(host, 1, REFERENCE, "");

    load_file(host, REFERENCE, reference);
    host_forget(host);
    host_get(host, REFERENCE);
    run_nothing(host);
    CHECK(host_heard(host) == 1);
    check_heard(host, 0, REFERENCE, reference);

    host_forget(host);
    host_get(host, NOTICE);
    run_nothing(host);
    CHECK(host_heard(host) == 1);
    check_heard(host, 0, NOTICE, "");
    load_file(host, MODEL, "/no/file");
    host_forget(host);
    host_get(host, NOTICE);
    run_nothing(host);
    check_heard(host, 0, NOTICE, "model /no/file: No such file or directory");

    host_forget(host);
    host_get(host, "urn:trasluz:other");
    run_nothing(host);
    CHECK(host_heard(host) == 0);
    host_free(host);
}

static void changes_are_told(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host = new_host(MONO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
    REQUIRE(host);
    CHECK(sounds_like_wire(host, 8, 1));
    CHECK(host_heard(host) == 0);
    change_file(host, MODEL, half);
    CHECK(host_heard(host) == 2);
    check_heard(host, 0, MODEL, half);
    CHECK(host_heard(host) > 1 && host_heard_at(host, 1)->kind == HEARD_STATE_CHANGED);
    host_free(host);
}

static void small_notify_port_is_filled_in_turns(void)
{
    const char *whole = wire_file("whole.safetensors", 8, 1, RATE);
    Host *host = host_new(&(HostOptions){.uri = MONO,
                                         .rate = RATE,
                                         .worker = HOST_WORKER_INSIDE,
                                         .notify_size = (uint32_t)(100 + strlen(whole))});
    REQUIRE(host);
    host_set_file(host, REFERENCE, reference_file("other.safetensors", whole, 30, 1));
    host_set_file(host, MODEL, whole);
    for (int heard = 1; heard <= 3; heard++) {
        run_nothing(host);
        CHECK_MSG(host_heard(host) == heard, "%d messages, not %d", host_heard(host), heard);
    }
    run_nothing(host);
    CHECK(host_heard(host) == 3);

    // What never fits is not waited for.
    host_forget(host);
    host_set_file(host, REFERENCE,
                  reference_file("a name that is so much longer than the other one that the port "
                                 "has no room for it at all, however often it is tried",
                                 whole, 30, 1));
    run_nothing(host);
    CHECK(host_heard(host) == 1 && host_heard_at(host, 0)->kind == HEARD_STATE_CHANGED);
    host_free(host);
}

int main(void)
{
    RUN(chosen_model_is_heard);
    RUN(model_is_chosen_with_a_subject_too);
    RUN(path_needs_no_nul);
    RUN(worker_may_run_beside);
    RUN(last_of_many_choices_counts);
    RUN(full_queue_is_tried_again);
    RUN(without_a_worker_choices_are_ignored);
    RUN(same_weights_change_only_the_name);
    RUN(reference_follows_its_model);
    RUN(both_can_be_chosen_at_once);
    RUN(empty_path_takes_the_reference_away);
    RUN(refused_files_change_nothing);
    RUN(odd_messages_are_ignored);
    RUN(texts_and_uris_name_files_too);
    RUN(refusal_is_forgotten_after_a_choice);
    RUN(changing_models_does_not_click);
    RUN(changing_polarity_does_not_click);
    RUN(fade_is_a_straight_line);
    RUN(changes_wait_for_each_other);
    RUN(bad_choice_spares_the_good_one_before_it);
    RUN(get_is_answered);
    RUN(changes_are_told);
    RUN(small_notify_port_is_filled_in_turns);
    return check_status();
}
