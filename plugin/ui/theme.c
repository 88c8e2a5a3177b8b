#include "theme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const Colour colour_back = {0.075, 0.082, 0.094}, colour_panel = {0.118, 0.128, 0.145},
             colour_well = {0.051, 0.056, 0.065}, colour_line = {0.235, 0.252, 0.280},
             colour_text = {0.930, 0.935, 0.945}, colour_faint = {0.690, 0.710, 0.745},
             colour_dim = {0.440, 0.458, 0.490}, colour_before = {0.337, 0.706, 0.914},
             colour_after = {0.945, 0.655, 0.050}, colour_reference = {0.900, 0.420, 0.620},
             colour_alarm = {1.000, 0.420, 0.330}, colour_fill = {0.220, 0.262, 0.325};

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

// Returns how many bytes the UTF-8 character at `text` has; 0 where there is none that is whole and
// in its shortest form. Cairo draws nothing any more after a text that is not UTF-8.
static size_t character(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    if (byte[0] < 0x80) return 1;
    const size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4) return 0;
    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80) return 0;
    if ((byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] >= 0xa0) ||
        (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] >= 0x90))
        return 0;
    return length;
}

// Copies text, as much as there is room for, with question marks for what is not UTF-8 and spaces
// for control characters.
static void copy_text(const char *text, char *copy, size_t room)
{
    size_t at = 0;
    while (*text) {
        const size_t length = character(text);
        if (at + length + 1 >= room) break;
        if (length == 0)
            copy[at++] = '?';
        else if (length == 1)
            copy[at++] = (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text;
        else
            memcpy(copy + at, text, length);
        at += length > 1 ? length : 0;
        text += length ? length : 1;
    }
    copy[at] = '\0';
}

// Cuts the text so that it fits; what is cut is whole UTF-8 characters.
static void cut_text(cairo_t *cr, double width, char *text, size_t room)
{
    size_t length = strlen(text);
    while (length > 0 && width_of(cr, text) > width) {
        do length--;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80);
        snprintf(text + length, room - length, "…");
    }
}

void paint_text(cairo_t *cr, const Box *box, Align align, double size, bool bold, Colour colour,
                const char *text)
{
    char shown[1024];
    copy_text(text, shown, sizeof shown - 4);
    set_font(cr, size, bold);
    const double wanted = width_of(cr, shown);
    if (wanted > box->width) {
        size *= fmax(box->width / wanted, TEXT_SMALLEST);
        set_font(cr, size, bold);
        cut_text(cr, box->width, shown, sizeof shown);
    }
    const double spare = box->width - width_of(cr, shown);
    const double x = align == ALIGN_LEFT ? 0 : align == ALIGN_RIGHT ? spare : spare / 2;
    paint_colour(cr, colour, 1);
    cairo_move_to(cr, box->x + x, box->y + box->height / 2 + 0.36 * size);
    cairo_show_text(cr, shown);
    cairo_new_path(cr); // the end of a text is no place to go on from
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
