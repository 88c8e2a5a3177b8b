// lv2host_fixtures.h: what the host tests play with: sounds, model and reference files, a
// folder for them. Functions abort the program where they cannot do what they say, so tests
// need not check.
#ifndef TRASLUZ_LV2HOST_FIXTURES_H
#define TRASLUZ_LV2HOST_FIXTURES_H

#include "lib/lv2host.h"

#define MONO      "urn:trasluz:mono"
#define STEREO    "urn:trasluz:stereo"
#define MODEL     "urn:trasluz:model"
#define REFERENCE "urn:trasluz:reference"
#define NOTICE    "urn:trasluz:notice"

#define RATE 44100.0 // Hz, of most tests

enum { SOUND_CHANNELS = 2 };

typedef struct {
    size_t frames;
    float *channel[SOUND_CHANNELS];
} Sound;

Sound sound_new(size_t frames); // silence
void sound_free(Sound *sound);

// The music that the project ships for tests, from its beginning, in two channels that differ.
Sound sound_music(size_t frames);

// A tone of 50 Hz that is quieter on the right, so smooth that every click stands out.
Sound sound_tone(size_t frames);

bool sound_equal(const Sound *a, const Sound *b, size_t from, size_t to);

// True if b is a, `delay` samples later, in [from, to) of b.
bool sound_delayed(const Sound *a, const Sound *b, size_t delay, size_t from, size_t to);

bool sound_finite(const Sound *sound);

// The largest difference between neighbouring samples in [from, to).
float sound_step(const Sound *sound, size_t from, size_t to);

// Runs the plugin on [from, to) of a sound, in blocks of one length.
void play(Host *host, const Sound *in, Sound *out, size_t from, size_t to, size_t block);

// The same in blocks of random lengths up to `longest`.
void play_in_pieces(Host *host, const Sound *in, Sound *out, size_t from, size_t to, size_t longest,
                    uint32_t seed);

// Automation: gives about a fourth of the control inputs, all of them at step 0, another value:
// anywhere in its range, at an end of it, or none that a control should have.
void automate(Host *host, uint32_t seed, uint64_t step);

// The transport: at about one block in eight the host says something new of it: that it plays from
// another place, that it stops, or what no host should say.
void jump(Host *host, uint32_t seed, uint64_t step);

// A folder for this program's files, removed at its end, and a path in it. The path is one of many
// buffers that are used in turn.
const char *scratch_folder(void);
const char *scratch_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Keeps a path, or a URI, which scratch_path() or lilv would not.
enum { KEPT_LENGTH = 160 };
void keep(char kept[KEPT_LENGTH], const char *path);

// A folder for LV2_PATH with a copy of the plugin's bundle that has no files but the plugin's own.
const char *bare_lv2_path(void);

// Another such folder, of that name, whose bundle has copies of the models too: in
// NAME/trasluz.lv2/models. The path is one of scratch_path()'s.
const char *lv2_path_with_models(const char *name);

// Model files. A wire has a latent of `hop` channels and gives its input back, times `gain`, hop -
// 1 samples late. A scrambler has random weights and the given architecture.
const char *wire_file(const char *name, int hop, float gain, double rate);
const char *scrambler_file(const char *name, const char *arch, double rate, uint32_t seed);

// The architecture of a scrambler whose latent is that of a spectrum.
#define SPECTRAL "spectrum512h64b20f80:16k1s1p0,r8k3d2,8k1s1p0"

// A file of random latent frames that fits the model.
const char *reference_file(const char *name, const char *model, size_t frames, uint32_t seed);

// A file that is none of the plugin's.
const char *broken_file(const char *name);

void write_file(const char *path, const void *bytes, size_t size);
void copy_file(const char *from, const char *to, size_t most);
void move_file(const char *from, const char *to);

// Asks for a file, waits for the worker, and plays silence until the change is over.
void change_file(Host *host, const char *property, const char *path);

// The same before any sound: there is nothing to wait for.
void load_file(Host *host, const char *property, const char *path);

// A block of no samples, for the messages.
void run_nothing(Host *host);

// The text that the plugin answers to patch:Get, or NULL. It stays until the next block is heard.
const char *named_file(Host *host, const char *property);

// The URIs of the presets that come with the plugin, `most` at most; returns how many.
int list_presets(Host *host, char (*uri)[KEPT_LENGTH], int most);

void pause_for(long microseconds);

// Takes the detail and the automatic gain away, so that what the model alone makes is heard. NULL
// is allowed; returns the host.
Host *model_alone(Host *host);

#endif
