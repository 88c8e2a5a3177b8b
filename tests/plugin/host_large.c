// host_large.c: values of more than 1 MB go to files in the session's folder, where the host has
// one; a stack as small as mod-host's is enough for all that loads and saves.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define REFERENCE_FILE "urn:trasluz:referenceDataFile"
#define RECORDING_FILE "urn:trasluz:recording0File"

static const char *make_folder(const char *name)
{
    const char *folder = scratch_path("%s", name);
    if (mkdir(folder, 0700) != 0) perror(folder);
    return folder;
}

// 40000 frames of 8 channels: 1.28 MB.
static const char *large_reference(const char *model)
{
    return reference_file("large.safetensors", model, 40000, 1);
}

static void capture(Host *host, size_t frames)
{
    Sound in = sound_music(frames + 5000), out = sound_new(in.frames);
    *host_control(host, "capture") = 1;
    play(host, &in, &out, 0, frames, 2048);
    *host_control(host, "capture") = 0;
    play(host, &in, &out, frames, in.frames, 2048);
    sound_free(&in);
    sound_free(&out);
}

static size_t session_bytes(const HostSession *session)
{
    size_t bytes = 0;
    for (int p = 0; p < session->properties; p++) bytes += session->property[p].size;
    return bytes;
}

static void large_values_go_to_files(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = large_reference(model);
    Host *saved = furnished_host(model, reference), *restored = stereo_host(HOST_WORKER_NONE);
    Host *inside = stereo_host(HOST_WORKER_NONE), *recorded = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored && inside && recorded);
    char folder[KEPT_LENGTH];
    keep(folder, make_folder("large"));
    HostSession session = {.maps_paths = true, .folder = folder}, whole = {.maps_paths = true};
    host_session_save(saved, &session);
    host_session_save(saved, &whole);
    CHECK_MSG(session_bytes(&session) < 100000, "%zu bytes", session_bytes(&session));
    CHECK(session_bytes(&whole) > 1000000);
    CHECK(has_value(&session, REFERENCE_FILE) && !has_value(&whole, REFERENCE_FILE));
    const HostProperty *file = host_session_find(&session, REFERENCE_FILE);
    CHECK(file && strstr(file->value, "large/"));

    move_file(reference, scratch_path("large-away.safetensors"));
    host_session_restore(restored, &session);
    host_session_restore(inside, &whole);
    CHECK(session.lent == session.freed && !session.misused);
    CHECK(says(restored, OWN_COPY) && says(inside, OWN_COPY));
    copy_controls(saved, restored);
    copy_controls(saved, inside);
    CHECK(same_sound(saved, restored));
    host_reactivate(saved);
    CHECK(same_sound(saved, inside));

    capture(saved, 500000); // more than 1 MB of each channel
    host_session_save(saved, &session);
    CHECK(has_value(&session, RECORDING_FILE) && has_value(&session, REFERENCE_FILE));
    CHECK_MSG(session_bytes(&session) < 100000, "%zu bytes", session_bytes(&session));
    host_session_restore(recorded, &session);
    copy_controls(saved, recorded);
    host_reactivate(saved);
    CHECK(same_sound(saved, recorded));

    // A file that is lost, or is another one.
    const char *copy = scratch_path("large/trasluz-reference.safetensors");
    const int logged = log_lines(host_log(restored));
    move_file(copy, scratch_path("copy-away.safetensors"));
    host_session_restore(restored, &session);
    CHECK_MSG(log_lines(host_log(restored)) > logged && strstr(host_log(restored), copy), "log: %s",
              host_log(restored));
    write_file(copy, "no latent", 9);
    host_session_restore(restored, &session);
    CHECK_MSG(strstr(host_log(restored), "damaged"), "log: %s", host_log(restored));
    host_session_free(&session);
    host_session_free(&whole);
    host_free(saved);
    host_free(restored);
    host_free(inside);
    host_free(recorded);
}

// By lilv, as Ardour does, with the session's folder moved before it is opened.
static void large_values_move_with_the_folder(void)
{
    const char *model = scrambler_file("scrambler.safetensors", SCRAMBLER, RATE, 1);
    const char *reference = large_reference(model);
    Host *saved = furnished_host(model, reference), *restored = stereo_host(HOST_WORKER_NONE);
    REQUIRE(saved && restored);
    const char *folder = scratch_path("session"), *moved = scratch_path("moved-session");
    REQUIRE(host_save(saved, folder));
    struct stat status;
    REQUIRE(stat(scratch_path("session/state.ttl"), &status) == 0);
    CHECK_MSG(status.st_size < 200000, "state.ttl has %ld bytes", (long)status.st_size);
    move_file(folder, moved);
    move_file(reference, scratch_path("large-away-too.safetensors"));
    move_file(model, scratch_path("model-away.safetensors"));
    REQUIRE(host_restore(restored, moved));
    CHECK(says(restored, "model ") && says(restored, "reference "));
    CHECK(same_sound(saved, restored));
    host_free(saved);
    host_free(restored);
}

// ---- A small stack ----

typedef struct {
    Host *host;
    HostSession session;
    const char *preset;
} SmallCall;

static void save_session(void *argument)
{
    SmallCall *call = argument;
    host_session_save(call->host, &call->session);
}

static void restore_session(void *argument)
{
    SmallCall *call = argument;
    host_session_restore(call->host, &call->session);
}

// Loads a model on the worker, and again from a session.
static void load_with_small_stack(SmallCall *call, const char *model)
{
    load_file(call->host, MODEL, model);
    CHECK_MSG(is_named(call->host, MODEL, model), "%s", named_file(call->host, NOTICE));
    host_call_with_small_stack(save_session, call);
    load_file(call->host, MODEL, wire_file("wire.safetensors", 8, 1, RATE));
    host_call_with_small_stack(restore_session, call);
    run_nothing(call->host);
    CHECK(is_named(call->host, MODEL, model));
}

// Every shipped model, models of spectra, broken files, copies and recordings. A stack that
// overflows ends the program.
static void small_stack_is_enough(void)
{
    static const char *const names[] = {"chico", "directo", "extra_chico", "grande", "normal"};
    enum { NAMES = sizeof names / sizeof *names };
    static char model[NAMES][HOST_PATH_MAX];
    const char *lv2_path = lv2_path_with_models("small");
    Host *host = host_new(&(HostOptions){.uri = STEREO,
                                         .rate = RATE,
                                         .lv2_path = lv2_path,
                                         .worker = HOST_WORKER_THREAD,
                                         .small_stack = true});
    REQUIRE(host);
    char folder[KEPT_LENGTH];
    keep(folder, make_folder("small-session"));
    SmallCall call = {.host = host, .session = {.maps_paths = true, .folder = folder}};
    for (int i = 0; i < NAMES; i++) {
        snprintf(model[i], sizeof model[i], "%s",
                 scratch_path("small/trasluz.lv2/models/%s.safetensors", names[i]));
        load_file(host, MODEL, model[i]);
        load_file(host, REFERENCE, large_reference(model[i]));
        CHECK(is_named(host, MODEL, model[i]));
        host_call_with_small_stack(save_session, &call);
        load_file(host, MODEL, broken_file("broken.safetensors"));
        load_file(host, REFERENCE, "/no/such/file");
        CHECK(says(host, "not a safetensors file") && says(host, "No such file"));
        host_call_with_small_stack(restore_session, &call);
        run_nothing(host);
        CHECK(is_named(host, MODEL, model[i]));
        move_file(model[i], scratch_path("away-%s", names[i]));
        host_call_with_small_stack(restore_session, &call); // from the copies
        run_nothing(host);
        CHECK(says(host, OWN_COPY));
    }
    load_with_small_stack(&call, scrambler_file("spectral.safetensors", SPECTRAL, 48000, 3));
    load_with_small_stack(
        &call, scrambler_file("wide.safetensors", "spectrum2048h512b400f80:8k1s1p0", 44100, 4));
    load_with_small_stack(&call, scrambler_file("deep.safetensors", SCRAMBLER, 22050, 1));
    capture(host, 500000);
    host_call_with_small_stack(save_session, &call);
    CHECK(has_value(&call.session, "urn:trasluz:recording0"));
    host_call_with_small_stack(restore_session, &call);
    host_session_free(&call.session);
    host_free(host);
}

int main(void)
{
    RUN(large_values_go_to_files);
    RUN(large_values_move_with_the_folder);
    RUN(small_stack_is_enough);
    return check_status();
}
