#include "math/kernels.h"

#define LEVEL(f) f##_scalar
#include "math/kernels_samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- The definition ----

static int panel_width(int left)
{
    return left >= 4 * KERNEL_COLUMNS   ? 4 * KERNEL_COLUMNS
           : left >= 2 * KERNEL_COLUMNS ? 2 * KERNEL_COLUMNS
                                        : KERNEL_COLUMNS;
}

static bool is_narrow(const KernelWeights *weights, int column)
{
    return weights->used - column <= KERNEL_COLUMNS / 2;
}

// Returns the first weight of a row in the panel that begins at `column`. In a narrow panel every
// other value from there on belongs to the row.
static const float *panel_row(const KernelWeights *weights, int column, int width, int row)
{
    const float *panel = weights->packed + (size_t)column * (size_t)weights->rows;
    if (is_narrow(weights, column)) return panel + row / 2 * width + row % 2;
    return panel + (size_t)row * (size_t)width;
}

static void add_narrow(float *y, const float *x, const KernelWeights *weights, int column,
                       int first, int rows)
{
    float sum[KERNEL_COLUMNS / 2] = {0};
    for (int r = 0; r < rows; r++) {
        const float *w = panel_row(weights, column, KERNEL_COLUMNS, first + r);
        for (int i = 0; i < KERNEL_COLUMNS / 2; i++) sum[i] += x[r] * w[2 * i];
    }
    for (int i = 0; i < KERNEL_COLUMNS / 2; i++) y[column + i] += sum[i];
}

static void add_frame(float *y, const float *x, const KernelWeights *weights, int first, int rows)
{
    for (int column = 0, width; column < weights->columns; column += width) {
        width = panel_width(weights->columns - column);
        if (is_narrow(weights, column)) {
            add_narrow(y, x, weights, column, first, rows);
            continue;
        }
        // Sixteen sums at a time stay in registers while the rows go by.
        for (int c = 0; c < width; c += KERNEL_COLUMNS) {
            const float *w = panel_row(weights, column, width, first) + c;
            float sum[KERNEL_COLUMNS] = {0};
            for (int r = 0; r < rows; r++, w += width)
                for (int i = 0; i < KERNEL_COLUMNS; i++) sum[i] += x[r] * w[i];
            for (int i = 0; i < KERNEL_COLUMNS; i++) y[column + c + i] += sum[i];
        }
    }
}

static void multiply_add_scalar(const KernelFrames *frames, const KernelWeights *weights, int first,
                                int rows)
{
    for (size_t f = 0; f < (size_t)frames->frames; f++) {
        for (size_t l = 0; l < (size_t)frames->lanes; l++) {
            float *y = frames->y + l * frames->y_lane + f * frames->y_step;
            if (frames->bias) memcpy(y, frames->bias, (size_t)weights->columns * sizeof(float));
            add_frame(y, frames->x + l * frames->x_lane + f * frames->x_step, weights, first, rows);
        }
    }
}

static float dot(const float *restrict x, const float *restrict y, int n)
{
    float sum[KERNEL_COLUMNS] = {0};
    for (int at = 0; at < n; at += KERNEL_COLUMNS)
        for (int i = 0; i < KERNEL_COLUMNS; i++) sum[i] += x[at + i] * y[at + i];
    for (int width = KERNEL_COLUMNS / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) sum[i] += sum[i + width];
    return sum[0] + 0.0f;
}

static void filter_scalar(const KernelFilters *filters)
{
    const size_t taps = (size_t)filters->taps;
    for (size_t l = 0; l < (size_t)filters->lanes; l++) {
        for (size_t i = 0; i < (size_t)filters->count; i++) {
            const float *window =
                filters->x + l * filters->x_lane + (filters->at[i] - filters->at[0]);
            filters->y[l][i] = dot(window, filters->filter + i * taps, filters->taps);
        }
    }
}

static const KernelLevel scalar_level = KERNEL_LEVEL;

// ---- Levels ----

static bool always(void)
{
    return true;
}

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f");
}
#endif

typedef struct {
    const char *name;
    bool (*is_there)(void);
    const KernelLevel *kernels;
} Level;

static const Level levels[] = {
    {"scalar", always, &scalar_level},
#if defined(__x86_64__)
    {"avx2", has_avx2, &kernel_level_avx2},
    {"avx512", has_avx512, &kernel_level_avx512},
#elif defined(__aarch64__)
    {"neon", always, &kernel_level_neon},
#endif
};
enum { LEVELS = sizeof levels / sizeof *levels };

static const Level *level = &levels[0];

bool kernel_choose(const char *name)
{
    for (int i = 0; i < LEVELS; i++) {
        if (strcmp(levels[i].name, name) != 0 || !levels[i].is_there()) continue;
        level = &levels[i];
        return true;
    }
    return false;
}

// Before anything computes: when the program starts, or the plugin is loaded.
__attribute__((constructor)) static void choose_at_start(void)
{
    const char *wanted = getenv("TRASLUZ_KERNELS");
    if (wanted && kernel_choose(wanted)) return;
    for (int i = 0; i < LEVELS; i++)
        if (levels[i].is_there()) level = &levels[i];
}

const char *kernel_unknown(void)
{
    const char *wanted = getenv("TRASLUZ_KERNELS");
    return wanted && *wanted && strcmp(wanted, level->name) != 0 ? wanted : NULL;
}

const char *kernel_level(void)
{
    return level->name;
}

void kernel_pack(float *packed, const float *weight, size_t rows, size_t used, size_t columns)
{
    const KernelWeights weights = {packed, (int)rows, (int)columns, (int)used};
    memset(packed, 0, rows * columns * sizeof(float));
    for (size_t column = 0, width; column < used; column += width) {
        width = (size_t)panel_width((int)(columns - column));
        const size_t copied = used - column < width ? used - column : width;
        const size_t step = is_narrow(&weights, (int)column) ? 2 : 1;
        for (size_t r = 0; r < rows; r++) {
            float *to = packed + (panel_row(&weights, (int)column, (int)width, (int)r) - packed);
            for (size_t c = 0; c < copied; c++) to[c * step] = weight[r * used + column + c];
        }
    }
}

void kernel_multiply_add(const KernelFrames *frames, const KernelWeights *weights, int first,
                         int rows)
{
    level->kernels->multiply_add(frames, weights, first, rows);
}

void kernel_filter(const KernelFilters *filters)
{
    level->kernels->filter(filters);
}

void kernel_activate(float *y, const float *x, size_t n, Activation activation)
{
    switch (activation) {
    case ACTIVATION_SILU:
        for (size_t i = 0; i < n; i++) y[i] = x[i] / (1.0f + expf(-x[i]));
        break;
    case ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++) y[i] = tanhf(x[i]);
        break;
    case ACTIVATION_LEAKY_RELU:
    default: level->kernels->leaky_relu(y, x, n); break;
    }
}

void kernel_add_bias(float *y, const float *x, const float *bias, size_t frames, size_t width,
                     bool activated, Activation activation)
{
    if (activated && activation == ACTIVATION_LEAKY_RELU) {
        level->kernels->add_bias_leaky(y, x, bias, frames, width);
        return;
    }
    level->kernels->add_bias(y, x, bias, frames, width);
    if (activated) kernel_activate(y, y, frames * width, activation);
}

void kernel_bound(float *whole, float *bounded, const float *x, size_t n, float most)
{
    level->kernels->bound(whole, bounded, x, n, most);
}

void kernel_mix(const KernelMix *mix, float *out, size_t n)
{
    level->kernels->mix(mix, out, n);
}
