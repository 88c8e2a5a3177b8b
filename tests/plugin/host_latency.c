// The latency of the shipped models: what the host is told, and where a click is heard.
#include "lib/bare_plugin.h"
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void check_model(const char *name, double rate, double milliseconds)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/trasluz.lv2/models/%s.safetensors", getenv("TRASLUZ_LV2"),
             name);
    BarePlugin plugin = bare_plugin_new(1, rate, path);
    const int heard = bare_plugin_click(&plugin);
    const int told = (int)plugin.control[PORT_LATENCY];
    printf("   %s at %g Hz: %d samples, %.2f ms; a click is heard after %d\n", name, rate, told,
           1e3 * told / rate, heard);
    CHECK_MSG(1e3 * told / rate < milliseconds, "%s at %g Hz: %d samples", name, rate, told);
    // What a model makes of a click is not quite a click.
    CHECK_MSG(abs(heard - told) < 8, "%s at %g Hz: heard after %d samples, not %d", name, rate,
              heard, told);
    bare_plugin_free(&plugin);
}

static void report_sized_models_are_below_seven_milliseconds(void)
{
    static const char *const names[] = {"extra_chico", "chico", "normal", "grande"};
    for (int i = 0; i < 4; i++) {
        check_model(names[i], 48000.0, 7.0);
        check_model(names[i], 44100.0, 7.0);
    }
}

// At its own rate there are no resamplers.
static void native_model_is_below_three_milliseconds(void)
{
    check_model("directo", 48000.0, 3.0);
    check_model("directo", 44100.0, 4.0);
}

// ---- The constant latency ----

static const char *const shipped[] = {"extra_chico", "chico",    "normal",
                                      "grande",      "espectro", "directo"};
enum { SHIPPED = sizeof shipped / sizeof *shipped };

static const char *shipped_file(int model)
{
    return scratch_path("%s/models/%s.safetensors", "shipped/trasluz.lv2", shipped[model]);
}

static void choose(Host *host, int model)
{
    change_file(host, MODEL, shipped_file(model));
    host_reactivate(host);
    run_nothing(host);
}

// Transparent, so that the output is the input, as late as is reported.
static void check_delay(Host *host, const char *model, int latency)
{
    Sound in = sound_music(20000), out = sound_new(in.frames);
    host_reactivate(host);
    play_in_pieces(host, &in, &out, 0, in.frames, 700, 1);
    CHECK_MSG((int)*host_control(host, "latency") == latency, "%s: %g samples are reported", model,
              (double)*host_control(host, "latency"));
    float worst = 0;
    for (size_t i = (size_t)latency; i < in.frames; i++)
        worst = fmaxf(worst, fabsf(out.channel[0][i] - in.channel[0][i - (size_t)latency]));
    CHECK_MSG(worst < 1e-5f, "%s: off by %g", model, (double)worst);
    sound_free(&in);
    sound_free(&out);
}

static void check_constant(double rate)
{
    Host *host = host_new(&(HostOptions){.uri = STEREO,
                                         .rate = rate,
                                         .worker = HOST_WORKER_INSIDE,
                                         .lv2_path = scratch_path("shipped")});
    REQUIRE(host);
    int longest = 0, own[SHIPPED];
    for (int m = 0; m < SHIPPED; m++) {
        choose(host, m);
        own[m] = (int)*host_control(host, "latency");
        if (own[m] > longest) longest = own[m];
        check_delay(host, shipped[m], own[m]);
    }
    *host_control(host, "latency_mode") = 1;
    for (int m = 0; m < SHIPPED; m++) {
        choose(host, m);
        check_delay(host, shipped[m], longest);
    }
    printf("   constant at %g Hz: %d samples, %.2f ms\n", rate, longest, 1e3 * longest / rate);
    CHECK(own[SHIPPED - 1] < longest);
    // A model of one's own that is later than all of these.
    change_file(host, MODEL, wire_file("late.safetensors", 1024, 1, rate / 2));
    CHECK(*host_control(host, "latency") > (float)longest);
    host_free(host);
}

static void constant_latency_is_the_longest_of_the_shipped_models(void)
{
    lv2_path_with_models("shipped");
    check_constant(48000);
    check_constant(44100);
    check_constant(96000);
}

// While a tone plays: neither a step nor a change of what comes after.
static void switching_the_latency_does_not_click(void)
{
    Sound in = sound_tone(60000), out = sound_new(in.frames);
    Host *host = host_new(&(HostOptions){.uri = STEREO,
                                         .rate = RATE,
                                         .worker = HOST_WORKER_INSIDE,
                                         .lv2_path = scratch_path("shipped")});
    REQUIRE(host);
    choose(host, SHIPPED - 1);
    play(host, &in, &out, 0, 20000, 333);
    *host_control(host, "latency_mode") = 1;
    play(host, &in, &out, 20000, 40000, 333);
    *host_control(host, "latency_mode") = 0;
    play(host, &in, &out, 40000, in.frames, 333);
    CHECK_MSG(sound_step(&out, 10000, in.frames) <= 1.1f * sound_step(&in, 0, in.frames),
              "a step of %g", (double)sound_step(&out, 10000, in.frames));
    host_free(host);
    sound_free(&in);
    sound_free(&out);
}

int main(void)
{
    RUN(constant_latency_is_the_longest_of_the_shipped_models);
    RUN(switching_the_latency_does_not_click);
    RUN(report_sized_models_are_below_seven_milliseconds);
    RUN(native_model_is_below_three_milliseconds);
    return check_status();
}
