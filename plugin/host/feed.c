#include "host/feed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(View) <= 1024, "a view is a small message");
_Static_assert((int)VIEW_CHANNELS == TAP_CHANNELS && (int)VIEW_POINTS == TAP_POINTS &&
                   (int)VIEW_RECORDED == TAP_RECORDED,
               "a view has room for what the tap has");

static const ArchFront front = {FRONT_SPECTRUM, FEED_WINDOW, FEED_WINDOW / 4, VIEW_BANDS, 80};

bool feed_init(Feed *feed, double rate, int channels)
{
    *feed = (Feed){
        .rate = rate,
        .channels = channels,
        .analysis = analysis_new(&front, rate, rate, NULL),
        .in = calloc(FEED_WINDOW, sizeof(float)),
        .out = calloc(FEED_WINDOW, sizeof(float)),
        .spectrum = calloc(FEED_WINDOW / 2 + 1, sizeof(Bin)),
        .values = calloc(VIEW_BANDS, sizeof(float)),
    };
    return feed->analysis && feed->in && feed->out && feed->spectrum && feed->values;
}

void feed_free(Feed *feed)
{
    free(feed->analysis);
    free(feed->in);
    free(feed->out);
    free(feed->spectrum);
    free(feed->values);
}

static void clear_peaks(Feed *feed)
{
    feed->sent = false;
    memset(feed->view.peak_in, 0, sizeof feed->view.peak_in);
    memset(feed->view.peak_out, 0, sizeof feed->view.peak_out);
}

void feed_listen(Feed *feed)
{
    if (feed->listens <= 0) { // the block has begun without this window
        clock_gettime(CLOCK_MONOTONIC, &feed->begun);
        feed->busy = 0.0;
        feed->since = 0;
        clear_peaks(feed);
    }
    feed->listens = (int64_t)(VIEW_LISTEN_SECONDS * feed->rate);
}

LatentTap *feed_tap(Feed *feed)
{
    return feed->listens > 0 ? &feed->tap : NULL;
}

void feed_begin(Feed *feed)
{
    if (feed->listens <= 0) return;
    clock_gettime(CLOCK_MONOTONIC, &feed->begun);
    if (feed->sent) clear_peaks(feed);
}

// Shifts the mean of the channels into the window, and keeps each channel's peak.
static void take(const Feed *feed, float *window, float peak[CHANNELS_MAX],
                 const float *const *audio, size_t n)
{
    for (int c = 0; c < feed->channels; c++)
        for (size_t i = 0; i < n; i++) peak[c] = fmaxf(peak[c], fabsf(audio[c][i]));
    const size_t kept = n < FEED_WINDOW ? FEED_WINDOW - n : 0, fresh = FEED_WINDOW - kept;
    memmove(window, window + fresh, kept * sizeof(float));
    for (size_t i = 0; i < fresh; i++) {
        float sum = 0.0f;
        for (int c = 0; c < feed->channels; c++) sum += audio[c][n - fresh + i];
        const float mean = sum / (float)feed->channels;
        window[kept + i] = fabsf(mean) < 1e6f ? mean : 0.0f;
    }
}

void feed_take_input(Feed *feed, const float *const *in, size_t n)
{
    if (feed->listens > 0) take(feed, feed->in, feed->view.peak_in, in, n);
}

void feed_take_output(Feed *feed, float *const *out, size_t n)
{
    const float *audio[CHANNELS_MAX];
    for (int c = 0; c < feed->channels; c++) audio[c] = out[c];
    if (feed->listens > 0) take(feed, feed->out, feed->view.peak_out, audio, n);
}

static uint8_t level_byte(float decibels)
{
    return (uint8_t)fminf(fmaxf(roundf(2.0f * (decibels + 100.0f)), 0.0f), 255.0f);
}

// A sine at full scale is so much above white noise of RMS 1 in its bin of a Hann window, in dB:
// its power is (sum w / 2)^2, that of the noise sum w^2.
static float sine_over_noise(void)
{
    return 10.0f * log10f(FEED_WINDOW / 6.0f);
}

static void show_spectrum(Feed *feed, const float *window, uint8_t levels[VIEW_BANDS])
{
    AnalysisFrame frame = {.values = feed->values};
    Bin *spectrum = feed->spectrum;
    analysis_process(feed->analysis, &window, 1, &spectrum, &frame);
    for (int b = 0; b < VIEW_BANDS; b++) {
        const float decibels = 8.685890f * (frame.level + frame.values[b]) - sine_over_noise();
        levels[b] = frame.silent ? 0 : level_byte(decibels);
    }
}

static int8_t deviation_byte(float sigmas)
{
    // A comparison with what is not a number is false.
    return sigmas > -4.0f && sigmas < 4.0f ? (int8_t)lrintf(sigmas * 31.0f)
           : sigmas >= 4.0f                ? INT8_MAX
                                           : -INT8_MAX;
}

static void show_latent(Feed *feed)
{
    const LatentTap *tap = &feed->tap;
    View *view = &feed->view;
    view->channels = (uint8_t)tap->channels;
    view->points = (uint8_t)tap->points;
    for (int c = 0; c < tap->channels; c++) {
        view->before[c] = deviation_byte(tap->before[c]);
        view->after[c] = deviation_byte(tap->after[c]);
    }
    memcpy(view->path_before, tap->path_before, sizeof view->path_before);
    memcpy(view->path_after, tap->path_after, sizeof view->path_after);
    view->first_recorded = (uint8_t)tap->first_recorded;
    view->recorded = (uint8_t)tap->recorded;
    memcpy(view->path_recorded, tap->path_recorded, sizeof view->path_recorded);
    view->captured = tap->captured;
    view->recording = tap->reference;
    view->frozen = tap->frozen;
    view->sounding = tap->sounding;
    view->turn = (uint8_t)tap->turn;
    latent_tap_take(&feed->tap);
}

static double seconds_since(const struct timespec *begun)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - begun->tv_sec) + 1e-9 * (double)(now.tv_nsec - begun->tv_nsec);
}

static void show_facts(Feed *feed, const FeedFacts *facts)
{
    View *view = &feed->view;
    view->version = VIEW_VERSION;
    view->serial++;
    view->effects = facts->effects;
    view->rate = (float)feed->rate;
    view->seconds = (float)((double)feed->since / feed->rate);
    view->latency = (float)facts->latency;
    view->share = (float)(feed->busy * feed->rate / (double)feed->since);
    view->audio_channels = (uint8_t)feed->channels;
    view->has_model = facts->model != NULL;
    view->spectral = facts->model && facts->model->arch.front.kind == FRONT_SPECTRUM;
    view->has_axes = facts->model && facts->model->latent_axes;
}

bool feed_end(Feed *feed, bool freewheels, uint32_t n)
{
    if (feed->listens <= 0) return false;
    feed->busy += seconds_since(&feed->begun);
    feed->since += n;
    feed->listens -= n;
    return !freewheels && (double)feed->since * VIEW_PER_SECOND >= feed->rate;
}

const View *feed_view(Feed *feed, const FeedFacts *facts)
{
    show_facts(feed, facts);
    show_latent(feed);
    show_spectrum(feed, feed->in, feed->view.spectrum_in);
    show_spectrum(feed, feed->out, feed->view.spectrum_out);
    feed->since = 0;
    feed->busy = 0.0;
    feed->sent = true;
    return &feed->view;
}
