#include "network/m5.h"

#include "network/batchnorm.h"
#include "network/gradient_sum.h"
#include "network/relu_pool.h"
#include "products/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHARDS = 8 };

// A block's signals, for every clip of the batch.
typedef struct {
    size_t frames;  // of the convolution's output
    ReluPool pool;  // its frames are those of the block's output
    BatchNorm norm; // its arrays follow each other from norm.mean on
    // [size][frames][out]: normalised, before scale and shift; on the way back the gradient of the
    // convolution's output.
    float *xhat;
    float *y;              // [size][pool.frames][out]
    float *dy;             // [size][pool.frames][out]
    unsigned char *argmax; // [size][pool.frames][out]
    double *sum, *square;  // [SHARDS][out]: each shard's sums, see batchnorm.h and relu_pool.h
} BlockState;

struct M5 {
    Pool *pool;
    size_t channels, frames, classes, size;
    size_t parameters;
    BlockState block[M5_BLOCKS];
    float *input;           // [size][frames][channels]
    float *feature;         // [size][features]
    float *log_probability; // [size][classes]
    float *gradient;        // [SHARDS][parameters]
    double loss[SHARDS];
    size_t correct[SHARDS];

    // Of the pass under way.
    const M5Weights *weights;
    const float *const *latent;
    const int *class;
    size_t n;
    int at; // block
};

// ---- Memory ----

static bool block_init(BlockState *state, const M5Block *block, size_t frames, size_t size)
{
    const size_t out = block->conv.out;
    state->frames = m5_conv_frames(block, frames);
    state->pool = (ReluPool){out, M5_POOL, state->frames / M5_POOL};
    const size_t values = size * state->pool.frames * out;
    state->xhat = malloc(size * state->frames * out * sizeof(float));
    state->y = malloc(values * sizeof(float));
    state->dy = malloc(values * sizeof(float));
    state->argmax = malloc(values);
    state->sum = malloc(2 * SHARDS * out * sizeof(double));
    float *const norm = malloc(4 * out * sizeof(float));
    state->norm = (BatchNorm){.channels = out, .mean = norm};
    if (!state->xhat || !state->y || !state->dy || !state->argmax || !state->sum || !norm)
        return false;
    state->square = state->sum + SHARDS * out;
    state->norm.inv_std = norm + out;
    state->norm.mean_dy = norm + 2 * out;
    state->norm.mean_dy_xhat = norm + 3 * out;
    return true;
}

static bool blocks_init(M5 *m5, const M5Weights *layout)
{
    size_t frames = m5->frames;
    for (int b = 0; b < M5_BLOCKS; b++) {
        if (!block_init(&m5->block[b], &layout->block[b], frames, m5->size)) return false;
        frames = m5->block[b].pool.frames;
    }
    m5->input = malloc(m5->size * m5->frames * m5->channels * sizeof(float));
    m5->feature = malloc(m5->size * layout->features * sizeof(float));
    m5->log_probability = malloc(m5->size * m5->classes * sizeof(float));
    m5->gradient = malloc(SHARDS * layout->count * sizeof(float));
    m5->parameters = layout->count;
    return m5->input && m5->feature && m5->log_probability && m5->gradient;
}

M5 *m5_new(const M5Shape *shape, size_t frames, size_t size, Pool *pool, Error *error)
{
    M5Weights layout;
    m5_weights_lay_out(&layout, shape);
    error_out_of_memory(error);
    if (frames < m5_frames_min()) {
        error_set(error, "latents have %zu frames; the classifier needs at least %zu", frames,
                  m5_frames_min());
        return NULL;
    }
    M5 *m5 = calloc(1, sizeof *m5);
    if (!m5) return NULL;
    m5->pool = pool;
    m5->channels = shape->channels;
    m5->frames = frames;
    m5->classes = shape->classes;
    m5->size = size;
    if (blocks_init(m5, &layout)) return m5;
    m5_free(m5);
    return NULL;
}

void m5_free(M5 *m5)
{
    if (!m5) return;
    for (int b = 0; b < M5_BLOCKS; b++) {
        BlockState *state = &m5->block[b];
        free(state->xhat);
        free(state->y);
        free(state->dy);
        free(state->argmax);
        free(state->sum);
        free(state->norm.mean);
    }
    free(m5->input);
    free(m5->feature);
    free(m5->log_probability);
    free(m5->gradient);
    free(m5);
}

// ---- Shards ----

// Does a shard's clips, [from, to) of the batch.
typedef void ShardPass(M5 *m5, int shard, size_t from, size_t to);

typedef struct {
    M5 *m5;
    ShardPass *pass;
} ShardJob;

static void run_shard(void *data, int shard, int thread)
{
    (void)thread;
    const ShardJob *job = data;
    const size_t n = job->m5->n, at = (size_t)shard;
    job->pass(job->m5, shard, n * at / SHARDS, n * (at + 1) / SHARDS);
}

static void run_shards(M5 *m5, ShardPass *pass)
{
    ShardJob job = {m5, pass};
    pool_run(m5->pool, run_shard, &job, SHARDS);
}

// Returns the shard's own sums, [out], set to 0.
static double *shard_sums(double *sums, int shard, size_t out)
{
    double *sum = sums + (size_t)shard * out;
    memset(sum, 0, out * sizeof *sum);
    return sum;
}

static double sum_shards(const double *sum, size_t out, size_t channel)
{
    double total = 0.0;
    for (size_t shard = 0; shard < SHARDS; shard++) total += sum[shard * out + channel];
    return total;
}

// ---- The parts of a clip ----

static const M5Block *current_block(const M5 *m5)
{
    return &m5->weights->block[m5->at];
}

// The input of the current block, [frames][in].
static const float *clip_x(const M5 *m5, size_t clip)
{
    if (m5->at == 0) return m5->input + clip * m5->frames * m5->channels;
    const BlockState *before = &m5->block[m5->at - 1];
    return before->y + clip * before->pool.frames * before->pool.channels;
}

static float *clip_xhat(const M5 *m5, size_t clip)
{
    const BlockState *state = &m5->block[m5->at];
    return state->xhat + clip * state->frames * state->pool.channels;
}

// Where the clip starts in the arrays of the current block's output.
static size_t clip_output(const M5 *m5, size_t clip)
{
    const BlockState *state = &m5->block[m5->at];
    return clip * state->pool.frames * state->pool.channels;
}

// ---- Forward ----

static void read_inputs(M5 *m5, int shard, size_t from, size_t to)
{
    (void)shard;
    for (size_t clip = from; clip < to; clip++) {
        float *input = m5->input + clip * m5->frames * m5->channels;
        for (size_t c = 0; c < m5->channels; c++)
            for (size_t t = 0; t < m5->frames; t++)
                input[t * m5->channels + c] = m5->latent[clip][c * m5->frames + t];
    }
}

static void block_conv_forward(M5 *m5, int shard, size_t from, size_t to)
{
    (void)shard;
    const M5Block *block = current_block(m5);
    const float *parameters = m5->weights->parameters;
    const ConvWeights weights = {.values = parameters + block->weight};
    const size_t frames = m5->block[m5->at].frames;
    for (size_t clip = from; clip < to; clip++) {
        float *y = clip_xhat(m5, clip);
        conv_forward(&block->conv, frames, clip_x(m5, clip), &weights, parameters + block->bias, y);
    }
}

static void add_statistics(M5 *m5, int shard, size_t from, size_t to)
{
    const BlockState *state = &m5->block[m5->at];
    const size_t out = state->pool.channels;
    double *sum = shard_sums(state->sum, shard, out);
    double *square = shard_sums(state->square, shard, out);
    for (size_t clip = from; clip < to; clip++)
        batchnorm_add(clip_xhat(m5, clip), state->frames, out, sum, square);
}

static void update_statistics(M5 *m5, float *running)
{
    BlockState *state = &m5->block[m5->at];
    const M5Block *block = current_block(m5);
    const size_t out = state->pool.channels;
    const double count = (double)(m5->n * state->frames);
    run_shards(m5, add_statistics);
    for (size_t c = 0; c < out; c++)
        batchnorm_update(&state->norm, c, sum_shards(state->sum, out, c),
                         sum_shards(state->square, out, c), count, &running[block->mean + c],
                         &running[block->variance + c]);
}

static void normalise(M5 *m5, int shard, size_t from, size_t to)
{
    (void)shard;
    const BlockState *state = &m5->block[m5->at];
    const M5Block *block = current_block(m5);
    const float *parameters = m5->weights->parameters;
    for (size_t clip = from; clip < to; clip++) {
        float *xhat = clip_xhat(m5, clip);
        const size_t output = clip_output(m5, clip);
        batchnorm_forward(&state->norm, state->frames, xhat);
        relu_pool_forward(&state->pool, xhat, parameters + block->scale, parameters + block->shift,
                          state->y + output, state->argmax + output);
    }
}

// Turns logits[n] into the logarithms of their softmax.
static void log_softmax(float *value, size_t n)
{
    double largest = (double)value[0], sum = 0.0;
    for (size_t i = 1; i < n; i++) largest = fmax(largest, (double)value[i]);
    for (size_t i = 0; i < n; i++) sum += exp((double)value[i] - largest);
    const double all = largest + log(fmax(sum, 1.0)); // the largest adds 1
    for (size_t i = 0; i < n; i++) value[i] = (float)((double)value[i] - all);
}

// The mean over time, the linear layer and the softmax.
static void head_forward(M5 *m5, int shard, size_t from, size_t to)
{
    (void)shard;
    const M5Weights *weights = m5->weights;
    const BlockState *last = &m5->block[M5_BLOCKS - 1];
    const size_t features = weights->features, frames = last->pool.frames;
    for (size_t clip = from; clip < to; clip++) {
        const float *y = last->y + clip * frames * features;
        float *feature = m5->feature + clip * features;
        float *logit = m5->log_probability + clip * m5->classes;
        memset(feature, 0, features * sizeof *feature);
        for (size_t p = 0; p < frames; p++)
            for (size_t c = 0; c < features; c++) feature[c] += y[p * features + c] / (float)frames;
        memcpy(logit, weights->parameters + weights->linear_bias, m5->classes * sizeof *logit);
        gemm_nt(1, m5->classes, features, feature, features, weights->parameters + weights->linear,
                features, logit, m5->classes);
        log_softmax(logit, m5->classes);
    }
}

// `running`: normalises by the batch and moves these statistics; NULL: normalises by those
// of the weights.
static void forward(M5 *m5, float *running)
{
    run_shards(m5, read_inputs);
    for (m5->at = 0; m5->at < M5_BLOCKS; m5->at++) {
        const M5Block *block = current_block(m5);
        run_shards(m5, block_conv_forward);
        if (running)
            update_statistics(m5, running);
        else
            batchnorm_use_running(&m5->block[m5->at].norm, m5->weights->running + block->mean,
                                  m5->weights->running + block->variance);
        run_shards(m5, normalise);
    }
    run_shards(m5, head_forward);
}

void m5_classify(M5 *m5, const M5Weights *weights, const float *const *input, size_t n,
                 float *log_probability)
{
    m5->weights = weights;
    m5->latent = input;
    m5->n = n;
    forward(m5, NULL);
    memcpy(log_probability, m5->log_probability, n * m5->classes * sizeof *log_probability);
}

size_t m5_argmax(const float *log_probability, size_t classes)
{
    size_t best = 0;
    for (size_t i = 1; i < classes; i++)
        if (log_probability[i] > log_probability[best]) best = i;
    return best;
}

// ---- Backward ----

// The loss and the gradients of the linear layer and of the last block's output.
static void head_backward(M5 *m5, int shard, size_t from, size_t to)
{
    const M5Weights *weights = m5->weights;
    const BlockState *last = &m5->block[M5_BLOCKS - 1];
    const size_t features = weights->features, classes = m5->classes, frames = last->pool.frames;
    float *gradient = m5->gradient + (size_t)shard * m5->parameters;
    float dlogit[M5_CLASSES_MAX];
    memset(gradient, 0, m5->parameters * sizeof *gradient);
    m5->loss[shard] = 0.0;
    m5->correct[shard] = 0;
    for (size_t clip = from; clip < to; clip++) {
        const float *log_probability = m5->log_probability + clip * classes;
        const float *feature = m5->feature + clip * features;
        float *dy = last->dy + clip * frames * features;
        const size_t right = (size_t)m5->class[clip];
        m5->loss[shard] -= (double)log_probability[right];
        m5->correct[shard] += m5_argmax(log_probability, classes) == right;
        for (size_t k = 0; k < classes; k++) {
            dlogit[k] = (expf(log_probability[k]) - (k == right ? 1.0f : 0.0f)) / (float)m5->n;
            gradient[weights->linear_bias + k] += dlogit[k];
        }
        gemm_tn(classes, features, 1, dlogit, classes, feature, features, true,
                gradient + weights->linear, features);
        memset(dy, 0, features * sizeof *dy);
        gemm_nn(1, features, classes, dlogit, classes, weights->parameters + weights->linear,
                features, dy, features);
        for (size_t c = 0; c < features; c++) dy[c] /= (float)frames;
        for (size_t p = 1; p < frames; p++) memcpy(dy + p * features, dy, features * sizeof *dy);
    }
}

static void add_gradients(M5 *m5, int shard, size_t from, size_t to)
{
    const BlockState *state = &m5->block[m5->at];
    const size_t out = state->pool.channels;
    double *sum = shard_sums(state->sum, shard, out);
    double *square = shard_sums(state->square, shard, out);
    for (size_t clip = from; clip < to; clip++) {
        const size_t output = clip_output(m5, clip);
        relu_pool_backward_sums(&state->pool, clip_xhat(m5, clip), state->y + output,
                                state->argmax + output, state->dy + output, sum, square);
    }
}

// The gradients of scale and shift, over the batch, go to the first shard's.
static void scale_shift_backward(M5 *m5)
{
    BlockState *state = &m5->block[m5->at];
    const M5Block *block = current_block(m5);
    const size_t out = state->pool.channels;
    const double count = (double)(m5->n * state->frames);
    run_shards(m5, add_gradients);
    for (size_t c = 0; c < out; c++) {
        const double dshift = sum_shards(state->sum, out, c);
        const double dscale = sum_shards(state->square, out, c);
        const double scale = (double)m5->weights->parameters[block->scale + c];
        m5->gradient[block->shift + c] = (float)dshift;
        m5->gradient[block->scale + c] = (float)dscale;
        state->norm.mean_dy[c] = (float)(scale * dshift / count);
        state->norm.mean_dy_xhat[c] = (float)(scale * dscale / count);
    }
}

// The convolution's bias has no gradient: the normalisation takes it off again.
static void block_backward(M5 *m5, int shard, size_t from, size_t to)
{
    const M5Block *block = current_block(m5);
    const BlockState *state = &m5->block[m5->at];
    const float *parameters = m5->weights->parameters;
    const ConvWeights weights = {.values = parameters + block->weight};
    float *gradient = m5->gradient + (size_t)shard * m5->parameters;
    for (size_t clip = from; clip < to; clip++) {
        const size_t output = clip_output(m5, clip);
        float *dconv = clip_xhat(m5, clip);
        batchnorm_backward(&state->norm, state->frames, dconv);
        relu_pool_backward(&state->pool, parameters + block->scale, state->norm.inv_std,
                           state->y + output, state->argmax + output, state->dy + output, dconv);
        conv_backward_weight(&block->conv, state->frames, clip_x(m5, clip), dconv, true,
                             gradient + block->weight);
        if (m5->at == 0) continue;
        const BlockState *before = &m5->block[m5->at - 1];
        const size_t values = before->pool.frames * before->pool.channels;
        float *dx = before->dy + clip * values;
        memset(dx, 0, values * sizeof *dx);
        conv_backward_input(&block->conv, state->frames, dconv, &weights, true, dx);
    }
}

static void backward(M5 *m5)
{
    run_shards(m5, head_backward);
    for (m5->at = M5_BLOCKS - 1; m5->at >= 0; m5->at--) {
        scale_shift_backward(m5);
        run_shards(m5, block_backward);
    }
}

double m5_gradient(M5 *m5, M5Weights *weights, const float *const *input, const int *class,
                   size_t n, float *gradient, size_t *correct)
{
    m5->weights = weights;
    m5->latent = input;
    m5->class = class;
    m5->n = n;
    forward(m5, weights->running);
    backward(m5);
    gradient_sum(m5->pool, m5->gradient, SHARDS, m5->parameters, 1.0f, gradient);
    double loss = 0.0;
    for (int shard = 0; shard < SHARDS; shard++) {
        loss += m5->loss[shard];
        *correct += m5->correct[shard];
    }
    return loss / (double)n;
}
