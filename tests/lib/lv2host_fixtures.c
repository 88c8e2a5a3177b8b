#define _XOPEN_SOURCE 700 // nftw(), realpath()

#include "lib/lv2host_fixtures.h"

#include "latent/latent.h"
#include "math/random.h"
#include "model/model.h"

#include <ftw.h>
#include <math.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATHS = 128, MUSIC_CHANNELS_MAX = 8 };

static void fail(const char *what, const char *which)
{
    fprintf(stderr, "fixture: %s: %s\n", what, which);
    abort();
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) fail("allocate", "out of memory");
    return memory;
}

// ---- Sounds ----

Sound sound_new(size_t frames)
{
    Sound sound = {.frames = frames};
    for (int c = 0; c < SOUND_CHANNELS; c++) sound.channel[c] = allocate(frames, sizeof(float));
    return sound;
}

void sound_free(Sound *sound)
{
    for (int c = 0; c < SOUND_CHANNELS; c++) free(sound->channel[c]);
}

Sound sound_music(size_t frames)
{
    const char *path = getenv("TRASLUZ_CLIP");
    if (!path) path = "tests/clip.flac";
    SF_INFO info = {0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file) fail(path, sf_strerror(NULL));
    if (info.channels > MUSIC_CHANNELS_MAX) fail(path, "too many channels");

    Sound sound = sound_new(frames);
    float frame[MUSIC_CHANNELS_MAX];
    for (size_t i = 0; i < frames; i++) {
        if (sf_readf_float(file, frame, 1) != 1) fail(path, "too short");
        sound.channel[0][i] = frame[0];
        sound.channel[1][i] = info.channels > 1 ? frame[1] : 0.7f * frame[0];
    }
    sf_close(file);
    return sound;
}

Sound sound_tone(size_t frames)
{
    Sound sound = sound_new(frames);
    for (size_t i = 0; i < frames; i++) {
        const double phase = 2 * 3.14159265358979 * 50 / RATE * (double)i;
        sound.channel[0][i] = (float)(0.5 * cos(phase));
        sound.channel[1][i] = (float)(0.4 * cos(phase));
    }
    return sound;
}

bool sound_equal(const Sound *a, const Sound *b, size_t from, size_t to)
{
    for (int c = 0; c < SOUND_CHANNELS; c++)
        if (memcmp(a->channel[c] + from, b->channel[c] + from, (to - from) * sizeof(float)) != 0)
            return false;
    return true;
}

bool sound_delayed(const Sound *a, const Sound *b, size_t delay, size_t from, size_t to)
{
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        for (size_t i = from; i < to; i++) {
            const float expected = i < delay ? 0 : a->channel[c][i - delay];
            if (b->channel[c][i] != expected) return false;
        }
    }
    return true;
}

bool sound_finite(const Sound *sound)
{
    for (int c = 0; c < SOUND_CHANNELS; c++)
        for (size_t i = 0; i < sound->frames; i++)
            if (!isfinite(sound->channel[c][i])) return false;
    return true;
}

float sound_step(const Sound *sound, size_t from, size_t to)
{
    float largest = 0;
    for (int c = 0; c < SOUND_CHANNELS; c++)
        for (size_t i = from + 1; i < to; i++)
            largest = fmaxf(largest, fabsf(sound->channel[c][i] - sound->channel[c][i - 1]));
    return largest;
}

// ---- Playing ----

static void play_block(Host *host, const Sound *in, Sound *out, size_t at, size_t n)
{
    const float *from[SOUND_CHANNELS];
    float *to[SOUND_CHANNELS];
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        from[c] = in->channel[c] + at;
        to[c] = out->channel[c] + at;
    }
    host_run(host, from, to, (uint32_t)n);
}

void play(Host *host, const Sound *in, Sound *out, size_t from, size_t to, size_t block)
{
    for (size_t at = from; at < to; at += block)
        play_block(host, in, out, at, to - at < block ? to - at : block);
}

void play_in_pieces(Host *host, const Sound *in, Sound *out, size_t from, size_t to, size_t longest,
                    uint32_t seed)
{
    uint64_t piece = 0;
    for (size_t at = from, n; at < to; at += n) {
        // As many short blocks as long ones.
        const double exponent = (double)random_below((RandomKey){seed, 0}, piece++, 1001) / 1000;
        n = (size_t)pow((double)longest, exponent);
        if (n > to - at) n = to - at;
        play_block(host, in, out, at, n);
    }
}

// ---- Automation ----

static float odd_value(HostRange range, uint32_t choice)
{
    const float odd[] = {NAN, INFINITY, -INFINITY, 1e38f, -1e38f, range.maximum + 1};
    return odd[choice % (sizeof odd / sizeof *odd)];
}

static float some_value(HostRange range, const uint32_t words[4])
{
    switch (words[1] % 8) {
    case 0: return range.minimum;
    case 1: return range.maximum;
    case 2: return range.otherwise;
    case 3: return odd_value(range, words[2]);
    default:
        return range.minimum + (range.maximum - range.minimum) * (float)(words[2] >> 8) / 0x1p24f;
    }
}

void automate(Host *host, uint32_t seed, uint64_t step)
{
    const char *symbol;
    for (int c = 0; (symbol = host_control_input(host, c)); c++) {
        uint32_t words[4];
        random_words((RandomKey){seed, (uint32_t)c}, step, 0, words);
        if (step == 0 || words[0] % 4 == 0)
            *host_control(host, symbol) = some_value(host_range(host, symbol), words);
    }
}

void jump(Host *host, uint32_t seed, uint64_t step)
{
    static const HostPosition odd[] = {
        {.speed = 0, .beat = -1},      {.speed = 1, .frame = -5, .beat = -1},
        {.speed = NAN, .beat = -1},    {.speed = 1, .frame = INT64_MAX, .beat = -1},
        {.speed = 1, .tempo = NAN},    {.speed = 1, .tempo = 1e30f, .beat = 1e30},
        {.speed = 0.5f, .tempo = 100}, // scrubbing
    };
    uint32_t words[4];
    random_words((RandomKey){seed, UINT32_MAX}, step, 0, words);
    HostPosition position = odd[words[1] % (sizeof odd / sizeof *odd)];
    if (words[0] % 16 == 0) {
        const double seconds = (double)(words[1] % 1000000) / 1000;
        position = (HostPosition){
            .frame = (int64_t)(seconds * RATE), .speed = 1, .beat = 2 * seconds, .tempo = 120};
    }
    if (words[0] % 8 == 0) host_send_position(host, &position);
}

// ---- Files ----

static char folder[64];

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_folder(void)
{
    if (!*folder) {
        snprintf(folder, sizeof folder, "/tmp/trasluz-test-XXXXXX");
        if (!mkdtemp(folder)) fail(folder, "no folder for tests");
        atexit(remove_folder);
    }
    return folder;
}

const char *scratch_path(const char *format, ...)
{
    static char paths[PATHS][512];
    static int next;
    char *path = paths[next++ % PATHS];
    const int start = snprintf(path, sizeof *paths, "%s/", scratch_folder());
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path + start, sizeof *paths - (size_t)start, format, arguments);
    va_end(arguments);
    return path;
}

void keep(char kept[KEPT_LENGTH], const char *path)
{
    snprintf(kept, KEPT_LENGTH, "%s", path);
}

void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) fail("write", path);
}

void copy_file(const char *from, const char *to, size_t most)
{
    static char bytes[1 << 20];
    FILE *file = fopen(from, "rb");
    if (!file) fail("read", from);
    const size_t size = fread(bytes, 1, most < sizeof bytes ? most : sizeof bytes, file);
    fclose(file);
    write_file(to, bytes, size);
}

void move_file(const char *from, const char *to)
{
    if (rename(from, to) != 0) fail("cannot move", from);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0700) != 0) fail("no folder", path);
}

static void real_bundle(char path[HOST_PATH_MAX])
{
    const char *built = getenv("TRASLUZ_LV2");
    if (!built) fail("environment", "TRASLUZ_LV2 must name the folder that holds trasluz.lv2");
    char bundle[HOST_PATH_MAX];
    snprintf(bundle, sizeof bundle, "%s/trasluz.lv2", built);
    if (!realpath(bundle, path)) fail("no such folder", bundle);
}

// A bundle of links to the plugin's own files.
static void link_bundle(const char *name)
{
    static const char *const files[] = {"manifest.ttl", "trasluz.ttl", "trasluz.so"};
    char real[HOST_PATH_MAX], target[HOST_PATH_MAX + 64];
    real_bundle(real);
    make_folder(scratch_path("%s", name));
    make_folder(scratch_path("%s/trasluz.lv2", name));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(target, sizeof target, "%s/%s", real, files[i]);
        if (symlink(target, scratch_path("%s/trasluz.lv2/%s", name, files[i])) != 0)
            fail("no link", files[i]);
    }
}

const char *bare_lv2_path(void)
{
    static char path[512];
    if (*path) return path;
    snprintf(path, sizeof path, "%s", scratch_path("lv2"));
    link_bundle("lv2");
    return path;
}

const char *lv2_path_with_models(const char *name)
{
    static const char *const models[] = {"grande",      "normal",   "chico",
                                         "extra_chico", "espectro", "directo"};
    char real[HOST_PATH_MAX], model[HOST_PATH_MAX + 64];
    real_bundle(real);
    link_bundle(name);
    make_folder(scratch_path("%s/trasluz.lv2/models", name));
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        snprintf(model, sizeof model, "%s/models/%s.safetensors", real, models[i]);
        copy_file(model, scratch_path("%s/trasluz.lv2/models/%s.safetensors", name, models[i]),
                  SIZE_MAX);
    }
    return scratch_path("%s", name);
}

Host *model_alone(Host *host)
{
    if (host) *host_control(host, "detail") = *host_control(host, "auto_gain") = 0;
    return host;
}

// ---- Models ----

static const char *write_model(const char *name, const Arch *arch, double rate,
                               const float *parameters)
{
    Error error;
    const size_t channels = (size_t)arch_latent_channels(arch);
    float *mean = allocate(channels, sizeof(float));
    float *std = allocate(channels, sizeof(float));
    float *bands = allocate((size_t)arch_inputs(arch), sizeof(float));
    for (size_t c = 0; c < channels; c++) std[c] = 0.1f;
    const ModelInfo info = {
        .train_loss = NAN, .validation_loss = NAN, .test_loss = NAN, .level = NAN};
    const bool is_spectrum = arch->front.kind == FRONT_SPECTRUM;
    const ModelStatistics statistics = {
        .mean = mean, .std = std, .band_mean = is_spectrum ? bands : NULL};
    Model *model = model_new(arch, rate, parameters, &statistics, &info, &error);
    const char *path = scratch_path("%s", name);
    if (!model || !model_write(model, path, &error)) fail(path, error.text);
    model_free(model);
    free(mean);
    free(std);
    free(bands);
    return path;
}

const char *wire_file(const char *name, int hop, float gain, double rate)
{
    Error error;
    Arch arch;
    char text[32];
    snprintf(text, sizeof text, "%dk%ds%dp0", hop, hop, hop);
    if (!arch_parse(&arch, text, ACTIVATION_TANH, &error)) fail(text, error.text);

    // Both weights are [hop][hop] and take each sample to its own channel and back.
    float *parameters = allocate(arch_parameters(&arch), sizeof(float));
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&arch, list);
    for (int i = 0; i < hop; i++) {
        parameters[list[0].weight + (size_t)(i * hop + i)] = gain;
        parameters[list[1].weight + (size_t)(i * hop + i)] = 1;
    }
    const char *path = write_model(name, &arch, rate, parameters);
    free(parameters);
    return path;
}

// Uniform values, wide enough that the sound comes out about as loud as it went in.
static void scramble(const Arch *arch, float *parameters, uint32_t seed)
{
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    const int count = arch_convolutions(arch, list);
    for (int c = 0; c < count; c++) {
        const Convolution *conv = &list[c];
        const Chain *chain = conv->transposed ? &arch->decoder : &arch->encoder;
        const RandomKey key = {seed, conv->transposed};
        const int layer = conv->transposed ? c - arch->encoder.layers : c;
        const double taps =
            conv->transposed ? (double)conv->kernel / chain->layer[layer].stride : conv->kernel;
        const double bound = sqrt(6 / (conv->in * taps));
        for (size_t i = conv->weight; i < conv->bias; i++)
            parameters[i] =
                (float)(bound * ((double)random_below(key, i, 1 << 24) / (1 << 23) - 1));
    }
}

const char *scrambler_file(const char *name, const char *text, double rate, uint32_t seed)
{
    Error error;
    Arch arch;
    if (!arch_parse(&arch, text, ACTIVATION_LEAKY_RELU, &error)) fail(text, error.text);
    float *parameters = allocate(arch_parameters(&arch), sizeof(float));
    scramble(&arch, parameters, seed);
    const char *path = write_model(name, &arch, rate, parameters);
    free(parameters);
    return path;
}

const char *reference_file(const char *name, const char *model_path, size_t frames, uint32_t seed)
{
    Error error;
    Model *model = model_load(model_path, &error);
    if (!model) fail(model_path, error.text);
    Latent *latent = latent_new(model, frames, &error);
    if (!latent) fail(name, error.text);
    for (size_t t = 0; t < frames; t++)
        random_normal((RandomKey){seed, 2}, t, latent->values + t * (size_t)latent->channels,
                      latent->channels);
    for (size_t i = 0; i < frames * (size_t)latent->channels; i++) latent->values[i] *= 0.1f;
    for (size_t t = 0; latent->levels && t < frames; t++) latent->levels[t] = -3.0f;
    snprintf(latent->source, sizeof latent->source, "noise");
    const char *path = scratch_path("%s", name);
    if (!latent_write(latent, path, &error)) fail(path, error.text);
    latent_free(latent);
    model_free(model);
    return path;
}

const char *broken_file(const char *name)
{
    static const char nonsense[] = "no model";
    const char *path = scratch_path("%s", name);
    write_file(path, nonsense, sizeof nonsense);
    return path;
}

// ---- Changing files ----

void run_nothing(Host *host)
{
    Sound nothing = sound_new(0);
    play_block(host, &nothing, &nothing, 0, 0);
    sound_free(&nothing);
}

void load_file(Host *host, const char *property, const char *path)
{
    host_set_file(host, property, path);
    run_nothing(host);
    host_wait(host);
    run_nothing(host);
}

void change_file(Host *host, const char *property, const char *path)
{
    load_file(host, property, path);
    const size_t second = (size_t)RATE;
    Sound silence = sound_new(second);
    play(host, &silence, &silence, 0, second, 512);
    sound_free(&silence);
}

const char *named_file(Host *host, const char *property)
{
    host_forget(host);
    host_get(host, property);
    run_nothing(host);
    const char *path = NULL;
    for (int i = 0; i < host_heard(host); i++) {
        const Heard *heard = host_heard_at(host, i);
        if (heard->kind == HEARD_SET && strcmp(heard->property, property) == 0) path = heard->path;
    }
    return path;
}

// ---- Presets and time ----

int list_presets(Host *host, char (*uri)[KEPT_LENGTH], int most)
{
    int count = 0;
    LilvNode *class = lilv_new_uri(host_world(host), "http://lv2plug.in/ns/ext/presets#Preset");
    LilvNodes *presets = lilv_plugin_get_related(host_plugin(host), class);
    LILV_FOREACH (nodes, i, presets)
        if (count < most) keep(uri[count++], lilv_node_as_uri(lilv_nodes_get(presets, i)));
    lilv_nodes_free(presets);
    lilv_node_free(class);
    return count;
}

void pause_for(long microseconds)
{
    const struct timespec moment = {.tv_nsec = 1000 * microseconds};
    nanosleep(&moment, NULL);
}
