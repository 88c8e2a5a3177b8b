// The help text of option.h.
#include "cli/option.h"

#include <string.h>

enum { TEXT_COLUMN = 27, COLUMNS = 92, HELP_MAX = 2048 };

static void add(char text[HELP_MAX], const char *more)
{
    const size_t used = strlen(text);
    snprintf(text + used, HELP_MAX - used, "%s", more);
}

// "a, b or c", "1 to 64".
static void add_values(char text[HELP_MAX], const Option *option)
{
    char range[64];
    if (!option->choices) {
        snprintf(range, sizeof range, "%.15g to %.15g", option->low, option->high);
        add(text, range);
        return;
    }
    for (int i = 0; option->choices[i]; i++) {
        if (i > 0) add(text, option->choices[i + 1] ? ", " : " or ");
        add(text, option->choices[i]);
    }
}

// The whole help of an option, with values and default.
static void make_text(char text[HELP_MAX], const Option *option)
{
    const char *mark = strstr(option->help, "{}");
    const char *initial = option->need == NEEDED_ALWAYS ? "needed"
                          : option->shown               ? option->shown
                                                        : option->initial;
    text[0] = '\0';
    if (mark) {
        snprintf(text, HELP_MAX, "%.*s", (int)(mark - option->help), option->help);
        add_values(text, option);
        add(text, mark + 2);
    } else {
        add(text, option->help);
    }
    if (!initial || !*initial) return;
    add(text, " (");
    add(text, initial);
    add(text, ")");
}

// Prints words in lines; the first begins at `column`.
static void print_wrapped(const char *text, size_t column, FILE *to)
{
    for (bool first = true; *text; first = false) {
        const size_t length = strcspn(text, " ");
        size_t shown = 0; // columns: of UTF-8, bytes that continue a letter take none
        for (size_t i = 0; i < length; i++) shown += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (!first && column + 1 + shown > COLUMNS) {
            fprintf(to, "\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
        } else if (!first) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", (int)length, text);
        column += shown;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', to);
}

static void print_option(const Option *option, FILE *to)
{
    char head[64], text[HELP_MAX], letter[] = "    ";
    if (option->letter) memcpy(letter, (char[]){'-', option->letter, ','}, 3);
    const int width = snprintf(head, sizeof head, "  %s--%s%s%s", letter, option->name,
                               option->unit ? " " : "", option->unit ? option->unit : "");
    if (width > TEXT_COLUMN - 2) {
        fprintf(to, "%s\n", head);
        head[0] = '\0';
    }
    fprintf(to, "%-*s", TEXT_COLUMN, head);
    make_text(text, option);
    print_wrapped(text, TEXT_COLUMN, to);
}

void options_print(const Option *table, FILE *to)
{
    for (const Option *option = table; option->name; option++) print_option(option, to);
}
