// The latency of the shipped models: what the host is told, and where a click is heard.
#include "lib/bare_plugin.h"
#include "lib/check.h"

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

int main(void)
{
    RUN(report_sized_models_are_below_seven_milliseconds);
    RUN(native_model_is_below_three_milliseconds);
    return check_status();
}
