// Every level of the kernels against the scalar one, on all lengths, with canaries around what is
// written.
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
            kernel_choose("scalar");
            kernel_multiply_add(y, 0, x + rows % 2, 0, 1, weight, rows - rows % 2, columns);
            kernel_choose(level);
            kernel_multiply_add(z, 0, x + rows % 2, 0, 1, weight, rows - rows % 2, columns);
            CHECK(canaries_live(other, columns));
            const double off = fixture_difference(y, z, (size_t)columns);
            CHECK_MSG(off < 1e-4, "%s, %d rows, %d columns: %g", level, rows, columns, off);
        }
    }
}

// Frames that lie apart, side by side or upon each other: near the scalar level, and bit for bit
// what one frame after the other gives.
static void check_frames(const char *level)
{
    enum { ROWS = 21, FRAMES = 5, X_STEP = 9, ROOM = COLUMNS_MAX + (FRAMES - 1) * 200 };
    static float weight[ROWS * COLUMNS_MAX] __attribute__((aligned(KERNEL_ALIGNMENT)));
    static float scalar[ROOM], together[ROOM], each[ROOM];
    static const size_t steps[] = {0, 6, 16, 100, 200};
    float x[ROWS + (FRAMES - 1) * X_STEP];
    random_normal((RandomKey){7, 2}, 0, weight, ROWS * COLUMNS_MAX);
    random_normal((RandomKey){8, 2}, 0, x, sizeof x / sizeof *x);
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        for (int columns = KERNEL_COLUMNS; columns <= COLUMNS_MAX; columns += KERNEL_COLUMNS) {
            random_normal((RandomKey){9, 2}, 0, scalar, ROOM);
            memcpy(together, scalar, sizeof scalar);
            memcpy(each, scalar, sizeof scalar);
            kernel_choose("scalar");
            kernel_multiply_add(scalar, steps[s], x, X_STEP, FRAMES, weight, ROWS, columns);
            kernel_choose(level);
            kernel_multiply_add(together, steps[s], x, X_STEP, FRAMES, weight, ROWS, columns);
            for (size_t f = 0; f < FRAMES; f++)
                kernel_multiply_add(each + f * steps[s], 0, x + f * X_STEP, 0, 1, weight, ROWS,
                                    columns);
            const double off = fixture_difference(scalar, together, ROOM);
            CHECK_MSG(off < 1e-4, "%s, %d columns, %zu apart: %g", level, columns, steps[s], off);
            CHECK_MSG(memcmp(each, together, sizeof each) == 0, "%s, %d columns, %zu apart", level,
                      columns, steps[s]);
        }
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

static void check_dot(const char *level)
{
    float x[512 + 8], y[512 + 8];
    random_normal((RandomKey){5, 2}, 0, x, 520);
    random_normal((RandomKey){6, 2}, 0, y, 520);
    for (int n = 0; n <= 512; n += KERNEL_COLUMNS) {
        for (int shift = 0; shift < 8; shift++) { // no alignment is asked
            kernel_choose("scalar");
            const float scalar = kernel_dot(x + shift, y + 7 - shift, n);
            kernel_choose(level);
            const float other = kernel_dot(x + shift, y + 7 - shift, n);
            CHECK_MSG(fabs((double)scalar - (double)other) < 1e-4, "%s, %d: %g, not %g", level, n,
                      (double)other, (double)scalar);
        }
    }
    const float zeros[16] = {0},
                minus[16] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    CHECK(!signbit(kernel_dot(zeros, minus, 16)));
}

static void test_levels_agree_with_the_scalar_one(void)
{
    int tried = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!kernel_choose(names[i])) continue;
        CHECK(strcmp(kernel_level(), names[i]) == 0);
        check_multiply_add(names[i]);
        check_frames(names[i]);
        check_leaky_relu(names[i]);
        check_dot(names[i]);
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
