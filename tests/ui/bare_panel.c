#include "ui/bare_panel.h"

#include "ui/ui_host.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/patch/patch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Panel panel;
View view;

static cairo_surface_t *surface;

// Ends the program where a condition does not hold.
static void require(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "bare_panel: %s\n", what);
    exit(1);
}

// ---- What the panel writes ----

enum { WRITTEN_MAX = 64 };
static struct {
    uint32_t port;
    float value;
    char path[512]; // of a patch:Set
    bool sets;
} written[WRITTEN_MAX];
static int writes;

static void write_port(LV2UI_Controller controller, uint32_t port, uint32_t size, uint32_t type,
                       const void *buffer)
{
    (void)controller;
    if (writes == WRITTEN_MAX) writes = 0;
    memset(&written[writes], 0, sizeof written[0]);
    written[writes].port = port;
    if (type == 0) {
        memcpy(&written[writes].value, buffer, sizeof(float));
    } else {
        const LV2_Atom_Object *object = buffer;
        require(size == object->atom.size + sizeof(LV2_Atom), "a message is cut");
        written[writes].sets = object->body.otype == ui_host_urid(LV2_PATCH__Set);
        LV2_ATOM_OBJECT_FOREACH (object, property)
            if (property->key == ui_host_urid(LV2_PATCH__value))
                snprintf(written[writes].path, sizeof written[0].path, "%s",
                         (const char *)LV2_ATOM_BODY(&property->value));
    }
    writes++;
}

const char *chosen(void)
{
    for (int i = writes - 1; i >= 0; i--)
        if (written[i].sets) return written[i].path;
    return NULL;
}

// ---- What the plugin says ----

static void say(LV2_URID type, LV2_URID first_key, const void *first, uint32_t first_size,
                LV2_URID first_type, LV2_URID second_key, const void *second, uint32_t second_size,
                LV2_URID second_type)
{
    static uint64_t buffer[1024];
    LV2_Atom_Forge forge;
    LV2_Atom_Forge_Frame frame;
    lv2_atom_forge_init(&forge, ui_host_map());
    lv2_atom_forge_set_buffer(&forge, (uint8_t *)buffer, sizeof buffer);
    lv2_atom_forge_object(&forge, &frame, 0, type);
    lv2_atom_forge_key(&forge, first_key);
    lv2_atom_forge_atom(&forge, first_size, first_type);
    lv2_atom_forge_write(&forge, first, first_size);
    if (second) {
        lv2_atom_forge_key(&forge, second_key);
        lv2_atom_forge_atom(&forge, second_size, second_type);
        lv2_atom_forge_write(&forge, second, second_size);
    }
    lv2_atom_forge_pop(&forge, &frame);
    const LV2_Atom *atom = (const LV2_Atom *)buffer;
    panel_message(&panel, ui_host_urid(LV2_ATOM__eventTransfer), lv2_atom_total_size(atom), atom);
}

void say_text(const char *property, const char *type, const char *text)
{
    const LV2_URID name = ui_host_urid(property);
    say(ui_host_urid(LV2_PATCH__Set), ui_host_urid(LV2_PATCH__property), &name, sizeof name,
        ui_host_urid(LV2_ATOM__URID), ui_host_urid(LV2_PATCH__value), text,
        (uint32_t)strlen(text) + 1, ui_host_urid(type));
}

void say_file(FileKind kind, const char *path)
{
    say_text(kind == FILE_MODEL ? "urn:trasluz:model" : "urn:trasluz:reference", LV2_ATOM__Path,
             path);
}

void reset_view(void)
{
    view = (View){.version = VIEW_VERSION,
                  .effects = UINT64_MAX,
                  .rate = 48000,
                  .seconds = 1.0f / 30,
                  .audio_channels = 2,
                  .spectral = 1,
                  .has_axes = 1,
                  .has_model = 1,
                  .channels = 16,
                  .points = 6};
}

void say_view(void)
{
    view.serial++;
    say(ui_host_urid(TRASLUZ_VIEW_URI), ui_host_urid(TRASLUZ_VIEW_DATA_URI), &view, sizeof view,
        ui_host_urid(LV2_ATOM__Chunk), 0, NULL, 0, 0);
}

const char *bundle(const char *name)
{
    static char path[2][4096];
    static int turn;
    const char *folder = getenv("TRASLUZ_LV2");
    turn = !turn;
    snprintf(path[turn], sizeof path[0], "%s/trasluz.lv2/%s", folder ? folder : "build/lv2", name);
    return path[turn];
}

void open_panel(int language)
{
    Host host;
    host_init(&host, write_port, NULL, ui_host_map());
    require(panel_init(&panel, &host, bundle(""), language, 48000), "no panel");
    if (!surface)
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PANEL_WIDTH, PANEL_HEIGHT);
    writes = 0;
    reset_view();
}

int draw(void)
{
    Box drawn[PARTS + CONTROLS_MAX];
    cairo_t *cr = cairo_create(surface);
    const int count = panel_draw(&panel, cr, drawn, PARTS + CONTROLS_MAX);
    require(cairo_status(cr) == CAIRO_STATUS_SUCCESS, "cairo refuses to draw");
    cairo_destroy(cr);
    return count;
}

uint64_t pixels(const Box *box)
{
    cairo_surface_flush(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    uint64_t hash = 1469598103934665603u;
    for (int y = (int)box->y; y < (int)(box->y + box->height); y++)
        for (int x = 4 * (int)box->x; x < 4 * (int)(box->x + box->width); x++)
            hash = (hash ^ data[y * stride + x]) * 1099511628211u;
    return hash;
}

void forget_writes(void)
{
    writes = 0;
}

cairo_t *pen(void)
{
    return cairo_create(surface);
}

void end_panels(void)
{
    cairo_surface_destroy(surface);
}
