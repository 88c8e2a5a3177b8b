// host_files.c: model and reference chosen while the plugin plays: what is heard and named.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <string.h>

// ---- Files that load ----

static void chosen_model_is_heard(void)
{
    const char *half = wire_file("half.safetensors", 20, 0.5f, RATE);
    Host *host =
        host_with_model(STEREO, HOST_WORKER_INSIDE, wire_file("whole.safetensors", 8, 1, RATE));
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
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, NULL);
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
    Host *host = host_with_model(MONO, HOST_WORKER_INSIDE, NULL);
    REQUIRE(host);
    host_send(host, &(HostSet){.property = MODEL, .value = half, .size = (uint32_t)strlen(half)});
    run_nothing(host);
    CHECK(is_named(host, MODEL, half));
    CHECK(sounds_like_wire(host, 20, 0.5f));
    host_free(host);
}

static void worker_may_run_beside(void)
{
    Host *host =
        host_with_model(STEREO, HOST_WORKER_THREAD, wire_file("whole.safetensors", 8, 1, RATE));
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
    Host *host =
        host_with_model(STEREO, HOST_WORKER_THREAD, wire_file("whole.safetensors", 8, 1, RATE));
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
    Host *host =
        host_with_model(MONO, HOST_WORKER_THREAD, wire_file("whole.safetensors", 8, 1, RATE));
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
    Host *host = host_with_model(MONO, HOST_WORKER_NONE, NULL);
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
    Host *host = host_with_model(STEREO, HOST_WORKER_INSIDE, model);
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
    Host *host = host_with_model(STEREO, HOST_WORKER_INSIDE, whole);
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
    Host *host = host_with_model(STEREO, HOST_WORKER_INSIDE, whole);
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
    Host *host = host_with_model(STEREO, HOST_WORKER_INSIDE, whole);
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
    return check_status();
}
