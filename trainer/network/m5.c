#include "network/m5.h"

#include "network/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Of batch normalisation, as PyTorch has them.
#define EPSILON  1e-5
#define MOMENTUM 0.1f

enum { LANES = 8 };

// A block's signals, for every clip of the batch.
typedef struct {
    size_t frames, pooled; // that come out of the convolution, and of the pooling
    float *normal;         // [size][frames][out]: normalised, before scale and shift; on the way
                           // back the gradient of the convolution's output
    float *output;         // [size][pooled][out]
    float *gradient;       // [size][pooled][out], of the output
    unsigned char *winner; // [size][pooled][out]: the frame of the pool that was largest
    double *sum, *square;  // [LANES][out], what a lane adds up for each channel
    float *mean, *factor;  // [out], of the batch: its mean, and 1 / deviation
    float *slope, *curve;  // [out], on the way back: mean of the gradient, and of its product
                           // with the normalised values
} BlockState;

struct M5 {
    Pool *pool;
    size_t channels, frames, classes, size;
    size_t parameters;
    BlockState block[M5_BLOCKS];
    float *input;           // [size][frames][channels]
    float *feature;         // [size][features]
    float *log_probability; // [size][classes]
    float *lane_gradient;   // [LANES][parameters]
    double lane_loss[LANES];
    size_t lane_correct[LANES];

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
    const size_t out = block->out;
    state->frames = m5_conv_frames(block, frames);
    state->pooled = state->frames / M5_POOL;
    state->normal = malloc(size * state->frames * out * sizeof(float));
    state->output = malloc(size * state->pooled * out * sizeof(float));
    state->gradient = malloc(size * state->pooled * out * sizeof(float));
    state->winner = malloc(size * state->pooled * out);
    state->sum = malloc(2 * LANES * out * sizeof(double));
    state->mean = malloc(4 * out * sizeof(float));
    if (!state->normal || !state->output || !state->gradient || !state->winner || !state->sum ||
        !state->mean)
        return false;
    state->square = state->sum + LANES * out;
    state->factor = state->mean + out;
    state->slope = state->factor + out;
    state->curve = state->slope + out;
    return true;
}

static bool blocks_init(M5 *m5, const M5Weights *layout)
{
    size_t frames = m5->frames;
    for (int b = 0; b < M5_BLOCKS; b++) {
        if (!block_init(&m5->block[b], &layout->block[b], frames, m5->size)) return false;
        frames = m5->block[b].pooled;
    }
    m5->input = malloc(m5->size * m5->frames * m5->channels * sizeof(float));
    m5->feature = malloc(m5->size * layout->features * sizeof(float));
    m5->log_probability = malloc(m5->size * m5->classes * sizeof(float));
    m5->lane_gradient = malloc(LANES * layout->count * sizeof(float));
    m5->parameters = layout->count;
    return m5->input && m5->feature && m5->log_probability && m5->lane_gradient;
}

M5 *m5_new(const M5Shape *shape, size_t frames, size_t size, Pool *pool, Error *error)
{
    M5Weights layout;
    m5_weights_lay_out(&layout, shape);
    error_set(error, "out of memory");
    if (frames < m5_frames_min()) {
        error_set(error, "latents of %zu frames; the classifier needs %zu", frames,
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
        free(state->normal);
        free(state->output);
        free(state->gradient);
        free(state->winner);
        free(state->sum);
        free(state->mean);
    }
    free(m5->input);
    free(m5->feature);
    free(m5->log_probability);
    free(m5->lane_gradient);
    free(m5);
}

// ---- Lanes ----

// Does a lane's clips, [from, to) of the batch.
typedef void LanePass(M5 *m5, int lane, size_t from, size_t to);

typedef struct {
    M5 *m5;
    LanePass *pass;
} LaneJob;

static void run_lane(void *data, int lane, int thread)
{
    (void)thread;
    const LaneJob *job = data;
    const size_t n = job->m5->n, at = (size_t)lane;
    job->pass(job->m5, lane, n * at / LANES, n * (at + 1) / LANES);
}

static void run_lanes(M5 *m5, LanePass *pass)
{
    LaneJob job = {m5, pass};
    pool_run(m5->pool, run_lane, &job, LANES);
}

// A lane's own sums, one for each channel, at 0.
static double *begin_sum(double *sums, int lane, size_t out)
{
    double *sum = sums + (size_t)lane * out;
    memset(sum, 0, out * sizeof *sum);
    return sum;
}

static double sum_lanes(const double *sum, size_t out, size_t channel)
{
    double total = 0.0;
    for (size_t lane = 0; lane < LANES; lane++) total += sum[lane * out + channel];
    return total;
}

static const float *block_input(const M5 *m5, int b, size_t clip)
{
    if (b == 0) return m5->input + clip * m5->frames * m5->channels;
    const BlockState *before = &m5->block[b - 1];
    return before->output + clip * before->pooled * m5->weights->block[b - 1].out;
}

static float *clip_normal(const M5 *m5, int b, size_t clip)
{
    const BlockState *state = &m5->block[b];
    return state->normal + clip * state->frames * m5->weights->block[b].out;
}

// The taps of a kernel's piece that begins at tap `at`: pieces of at most `stride` taps do not
// overlap from frame to frame (see network.h).
static size_t piece_taps(const M5Block *block, size_t at)
{
    const size_t left = block->kernel - at;
    return left < block->stride ? left : block->stride;
}

// ---- Forward ----

static void read_inputs(M5 *m5, int lane, size_t from, size_t to)
{
    (void)lane;
    for (size_t clip = from; clip < to; clip++) {
        float *input = m5->input + clip * m5->frames * m5->channels;
        for (size_t c = 0; c < m5->channels; c++)
            for (size_t t = 0; t < m5->frames; t++)
                input[t * m5->channels + c] = m5->latent[clip][c * m5->frames + t];
    }
}

static void convolve(M5 *m5, int lane, size_t from, size_t to)
{
    (void)lane;
    const M5Block *block = &m5->weights->block[m5->at];
    const float *weight = m5->weights->parameters + block->weight;
    const size_t in = block->in, out = block->out, frames = m5->block[m5->at].frames;
    for (size_t clip = from; clip < to; clip++) {
        const float *x = block_input(m5, m5->at, clip);
        float *y = clip_normal(m5, m5->at, clip);
        fill_rows(y, frames, m5->weights->parameters + block->bias, out);
        for (size_t at = 0; at < block->kernel; at += block->stride)
            add_product(frames, out, piece_taps(block, at) * in, x + at * in, block->stride * in,
                        weight + at * in * out, out, y, out);
    }
}

static void add_statistics(M5 *m5, int lane, size_t from, size_t to)
{
    const BlockState *state = &m5->block[m5->at];
    const size_t out = m5->weights->block[m5->at].out;
    double *sum = begin_sum(state->sum, lane, out), *square = begin_sum(state->square, lane, out);
    for (size_t clip = from; clip < to; clip++) {
        const float *y = clip_normal(m5, m5->at, clip);
        for (size_t t = 0; t < state->frames; t++)
            for (size_t c = 0; c < out; c++) {
                const double value = (double)y[t * out + c];
                sum[c] += value;
                square[c] += value * value;
            }
    }
}

// Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2, with PyTorch's
// constants.
static void take_statistics(M5 *m5, float *running)
{
    BlockState *state = &m5->block[m5->at];
    const M5Block *block = &m5->weights->block[m5->at];
    const double count = (double)(m5->n * state->frames);
    run_lanes(m5, add_statistics);
    for (size_t c = 0; c < block->out; c++) {
        const double mean = sum_lanes(state->sum, block->out, c) / count;
        const double square = sum_lanes(state->square, block->out, c) / count;
        const double variance = fmax(0.0, square - mean * mean);
        const double unbiased = count > 1.0 ? variance * count / (count - 1.0) : variance;
        float *const running_mean = &running[block->mean + c];
        float *const running_variance = &running[block->variance + c];
        state->mean[c] = (float)mean;
        state->factor[c] = (float)(1.0 / sqrt(variance + EPSILON));
        *running_mean += MOMENTUM * ((float)mean - *running_mean);
        *running_variance += MOMENTUM * ((float)unbiased - *running_variance);
    }
}

static void use_running_statistics(M5 *m5)
{
    BlockState *state = &m5->block[m5->at];
    const M5Block *block = &m5->weights->block[m5->at];
    const float *running = m5->weights->running;
    for (size_t c = 0; c < block->out; c++) {
        state->mean[c] = running[block->mean + c];
        state->factor[c] = (float)(1.0 / sqrt((double)running[block->variance + c] + EPSILON));
    }
}

// ReLU and the largest of each M5_POOL frames; of equal ones the first.
static void pool_frames(const M5 *m5, size_t clip)
{
    const BlockState *state = &m5->block[m5->at];
    const M5Block *block = &m5->weights->block[m5->at];
    const size_t out = block->out;
    const float *scale = m5->weights->parameters + block->scale;
    const float *shift = m5->weights->parameters + block->shift;
    for (size_t p = 0; p < state->pooled; p++) {
        const float *y = clip_normal(m5, m5->at, clip) + p * M5_POOL * out;
        float *output = state->output + (clip * state->pooled + p) * out;
        unsigned char *winner = state->winner + (clip * state->pooled + p) * out;
        for (size_t c = 0; c < out; c++) {
            output[c] = 0.0f;
            winner[c] = 0;
        }
        for (unsigned char i = 0; i < M5_POOL; i++)
            for (size_t c = 0; c < out; c++) {
                const float z = scale[c] * y[i * out + c] + shift[c];
                winner[c] = z > output[c] ? i : winner[c];
                output[c] = z > output[c] ? z : output[c];
            }
    }
}

static void normalise(M5 *m5, int lane, size_t from, size_t to)
{
    (void)lane;
    const BlockState *state = &m5->block[m5->at];
    const size_t out = m5->weights->block[m5->at].out;
    for (size_t clip = from; clip < to; clip++) {
        float *y = clip_normal(m5, m5->at, clip);
        for (size_t t = 0; t < state->frames; t++)
            for (size_t c = 0; c < out; c++)
                y[t * out + c] = (y[t * out + c] - state->mean[c]) * state->factor[c];
        pool_frames(m5, clip);
    }
}

// Logits to the logarithms of their softmax.
static void log_softmax(float *value, size_t n)
{
    double largest = (double)value[0], sum = 0.0;
    for (size_t i = 1; i < n; i++) largest = fmax(largest, (double)value[i]);
    for (size_t i = 0; i < n; i++) sum += exp((double)value[i] - largest);
    const double all = largest + log(fmax(sum, 1.0)); // the largest adds 1
    for (size_t i = 0; i < n; i++) value[i] = (float)((double)value[i] - all);
}

static void decide(M5 *m5, int lane, size_t from, size_t to)
{
    (void)lane;
    const M5Weights *weights = m5->weights;
    const BlockState *last = &m5->block[M5_BLOCKS - 1];
    const size_t features = weights->features;
    for (size_t clip = from; clip < to; clip++) {
        const float *output = last->output + clip * last->pooled * features;
        float *feature = m5->feature + clip * features;
        float *logit = m5->log_probability + clip * m5->classes;
        memset(feature, 0, features * sizeof *feature);
        for (size_t p = 0; p < last->pooled; p++)
            for (size_t c = 0; c < features; c++)
                feature[c] += output[p * features + c] / (float)last->pooled;
        memcpy(logit, weights->parameters + weights->linear_bias, m5->classes * sizeof *logit);
        add_product_bt(1, m5->classes, features, feature, features,
                       weights->parameters + weights->linear, features, logit, m5->classes);
        log_softmax(logit, m5->classes);
    }
}

// `running`: normalises by the batch and moves these statistics; NULL: by those of the weights.
static void forward(M5 *m5, float *running)
{
    run_lanes(m5, read_inputs);
    for (m5->at = 0; m5->at < M5_BLOCKS; m5->at++) {
        run_lanes(m5, convolve);
        if (running)
            take_statistics(m5, running);
        else
            use_running_statistics(m5);
        run_lanes(m5, normalise);
    }
    run_lanes(m5, decide);
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

size_t m5_likeliest(const float *log_probability, size_t classes)
{
    size_t best = 0;
    for (size_t i = 1; i < classes; i++)
        if (log_probability[i] > log_probability[best]) best = i;
    return best;
}

// ---- Backward ----

// Loss and the linear layer; leaves the gradient of the last block's output.
static void judge(M5 *m5, int lane, size_t from, size_t to)
{
    const M5Weights *weights = m5->weights;
    const BlockState *last = &m5->block[M5_BLOCKS - 1];
    const size_t features = weights->features, classes = m5->classes;
    float *gradient = m5->lane_gradient + (size_t)lane * m5->parameters;
    float slope[M5_CLASSES_MAX];
    memset(gradient, 0, m5->parameters * sizeof *gradient);
    m5->lane_loss[lane] = 0.0;
    m5->lane_correct[lane] = 0;
    for (size_t clip = from; clip < to; clip++) {
        const float *log_probability = m5->log_probability + clip * classes;
        const float *feature = m5->feature + clip * features;
        float *output = last->gradient + clip * last->pooled * features;
        const size_t right = (size_t)m5->class[clip];
        m5->lane_loss[lane] -= (double)log_probability[right];
        m5->lane_correct[lane] += m5_likeliest(log_probability, classes) == right;
        for (size_t k = 0; k < classes; k++) {
            slope[k] = (expf(log_probability[k]) - (k == right ? 1.0f : 0.0f)) / (float)m5->n;
            gradient[weights->linear_bias + k] += slope[k];
        }
        add_product_at(classes, features, 1, slope, classes, feature, features,
                       gradient + weights->linear, features);
        memset(output, 0, features * sizeof *output);
        add_product(1, features, classes, slope, classes, weights->parameters + weights->linear,
                    features, output, features);
        for (size_t c = 0; c < features; c++) output[c] /= (float)last->pooled;
        for (size_t p = 1; p < last->pooled; p++)
            memcpy(output + p * features, output, features * sizeof *output);
    }
}

// The sums of the gradient behind scale and shift, and of its product with the normalised values.
static void add_slopes(M5 *m5, int lane, size_t from, size_t to)
{
    const BlockState *state = &m5->block[m5->at];
    const size_t out = m5->weights->block[m5->at].out;
    double *sum = begin_sum(state->sum, lane, out), *square = begin_sum(state->square, lane, out);
    for (size_t clip = from; clip < to; clip++) {
        const float *normal = clip_normal(m5, m5->at, clip);
        for (size_t p = 0; p < state->pooled; p++)
            for (size_t c = 0; c < out; c++) {
                const size_t i = (clip * state->pooled + p) * out + c;
                if (state->output[i] <= 0.0f) continue;
                const double gradient = (double)state->gradient[i];
                sum[c] += gradient;
                square[c] += gradient * (double)normal[(p * M5_POOL + state->winner[i]) * out + c];
            }
    }
}

// Scale and shift: their gradient goes to the first lane's.
static void take_slopes(M5 *m5)
{
    BlockState *state = &m5->block[m5->at];
    const M5Block *block = &m5->weights->block[m5->at];
    const double count = (double)(m5->n * state->frames);
    run_lanes(m5, add_slopes);
    for (size_t c = 0; c < block->out; c++) {
        const double shift = sum_lanes(state->sum, block->out, c);
        const double scale = sum_lanes(state->square, block->out, c);
        const double weight = (double)m5->weights->parameters[block->scale + c];
        m5->lane_gradient[block->shift + c] = (float)shift;
        m5->lane_gradient[block->scale + c] = (float)scale;
        state->slope[c] = (float)(weight * shift / count);
        state->curve[c] = (float)(weight * scale / count);
    }
}

// Turns a clip's normalised values into the gradient of the convolution's output.
static void undo_normalisation(const M5 *m5, size_t clip)
{
    const BlockState *state = &m5->block[m5->at];
    const M5Block *block = &m5->weights->block[m5->at];
    const size_t out = block->out;
    const float *scale = m5->weights->parameters + block->scale;
    float *y = clip_normal(m5, m5->at, clip);
    for (size_t t = 0; t < state->frames; t++)
        for (size_t c = 0; c < out; c++)
            y[t * out + c] =
                -state->factor[c] * (state->slope[c] + state->curve[c] * y[t * out + c]);
    for (size_t p = 0; p < state->pooled; p++)
        for (size_t c = 0; c < out; c++) {
            const size_t i = (clip * state->pooled + p) * out + c;
            if (state->output[i] > 0.0f)
                y[(p * M5_POOL + state->winner[i]) * out + c] +=
                    state->factor[c] * scale[c] * state->gradient[i];
        }
}

// The bias has no gradient: the normalisation takes it away again.
static void convolve_back(M5 *m5, int lane, size_t from, size_t to)
{
    const M5Block *block = &m5->weights->block[m5->at];
    const size_t in = block->in, out = block->out, frames = m5->block[m5->at].frames;
    const float *weight = m5->weights->parameters + block->weight;
    float *slope = m5->lane_gradient + (size_t)lane * m5->parameters + block->weight;
    for (size_t clip = from; clip < to; clip++) {
        const float *x = block_input(m5, m5->at, clip), *y = clip_normal(m5, m5->at, clip);
        undo_normalisation(m5, clip);
        for (size_t at = 0; at < block->kernel; at += block->stride)
            add_product_at(piece_taps(block, at) * in, out, frames, x + at * in, block->stride * in,
                           y, out, slope + at * in * out, out);
        if (m5->at == 0) continue;
        const BlockState *before = &m5->block[m5->at - 1];
        float *back = before->gradient + clip * before->pooled * in;
        memset(back, 0, before->pooled * in * sizeof *back);
        for (size_t at = 0; at < block->kernel; at += block->stride)
            add_product_bt(frames, piece_taps(block, at) * in, out, y, out, weight + at * in * out,
                           out, back + at * in, block->stride * in);
    }
}

static void backward(M5 *m5)
{
    run_lanes(m5, judge);
    for (m5->at = M5_BLOCKS - 1; m5->at >= 0; m5->at--) {
        take_slopes(m5);
        run_lanes(m5, convolve_back);
    }
}

// ---- The whole ----

enum { SUM_PIECE = 4096 }; // parameters that one item of the summation takes

typedef struct {
    const M5 *m5;
    float *gradient;
} SumJob;

static void sum_piece(void *data, int item, int thread)
{
    (void)thread;
    const SumJob *job = data;
    const size_t all = job->m5->parameters, from = (size_t)item * SUM_PIECE;
    const size_t n = all - from < SUM_PIECE ? all - from : SUM_PIECE;
    float *sum = job->gradient + from;
    memcpy(sum, job->m5->lane_gradient + from, n * sizeof *sum);
    for (size_t lane = 1; lane < LANES; lane++) {
        const float *one = job->m5->lane_gradient + lane * all + from;
        for (size_t i = 0; i < n; i++) sum[i] += one[i];
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
    SumJob job = {m5, gradient};
    pool_run(m5->pool, sum_piece, &job, (int)((m5->parameters + SUM_PIECE - 1) / SUM_PIECE));
    double loss = 0.0;
    for (int lane = 0; lane < LANES; lane++) {
        loss += m5->lane_loss[lane];
        *correct += m5->lane_correct[lane];
    }
    return loss / (double)n;
}
