// passes_variant.h: the body of passes.h, written once and compiled for each instruction set: see
// gemm_variant.h, which is included before.

enum { PASS_COLUMNS = 64 }; // sums that are registers

// sum += `vectors` vectors of each row. Inlined for each number, so that the sums are registers.
INLINE void add_vectors(size_t rows, size_t width, const float *values, float *sum,
                        const int vectors)
{
    Vector column[PASS_COLUMNS / LANES];
    EACH (v, vectors) column[v] = load(sum + v * LANES);
    for (size_t i = 0; i < rows; i++)
        EACH (v, vectors) column[v] += load(values + i * width + v * LANES);
    EACH (v, vectors) store(sum + v * LANES, column[v]);
}

static void LEVEL(add_columns)(size_t rows, size_t width, const float *values, float *sum)
{
    size_t c = 0;
    for (; c + PASS_COLUMNS <= width; c += PASS_COLUMNS)
        add_vectors(rows, width, values + c, sum + c, PASS_COLUMNS / LANES);
    for (; c + LANES <= width; c += LANES) add_vectors(rows, width, values + c, sum + c, 1);
    for (; c < width; c++) {
        float column = sum[c];
        for (size_t i = 0; i < rows; i++) column += values[i * width + c];
        sum[c] = column;
    }
}

static void LEVEL(multiply_slopes)(size_t n, float slope, const float *y, float *gradient)
{
    for (size_t i = 0; i < n; i++) gradient[i] *= y[i] > 0.0f ? 1.0f : slope;
}
