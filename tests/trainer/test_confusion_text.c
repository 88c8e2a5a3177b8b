// The confusion matrix in the terminal: heads of rows and columns, 80 letters, names that differ.
#define _GNU_SOURCE
#include "lib/check.h"
#include "output/confusion_text.h"

enum { KINDS_MAX = 40 };

static char text[1 << 16];
static size_t counts[KINDS_MAX * KINDS_MAX];

static const char *print(const char *const *names, size_t kinds)
{
    FILE *to = fmemopen(text, sizeof text, "w");
    if (!to) return "";
    for (size_t i = 0; i < kinds * kinds; i++) counts[i] = i / kinds == i % kinds ? 90 + i : i % 3;
    confusion_text(to, names, kinds, counts);
    fclose(to);
    return text;
}

// Returns the letters of the longest line of UTF-8.
static size_t widest(void)
{
    size_t most = 0, here = 0;
    for (const char *c = text; *c; c++) {
        here = *c == '\n' ? 0 : here + ((*c & 0xc0) != 0x80);
        if (here > most) most = here;
    }
    return most;
}

static size_t lines(void)
{
    size_t found = 0;
    for (const char *c = text; *c; c++) found += *c == '\n';
    return found;
}

static void test_two_kinds_have_heads(void)
{
    static const char *const names[] = {"high", "low"};
    CHECK_MSG(strcmp(print(names, 2), "     high  low\n"
                                      "high   90    1\n"
                                      "low     2   93\n") == 0,
              "%s", text);
}

static void test_ten_genres_fit_into_a_line(void)
{
    static const char *const names[] = {"blues", "classical", "folkish", "disco",  "hiphop",
                                        "jazz",  "metal",     "pop",     "reggae", "rock"};
    CHECK(
        strncmp(print(names, 10),
                "           blues classi folkis  disco hiphop   jazz  metal    pop reggae   rock\n"
                "blues         90 ",
                80 + 17) == 0);
    CHECK(widest() <= CONFUSION_COLUMNS && lines() == 11);
    CHECK(strstr(text, "\nclassical "));
}

// Shortened to six letters, the first two would be the same.
static void test_shortened_names_still_differ(void)
{
    static const char *const names[] = {"classical", "classics", "folkish", "disco",  "hiphop",
                                        "jazz",      "metal",    "pop",     "reggae", "rock"};
    print(names, 10);
    CHECK(strstr(text, " classical  classics "));
    CHECK_MSG(widest() <= CONFUSION_COLUMNS && lines() == 2 * 11 + 1, "%zu, %zu lines", widest(),
              lines());
}

static void test_many_kinds_follow_in_blocks(void)
{
    static char made[KINDS_MAX][64];
    const char *names[KINDS_MAX];
    for (int k = 0; k < KINDS_MAX; k++) {
        snprintf(made[k], sizeof made[k], "%d of a kind with a long name", k + 1);
        names[k] = made[k];
    }
    for (size_t kinds = 1; kinds <= KINDS_MAX; kinds++) {
        print(names, kinds);
        CHECK_MSG(widest() <= CONFUSION_COLUMNS, "%zu kinds: %zu letters", kinds, widest());
        char last[32];
        snprintf(last, sizeof last, "%zu", 90 + kinds * kinds - 1);
        CHECK_MSG(strstr(text, last), "%zu kinds: the last count is missing", kinds);
    }
}

static void test_names_of_any_bytes(void)
{
    static const char *const names[] = {"m\u00fasica", "\x1b[31m\n\xff"};
    print(names, 2);
    CHECK(lines() == 3 && !strchr(text, '\x1b') && !strchr(text, '\xff'));
    CHECK(strstr(text, "\nm\u00fasica "));
    const char *first = strchr(text, '\n') + 1, *second = strchr(first, '\n') + 1;
    CHECK_MSG(strchr(second, '\n') - second == strchr(first, '\n') - first - 1, "%s", text);
}

int main(void)
{
    RUN(test_two_kinds_have_heads);
    RUN(test_ten_genres_fit_into_a_line);
    RUN(test_shortened_names_still_differ);
    RUN(test_many_kinds_follow_in_blocks);
    RUN(test_names_of_any_bytes);
    return check_status();
}
