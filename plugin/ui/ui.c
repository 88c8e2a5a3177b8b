// ui.c: the LV2 descriptor of the window, and the functions that the host calls.
#include "window.h"

#include <locale.h>
#include <lv2/core/lv2_util.h>
#include <lv2/log/logger.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UI_URI "urn:trasluz:ui"

typedef struct {
    Panel panel;
    UiWindow window;
} Ui;

// Labels are Spanish where the user's messages are.
static int language(void)
{
    const char *names[] = {getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")};
    for (int i = 0; i < 3; i++)
        if (names[i] && *names[i])
            return strncmp(names[i], "es", 2) == 0 ? LANGUAGE_SPANISH : LANGUAGE_ENGLISH;
    return LANGUAGE_ENGLISH;
}

// Returns the number that the host gives for an option, or `otherwise`.
static double option(const LV2_Options_Option *options, LV2_URID_Map *map, const char *uri,
                     double otherwise)
{
    const LV2_URID key = map->map(map->handle, uri);
    const LV2_URID number = map->map(map->handle, LV2_ATOM__Float);
    for (; options && options->key; options++)
        if (options->key == key && options->type == number && options->value)
            return (double)*(const float *)options->value;
    return otherwise;
}

static LV2UI_Handle instantiate(const LV2UI_Descriptor *descriptor, const char *plugin,
                                const char *bundle, LV2UI_Write_Function write,
                                LV2UI_Controller controller, LV2UI_Widget *widget,
                                const LV2_Feature *const *features)
{
    (void)descriptor, (void)plugin;
    LV2_URID_Map *map = NULL;
    void *parent = NULL;
    const LV2UI_Resize *resize = NULL;
    const LV2UI_Touch *touch = NULL;
    const LV2UI_Request_Value *request = NULL;
    const LV2_Options_Option *options = NULL;
    LV2_Log_Log *log = NULL;
    LV2_Log_Logger logger;
    if (lv2_features_query(features, LV2_URID__map, &map, true, LV2_UI__parent, &parent, false,
                           LV2_UI__resize, &resize, false, LV2_UI__touch, &touch, false,
                           LV2_UI__requestValue, &request, false, LV2_OPTIONS__options, &options,
                           false, LV2_LOG__log, &log, false, NULL))
        return NULL;
    lv2_log_logger_init(&logger, map, log);
    Ui *ui = calloc(1, sizeof *ui);
    if (!ui) return NULL;
    Host host;
    host_init(&host, write, controller, map);
    host.touch = touch;
    host.request_value = request;
    const double scale = option(options, map, LV2_UI__scaleFactor, 1);
    const double rate = option(options, map, LV2_PARAMETERS__sampleRate, 48000);
    const double bounded = scale >= 0.5 && scale <= 4 ? scale : 1;
    const int width = (int)(PANEL_WIDTH * bounded), height = (int)(PANEL_HEIGHT * bounded);
    if (!panel_init(&ui->panel, &host, bundle, language(), rate) ||
        !window_open(&ui->window, &ui->panel, (unsigned long)parent, width, height)) {
        lv2_log_error(&logger, "trasluz: the window cannot open: %s\n",
                      ui->window.reason ? ui->window.reason : "out of memory");
        panel_free(&ui->panel);
        free(ui);
        return NULL;
    }
    if (resize) resize->ui_resize(resize->handle, width, height);
    *widget = (LV2UI_Widget)ui->window.window;
    return ui;
}

static void cleanup(LV2UI_Handle handle)
{
    Ui *ui = handle;
    window_close(&ui->window);
    panel_free(&ui->panel);
    free(ui);
}

static void port_event(LV2UI_Handle handle, uint32_t port, uint32_t size, uint32_t format,
                       const void *buffer)
{
    Ui *ui = handle;
    if (format != 0) {
        panel_message(&ui->panel, format, size, buffer);
    } else if (size == sizeof(float)) {
        float value;
        memcpy(&value, buffer, sizeof value);
        panel_value(&ui->panel, (int)port, value);
    }
}

static int idle(LV2UI_Handle handle)
{
    Ui *ui = handle;
    return !window_idle(&ui->window);
}

static int resized(LV2UI_Feature_Handle handle, int width, int height)
{
    Ui *ui = (Ui *)handle;
    window_resize(&ui->window, width, height);
    return 0;
}

static const void *extension_data(const char *uri)
{
    static const LV2UI_Idle_Interface idle_interface = {idle};
    static const LV2UI_Resize resize_interface = {NULL, resized};
    if (strcmp(uri, LV2_UI__idleInterface) == 0) return &idle_interface;
    if (strcmp(uri, LV2_UI__resize) == 0) return &resize_interface;
    return NULL;
}

LV2_SYMBOL_EXPORT const LV2UI_Descriptor *lv2ui_descriptor(uint32_t index)
{
    static const LV2UI_Descriptor descriptor = {UI_URI, instantiate, cleanup, port_event,
                                                extension_data};
    return index == 0 ? &descriptor : NULL;
}
