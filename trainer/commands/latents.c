// latents.c: `trainer latents`: encodes each clip of a data set once, with the streaming engine,
// and writes all latents to one file.
#include "base/progress.h"
#include "base/shared_error.h"
#include "commands/command_list.h"
#include "latents/audio_encoder.h"
#include "latents/latent_set.h"
#include "math/denormals.h"
#include "network/named_arch.h"
#include "options/music_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *weights, *output;
    MusicOptions music;
    size_t window; // samples
    bool whole;    // all of each clip
    long seed;     // -1: that of the training
    bool force;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {MUSIC_OPERANDS(Call), {.name = NULL}};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .ending = ".safetensors", .help = "the latents, LATENTS.safetensors"},
    {"window", 'w', OPTION_SIZE, AT(window), .unit = "N", .low = 1, .high = 1099511627776.0,
     .shown = "5 s, 10 s for models of spectra",
     .help = "samples of each clip, at the model's rate: 110250 are 5 s at 22050 Hz. Silence "
             "follows a clip that is shorter"},
    {"whole", 0, OPTION_FLAG, AT(whole),
     .help = "all of each clip: the window is the longest clip"},
    {"seed", 's', OPTION_LONG, AT(seed), .unit = "N", .low = 0, .high = UINT32_MAX,
     .shown = "that of the weights' training", .help = "seed of the split's draw; see eval"},
    {"force", 0, OPTION_FLAG, AT(force),
     .help = "overwrites a file that holds no latents of clips"},
    {.name = NULL},
};

// ---- Encoding ----

enum { PIECE = 64 * AUDIO_ENCODER_BLOCK }; // samples read, and encoded between two writes

typedef struct {
    const Model *model;
    const Dataset *dataset;
    LatentSet about;
    LatentSetWriter *writer;
    AudioEncoder **encoder; // [threads]
    float **frames;         // [threads], what one piece can give
    int threads;
    Progress progress;
    SharedError failure;
} Encoding;

// Reads the samples of the window from `at` on; silence follows its end.
static void read_piece(const Encoding *encoding, size_t clip, size_t at, float piece[PIECE])
{
    const size_t window = encoding->about.window, left = at < window ? window - at : 0;
    const size_t n = left < PIECE ? left : PIECE;
    dataset_read(encoding->dataset, (Window){(uint32_t)clip, at}, n, piece);
    memset(piece + n, 0, (PIECE - n) * sizeof *piece);
}

// Encodes the samples of the window from `at` on; returns the number of frames.
static size_t encode_piece(const Encoding *encoding, size_t clip, size_t at, int thread)
{
    float piece[PIECE];
    size_t given = 0;
    read_piece(encoding, clip, at, piece);
    for (size_t i = 0; i < PIECE; i += AUDIO_ENCODER_BLOCK) {
        const EncodedFrames latent =
            audio_encoder_process(encoding->encoder[thread], piece + i, AUDIO_ENCODER_BLOCK);
        const size_t channels = encoding->about.channels;
        memcpy(encoding->frames[thread] + given * channels, latent.values,
               latent.count * channels * sizeof(float));
        given += latent.count;
    }
    return given;
}

static void encode_clip(void *data, int item, int thread)
{
    Encoding *encoding = data;
    const size_t clip = (size_t)item, frames = encoding->about.frames;
    const DenormalsState before = denormals_off();
    audio_encoder_reset(encoding->encoder[thread], encoding->about.window);
    size_t done = 0;
    for (size_t at = 0; done < frames && !shared_error_exists(&encoding->failure); at += PIECE) {
        Error error;
        const size_t given = encode_piece(encoding, clip, at, thread);
        const size_t kept = given < frames - done ? given : frames - done;
        if (!latent_set_put(encoding->writer, clip, done, encoding->frames[thread], kept, &error))
            shared_error_set(&encoding->failure, &error);
        done += kept;
    }
    denormals_restore(before);
    progress_step(&encoding->progress, 1);
}

static bool encode_all(Encoding *encoding, Pool *pool, Error *error)
{
    const size_t clips = encoding->about.clips;
    shared_error_begin(&encoding->failure);
    progress_begin(&encoding->progress, stderr, "encoding, clip", clips, clips);
    pool_run(pool, encode_clip, encoding, (int)clips);
    progress_end(&encoding->progress);
    return shared_error_end(&encoding->failure, error);
}

// ---- Setup ----

static size_t longest_clip(const Dataset *dataset)
{
    size_t longest = 0;
    for (size_t i = 0; i < dataset->clips; i++)
        if (dataset->clip[i].samples > longest) longest = dataset->clip[i].samples;
    return longest;
}

// Writes the folders as they were typed, for people.
static void list_paths(const MusicOptions *music, char *text, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < music->paths.count && used < room; i++)
        used +=
            (size_t)snprintf(text + used, room - used, "%s%s", i ? " " : "", music->paths.path[i]);
}

// The samples of each clip by default: enough frames for the classifier.
static size_t default_clip(const Model *model)
{
    enum { SECONDS = 10 };
    return model->arch.front.kind == FRONT_SPECTRUM ? (size_t)(SECONDS * model->sample_rate)
                                                    : REPORT_WINDOW;
}

static bool describe(Encoding *encoding, const Call *call, const char *source, Error *error)
{
    const Model *model = encoding->model;
    const Dataset *dataset = encoding->dataset;
    LatentSet *about = &encoding->about;
    *about = (LatentSet){
        .clips = dataset->clips,
        .genre = (const char **)dataset->genre,
        .genres = dataset->genres,
        .channels = (size_t)arch_latent_channels(&model->arch),
        .frame_rate = model->sample_rate / arch_hop(&model->arch),
        .window = call->whole    ? longest_clip(dataset)
                  : call->window ? call->window
                                 : default_clip(model),
        .seed = dataset->seed,
        .model_name = model->info.name,
        .source = source,
    };
    about->frames = (size_t)audio_encoder_frames(model, about->window);
    strcpy(about->fingerprint, model->fingerprint);
    about->clip = calloc(dataset->clips, sizeof *about->clip);
    if (!about->clip) return error_out_of_memory(error);
    for (size_t i = 0; i < dataset->clips; i++) {
        const Clip *clip = &dataset->clip[i];
        about->clip[i] = (LatentClip){clip->name, clip->genre, clip->split, NULL};
    }
    return true;
}

static bool make_encoders(Encoding *encoding, int threads, Error *error)
{
    encoding->encoder = calloc((size_t)threads, sizeof(AudioEncoder *));
    encoding->frames = calloc((size_t)threads, sizeof(float *));
    bool ok = encoding->encoder && encoding->frames;
    for (int i = 0; ok && i < threads; i++) {
        encoding->threads = i + 1;
        // Clips are encoded as they are in training, whatever rate their files have.
        AudioEncoder *encoder = encoding->encoder[i] =
            audio_encoder_new(encoding->model, encoding->model->sample_rate);
        const size_t most = encoder ? audio_encoder_frames_max(encoder) : 0;
        encoding->frames[i] = malloc((most + 1) * (PIECE / AUDIO_ENCODER_BLOCK) *
                                     encoding->about.channels * sizeof(float));
        ok = encoder && encoding->frames[i];
    }
    return ok || error_out_of_memory(error);
}

static void encoding_free(Encoding *encoding)
{
    for (int i = 0; encoding->encoder && encoding->frames && i < encoding->threads; i++) {
        audio_encoder_free(encoding->encoder[i]);
        free(encoding->frames[i]);
    }
    free(encoding->encoder);
    free(encoding->frames);
    free(encoding->about.clip);
}

static bool write_set(Encoding *encoding, const char *path, Pool *pool, Error *error)
{
    encoding->writer = latent_set_create(path, &encoding->about, error);
    if (!encoding->writer) return false;
    if (encode_all(encoding, pool, error)) return latent_set_commit(encoding->writer, error);
    latent_set_abandon(encoding->writer);
    return false;
}

static bool encode_set(const void *data, const Model *model, const Dataset *dataset, Pool *pool,
                       Error *error)
{
    const Call *call = data;
    Encoding encoding = {.model = model, .dataset = dataset};
    char source[1024];
    dataset_report(dataset, stdout);
    if (dataset->genres == 0)
        printf("no genres, which classify and cluster need: name the folder above the genres' "
               "folders\n");
    list_paths(&call->music, source, sizeof source);
    const bool ok = describe(&encoding, call, source, error) &&
                    make_encoders(&encoding, pool_threads(pool), error) &&
                    write_set(&encoding, call->output, pool, error);
    if (ok)
        printf("wrote %s: latents [%zu,%zu] of %zu clips\n", call->output, encoding.about.channels,
               encoding.about.frames, encoding.about.clips);
    encoding_free(&encoding);
    return ok;
}

// ---- The call ----

static bool is_latent_set(const char *path)
{
    Error ignored;
    LatentSet *set = latent_set_open(path, &ignored);
    latent_set_close(set);
    return set;
}

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    return music_run(&call->music, call->weights, call->seed, encode_set, call, &error)
               ? EXIT_DONE
               : command_fail(line->command, &error);
}

const Command command_latents = {
    .name = "latents",
    .summary = "encodes a data set once",
    .text =
        "Encodes the beginning of every clip once and keeps the latents, with each clip's name,\n"
        "genre (its folder) and split, for `trainer classify` and `trainer cluster`.\n",
    .example = "trainer latents normal.safetensors genres -o normal-latents.safetensors",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {music_options, AT(music)}, {.table = NULL}},
    .outputs =
        (const Artefact[]){
            {.name = "", .guarded = true, .is_ours = is_latent_set, .ours = "latents of clips"},
            {.name = NULL}},
    .size = sizeof(Call),
    .run = run,
};
