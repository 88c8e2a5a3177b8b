#include "output/html.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_SHOWN = 60 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2329;--soft:#5a6672;--line:#d9dfe5;--back:#fff;"
    "--band:#f4f6f8;--mark:#0072b2}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaee;--soft:#9aa6b2;--line:#343c44;"
    "--back:#14181c;--band:#1c2228;--mark:#56b4e9}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:76rem;padding:1rem clamp(1rem,4vw,3rem) "
    "4rem;background:var(--back);"
    "color:var(--ink);font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto "
    "Sans',sans-serif;"
    "overflow-wrap:anywhere}"
    "h1{font-size:clamp(1.6rem,5vw,2.4rem);line-height:1.15;margin:1.5rem 0 1rem}"
    "h2{font-size:1.45rem;margin:3rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--mark)}"
    "h3{font-size:1.15rem;margin:1.75rem 0 .5rem}h4{font-size:1rem;margin:1.25rem 0 .5rem}"
    "nav{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem}a{color:var(--mark)}p{margin:.5rem 0}"
    ".figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr));"
    "gap:1.25rem;margin:1rem 0;align-items:start}"
    "figure{margin:0}figure.wide{grid-column:1/-1;overflow-x:auto}figure.wide img{min-width:44rem}"
    "img{display:block;width:100%;height:auto;background:#fff;border:1px solid var(--line);"
    "border-radius:.5rem;padding:.4rem}"
    "audio{display:block;width:100%;margin-top:.25rem}"
    "figcaption,caption{color:var(--soft);font-size:.85rem;text-align:left;padding:.35rem .1rem}"
    "caption{caption-side:bottom}"
    ".table{overflow-x:auto;margin:1rem 0}"
    "table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;"
    "overflow-wrap:normal}"
    "th,td{padding:.3rem .7rem;text-align:left;border-bottom:1px solid var(--line)}"
    "th{color:var(--soft);font-weight:600;vertical-align:bottom}"
    "th[scope=row]{vertical-align:top}"
    "tr:nth-child(even) td{background:var(--band)}td.n{text-align:right;white-space:nowrap}"
    "td.v{overflow-wrap:anywhere}"
    "details{margin:.75rem 0;border-left:2px solid var(--line);padding-left:.9rem}"
    "summary{cursor:pointer;color:var(--mark);margin-left:-.2rem}"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--back:#fff;"
    "--band:#f4f4f4;--mark:#004f7c}@page{margin:16mm 14mm}body{max-width:none;padding:0;"
    "font-size:10pt}h2,h3,h4{break-after:avoid}figure,tr{break-inside:avoid}"
    ".figures{grid-template-columns:1fr 1fr}figure.wide img{min-width:0}nav{display:none}"
    ".table{overflow:visible}table{font-size:8pt}th,td{padding:.15rem .4rem}"
    "details{border:0;padding:0}details:not([open]){display:none}"
    "summary{color:var(--ink);font-weight:600;list-style:none;margin:0;break-after:avoid}"
    "figure:has(audio){display:none}}";

// ---- Text and bytes ----

static void write_text(FILE *page, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': fputs("&amp;", page); break;
        case '<': fputs("&lt;", page); break;
        case '>': fputs("&gt;", page); break;
        case '"': fputs("&quot;", page); break;
        default: fputc((unsigned char)*text < ' ' ? ' ' : *text, page);
        }
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

void page_begin(FILE *page, const char *title)
{
    fputs(PAGE_BEGINNING
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          page);
    write_text(page, title);
    fprintf(page, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    write_text(page, title);
    fputs("</h1>\n", page);
}

void page_end(FILE *page)
{
    fputs("</body>\n</html>\n", page);
}

void page_heading(FILE *page, int level, size_t number, const char *text)
{
    if (level == 2)
        fprintf(page, "<h2 id=\"s%zu\">", number);
    else
        fprintf(page, "<h%d>", level);
    write_text(page, text);
    fprintf(page, "</h%d>\n", level);
}

void page_link(FILE *page, size_t number, const char *text)
{
    fprintf(page, "<a href=\"#s%zu\">", number);
    write_text(page, text);
    fputs("</a>\n", page);
}

void page_paragraph(FILE *page, const char *text)
{
    fputs("<p>", page);
    write_text(page, text);
    fputs("</p>\n", page);
}

void page_fold_begin(FILE *page, const char *summary, bool open)
{
    fprintf(page, "<details%s><summary>", open ? " open" : "");
    write_text(page, summary);
    fputs("</summary>\n", page);
}

void page_fold_end(FILE *page)
{
    fputs("</details>\n", page);
}

void page_figures_begin(FILE *page)
{
    fputs("<div class=\"figures\">", page);
}

void page_figures_end(FILE *page)
{
    fputs("</div>\n", page);
}

void page_picture(FILE *page, const char *type, const unsigned char *bytes, size_t size, bool wide,
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

void page_sound(FILE *page, const char *type, const unsigned char *bytes, size_t size,
                const char *caption)
{
    fputs("<figure><audio controls", page);
    write_source(page, type, bytes, size);
    fputs("></audio><figcaption>", page);
    write_text(page, caption);
    fputs("</figcaption></figure>\n", page);
}

// ---- Tables ----

void page_table_begin(FILE *page, const char *caption)
{
    fputs("<div class=\"table\"><table><caption>", page);
    write_text(page, caption);
    fputs("</caption>\n", page);
}

void page_row_begin(FILE *page)
{
    fputs("<tr>", page);
}

void page_row_end(FILE *page)
{
    fputs("</tr>\n", page);
}

void page_table_end(FILE *page)
{
    fputs("</table></div>\n", page);
}

// A number of many digits with five that count.
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

void page_cell(FILE *page, const char *text, bool heading)
{
    char number[32];
    const bool is_number = !heading && shorten(text, number);
    fputs(heading ? "<th>" : is_number ? "<td class=\"n\">" : "<td>", page);
    write_text(page, is_number ? number : text);
    fputs(heading ? "</th>" : "</td>", page);
}

void page_pair(FILE *page, const char *key, const char *value)
{
    fputs("<tr><th scope=\"row\">", page);
    write_text(page, key);
    fputs("</th><td class=\"v\">", page);
    write_text(page, value);
    fputs("</td></tr>\n", page);
}

// A column's name, which can be broken where its words are.
static void name_cell(FILE *page, const char *name)
{
    char words[64];
    snprintf(words, sizeof words, "%s", name);
    for (char *at = words; *at; at++)
        if (*at == '_') *at = ' ';
    page_cell(page, words, true);
}

void page_table(FILE *page, const CsvTable *table, const char *caption)
{
    char text[320];
    const size_t shown = table->rows < ROWS_SHOWN ? table->rows : ROWS_SHOWN;
    if (shown < table->rows)
        snprintf(text, sizeof text, "%.250s: the first %zu of %zu rows", caption, shown,
                 table->rows);
    else
        snprintf(text, sizeof text, "%.250s", caption);
    page_table_begin(page, text);
    page_row_begin(page);
    for (size_t c = 0; c < table->columns; c++) name_cell(page, csv_name(table, c));
    page_row_end(page);
    for (size_t r = 0; r < shown; r++) {
        page_row_begin(page);
        for (size_t c = 0; c < table->columns; c++) page_cell(page, csv_cell(table, r, c), false);
        page_row_end(page);
    }
    page_table_end(page);
}
