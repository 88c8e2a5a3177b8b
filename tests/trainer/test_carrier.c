// The sound that carries the latent of a spectrum: how it is read, and that a sound which carries
// its own latent comes out as the effect decodes it.
#define _XOPEN_SOURCE 700
#include "engine/engine.h"
#include "latents/audio_encoder.h"
#include "latents/decoding.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "lib/fixture.h"

enum { RATE = 48000, N = RATE };

static float audio[N];

static bool open_file(Carrier *carrier, uint64_t samples)
{
    AudioFaults faults;
    Error error;
    return carrier_open(carrier, fixture_path("carrier.wav"), 0, samples, RATE,
                        fixture_path("out.wav"), &faults, &error);
}

static void test_noise_is_the_same_from_anywhere(void)
{
    enum { MANY = 1000 };
    float whole[MANY], piece[100], other[MANY];
    AudioFaults faults;
    Error error;
    Carrier carrier;
    REQUIRE(carrier_open(&carrier, NULL, 3, N, RATE, "unused", &faults, &error));
    carrier_read(&carrier, 0, MANY, whole);
    carrier_read(&carrier, 333, 100, piece);
    CHECK(memcmp(whole + 333, piece, sizeof piece) == 0);
    carrier_close(&carrier);
    REQUIRE(carrier_open(&carrier, NULL, 4, N, RATE, "unused", &faults, &error));
    carrier_read(&carrier, 0, MANY, other);
    CHECK(fixture_difference(whole, other, MANY) > 1.0);
    carrier_close(&carrier);
}

static void test_a_long_sound_is_read_once(void)
{
    static float read[N + 100];
    Carrier carrier;
    REQUIRE(open_file(&carrier, N));
    carrier_read(&carrier, 0, N + 100, read);
    for (size_t i = 0; i < N; i++) CHECK(fabsf(read[i] / carrier.gain - audio[i]) < 1e-6f);
    for (size_t i = N; i < N + 100; i++) CHECK(read[i] == 0.0f);
    carrier_close(&carrier);
}

// The second round begins 50 ms before the end of the first, which fades into it.
static void test_a_short_sound_repeats_without_a_step(void)
{
    enum { FADE = RATE / 20, PERIOD = N - FADE };
    static float read[2 * N], piece[2 * N];
    Carrier carrier;
    REQUIRE(open_file(&carrier, 2 * N));
    carrier_read(&carrier, 0, 2 * N, read);
    for (size_t at = 0; at < 2 * N; at += 1000) carrier_read(&carrier, at, 1000, piece + at);
    CHECK(memcmp(read, piece, sizeof read) == 0);
    for (size_t i = 0; i < PERIOD; i++) CHECK(fabsf(read[i] / carrier.gain - audio[i]) < 1e-6f);
    for (size_t i = FADE; i < PERIOD; i++) CHECK(read[PERIOD + i] == read[i]);
    CHECK(fabsf(read[PERIOD] / carrier.gain - audio[PERIOD]) < 0.02f);
    CHECK(fabsf(read[PERIOD + FADE - 1] / carrier.gain - audio[FADE - 1]) < 0.02f);
    carrier_close(&carrier);
}

static Latent *encode(const Model *model)
{
    Error error;
    AudioEncoder *encoder = audio_encoder_new(model, model->sample_rate);
    Latent *latent = latent_new(model, audio_encoder_frames(model, N), &error);
    const size_t channels = (size_t)arch_latent_channels(&model->arch);
    audio_encoder_reset(encoder, N);
    size_t done = 0;
    for (size_t at = 0; done < latent->frames; at += AUDIO_ENCODER_BLOCK) {
        const EncodedFrames given =
            audio_encoder_process(encoder, audio + at % N, AUDIO_ENCODER_BLOCK);
        for (size_t t = 0; t < given.count && done < latent->frames; t++, done++) {
            memcpy(latent->values + done * channels, given.values + t * channels,
                   channels * sizeof(float));
            latent->levels[done] = given.levels[t];
        }
    }
    audio_encoder_free(encoder);
    latent->samples = N;
    return latent;
}

typedef struct {
    float samples[N];
    size_t count;
} Received;

static bool receive(void *data, const float *samples, size_t n, Error *error)
{
    Received *received = data;
    (void)error;
    if (received->count + n > N) return false;
    memcpy(received->samples + received->count, samples, n * sizeof *samples);
    received->count += n;
    return true;
}

static void check_arch(const char *text)
{
    static Received received;
    static float wanted[2 * N];
    Error error;
    Carrier carrier;
    Model *model = fixture_model(text, ACTIVATION_LEAKY_RELU, RATE, 1);
    REQUIRE(model);
    Latent *latent = encode(model);
    REQUIRE(open_file(&carrier, N));
    carrier.gain = 1.0f; // so that the limit of the gains is that of the effect
    received.count = 0;
    CHECK(decode_latent(latent, model, &carrier, receive, &received, NULL, &error));
    CHECK_MSG(received.count == N, "%s: %zu samples", text, received.count);
    Engine *engine = engine_new(model, NULL, RATE, 1, &error);
    REQUIRE(engine);
    const EngineSettings settings = {ENGINE_NEUTRAL};
    const size_t latency = (size_t)engine_latency(engine);
    memset(wanted, 0, sizeof wanted);
    memcpy(wanted, audio, sizeof audio);
    engine_process(engine, &settings, (const float *const[]){wanted}, (float *const[]){wanted},
                   N + latency);
    // The engine's first frames have silence before them instead of the network's padding.
    const size_t from = RATE / 5;
    double difference = 0.0, power = 0.0;
    for (size_t i = from; i < N - 2000; i++) {
        const double d = (double)received.samples[i] - (double)wanted[latency + i];
        difference += d * d;
        power += (double)wanted[latency + i] * (double)wanted[latency + i];
    }
    CHECK_MSG(difference < 1e-10 * power, "%s: SNR %.1f dB", text,
              10.0 * log10(power / difference));
    CHECK(fixture_difference(wanted + latency + from, audio + from, 10000) > 0.01);
    engine_free(engine);
    carrier_close(&carrier);
    latent_free(latent);
    model_free(model);
}

static void test_a_sound_carries_its_own_latent_as_the_effect_does(void)
{
    check_arch("spectrum512h64b20f80:16k1s1p0,r8k3d1,8k1s1p0");
    check_arch("spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0/16k3s1p1,20k1s1p0");
}

static double decibels(const float *samples, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += (double)samples[i] * (double)samples[i];
    return 10.0 * log10(sum / (double)n);
}

// A latent of two halves, the second 20 dB softer: its loudness is that of what noise carries.
static void test_the_latent_has_its_loudness(void)
{
    static Received received;
    AudioFaults faults;
    Error error;
    Carrier carrier;
    Model *model =
        fixture_model("spectrum512h64b20f80:16k1s1p0,8k1s1p0", ACTIVATION_LEAKY_RELU, RATE, 1);
    REQUIRE(model && carrier_open(&carrier, NULL, 0, N, RATE, "unused", &faults, &error));
    Latent *latent = encode(model);
    for (size_t t = 0; t < latent->frames; t++)
        latent->levels[t] = t < latent->frames / 2 ? -2.0f : -2.0f - 2.302585f;
    received.count = 0;
    CHECK(decode_latent(latent, model, &carrier, receive, &received, NULL, &error));
    const size_t part = N / 4;
    const double loud = decibels(received.samples + part, part);
    const double fall = decibels(received.samples + 5 * part / 2, part) - loud;
    CHECK_MSG(fabs(fall + 20.0) < 2.0, "falls by %g dB", fall);
    CHECK_MSG(loud > -25.0 && loud < -5.0, "%g dB", loud); // K-weighted -17.4
    carrier_close(&carrier);
    latent_free(latent);
    model_free(model);
}

int main(void)
{
    fixture_signal(audio, N, RATE, 1);
    if (!fixture_write("carrier.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1, audio, N)) return 1;
    RUN(test_noise_is_the_same_from_anywhere);
    RUN(test_a_long_sound_is_read_once);
    RUN(test_a_short_sound_repeats_without_a_step);
    RUN(test_a_sound_carries_its_own_latent_as_the_effect_does);
    RUN(test_the_latent_has_its_loudness);
    return check_status();
}
