// For aarch64: four lanes, thirty-two registers.
#if defined(__aarch64__)
#define LANES      4
#define SUMS       16
#define FRAMES     1
#define VARIANT(f) kernel_##f##_neon
#include "kernels_table.h"
#include "kernels_variant.h"
#endif
