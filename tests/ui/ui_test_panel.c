// ui_test_panel.c: what the window shows of what the plugin says, without an X11 server: names,
// sentences, lists, the map's ghost, the marks of the history. Messages are made by hand.
#include "controls/ports.h"
#include "files/file.h"
#include "latent/latent_tap.h"
#include "lib/check.h"
#include "notice.h"
#include "panel.h"
#include "panel_layout.h"
#include "ui/ui_host.h"

#include <fcntl.h>
#include <lv2/atom/forge.h>
#include <lv2/patch/patch.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static Panel panel;
static cairo_surface_t *surface;

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
        CHECK(size == object->atom.size + sizeof(LV2_Atom));
        written[writes].sets = object->body.otype == ui_host_urid(LV2_PATCH__Set);
        LV2_ATOM_OBJECT_FOREACH (object, property)
            if (property->key == ui_host_urid(LV2_PATCH__value))
                snprintf(written[writes].path, sizeof written[0].path, "%s",
                         (const char *)LV2_ATOM_BODY(&property->value));
    }
    writes++;
}

// Returns the path of the last choice that was written, or NULL.
static const char *chosen(void)
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

static void say_text(const char *property, const char *type, const char *text)
{
    const LV2_URID name = ui_host_urid(property);
    say(ui_host_urid(LV2_PATCH__Set), ui_host_urid(LV2_PATCH__property), &name, sizeof name,
        ui_host_urid(LV2_ATOM__URID), ui_host_urid(LV2_PATCH__value), text,
        (uint32_t)strlen(text) + 1, ui_host_urid(type));
}

static void say_file(FileKind kind, const char *path)
{
    say_text(kind == FILE_MODEL ? "urn:trasluz:model" : "urn:trasluz:reference", LV2_ATOM__Path,
             path);
}

static View view;

// A view of a model of spectra with axes, of a thirtieth of a second.
static void reset_view(void)
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

static void say_view(void)
{
    view.serial++;
    say(ui_host_urid(TRASLUZ_VIEW_URI), ui_host_urid(TRASLUZ_VIEW_DATA_URI), &view, sizeof view,
        ui_host_urid(LV2_ATOM__Chunk), 0, NULL, 0, 0);
}

static const char *bundle(const char *name)
{
    static char path[2][4096];
    static int turn;
    const char *folder = getenv("TRASLUZ_LV2");
    turn = !turn;
    snprintf(path[turn], sizeof path[0], "%s/trasluz.lv2/%s", folder ? folder : "build/lv2", name);
    return path[turn];
}

static void open_panel(int language)
{
    Host host;
    host_init(&host, write_port, NULL, ui_host_map());
    CHECK(panel_init(&panel, &host, bundle(""), language, 48000));
    writes = 0;
    reset_view();
}

// Draws what is to be drawn; returns how many boxes that were.
static int draw(void)
{
    Box drawn[PARTS + CONTROLS_MAX];
    cairo_t *cr = cairo_create(surface);
    const int count = panel_draw(&panel, cr, drawn, PARTS + CONTROLS_MAX);
    CHECK(cairo_status(cr) == CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    return count;
}

// The pixels of a box, as a number that differs where they do.
static uint64_t pixels(const Box *box)
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

// ---- Sentences ----

static bool becomes(const char *status, int language, const char *wanted)
{
    char text[1024];
    notice_write(status, language, text, sizeof text);
    return CHECK_MSG(strcmp(text, wanted) == 0, "'%s', not '%s'", text, wanted);
}

static void a_status_becomes_a_sentence(void)
{
    becomes("", 0, "");
    becomes("model /a: b/new.safetensors: No such file or directory", 0,
            "Model new is not used: No such file or directory");
    becomes("model /a/new.safetensors: No such file or directory", 1,
            "El modelo new no se usa: el archivo no existe");
    becomes("reference /a/r.safetensors: the session's own copy is used: another file than the "
            "session was saved with",
            0, "A copy of the reference r plays: another file than the session was saved with");
    becomes("model /a/m.safetensors: the session's own copy is used: No such file or directory", 1,
            "Suena una copia del modelo m: el archivo no existe");
    becomes("no effect with this model: Freeze kind, Axis 1 (for models of spectra)", 1,
            "sin efecto con este modelo: Clase de congelado, Eje 1 (para modelos de espectros)");
    becomes("model /a: x\nsomething else", 0, "Model a is not used: x  ·  something else");
    becomes("model", 0, "model");
}

static void long_and_odd_statuses_are_cut(void)
{
    char status[5000], text[300];
    for (int language = 0; language < LANGUAGES; language++)
        for (int room = 2; room < 300; room++) {
            memset(status, language ? ',' : 'a', sizeof status);
            memcpy(status, "model /x: ", 10);
            for (int i = 200; i < 4999; i += 97) status[i] = '\n';
            status[sizeof status - 1] = '\0';
            notice_write(status, language, text, (size_t)room);
            CHECK(strlen(text) < (size_t)room);
        }
}

static void a_refused_file_and_a_copy_are_told(void)
{
    open_panel(0);
    draw();
    const uint64_t calm = pixels(&layout_notice);
    say_text("urn:trasluz:notice", LV2_ATOM__String, "model /x/new.safetensors: not a model");
    CHECK_MSG(strcmp(panel.notice, "Model new is not used: not a model") == 0, "%s", panel.notice);
    draw();
    const uint64_t refused = pixels(&layout_notice);
    CHECK(refused != calm);
    say_text("urn:trasluz:notice", LV2_ATOM__String,
             "model /x/new.safetensors: the session's own copy is used: No such file or directory");
    CHECK(strstr(panel.notice, "A copy of the model new plays"));
    draw();
    CHECK(pixels(&layout_notice) != refused);
    say_text("urn:trasluz:notice", LV2_ATOM__String, "");
    draw();
    CHECK(pixels(&layout_notice) == calm);
    panel_free(&panel);
}

static void without_a_model_it_says_so(void)
{
    open_panel(0);
    say_view();
    draw();
    const uint64_t calm = pixels(&layout_notice);
    view.has_model = 0;
    say_view();
    draw();
    CHECK(pixels(&layout_notice) != calm);
    panel_free(&panel);
}

// ---- Lists ----

static int open_list(FileKind kind)
{
    const Box name = layout_file(kind);
    panel_press(&panel, name.x + 100, name.y + 10, false, false, 0);
    panel_release(&panel);
    draw();
    CHECK(panel.chooser.open);
    return chooser_rows(&panel.chooser);
}

static void press_row(int row)
{
    const Box *box = &panel.chooser.box;
    panel_move(&panel, box->x + 30, box->y + 2 + 22 * (row + 0.5), false, 0);
    panel_press(&panel, box->x + 30, box->y + 2 + 22 * (row + 0.5), false, false, 0);
    panel_release(&panel);
}

static const char *model_path(void)
{
    return bundle("models/espectro.safetensors");
}

static void models_are_listed_with_what_they_are(void)
{
    char about[128];
    open_panel(0);
    say_file(FILE_MODEL, bundle("models/orquesta.safetensors"));
    CHECK_MSG(strstr(panel.about, "orchestral, spectra, "), "%s", panel.about);
    const int rows = open_list(FILE_MODEL);
    CHECK(rows == panel.chooser.list.count + 2);
    const FileEntry *entry = &panel.chooser.list.entry[panel.chooser.current];
    CHECK(strcmp(entry->name, "orquesta") == 0);
    file_about(entry, FILE_MODEL, 1, about, sizeof about);
    CHECK_MSG(strstr(about, "orquesta, espectros, 10.") && strstr(about, " kB"), "%s", about);
    press_row(0);
    CHECK(!panel.chooser.open && chosen());
    CHECK(chosen() && strcmp(chosen(), bundle("models/chico.safetensors")) == 0);
    panel_free(&panel);
}

static void references_can_be_none_or_captured(void)
{
    open_panel(0);
    say_file(FILE_MODEL, model_path());
    int rows = open_list(FILE_REFERENCE);
    CHECK(panel.chooser.current == 0); // none
    for (int i = 0; i < panel.chooser.list.count; i++)
        CHECK_MSG(strstr(panel.chooser.list.entry[i].name, "-espectro"), "%s",
                  panel.chooser.list.entry[i].name);
    CHECK(panel.chooser.list.count >= 4);
    const uint64_t before = pixels(&panel.chooser.box);
    view.recording = 12.34f;
    say_view(); // while the list is open
    CHECK(strcmp(panel.chooser.recording, "captured, 12.3 s") == 0);
    CHECK(chooser_rows(&panel.chooser) == rows + 1 && panel.chooser.current == 1);
    draw();
    CHECK(pixels(&panel.chooser.box) != before);
    press_row(0);
    CHECK(chosen() && *chosen() == '\0');
    say_file(FILE_REFERENCE, bundle("references/choir-espectro.safetensors"));
    view.recording = 0;
    say_view();
    rows = open_list(FILE_REFERENCE);
    CHECK(panel.chooser.current > 0);
    press_row(panel.chooser.current);
    CHECK(chosen() && strcmp(chosen(), bundle("references/choir-espectro.safetensors")) == 0);
    panel_free(&panel);
    open_panel(1);
    view.recording = 12.34f;
    say_view();
    CHECK(strcmp(panel.chooser.recording, "captura, 12.3 s") == 0);
    panel_free(&panel);
}

static void the_name_shown_is_the_recordings(void)
{
    const Box name = layout_file(FILE_REFERENCE);
    open_panel(0);
    say_view();
    draw();
    const uint64_t none = pixels(&name);
    view.recording = 2;
    say_view();
    draw();
    CHECK(pixels(&name) != none);
    view.recording = 0;
    say_view();
    draw();
    CHECK(pixels(&name) == none);
    panel_free(&panel);
}

static void copy_file(const char *from, const char *to)
{
    Error error;
    size_t size;
    unsigned char *bytes = file_read(from, 1 << 24, &size, &error);
    CHECK(bytes && file_write(to, bytes, size, &error));
    free(bytes);
}

static void a_model_that_changes_is_chosen_anew(void)
{
    char folder[] = "/tmp/trasluz_follow_XXXXXX", path[64];
    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/m.safetensors", folder);
    copy_file(bundle("models/normal.safetensors"), path);
    open_panel(0);
    say_file(FILE_MODEL, path);
    const int rows = open_list(FILE_MODEL);
    press_row(rows - 1); // "reload when it changes"
    CHECK(panel.chooser.follows && panel.chooser.open);
    panel_key(&panel, KEY_ESCAPE, "", false);
    double now = 100;
    panel_idle(&panel, now += 2);
    writes = 0;
    panel_idle(&panel, now += 2);
    CHECK(!chosen()); // nothing has changed
    const struct timespec later[2] = {{.tv_sec = 2000000000}, {.tv_sec = 2000000000}};
    CHECK(utimensat(AT_FDCWD, path, later, 0) == 0);
    panel_idle(&panel, now += 2);
    CHECK(chosen() && strcmp(chosen(), path) == 0);
    writes = 0;
    panel_idle(&panel, now += 2);
    CHECK(!chosen());
    say_file(FILE_MODEL, bundle("models/chico.safetensors")); // another file, of another time
    panel_idle(&panel, now += 2);
    panel_idle(&panel, now += 2);
    CHECK(!chosen());
    panel.chooser.follows = false;
    say_file(FILE_MODEL, path);
    CHECK(utimensat(AT_FDCWD, path, NULL, 0) == 0);
    panel_idle(&panel, now += 2);
    panel_idle(&panel, now += 2);
    CHECK(!chosen());
    panel_free(&panel);
    unlink(path);
    rmdir(folder);
}

static void page_keys_choose_the_next_file(void)
{
    open_panel(0);
    say_file(FILE_MODEL, bundle("models/chico.safetensors"));
    panel_key(&panel, KEY_FILE_AFTER, "", false);
    CHECK(chosen() && strcmp(chosen(), bundle("models/directo.safetensors")) == 0);
    panel_key(&panel, KEY_FILE_BEFORE, "", false);
    CHECK(chosen() && strcmp(chosen(), bundle("models/voces.safetensors")) == 0);
    say_file(FILE_MODEL, model_path());
    say_file(FILE_REFERENCE, bundle("references/bells-espectro.safetensors"));
    panel_key(&panel, KEY_FILE_AFTER, "", true);
    CHECK(chosen() && strcmp(chosen(), bundle("references/choir-espectro.safetensors")) == 0);
    panel_free(&panel);
}

// ---- What is drawn of the latent ----

static void the_ghost_is_the_reference(void)
{
    open_panel(0);
    say_file(FILE_MODEL, model_path());
    say_view();
    draw();
    const uint64_t without = pixels(&layout_map);
    CHECK(panel.map.ghost.count == 0);
    say_file(FILE_REFERENCE, bundle("references/choir-espectro.safetensors"));
    CHECK(panel.map.ghost.count > 100);
    draw();
    CHECK(pixels(&layout_map) != without);
    say_file(FILE_REFERENCE, bundle("references/disco-normal.safetensors")); // does not fit
    CHECK(panel.map.ghost.count == 0);
    panel_free(&panel);
}

// The point that a recording has at a share of its length.
static void point_of(int number, float point[2])
{
    point[0] = cosf(6.2832f * (float)number / VIEW_RECORDED);
    point[1] = sinf(6.2832f * (float)number / VIEW_RECORDED);
}

static void the_ghost_of_a_recording(void)
{
    open_panel(0);
    say_file(FILE_MODEL, model_path());
    say_file(FILE_REFERENCE, bundle("references/choir-espectro.safetensors"));
    const int of_file = panel.map.ghost.count;
    // While it records, what comes in.
    for (int i = 1; i <= 300; i++) {
        view.captured = (float)i / 30;
        for (int k = 0; k < view.points; k++) view.path_before[k][0] = (float)i / 100;
        say_view();
        if (i == 1) CHECK(panel.map.ghost.count == view.points);
    }
    const MapGhost *ghost = &panel.map.ghost;
    CHECK_MSG(ghost->count > MAP_GHOST / 2 && ghost->count <= MAP_GHOST, "%d", ghost->count);
    CHECK(fabsf(ghost->point[0].x - 0.01f) < 1e-5f);
    CHECK(fabsf(ghost->point[ghost->count / 2].x - 1.5f) < 0.3f); // evenly spread
    draw();
    const uint64_t recording = pixels(&layout_map);
    // After that, what the plugin has.
    view.captured = 0;
    view.recording = 10;
    view.recorded = 6;
    for (int first = 0; first < VIEW_RECORDED + 12; first += 6) {
        view.first_recorded = (uint8_t)(first % VIEW_RECORDED);
        for (int i = 0; i < 6; i++) point_of((first + i) % VIEW_RECORDED, view.path_recorded[i]);
        say_view();
    }
    CHECK(ghost->count == VIEW_RECORDED);
    for (int i = 0; i < VIEW_RECORDED; i += 17) {
        float point[2];
        point_of(i, point);
        CHECK(ghost->point[i].x == point[0] && ghost->point[i].y == point[1]);
    }
    draw();
    CHECK(pixels(&layout_map) != recording);
    // The file's again.
    view.recording = 0;
    view.recorded = 0;
    say_view();
    CHECK(ghost->count == of_file);
    panel_free(&panel);
}

static void trails_last_as_long_at_any_rate(void)
{
    static const int points[] = {1, 6, 12, 16};
    for (size_t p = 0; p < sizeof points / sizeof *points; p++) {
        open_panel(0);
        view.points = (uint8_t)points[p];
        for (int i = 0; i < 600; i++) {
            for (int k = 0; k < points[p]; k++) view.path_before[k][0] = (float)i / 30;
            say_view();
        }
        const Map *map = &panel.map;
        const int first = (map->at - map->count + MAP_TRAIL) % MAP_TRAIL;
        const float newest = map->before[(map->at - 1 + MAP_TRAIL) % MAP_TRAIL].x;
        const float seconds = newest - map->before[first].x;
        CHECK_MSG(seconds > 1.9f && (points[p] < 8 || seconds < 6), "%d points a view: %g s",
                  points[p], (double)seconds);
        panel_free(&panel);
    }
}

static int marks(HistoryMark mark)
{
    int count = 0;
    for (int i = 0; i < HISTORY_COLUMNS; i++) count += panel.history.mark[i] == mark;
    return count;
}

static void views(int count)
{
    for (int i = 0; i < count; i++) say_view();
}

static void the_history_marks_what_goes_on(void)
{
    open_panel(0);
    views(10);
    draw();
    const uint64_t before = pixels(&layout_history);
    view.captured = 1;
    views(20);
    view.captured = 0;
    view.frozen = 0.5f;
    views(30);
    CHECK(panel.history.held_since == 29);
    view.frozen = 0;
    view.turn = TURN_INPUT;
    views(40);
    view.turn = TURN_REFERENCE;
    views(50);
    CHECK(panel.history.held_since == -1);
    CHECK_MSG(marks(MARK_CAPTURE) == 20 && marks(MARK_FREEZE) == 30 && marks(MARK_INPUT) == 40 &&
                  marks(MARK_REFERENCE) == 50,
              "%d %d %d %d", marks(MARK_CAPTURE), marks(MARK_FREEZE), marks(MARK_INPUT),
              marks(MARK_REFERENCE));
    draw();
    CHECK(pixels(&layout_history) != before);
    panel_free(&panel);
}

// Each of these looks otherwise: nothing, recording, frozen, the input's turn, the reference's.
static void each_state_is_drawn(void)
{
    uint64_t seen[5];
    for (int state = 0; state < 5; state++) {
        open_panel(0);
        if (state == 1) view.captured = 0.5f;
        if (state == 2) view.frozen = 0.5f;
        if (state == 3) view.turn = TURN_INPUT;
        if (state == 4) view.turn = TURN_REFERENCE;
        views(10);
        draw();
        seen[state] = pixels(&layout_history);
        for (int i = 0; i < state; i++) CHECK_MSG(seen[i] != seen[state], "%d and %d", i, state);
        panel_free(&panel);
    }
}

static void ten_seconds_are_ten_seconds_with_any_blocks(void)
{
    open_panel(0);
    view.captured = 1;
    view.seconds = 0.1f; // of large blocks
    views(20);
    CHECK_MSG(abs(marks(MARK_CAPTURE) - 60) <= 1, "%d columns", marks(MARK_CAPTURE));
    view.captured = 0;
    view.frozen = 1;
    view.seconds = 0.02f;
    views(150);
    CHECK_MSG(abs(marks(MARK_FREEZE) - 90) <= 1, "%d columns", marks(MARK_FREEZE));
    panel_free(&panel);
}

// ---- Controls ----

static void what_has_no_effect_is_dim(void)
{
    open_panel(0);
    say_view();
    draw();
    for (int i = 0; i < panel.controls; i++) {
        const uint64_t lit = pixels(&panel.control[i].box);
        view.effects = ~(UINT64_C(1) << panel.control[i].info->port);
        say_view();
        CHECK(panel.control[i].idle);
        draw();
        CHECK_MSG(pixels(&panel.control[i].box) != lit, "%s", panel.control[i].info->symbol);
        view.effects = UINT64_MAX;
        say_view();
        draw();
        CHECK(pixels(&panel.control[i].box) == lit);
    }
    panel_free(&panel);
}

static void only_what_changed_is_drawn(void)
{
    open_panel(0);
    CHECK(draw() == 1);
    CHECK(draw() == 0);
    panel_value(&panel, PORT_NOISE, 1.5f);
    CHECK(draw() == 1);
    panel_value(&panel, PORT_NOISE, 1.5f);
    CHECK(draw() == 0);
    say_view();
    CHECK(draw() == 4); // map, history, spectrum, levels
    CHECK(draw() == 0);
    panel_free(&panel);
}

static void every_control_of_the_plugin_is_there(void)
{
    open_panel(0);
    for (int i = 0; i < control_table_rows; i++) {
        if (control_table[i].port == PORT_SMEAR) continue; // an older way to say Smear
        int found = 0;
        for (int k = 0; k < panel.controls; k++)
            found += panel.control[k].info == &control_table[i];
        CHECK_MSG(found == 1, "%s: %d times", control_table[i].symbol, found);
    }
    for (int i = 0; i < panel.controls; i++) {
        const ControlInfo *info = panel.control[i].info;
        for (int language = 0; language < LANGUAGES; language++) {
            CHECK_MSG(strlen(info->help[language]) > 10, "%s: no help", info->symbol);
            CHECK_MSG(*info->name[language], "%s: no name", info->symbol);
            for (int p = 0; p < info->points; p++)
                CHECK_MSG(*info->point[p].label[language], "%s: a point without a name",
                          info->symbol);
        }
    }
    panel_free(&panel);
}

// True if a text fits its box as paint_text() draws it without cutting.
static bool fits(cairo_t *cr, const Box *box, const char *text)
{
    return TEXT_SMALLEST * text_width(cr, ROW_TEXT, false, text) <= box->width;
}

static void no_label_is_cut(void)
{
    cairo_t *cr = cairo_create(surface);
    for (int language = 0; language < LANGUAGES; language++) {
        open_panel(language);
        for (int i = 0; i < panel.controls; i++) {
            const Control *control = &panel.control[i];
            const ControlInfo *info = control->info;
            if (control->shape != SHAPE_ROW) continue;
            for (int step = 0; step <= 40; step++) {
                char value[64];
                Box name, at;
                control_text(info, control_at(info, step / 40.0), language, value, sizeof value);
                control_place_row(cr, control, value, &name, &at);
                CHECK_MSG(fits(cr, &name, control->label[language]), "%s: '%s' beside '%s'",
                          info->symbol, control->label[language], value);
                CHECK_MSG(info->kind == CONTROL_SWITCH || fits(cr, &at, value), "%s: '%s'",
                          info->symbol, value);
            }
        }
        panel_free(&panel);
    }
    cairo_destroy(cr);
}

static void nothing_overlaps(void)
{
    open_panel(0);
    for (int i = 0; i < panel.controls; i++)
        for (int k = 0; k < panel.controls + 4; k++) {
            const Box others[] = {layout_map, layout_history, layout_spectrum, layout_levels};
            const Box *a = &panel.control[i].box;
            const Box *b = k < panel.controls ? &panel.control[k].box : &others[k - panel.controls];
            if (a == b) continue;
            CHECK_MSG(a->x + a->width <= b->x || b->x + b->width <= a->x ||
                          a->y + a->height <= b->y || b->y + b->height <= a->y,
                      "%s overlaps", panel.control[i].info->symbol);
            CHECK(a->x >= 0 && a->y >= 0 && a->x + a->width <= PANEL_WIDTH &&
                  a->y + a->height <= PANEL_HEIGHT);
        }
    panel_free(&panel);
}

static void values_are_typed_in_any_form(void)
{
    const ControlInfo *noise = NULL, *smear = NULL, *mode = NULL;
    float value = -1;
    for (int i = 0; i < control_table_rows; i++) {
        if (control_table[i].port == PORT_NOISE) noise = &control_table[i];
        if (control_table[i].port == PORT_SMEAR_MS) smear = &control_table[i];
        if (control_table[i].port == PORT_NOISE_MODE) mode = &control_table[i];
    }
    REQUIRE(noise && smear && mode);
    CHECK(control_parse(noise, "0.5", &value) && value == 0.5f);
    CHECK(control_parse(noise, "0,25", &value) && value == 0.25f);
    CHECK(control_parse(noise, "1.5 σ", &value) && value == 1.5f);
    CHECK(control_parse(noise, "99", &value) && value == noise->high);
    CHECK(control_parse(smear, "off", &value) && value == smear->low);
    CHECK(control_parse(smear, "Sin borrón", &value) && value == smear->low);
    CHECK(control_parse(mode, "a la deriva", &value) && value == 1);
    CHECK(!control_parse(noise, "nan", &value) && !control_parse(noise, "", &value));
    CHECK(!control_parse(noise, "much", &value));
}

// ---- Hostile messages ----

static void what_is_not_utf8_harms_nothing(void)
{
    static const char *const odd[] = {
        "\xff\xfe", "a\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\xaf", "\x01\x7f\t"};
    open_panel(0);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        say_text("urn:trasluz:notice", LV2_ATOM__String, odd[i]);
        say_file(FILE_REFERENCE, odd[i]);
        draw(); // checks that cairo has had no error
        panel_value(&panel, PORT_NOISE, 0.1f * (float)i);
        draw();
    }
    panel_free(&panel);
}

static void views_with_wild_numbers_are_drawn_or_left(void)
{
    static const float wild[] = {NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 1e-40f};
    open_panel(0);
    for (size_t w = 0; w < sizeof wild / sizeof *wild; w++)
        for (size_t at = 0; at + sizeof(float) <= sizeof view; at += sizeof(float)) {
            reset_view();
            memcpy((char *)&view + at, &wild[w], sizeof(float));
            say_view();
            if (at % 64 == 0) draw();
        }
    draw();
    panel_free(&panel);
}

int main(void)
{
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PANEL_WIDTH, PANEL_HEIGHT);
    RUN(a_status_becomes_a_sentence);
    RUN(long_and_odd_statuses_are_cut);
    RUN(a_refused_file_and_a_copy_are_told);
    RUN(without_a_model_it_says_so);
    RUN(models_are_listed_with_what_they_are);
    RUN(references_can_be_none_or_captured);
    RUN(the_name_shown_is_the_recordings);
    RUN(a_model_that_changes_is_chosen_anew);
    RUN(page_keys_choose_the_next_file);
    RUN(the_ghost_is_the_reference);
    RUN(the_ghost_of_a_recording);
    RUN(trails_last_as_long_at_any_rate);
    RUN(the_history_marks_what_goes_on);
    RUN(each_state_is_drawn);
    RUN(ten_seconds_are_ten_seconds_with_any_blocks);
    RUN(what_has_no_effect_is_dim);
    RUN(only_what_changed_is_drawn);
    RUN(every_control_of_the_plugin_is_there);
    RUN(no_label_is_cut);
    RUN(nothing_overlaps);
    RUN(values_are_typed_in_any_form);
    RUN(what_is_not_utf8_harms_nothing);
    RUN(views_with_wild_numbers_are_drawn_or_left);
    cairo_surface_destroy(surface);
    return check_status();
}
