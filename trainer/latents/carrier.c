#include "latents/carrier.h"

#include "math/random.h"

#include <math.h>

// RMS of a carrier. The latent has a loudness of its own, so it is not heard; but a band is raised
// by 18 dB at most, so a loud carrier lets each band reach its level.
#define CARRIER_RMS  10.0
#define NOISE_STREAM 0x63617272u // apart from the noise of the latent operations
#define FADE_SECONDS 0.05
#define HALF_PI      1.5707963267948966

enum { NOISE_BLOCK = 64 }; // samples that belong to one index of the random numbers

// Returns what brings the sound to CARRIER_RMS; 1 for silence.
static float gain_of(const Sound *sound)
{
    enum { PIECE = 4096 }; // samples
    float piece[PIECE];
    double squares = 0.0;
    for (size_t at = 0; at < sound->samples; at += PIECE) {
        sound_read(sound, at, PIECE, piece);
        for (size_t i = 0; i < PIECE; i++) squares += (double)piece[i] * (double)piece[i];
    }
    const double rms = sqrt(squares / (double)sound->samples);
    return rms > 0.0 ? (float)(CARRIER_RMS / rms) : 1.0f;
}

bool carrier_open(Carrier *carrier, const char *path, uint32_t seed, uint64_t samples, double rate,
                  const char *output, AudioFaults *faults, Error *error)
{
    *carrier = (Carrier){.seed = seed, .gain = (float)CARRIER_RMS};
    *faults = (AudioFaults){0};
    if (!path) return true;
    carrier->store = temp_audio_new(output, error);
    if (!carrier->store) return false;
    AudioFacts facts;
    const bool read = audio_stream_mono(path, rate, temp_audio_add, carrier->store, &facts, error);
    *faults = facts.faults;
    if (!read) return error_prefix(error, path);
    if (!temp_audio_open(carrier->store, &carrier->sound, error)) return false;
    const size_t fade = (size_t)lround(FADE_SECONDS * rate), most = carrier->sound.samples / 4;
    carrier->fade = fade < most ? fade : most;
    carrier->gain = gain_of(&carrier->sound);
    carrier->repeats = carrier->sound.samples < samples;
    return true;
}

void carrier_close(Carrier *carrier)
{
    temp_audio_free(carrier->store);
    *carrier = (Carrier){0};
}

static void read_noise(const Carrier *carrier, uint64_t at, size_t n, float *to)
{
    float block[NOISE_BLOCK];
    for (size_t i = 0; i < n; i++, at++) {
        if (i == 0 || at % NOISE_BLOCK == 0)
            random_normal((RandomKey){carrier->seed, NOISE_STREAM}, at / NOISE_BLOCK, block,
                          NOISE_BLOCK);
        to[i] = block[at % NOISE_BLOCK];
    }
}

// Reads samples [from, from + n) of one round; each but the first begins with the fade.
static void read_round(const Carrier *carrier, bool first, size_t from, size_t n, float *to)
{
    const size_t period = carrier->sound.samples - carrier->fade;
    sound_read(&carrier->sound, from, n, to);
    for (size_t i = 0; !first && i < n && from + i < carrier->fade; i++) {
        float end;
        const double angle = HALF_PI * ((double)(from + i) + 0.5) / (double)carrier->fade;
        sound_read(&carrier->sound, period + from + i, 1, &end);
        to[i] = (float)(sin(angle) * (double)to[i] + cos(angle) * (double)end);
    }
}

static void read_repeated(const Carrier *carrier, uint64_t at, size_t n, float *to)
{
    const size_t period = carrier->sound.samples - carrier->fade;
    for (size_t done = 0; done < n;) {
        const size_t from = (size_t)((at + done) % period), left = period - from;
        const size_t count = left < n - done ? left : n - done;
        read_round(carrier, at + done < period, from, count, to + done);
        done += count;
    }
}

void carrier_read(const Carrier *carrier, uint64_t at, size_t n, float *to)
{
    if (carrier->repeats)
        read_repeated(carrier, at, n, to);
    else if (carrier->store)
        sound_read(&carrier->sound, (size_t)at, n, to);
    else
        read_noise(carrier, at, n, to);
    for (size_t i = 0; i < n; i++) to[i] *= carrier->gain;
}
