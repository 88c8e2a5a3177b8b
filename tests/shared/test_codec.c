// The streams against the trainer's batched pass, over whole signals with their edges, in blocks
// of any length.
#include "engine/codec.h"
#include "engine/stream.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/network.h"

enum { SAMPLES = 16000 };

typedef struct {
    Model *model;
    size_t n, frames, channels;
    float *audio, *latent, *output;
} Case;

// One architecture with a signal of about SAMPLES that comes back, and what the batched pass
// makes of it.
static bool case_open(Case *one, const char *text, Activation activation)
{
    one->model = fixture_model(text, activation, 22050.0, 3);
    if (!one->model) return false;
    one->n = (size_t)arch_round_up(&one->model->arch, SAMPLES);
    one->channels = (size_t)arch_latent_channels(&one->model->arch);
    one->audio = malloc(one->n * sizeof(float));
    one->output = malloc(one->n * sizeof(float));
    fixture_signal(one->audio, one->n, 22050.0, 5);
    Workspace *workspace = workspace_new(&one->model->arch, one->n);
    network_forward(workspace, &(NetworkWeights){.parameters = one->model->parameters}, one->audio);
    const float *latent = network_latent(workspace, &one->frames);
    one->latent = malloc(one->frames * one->channels * sizeof(float));
    memcpy(one->latent, latent, one->frames * one->channels * sizeof(float));
    memcpy(one->output, network_output(workspace), one->n * sizeof(float));
    workspace_free(workspace);
    return true;
}

static void case_close(Case *one)
{
    model_free(one->model);
    free(one->audio);
    free(one->latent);
    free(one->output);
}

// Encodes samples of one channel; returns the latent frames that it wrote.
static size_t encode(Encoder *encoder, const float *audio, size_t n, float *latent, size_t channels)
{
    const LaneFrames frames = encoder_process(encoder, (LaneFrames){audio, 0, 1, (int)n});
    memcpy(latent, frames.values, (size_t)frames.count * channels * sizeof(float));
    return (size_t)frames.count;
}

static void test_encoder_equals_batch(void)
{
    for (int a = 0; a < FIXTURE_ARCHS; a++) {
        Case one;
        REQUIRE(case_open(&one, fixture_archs[a], ACTIVATION_LEAKY_RELU));
        Encoder *encoder = encoder_new(one.model, 1);
        float *latent = calloc((one.frames + 4096) * one.channels, sizeof(float));
        encoder_reset(encoder, one.n);
        size_t frames = 0;
        const float silence[CODEC_BLOCK] = {0};
        for (size_t at = 0, i = 0; at < one.n; i++) {
            size_t block = fixture_block(1, i, CODEC_BLOCK);
            if (block > one.n - at) block = one.n - at;
            const size_t made = encode(encoder, one.audio + at, block,
                                       latent + frames * one.channels, one.channels);
            CHECK(made <= encoder_frames_max(encoder, block));
            frames += made;
            at += block;
        }
        for (int i = 0; i < 10000 && frames < one.frames; i++)
            frames += encode(encoder, silence, 1, latent + frames * one.channels, one.channels);
        CHECK_MSG(frames >= one.frames, "%s: %zu frames of %zu", fixture_archs[a], frames,
                  one.frames);
        const double difference = fixture_difference(latent, one.latent, one.frames * one.channels);
        CHECK_MSG(difference < 1e-5, "%s: %g", fixture_archs[a], difference);
        free(latent);
        encoder_free(encoder);
        case_close(&one);
    }
}

static void test_decoder_equals_batch(void)
{
    for (int a = 0; a < FIXTURE_ARCHS; a++) {
        Case one;
        REQUIRE(case_open(&one, fixture_archs[a], ACTIVATION_LEAKY_RELU));
        Decoder *decoder = decoder_new(one.model, 1);
        const size_t most = decoder_frames_max(decoder);
        float *audio = calloc(one.n + 10000 * most, sizeof(float));
        decoder_reset(decoder, one.frames);
        size_t n = 0;
        for (size_t t = 0; n < one.n && t < one.frames + 10000; t++) {
            const float *frame = one.latent + (t < one.frames ? t : 0) * one.channels;
            const LaneFrames decoded = decoder_process(decoder, frame, 1);
            const size_t made = (size_t)decoded.count;
            CHECK(made <= most);
            memcpy(audio + n, decoded.values, made * sizeof(float));
            n += made;
        }
        CHECK_MSG(n >= one.n, "%s: %zu samples of %zu", fixture_archs[a], n, one.n);
        const double difference = fixture_difference(audio, one.output, one.n);
        CHECK_MSG(difference < 1e-5, "%s: %g", fixture_archs[a], difference);
        free(audio);
        decoder_free(decoder);
        case_close(&one);
    }
}

// Runs the stream over the whole signal and its delay, in blocks of at most `most` samples; the
// delay is taken out.
static void run_stream(const Case *one, size_t most, uint32_t seed, float *output)
{
    Stream *stream = stream_new(one->model, NULL, 1, 22050.0);
    const size_t delay = (size_t)stream_delay(stream), total = one->n + delay;
    float *fed = calloc(total, sizeof(float)), *made = malloc(total * sizeof(float));
    memcpy(fed, one->audio, one->n * sizeof(float));
    const LatentSettings settings = {LATENT_NEUTRAL};
    stream_reset(stream, one->n);
    for (size_t at = 0, i = 0; at < total; i++) {
        size_t block = most == 1 ? 1 : fixture_block(seed, i, most);
        if (block > total - at) block = total - at;
        stream_process(stream, &settings, NULL, (const float *[]){fed + at}, (float *[]){made + at},
                       block);
        at += block;
    }
    memcpy(output, made + delay, one->n * sizeof(float));
    free(fed);
    free(made);
    stream_free(stream);
}

static void check_stream(const char *text, Activation activation)
{
    Case one;
    REQUIRE(case_open(&one, text, activation));
    float *first = malloc(one.n * sizeof(float)), *other = malloc(one.n * sizeof(float));
    run_stream(&one, 8192, 1, first);
    const double difference = fixture_difference(first, one.output, one.n);
    CHECK_MSG(difference < 1e-5, "%s: %g from the batched pass", text, difference);
    run_stream(&one, 1, 0, other);
    CHECK_MSG(memcmp(first, other, one.n * sizeof(float)) == 0, "%s: blocks of 1 differ", text);
    run_stream(&one, 8192, 2, other);
    CHECK_MSG(memcmp(first, other, one.n * sizeof(float)) == 0, "%s: random blocks differ", text);
    run_stream(&one, 63, 3, other);
    CHECK_MSG(memcmp(first, other, one.n * sizeof(float)) == 0, "%s: short blocks differ", text);
    free(first);
    free(other);
    case_close(&one);
}

static void test_stream_equals_batch(void)
{
    for (int a = 0; a < FIXTURE_ARCHS; a++) check_stream(fixture_archs[a], ACTIVATION_LEAKY_RELU);
}

static void test_stream_equals_batch_silu(void)
{
    check_stream("normal", ACTIVATION_SILU);
}

static void test_stream_equals_batch_tanh(void)
{
    check_stream("normal", ACTIVATION_TANH);
}

static void test_reset_starts_anew(void)
{
    Case one;
    REQUIRE(case_open(&one, "normal", ACTIVATION_LEAKY_RELU));
    Stream *stream = stream_new(one.model, NULL, 1, 22050.0);
    const LatentSettings settings = {LATENT_NEUTRAL};
    float *first = malloc(one.n * sizeof(float)), *second = malloc(one.n * sizeof(float));
    stream_process(stream, &settings, NULL, (const float *[]){one.audio}, (float *[]){first},
                   one.n);
    stream_reset(stream, CODEC_ENDLESS);
    stream_process(stream, &settings, NULL, (const float *[]){one.audio}, (float *[]){second},
                   one.n);
    CHECK(memcmp(first, second, one.n * sizeof(float)) == 0);
    stream_free(stream);
    free(first);
    free(second);
    case_close(&one);
}

// ---- Delay ----

// The most samples by which an output sample of one hop looks ahead of its own place: by trial, on
// the batched pass. -1 where none does.
static int farthest_lookahead(const Case *one, Workspace *workspace)
{
    enum { FIRST = 500, REACH = 600 };
    const int hop = arch_hop(&one->model->arch);
    float *audio = malloc(one->n * sizeof(float));
    memcpy(audio, one->audio, one->n * sizeof(float));
    int farthest = -1;
    for (int at = FIRST; at < FIRST + hop + REACH; at++) {
        audio[at] += 1.0f;
        network_forward(workspace, &(NetworkWeights){.parameters = one->model->parameters}, audio);
        for (int i = FIRST; i < FIRST + hop; i++)
            if (network_output(workspace)[i] != one->output[i] && at - i > farthest)
                farthest = at - i;
        audio[at] = one->audio[at];
    }
    free(audio);
    return farthest;
}

// arch_delay() is the farthest lookahead over all places in the hop: no less would do, and no
// more is asked.
static void check_delay(const char *text)
{
    Case one = {.model = fixture_model(text, ACTIVATION_TANH, 22050.0, 9)};
    REQUIRE(one.model);
    one.n = (size_t)arch_round_up(&one.model->arch, 1400);
    one.audio = malloc(one.n * sizeof(float));
    one.output = malloc(one.n * sizeof(float));
    fixture_signal(one.audio, one.n, 22050.0, 5);
    Workspace *workspace = workspace_new(&one.model->arch, one.n);
    network_forward(workspace, &(NetworkWeights){.parameters = one.model->parameters}, one.audio);
    memcpy(one.output, network_output(workspace), one.n * sizeof(float));
    const int farthest = farthest_lookahead(&one, workspace);
    CHECK_MSG(farthest == arch_delay(&one.model->arch),
              "%s: the output needs %d samples ahead, not %d", text, farthest,
              arch_delay(&one.model->arch));
    workspace_free(workspace);
    case_close(&one);
}

static void test_delay_is_what_the_network_needs(void)
{
    check_delay("normal");
    check_delay("figure3_4");
    check_delay("figure3_5");
    check_delay("figure3_8");
    check_delay("5k7s1p3");
    check_delay("3k4s2p1,4k6s3p2/5k3s3p0,1k8s2p3");
    check_delay("6k8s6p4,r5k3d1,r5k2d9,5k6s3p4,r7k3d2,3k5s2p4,r8k3d3");
    check_delay("5k16s4p6,r4k3d2,3k9s2p4+linear");
}

static void test_delay_of_the_report(void)
{
    Error error;
    Arch arch;
    REQUIRE(named_arch_parse(&arch, "normal", ACTIVATION_LEAKY_RELU, &error));
    CHECK(arch_delay(&arch) == 109);
}

// A network of one tap that copies its input: what comes out of the stream is the input
// itself, arch_delay() later.
static void test_impulse_comes_after_the_delay(void)
{
    Error error;
    Arch arch;
    REQUIRE(named_arch_parse(&arch, "36k37s36p4", ACTIVATION_LEAKY_RELU, &error));
    float *parameters = calloc(arch_parameters(&arch), sizeof(float));
    float mean[36] = {0}, std[36];
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&arch, list);
    for (size_t c = 0; c < 36; c++) {
        std[c] = 1.0f;
        parameters[list[0].weight + c * 36 + c] = 1.0f; // [k][0][out]
        parameters[list[1].weight + c * 37 + c] = 1.0f; // [in][k][0]
    }
    const ModelInfo info = {.level = NAN};
    Model *model = model_new(&arch, 22050.0, parameters,
                             &(ModelStatistics){.mean = mean, .std = std}, &info, &error);
    Stream *stream = stream_new(model, NULL, 1, 22050.0);
    const LatentSettings settings = {LATENT_NEUTRAL};
    CHECK(stream_delay(stream) == 36);
    for (int at = 0; at < 80; at++) {
        float audio[300] = {0};
        audio[at] = 1.0f;
        stream_reset(stream, CODEC_ENDLESS);
        stream_process(stream, &settings, NULL, (const float *[]){audio}, (float *[]){audio}, 300);
        for (int i = 0; i < 300; i++)
            CHECK_MSG(audio[i] == (i == at + 36 ? 1.0f : 0.0f), "impulse at %d, sample %d: %g", at,
                      i, (double)audio[i]);
    }
    stream_free(stream);
    model_free(model);
    free(parameters);
}

int main(void)
{
    RUN(test_encoder_equals_batch);
    RUN(test_decoder_equals_batch);
    RUN(test_stream_equals_batch);
    RUN(test_stream_equals_batch_silu);
    RUN(test_stream_equals_batch_tanh);
    RUN(test_reset_starts_anew);
    RUN(test_delay_is_what_the_network_needs);
    RUN(test_delay_of_the_report);
    RUN(test_impulse_comes_after_the_delay);
    return check_status();
}
