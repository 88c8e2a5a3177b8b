// The windows of a data set: those of a split, those of an epoch, what they hold.
#define _XOPEN_SOURCE 700
#include "lib/check.h"
#include "lib/dataset_fixture.h"

static void test_windows_cover_a_split_once(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    static unsigned char covered[20000];
    static const size_t lengths[] = {500, 1000, 4096, 20000};
    for (size_t l = 0; l < 4; l++) {
        Error error;
        WindowList list;
        REQUIRE(dataset_windows(dataset, SPLIT_TRAIN, lengths[l], &list, &error));
        size_t at = 0;
        for (size_t i = 0; i < dataset->clips; i++) {
            if (!dataset_in_split(dataset, i, SPLIT_TRAIN)) continue;
            const size_t samples = dataset->clip[i].samples;
            memset(covered, 0, sizeof covered);
            size_t windows = 0;
            for (; at < list.count && list.window[at].clip == i; at++, windows++) {
                const size_t start = (size_t)list.window[at].start;
                CHECK(samples < lengths[l] ? start == 0 : start + lengths[l] <= samples);
                for (size_t k = start; k < samples && k < start + lengths[l]; k++) covered[k]++;
            }
            const size_t wanted = (samples + lengths[l] - 1) / lengths[l];
            CHECK_MSG(windows == wanted, "%zu windows of %zu, not %zu", windows, lengths[l],
                      wanted);
            for (size_t k = 0; k < samples; k++) CHECK(covered[k] >= 1);
        }
        CHECK(at == list.count);
        free(list.window);
    }
    dataset_free(dataset);
}

static bool same_windows(const WindowList *a, const WindowList *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->window[i].clip != b->window[i].clip || a->window[i].start != b->window[i].start)
            return false;
    return true;
}

static WindowList epoch_of(const Dataset *dataset, uint32_t seed, uint32_t epoch, size_t per_clip,
                           size_t most)
{
    Error error;
    WindowList list = {0};
    CHECK(dataset_epoch(dataset, 1000, seed, epoch, per_clip, most, &list, &error));
    return list;
}

static void test_epochs_repeat_and_differ(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    WindowList a = epoch_of(dataset, 1, 0, 0, 0), b = epoch_of(dataset, 1, 0, 0, 0);
    WindowList c = epoch_of(dataset, 1, 1, 0, 0), d = epoch_of(dataset, 2, 0, 0, 0);
    CHECK(a.count > 40);
    CHECK(same_windows(&a, &b));
    CHECK(!same_windows(&a, &c));
    CHECK(!same_windows(&a, &d));
    size_t in_order = 0;
    for (size_t i = 1; i < a.count; i++) in_order += a.window[i].clip >= a.window[i - 1].clip;
    CHECK_MSG(in_order < a.count * 3 / 4, "%zu of %zu in order", in_order, a.count);
    free(a.window);
    free(b.window);
    free(c.window);
    free(d.window);
    dataset_free(dataset);
}

static void test_epochs_cover_the_training_clips(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    enum { EPOCHS = 40 };
    static unsigned counts[10][12000];
    memset(counts, 0, sizeof counts);
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        static unsigned char now[10][12000];
        memset(now, 0, sizeof now);
        WindowList list = epoch_of(dataset, 3, epoch, 0, 0);
        for (size_t w = 0; w < list.count; w++) {
            const Window window = list.window[w];
            REQUIRE(window.start + 1000 <= dataset->clip[window.clip].samples);
            CHECK(dataset_in_split(dataset, window.clip, SPLIT_TRAIN));
            for (size_t k = 0; k < 1000; k++) now[window.clip][window.start + k]++;
        }
        for (size_t i = 0; i < 10; i++)
            for (size_t k = 0; k < dataset->clip[i].samples; k++) {
                CHECK(now[i][k] <= 1);
                counts[i][k] += now[i][k];
            }
        free(list.window);
    }
    for (size_t i = 0; i < 10; i++) {
        const size_t samples = dataset->clip[i].samples;
        const bool trained = dataset_in_split(dataset, i, SPLIT_TRAIN);
        for (size_t k = 1000; k < samples - 1000; k++)
            CHECK_MSG(counts[i][k] == (trained ? EPOCHS : 0), "clip %zu, %zu: %u", i, k,
                      counts[i][k]);
        for (size_t k = 100; k < samples - 100 && trained; k++) CHECK(counts[i][k] > 0);
    }
    dataset_free(dataset);
}

static void test_epochs_keep_their_limits(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    WindowList all = epoch_of(dataset, 1, 5, 0, 0), two = epoch_of(dataset, 1, 5, 2, 0),
               seven = epoch_of(dataset, 1, 5, 2, 7);
    CHECK(two.count == 16);
    CHECK(seven.count == 7);
    size_t from[10] = {0}, clips = 0;
    for (size_t i = 0; i < two.count; i++) from[two.window[i].clip]++;
    for (size_t i = 0; i < 10; i++) CHECK(from[i] == 0 || from[i] == 2);
    memset(from, 0, sizeof from);
    for (size_t i = 0; i < seven.count; i++) clips += from[seven.window[i].clip]++ == 0;
    CHECK_MSG(clips >= 4, "seven windows from %zu clips", clips);
    for (size_t i = 0; i < two.count; i++) { // they are windows of the whole epoch
        bool found = false;
        for (size_t k = 0; k < all.count; k++)
            found |= all.window[k].clip == two.window[i].clip &&
                     all.window[k].start == two.window[i].start;
        CHECK(found);
    }
    free(all.window);
    free(two.window);
    free(seven.window);
    dataset_free(dataset);
}

static void test_short_clips_are_padded(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    static float window[20000];
    Error error;
    WindowList list;
    REQUIRE(dataset_epoch(dataset, 20000, 1, 0, 0, 0, &list, &error));
    CHECK_MSG(list.count == 8, "%zu windows", list.count); // one for each clip, however short
    for (size_t w = 0; w < list.count; w++) {
        const Clip *clip = &dataset->clip[list.window[w].clip];
        memset(window, 0x7f, sizeof window);
        dataset_read(dataset, list.window[w], 20000, window);
        CHECK(memcmp(window, clip->audio, clip->samples * sizeof *window) == 0);
        for (size_t k = clip->samples; k < 20000; k++) CHECK(window[k] == 0.0f);
    }
    free(list.window);
    dataset_read(dataset, (Window){0, 5000}, 20, window); // behind the end
    for (size_t k = 0; k < 20; k++) CHECK(window[k] == 0.0f);
    dataset_free(dataset);
}

// As many windows as were asked for: a part of the set, or several passes that differ.
static void test_steps_take_any_number_of_windows(void)
{
    Dataset *dataset = open_one("ten", 1);
    if (!dataset) return;
    const WindowList whole = epoch_of(dataset, 1, 3, 0, 0);
    const size_t counts[] = {1, whole.count / 2, 3 * whole.count + 5};
    for (int i = 0; i < 3; i++) {
        WindowList list, again, next;
        Error error;
        REQUIRE(dataset_steps(dataset, 1000, 1, 3, counts[i], &list, &error) &&
                dataset_steps(dataset, 1000, 1, 3, counts[i], &again, &error) &&
                dataset_steps(dataset, 1000, 1, 4, counts[i], &next, &error));
        CHECK(list.count == counts[i] && same_windows(&list, &again));
        if (i > 0) CHECK(!same_windows(&list, &next));
        for (size_t k = 0; k < list.count; k++)
            CHECK(dataset_in_split(dataset, list.window[k].clip, SPLIT_TRAIN));
        if (i == 2) {
            const WindowList first = {list.window, 100}, second = {list.window + whole.count, 100};
            CHECK(!same_windows(&first, &second));
        }
        free(list.window);
        free(again.window);
        free(next.window);
    }
    free(whole.window);
    dataset_free(dataset);
}

static void test_thin_windows_are_spread_evenly(void)
{
    Window window[10];
    for (uint32_t i = 0; i < 10; i++) window[i] = (Window){i, 0};
    WindowList list = {window, 10};
    windows_thin(&list, 12);
    CHECK(list.count == 10 && window[9].clip == 9);
    windows_thin(&list, 4);
    CHECK(list.count == 4 && window[0].clip == 0 && window[1].clip == 2 && window[2].clip == 5 &&
          window[3].clip == 7);
}

int main(void)
{
    pool = pool_new(3);
    if (!pool || !fixture_folder_make() || !make_ten()) return 1;
    RUN(test_windows_cover_a_split_once);
    RUN(test_epochs_repeat_and_differ);
    RUN(test_epochs_cover_the_training_clips);
    RUN(test_epochs_keep_their_limits);
    RUN(test_short_clips_are_padded);
    RUN(test_steps_take_any_number_of_windows);
    RUN(test_thin_windows_are_spread_evenly);
    fixture_folder_remove();
    pool_free(pool);
    return check_status();
}
