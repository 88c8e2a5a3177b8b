// A resampler's place in its stream: exact however far on, and without influence on what is heard.
#include "lib/check.h"
#include "math/random.h"
#include "math/resample.h"

enum { INPUT = 2000, OUTPUT_MAX = 50000 };

typedef struct {
    double from, to;
    uint64_t position, next; // next = ceil(position * to / from)
    uint64_t step, phases;   // from / to in lowest terms
} Place;

// By whole numbers of any size.
static const Place places[] = {
    {48000.0, 44100.0, 1600000000000, 1470000000000, 160, 147},
    {48000.0, 44100.0, 12345678901, 11342592491, 160, 147},
    {22050.0, 96000.0, 922337203685489925, 4015617757542269062, 147, 640},
    {44100.001, 44100.0, 4611686018427400249, 4611685913854023518, 44100001, 44100000},
    {999999.999, 1000000.0, 12345678901, 12345678914, 999999999, 1000000000},
    {1000000.0, 999999.999, 4611686018427400249, 4611686013815714231, 1000000000, 999999999},
    {192000.0, 8000.0, 4611686018427400249, 192153584101141678, 24, 1},
};
#define PLACES (sizeof places / sizeof *places)

static Resampler *resampler_for(const Place *place)
{
    Error error;
    return resampler_new(place->from, place->to, 1, &error);
}

// Of one lane.
static size_t process(Resampler *resampler, const float *in, size_t n, float *out)
{
    return resampler_process(resampler, (const float *[]){in}, n, (float *[]){out});
}

static void test_position_is_exact_far_on(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        Resampler *resampler = resampler_for(&places[i]);
        REQUIRE(resampler);
        resampler_reset(resampler, places[i].position);
        const unsigned long long next = resampler_position(resampler);
        CHECK_MSG(next == places[i].next, "%zu: %llu, not %llu", i, next,
                  (unsigned long long)places[i].next);
        resampler_free(resampler);
    }
}

// After `step` input samples the two rates meet again: from there all is as from zero.
static void test_far_on_sounds_as_near(void)
{
    static float input[INPUT], near[OUTPUT_MAX], far[OUTPUT_MAX];
    random_normal((RandomKey){1, 2}, 3, input, INPUT);
    for (size_t i = 0; i < PLACES; i++) {
        const Place *place = &places[i];
        Resampler *resampler = resampler_for(place);
        REQUIRE(resampler && resampler_output_max(resampler, INPUT) <= OUTPUT_MAX);
        for (uint64_t start = 0; start < 400; start += 57) {
            const uint64_t periods = place->position / place->step;
            resampler_reset(resampler, start);
            const uint64_t next = resampler_position(resampler);
            const size_t n = process(resampler, input, INPUT, near);
            resampler_reset(resampler, start + periods * place->step);
            CHECK(resampler_position(resampler) == next + periods * place->phases);
            const size_t m = process(resampler, input, INPUT, far);
            CHECK_MSG(n == m && memcmp(near, far, n * sizeof *near) == 0, "%zu from %d", i,
                      (int)start);
        }
        resampler_free(resampler);
    }
}

// Lanes in step, cut at will, give what each gives alone.
static void test_lanes_are_as_alone(void)
{
    enum { LANES = 5 };
    static float input[LANES][INPUT], alone[OUTPUT_MAX], together[LANES][OUTPUT_MAX];
    Error error;
    for (size_t i = 0; i < PLACES; i++) {
        for (int lanes = 2; lanes <= LANES; lanes++) {
            Resampler *one = resampler_for(&places[i]);
            Resampler *all = resampler_new(places[i].from, places[i].to, lanes, &error);
            const float *in[LANES];
            float *out[LANES];
            size_t n = 0;
            REQUIRE(one && all);
            for (size_t at = 0, cut = 1; at < INPUT; at += cut, cut = cut * 7 % 191) {
                if (cut > INPUT - at) cut = INPUT - at;
                for (int l = 0; l < lanes; l++) {
                    if (at == 0) random_normal((RandomKey){2, 2}, (uint64_t)l, input[l], INPUT);
                    in[l] = input[l] + at;
                    out[l] = together[l] + n;
                }
                n += resampler_process(all, in, cut, out);
            }
            for (int l = 0; l < lanes; l++) {
                resampler_reset(one, 0);
                CHECK(process(one, input[l], INPUT, alone) == n);
                CHECK_MSG(memcmp(alone, together[l], n * sizeof *alone) == 0, "%zu, lane %d of %d",
                          i, l, lanes);
            }
            resampler_free(one);
            resampler_free(all);
        }
    }
}

int main(void)
{
    RUN(test_position_is_exact_far_on);
    RUN(test_far_on_sounds_as_near);
    RUN(test_lanes_are_as_alone);
    return check_status();
}
