// host_old_session.c: a session with automation that was saved by an older plugin plays as it did
// then, bit for bit. tests/plugin/fixtures/session has the state as lilv wrote it, and the sound.
//
// The fixture was made by the plugin of version 1.2 (commit b39bc95, 25 control and message ports):
// `LV2_PATH=… host_old_session record FOLDER`, once for each TRASLUZ_KERNELS in hashes.txt. It may
// sound otherwise only in what its automation leaves out: Scale and Offset that are not neutral,
// the first 50 ms after a start, Smear at a start, noise in rests, jumps of the transport, and
// input beyond +6 dBFS in bypass.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include "files/hash.h"
#include "math/kernels.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

#define FIXTURE "tests/plugin/fixtures/session"

enum {
    BLOCK = 441, // samples: ten milliseconds, in which controls stand still
    BLOCKS = 600,
    FRAMES = BLOCK * BLOCKS,
    STOPPED = 25, // blocks of silence before the song begins
    SPARSE = 441, // every so many samples one is kept to be compared on other processors
};

// ---- Automation ----

// Straight lines between the points, or steps for what is switched.
typedef struct {
    const char *symbol;
    bool steps;
    struct {
        double seconds, value;
    } point[6];
} Curve;

static const Curve curves[] = {
    {"noise", false, {{0, 0}, {1, 0.8}, {2, 0.2}, {3.5, 0.6}, {4.5, 0}}},
    {"noise_mode", true, {{0, 0}, {2.5, 1}, {5, 0}}},
    {"drift", false, {{0, 1}, {2.5, 3}, {4, 20}}},
    {"smear", false, {{0, 0}, {0.5, 0}, {1, 0.04}, {1.5, 0}}},
    {"blend", false, {{0, 0}, {1.2, 0}, {2.2, 0.7}, {3.2, 0.2}, {5, 1}, {5.5, 0}}},
    {"blend_mode", true, {{0, 0}, {3, 1}, {4.4, 0}}},
    {"input_beats", true, {{0, 2}, {3.6, 1}}},
    {"capture", true, {{0, 0}, {0.8, 1}, {1.9, 0}}},
    {"freeze", true, {{0, 0}, {4, 1}, {4.8, 0}}},
    {"freeze_seconds", true, {{0, 0.3}}},
    {"detail", false, {{0, 1}, {0.6, 0}, {3, 0}, {4, 0.5}}},
    {"wet", false, {{0, 1}, {5, 1}, {5.2, 0.4}, {5.6, 1}}},
    {"gain", false, {{0, 0}, {1.5, -3}, {2, 2}}},
    {"seed", true, {{0, 7}, {3.3, 8}}},
    {"auto_gain", true, {{0, 1}}},
    {"enabled", true, {{0, 1}, {2.4, 0}, {2.6, 1}}},
};

static float value_at(const Curve *curve, double seconds)
{
    enum { POINTS = sizeof curve->point / sizeof *curve->point };
    int p = 0;
    while (p + 1 < POINTS && curve->point[p + 1].seconds > 0 &&
           curve->point[p + 1].seconds <= seconds)
        p++;
    const bool last = p + 1 == POINTS || curve->point[p + 1].seconds == 0;
    const double from = curve->point[p].value;
    if (curve->steps || last) return (float)from;
    const double part = (seconds - curve->point[p].seconds) /
                        (curve->point[p + 1].seconds - curve->point[p].seconds);
    return (float)(from + part * (curve->point[p + 1].value - from));
}

// Plays the session: a rest with the transport stopped, then the song from its beginning.
static Sound play_session(Host *host)
{
    Sound in = sound_music(FRAMES), out = sound_new(FRAMES);
    for (int c = 0; c < SOUND_CHANNELS; c++)
        memset(in.channel[c], 0, (size_t)(STOPPED * BLOCK) * sizeof(float));
    for (int block = 0; block < BLOCKS; block++) {
        const double seconds = (double)((block - STOPPED) * BLOCK) / RATE;
        for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
            *host_control(host, curves[i].symbol) = value_at(&curves[i], fmax(seconds, 0));
        if (block == STOPPED)
            host_send_position(host, &(HostPosition){.frame = 0, .speed = 1, .tempo = 110});
        const size_t at = (size_t)(block * BLOCK);
        play(host, &in, &out, at, at + BLOCK, BLOCK);
    }
    sound_free(&in);
    return out;
}

// ---- The sound that was recorded ----

// The first sample that has to be the same: the latency and 50 ms after the start.
static size_t first_sample(Host *host)
{
    return (size_t)(STOPPED * BLOCK) + (size_t)*host_control(host, "latency") +
           (size_t)(0.05 * RATE);
}

static void hash_sound(const Sound *sound, size_t from, char text[HASH_TEXT])
{
    Hash hash;
    hash_begin(&hash);
    for (int c = 0; c < SOUND_CHANNELS; c++)
        hash_add(&hash, sound->channel[c] + from, (sound->frames - from) * sizeof(float));
    hash_end(&hash, text);
}

// Kernels differ from each other in the last bits, here by up to 1e-6. The file has a line with the
// hash for each one that it was recorded with.
enum { LEVEL_TEXT = 16 };

static bool is_recorded(FILE *file, const char *level, const char *hash, bool *same)
{
    char name[LEVEL_TEXT], wanted[HASH_TEXT];
    bool recorded = false;
    while (fscanf(file, "%15[a-z0-9] %64[a-f0-9]\n", name, wanted) == 2) {
        if (strcmp(name, level) != 0) continue;
        recorded = true;
        *same = strcmp(hash, wanted) == 0;
    }
    return recorded;
}

static void check_sound(const Sound *sound, size_t from)
{
    char hash[HASH_TEXT];
    FILE *file = fopen(FIXTURE "/hashes.txt", "r");
    REQUIRE(file);
    bool same = false;
    hash_sound(sound, from, hash);
    if (is_recorded(file, kernel_level(), hash, &same))
        CHECK_MSG(same, "not bit-identical with %s kernels", kernel_level());
    fclose(file);

    file = fopen(FIXTURE "/sound.txt", "r");
    REQUIRE(file);
    double largest = 0;
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        for (size_t i = from; i < sound->frames; i += SPARSE) {
            double sample;
            CHECK(fscanf(file, "%la", &sample) == 1);
            const double error = fabs(sample - (double)sound->channel[c][i]);
            if (error > 1e-5 && largest <= 1e-5)
                CHECK_MSG(false, "differs from %.3f s of the song on, channel %d, by %g",
                          (double)i / RATE - STOPPED * 0.01, c, error);
            largest = fmax(largest, error);
        }
    }
    fclose(file);
    CHECK_MSG(largest < 1e-5, "off by %g", largest);
}

static void old_session_plays_as_it_did(void)
{
    Host *host = host_new(&(HostOptions){.uri = STEREO, .rate = RATE});
    REQUIRE(host);
    REQUIRE(host_restore(host, FIXTURE));
    CHECK_MSG(strstr(host_log(host), "the session's own copy is used"), "%s", host_log(host));
    Sound sound = play_session(host);
    check_sound(&sound, first_sample(host));
    sound_free(&sound);
    host_free(host);
}

// ---- Recording ----

static int record(const char *folder)
{
    Error error;
    const char *file = scrambler_file("old.safetensors", SCRAMBLER, RATE / 2, 1);
    Model *model = model_load(file, &error);
    if (!model) return 1;
    model->info.level = -20;
    if (!model_write(model, file, &error)) return 1;
    model_free(model);
    Host *host =
        host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE});
    if (!host) return 1;
    load_file(host, MODEL, file);
    load_file(host, REFERENCE, reference_file("old-reference.safetensors", file, 300, 1));
    if (!host_save(host, folder)) return 1;
    Sound sound = play_session(host);
    const size_t from = first_sample(host);
    char hash[HASH_TEXT], path[HOST_PATH_MAX];
    hash_sound(&sound, from, hash);
    snprintf(path, sizeof path, "%s/sound.txt", folder);
    FILE *text = fopen(path, "w");
    if (!text) return 1;
    printf("%s %s\n", kernel_level(), hash); // a line of hashes.txt
    for (int c = 0; c < SOUND_CHANNELS; c++)
        for (size_t i = from; i < sound.frames; i += SPARSE)
            fprintf(text, "%a\n", (double)sound.channel[c][i]);
    host_free(host);
    sound_free(&sound);
    return fclose(text) != 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "record") == 0) return record(arguments[2]);
    RUN(old_session_plays_as_it_did);
    return check_status();
}
