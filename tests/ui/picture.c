// picture: draws the window with the real plugin playing a sound file, and prints what share of a
// core the window took in the last SECONDS.
//
//     picture IN SECONDS OUT.png [SYMBOL=VALUE | model=FILE | reference=FILE | click=X,Y |
//         point=X,Y | wait=SECONDS]…
#include "ui/places.h"
#include "ui/ui_host.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    SNDFILE *file;
    int channels;
} Clip;

// Repeats the clip.
static void read_clip(void *data, float *const *in, int channels, size_t n)
{
    Clip *clip = data;
    for (size_t i = 0; i < n; i++) {
        float frame[8] = {0};
        if (sf_readf_float(clip->file, frame, 1) < 1) {
            sf_seek(clip->file, 0, SEEK_SET);
            sf_readf_float(clip->file, frame, 1);
        }
        for (int c = 0; c < channels; c++) in[c][i] = frame[c % clip->channels];
    }
}

// The window is told of a control that the host moves.
static void set_control(UiHost *host, const char *symbol, float value)
{
    Place place;
    for (int i = 0; place_control(i, &place); i++)
        if (strcmp(place_control(i, &place)->symbol, symbol) == 0)
            ui_host_automate(host, place_control(i, &place)->port, value);
}

static void apply(UiHost *host, const char *setting)
{
    char name[64] = "";
    const char *equals = strchr(setting, '=');
    if (!equals) return;
    snprintf(name, sizeof name, "%.*s", (int)(equals - setting), setting);
    double x, y;
    if (strcmp(name, "model") == 0)
        ui_host_choose(host, "urn:trasluz:model", equals + 1);
    else if (strcmp(name, "reference") == 0)
        ui_host_choose(host, "urn:trasluz:reference", equals + 1);
    else if (strcmp(name, "click") == 0 && sscanf(equals + 1, "%lf,%lf", &x, &y) == 2)
        ui_host_click(host, x, y, 1, HAND_PLAIN);
    else if (strcmp(name, "point") == 0 && sscanf(equals + 1, "%lf,%lf", &x, &y) == 2)
        ui_host_point(host, x, y);
    else if (strcmp(name, "wait") == 0)
        ui_host_steps(host, strtod(equals + 1, NULL));
    else
        set_control(host, name, (float)strtod(equals + 1, NULL));
}

int main(int argc, char **argv)
{
    SF_INFO info = {0};
    if (argc < 4) {
        fprintf(stderr, "usage: picture IN SECONDS OUT.png [SYMBOL=VALUE]…\n");
        return 2;
    }
    Clip clip = {.file = sf_open(argv[1], SFM_READ, &info)};
    clip.channels = info.channels;
    if (!clip.file) {
        fprintf(stderr, "picture: %s: %s\n", argv[1], sf_strerror(NULL));
        return 1;
    }
    const char *scale = getenv("SCALE");
    UiHost *host = ui_host_new(
        &(UiHostOptions){.rate = info.samplerate, .scale = scale ? (float)atof(scale) : 1.0f});
    if (!host) return 1;
    ui_host_set_sound(host, read_clip, &clip);
    for (int i = 4; i < argc; i++) {
        apply(host, argv[i]);
        ui_host_steps(host, 0.1);
    }
    const double time = strtod(argv[2], NULL), before = ui_host_cost(host);
    const int views = ui_host_forwarded(host);
    ui_host_steps(host, time);
    printf("window: %.2f %% of a core, %.1f messages a second\n",
           100 * (ui_host_cost(host) - before) / time, (ui_host_forwarded(host) - views) / time);
    const bool written = ui_host_save_png(host, argv[3]);
    ui_host_free(host);
    sf_close(clip.file);
    return written ? 0 : 1;
}
