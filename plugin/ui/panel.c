#include "panel.h"

#include "controls/ports.h"
#include "latent/latent.h"
#include "latent/latent_tap.h"
#include "model/model.h"
#include "notice.h"
#include "panel_layout.h"
#include "panel_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// Seconds.
#define TIP_AFTER   0.8
#define LISTEN_EACH 0.5
#define FOLLOW_EACH 1.0

bool panel_init(Panel *panel, const Host *host, const char *bundle, int language, double rate)
{
    *panel = (Panel){.host = *host,
                     .language = language,
                     .rate = rate,
                     .all_dirty = true,
                     .held = -1,
                     .focus = -1,
                     .hot = -1,
                     .typing = -1,
                     .clicked = -1,
                     .listened_at = -1e9,
                     .effects = UINT64_MAX,
                     .has_model = true};
    snprintf(panel->bundle, sizeof panel->bundle, "%s", bundle);
    panel->map.box = layout_map;
    panel->history.box = layout_history;
    panel->meters.spectrum = layout_spectrum;
    panel->meters.levels = layout_levels;
    panel->controls = layout_controls(panel->control, CONTROLS_MAX);
    meters_init(&panel->meters);
    return history_init(&panel->history);
}

void panel_free(Panel *panel)
{
    map_free(&panel->map);
    history_free(&panel->history);
    file_list_clear(&panel->chooser.list);
}

// ---- What is heard ----

int panel_control(const Panel *panel, int port)
{
    for (int i = 0; i < panel->controls; i++)
        if (panel->control[i].info->port == port) return i;
    return -1;
}

void panel_show_value(Panel *panel, int i, float value)
{
    Control *control = &panel->control[i];
    if (control->value == value || !isfinite(value)) return;
    control->value = value;
    panel->control_dirty[i] = true;
    const int port = control->info->port;
    if (port != PORT_AXIS_1 && port != PORT_AXIS_2) return;
    panel->map.axis[port - PORT_AXIS_1] = value;
    panel->dirty[PART_MAP] = true;
}

void panel_value(Panel *panel, int port, float value)
{
    const int i = panel_control(panel, port);
    if (i >= 0 && i != panel->held) panel_show_value(panel, i, value);
}

// Projects the reference's file on the map's axes, at most MAP_GHOST frames of it.
static void show_ghost(Panel *panel)
{
    static MapPoint points[MAP_GHOST];
    Error error;
    int count = 0;
    const bool both = *panel->file[FILE_REFERENCE] && *panel->file[FILE_MODEL];
    Model *model = both ? model_load(panel->file[FILE_MODEL], &error) : NULL;
    Latent *latent = model ? latent_load(panel->file[FILE_REFERENCE], &error) : NULL;
    if (latent && latent_fits(latent, model, &error)) {
        const size_t step = latent->frames / MAP_GHOST + 1;
        for (size_t t = 0; t < latent->frames && count < MAP_GHOST; t += step) {
            const LatentPoint point =
                latent_point(model, latent->values + t * (size_t)latent->channels);
            points[count++] = (MapPoint){point.x, point.y};
        }
    }
    map_set_ghost(&panel->map, points, count);
    panel->dirty[PART_MAP] = true;
    latent_free(latent);
    model_free(model);
}

static void describe_model(Panel *panel)
{
    FileEntry entry = {0};
    panel->about[0] = '\0';
    if (file_describe_model(panel->file[FILE_MODEL], panel->rate, &entry))
        file_about(&entry, FILE_MODEL, panel->language, panel->about, sizeof panel->about);
    panel->dirty[PART_NOTICE] = true;
}

static void show_file(Panel *panel, FileKind kind, const char *path)
{
    if (strcmp(panel->file[kind], path) == 0) return;
    snprintf(panel->file[kind], sizeof panel->file[kind], "%s", path);
    panel->dirty[PART_FILES] = true;
    if (kind == FILE_MODEL) {
        map_clear(&panel->map);
        describe_model(panel);
        panel->watched = 0;
    }
    show_ghost(panel);
}

static void show_effects(Panel *panel, uint64_t effects)
{
    panel->effects = effects;
    for (int i = 0; i < panel->controls; i++) {
        const bool idle = !(effects >> panel->control[i].info->port & 1);
        if (panel->control[i].idle != idle) panel->control_dirty[i] = true;
        panel->control[i].idle = idle;
    }
}

// Names the recording that is the reference; where there is none any more, the file's path is the
// ghost again.
static void show_recording(Panel *panel, float seconds)
{
    Chooser *chooser = &panel->chooser;
    char name[sizeof chooser->recording] = "";
    if (seconds > 0)
        snprintf(name, sizeof name, panel->language ? "captura, %.1f s" : "captured, %.1f s",
                 (double)seconds);
    if (strcmp(name, chooser->recording) == 0) return;
    strcpy(chooser->recording, name);
    panel->dirty[PART_FILES] = true;
    if (chooser->open) panel_open_chooser(panel, chooser->kind);
    if (!*name && !panel->map.recording) show_ghost(panel);
}

static void show_view(Panel *panel, const View *view)
{
    show_effects(panel, view->effects);
    map_take(&panel->map, view);
    history_take(&panel->history, view);
    meters_take(&panel->meters, view);
    if (view->rate > 0) panel->rate = view->rate;
    for (Part part = PART_MAP; part < PARTS; part++) panel->dirty[part] = true;
    if (panel->has_model != view->has_model) panel->dirty[PART_NOTICE] = true;
    panel->has_model = view->has_model;
    show_recording(panel, view->recording);
}

void panel_message(Panel *panel, uint32_t format, uint32_t size, const void *buffer)
{
    Heard heard;
    host_read(&panel->host, format, size, buffer, &heard);
    if (heard.what == HEARD_VIEW) show_view(panel, &heard.view);
    if (heard.what == HEARD_FILE) show_file(panel, heard.kind, heard.text);
    if (heard.what != HEARD_NOTICE) return;
    notice_write(heard.text, panel->language, panel->notice, sizeof panel->notice);
    panel->dirty[PART_NOTICE] = true;
}

// ---- Time ----

// Chooses the model anew where its file has changed. The trainer writes under another name and
// renames, so that a file is whole when it changes.
static void follow(Panel *panel, double now)
{
    struct stat about;
    if (!panel->chooser.follows || now - panel->watched_at < FOLLOW_EACH) return;
    panel->watched_at = now;
    if (!*panel->file[FILE_MODEL] || stat(panel->file[FILE_MODEL], &about) != 0) return;
    const long long time = (long long)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
    if (panel->watched != 0 && time != panel->watched) {
        host_choose(&panel->host, FILE_MODEL, panel->file[FILE_MODEL]);
        describe_model(panel);
        show_ghost(panel);
    }
    panel->watched = time;
}

void panel_idle(Panel *panel, double now)
{
    if (now - panel->listened_at > LISTEN_EACH) {
        const bool first = panel->listened_at < 0;
        panel->listened_at = now;
        host_listen(&panel->host);
        if (first) host_ask(&panel->host);
    }
    follow(panel, now);
    const bool rests = panel->hot >= 0 && panel->held < 0 && !panel->chooser.open &&
                       panel->typing < 0 && now - panel->moved_at > TIP_AFTER;
    if (rests && !panel->tip) panel->all_dirty = panel->tip = true;
}
