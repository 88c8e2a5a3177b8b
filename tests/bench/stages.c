// stages.c WEIGHTS…: what the stages of the engine cost for each model, one audio channel, as a
// share of real time: in a host at 48 kHz with blocks of 64 samples, and the network alone with one
// latent frame at a time, also in cycles a frame, and with two and four lanes (two channels; two
// channels altered, with detail); the whole engine mono, stereo and their ratio, at rest and with
// the latent altered at detail 1; the same for the report's chosen network, with first weights; and
// for this and the spectral architectures, with first weights and the latent altered at detail 1,
// the mean and the slowest block of 64 samples of an engine, twenty of them in turn; apart, the
// first block, in which an engine starts in silence, and a block before which it jumps amid sound.
// The stage "spectrum" is the transforms of a spectrum.
#include "engine/codec.h"
#include "engine/engine.h"
#include "front/front.h"
#include "latent/latent_ops.h"
#include "lib/fixture.h"
#include "math/denormals.h"
#include "math/kernels.h"
#include "math/resample.h"
#include "timing.h"

#include <string.h>

enum { HOST_RATE = 48000, SECONDS = 4, ROUNDS = 15, BLOCK = 64, LANES_MAX = 4 };

typedef struct {
    const Model *model;
    double rate;   // of the model
    float *audio;  // at the host's rate
    float *sound;  // at the model's rate
    float *input;  // [inputs][values]: frames of the front, of which samples are `sound`
    float *latent; // [frames][LANES_MAX][channels], the same for each lane
    float *output; // [made][values]
    float *back;   // at the host's rate
    size_t samples, inputs, frames, made;
    size_t values; // in a frame of the front
    int channels, lanes;
    Resampler *down, *up;            // NULL where the rates are the same
    Front *front;                    // NULL where frames are samples
    Encoder *encoder[LANES_MAX + 1]; // by lanes
    Decoder *decoder;
    LatentOps ops;
} Bench;

static float *new_values(size_t n)
{
    float *values = calloc(n, sizeof(float));
    if (!values) abort();
    return values;
}

static void bench_open(Bench *bench, const Model *model)
{
    Error error;
    *bench = (Bench){.model = model, .rate = model->sample_rate};
    bench->channels = arch_latent_channels(&model->arch);
    bench->values = (size_t)arch_inputs(&model->arch);
    const size_t most = (size_t)(SECONDS * fmax(HOST_RATE, model->sample_rate)) + 4096;
    bench->audio = new_values(most);
    bench->sound = bench->input = new_values(most);
    bench->output = new_values(most);
    if (model->arch.front.kind == FRONT_SPECTRUM) {
        bench->front = front_new(model, 1, HOST_RATE, codec_size(model, 1).frames);
        bench->input = new_values(most);
        if (!bench->front) abort();
    }
    bench->back = new_values(most);
    bench->latent = new_values(most * LANES_MAX * (size_t)bench->channels);
    fixture_signal(bench->audio, SECONDS * HOST_RATE, HOST_RATE, 1);
    if (model->sample_rate != HOST_RATE) {
        bench->down = resampler_new(HOST_RATE, model->sample_rate, 1, &error);
        bench->up = resampler_new(model->sample_rate, HOST_RATE, 1, &error);
    }
    for (int lanes = 1; lanes <= LANES_MAX; lanes *= 2)
        bench->encoder[lanes] = encoder_new(model, lanes);
    bench->decoder = decoder_new(model, LANES_MAX);
    bench->lanes = 1;
    if (!latent_ops_init(&bench->ops, model, NULL, 0)) abort();
}

static void bench_close(Bench *bench)
{
    resampler_free(bench->down);
    resampler_free(bench->up);
    for (int lanes = 1; lanes <= LANES_MAX; lanes *= 2) encoder_free(bench->encoder[lanes]);
    decoder_free(bench->decoder);
    latent_ops_free(&bench->ops);
    front_free(bench->front);
    free(bench->audio);
    if (bench->input != bench->sound) free(bench->input);
    free(bench->sound);
    free(bench->output);
    free(bench->back);
    free(bench->latent);
}

// ---- The stages, each over the whole signal ----

static void down(Bench *bench)
{
    bench->samples = 0;
    for (size_t at = 0; at < SECONDS * HOST_RATE; at += BLOCK)
        bench->samples += resampler_process(bench->down, (const float *[]){bench->audio + at},
                                            BLOCK, (float *[]){bench->sound + bench->samples});
}

// Analysis and synthesis; what is synthesised has the first frame's levels throughout.
static void transform(Bench *bench)
{
    float block[FRONT_BLOCK];
    bench->inputs = 0;
    for (size_t at = 0, n; at < bench->samples; at += n) {
        n = bench->samples - at;
        const LaneFrames levels =
            front_analyse(bench->front, (const float *[]){bench->sound + at}, NULL, true, &n);
        memcpy(bench->input + bench->inputs * bench->values, levels.values,
               (size_t)levels.count * bench->values * sizeof(float));
        bench->inputs += (size_t)levels.count;
        const LaneFrames altered = {bench->input, 0, 1, levels.count};
        if (levels.count > 0)
            front_synthesise(bench->front, &altered, NULL, &(FrontChange){.level = 0.0f});
        front_read(bench->front, NULL, (float *[]){block}, n);
    }
}

static void encode(Bench *bench, size_t block)
{
    const size_t channels = (size_t)bench->channels;
    bench->frames = 0;
    for (size_t at = 0; at + block <= bench->inputs; at += block) {
        const LaneFrames in = {bench->input + at * bench->values, 0, bench->lanes, (int)block};
        const LaneFrames latent = encoder_process(bench->encoder[bench->lanes], in);
        for (int t = 0; t < latent.count; t++, bench->frames++)
            for (size_t lane = 0; lane < (size_t)bench->lanes; lane++)
                memcpy(bench->latent + (bench->frames * LANES_MAX + lane) * channels,
                       latent.values + lane * latent.lane_step + (size_t)t * channels,
                       channels * sizeof(float));
    }
}

static void encode_as_in_host(Bench *bench)
{
    encode(bench, bench->front ? 1 : (size_t)(BLOCK * bench->rate / HOST_RATE));
}

static void encode_hop(Bench *bench)
{
    encode(bench, (size_t)arch_network_hop(&bench->model->arch));
}

static void operate(Bench *bench)
{
    const LatentSettings settings = {LATENT_NEUTRAL, .noise = 0.3f};
    for (size_t t = 0; t < bench->frames; t++)
        latent_ops_process(&bench->ops, &settings,
                           bench->latent + t * LANES_MAX * (size_t)bench->channels, 1);
}

static void decode(Bench *bench)
{
    bench->made = 0;
    for (size_t t = 0; t < bench->frames; t++) {
        const float *latent = bench->latent + t * LANES_MAX * (size_t)bench->channels;
        const LaneFrames out = decoder_process(bench->decoder, latent, bench->lanes);
        for (size_t lane = 0; lane < (size_t)bench->lanes; lane++)
            memcpy(bench->output + bench->made * bench->values, out.values + lane * out.lane_step,
                   (size_t)out.count * bench->values * sizeof(float));
        bench->made += (size_t)out.count;
    }
}

static void up(Bench *bench)
{
    const size_t block = (size_t)(BLOCK * bench->rate / HOST_RATE);
    for (size_t at = 0; at + block <= bench->made; at += block)
        resampler_process(bench->up, (const float *[]){bench->output + at}, block,
                          (float *[]){bench->back});
}

// Seconds on the processor, the least of many rounds, by seconds of sound.
static double share_of(Bench *bench, void (*stage)(Bench *))
{
    double spent[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        const double start = thread_seconds();
        stage(bench);
        spent[i] = thread_seconds() - start;
    }
    return least_of(spent, ROUNDS) / SECONDS;
}

// Of encoder and decoder for the whole signal.
static double network_seconds(Bench *bench, int lanes)
{
    bench->lanes = lanes;
    const double start = thread_seconds();
    encode_hop(bench);
    decode(bench);
    const double spent = thread_seconds() - start;
    bench->lanes = 1;
    return spent;
}

// ---- Cycles ----

// One addition, of which the compiler makes no two at once.
static inline uint64_t sum_next(uint64_t sum)
{
    sum += 3;
    __asm__ volatile("" : "+r"(sum));
    return sum;
}

static inline uint64_t sum_fourth(uint64_t sum)
{
    return sum_next(sum_next(sum_next(sum_next(sum))));
}

// Cycles a second, by additions that wait each for the one before: a cycle each, if the loop's own
// instructions are few.
static double measured_clock(void)
{
    enum { TURNS = 200000, ADDITIONS = 16 };
    double spent[ROUNDS];
    uint64_t sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        const double start = thread_seconds();
        for (int n = 0; n < TURNS; n++) sum = sum_fourth(sum_fourth(sum_fourth(sum_fourth(sum))));
        spent[i] = thread_seconds() - start;
    }
    return (double)TURNS * ADDITIONS / least_of(spent, ROUNDS);
}

// The network's cycles for a latent frame, and times those of its multiply-adds at 16 a cycle.
static void tell_cycles(const Model *model, const char *name, double share)
{
    const double clock = measured_clock(), second = share * clock;
    result(1e-9 * clock, "clock.%s", name);
    result(second * arch_hop(&model->arch) / model->sample_rate, "cycles.%s", name);
    result(16.0 * second / arch_multiply_adds(&model->arch, model->sample_rate), "limit.%s", name);
}

// Several lanes as a multiple of one, in turns.
static void measure_lanes(Bench *bench, const char *name)
{
    for (int lanes = 2; lanes <= LANES_MAX; lanes *= 2) {
        double spent[ROUNDS], alone[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            alone[i] = network_seconds(bench, 1);
            spent[i] = network_seconds(bench, lanes);
        }
        result(least_of(spent, ROUNDS) / least_of(alone, ROUNDS), "lanes.%s.%d", name, lanes);
    }
}

// Seconds on the processor of half a second of sound in blocks, by seconds of sound.
static double engine_share(Engine *engine, const EngineSettings *settings)
{
    enum { BLOCKS = HOST_RATE / 2 / BLOCK };
    static float sound[2][BLOCKS * BLOCK], out[2][BLOCK];
    for (uint32_t c = 0; c < 2 && sound[0][1] == 0.0f; c++)
        fixture_signal(sound[1 - c], BLOCKS * BLOCK, HOST_RATE, c + 1);
    const double start = thread_seconds();
    for (size_t at = 0; at < BLOCKS * BLOCK; at += BLOCK) {
        const float *const in[2] = {sound[0] + at, sound[1] + at};
        float *const outs[2] = {out[0], out[1]};
        engine_process(engine, settings, in, outs, BLOCK);
    }
    return (thread_seconds() - start) * HOST_RATE / (BLOCKS * BLOCK);
}

// Measures mono and stereo in turns, the least of many.
static void measure_channels(const Model *model, const char *name)
{
    enum { TURNS = 60 };
    for (int altered = 0; altered < 2; altered++) {
        EngineSettings settings = {ENGINE_NEUTRAL, .detail = 1.0f, .auto_gain = true};
        settings.latent.noise = altered ? 0.3f : 0.0f;
        Engine *engine[2];
        double least[2] = {INFINITY, INFINITY};
        Error error;
        for (int c = 0; c < 2; c++) engine[c] = engine_new(model, NULL, HOST_RATE, c + 1, &error);
        if (!engine[0] || !engine[1]) abort();
        for (int turn = 0; turn < TURNS; turn++)
            for (int c = 0; c < 2; c++)
                least[c] = fmin(least[c], engine_share(engine[c], &settings));
        const char *what = altered ? "altered" : "rest";
        result(least[0], "channels.%s.%s.1", name, what);
        result(least[1], "channels.%s.%s.2", name, what);
        result(least[1] / least[0], "channels.%s.%s.ratio", name, what);
        for (int c = 0; c < 2; c++) engine_free(engine[c]);
    }
}

static void measure(const Model *model, const char *name)
{
    Bench bench;
    bench_open(&bench, model);
    double resampling = 0.0;
    if (bench.down) {
        resampling = share_of(&bench, down);
    } else {
        bench.samples = SECONDS * HOST_RATE;
        memcpy(bench.sound, bench.audio, bench.samples * sizeof(float));
    }
    bench.inputs = bench.samples;
    if (bench.front) result(share_of(&bench, transform), "stage.%s.spectrum", name);
    // The network at its least favourable: a frame at a time, as at the smallest blocks.
    const double encoder = share_of(&bench, encode_hop), decoder = share_of(&bench, decode);
    result(encoder + decoder, "network.%s", name);
    tell_cycles(model, name, encoder + decoder);
    result(share_of(&bench, encode_as_in_host), "stage.%s.encoder", name);
    result(share_of(&bench, operate), "stage.%s.operations", name);
    result(decoder, "stage.%s.decoder", name);
    if (bench.up) resampling += share_of(&bench, up);
    result(resampling, "stage.%s.resampling", name);
    measure_lanes(&bench, name);
    measure_channels(model, name);
    bench_close(&bench);
}

// ---- Twenty instances ----

// Sends a block through an engine, from sample `at` of the sound, after a jump to `position` if
// that is not 0. Returns the seconds on the processor.
static double block_seconds(Engine *engine, uint64_t position, size_t at)
{
    static float sound[2][HOST_RATE], out[2][BLOCK];
    EngineSettings settings = {ENGINE_NEUTRAL, .detail = 1.0f};
    settings.latent.noise = 0.3f;
    for (uint32_t c = 0; c < 2 && sound[0][1] == 0.0f; c++)
        fixture_signal(sound[1 - c], HOST_RATE, HOST_RATE, c + 1);
    const float *const in[2] = {sound[0] + at, sound[1] + at};
    float *const outs[2] = {out[0], out[1]};
    const double start = thread_seconds();
    if (position > 0) engine_locate(engine, &settings, position);
    engine_process(engine, &settings, in, outs, BLOCK);
    return thread_seconds() - start;
}

// The same blocks several times, each from the same state: the least that each took is its own. In
// the first block an engine starts in silence, in the last one it jumps amid sound.
static void measure_twenty(const char *kind, const char *arch, double rate, int channels)
{
    enum { ENGINES = 20, REPEATS = 5, BLOCKS = HOST_RATE / BLOCK - 1, JUMP = 1000001 };
    static double least[(BLOCKS + 1) * ENGINES];
    Error error;
    Model *model = fixture_model(arch, ACTIVATION_LEAKY_RELU, rate, 1);
    Engine *engine[ENGINES];
    for (int e = 0; e < ENGINES; e++) {
        engine[e] = model ? engine_new(model, NULL, HOST_RATE, channels, &error) : NULL;
        if (!engine[e]) abort();
    }
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (int e = 0; e < ENGINES; e++) engine_reset(engine[e]);
        for (size_t i = 0; i < (BLOCKS + 1) * ENGINES; i++) {
            const uint64_t position = i < BLOCKS * ENGINES ? 0 : JUMP;
            const double spent = block_seconds(engine[i % ENGINES], position, i / ENGINES * BLOCK);
            if (repeat == 0 || spent < least[i]) least[i] = spent;
        }
    }
    double sum = 0.0, first = 0.0, slowest = 0.0, jump = 0.0;
    for (size_t i = 0; i < BLOCKS * ENGINES; i++) sum += least[i];
    for (size_t i = 0; i < (BLOCKS + 1) * ENGINES; i++) {
        double *most = i < ENGINES ? &first : i < BLOCKS * ENGINES ? &slowest : &jump;
        *most = fmax(*most, least[i]);
    }
    const double share = (double)HOST_RATE / BLOCK;
    result(sum / ENGINES * share / BLOCKS, "%s.%s.%d.share", kind, arch, channels);
    result(slowest * share, "%s.%s.%d.slowest_share", kind, arch, channels);
    result(first * share, "%s.%s.%d.first_share", kind, arch, channels);
    result(jump * share, "%s.%s.%d.jump_share", kind, arch, channels);
    for (int e = 0; e < ENGINES; e++) engine_free(engine[e]);
    model_free(model);
}

int main(int argc, char **argv)
{
    printf("kernels %s\n", kernel_level());
    const DenormalsState before = denormals_off();
    for (int i = 1; i < argc; i++) {
        Error error;
        Model *model = model_load(argv[i], &error);
        if (!model) {
            fprintf(stderr, "%s: %s\n", argv[i], error.text);
            return 1;
        }
        measure(model, model->info.name);
        model_free(model);
    }
    Model *report = fixture_model("normal", ACTIVATION_LEAKY_RELU, 22050.0, 1);
    measure(report, "report");
    model_free(report);
    for (int channels = 1; channels <= 2; channels++) {
        measure_twenty("waveform", "normal", 22050.0, channels);
        measure_twenty("spectral", "espectro", HOST_RATE, channels);
        measure_twenty("spectral", "espectro_directo", HOST_RATE, channels);
    }
    denormals_restore(before);
}
