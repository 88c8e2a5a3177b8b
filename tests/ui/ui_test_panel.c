// ui_test_panel.c: how the panel draws its controls: what is dim, what is drawn anew, labels that
// fit, and texts that are no texts. Without an X11 server.
#include "controls/ports.h"
#include "lib/check.h"
#include "panel_layout.h"
#include "ui/bare_panel.h"

#include <lv2/atom/atom.h>

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
    cairo_t *cr = pen();
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

int main(void)
{
    RUN(what_has_no_effect_is_dim);
    RUN(only_what_changed_is_drawn);
    RUN(every_control_of_the_plugin_is_there);
    RUN(no_label_is_cut);
    RUN(nothing_overlaps);
    RUN(values_are_typed_in_any_form);
    RUN(what_is_not_utf8_harms_nothing);
    end_panels();
    return check_status();
}
