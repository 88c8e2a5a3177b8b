#include "output/html.h"

#include "files/plain_text.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_SHOWN = 60 };

extern const char page_css[]; // page.css

// ---- Text and bytes ----

static void write_text(FILE *page, const char *text)
{
    while (*text) {
        const int length = plain_text_character(text);
        switch (*text) {
        case '&': fputs("&amp;", page); break;
        case '<': fputs("&lt;", page); break;
        case '>': fputs("&gt;", page); break;
        case '"': fputs("&quot;", page); break;
        case '\n':
        case '\t': fputc(' ', page); break;
        default:
            if (length > 0)
                fwrite(text, 1, (size_t)length, page);
            else
                fprintf(page, "\\x%02x", (unsigned)(unsigned char)*text);
        }
        text += length > 0 ? length : 1;
    }
}

// Base64, RFC 4648.
static void write_base64(FILE *page, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const unsigned second = i + 1 < size ? bytes[i + 1] : 0;
        const unsigned third = i + 2 < size ? bytes[i + 2] : 0;
        const unsigned three = (unsigned)bytes[i] << 16 | second << 8 | third;
        fputc(digits[three >> 18], page);
        fputc(digits[three >> 12 & 63], page);
        fputc(i + 1 < size ? digits[three >> 6 & 63] : '=', page);
        fputc(i + 2 < size ? digits[three & 63] : '=', page);
    }
}

static void write_source(FILE *page, const char *type, const unsigned char *bytes, size_t size)
{
    fprintf(page, " src=\"data:%s;base64,", type);
    write_base64(page, bytes, size);
    fputc('"', page);
}

// ---- The page ----

void html_begin(FILE *page, const char *title)
{
    fputs(PAGE_BEGINNING PAGE_TITLE, page);
    write_text(page, title);
    fprintf(page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", page_css);
    write_text(page, title);
    fputs("</h1>\n", page);
}

void html_end(FILE *page)
{
    fputs("</body>\n</html>\n", page);
}

void html_heading(FILE *page, int level, size_t number, const char *text)
{
    if (level == 2)
        fprintf(page, "<h2 id=\"s%zu\">", number);
    else
        fprintf(page, "<h%d>", level);
    write_text(page, text);
    fprintf(page, "</h%d>\n", level);
}

void html_link(FILE *page, size_t number, const char *text)
{
    fprintf(page, "<a href=\"#s%zu\">", number);
    write_text(page, text);
    fputs("</a>\n", page);
}

void html_paragraph(FILE *page, const char *text)
{
    fputs("<p>", page);
    write_text(page, text);
    fputs("</p>\n", page);
}

void html_fold_begin(FILE *page, const char *summary, bool open)
{
    fprintf(page, "<details%s><summary>", open ? " open" : "");
    write_text(page, summary);
    fputs("</summary>\n", page);
}

void html_fold_end(FILE *page)
{
    fputs("</details>\n", page);
}

void html_figures_begin(FILE *page)
{
    fputs("<div class=\"figures\">", page);
}

void html_figures_end(FILE *page)
{
    fputs("</div>\n", page);
}

void html_picture(FILE *page, const char *type, const unsigned char *bytes, size_t size, bool wide,
                  const char *caption)
{
    fprintf(page, "<figure%s><img", wide ? " class=\"wide\"" : "");
    write_source(page, type, bytes, size);
    fputs(" alt=\"", page);
    write_text(page, caption);
    fputs("\"><figcaption>", page);
    write_text(page, caption);
    fputs("</figcaption></figure>\n", page);
}

void html_sounds_begin(FILE *page)
{
    fputs("<figure>", page);
}

void html_labelled_sound(FILE *page, const char *type, const unsigned char *bytes, size_t size,
                         const char *label)
{
    fputs("<label>", page);
    write_text(page, label);
    fputs("<audio controls", page);
    write_source(page, type, bytes, size);
    fputs("></audio></label>\n", page);
}

void html_sounds_end(FILE *page, const char *caption)
{
    fputs("<figcaption>", page);
    write_text(page, caption);
    fputs("</figcaption></figure>\n", page);
}

void html_sound(FILE *page, const char *type, const unsigned char *bytes, size_t size,
                const char *caption)
{
    fputs("<figure><audio controls", page);
    write_source(page, type, bytes, size);
    fputs("></audio><figcaption>", page);
    write_text(page, caption);
    fputs("</figcaption></figure>\n", page);
}

// ---- Tables ----

void html_table_begin(FILE *page, const char *caption)
{
    fputs("<div class=\"table\"><table><caption>", page);
    write_text(page, caption);
    fputs("</caption>\n", page);
}

void html_row_begin(FILE *page)
{
    fputs("<tr>", page);
}

void html_row_end(FILE *page)
{
    fputs("</tr>\n", page);
}

void html_table_end(FILE *page)
{
    fputs("</table></div>\n", page);
}

// Rounds a number of many digits to five.
static bool shorten(const char *text, char number[32])
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end) return false;
    if (!strpbrk(text, ".eE") || strlen(text) <= 6)
        snprintf(number, 32, "%s", text);
    else
        snprintf(number, 32, "%.5g", value);
    return true;
}

void html_cell(FILE *page, const char *text, bool heading)
{
    char number[32];
    const bool is_number = !heading && shorten(text, number);
    fputs(heading ? "<th>" : is_number ? "<td class=\"n\">" : "<td>", page);
    write_text(page, is_number ? number : text);
    fputs(heading ? "</th>" : "</td>", page);
}

void html_pair(FILE *page, const char *key, const char *value)
{
    fputs("<tr><th scope=\"row\">", page);
    write_text(page, key);
    fputs("</th><td class=\"v\">", page);
    write_text(page, value);
    fputs("</td></tr>\n", page);
}

// Writes the name of a column, which can break between its words.
static void name_cell(FILE *page, const char *name)
{
    char words[64];
    snprintf(words, sizeof words, "%s", name);
    for (char *at = words; *at; at++)
        if (*at == '_') *at = ' ';
    html_cell(page, words, true);
}

void html_table(FILE *page, const CsvTable *table, const char *caption)
{
    char text[320];
    const size_t shown = table->rows < ROWS_SHOWN ? table->rows : ROWS_SHOWN;
    if (shown < table->rows)
        snprintf(text, sizeof text, "%.250s: the first %zu of %zu rows", caption, shown,
                 table->rows);
    else
        snprintf(text, sizeof text, "%.250s", caption);
    html_table_begin(page, text);
    html_row_begin(page);
    for (size_t c = 0; c < table->columns; c++) name_cell(page, csv_name(table, c));
    html_row_end(page);
    for (size_t r = 0; r < shown; r++) {
        html_row_begin(page);
        for (size_t c = 0; c < table->columns; c++) html_cell(page, csv_cell(table, r, c), false);
        html_row_end(page);
    }
    html_table_end(page);
}
