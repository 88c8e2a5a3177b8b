#include "initialize.h"

#include "model.h"

#include <math.h>

enum { STATE_WORDS = 624, MIDDLE = 397 };

// Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998: PyTorch's generator on the
// processor.
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
static void draw_weight(Twister *twister, const Layer *layer, bool decoder, float bound, float *to)
{
    const int in = layer->in, out = layer->out, kernel = layer->kernel;
    const int outer = decoder ? in : out, inner = decoder ? out : in;
    for (int a = 0; a < outer; a++) {
        for (int b = 0; b < inner; b++) {
            const int i = decoder ? a : b, o = decoder ? b : a;
            for (int k = 0; k < kernel; k++)
                to[decoder ? (i * kernel + k) * out + o : (k * in + i) * out + o] =
                    twister_uniform(twister, bound);
        }
    }
}

static void draw_chain(Twister *twister, const Arch *arch, bool decoder, float *parameters)
{
    const Chain *chain = decoder ? &arch->decoder : &arch->encoder;
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        const int fan_in = (decoder ? layer->out : layer->in) * layer->kernel;
        // PyTorch computes the weight's bound as sqrt(3) * gain / sqrt(fan in) with gain = sqrt(2 /
        // (1 + 5)), in double.
        const double deviation = sqrt(2.0 / (1.0 + 5.0)) / sqrt((double)fan_in);
        const float weight_bound = (float)(sqrt(3.0) * deviation);
        const float bias_bound = (float)(1.0 / sqrt((double)fan_in));
        draw_weight(twister, layer, decoder, weight_bound,
                    parameters + arch_weight_offset(arch, decoder, i));
        float *bias = parameters + arch_bias_offset(arch, decoder, i);
        for (int o = 0; o < layer->out; o++) bias[o] = twister_uniform(twister, bias_bound);
    }
}

void initialize_parameters(const Arch *arch, uint32_t seed, float *parameters)
{
    Twister twister;
    twister_seed(&twister, seed);
    draw_chain(&twister, arch, false, parameters);
    draw_chain(&twister, arch, true, parameters);
}
