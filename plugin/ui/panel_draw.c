#include "panel.h"
#include "panel_layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void draw_file(const Panel *panel, cairo_t *cr, FileKind kind)
{
    static const char *const label[LANGUAGES][FILE_KINDS] = {{"Model", "Reference"},
                                                             {"Modelo", "Referencia"}};
    static const char *const none[LANGUAGES] = {"none", "ninguna"};
    const Box box = layout_file(kind);
    char name[96];
    file_name(panel->file[kind], name, sizeof name);
    const char *shown = *panel->file[kind] ? name : none[panel->language];
    if (kind == FILE_REFERENCE && panel->chooser.recording[0]) shown = panel->chooser.recording;
    const bool follows = kind == FILE_MODEL && panel->chooser.follows;
    paint_box(cr, &box, 4, colour_panel, 1);
    const Box what = {box.x + 10, box.y, 74, box.height};
    const Box which = {box.x + 84, box.y, box.width - 104 - (follows ? 18 : 0), box.height};
    const Box mark = {box.x + box.width - 38, box.y, 14, box.height};
    const Box arrow = {box.x + box.width - 20, box.y, 14, box.height};
    paint_text(cr, &what, ALIGN_LEFT, 11, false, colour_faint, label[panel->language][kind]);
    const bool is_none = shown == none[panel->language];
    const Colour colour = kind == FILE_REFERENCE ? colour_reference : colour_text;
    paint_text(cr, &which, ALIGN_LEFT, 13, !is_none, is_none ? colour_faint : colour, shown);
    if (follows) paint_text(cr, &mark, ALIGN_CENTRE, 13, true, colour_after, "↻");
    paint_text(cr, &arrow, ALIGN_CENTRE, 10, false, colour_faint, "▾");
    for (int step = -1; step <= 1; step += 2) {
        const Box button = layout_file_step(kind, step);
        paint_box(cr, &button, 4, colour_panel, 1);
        paint_text(cr, &button, ALIGN_CENTRE, 11, false, colour_text, step < 0 ? "◂" : "▸");
    }
}

// Draws what stands in the way of a file or, where nothing does, what the model is.
static void draw_notice(const Panel *panel, cairo_t *cr)
{
    static const char *const silent[LANGUAGES] = {"No model: the input passes through unchanged",
                                                  "Sin modelo: la entrada pasa sin cambios"};
    const char *text = *panel->notice     ? panel->notice
                       : panel->has_model ? panel->about
                                          : silent[panel->language];
    const bool calm = !*panel->notice && panel->has_model;
    const Box mark = {layout_notice.x, layout_notice.y, 16, layout_notice.height};
    Box line = layout_notice;
    if (calm) {
        line.x = layout_file(FILE_MODEL).x + 84;
        line.width -= line.x - layout_notice.x;
    } else {
        line.x += 18;
        line.width -= 18;
        paint_text(cr, &mark, ALIGN_LEFT, 13, true, colour_alarm, "⚠");
    }
    paint_text(cr, &line, ALIGN_LEFT, 11, false, calm ? colour_faint : colour_text, text);
}

static Box part_box(const Panel *panel, Part part)
{
    switch (part) {
    case PART_FILES: return (Box){0, 0, PANEL_WIDTH, 36};
    case PART_NOTICE: return (Box){0, 36, PANEL_WIDTH, 21};
    case PART_MAP: return panel->map.box;
    case PART_HISTORY: return panel->history.box;
    case PART_SPECTRUM: return panel->meters.spectrum;
    default: return panel->meters.levels;
    }
}

static void draw_part(Panel *panel, cairo_t *cr, Part part)
{
    const int language = panel->language;
    switch (part) {
    case PART_FILES:
        paint_text(cr, &layout_title, ALIGN_LEFT, 19, true, colour_text, "Trasluz");
        for (FileKind kind = 0; kind < FILE_KINDS; kind++) draw_file(panel, cr, kind);
        break;
    case PART_NOTICE: draw_notice(panel, cr); break;
    case PART_MAP: map_draw(cr, &panel->map, language); break;
    case PART_HISTORY: history_draw(cr, &panel->history, language); break;
    case PART_SPECTRUM: meters_draw_spectrum(cr, &panel->meters, language); break;
    default: meters_draw_levels(cr, &panel->meters, language); break;
    }
}

static void draw_groups(const Panel *panel, cairo_t *cr)
{
    for (int g = 0; g < LAYOUT_GROUPS; g++) {
        const Box *box = &layout_group[g].box;
        const Box name = {box->x + 12, box->y + 3, box->width - 24, 18};
        paint_box(cr, box, 5, colour_panel, 1);
        paint_text(cr, &name, ALIGN_LEFT, 11, true, colour_text,
                   layout_group[g].name[panel->language]);
    }
}

static void draw_typing(const Panel *panel, cairo_t *cr)
{
    const Control *control = &panel->control[panel->typing];
    Box box = control->box;
    if (control->shape == SHAPE_DIAL) box = (Box){box.x, box.y + box.height - 24, box.width, 20};
    char text[64];
    snprintf(text, sizeof text, "%s▏", panel->typed);
    paint_box(cr, &box, 3, colour_text, 1);
    paint_text(cr, &box, ALIGN_CENTRE, 11.5, true, colour_back, text);
}

static void draw_tip(const Panel *panel, cairo_t *cr)
{
    const Control *control = &panel->control[panel->hot];
    const char *help = control->info->help[panel->language];
    Box text = {0, 0, 300, 0};
    text.height = paint_paragraph(cr, &text, 11, NULL, help);
    text.x = fmin(control->box.x + 8, PANEL_WIDTH - text.width - 20);
    text.y = control->box.y - text.height - 14;
    const Box box = {text.x - 9, text.y - 5, text.width + 18, text.height + 12};
    paint_box(cr, &box, 5, colour_text, 0.97);
    paint_paragraph(cr, &text, 11, &colour_back, help);
}

static void draw_over(const Panel *panel, cairo_t *cr)
{
    if (panel->chooser.open) chooser_draw(cr, &panel->chooser, panel->language);
    if (panel->typing >= 0) draw_typing(panel, cr);
    if (panel->tip && panel->hot >= 0) draw_tip(panel, cr);
}

static void clear(cairo_t *cr, const Box *box, Colour colour)
{
    cairo_rectangle(cr, box->x, box->y, box->width, box->height);
    paint_colour(cr, colour, 1);
    cairo_fill(cr);
}

// Returns what a control stands on.
static Colour ground_of(const Control *control)
{
    for (int g = 0; g < LAYOUT_GROUPS; g++)
        if (box_has(&layout_group[g].box, control->box.x, control->box.y)) return colour_panel;
    return colour_back;
}

static int draw_all(Panel *panel, cairo_t *cr, Box *drawn)
{
    const Box all = {0, 0, PANEL_WIDTH, PANEL_HEIGHT};
    clear(cr, &all, colour_back);
    draw_groups(panel, cr);
    for (Part part = 0; part < PARTS; part++) draw_part(panel, cr, part);
    for (int i = 0; i < panel->controls; i++) control_draw(cr, &panel->control[i], panel->language);
    draw_over(panel, cr);
    memset(panel->dirty, 0, sizeof panel->dirty);
    memset(panel->control_dirty, 0, sizeof panel->control_dirty);
    panel->all_dirty = false;
    *drawn = all;
    return 1;
}

int panel_draw(Panel *panel, cairo_t *cr, Box *drawn, int room)
{
    // What lies over the rest is drawn with it.
    const bool covered = panel->chooser.open || panel->typing >= 0 || panel->tip;
    bool any = false;
    for (Part part = 0; part < PARTS; part++) any = any || panel->dirty[part];
    if (panel->all_dirty || (covered && any)) return draw_all(panel, cr, drawn);
    int count = 0;
    for (Part part = 0; part < PARTS && count < room; part++) {
        if (!panel->dirty[part]) continue;
        drawn[count] = part_box(panel, part);
        clear(cr, &drawn[count++], colour_back);
        draw_part(panel, cr, part);
        panel->dirty[part] = false;
    }
    for (int i = 0; i < panel->controls && count < room; i++) {
        if (!panel->control_dirty[i]) continue;
        drawn[count] = panel->control[i].box;
        clear(cr, &drawn[count++], ground_of(&panel->control[i]));
        control_draw(cr, &panel->control[i], panel->language);
        panel->control_dirty[i] = false;
    }
    return count;
}
