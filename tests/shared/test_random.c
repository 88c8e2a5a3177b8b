// Random numbers by position: the generator's published values, and whole numbers below a bound.
#include "lib/check.h"
#include "math/random.h"

// Salmon et al., "Random123", kat_vectors: philox4x32 10, counter and key of zeros.
static void test_words_are_philox(void)
{
    uint32_t words[4];
    random_words((RandomKey){0, 0}, 0, 0, words);
    CHECK(words[0] == 0x6627e8d5 && words[1] == 0xe169c58d);
    CHECK(words[2] == 0xbc57ac4c && words[3] == 0x9b00dbd8);
}

// The product's upper half, of all sizes of bound, as 128-bit arithmetic gives it.
static void test_below_is_the_upper_half_of_a_product(void)
{
    const RandomKey key = {3, 14};
    uint64_t sum = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        uint32_t words[4];
        random_words(key, i, 1, words);
        const uint64_t bound = (((uint64_t)words[0] << 32 | words[1]) >> i % 64) + 1;
        const uint64_t value = random_below(key, i, bound);
        CHECK(value < bound);
        sum = sum * 31 + value;
#ifdef __SIZEOF_INT128__
        random_words(key, i, 0, words);
        const uint64_t wide = (uint64_t)words[0] << 32 | words[1];
        CHECK(value == (uint64_t)((unsigned __int128)wide * bound >> 64));
#endif
    }
    CHECK_MSG(sum == 0x81e053f859720595, "the sum is %llx", (unsigned long long)sum);
}

static void test_below_reaches_both_ends(void)
{
    int counts[3] = {0};
    for (uint64_t i = 0; i < 3000; i++) counts[random_below((RandomKey){1, 2}, i, 3)]++;
    for (int i = 0; i < 3; i++) CHECK_MSG(counts[i] > 850, "%d of 3000", counts[i]);
    CHECK(random_below((RandomKey){1, 2}, 5, 1) == 0);
}

int main(void)
{
    RUN(test_words_are_philox);
    RUN(test_below_is_the_upper_half_of_a_product);
    RUN(test_below_reaches_both_ends);
    return check_status();
}
