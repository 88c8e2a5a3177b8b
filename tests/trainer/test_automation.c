// A number that changes with time, as users type it: breakpoints with straight lines between them.
#include "base/automation.h"
#include "lib/check.h"

#include <math.h>
#include <string.h>

static void test_a_number_is_constant(void)
{
    Automation automation;
    Error error;
    REQUIRE(automation_parse("0.25", 0.0, 1.0, &automation, &error));
    CHECK(automation_is_constant(&automation));
    CHECK(automation_at(&automation, 0.0) == 0.25 && automation_at(&automation, 1e6) == 0.25);
    automation.points = 0;
    CHECK(automation_is_constant(&automation) && automation_at(&automation, 1.0) == 0.0);
}

static void test_breakpoints_are_joined_by_lines(void)
{
    Automation automation;
    Error error;
    REQUIRE(automation_parse("1:-2,3:2,3:0,4:1", -2.0, 2.0, &automation, &error));
    CHECK(!automation_is_constant(&automation));
    CHECK(automation_peak(&automation) == 2.0);
    const double wanted[][2] = {{0.0, -2.0}, {1.0, -2.0}, {1.5, -1.0}, {2.0, 0.0},
                                {3.0, 0.0},  {3.5, 0.5},  {4.0, 1.0},  {9.0, 1.0}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CHECK_MSG(automation_at(&automation, wanted[i][0]) == wanted[i][1], "at %g: %g",
                  wanted[i][0], automation_at(&automation, wanted[i][0]));
    CHECK(fabs(automation_at(&automation, 2.999999) - 2.0) < 1e-5); // a step comes after a line
}

static void test_a_switch_keeps_its_value(void)
{
    Automation automation;
    Error error;
    REQUIRE(automation_parse("2:1,5:0", 0.0, 1.0, &automation, &error));
    CHECK(automation_step_at(&automation, 0.0) == 0.0);
    CHECK(automation_step_at(&automation, 1.999) == 0.0);
    CHECK(automation_step_at(&automation, 2.0) == 1.0);
    CHECK(automation_step_at(&automation, 4.999) == 1.0);
    CHECK(automation_step_at(&automation, 5.0) == 0.0);
}

static void test_what_is_no_automation_is_refused(void)
{
    static const char *const wrong[] = {"",         "x",       "2",        "0:0,",     ",0:0",
                                        "0:0,1",    "0:0,1:2", "1:0,0:1",  "0:0;1:1",  ":1",
                                        "0:",       "-1:0",    "0:0:1",    "nan:0",    "0:nan",
                                        "0:0,,1:1", "0 :0",    "0:0,1:0x", "inf:0,1:0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Automation automation;
        Error error;
        CHECK_MSG(!automation_parse(wrong[i], 0.0, 1.0, &automation, &error), "'%s'", wrong[i]);
        CHECK(error.text[0]);
    }
}

static void test_too_many_breakpoints_are_refused(void)
{
    char text[4 * AUTOMATION_POINTS_MAX + 8] = "0:0";
    Automation automation;
    Error error;
    for (int i = 1; i < AUTOMATION_POINTS_MAX; i++) strcat(text, ",9:1");
    CHECK(automation_parse(text, 0.0, 1.0, &automation, &error));
    CHECK(automation.points == AUTOMATION_POINTS_MAX);
    strcat(text, ",9:1");
    CHECK(!automation_parse(text, 0.0, 1.0, &automation, &error));
}

int main(void)
{
    RUN(test_a_number_is_constant);
    RUN(test_breakpoints_are_joined_by_lines);
    RUN(test_a_switch_keeps_its_value);
    RUN(test_what_is_no_automation_is_refused);
    RUN(test_too_many_breakpoints_are_refused);
    return check_status();
}
