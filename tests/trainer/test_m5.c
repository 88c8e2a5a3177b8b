// The classifier M5: its gradient against finite differences, running statistics, the same bits on
// any threads, its file, and that it learns. tests/pytorch_m5.py compares it with PyTorch.
#define _XOPEN_SOURCE 700
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "network/m5.h"

enum {
    CHANNELS = 2,
    FRAMES = 1900,
    WIDTH = 3,
    CLASSES = 3,
    CLIPS = 11,
    VALUES = CHANNELS * FRAMES
};

static const M5Shape shape = {CHANNELS, WIDTH, CLASSES};
static Pool *pool;
static float latent[CLIPS][VALUES];
static const float *input[CLIPS];
static int class[CLIPS];

// Noise of the same variance: white in one class, low or high in the others.
static void make_clips(void)
{
    for (int i = 0; i < CLIPS; i++) {
        input[i] = latent[i];
        class[i] = i % CLASSES;
        const float back = 0.8f * (float)(class[i] - 1), gain = sqrtf(1.0f - back * back);
        random_normal((RandomKey){(uint32_t)i, 2}, 0, latent[i], VALUES);
        for (int t = 1; t < VALUES; t++)
            latent[i][t] = gain * latent[i][t] + back * latent[i][t - 1];
    }
}

static M5Weights first_weights(uint32_t seed)
{
    Error error;
    M5Weights weights;
    CHECK(m5_weights_init(&weights, &shape, &error));
    m5_weights_init_random(&weights, seed);
    return weights;
}

static M5 *new_m5(size_t size, Pool *on)
{
    Error error;
    M5 *m5 = m5_new(&shape, FRAMES, size, on, &error);
    CHECK_MSG(m5 != NULL, "%s", error.text);
    return m5;
}

static double loss_of(M5 *m5, M5Weights *weights, float *gradient)
{
    size_t correct = 0;
    return m5_gradient(m5, weights, input, class, CLIPS, gradient, &correct);
}

// The parameters of a block, or, behind the blocks, of the linear layer: [from, to).
static void part_of(const M5Weights *weights, int part, size_t *from, size_t *to)
{
    *from = part < M5_BLOCKS ? weights->block[part].weight : weights->linear;
    *to = part < M5_BLOCKS - 1 ? weights->block[part + 1].weight
          : part < M5_BLOCKS   ? weights->linear
                               : weights->count;
}

// How far the slope along random directions within a part is from what the gradient says. Steps are
// small: ReLU and pooling have corners, which are most of the difference.
static double slope_error(M5 *m5, const M5Weights *weights, const float *gradient, int part)
{
    enum { DIRECTIONS = 6 };
    const double step = 2e-5;
    M5Weights moved = first_weights(1);
    float *ignored = malloc(weights->count * sizeof *ignored);
    double off = 0.0, size = 0.0;
    size_t from, to;
    part_of(weights, part, &from, &to);
    for (uint32_t d = 0; d < DIRECTIONS; d++) {
        float *direction = malloc((to - from) * sizeof *direction);
        double expected = 0.0, loss[2];
        random_normal((RandomKey){d, 1}, 0, direction, (int)(to - from));
        for (size_t i = from; i < to; i++)
            expected += (double)gradient[i] * (double)direction[i - from];
        for (int side = 0; side < 2; side++) {
            for (size_t i = from; i < to; i++)
                moved.parameters[i] =
                    weights->parameters[i] + (float)(side ? step : -step) * direction[i - from];
            loss[side] = loss_of(m5, &moved, ignored);
        }
        off += pow((loss[1] - loss[0]) / (2.0 * step) - expected, 2.0);
        size += expected * expected;
        free(direction);
    }
    m5_weights_free(&moved);
    free(ignored);
    return sqrt(off / size);
}

static void test_gradient_is_the_slope_of_the_loss(void)
{
    M5Weights weights = first_weights(1);
    M5 *m5 = new_m5(CLIPS, pool);
    float *gradient = malloc(weights.count * sizeof *gradient);
    loss_of(m5, &weights, gradient);
    for (int part = 0; part <= M5_BLOCKS; part++) {
        const double off = slope_error(m5, &weights, gradient, part);
        CHECK_MSG(off < 0.08, "part %d: off by %.4f of the gradient", part, off);
    }
    m5_free(m5);
    m5_weights_free(&weights);
    free(gradient);
}

static void test_threads_do_not_change_a_bit(void)
{
    Pool *one = pool_new(1);
    M5 *many = new_m5(CLIPS, pool), *alone = new_m5(CLIPS, one);
    M5Weights a = first_weights(2), b = first_weights(2);
    float *gradient_a = malloc(a.count * sizeof *gradient_a);
    float *gradient_b = malloc(a.count * sizeof *gradient_b);
    CHECK(loss_of(many, &a, gradient_a) == loss_of(alone, &b, gradient_b));
    CHECK(memcmp(gradient_a, gradient_b, a.count * sizeof *gradient_a) == 0);
    CHECK(memcmp(a.running, b.running, a.running_count * sizeof *a.running) == 0);
    m5_free(many);
    m5_free(alone);
    pool_free(one);
    m5_weights_free(&a);
    m5_weights_free(&b);
    free(gradient_a);
    free(gradient_b);
}

// What is said of a clip does not depend on those beside it.
static void test_clips_are_classified_one_by_one(void)
{
    float together[CLIPS * CLASSES], alone[CLASSES];
    M5Weights weights = first_weights(3);
    M5 *m5 = new_m5(CLIPS, pool);
    float *gradient = malloc(weights.count * sizeof *gradient);
    loss_of(m5, &weights, gradient); // moves the running statistics
    m5_classify(m5, &weights, input, CLIPS, together);
    for (size_t i = 0; i < CLIPS; i++) {
        double sum = 0.0;
        m5_classify(m5, &weights, input + i, 1, alone);
        CHECK(memcmp(alone, together + i * CLASSES, sizeof alone) == 0);
        for (size_t k = 0; k < CLASSES; k++) sum += exp((double)alone[k]);
        CHECK_MSG(fabs(sum - 1.0) < 1e-5, "probabilities sum to %g", sum);
    }
    m5_free(m5);
    m5_weights_free(&weights);
    free(gradient);
}

static void test_running_statistics_come_to_those_of_the_batch(void)
{
    size_t correct = 0;
    float log_probability[CLIPS * CLASSES];
    M5Weights weights = first_weights(4);
    M5 *m5 = new_m5(CLIPS, pool);
    float *gradient = malloc(weights.count * sizeof *gradient);
    double trained = 0.0, classified = 0.0;
    for (int i = 0; i < 200; i++)
        trained = m5_gradient(m5, &weights, input, class, CLIPS, gradient, &correct);
    m5_classify(m5, &weights, input, CLIPS, log_probability);
    for (size_t i = 0; i < CLIPS; i++)
        classified -= (double)log_probability[i * CLASSES + (size_t) class[i]] / CLIPS;
    CHECK_MSG(fabs(trained - classified) < 0.02, "%g, %g", trained, classified);
    m5_free(m5);
    m5_weights_free(&weights);
    free(gradient);
}

static void test_it_learns(void)
{
    M5Weights weights = first_weights(5);
    M5 *m5 = new_m5(CLIPS, pool);
    float *gradient = malloc(weights.count * sizeof *gradient);
    size_t correct = 0;
    for (int step = 0; step < 60; step++) {
        correct = 0;
        m5_gradient(m5, &weights, input, class, CLIPS, gradient, &correct);
        for (size_t i = 0; i < weights.count; i++) weights.parameters[i] -= 0.1f * gradient[i];
    }
    CHECK_MSG(correct == CLIPS, "%zu of %d", correct, CLIPS);
    m5_free(m5);
    m5_weights_free(&weights);
    free(gradient);
}

static void test_weights_are_read_as_written(void)
{
    Error error;
    Safetensors *file;
    M5Weights weights = first_weights(6), again;
    for (size_t i = 0; i < weights.running_count; i++) weights.running[i] = 0.5f + (float)i;
    SafetensorsBuilder *header = safetensors_builder_new();
    safetensors_describe(header, "genres", "%s", "[\"a\",\"b\",\"c\"]");
    REQUIRE(m5_weights_write(&weights, header, fixture_path("weights"), &error));
    REQUIRE(m5_weights_read(&again, &file, fixture_path("weights"), &error));
    CHECK(strcmp(safetensors_metadata(file, "genres"), "[\"a\",\"b\",\"c\"]") == 0);
    CHECK(memcmp(&weights.shape, &again.shape, sizeof shape) == 0);
    CHECK(memcmp(weights.parameters, again.parameters, weights.count * sizeof(float)) == 0);
    CHECK(memcmp(weights.running, again.running, weights.running_count * sizeof(float)) == 0);
    safetensors_free(file);
    m5_weights_free(&weights);
    m5_weights_free(&again);
}

static void check_refused(M5Weights *weights, const char *reason)
{
    Error error;
    Safetensors *file;
    M5Weights again;
    REQUIRE(m5_weights_write(weights, safetensors_builder_new(), fixture_path("bad"), &error));
    CHECK(!m5_weights_read(&again, &file, fixture_path("bad"), &error));
    CHECK_MSG(strstr(error.text, reason), "%s, not %s", error.text, reason);
    safetensors_free(file);
    m5_weights_free(&again);
}

static void test_bad_weights_are_refused(void)
{
    M5Weights weights = first_weights(7);
    weights.running[weights.block[2].variance] = -1.0f;
    check_refused(&weights, "bn3.running_var: a variance is below 0");
    weights.running[weights.block[2].variance] = NAN;
    check_refused(&weights, "not finite");
    weights.running[weights.block[2].variance] = 1.0f;
    weights.block[1].conv.kernel = 2;
    check_refused(&weights, "conv2.weight: shape [3,3,2]; [3,3,3] is needed");
    weights.block[1].conv.kernel = 3;
    m5_weights_free(&weights);
    Error error;
    Safetensors *file;
    CHECK(!m5_weights_read(&weights, &file, fixture_path("none"), &error));
    CHECK(strstr(error.text, "No such file"));
    CHECK(fixture_write_bytes("empty", "\2\0\0\0\0\0\0\0{}", 10));
    CHECK(!m5_weights_read(&weights, &file, fixture_path("empty"), &error));
    CHECK_MSG(strstr(error.text, "not the weights of a classifier"), "%s", error.text);
    safetensors_free(file);
}

static void test_short_latents_are_refused(void)
{
    Error error;
    M5 *m5 = m5_new(&shape, m5_frames_min(), 1, pool, &error);
    CHECK(m5 != NULL);
    m5_free(m5);
    CHECK(!m5_new(&shape, m5_frames_min() - 1, 1, pool, &error));
    CHECK_MSG(strstr(error.text, "latents have 1771 frames; the classifier needs at least 1772"),
              "%s", error.text);
}

int main(void)
{
    pool = pool_new(3);
    if (!pool || !fixture_folder_make()) return 1;
    make_clips();
    RUN(test_gradient_is_the_slope_of_the_loss);
    RUN(test_threads_do_not_change_a_bit);
    RUN(test_clips_are_classified_one_by_one);
    RUN(test_running_statistics_come_to_those_of_the_batch);
    RUN(test_it_learns);
    RUN(test_weights_are_read_as_written);
    RUN(test_bad_weights_are_refused);
    RUN(test_short_latents_are_refused);
    fixture_folder_remove();
    pool_free(pool);
    return check_status();
}
