// Names and texts of any bytes as UTF-8 in one line.
#include "files/error.h"
#include "files/plain_text.h"
#include "lib/check.h"

#include <stdlib.h>
#include <string.h>

static void test_texts(void)
{
    static const struct {
        const char *text, *plain, *name;
    } cases[] = {
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xb5", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xb5",
         NULL},
        {"caf\xe9", "caf\\xe9", NULL},
        {"caf\xe8", "caf\\xe8", NULL},
        {"a\nb\tc\x7f\x1b[0m", "a\\x0ab\\x09c\\x7f\\x1b[0m", NULL},
        {"\xc3", "\\xc3", NULL},                   // cut
        {"\xc0\xaf", "\\xc0\\xaf", NULL},          // too long
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", NULL}, // a surrogate
        {"\xc2\x9b", "\\xc2\\x9b", NULL},          // a control character
        {"a\\b", "a\\b", NULL},
        {"caf\\xe9", "caf\\xe9", "caf\\x5cxe9"}, // differs from the second as a name
        {"", "", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char plain[64];
        plain_text(cases[i].text, plain, sizeof plain);
        CHECK_MSG(strcmp(plain, cases[i].plain) == 0, "%zu: %s", i, plain);
        char *name = plain_text_name(cases[i].text);
        REQUIRE(name);
        const char *wanted = cases[i].name ? cases[i].name : cases[i].plain;
        CHECK_MSG(strcmp(name, wanted) == 0, "%zu: %s", i, name);
        free(name);
    }
}

static void test_what_does_not_fit_is_cut_between_characters(void)
{
    char plain[6];
    plain_text("abc\xe2\x82\xac", plain, sizeof plain);
    CHECK(strcmp(plain, "abc") == 0);
    plain_text("abc\xff", plain, sizeof plain);
    CHECK(strcmp(plain, "abc") == 0);
    plain_text("abcdefg", plain, sizeof plain);
    CHECK(strcmp(plain, "abcde") == 0);
}

static void test_messages_have_the_same_form(void)
{
    Error error;
    error_set(&error, "caf\xe9\n: %s", "caf\xe8");
    CHECK_MSG(strcmp(error.text, "caf\\xe9\\x0a: caf\\xe8") == 0, "%s", error.text);
    error_prefix(&error, "again"); // is not escaped twice
    CHECK_MSG(strcmp(error.text, "again: caf\\xe9\\x0a: caf\\xe8") == 0, "%s", error.text);
}

int main(void)
{
    RUN(test_texts);
    RUN(test_what_does_not_fit_is_cut_between_characters);
    RUN(test_messages_have_the_same_form);
    return check_status();
}
