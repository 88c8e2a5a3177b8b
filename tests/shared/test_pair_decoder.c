// The decoder of what is altered and what is not, which saves work, against decoders of one latent
// each that always work: the same bits, whatever comes in which order.
#include "engine/pair_decoder.h"
#include "lib/check.h"
#include "lib/fixture.h"

enum { LATENTS = 2 };

// What a stretch of latent frames is like.
typedef enum { SILENT, EQUAL, APART, BOTH_CONSTANT, ONE_CONSTANT } Kind;

typedef struct {
    PairDecoder pair;
    Decoder *alone[2][LATENTS]; // altered, clean
    size_t values;
    uint64_t drawn; // frames, so far
} Case;

static bool case_open(Case *one, const Model *model, int latents)
{
    *one = (Case){.values = (size_t)arch_latent_channels(&model->arch)};
    bool made = pair_decoder_init(&one->pair, model, latents);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < latents; i++)
            made = (one->alone[side][i] = decoder_new(model, 1)) && made;
    return made;
}

static void case_close(Case *one)
{
    pair_decoder_free(&one->pair);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < LATENTS; i++) decoder_free(one->alone[side][i]);
}

static void draw(Case *one, float *latent)
{
    random_normal((RandomKey){.seed = 7}, one->drawn++, latent, (int)one->values);
}

// Writes the next frame of both sides. What is constant stays as it was.
static void next_frame(Case *one, Kind kind, bool first)
{
    for (int i = 0; i < one->pair.latents; i++) {
        float *altered = pair_decoder_altered(&one->pair, i);
        float *clean = pair_decoder_clean(&one->pair, i);
        if (kind == SILENT)
            memset(clean, 0, one->values * sizeof(float));
        else if (kind != BOTH_CONSTANT || first)
            draw(one, clean);
        if (kind == APART || (kind == ONE_CONSTANT && first))
            draw(one, altered);
        else if (kind != ONE_CONSTANT)
            memcpy(altered, clean, one->values * sizeof(float));
    }
}

// Whether the lane of `frames` is what a decoder alone makes of the latent.
static bool is_same(LaneFrames frames, int lane, size_t bands, Decoder *alone, const float *latent)
{
    const LaneFrames wanted = decoder_process(alone, latent, 1);
    return frames.count == wanted.count && lane < frames.lanes &&
           memcmp(frames.values + (size_t)lane * frames.lane_step, wanted.values,
                  (size_t)wanted.count * bands * sizeof(float)) == 0;
}

// Returns the frames of a stretch: more than a decoder remembers.
static size_t stretch_of(const Case *one)
{
    return decoder_memory(one->pair.decoder) + 4;
}

// Plays stretches of each kind; returns the frames that are not the same.
static size_t count_differing(Case *one, const Model *model, uint64_t frames, bool wants_clean)
{
    const size_t bands = (size_t)arch_inputs(&model->arch);
    const size_t stretch = stretch_of(one);
    size_t differing = 0;
    pair_decoder_reset(&one->pair, frames);
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < one->pair.latents; i++) decoder_reset(one->alone[side][i], frames);
    static const Kind order[] = {SILENT, BOTH_CONSTANT, APART,         EQUAL, APART,
                                 SILENT, ONE_CONSTANT,  BOTH_CONSTANT, EQUAL, APART,
                                 EQUAL,  APART,         BOTH_CONSTANT, SILENT};
    for (size_t s = 0; s < sizeof order / sizeof *order; s++) {
        // Some are shorter than what a decoder remembers.
        const size_t length = s % 3 == 2 ? stretch / 2 : 2 * stretch;
        for (size_t t = 0; t < length; t++) {
            next_frame(one, order[s], t == 0);
            const DecodedPair decoded = pair_decoder_process(&one->pair, wants_clean);
            differing += decoded.altered.lanes != one->pair.latents;
            for (int i = 0; i < one->pair.latents; i++) {
                differing += !is_same(decoded.altered, i, bands, one->alone[0][i],
                                      pair_decoder_altered(&one->pair, i));
                const bool clean = is_same(decoded.clean, i, bands, one->alone[1][i],
                                           pair_decoder_clean(&one->pair, i));
                differing += wants_clean && !clean;
            }
        }
    }
    return differing;
}

static void test_pair_equals_decoders_alone(void)
{
    for (int a = 0; a < FIXTURE_ARCHS + FIXTURE_SPECTRA; a++) {
        Model *model = fixture_model(fixture_any(a), ACTIVATION_LEAKY_RELU, 22050.0, 3);
        for (int latents = 1; latents <= LATENTS; latents++) {
            Case one;
            REQUIRE(model && case_open(&one, model, latents));
            // One signal ends after what is constant has been given again.
            const uint64_t frames[] = {CODEC_ENDLESS, 3 * stretch_of(&one) + 3};
            for (int run = 0; run < 4; run++) {
                const size_t differing =
                    count_differing(&one, model, frames[run / 2], run % 2 == 0);
                CHECK_MSG(differing == 0, "%s, %d latents, run %d: %zu frames differ",
                          fixture_any(a), latents, run, differing);
            }
            case_close(&one);
        }
        model_free(model);
    }
}

int main(void)
{
    RUN(test_pair_equals_decoders_alone);
    return check_status();
}
