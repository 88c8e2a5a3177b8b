// For any processor. Products and sums are rounded one by one: the last bits differ from those of
// the levels with a fused multiply-add.
#define LANES                 4
#define VECTORS               4
#define ROWS                  2
#define SPREAD(x)             ((Vector){(x), (x), (x), (x)})
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define LEVEL(f)              f##_scalar
#include "products/gemm_variant.h"
#include "products/passes_variant.h"

const GemmLevel gemm_level_scalar = GEMM_LEVEL("scalar");
