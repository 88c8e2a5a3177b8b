#include "network/initialize.h"

#include "network/linear_init.h"

#include <math.h>
#include <string.h>

enum { STATE_WORDS = 624, MIDDLE = 397 };

// Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998: PyTorch's generator
// on the processor.
typedef struct {
    uint32_t word[STATE_WORDS];
    int next;
} Twister;

static void twister_seed(Twister *twister, uint32_t seed)
{
    twister->word[0] = seed;
    for (uint32_t i = 1; i < STATE_WORDS; i++) {
        const uint32_t before = twister->word[i - 1];
        twister->word[i] = 1812433253u * (before ^ (before >> 30)) + i;
    }
    twister->next = STATE_WORDS;
}

static void twister_refill(Twister *twister)
{
    uint32_t *w = twister->word;
    for (int i = 0; i < STATE_WORDS; i++) {
        const uint32_t mixed = (w[i] & 0x80000000u) | (w[(i + 1) % STATE_WORDS] & 0x7fffffffu);
        w[i] = w[(i + MIDDLE) % STATE_WORDS] ^ (mixed >> 1) ^ (mixed & 1 ? 0x9908b0dfu : 0);
    }
    twister->next = 0;
}

static uint32_t twister_word(Twister *twister)
{
    if (twister->next == STATE_WORDS) twister_refill(twister);
    uint32_t y = twister->word[twister->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

// torch.Tensor.uniform_(-bound, bound) of one float. PyTorch's builds round once, as fmaf() does.
static float twister_uniform(Twister *twister, float bound)
{
    const float unit = (float)(twister_word(twister) & 0xffffffu) * 0x1p-24f;
    return fmaf(unit, bound - -bound, -bound);
}

// Draws in PyTorch's order, [out][in][kernel] or [in][out][kernel], and stores in ours.
static void draw_weight(Twister *twister, const Convolution *conv, float bound, float *to)
{
    const bool transposed = conv->transposed;
    const int in = conv->in, out = conv->out, kernel = conv->kernel;
    const int outer = transposed ? in : out, inner = transposed ? out : in;
    for (int a = 0; a < outer; a++) {
        for (int b = 0; b < inner; b++) {
            const int i = transposed ? a : b, o = transposed ? b : a;
            for (int k = 0; k < kernel; k++)
                to[transposed ? (i * kernel + k) * out + o : (k * in + i) * out + o] =
                    twister_uniform(twister, bound);
        }
    }
}

static void draw_convolution(Twister *twister, const Convolution *conv, float *parameters)
{
    const int fan_in = (conv->transposed ? conv->out : conv->in) * conv->kernel;
    // PyTorch computes the weight's bound as sqrt(3) * gain / sqrt(fan in) with gain = sqrt(2 / (1
    // + 5)), in double.
    const double deviation = sqrt(2.0 / (1.0 + 5.0)) / sqrt((double)fan_in);
    draw_weight(twister, conv, (float)(sqrt(3.0) * deviation), parameters + conv->weight);
    if (!conv->biased) return;
    const float bound = (float)(1.0 / sqrt((double)fan_in));
    for (int o = 0; o < conv->out; o++)
        parameters[conv->bias + (size_t)o] = twister_uniform(twister, bound);
}

// Makes each block's `mix` zero, so that the block is the identity until it is trained.
static void zero_residual_mixes(const Arch *arch, const Convolution *list, float *parameters)
{
    for (int side = 0; side < 2; side++) {
        const Chain *chain = side ? &arch->decoder : &arch->encoder;
        for (int i = 0; i < chain->layers; i++) {
            if (chain->layer[i].kind != LAYER_RESIDUAL) continue;
            const Convolution *mix = &list[arch_convolution_of(arch, side, i) + 1];
            const size_t weights = (size_t)mix->in * (size_t)mix->out * (size_t)mix->kernel;
            memset(parameters + mix->weight, 0, weights * sizeof(float));
            memset(parameters + mix->bias, 0, (size_t)mix->out * sizeof(float));
        }
    }
}

void initialize_parameters(const Arch *arch, uint32_t seed, float *parameters)
{
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    const int count = arch_convolutions(arch, list);
    Twister twister;
    twister_seed(&twister, seed);
    for (int i = 0; i < count; i++) draw_convolution(&twister, &list[i], parameters);
    zero_residual_mixes(arch, list, parameters);
    linear_init(arch, list, parameters);
}
