#include "files/number.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

double number_parse(const char *text, char **end)
{
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(plain);
    const double value = strtod(text, end);
    uselocale(before);
    if (plain) freelocale(plain);
    return value;
}

void number_format(double value, int digits, char text[NUMBER_TEXT])
{
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(plain);
    snprintf(text, NUMBER_TEXT, "%.*g", digits, value);
    uselocale(before);
    if (plain) freelocale(plain);
}
