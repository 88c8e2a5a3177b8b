// host_refusals.c: files and messages that are refused while the plugin plays: nothing is heard
// of them, and the reason is told and logged.
#define _POSIX_C_SOURCE 200809L // setenv()
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

    Host *host = host_with_model(STEREO, HOST_WORKER_INSIDE, model);
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
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, whole);
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
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, NULL);
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
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, whole);
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

// The kernels are chosen when the plugin is loaded: no instance may be there before.
static void unknown_kernels_are_logged(void)
{
    setenv("TRASLUZ_KERNELS", "foo", 1);
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, NULL);
    REQUIRE(host);
    CHECK_MSG(strstr(host_log(host), "TRASLUZ_KERNELS has no effect"), "%s", host_log(host));
    host_free(host);
    setenv("TRASLUZ_KERNELS", "scalar", 1);
    host = host_with_model(MONO, HOST_WORKER_INSIDE, NULL);
    REQUIRE(host);
    CHECK_MSG(!strstr(host_log(host), "TRASLUZ_KERNELS"), "%s", host_log(host));
    host_free(host);
    unsetenv("TRASLUZ_KERNELS");
}

int main(void)
{
    RUN(unknown_kernels_are_logged);
    RUN(refused_files_change_nothing);
    RUN(odd_messages_are_ignored);
    RUN(texts_and_uris_name_files_too);
    RUN(refusal_is_forgotten_after_a_choice);
    return check_status();
}
