// The learning rate's schedules and the random gain: their values at known places, and what
// they depend on.
#include "data/random_gain.h"
#include "lib/check.h"
#include "network/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b);
}

static void test_constant_stays(void)
{
    const Schedule schedule = {.kind = SCHEDULE_CONSTANT, .learning_rate = 0.003, .epochs = 10};
    ScheduleState state = {0};
    CHECK(schedule_rate(&schedule, &state, 0.0) == 0.003);
    for (int epoch = 0; epoch < 9; epoch++) schedule_follow(&schedule, &state, epoch, 1.0);
    CHECK(schedule_rate(&schedule, &state, 9.9) == 0.003 && !state.finished);
}

static void test_warm_up_is_a_line(void)
{
    for (ScheduleKind kind = 0; kind < SCHEDULE_KINDS; kind++) {
        const Schedule schedule = {.kind = kind,
                                   .learning_rate = 0.01,
                                   .warm_up = 2.5,
                                   .patience = kind == SCHEDULE_PLATEAU,
                                   .epochs = 8};
        const ScheduleState state = {0};
        CHECK(schedule_rate(&schedule, &state, 0.0) == 0.0);
        CHECK(near(schedule_rate(&schedule, &state, 0.5), 0.002));
        CHECK(near(schedule_rate(&schedule, &state, 2.0), 0.008));
        CHECK(schedule_rate(&schedule, &state, 2.5) == 0.01);
    }
}

static void test_cosine_falls_to_nothing(void)
{
    const Schedule schedule = {
        .kind = SCHEDULE_COSINE, .learning_rate = 0.01, .warm_up = 2.0, .epochs = 12};
    const ScheduleState state = {0};
    CHECK(near(schedule_rate(&schedule, &state, 7.0), 0.005));
    CHECK(near(schedule_rate(&schedule, &state, 2.0 + 10.0 / 3.0), 0.0075));
    CHECK(fabs(schedule_rate(&schedule, &state, 12.0)) < 1e-17);
    double last = 0.01;
    for (int step = 1; step < 1000; step++) {
        const double rate = schedule_rate(&schedule, &state, 2.0 + 10.0 * step / 1000.0);
        CHECK(rate > 0.0 && rate < last);
        last = rate;
    }
}

static void test_plateau_halves_and_ends(void)
{
    const Schedule schedule = {
        .kind = SCHEDULE_PLATEAU, .learning_rate = 0.01, .patience = 2, .epochs = 100};
    ScheduleState state = {0};
    schedule_follow(&schedule, &state, 0, 1.0);
    schedule_follow(&schedule, &state, 1, 0.9995); // hardly better: it stands still
    CHECK(state.stale == 1 && state.halvings == 0);
    schedule_follow(&schedule, &state, 2, 0.9);
    CHECK(state.stale == 0 && state.halvings == 0);
    schedule_follow(&schedule, &state, 3, 0.9);
    CHECK(schedule_rate(&schedule, &state, 4.0) == 0.01);
    schedule_follow(&schedule, &state, 4, 1.2);
    CHECK(schedule_rate(&schedule, &state, 5.0) == 0.005);
    int epoch = 5;
    for (; !state.finished && epoch < 100; epoch++) schedule_follow(&schedule, &state, epoch, 0.9);
    CHECK_MSG(epoch == 17, "%d epochs", epoch); // six halvings in all, and two epochs at 1/64
    CHECK(schedule_rate(&schedule, &state, 17.0) == 0.01 / 64.0);
}

static void test_plateau_waits_for_the_warm_up(void)
{
    const Schedule schedule = {.kind = SCHEDULE_PLATEAU,
                               .learning_rate = 0.01,
                               .warm_up = 3.0,
                               .patience = 1,
                               .epochs = 100};
    ScheduleState state = {0};
    schedule_follow(&schedule, &state, 0, 1.0);
    schedule_follow(&schedule, &state, 1, 5.0);
    CHECK(state.halvings == 0 && state.stale_at == 0.0);
    schedule_follow(&schedule, &state, 2, 5.0);
    schedule_follow(&schedule, &state, 3, 5.0);
    CHECK(state.halvings == 1);
}

static void test_what_does_not_go_together_is_refused(void)
{
    Error error;
    const Schedule plateau = {.kind = SCHEDULE_PLATEAU, .epochs = 3};
    CHECK(!schedule_check(&plateau, &error));
    const Schedule cosine = {.kind = SCHEDULE_COSINE, .epochs = 3, .patience = 2};
    CHECK(!schedule_check(&cosine, &error) && strstr(error.text, "not to cosine"));
    const Schedule cold = {.kind = SCHEDULE_CONSTANT, .epochs = 3, .warm_up = 3.0};
    CHECK(!schedule_check(&cold, &error) && strstr(error.text, "nothing of 3"));
    const Schedule good = {.kind = SCHEDULE_COSINE, .epochs = 3, .warm_up = 2.9};
    CHECK(schedule_check(&good, &error));
}

static void test_description_tells_schedules_apart(void)
{
    char a[SCHEDULE_TEXT], b[SCHEDULE_TEXT];
    Schedule schedule = {.kind = SCHEDULE_CONSTANT, .learning_rate = 0.01, .epochs = 3};
    schedule_describe(&schedule, a);
    schedule.epochs = 4; // may grow
    schedule_describe(&schedule, b);
    CHECK(strcmp(a, b) == 0);
    schedule.kind = SCHEDULE_COSINE;
    schedule_describe(&schedule, a);
    schedule.epochs = 5; // changes every rate
    schedule_describe(&schedule, b);
    CHECK(strcmp(a, b) != 0);
    schedule.warm_up = 1.0;
    schedule_describe(&schedule, a);
    CHECK(strcmp(a, b) != 0);
}

static void test_random_gain_is_even_in_decibels(void)
{
    enum { N = 20000, BINS = 8 };
    int in_bin[BINS] = {0};
    for (uint32_t i = 0; i < N; i++) {
        const double decibels = 20.0 * log10((double)random_gain(6.0, 1, 2, i));
        if (!CHECK_MSG(fabs(decibels) <= 6.0 + 1e-5, "%g dB", decibels)) return;
        const int bin = (int)((decibels + 6.0) / 12.0 * BINS);
        in_bin[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin]++;
    }
    for (int i = 0; i < BINS; i++) // five standard deviations of a bin's count
        CHECK_MSG(abs(in_bin[i] - N / BINS) < 234, "%d in bin %d", in_bin[i], i);
}

static void test_random_gain_depends_on_seed_epoch_and_window(void)
{
    CHECK(random_gain(6.0, 1, 2, 3) == random_gain(6.0, 1, 2, 3));
    CHECK(random_gain(6.0, 1, 2, 3) != random_gain(6.0, 2, 2, 3));
    CHECK(random_gain(6.0, 1, 2, 3) != random_gain(6.0, 1, 3, 3));
    CHECK(random_gain(6.0, 1, 2, 3) != random_gain(6.0, 1, 2, 4));
    CHECK(random_gain(0.0, 1, 2, 3) == 1.0f);
}

int main(void)
{
    RUN(test_constant_stays);
    RUN(test_warm_up_is_a_line);
    RUN(test_cosine_falls_to_nothing);
    RUN(test_plateau_halves_and_ends);
    RUN(test_plateau_waits_for_the_warm_up);
    RUN(test_what_does_not_go_together_is_refused);
    RUN(test_description_tells_schedules_apart);
    RUN(test_random_gain_is_even_in_decibels);
    RUN(test_random_gain_depends_on_seed_epoch_and_window);
    return check_status();
}
