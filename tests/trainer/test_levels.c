// What a spectral network is trained on: windows of a data set as the engine's log levels, their
// corruption, and the principal axes that it starts from and has to beat.
#define _XOPEN_SOURCE 700
#include "analysis/level_pca.h"
#include "analysis/principal_axes.h"
#include "data/corruption.h"
#include "front/spectrum.h"
#include "lib/dataset_fixture.h"
#include "lib/fixture.h"
#include "network/linear_init.h"
#include "network/loss.h"
#include "network/network.h"

#include <cblas.h>
#include <lapacke.h>

#define RATE 22050.0

static const char usual[] = "spectrum256h64b24f80:16k1s1p0,r8k3d1,6k1s1p0+linear";

static Dataset *dataset;

static Arch arch_of(const char *text)
{
    Error error;
    Arch arch = {0};
    CHECK_MSG(arch_parse(&arch, text, ACTIVATION_LEAKY_RELU, &error), "%s", error.text);
    return arch;
}

static bool make_music(void)
{
    fixture_subfolder("music");
    for (uint32_t i = 0; i < 5; i++) {
        char name[32];
        const size_t n = 20000 + 3000 * i;
        float *audio = malloc(n * sizeof *audio);
        snprintf(name, sizeof name, "music/%u.wav", i);
        fixture_signal(audio, n, RATE * (1.0 + 0.2 * i), i);
        for (size_t t = 0; t < n / 8; t++) audio[t] = 0.0f; // silence first
        const bool ok =
            fixture_write(name, SF_FORMAT_WAV | SF_FORMAT_FLOAT, (int)RATE, 1, audio, n);
        free(audio);
        if (!ok) return false;
    }
    return true;
}

static FrameReader *new_reader(const Arch *arch, size_t window, const float *band_mean,
                               const LevelCache *cache)
{
    return frame_reader_new(&(FrameReaderSetup){arch, RATE, window, band_mean, cache});
}

// Means as those of a model: their own mean is 0.
static void mean_of_bands(float mean[SPECTRUM_BANDS_MAX], size_t bands)
{
    double sum = 0.0;
    for (size_t k = 0; k < bands; k++) sum += cos((double)k) / (double)bands;
    for (size_t k = 0; k < bands; k++) mean[k] = (float)(0.3 * (cos((double)k) - sum));
}

// A window in the middle of a clip has the frames that a stream of the whole clip has there.
static void test_frames_are_those_of_the_engine(void)
{
    const Arch arch = arch_of(usual);
    const size_t hop = (size_t)arch.front.hop, bands = (size_t)arch.front.bands;
    const size_t window = 40 * hop, start = 60 * hop;
    float mean[SPECTRUM_BANDS_MAX];
    mean_of_bands(mean, bands);
    const SpectrumSetup setup = {&arch.front, RATE, RATE, mean, 1, 1};
    Spectrum *spectrum = spectrum_new(&setup);
    FrameReader *reader = new_reader(&arch, window, mean, NULL);
    REQUIRE(spectrum && reader);
    const WindowFrames first = frame_reader_read(reader, dataset, (Window){1, start}, 1.0f);
    CHECK(first.frames == 41 && first.inputs == bands);
    for (size_t t = 0; t < (start + window) / hop; t++) {
        float *out = malloc(hop * sizeof *out);
        const float *audio = dataset->clip[1].audio + t * hop;
        const AnalysisFrame *frame = spectrum_analyse(spectrum, &audio);
        if (t >= start / hop) {
            const float *values = first.values + (t - start / hop) * bands;
            CHECK(fixture_difference(values, frame->values, bands) < 1e-5);
            CHECK(fabs((double)(first.level[t - start / hop] - frame->level)) < 1e-5);
            CHECK(!frame->silent);
        }
        spectrum_synthesise(spectrum, NULL, &out);
        free(out);
    }
    // The clip begins with silence, before which there is silence too.
    const WindowFrames silent = frame_reader_read(reader, dataset, (Window){1, 0}, 1.0f);
    CHECK(silent.silent[0] && silent.silent[20]);
    spectrum_free(spectrum);
    frame_reader_free(reader);
}

// Analysed once for all or window by window, before and after a clip's ends too.
static void test_cache_changes_no_bit(void)
{
    const Arch arch = arch_of(usual);
    const size_t hop = (size_t)arch.front.hop, window = 30 * hop;
    float mean[SPECTRUM_BANDS_MAX];
    LevelCache cache;
    mean_of_bands(mean, (size_t)arch.front.bands);
    level_cache_fill(&cache, &arch, RATE, dataset, pool);
    REQUIRE(cache.clip);
    FrameReader *cached = new_reader(&arch, window, mean, &cache);
    FrameReader *direct = new_reader(&arch, window, mean, NULL);
    REQUIRE(cached && direct);
    for (size_t start = 0; start < 40000; start += 1777) {
        const Window at = {(uint32_t)(start % 5), start};
        const WindowFrames a = frame_reader_read(cached, dataset, at, 1.0f);
        const WindowFrames b = frame_reader_read(direct, dataset, at, 1.0f);
        CHECK(memcmp(a.values, b.values, a.frames * a.inputs * sizeof(float)) == 0);
        CHECK(memcmp(a.level, b.level, a.frames * sizeof(float)) == 0);
        CHECK(memcmp(a.silent, b.silent, a.frames * sizeof(bool)) == 0);
    }
    const Window middle = {2, 9000 + hop / 2};
    const float *audio = frame_reader_audio(direct, dataset, middle);
    CHECK(memcmp(audio, dataset->clip[2].audio + middle.start, window * sizeof *audio) == 0);
    frame_reader_free(cached);
    frame_reader_free(direct);
    level_cache_free(&cache);
}

// Ten times the audio gives the same levels.
static void test_frames_do_not_depend_on_level(void)
{
    const Arch arch = arch_of(usual);
    FrameReader *soft = new_reader(&arch, 6400, NULL, NULL);
    FrameReader *loud = new_reader(&arch, 6400, NULL, NULL);
    REQUIRE(soft && loud);
    const WindowFrames a = frame_reader_read(soft, dataset, (Window){2, 8000}, 0.01f);
    const WindowFrames b = frame_reader_read(loud, dataset, (Window){2, 8000}, 1.0f);
    for (size_t i = 0; i < a.frames * a.inputs; i++)
        CHECK(fabs((double)a.values[i] - (double)b.values[i]) < 1e-4);
    for (size_t t = 0; t < a.frames; t++)
        CHECK(fabs((double)b.level[t] - (double)a.level[t] - log(100.0)) < 1e-4);
    frame_reader_free(soft);
    frame_reader_free(loud);
}

// The equaliser's curve has the RMS that is asked for, and is the same for the same place alone.
static void test_equaliser_is_as_strong_as_asked(void)
{
    enum { WINDOWS = 400 };
    const Arch arch = arch_of(usual);
    const Corruption corruption = {.equaliser = 11.0};
    float mean[SPECTRUM_BANDS_MAX], again[SPECTRUM_BANDS_MAX];
    mean_of_bands(mean, (size_t)arch.front.bands);
    FrameReader *reader = new_reader(&arch, 640, mean, NULL);
    REQUIRE(reader);
    double square = 0.0, spread = 0.0;
    for (uint32_t i = 0; i < WINDOWS; i++) {
        WindowFrames window = frame_reader_read(reader, dataset, (Window){1, 9000}, 1.0f);
        float clean[SPECTRUM_BANDS_MAX];
        const size_t n = window.inputs * sizeof *clean;
        memcpy(clean, window.values, n);
        corruption_apply(&corruption, 3, 2, i, mean, &window);
        double sum = 0.0;
        for (size_t k = 0; k < window.inputs; k++) {
            const double change = ((double)window.values[k] - (double)clean[k]) * 8.685889638;
            sum += (double)window.values[k];
            square += change * change / (double)window.inputs;
        }
        CHECK(fabs(sum) < 1e-4); // the level is taken off again
        if (i == 7) memcpy(again, window.values, n);
        if (i == 8) spread = fixture_difference(again, window.values, window.inputs);
    }
    // The mean over bands is taken off: an eighth of the power or so.
    const double rms = sqrt(square / WINDOWS);
    CHECK_MSG(rms > 9.0 && rms < 11.5, "%.2f dB", rms);
    CHECK(spread > 0.1);
    WindowFrames window = frame_reader_read(reader, dataset, (Window){1, 9000}, 1.0f);
    corruption_apply(&corruption, 3, 2, 7, mean, &window);
    CHECK(memcmp(again, window.values, window.inputs * sizeof *again) == 0);
    frame_reader_free(reader);
}

// With a floor 20 dB below the strongest band no band is lower.
static void test_floor_is_raised(void)
{
    const Arch arch = arch_of(usual);
    const Corruption corruption = {.floor_low = 20.0, .floor_high = 20.0};
    static const float zeros[SPECTRUM_BANDS_MAX];
    FrameReader *reader = new_reader(&arch, 640, NULL, NULL);
    REQUIRE(reader);
    WindowFrames window = frame_reader_read(reader, dataset, (Window){1, 9000}, 1.0f);
    double deepest = 0.0;
    for (int corrupted = 0; corrupted < 2; corrupted++) {
        double span = 0.0;
        if (corrupted) corruption_apply(&corruption, 1, 0, 0, zeros, &window);
        for (size_t t = 0; t < window.frames; t++) {
            double low = INFINITY, high = -INFINITY;
            for (size_t k = 0; k < window.inputs; k++) {
                low = fmin(low, (double)window.values[t * window.inputs + k]);
                high = fmax(high, (double)window.values[t * window.inputs + k]);
            }
            span = fmax(span, (high - low) * 8.685889638);
        }
        if (!corrupted) deepest = span;
        if (corrupted) CHECK_MSG(span < 20.5, "%.2f dB", span);
    }
    CHECK_MSG(deepest > 22.0, "only %.2f dB from the start", deepest);
    frame_reader_free(reader);
}

// The mean squared error of the training windows as the network leaves it, over frames that are not
// silent, and as the axes leave it.
static void check_start(const char *text, LinearInit init, const LevelPca *pca)
{
    const Arch arch = arch_of(text);
    const size_t window = (size_t)arch_round_up(&arch, 6400), stacked = pca->stacked;
    const size_t bands = pca->bands;
    float *parameters = malloc(arch_parameters(&arch) * sizeof *parameters);
    FrameReader *reader = new_reader(&arch, window, pca->band_mean, NULL);
    Workspace *workspace = workspace_new(&arch, window);
    REQUIRE(reader && workspace);
    initialize_parameters(&arch, 1, parameters);
    linear_init_axes(&arch, init, pca->axis, parameters);
    const WindowFrames x = frame_reader_read(reader, dataset, (Window){2, 9000}, 1.0f);
    network_forward(workspace, &(NetworkWeights){.parameters = parameters}, x.values);
    const float *output = network_output(workspace);
    for (size_t p = 1; p + 1 < x.frames / stacked; p++) {
        const float *point = x.values + p * stacked * bands;
        double left = 0.0;
        for (size_t i = 0; i < stacked * bands; i++) {
            const double off = (double)output[p * stacked * bands + i] - (double)point[i];
            left += off * off;
        }
        const double exact = level_pca_error(pca->axis, pca->values, stacked * bands, point);
        CHECK_MSG(fabs(left - exact) < 1e-3 * exact + 1e-6, "%s, point %zu: %g, by axes %g", text,
                  p, left, exact);
    }
    free(parameters);
    frame_reader_free(reader);
    workspace_free(workspace);
}

static void test_linear_path_starts_as_the_axes(void)
{
    static const char *const texts[] = {
        usual, "spectrum256h64b12f80:16k4s2p1,5k1s1p0+linear",
        "spectrum256h64b12f80:16k4s2p1,5k1s1p0/16k1s1p0,12k6s2p2+linear"};
    for (size_t i = 0; i < 3; i++) {
        Error error;
        LevelPca pca;
        const Arch arch = arch_of(texts[i]);
        REQUIRE(level_pca_fit(&pca, &(FrameReaderSetup){&arch, RATE, 6400, NULL, NULL}, dataset,
                              pool, &error));
        REQUIRE(pca.axis);
        check_start(texts[i], LINEAR_INIT_TRANSFORM, &pca);
        check_start(texts[i], LINEAR_INIT_AXES, &pca);
        level_pca_free(&pca);
    }
}

// Axes are orthonormal, the band means have the mean 0, and threads change no bit.
static void test_axes_and_threads(void)
{
    Error error;
    LevelPca a, b;
    const Arch arch = arch_of("spectrum256h64b12f80:16k4s2p1,5k2s1p0");
    Pool *one = pool_new(1);
    LevelCache cache;
    level_cache_fill(&cache, &arch, RATE, dataset, pool);
    REQUIRE(level_pca_fit(&a, &(FrameReaderSetup){&arch, RATE, 6400, NULL, NULL}, dataset, pool,
                          &error));
    REQUIRE(level_pca_fit(&b, &(FrameReaderSetup){&arch, RATE, 6400, NULL, &cache}, dataset, one,
                          &error));
    const size_t size = a.stacked * a.bands;
    CHECK(a.stacked == 2 && a.values == 5 && a.bands == 12);
    CHECK(memcmp(a.axis, b.axis, a.values * size * sizeof *a.axis) == 0);
    CHECK(memcmp(a.band_mean, b.band_mean, a.bands * sizeof *a.band_mean) == 0);
    double sum = 0.0;
    for (size_t k = 0; k < a.bands; k++) sum += (double)a.band_mean[k];
    CHECK(fabs(sum) < 1e-5);
    for (size_t i = 0; i < a.values; i++)
        for (size_t j = 0; j < a.values; j++) {
            double dot = 0.0;
            for (size_t v = 0; v < size; v++)
                dot += (double)a.axis[i * size + v] * (double)a.axis[j * size + v];
            CHECK(fabs(dot - (i == j)) < 1e-5);
        }
    level_pca_free(&a);
    level_pca_free(&b);
    level_cache_free(&cache);
    pool_free(one);
}

// Where the decoded values are linear in the latent: displacements are one deviation long, and what
// they change is orthogonal, the largest first, and rises towards the treble.
static void test_displacements_change_what_is_decoded(void)
{
    enum { N = 3, M = 5, COUNT = 3 };
    static const double covariance[N * N] = {4.0, 1.0, 0.5, 1.0, 2.0, -0.3, 0.5, -0.3, 0.2};
    static const double decode[N * M] = {1.0, 0.5, 0.0,  -0.5, 2.0, 0.1,  1.0, -1.0,
                                         0.3, 0.2, -2.0, 0.4,  1.0, -0.6, 3.0};
    double response[N * M] = {0}, used[N * N], axis[COUNT * N], changes[COUNT * M] = {0};
    Error error;
    for (int c = 0; c < N; c++)
        for (int d = 0; d < N; d++)
            for (int k = 0; k < M; k++)
                response[c * M + k] += covariance[c * N + d] * decode[d * M + k];
    memcpy(used, covariance, sizeof used);
    REQUIRE(response_axes(used, response, N, M, COUNT, axis, &error));
    for (int a = 0; a < COUNT; a++) {
        double solved[N], factor[N * N], length = 0.0, slope = 0.0;
        memcpy(factor, covariance, sizeof factor);
        memcpy(solved, axis + a * N, sizeof solved);
        REQUIRE(LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', N, 1, factor, N, solved, 1) == 0);
        for (int c = 0; c < N; c++) length += solved[c] * axis[a * N + c];
        CHECK_MSG(fabs(length - 1.0) < 1e-6, "%g deviations", length);
        for (int k = 0; k < M; k++) {
            for (int c = 0; c < N; c++) changes[a * M + k] += axis[a * N + c] * decode[c * M + k];
            slope += (k - 0.5 * (M - 1)) * changes[a * M + k];
        }
        CHECK(slope > 0.0);
    }
    double before = INFINITY;
    for (int a = 0; a < COUNT; a++) {
        for (int b = 0; b <= a; b++) {
            double dot = 0.0;
            for (int k = 0; k < M; k++) dot += changes[a * M + k] * changes[b * M + k];
            if (a != b) CHECK_MSG(fabs(dot) < 1e-6, "changes %d and %d: %g", a, b, dot);
            if (a == b) {
                CHECK(dot < before);
                before = dot;
            }
        }
    }
}

int main(void)
{
    openblas_set_num_threads(1);
    pool = pool_new(3);
    if (!pool || !fixture_folder_make() || !make_music()) return 1;
    dataset = open_one("music", 1);
    if (!dataset) return 1;
    RUN(test_frames_are_those_of_the_engine);
    RUN(test_cache_changes_no_bit);
    RUN(test_frames_do_not_depend_on_level);
    RUN(test_equaliser_is_as_strong_as_asked);
    RUN(test_floor_is_raised);
    RUN(test_linear_path_starts_as_the_axes);
    RUN(test_axes_and_threads);
    RUN(test_displacements_change_what_is_decoded);
    dataset_free(dataset);
    fixture_folder_remove();
    pool_free(pool);
    return check_status();
}
