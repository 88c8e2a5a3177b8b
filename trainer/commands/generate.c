// generate.c: `trainer generate`: new music out of latents: averaged, put together, bent.
#include "analysis/score.h"
#include "audio/audio_features.h"
#include "audio/audio_writer.h"
#include "audio/temp_audio.h"
#include "commands/command.h"
#include "commands/command_latent.h"
#include "commands/latent_parts.h"
#include "latents/decoding.h"
#include "latents/latent_mix.h"
#include "output/gnuplot.h"
#include "output/json_file.h"
#include "output/waveform_figure.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer generate WEIGHTS PART… -o AUDIO [options]\n"
    "\n"
    "Makes a latent of one or more others, bends it, and decodes it. A PART is a latent file,\n"
    "an audio file, or a folder of audio files, a genre say; a file may be followed by a\n"
    "stretch of time: song.ogg@12-27.5 in seconds, song.ogg@50%-100% in percent. The audio\n"
    "ends in .wav, .w64, .flac or .ogg; beside it, under the same name, come the latent\n"
    "(.safetensors, a reference for the plugin), a picture of waveform and spectrogram (.png),\n"
    "and how it was made, with level, spectral centroid and spectral flatness (.json).\n"
    "\n"
    "  -o, --output FILE        the audio file (needed)\n"
    "      --force              write over files of these four names that are there though\n"
    "                           the .json does not say that they were generated\n"
    "      --average            the mean of all parts\n"
    "      --concatenate        one part behind the other\n"
    "      --first N            of the parts and all that folders hold, by name (all)\n"
    "      --loop               an average goes on to the end of the longest part, the others\n"
    "                           repeated; without it, to the end of the shortest\n"
    "      --fade SECONDS       from each part into the next (0: a hard cut)\n"
    "      --no-pictures        draw no picture (it needs gnuplot)\n" LATENT_HELP "\n"
    "example: trainer generate normal.safetensors genres/reggae --average --first 3 -o three.wav\n";

enum {
    OPTION_AVERAGE = 256,
    OPTION_CONCATENATE,
    OPTION_FIRST,
    OPTION_LOOP,
    OPTION_FADE,
    OPTION_NO_PICTURES,
    OPTION_FORCE,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"average", no_argument, NULL, OPTION_AVERAGE},
    {"concatenate", no_argument, NULL, OPTION_CONCATENATE},
    {"first", required_argument, NULL, OPTION_FIRST},
    {"loop", no_argument, NULL, OPTION_LOOP},
    {"fade", required_argument, NULL, OPTION_FADE},
    {"no-pictures", no_argument, NULL, OPTION_NO_PICTURES},
    {"force", no_argument, NULL, OPTION_FORCE},
    LATENT_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *output;
    char **parts;
    int part_count;
    bool average, concatenate, loop, no_pictures, force;
    long first; // 0: all
    double fade;
    LatentOptions options;
} Call;

// ---- Parts ----

static bool find_parts(LatentParts *list, const Call *call, Error *error)
{
    if (!latent_parts_find(list, call->parts, call->part_count, (size_t)call->first, error))
        return false;
    if (list->count < (size_t)call->first)
        return error_set(error, "--first %ld: there are %zu parts", call->first, list->count);
    if (list->count > 1 && !call->average && !call->concatenate)
        return error_set(error, "%zu parts need --average or --concatenate", list->count);
    return true;
}

static const char *way_of(const Call *call, const LatentParts *list)
{
    return list->count == 1 ? "single" : call->average ? "average" : "concatenation";
}

static Latent *join_parts(const Call *call, const LatentParts *list, const Model *model,
                          Error *error)
{
    Latent *joined = NULL, **latents = latent_parts_load(&command_generate, list, model, error);
    if (!latents) return NULL;
    const double frame_rate = latents[0]->frame_rate;
    if (list->count == 1) {
        joined = latents[0];
        latents[0] = NULL;
    } else if (call->average) {
        joined = latent_average(model, latents, list->count, call->loop, error);
    } else {
        const size_t fade = (size_t)lround(call->fade * frame_rate);
        joined = latent_concatenate(model, latents, list->count, fade, error);
    }
    latents_free(latents, list->count);
    if (joined && list->count > 1)
        snprintf(joined->source, sizeof joined->source, "%s of %zu parts", way_of(call, list),
                 list->count);
    return joined;
}

// ---- Sound ----

// Leaves a sound in a store beside `path`; the caller frees that. NULL on error.
static SoundStore *decode(Sound *sound, const char *path, const Latent *latent, const Model *model,
                          Error *error)
{
    SoundStore *store = sound_store_new(path, error);
    if (store && decode_latent(latent, model, sound_store_add, store, stderr, error) &&
        sound_store_open(store, sound, error))
        return store;
    sound_store_free(store);
    return NULL;
}

// How far the bent sound is from the plain one, as an SNR.
static double compare(const Sound *plain, const Sound *bent)
{
    enum { PIECE = 4096 }; // samples
    float before[PIECE], after[PIECE];
    double signal = 0.0, difference = 0.0;
    for (size_t at = 0; at < plain->samples; at += PIECE) {
        sound_read(plain, at, PIECE, before);
        sound_read(bent, at, PIECE, after);
        for (size_t i = 0; i < PIECE; i++) { // silence is behind the end of both
            const double was = (double)before[i], change = (double)after[i] - was;
            signal += was * was;
            difference += change * change;
        }
    }
    return score_snr(signal, difference);
}

// ---- What is written ----

#define RECORD_KIND "generation"

enum { FILE_AUDIO, FILE_LATENT, FILE_PICTURE, FILE_RECORD, FILES };

typedef struct {
    const Call *call;
    const Model *model;
    const LatentParts *list;
    char *path[FILES];
    SoundMeasure measure;
    double change; // SNR in dB against the same latent before it was bent, NaN where it was not
} Generation;

static bool name_files(Generation *generation, Error *error)
{
    static const char *const endings[FILES] = {"", ".safetensors", ".png", ".json"};
    const char *output = generation->call->output;
    const size_t stem = (size_t)(strrchr(output, '.') - output); // audio_writer_knows() has seen it
    for (int f = 0; f < FILES; f++) {
        char *path = malloc(strlen(output) + 16);
        if (!path) return error_set(error, "out of memory");
        sprintf(path, "%.*s%s", (int)(f == FILE_AUDIO ? strlen(output) : stem), output, endings[f]);
        generation->path[f] = path;
    }
    return true;
}

// Nothing that is read may be written over.
static bool check_files(const Generation *generation, Error *error)
{
    const Call *call = generation->call;
    const LatentParts *list = generation->list;
    for (int f = 0; f < FILES; f++) {
        const char *path = generation->path[f], *reference = call->options.reference;
        bool read = same_file(path, call->weights) || (reference && same_file(path, reference));
        for (size_t i = 0; !read && i < list->count; i++)
            read = same_file(path, list->part[i].path);
        if (read) return error_set(error, "%s is what is read", path);
    }
    return true;
}

// What an earlier call generated may be written over; its record stands beside it.
static bool check_there(const Generation *generation, Error *error)
{
    const Call *call = generation->call;
    if (call->force || record_is(generation->path[FILE_RECORD], RECORD_KIND)) return true;
    for (int f = 0; f < FILES; f++) {
        if (f == FILE_PICTURE && call->no_pictures) continue;
        if (!command_may_write(generation->path[f], NULL, NULL, error)) return false;
    }
    return true;
}

static bool write_audio(const Generation *generation, const Sound *sound, Error *error)
{
    uint64_t clipped;
    const char *path = generation->path[FILE_AUDIO];
    if (!audio_write_mono(path, generation->model->sample_rate, sound, &clipped, error))
        return false;
    command_note_clipped(&command_generate, path, clipped);
    return true;
}

static bool draw_picture(const Generation *generation, const Sound *sound, Error *error)
{
    const char *slash = strrchr(generation->call->output, '/');
    const PicturedSound pictured = {slash ? slash + 1 : generation->call->output, *sound};
    return generation->call->no_pictures || sound_picture(generation->path[FILE_PICTURE], &pictured,
                                                          1, generation->model->sample_rate, error);
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

// The file's name, and the stretch where it is not the whole.
static json_t *describe_part(const LatentPart *part)
{
    const char *slash = strrchr(part->path, '/'), *name = slash ? slash + 1 : part->path;
    const size_t room = strlen(name) + 80;
    char *text = malloc(room);
    if (!text) return NULL;
    const int used = snprintf(text, room, "%s", name);
    if (!part->whole)
        snprintf(text + used, room - (size_t)used, "@%g%s-%g%s", part->from.value,
                 part->from.percent ? "%" : "", part->to.value, part->to.percent ? "%" : "");
    json_t *json = record_text(text);
    free(text);
    return json;
}

static json_t *describe_parts(const LatentParts *list)
{
    json_t *parts = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(parts, describe_part(&list->part[i]));
    return parts;
}

// The caller ends it; NULL where memory is short.
static json_t *make_record(const Generation *generation, const Sound *sound)
{
    const Call *call = generation->call;
    const LatentSettings *settings = &call->options.settings;
    const SoundMeasure *measure = &generation->measure;
    return json_pack("{s:s, s:s, s:s, s:o, s:f, s:f, s:f, s:f, s:b, s:I, s:f, s:o, s:f, s:f, s:o}",
                     "kind", RECORD_KIND, "model", generation->model->info.name, "way",
                     way_of(call, generation->list), "parts", describe_parts(generation->list),
                     "fade", call->fade, "noise", (double)settings->noise, "offset",
                     (double)settings->offset, "blend", (double)settings->blend, "absolute",
                     settings->absolute, "seed", (json_int_t)settings->seed, "seconds",
                     (double)sound->samples / generation->model->sample_rate, "level_db",
                     number_or_null(measure->level), "centroid_hz", measure->centroid, "flatness",
                     measure->flatness, "change_snr_db", number_or_null(generation->change));
}

static void tell(const Generation *generation, const Sound *sound)
{
    const SoundMeasure *measure = &generation->measure;
    printf("wrote %s: ", generation->call->output);
    if (generation->list->count > 1)
        printf("%s of %zu parts, ", way_of(generation->call, generation->list),
               generation->list->count);
    printf("%.4g s, level %.1f dB, centroid %.0f Hz, flatness %.4f",
           (double)sound->samples / generation->model->sample_rate, measure->level,
           measure->centroid, measure->flatness);
    if (!isnan(generation->change)) printf("; against the unbent: SNR %.2f dB", generation->change);
    putchar('\n');
}

static bool write_files(Generation *generation, const Latent *latent, const Sound *sound,
                        Error *error)
{
    if (!sound_measure(&generation->measure, sound, generation->model->sample_rate, error))
        return false;
    json_t *record = make_record(generation, sound);
    const bool good =
        (record || error_set(error, "out of memory")) && write_audio(generation, sound, error) &&
        latent_write(latent, generation->path[FILE_LATENT], error) &&
        draw_picture(generation, sound, error) &&
        record_write(generation->path[FILE_RECORD], record, JSON_REAL_PRECISION(6), error);
    json_decref(record);
    if (good) tell(generation, sound);
    return good;
}

// ---- The call ----

// Bends the latent and decodes it; before, where it is bent, it is decoded as it was. The caller
// frees the store that the sound is in; NULL on error.
static SoundStore *bend(Generation *generation, Latent *latent, Sound *bent, Error *error)
{
    const LatentOptions *options = &generation->call->options;
    const Model *model = generation->model;
    const char *path = generation->path[FILE_AUDIO];
    Sound plain;
    SoundStore *before = NULL, *after = NULL;
    generation->change = NAN;
    const bool changes = latent_options_change(options);
    if ((!changes || (before = decode(&plain, path, latent, model, error))) &&
        latent_options_apply(&command_generate, options, model, latent, error))
        after = decode(bent, path, latent, model, error);
    if (before && after) generation->change = compare(&plain, bent);
    sound_store_free(before);
    return after;
}

static bool generate(Generation *generation, Error *error)
{
    Latent *latent = join_parts(generation->call, generation->list, generation->model, error);
    Sound sound;
    SoundStore *store = latent ? bend(generation, latent, &sound, error) : NULL;
    const bool good = store && write_files(generation, latent, &sound, error);
    sound_store_free(store);
    latent_free(latent);
    return good;
}

static bool generate_file(const Call *call, Error *error)
{
    LatentParts list = {0};
    Generation generation = {.call = call, .list = &list};
    Model *model = NULL;
    bool good = (call->no_pictures || gnuplot_check(error)) && find_parts(&list, call, error) &&
                name_files(&generation, error) && check_files(&generation, error) &&
                check_there(&generation, error) && (model = command_model(call->weights, error));
    generation.model = model;
    good = good && generate(&generation, error);
    for (int f = 0; f < FILES; f++) free(generation.path[f]);
    model_free(model);
    latent_parts_free(&list);
    return good;
}

static bool read_option(Call *call, int option)
{
    const Command *command = &command_generate;
    switch (option) {
    case 'o': call->output = optarg; return true;
    case OPTION_AVERAGE: call->average = true; return true;
    case OPTION_CONCATENATE: call->concatenate = true; return true;
    case OPTION_LOOP: call->loop = true; return true;
    case OPTION_FORCE: call->force = true; return true;
    case OPTION_NO_PICTURES: call->no_pictures = true; return true;
    case OPTION_FIRST: return option_integer(command, "--first", optarg, 1, 1000000, &call->first);
    case OPTION_FADE: return option_number(command, "--fade", optarg, 0.0, 3600.0, &call->fade);
    default: return latent_option_take(command, &call->options, option);
    }
}

static int check_call(const Call *call)
{
    const Command *command = &command_generate;
    Error error;
    if (!call->output) return command_usage(command, "no audio file given (-o FILE)");
    if (!audio_writer_knows(call->output, &error)) return command_usage(command, "%s", error.text);
    if (call->average && call->concatenate)
        return command_usage(command, "--average and --concatenate exclude each other");
    if (call->loop && !call->average) return command_usage(command, "--loop needs --average");
    if (call->fade > 0.0 && !call->concatenate)
        return command_usage(command, "--fade needs --concatenate");
    return latent_options_check(command, &call->options) ? EXIT_DONE : EXIT_USAGE;
}

static int run(int argc, char **argv)
{
    const Command *command = &command_generate;
    Call call = {.options = {.settings = {LATENT_NEUTRAL}}};
    int option;
    while ((option = command_option(command, argc, argv, ":o:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind < 2) return command_usage(command, "a weights file and parts are needed");
    call.weights = argv[optind];
    call.parts = argv + optind + 1;
    call.part_count = argc - optind - 1;
    const int status = check_call(&call);
    if (status != EXIT_DONE) return status;
    Error error;
    return generate_file(&call, &error) ? EXIT_DONE : command_fail(command, &error);
}

const Command command_generate = {"generate", "make new music out of latents", help, run};
