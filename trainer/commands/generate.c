// generate.c: `trainer generate`: makes new music from latents: averaged, concatenated, changed.
#include "analysis/score.h"
#include "audio/audio_features.h"
#include "audio/audio_writer.h"
#include "commands/command_list.h"
#include "latents/latent_mix.h"
#include "options/latent_files.h"
#include "options/latent_options.h"
#include "options/latent_parts.h"
#include "output/gnuplot.h"
#include "output/json_file.h"
#include "output/waveform_figure.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *weights, *output, *carrier;
    PathList parts;
    bool average, concatenate, loop, no_pictures, force;
    size_t first; // 0: all
    double fade;
    LatentOptions latent_options;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"WEIGHTS", "a weights file", AT(weights), OPERAND_ONE},
    {"PART…", "parts", AT(parts), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .check = audio_writer_knows, .help = "the audio file; ends in .wav, .w64, .flac or .ogg"},
    {"force", 0, OPTION_FLAG, AT(force),
     .help = "overwrites existing files of the four names, even if the .json does not show that "
             "this command made them"},
    {"average", 0, OPTION_FLAG, AT(average), .help = "the mean of all parts"},
    {"concatenate", 0, OPTION_FLAG, AT(concatenate), .help = "one part after the other"},
    {"first", 0, OPTION_SIZE, AT(first), .unit = "N", .low = 1, .high = 1000000, .shown = "all",
     .help = "takes the first N of the parts and all that folders hold, by name"},
    {"loop", 0, OPTION_FLAG, AT(loop),
     .help = "an average lasts to the end of the longest part, and the others repeat; without it, "
             "to the end of the shortest"},
    {"fade", 0, OPTION_DOUBLE, AT(fade), .unit = "SECONDS", .initial = "0", .low = 0, .high = 3600,
     .shown = "0: a hard cut", .help = "cross-fade from each part into the next"},
    {"no-pictures", 0, OPTION_FLAG, AT(no_pictures), .transient = true,
     .help = "draws no picture (gnuplot draws it)"},
    {.name = NULL},
};

// ---- Parts ----

static bool find_parts(LatentParts *list, const Call *call, Error *error)
{
    if (!latent_parts_find(list, call->parts.path, call->parts.count, call->first, error))
        return false;
    if (list->count < call->first)
        return error_set(error, "--first %zu: only %zu parts were found", call->first, list->count);
    if (list->count > 1 && !call->average && !call->concatenate)
        return error_set(error, "%zu parts need --average or --concatenate", list->count);
    return true;
}

static const char *method_name(const Call *call, const LatentParts *list)
{
    return list->count == 1 ? "single" : call->average ? "average" : "concatenation";
}

static Latent *join_parts(const Call *call, LatentParts *list, const Model *model, Error *error)
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
        snprintf(joined->source, sizeof joined->source, "%s of %zu parts", method_name(call, list),
                 list->count);
    return joined;
}

// ---- Sound ----

// Returns how far the changed sound is from the plain one, as an SNR in dB.
static double change_snr(const Sound *plain, const Sound *changed)
{
    enum { PIECE = 4096 }; // samples
    float before[PIECE], after[PIECE];
    double signal = 0.0, difference = 0.0;
    for (size_t at = 0; at < plain->samples; at += PIECE) {
        sound_read(plain, at, PIECE, before);
        sound_read(changed, at, PIECE, after);
        for (size_t i = 0; i < PIECE; i++) { // silence follows the end of both
            const double was = (double)before[i], change = (double)after[i] - was;
            signal += was * was;
            difference += change * change;
        }
    }
    return score_snr(signal, difference);
}

// ---- Files ----

#define RECORD_KIND "generation"

enum { FILE_AUDIO, FILE_LATENT, FILE_PICTURE, FILE_RECORD, FILES };

static bool is_record(const char *path)
{
    return json_file_is(path, RECORD_KIND);
}

// What an earlier call generated may be overwritten: its record is with it.
static const Artefact outputs[FILES + 1] = {
    [FILE_AUDIO] = {.name = "", .guarded = true},
    [FILE_LATENT] = {.name = ".safetensors", .guarded = true},
    [FILE_PICTURE] = {.name = ".png", .guarded = true, .unless = "no-pictures"},
    [FILE_RECORD] = {.name = ".json",
                     .guarded = true,
                     .is_ours = is_record,
                     .ours = "a record of this command",
                     .marks_all = true},
    [FILES] = {.name = NULL},
};

typedef struct {
    const Call *call;
    const Model *model;
    LatentParts *list;
    char *path[FILES];
    AudioFeatures measure;
    double change; // SNR in dB against the same latent without changes; NaN without changes
} Generation;

// Names all files; none of them may be a part, which may have been found in a folder.
static bool name_files(Generation *generation, Error *error)
{
    const LatentParts *list = generation->list;
    for (int f = 0; f < FILES; f++) {
        char *path = output_path(generation->call->output, outputs[f].name);
        if (!path) return error_out_of_memory(error);
        generation->path[f] = path;
        for (size_t i = 0; i < list->count; i++)
            if (!output_is_no_input(path, (const char *const[]){list->part[i].path}, 1, error))
                return false;
    }
    return true;
}

static bool draw_picture(const Generation *generation, const Sound *sound, Error *error)
{
    const char *slash = strrchr(generation->call->output, '/');
    const FigureSound pictured = {slash ? slash + 1 : generation->call->output, *sound};
    return generation->call->no_pictures ||
           waveform_figure(generation->path[FILE_PICTURE], &pictured, 1,
                           generation->model->sample_rate, error);
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

// Describes a part: the name of the file, and the range of time if it is not the whole.
static json_t *describe_part(const TimePart *part)
{
    const char *slash = strrchr(part->path, '/'), *name = slash ? slash + 1 : part->path;
    const size_t room = strlen(name) + 80;
    char *text = malloc(room);
    if (!text) return NULL;
    const int used = snprintf(text, room, "%s", name);
    if (!part->whole)
        snprintf(text + used, room - (size_t)used, "@%g%s-%g%s", part->from.value,
                 part->from.percent ? "%" : "", part->to.value, part->to.percent ? "%" : "");
    json_t *json = json_file_text(text);
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

// Describes what carries the latent of a spectrum.
static json_t *describe_carrier(const Generation *generation)
{
    const char *path = generation->call->carrier, *slash = path ? strrchr(path, '/') : NULL;
    if (generation->model->arch.front.kind != FRONT_SPECTRUM) return NULL;
    return json_file_text(slash ? slash + 1 : path ? path : "noise");
}

// Describes the result. The caller frees it; NULL if out of memory.
static json_t *make_record(const Generation *generation, const Sound *sound)
{
    const Call *call = generation->call;
    const LatentSettings *settings = &call->latent_options.settings;
    const AudioFeatures *measure = &generation->measure;
    const LatentOptions *edits = &call->latent_options;
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:f, s:o, s:o, s:o, s:b, s:I, s:f, s:o, s:f, s:f, s:o, s:o*}", "kind",
        RECORD_KIND, "model", generation->model->info.name, "way",
        method_name(call, generation->list), "parts", describe_parts(generation->list), "fade",
        call->fade, "noise", option_automation_json(&edits->noise), "offset",
        option_automation_json(&edits->offset), "blend", option_automation_json(&edits->blend),
        "absolute", settings->absolute, "seed", (json_int_t)settings->seed, "seconds",
        (double)sound->samples / generation->model->sample_rate, "level_db",
        number_or_null(measure->level), "centroid_hz", measure->centroid, "flatness",
        measure->flatness, "change_snr_db", number_or_null(generation->change), "carrier",
        describe_carrier(generation));
}

static void print_summary(const Generation *generation, const Sound *sound)
{
    const AudioFeatures *measure = &generation->measure;
    printf("wrote %s: ", generation->call->output);
    if (generation->list->count > 1)
        printf("%s of %zu parts, ", method_name(generation->call, generation->list),
               generation->list->count);
    printf("%.4g s, level %.1f dB, centroid %.0f Hz, flatness %.4f",
           (double)sound->samples / generation->model->sample_rate, measure->level,
           measure->centroid, measure->flatness);
    if (!isnan(generation->change))
        printf("; SNR to the unchanged sound %.2f dB", generation->change);
    putchar('\n');
}

static bool write_files(Generation *generation, const Latent *latent, const Sound *sound,
                        Error *error)
{
    if (!audio_features_measure(&generation->measure, sound, generation->model->sample_rate, error))
        return false;
    json_t *record = make_record(generation, sound);
    const bool ok =
        (record || error_out_of_memory(error)) &&
        command_write_audio(&command_generate, generation->path[FILE_AUDIO],
                            generation->model->sample_rate, sound, error) &&
        latent_write(latent, generation->path[FILE_LATENT], error) &&
        draw_picture(generation, sound, error) &&
        json_file_write(generation->path[FILE_RECORD], record, JSON_REAL_PRECISION(6), error);
    json_decref(record);
    if (ok) print_summary(generation, sound);
    return ok;
}

// Changes the latent and decodes it; if it has changes, it is decoded without them too, to compare.
// The caller frees the store with the sound; NULL on error.
static TempAudio *apply_edits(Generation *generation, Latent *latent, Sound *changed, Error *error)
{
    const LatentOptions *edits = &generation->call->latent_options;
    const Model *model = generation->model;
    const char *path = generation->path[FILE_AUDIO];
    Carrier carrier;
    Sound plain;
    TempAudio *before = NULL, *after = NULL;
    generation->change = NAN;
    const bool changes = latent_options_change(edits);
    if (command_open_carrier(&carrier, &command_generate, generation->call->carrier,
                             edits->settings.seed, latent, model, path, error) &&
        (!changes || (before = latent_decode(&plain, path, latent, model, &carrier, error))) &&
        latent_options_apply(&command_generate, edits, model, latent, error))
        after = latent_decode(changed, path, latent, model, &carrier, error);
    if (before && after) generation->change = change_snr(&plain, changed);
    temp_audio_free(before);
    carrier_close(&carrier);
    return after;
}

static bool generate(Generation *generation, Error *error)
{
    Latent *latent = join_parts(generation->call, generation->list, generation->model, error);
    Sound sound;
    TempAudio *store = latent ? apply_edits(generation, latent, &sound, error) : NULL;
    const bool ok = store && write_files(generation, latent, &sound, error);
    temp_audio_free(store);
    latent_free(latent);
    return ok;
}

static bool generate_file(const Call *call, Error *error)
{
    LatentParts list = {0};
    Generation generation = {.call = call, .list = &list};
    Model *model = NULL;
    bool ok = (call->no_pictures || gnuplot_check(error)) && find_parts(&list, call, error) &&
              name_files(&generation, error) && (model = command_model(call->weights, error));
    generation.model = model;
    ok = ok && generate(&generation, error);
    for (int f = 0; f < FILES; f++) free(generation.path[f]);
    model_free(model);
    latent_parts_free(&list);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    const Command *command = line->command;
    const Call *call = values;
    Error error;
    if (call->average && call->concatenate)
        return command_usage(command, "--average and --concatenate exclude each other");
    if (call->loop && !call->average) return command_usage(command, "--loop needs --average");
    if (call->fade > 0.0 && !call->concatenate)
        return command_usage(command, "--fade needs --concatenate");
    const int status = latent_options_check(&call->latent_options, command);
    if (status != EXIT_DONE) return status;
    return generate_file(call, &error) ? EXIT_DONE : command_fail(command, &error);
}

const Command command_generate = {
    .name = "generate",
    .summary = "makes new music from latents",
    .text =
        "Makes a latent from one or more others, changes it, and decodes it. A PART is a latent\n"
        "file, an audio file, or a folder of audio files, for instance a genre; after a file a\n"
        "range of time may follow: song.ogg@12-27.5 in seconds, song.ogg@50%-100% in percent.\n"
        "With the audio, under the same name, the command writes the latent (.safetensors, a\n"
        "reference for the plugin), a picture of waveform and spectrogram (.png), and a record\n"
        "of how it was made, with level, spectral centroid and spectral flatness (.json).\n",
    .example = "trainer generate normal.safetensors genres/reggae --average --first 3 -o three.wav",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {carrier_options, AT(carrier)},
                                     {latent_options, AT(latent_options)},
                                     {.table = NULL}},
    .outputs = outputs,
    .size = sizeof(Call),
    .initial = &(const Call){.latent_options = LATENT_OPTIONS_NEUTRAL},
    .run = run,
};
