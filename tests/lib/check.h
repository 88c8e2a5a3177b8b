// check.h: a small test harness. A test program calls RUN(test_name) for each test and returns
// check_status(). Each test prints one line, "ok name" or "FAIL name", which tests/lib/run.sh
// counts; failed conditions go to standard error. The tests that the environment variable
// CHECK_WITHOUT names, with spaces between them, are left out.
#ifndef TRASLUZ_CHECK_H
#define TRASLUZ_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_failures;       // in the current test
static int check_tests_failed;   // in this program
static const int check_most = 8; // messages printed a test

__attribute__((format(printf, 4, 5), unused)) static bool check_that(bool holds, const char *file,
                                                                     int line, const char *format,
                                                                     ...);

#include <stdarg.h>
static bool check_that(bool holds, const char *file, int line, const char *format, ...)
{
    if (holds) return true;
    if (check_failures++ < check_most) {
        va_list arguments;
        va_start(arguments, format);
        fprintf(stderr, "    %s:%d: ", file, line);
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
    }
    return false;
}

// CHECK(condition) states what must hold; CHECK_MSG(condition, format, …) adds what was seen.
#define CHECK(condition)          check_that((condition), __FILE__, __LINE__, "%s", #condition)
#define CHECK_MSG(condition, ...) check_that((condition), __FILE__, __LINE__, __VA_ARGS__)

// Leaves the test function where the rest cannot be tried.
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!CHECK(condition)) return;                                                             \
    } while (0)

__attribute__((unused)) static bool check_leaves_out(const char *name)
{
    const size_t length = strlen(name);
    const char *at = getenv("CHECK_WITHOUT");
    while (at && (at = strstr(at, name)) && at[length] != ' ' && at[length] != '\0') at += length;
    return at;
}

#define RUN(test)                                                                                  \
    do {                                                                                           \
        if (check_leaves_out(#test)) break;                                                        \
        check_failures = 0;                                                                        \
        test();                                                                                    \
        printf("%s %s\n", check_failures ? "FAIL" : "ok", #test);                                  \
        fflush(stdout);                                                                            \
        check_tests_failed += check_failures != 0;                                                 \
    } while (0)

__attribute__((unused)) static int check_status(void)
{
    return check_tests_failed != 0;
}

#endif
