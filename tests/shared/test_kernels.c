// Every level of the kernels against the scalar one, on all lengths, with canaries around
// what is written.
#include "lib/check.h"
#include "lib/fixture.h"
#include "math/kernels.h"

enum { ROWS_MAX = 67, COLUMNS_MAX = 256, CANARIES = 16 };

static const char *const names[] = {"avx2", "avx512", "neon"};
static const float canary = 12345.678f;

// y in the middle of an aligned array.
static float *aligned_output(float *memory, int columns, uint32_t seed)
{
    float *y = memory + CANARIES;
    for (int i = 0; i < COLUMNS_MAX + 2 * CANARIES; i++) memory[i] = canary;
    random_normal((RandomKey){seed, 1}, 0, y, columns);
    return y;
}

static bool canaries_live(const float *memory, int columns)
{
    for (int i = 0; i < CANARIES; i++)
        if (memory[i] != canary || memory[CANARIES + columns + i] != canary) return false;
    return true;
}

// One frame and the rows from `first` on.
static void multiply_add_one(float *y, const float *x, const KernelWeights *weights, int first)
{
    const KernelFrames frames = {.y = y, .x = x, .frames = 1, .lanes = 1};
    kernel_multiply_add(&frames, weights, first, weights->rows - first);
}

static void check_multiply_add(const char *level)
{
    static float weight[ROWS_MAX * COLUMNS_MAX] __attribute__((aligned(KERNEL_ALIGNMENT)));
    static float scalar[COLUMNS_MAX + 2 * CANARIES] __attribute__((aligned(KERNEL_ALIGNMENT)));
    static float other[COLUMNS_MAX + 2 * CANARIES] __attribute__((aligned(KERNEL_ALIGNMENT)));
    float x[ROWS_MAX + 1];
    random_normal((RandomKey){1, 2}, 0, weight, ROWS_MAX * COLUMNS_MAX);
    random_normal((RandomKey){2, 2}, 0, x, ROWS_MAX + 1);
    for (int rows = 0; rows <= ROWS_MAX; rows++) {
        for (int columns = KERNEL_COLUMNS; columns <= COLUMNS_MAX; columns += KERNEL_COLUMNS) {
            float *y = aligned_output(scalar, columns, 3), *z = aligned_output(other, columns, 3);
            const KernelWeights weights = {weight, rows - rows % 2, columns, columns};
            kernel_choose("scalar");
            multiply_add_one(y, x + rows % 2, &weights, 0);
            kernel_choose(level);
            multiply_add_one(z, x + rows % 2, &weights, 0);
            CHECK(canaries_live(other, columns));
            const double off = fixture_difference(y, z, (size_t)columns);
            CHECK_MSG(off < 1e-4, "%s, %d rows, %d columns: %g", level, rows, columns, off);
        }
    }
}

// Frames of several lanes, which in each lane lie apart, side by side or upon each other: near the
// scalar level, and bit for bit what one frame after the other gives. `unused` columns make the
// last panel narrow.
static void check_frames(const char *level, int lanes, int frames, int unused, int first)
{
    enum { ROWS = 21, FRAMES = 7, LANES = 4, X_STEP = 9 };
    enum { X_LANE = ROWS + (FRAMES - 1) * X_STEP, Y_LANE = COLUMNS_MAX + (FRAMES - 1) * 200 };
    static float weight[ROWS * COLUMNS_MAX] __attribute__((aligned(KERNEL_ALIGNMENT)));
    static float scalar[LANES * Y_LANE], together[LANES * Y_LANE], each[LANES * Y_LANE];
    static float x[LANES * X_LANE];
    static const size_t steps[] = {0, 6, 16, 100, 200};
    random_normal((RandomKey){7, 2}, 0, weight, ROWS * COLUMNS_MAX);
    random_normal((RandomKey){8, 2}, 0, x, sizeof x / sizeof *x);
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        for (int columns = KERNEL_COLUMNS; columns <= COLUMNS_MAX; columns += KERNEL_COLUMNS) {
            if (unused > 0 && columns / KERNEL_COLUMNS % 2 == 0)
                continue; // its last panel is wider
            random_normal((RandomKey){9, 2}, 0, scalar, LANES * Y_LANE);
            memcpy(together, scalar, sizeof scalar);
            memcpy(each, scalar, sizeof scalar);
            const KernelWeights weights = {weight, ROWS, columns, columns - unused};
            KernelFrames all = {scalar, steps[s], Y_LANE, NULL, x, X_STEP, X_LANE, frames, lanes};
            kernel_choose("scalar");
            kernel_multiply_add(&all, &weights, first, ROWS - first);
            kernel_choose(level);
            all.y = together;
            kernel_multiply_add(&all, &weights, first, ROWS - first);
            for (size_t l = 0; l < (size_t)lanes; l++)
                for (size_t f = 0; f < (size_t)frames; f++)
                    multiply_add_one(each + l * Y_LANE + f * steps[s], x + l * X_LANE + f * X_STEP,
                                     &weights, first);
            const double off = fixture_difference(scalar, together, LANES * Y_LANE);
            CHECK_MSG(off < 1e-4, "%s, %d columns, %zu apart: %g", level, columns, steps[s], off);
            CHECK_MSG(memcmp(each, together, sizeof each) == 0,
                      "%s, %d lanes, %d frames, %d columns but %d, %zu apart", level, lanes, frames,
                      columns, unused, steps[s]);
        }
    }
}

// Packed weights against the product as it is written, whole and in two parts of rows.
static void check_packed(const char *level)
{
    enum { ROWS = 9, USED_MAX = 200 };
    static float weight[ROWS * USED_MAX];
    static float packed[ROWS * (USED_MAX + KERNEL_COLUMNS)]
        __attribute__((aligned(KERNEL_ALIGNMENT)));
    float x[ROWS], y[USED_MAX + KERNEL_COLUMNS];
    random_normal((RandomKey){11, 2}, 0, weight, ROWS * USED_MAX);
    random_normal((RandomKey){12, 2}, 0, x, ROWS);
    kernel_choose(level);
    for (int used = 1; used <= USED_MAX; used++) {
        const int columns = (used + KERNEL_COLUMNS - 1) / KERNEL_COLUMNS * KERNEL_COLUMNS;
        kernel_pack(packed, weight, ROWS, (size_t)used, (size_t)columns);
        const KernelWeights weights = {packed, ROWS, columns, used};
        memset(y, 0, sizeof y);
        KernelFrames frames = {.y = y, .x = x, .frames = 1, .lanes = 1};
        kernel_multiply_add(&frames, &weights, 0, 4);
        frames.x = x + 4;
        kernel_multiply_add(&frames, &weights, 4, ROWS - 4);
        double most = 0.0;
        for (int c = 0; c < columns; c++) {
            double sum = 0.0;
            for (int r = 0; c < used && r < ROWS; r++)
                sum += (double)x[r] * (double)weight[r * used + c];
            most = fmax(most, fabs(sum - (double)y[c]));
        }
        CHECK_MSG(most < 1e-5, "%s, %d columns: %g", level, used, most);
    }
}

static void check_leaky_relu(const char *level)
{
    float x[100], scalar[100], other[100];
    random_normal((RandomKey){10, 2}, 0, x, 100);
    x[0] = 0.0f, x[1] = -0.0f;
    for (size_t n = 0; n <= 100; n++) {
        memcpy(scalar, x, sizeof x);
        memcpy(other, x, sizeof x);
        kernel_choose("scalar");
        kernel_activate(scalar, scalar, n, ACTIVATION_LEAKY_RELU);
        kernel_choose(level);
        kernel_activate(other, other, n, ACTIVATION_LEAKY_RELU);
        CHECK_MSG(memcmp(scalar, other, sizeof scalar) == 0, "%s, %zu values", level, n);
    }
}

// Filters over windows of several lanes at any alignment, each at most `gap` values after the one
// before: near the scalar level, and bit for bit what one output after the other gives, also where
// it is known that they begin with `zeros`. What follows the windows does not count.
static void check_filter(const char *level, int gap, int zeros)
{
    enum {
        LANES = 5,
        COUNT = 11,
        TAPS_MAX = 160,
        GAP_MAX = 8,
        LENGTH = TAPS_MAX + COUNT * GAP_MAX
    };
    static float x[LANES * LENGTH + KERNEL_COLUMNS], filters[1 + COUNT * TAPS_MAX];
    float scalar[LANES][COUNT + 1], together[LANES][COUNT + 1];
    random_normal((RandomKey){5, 2}, 0, x, LANES * LENGTH);
    for (int i = 0; i < KERNEL_COLUMNS; i++) x[LANES * LENGTH + i] = NAN;
    for (int taps = zeros > 0 ? KERNEL_COLUMNS : 0; taps <= TAPS_MAX; taps += KERNEL_COLUMNS) {
        float *const filter = filters + taps / KERNEL_COLUMNS % 2;
        random_normal((RandomKey){6, 2}, 0, filter, COUNT * taps);
        uint32_t at[COUNT] = {1000};
        for (int i = 0; i < COUNT; i++) {
            memset(filter + i * taps, 0, (size_t)zeros * sizeof(float));
            // Steps of all lengths, the longest ones side by side too.
            if (i > 0) at[i] = at[i - 1] + (uint32_t)(i * 5 % 11 < 7 ? gap : i % (gap + 1));
        }
        // The last window ends where the lane does.
        const int begin = LENGTH - taps - (int)(at[COUNT - 1] - at[0]);
        for (int lanes = 1; lanes <= LANES; lanes++) {
            for (int count = 0; count <= COUNT; count++) {
                float *y[LANES];
                KernelFilters all = {y,      x + begin, LENGTH, at,   gap,
                                     filter, lanes,     count,  taps, zeros};
                for (int l = 0; l < LANES; l++) y[l] = scalar[l];
                kernel_choose("scalar");
                kernel_filter(&all);
                for (int l = 0; l < LANES; l++) {
                    y[l] = together[l];
                    y[l][count] = canary;
                }
                kernel_choose(level);
                kernel_filter(&all);
                for (int l = 0; l < lanes; l++) {
                    CHECK(together[l][count] == canary);
                    for (int i = 0; i < count; i++) {
                        float alone, *one = &alone;
                        const float *window = all.x + l * LENGTH + (at[i] - at[0]);
                        kernel_filter(&(KernelFilters){&one, window, 0, at + i, gap,
                                                       filter + i * taps, 1, 1, taps, 0});
                        const double off = fabs((double)scalar[l][i] - (double)alone);
                        CHECK_MSG(off < 1e-4, "%s, %d taps: %g", level, taps, off);
                        CHECK_MSG(memcmp(&alone, &together[l][i], sizeof alone) == 0,
                                  "%s, %d taps, %d lanes, %d outputs", level, taps, lanes, count);
                    }
                }
            }
        }
    }
    float zero, *to = &zero;
    const float nothing[2 * KERNEL_COLUMNS] = {0}, minus[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                                                -1, -1, -1, -1, -1, -1, -1, -1};
    kernel_filter(&(KernelFilters){&to, nothing, 0, (const uint32_t[]){0}, 0, minus, 1, 1, 16, 0});
    CHECK(!signbit(zero));
}

static void test_levels_agree_with_the_scalar_one(void)
{
    int tried = 0;
    check_packed("scalar");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!kernel_choose(names[i])) continue;
        CHECK(strcmp(kernel_level(), names[i]) == 0);
        check_multiply_add(names[i]);
        for (int lanes = 1; lanes <= 4; lanes++)
            for (int frames = 1; frames <= 7; frames++) {
                check_frames(names[i], lanes, frames, 0, 0);
                for (int first = 0; first < 2; first++)
                    check_frames(names[i], lanes, frames, KERNEL_COLUMNS / 2, first);
            }
        check_packed(names[i]);
        check_leaky_relu(names[i]);
        for (int gap = 0; gap <= 8; gap++) check_filter(names[i], gap, 0);
        check_filter(names[i], 3, 12);
        printf("   %s agrees\n", names[i]);
        tried++;
    }
    CHECK_MSG(tried > 0, "no level but the scalar one on this machine");
}

static void test_best_level_is_chosen(void)
{
    CHECK(!kernel_choose("none"));
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        CHECK(kernel_choose("avx512"));
    else
        CHECK(!kernel_choose("avx512"));
#endif
}

int main(void)
{
    const char *first = kernel_level();
    if (!getenv("TRASLUZ_KERNELS")) printf("   chosen at the start: %s\n", first);
    RUN(test_levels_agree_with_the_scalar_one);
    RUN(test_best_level_is_chosen);
    return check_status();
}
