// gemm_variant.h: the body of the products, written once and compiled for each instruction set by
// gemm_scalar.c, gemm_avx2.c, gemm_avx512.c and gemm_neon.c. Before it is included:
//
//     LANES      floats in a vector; a power of two, at most 16
//     VECTORS    vectors in the widest tile: 4 or 2
//     ROWS       rows of the widest tile; ROWS * VECTORS sums stay in registers
//     SPREAD(x)  a vector with x in all lanes
//     MULTIPLY_ADD(a, b, c)
//                a b + c, rounded once where the processor can
//     LEVEL(f)   the name of f at this level
//
// After it passes_variant.h is included, then GEMM_LEVEL() makes the table's entry.
//
// Tiles decide only which values are worked on together, not the order in which one is summed.
#include "products/gemm_table.h"

#include <string.h>

typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));

#define INLINE static inline __attribute__((always_inline))
// NOLINTNEXTLINE(bugprone-macro-parentheses)
#define EACH(i, n) _Pragma("GCC unroll 12") for (int i = 0; i < (n); i++)

enum {
    WIDTH = VECTORS * LANES, // columns of the widest tile
    ROWS_MAX = 12,           // of any tile
    K_BLOCK = GEMM_TERMS,
    PACKED = 512 * 64,         // values packed at once: they stay in the second-level cache
    COLUMNS = 1024,            // columns packed at once at most
    ROW_BLOCK = 192,           // rows at a time: what they read stays in the caches
    SUM_BLOCK = GEMM_TERMS_TN, // what is read stays in the first-level cache
    SECOND_LEVEL = 2,          // the cache that values are fetched to: __builtin_prefetch()
};

INLINE Vector load(const float *values)
{
    Vector vector;
    memcpy(&vector, values, sizeof vector);
    return vector;
}

INLINE void store(float *values, Vector vector)
{
    memcpy(values, &vector, sizeof vector);
}

// ---- Tiles ----

// What a tile reads and adds to: A's value (i, s) is a[i * a_row + s * a_step].
typedef struct {
    const float *a;
    size_t a_row, a_step;
    const float *b; // [k][b_step], the tile's columns first
    size_t b_step, k;
    size_t ahead; // steps from a step to the same one of the next block; 0: there is none
    float *c;
    size_t ldc;
    size_t used;       // columns of C that exist
    const float *bias; // what C is before, in each row; NULL: what it is
} Tile;

// Adds the columns that exist of a tile's sums to C.
static void add_part(const Tile *tile, int rows, float value[ROWS_MAX][WIDTH])
{
    float *c = tile->c;
    for (int i = 0; i < rows; i++, c += tile->ldc) {
        const float *before = tile->bias ? tile->bias : c;
        for (size_t j = 0; j < tile->used; j++) c[j] = before[j] + value[i][j];
    }
}

// Adds `rows` x `vectors` sums to C. The loops over a tile are unrolled, so that its sums are
// registers. Where the rows of A are neighbours (a_row 1), the sum is long and cut into blocks: the
// next block of A is fetched meanwhile, since the processor does not foresee where it is read.
INLINE void add_tile(const Tile *tile, const int rows, const int vectors, const size_t a_row,
                     const size_t a_step)
{
    Vector sum[ROWS_MAX][VECTORS];
    EACH (i, rows) {
        EACH (v, vectors) sum[i][v] = (Vector){0};
    }
    const float *a = tile->a, *b = tile->b;
#pragma GCC unroll 4
    for (size_t s = 0; s < tile->k; s++, a += a_step, b += tile->b_step) {
        if (a_row == 1) __builtin_prefetch(a + tile->ahead * a_step, 0, SECOND_LEVEL);
        Vector row[VECTORS];
        EACH (v, vectors) row[v] = load(b + v * LANES);
        EACH (i, rows) {
            const Vector x = SPREAD(a[(size_t)i * a_row]);
            EACH (v, vectors) sum[i][v] = MULTIPLY_ADD(x, row[v], sum[i][v]);
        }
    }
    if (tile->used < (size_t)vectors * LANES) {
        float value[ROWS_MAX][WIDTH];
        EACH (i, rows) {
            EACH (v, vectors) store(value[i] + v * LANES, sum[i][v]);
        }
        add_part(tile, rows, value);
        return;
    }
    EACH (i, rows) {
        float *c = tile->c + (size_t)i * tile->ldc;
        const float *before = tile->bias ? tile->bias : c;
        EACH (v, vectors) store(c + v * LANES, load(before + v * LANES) + sum[i][v]);
    }
}

// A function for each size: apart for A with neighbours along the sum, beside for those along the
// rows.
typedef void AddTile(const Tile *tile);

#define ADD_TILE(rows, vectors)                                                                    \
    static __attribute__((noinline)) void apart_##rows##_##vectors(const Tile *tile)               \
    {                                                                                              \
        add_tile(tile, rows, vectors, tile->a_row, 1);                                             \
    }                                                                                              \
    static __attribute__((noinline)) void beside_##rows##_##vectors(const Tile *tile)              \
    {                                                                                              \
        add_tile(tile, rows, vectors, 1, tile->a_step);                                            \
    }
#define FOR_EACH_ROWS(f, v)                                                                        \
    f(1, v) f(2, v) f(3, v) f(4, v) f(5, v) f(6, v) f(7, v) f(8, v) f(9, v) f(10, v) f(11, v)      \
        f(12, v)
#define APART(rows, vectors)  apart_##rows##_##vectors,
#define BESIDE(rows, vectors) beside_##rows##_##vectors,

FOR_EACH_ROWS(ADD_TILE, 1)
FOR_EACH_ROWS(ADD_TILE, 2)
#if VECTORS == 4
FOR_EACH_ROWS(ADD_TILE, 4)
#endif

// [0, 1, 2 for 1, 2, 4 vectors][rows - 1]
static AddTile *const apart[][ROWS_MAX] = {
    {FOR_EACH_ROWS(APART, 1)},
    {FOR_EACH_ROWS(APART, 2)},
#if VECTORS == 4
    {FOR_EACH_ROWS(APART, 4)},
#endif
};
static AddTile *const beside[][ROWS_MAX] = {
    {FOR_EACH_ROWS(BESIDE, 1)},
    {FOR_EACH_ROWS(BESIDE, 2)},
#if VECTORS == 4
    {FOR_EACH_ROWS(BESIDE, 4)},
#endif
};

INLINE size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Adds to all m rows of C, shared out evenly to as few tiles as can be: a tile of few rows has too
// few sums at once to keep the multipliers busy.
static void add_rows(Tile tile, size_t m, size_t width)
{
    AddTile *const *add = (tile.a_step == 1 ? apart : beside)[width / LANES / 2];
    const size_t most = smaller(ROWS * WIDTH / width, ROWS_MAX);
    const size_t tiles = (m + most - 1) / most;
    const size_t least = m / tiles, with_one_more = m % tiles;
    for (size_t t = 0; t < tiles; t++) {
        const size_t rows = least + (t < with_one_more);
        add[rows - 1](&tile);
        tile.a += rows * tile.a_row;
        tile.c += rows * tile.ldc;
    }
}

// Columns of the next tile where `left` are left: the widest that they fill, or one that is not
// full.
static size_t tile_width(size_t left)
{
    size_t width = WIDTH;
    while (width > LANES && width / 2 >= left) width /= 2;
    while (width > LANES && width > left && left >= width / 2) width /= 2;
    return width;
}

// Where row r begins.
static const float *row_of(const GemmMatrix *b, size_t r)
{
    if (b->group == 0) return b->values + r * b->row;
    return b->values + (ptrdiff_t)(r / b->group) * b->group_step + r % b->group * b->row;
}

// Copies `used` columns from `column` on of the rows [from, from + k) to panel[k][width], with
// zeros after them.
static void pack_panel(float *panel, const GemmMatrix *b, size_t from, size_t k, size_t column,
                       size_t used, size_t width)
{
    if (used < width) memset(panel, 0, k * width * sizeof(float));
    for (size_t s = 0; s < k; s++) {
        const float *row = row_of(b, from + s) + column * b->column;
        if (b->column == 1)
            memcpy(panel + s * width, row, used * sizeof(float));
        else
            for (size_t c = 0; c < used; c++) panel[s * width + c] = row[c * b->column];
    }
}

// Packs the columns [at, at + n) of the rows [from, from + k) as panels one after another.
static void pack_panels(float *packed, const GemmMatrix *b, size_t from, size_t k, size_t at,
                        size_t n)
{
    for (size_t p = 0, width; p < n; p += width) {
        width = tile_width(n - p);
        pack_panel(packed + p * k, b, from, k, at + p, smaller(n - p, width), width);
    }
}

// Columns that the panels of n columns have.
static size_t packed_columns(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

static size_t LEVEL(pack)(size_t n, size_t k, const GemmMatrix *b, float *packed)
{
    for (size_t s = 0; packed && s < k; s += K_BLOCK)
        pack_panels(packed + s * packed_columns(n), b, s, smaller(k - s, K_BLOCK), 0, n);
    return k * packed_columns(n);
}

// ---- Products ----

// Adds to m rows of C for `used` columns whose panels of `rows` rows are packed, of which the sum
// takes tile.k from `from` on.
static void add_panels(Tile tile, const float *packed, size_t rows, size_t from, size_t m,
                       size_t used)
{
    float *const c = tile.c;
    const float *const bias = tile.bias;
    for (size_t at = 0, width; at < used; at += width) {
        width = tile_width(used - at);
        tile.b = packed + at * rows + from * width;
        tile.b_step = width;
        tile.c = c + at;
        tile.bias = bias ? bias + at : NULL;
        tile.used = smaller(used - at, width);
        add_rows(tile, m, width);
    }
}

static void LEVEL(long_rows)(size_t m, size_t n, size_t k, const float *a, size_t lda,
                             const GemmMatrix *b, const GemmResult *result)
{
    _Alignas(64) float memory[PACKED];
    float bias[COLUMNS] = {0};
    for (size_t s = 0; s < k; s += K_BLOCK) {
        const bool fresh = result->fresh && s == 0;
        const size_t terms = smaller(k - s, K_BLOCK);
        const size_t most = smaller(PACKED / terms / WIDTH * WIDTH, COLUMNS);
        for (size_t at = 0, columns; at < n; at += columns) {
            columns = smaller(n - at, most);
            const float *packed = memory;
            const size_t rows = b->packed_rows ? b->packed_rows : terms;
            if (b->packed)
                packed = b->packed + s * packed_columns(n) + at * rows;
            else
                pack_panels(memory, b, s, terms, at, columns);
            if (fresh && result->bias)
                for (size_t p = 0; p < columns; p++)
                    bias[p] = result->bias[(at + p) % result->period];
            for (size_t i = 0; i < m; i += ROW_BLOCK) {
                const Tile tile = {
                    .a = a + i * lda + s,
                    .a_row = lda,
                    .a_step = 1,
                    .k = terms,
                    .c = result->c + i * result->ldc + at,
                    .ldc = result->ldc,
                    .bias = fresh ? bias : NULL,
                };
                add_panels(tile, packed, rows, b->packed_from, smaller(m - i, ROW_BLOCK), columns);
            }
        }
    }
}

static void LEVEL(long_sums)(size_t m, size_t n, size_t k, const float *a, size_t lda,
                             const float *b, size_t ldb, bool accumulate, float *c, size_t ldc)
{
    static const float zeros[WIDTH];
    _Alignas(64) float packed[SUM_BLOCK * WIDTH];
    for (size_t s = 0; s < k; s += SUM_BLOCK) {
        const size_t terms = smaller(k - s, SUM_BLOCK);
        for (size_t at = 0, width; at < n; at += width) {
            width = tile_width(n - at);
            const size_t used = smaller(n - at, width);
            Tile tile = {
                .a = a + s * lda,
                .a_row = 1,
                .a_step = lda,
                .b = b + s * ldb + at,
                .b_step = ldb,
                .k = terms,
                .ahead = s + terms < k ? terms : 0,
                .c = c + at,
                .ldc = ldc,
                .used = used,
                .bias = s == 0 && !accumulate ? zeros : NULL,
            };
            if (used < width) {
                const GemmMatrix rows = {.values = b, .row = ldb, .column = 1};
                pack_panel(packed, &rows, s, terms, at, used, width);
                tile.b = packed;
                tile.b_step = width;
            }
            add_rows(tile, m, width);
        }
    }
}

#define GEMM_LEVEL(name)                                                                           \
    {                                                                                              \
        name, LEVEL(pack), LEVEL(long_rows), LEVEL(long_sums), LEVEL(add_columns),                 \
            LEVEL(multiply_slopes)                                                                 \
    }
