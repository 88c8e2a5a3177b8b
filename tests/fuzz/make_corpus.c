// make_corpus.c: make_corpus FOLDER: writes the cases that fuzzing begins with, a folder for each
// target: what is right, so that the targets come past their first checks. What fuzzing found later
// is kept beside them.
#include "controls/notes.h"
#include "files/file.h"
#include "fuzz_host.h"
#include "fuzz_parts.h"
#include "host/view.h"
#include "latents/latent_set.h"
#include "network/m5_weights.h"
#include "network/named_arch.h"
#include "training/checkpoint.h"

#include <lv2/atom/forge.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/time/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CASE_MAX = 16384 };

static const char *folder;

static void write_case(const char *target, const char *name, const void *bytes, size_t size)
{
    Error error;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    if (file_write(path, bytes, size, &error)) return;
    fprintf(stderr, "make_corpus: %s\n", error.text);
    exit(1);
}

static Arch arch_of(const char *text)
{
    Error error;
    Arch arch;
    MUST(arch_parse(&arch, text, ACTIVATION_SILU, &error));
    return arch;
}

// ---- Architectures ----

static const char *const small_archs[] = {
    "1k1s1p0",
    "3k2s5p0",
    "4k4s2p6,3k3s2p5",
    "4k4s2p6,3k3s1p5",
    "3k4s2p1,4k6s3p2/5k3s3p0,1k8s2p3",
    "r2k3d4,6k8s6p4,r5k3d1,3k5s2p4,r8k3d3",
    "5k16s4p6,r4k3d2,3k9s2p4+linear",
    "4k8s2p3,r4k3d5,4k4s2p1/r3k2d1,4k8s2p3,1k2s2p0,r1k2d1",
    "spectrum64h16b8f60:6k1s1p0,r4k3d2,2k2s2p0+linear",
};
enum { SMALL_ARCHS = sizeof small_archs / sizeof *small_archs };

static void write_arch(const char *name, const char *text)
{
    char bytes[ARCH_TEXT_MAX + 1] = {0};
    memcpy(bytes + 1, text, strlen(text));
    write_case("arch", name, bytes, 1 + strlen(text));
}

static void write_archs(void)
{
    char name[32];
    for (const NamedArch *known = named_archs; known->name; known++)
        write_arch(known->name, known->text);
    for (int i = 0; i < SMALL_ARCHS; i++) {
        snprintf(name, sizeof name, "small_%d", i);
        write_arch(name, small_archs[i]);
    }
}

// ---- Sweeps ----

static const char *const sweeps[] = {
    "# names\narch = figure3_1 normal\nactivation = leaky_relu, silu\nlearning-rate = 0.001 1e-4\n"
    "batch = 16\nwindow = 110250\nper-clip = 1 # one\nepochs = 25\n",
    "channels = 4,2 8,2\nkernels = 8,6\nstrides = 6,3\npaddings = 4,4\nloss = relative\n"
    "schedule = cosine\nwarm-up = 0.5\nseed = 1 2 3\r\nrandom-gain = 6\nspectral-loss = 0.01\n",
    "schedule = plateau\npatience = 2\nwindow = 100 5\narch = r2k3d4,6k8s6p4+linear "
    "9k4s2p1/1k4s2p1",
};
enum { SWEEPS = sizeof sweeps / sizeof *sweeps };

static void write_sweeps(void)
{
    char name[32];
    for (int i = 0; i < SWEEPS; i++) {
        snprintf(name, sizeof name, "grid_%d", i);
        write_case("sweep", name, sweeps[i], strlen(sweeps[i]));
    }
}

// ---- Files ----

// Without its checksum, which would hide all behind it from a target that changes bytes: another
// key of that length says nothing.
static void forget_checksum(unsigned char *bytes, size_t size)
{
    static const char key[] = "\"checksum\"";
    for (size_t i = 0; i + sizeof key <= size; i++)
        if (memcmp(bytes + i, key, sizeof key - 1) == 0) bytes[i + 1] = 'C';
}

static unsigned char *model_bytes(const char *text, size_t *size)
{
    Error error;
    const Arch arch = arch_of(text);
    Model *model = fuzz_model(&arch, 8000);
    unsigned char *bytes = model_serialize(model, size, &error);
    MUST(bytes);
    forget_checksum(bytes, *size);
    model_free(model);
    return bytes;
}

static unsigned char *latent_bytes(const char *text, size_t frames, size_t *size)
{
    Error error;
    const Arch arch = arch_of(text);
    Model *model = fuzz_model(&arch, 8000);
    Latent *latent = latent_new(model, frames, &error);
    MUST(latent);
    for (size_t i = 0; i < 2 * frames; i++) latent->values[i] = (float)(i % 7) - 3;
    snprintf(latent->source, sizeof latent->source, "song.wav");
    unsigned char *bytes = latent_serialize(latent, size, &error);
    MUST(bytes);
    forget_checksum(bytes, *size);
    latent_free(latent);
    model_free(model);
    return bytes;
}

static void write_files(void)
{
    char name[32];
    size_t size;
    for (int i = 0; i < SMALL_ARCHS; i++) {
        unsigned char *bytes = model_bytes(small_archs[i], &size);
        snprintf(name, sizeof name, "small_%d", i);
        write_case("weights", name, bytes, size);
        free(bytes);
    }
    // The model that the plugin begins with in fuzz_host.h; the latent's is this one.
    unsigned char *bytes = model_bytes("2k4s2p1", &size);
    write_case("weights", "default", bytes, size);
    free(bytes);
    for (size_t frames = 1; frames <= 100; frames *= 10) {
        bytes = latent_bytes("2k4s2p1", frames, &size);
        snprintf(name, sizeof name, "frames_%zu", frames);
        write_case("latent", name, bytes, size);
        free(bytes);
    }
    bytes = latent_bytes("spectrum64h16b8f60:2k1s1p0", 10, &size);
    write_case("latent", "levels", bytes, size);
    free(bytes);
}

// ---- The trainer's files ----

// Takes a file that the trainer has written as a case.
static void take_case(const char *target, const char *name, const char *path)
{
    Error error;
    size_t size;
    unsigned char *bytes = file_read(path, CASE_MAX, &size, &error);
    MUST(bytes);
    forget_checksum(bytes, size);
    write_case(target, name, bytes, size);
    free(bytes);
    remove(path);
}

static void write_checkpoint(void)
{
    Error error;
    Checkpoint checkpoint;
    const Arch arch = arch_of("2k4s2p1");
    MUST(checkpoint_init(&checkpoint, &arch, &error));
    checkpoint.epoch = checkpoint.best_epoch = 3;
    checkpoint.step = checkpoint.loss_windows = 2;
    checkpoint.loss_sum = checkpoint.best_train = checkpoint.best_validation = 0.125;
    checkpoint.schedule = (ScheduleState){1, 1, 0.25, false};
    checkpoint.adam.steps = 11;
    // As fuzz_checkpoint.c wants it.
    MUST(checkpoint_write(&checkpoint, "window 5, seed 1", NULL, "corpus.tmp", &error));
    take_case("checkpoint", "epoch_3", "corpus.tmp");
    MUST(checkpoint_write(&checkpoint, "window 5, seed 2", NULL, "corpus.tmp", &error));
    take_case("checkpoint", "another_training", "corpus.tmp");
    checkpoint_free(&checkpoint);
}

static void write_latents(void)
{
    enum { CLIPS = 4, CHANNELS = 2, FRAMES = 3 };
    static const char *genres[] = {"blues", "rock"};
    LatentClip clip[CLIPS] = {{"blues/a.wav", 0, SPLIT_TRAIN, NULL},
                              {"rock/b.wav", 1, SPLIT_VALIDATION, NULL},
                              {"rock/c.wav", 1, SPLIT_TEST, NULL},
                              {"loose.wav", -1, SPLIT_TRAIN, NULL}};
    const LatentSet about = {.clip = clip,
                             .clips = CLIPS,
                             .genre = genres,
                             .genres = 2,
                             .channels = CHANNELS,
                             .frames = FRAMES,
                             .frame_rate = 612.5,
                             .window = 250,
                             .seed = 1,
                             .model_name = "normal",
                             .source = "music",
                             .fingerprint = "0123abcd"};
    const float values[FRAMES][CHANNELS] = {{1, -4}, {-2, 5}, {3, -6}};
    Error error;
    LatentSetWriter *writer = latent_set_create("corpus.tmp", &about, &error);
    MUST(writer);
    for (size_t i = 0; i < CLIPS; i++) MUST(latent_set_put(writer, i, 0, *values, FRAMES, &error));
    MUST(latent_set_commit(writer, &error));
    take_case("latents", "two_genres", "corpus.tmp");
}

static void write_classifier(void)
{
    Error error;
    M5Weights weights;
    MUST(m5_weights_init(&weights, &(M5Shape){1, 1, 2}, &error));
    m5_weights_init_random(&weights, 1);
    MUST(m5_weights_write(&weights, safetensors_builder_new(), "corpus.tmp", &error));
    take_case("classifier", "narrow", "corpus.tmp");
    weights.features /= 2; // of the last layer, which does not fit then
    MUST(m5_weights_write(&weights, safetensors_builder_new(), "corpus.tmp", &error));
    take_case("classifier", "layer_too_small", "corpus.tmp");
    m5_weights_free(&weights);
}

static void write_reports(void)
{
    enum { RECORD, TABLE };
    static const struct {
        const char *name, *text;
        char kind;
    } files[] = {
        {"losses", "epoch,train_loss\n1,0.5\n2,0.25\n", TABLE},
        {"quoted", "genre,\"rock, hard\"\r\n\"say \"\"b\"\"\",<i>&amp;</i>\r\n", TABLE},
        {"settings", "{\"settings\": {\"seed\": 1, \"rate\": 0.001}, \"name\": \"<b>\"}", RECORD},
        {"generation", "{\"kind\": \"generation\", \"parts\": [{}, {}], \"noise\": 0.5}", RECORD},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char bytes[256];
        const size_t size = strlen(files[i].text);
        bytes[0] = files[i].kind;
        memcpy(bytes + 1, files[i].text, size);
        write_case("report", files[i].name, bytes, 1 + size);
    }
}

// ---- Messages ----

static LV2_URID urid(const char *uri)
{
    return fuzz_map.map(NULL, uri);
}

// A case being written: one block that holds a sequence.
typedef struct {
    LV2_Atom_Forge forge;
    LV2_Atom_Forge_Frame sequence, object;
    union {
        LV2_Atom_Sequence sequence;
        uint64_t aligned[CASE_MAX / sizeof(uint64_t)];
    } buffer;
} Block;

static void begin_object(Block *block, int64_t at, const char *type)
{
    lv2_atom_forge_frame_time(&block->forge, at);
    lv2_atom_forge_object(&block->forge, &block->object, 0, urid(type));
}

static void end_object(Block *block)
{
    lv2_atom_forge_pop(&block->forge, &block->object);
}

static void key(Block *block, const char *uri)
{
    lv2_atom_forge_key(&block->forge, urid(uri));
}

static void add_set(Block *block, const char *property, const char *path)
{
    begin_object(block, 0, LV2_PATCH__Set);
    key(block, LV2_PATCH__property);
    lv2_atom_forge_urid(&block->forge, urid(property));
    key(block, LV2_PATCH__value);
    lv2_atom_forge_path(&block->forge, path, (uint32_t)strlen(path));
    end_object(block);
}

static void add_get(Block *block, const char *property)
{
    begin_object(block, 0, LV2_PATCH__Get);
    if (property) {
        key(block, LV2_PATCH__property);
        lv2_atom_forge_urid(&block->forge, urid(property));
    }
    end_object(block);
}

static void add_position(Block *block, int64_t at, int64_t frame, float speed)
{
    begin_object(block, at, LV2_TIME__Position);
    key(block, LV2_TIME__frame);
    lv2_atom_forge_long(&block->forge, frame);
    key(block, LV2_TIME__speed);
    lv2_atom_forge_float(&block->forge, speed);
    key(block, LV2_TIME__bar);
    lv2_atom_forge_long(&block->forge, 3);
    key(block, LV2_TIME__barBeat);
    lv2_atom_forge_float(&block->forge, 1.5f);
    key(block, LV2_TIME__beatsPerBar);
    lv2_atom_forge_float(&block->forge, 4);
    key(block, LV2_TIME__beatsPerMinute);
    lv2_atom_forge_double(&block->forge, 97);
    end_object(block);
}

static void add_listen(Block *block)
{
    begin_object(block, 0, TRASLUZ_LISTEN_URI);
    end_object(block);
}

static void add_note(Block *block, int64_t at, unsigned char status, unsigned char note)
{
    const unsigned char message[] = {status, note, 100};
    lv2_atom_forge_frame_time(&block->forge, at);
    lv2_atom_forge_atom(&block->forge, sizeof message, urid(LV2_MIDI__MidiEvent));
    lv2_atom_forge_write(&block->forge, message, sizeof message);
}

static Block *block_new(void)
{
    Block *block = calloc(1, sizeof *block);
    MUST(block);
    lv2_atom_forge_init(&block->forge, &fuzz_map);
    lv2_atom_forge_set_buffer(&block->forge, (uint8_t *)&block->buffer, sizeof block->buffer);
    lv2_atom_forge_sequence_head(&block->forge, &block->sequence, 0);
    return block;
}

// Writes the block so many times, as fuzz_messages.c reads it, and frees it.
static void write_block(Block *block, const char *name, int times)
{
    enum { SAMPLES = 200, ROOM = 255 }; // room for a view
    unsigned char bytes[CASE_MAX];
    size_t used = 0;
    lv2_atom_forge_pop(&block->forge, &block->sequence);
    const size_t size = block->buffer.sequence.atom.size;
    for (int i = 0; i < times && used + 4 + size <= sizeof bytes; i++) {
        bytes[used++] = SAMPLES;
        bytes[used++] = ROOM;
        bytes[used++] = (unsigned char)(size & 255);
        bytes[used++] = (unsigned char)(size >> 8);
        memcpy(bytes + used, &block->buffer.sequence.body, size);
        used += size;
    }
    write_case("messages", name, bytes, used);
    free(block);
}

static void write_messages(void)
{
    Block *block = block_new();
    write_block(block, "nothing", 3);
    block = block_new();
    add_set(block, "urn:trasluz:model", "models/normal.safetensors");
    add_get(block, "urn:trasluz:model");
    write_block(block, "model", 3);
    block = block_new();
    add_set(block, "urn:trasluz:reference", "missing.safetensors");
    add_set(block, "urn:trasluz:reference", "");
    add_get(block, NULL);
    add_get(block, "urn:trasluz:notice");
    write_block(block, "reference", 2);
    block = block_new();
    add_position(block, 0, 1000, 1);
    add_position(block, 50, 4000, 1);
    add_position(block, 120, 4070, 0);
    write_block(block, "transport", 3);
    block = block_new();
    add_listen(block);
    add_note(block, 10, 0x90, NOTE_FREEZE);
    add_note(block, 20, 0x9f, NOTE_CAPTURE);
    add_note(block, 150, 0x80, NOTE_FREEZE);
    add_note(block, 160, 0xbf, 123); // all notes end
    write_block(block, "window_and_notes", 8);
}

// ---- Sessions ----

typedef struct {
    unsigned char bytes[CASE_MAX];
    size_t used;
} Session;

// As fuzz_state.c reads it: its numbers of keys and types.
static void add_property(Session *session, int property, int type, int odd, const void *value,
                         size_t size)
{
    unsigned char *to = session->bytes + session->used;
    MUST(session->used + 5 + size <= sizeof session->bytes);
    to[0] = (unsigned char)property;
    to[1] = (unsigned char)type;
    to[2] = (unsigned char)odd;
    to[3] = (unsigned char)(size & 255);
    to[4] = (unsigned char)(size >> 8);
    memcpy(to + 5, value, size);
    session->used += 5 + size;
}

static void write_sessions(void)
{
    enum { CHUNK, PATH, STRING, WITH_DIGEST = 1, MAPPED = 2 };
    static const char path[] = "models/normal.safetensors";
    size_t model_size, latent_size;
    unsigned char *model = model_bytes("2k4s2p1", &model_size);
    unsigned char *other = latent_bytes("2k4s2p1", 30, &latent_size);
    for (int i = 0; i < 3; i++) {
        Session session = {.used = 0};
        add_property(&session, 0, PATH, i == 1 ? MAPPED : 0, i == 2 ? "gone" : path,
                     i == 2 ? 5 : sizeof path);
        add_property(&session, 1, STRING, 0, "", 1);
        if (i > 0) add_property(&session, 2, CHUNK, WITH_DIGEST, model, model_size);
        if (i > 1) {
            add_property(&session, 4, CHUNK, WITH_DIGEST, other, latent_size);
            add_property(&session, 6, CHUNK, 0, other, latent_size);
            add_property(&session, 7, CHUNK, 0, other, latent_size);
        }
        char name[32];
        snprintf(name, sizeof name, "session_%d", i);
        write_case("state", name, session.bytes, session.used);
    }
    free(model);
    free(other);
}

int main(int count, char **argument)
{
    if (count != 2) {
        fprintf(stderr, "usage: make_corpus FOLDER\n");
        return 2;
    }
    folder = argument[1];
    mkdir(folder, 0777);
    write_archs();
    write_sweeps();
    write_files();
    write_checkpoint();
    write_latents();
    write_classifier();
    write_reports();
    write_messages();
    write_sessions();
    return 0;
}
