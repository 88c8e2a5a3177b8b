#include "theme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const Colour colour_back = {0.090, 0.098, 0.110}, colour_panel = {0.130, 0.140, 0.157},
             colour_well = {0.063, 0.069, 0.078}, colour_line = {0.240, 0.255, 0.280},
             colour_text = {0.910, 0.915, 0.925}, colour_faint = {0.660, 0.680, 0.715},
             colour_dim = {0.370, 0.385, 0.415}, colour_before = {0.337, 0.706, 0.914},
             colour_after = {0.902, 0.624, 0.000}, colour_reference = {0.800, 0.475, 0.655},
             colour_alarm = {0.835, 0.369, 0.000}, colour_fill = {0.260, 0.300, 0.360};

bool box_has(const Box *box, double x, double y)
{
    return x >= box->x && y >= box->y && x < box->x + box->width && y < box->y + box->height;
}

void paint_colour(cairo_t *cr, Colour colour, double opacity)
{
    cairo_set_source_rgba(cr, colour.r, colour.g, colour.b, opacity);
}

static void outline(cairo_t *cr, const Box *box, double radius)
{
    const double right = box->x + box->width, bottom = box->y + box->height;
    cairo_new_sub_path(cr);
    cairo_arc(cr, right - radius, box->y + radius, radius, -PI / 2, 0);
    cairo_arc(cr, right - radius, bottom - radius, radius, 0, PI / 2);
    cairo_arc(cr, box->x + radius, bottom - radius, radius, PI / 2, PI);
    cairo_arc(cr, box->x + radius, box->y + radius, radius, PI, 3 * PI / 2);
    cairo_close_path(cr);
}

void paint_box(cairo_t *cr, const Box *box, double radius, Colour colour, double opacity)
{
    paint_colour(cr, colour, opacity);
    outline(cr, box, radius);
    cairo_fill(cr);
}

void paint_frame(cairo_t *cr, const Box *box, double radius, Colour colour, double opacity)
{
    const Box inner = {box->x + 0.5, box->y + 0.5, box->width - 1, box->height - 1};
    paint_colour(cr, colour, opacity);
    cairo_set_line_width(cr, 1);
    outline(cr, &inner, radius);
    cairo_stroke(cr);
}

static void set_font(cairo_t *cr, double size, bool bold)
{
    cairo_select_font_face(cr, "Sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
}

static double width_of(cairo_t *cr, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    return extents.x_advance;
}

double text_width(cairo_t *cr, double size, bool bold, const char *text)
{
    set_font(cr, size, bold);
    return width_of(cr, text);
}

// Cuts the text so that it fits; what is cut is whole UTF-8 characters.
static void fit(cairo_t *cr, double width, const char *text, char *cut, size_t room)
{
    snprintf(cut, room, "%s", text);
    size_t length = strlen(cut);
    while (length > 0 && width_of(cr, cut) > width) {
        do length--;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80);
        snprintf(cut + length, room - length, "…");
    }
}

void paint_text(cairo_t *cr, const Box *box, Align align, double size, bool bold, Colour colour,
                const char *text)
{
    char cut[1024];
    set_font(cr, size, bold);
    fit(cr, box->width, text, cut, sizeof cut - 4);
    const double spare = box->width - width_of(cr, cut);
    const double x = align == ALIGN_LEFT ? 0 : align == ALIGN_RIGHT ? spare : spare / 2;
    paint_colour(cr, colour, 1);
    cairo_move_to(cr, box->x + x, box->y + box->height / 2 + 0.36 * size);
    cairo_show_text(cr, cut);
}

double paint_paragraph(cairo_t *cr, const Box *box, double size, const Colour *colour,
                       const char *text)
{
    char line[512] = "";
    double y = box->y + size;
    set_font(cr, size, false);
    if (colour) paint_colour(cr, *colour, 1);
    for (const char *word = text; *word;) {
        const size_t length = strcspn(word, " ");
        const size_t before = strlen(line);
        snprintf(line + before, sizeof line - before, "%s%.*s", before ? " " : "", (int)length,
                 word);
        if (before && width_of(cr, line) > box->width) {
            line[before] = '\0';
            cairo_move_to(cr, box->x, y);
            if (colour) cairo_show_text(cr, line);
            y += 1.35 * size;
            line[0] = '\0';
            continue;
        }
        word += length + (word[length] == ' ');
    }
    cairo_move_to(cr, box->x, y);
    if (colour) cairo_show_text(cr, line);
    return y - box->y + 0.4 * size;
}
