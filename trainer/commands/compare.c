// compare.c: `trainer compare`: encodes and decodes music that the model never saw, and compares it
// with the original: sound, picture, scores.
#include "analysis/evaluation.h"
#include "commands/command_list.h"
#include "files/file.h"
#include "options/latent_files.h"
#include "options/music_options.h"
#include "output/gnuplot.h"
#include "output/waveform_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *weights, *output;
    MusicOptions music;
    int format;
    bool no_audio, no_pictures, force;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {MUSIC_OPERANDS(Call), {.name = NULL}};

static const char *const formats[] = {"wav", "w64", "flac", "ogg", NULL};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FOLDER", .need = NEEDED_ALWAYS,
     .help = "for sounds, pictures and table"},
    {"format", 0, OPTION_CHOICE, AT(format), .unit = "NAME", .initial = "wav", .choices = formats,
     .help = "format of the sounds: {}"},
    {"force", 0, OPTION_FLAG, AT(force),
     .help = "overwrites sounds and pictures in a folder that has no compare.csv of this command"},
    {"no-audio", 0, OPTION_FLAG, AT(no_audio), .help = "writes no sounds"},
    {"no-pictures", 0, OPTION_FLAG, AT(no_pictures), .transient = true,
     .help = "draws no pictures (gnuplot draws them)"},
    {.name = NULL},
};

#define TABLE_NAME "compare.csv"

typedef struct {
    const Call *call;
    const Dataset *dataset;
    char **name; // [clips] of the files that are written, without ending
} Comparison;

// ---- Names ----

// A file system allows 255 bytes; endings and a number follow, and so does the text of a temporary
// name.
enum { NAME_MOST = 180 };

// Returns the name of a clip without its ending and without folders: "rock/a.wav" gives "rock-a".
// Of a longer name than NAME_MOST bytes it takes the end, which tells files apart. The caller frees
// it; it has room for a number.
static char *name_of(const Clip *clip, size_t *length)
{
    const char *dot = strrchr(clip->name, '.'), *slash = strrchr(clip->name, '/');
    const bool ends = dot && dot > clip->name && (!slash || dot > slash + 1);
    *length = ends ? (size_t)(dot - clip->name) : strlen(clip->name);
    const size_t cut = *length > NAME_MOST ? *length - NAME_MOST : 0;
    *length -= cut;
    char *name = malloc(*length + 24);
    if (!name) return NULL;
    for (size_t i = 0; i < *length; i++)
        name[i] = (char)(clip->name[cut + i] == '/' ? '-' : clip->name[cut + i]);
    name[*length] = 0;
    return name;
}

static bool is_taken(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static bool make_names(Comparison *comparison, Error *error)
{
    const Dataset *dataset = comparison->dataset;
    comparison->name = calloc(dataset->clips, sizeof *comparison->name);
    if (!comparison->name) return error_out_of_memory(error);
    for (size_t i = 0; i < dataset->clips; i++) {
        size_t length;
        char *name = name_of(&dataset->clip[i], &length);
        if (!name) return error_out_of_memory(error);
        for (size_t number = 2; is_taken(comparison->name, i, name); number++)
            snprintf(name + length, 24, "-%zu", number);
        comparison->name[i] = name;
    }
    return true;
}

// ---- The files of each clip ----

// Returns FOLDER/NAME.ENDING; the caller frees it.
static char *clip_path(const Comparison *comparison, const Clip *clip, const char *ending,
                       Error *error)
{
    const char *folder = comparison->call->output;
    const char *name = comparison->name[clip - comparison->dataset->clip];
    const size_t room = strlen(folder) + strlen(name) + strlen(ending) + 3;
    char *path = malloc(room);
    if (!path) {
        error_out_of_memory(error);
        return NULL;
    }
    snprintf(path, room, "%s/%s.%s", folder, name, ending);
    return path;
}

// A file must be none of the music. If it exists, it must be allowed to overwrite it.
static bool check_output(const Comparison *comparison, const Clip *clip, const char *ending,
                         bool allowed, Error *error)
{
    const Dataset *dataset = comparison->dataset;
    char *path = clip_path(comparison, clip, ending, error);
    bool ok = path;
    for (size_t i = 0; ok && access(path, F_OK) == 0 && i < dataset->clips; i++)
        ok = output_is_no_input(path, (const char *const[]){dataset->clip[i].path}, 1, error);
    ok = ok && (allowed || output_may_replace(path, NULL, NULL, error));
    free(path);
    return ok;
}

// If a table of this command exists, the other files belong to an earlier comparison.
static bool check_outputs(const Comparison *comparison, Error *error)
{
    const Call *call = comparison->call;
    char *table = file_join(call->output, TABLE_NAME);
    if (!table) return error_out_of_memory(error);
    const bool allowed = call->force || evaluation_is_table(table);
    bool ok = true;
    free(table);
    for (size_t i = 0; ok && i < comparison->dataset->clips; i++) {
        const Clip *clip = &comparison->dataset->clip[i];
        ok = (call->no_audio ||
              check_output(comparison, clip, formats[call->format], allowed, error)) &&
             (call->no_pictures || check_output(comparison, clip, "png", allowed, error));
    }
    return ok;
}

static bool draw_picture(const char *path, double rate, const Clip *clip, const Score *score,
                         const Sound *decoded, Error *error)
{
    char title[64] = "decoded";
    const double snr = score_snr(score->signal, score->codec);
    if (isfinite(snr)) snprintf(title, sizeof title, "decoded, SNR %.1f dB", snr);
    const FigureSound sounds[] = {
        {clip->name, clip_sound(clip)},
        {title, *decoded},
    };
    return waveform_figure(path, sounds, 2, rate, error);
}

static bool keep(void *data, const Clip *clip, const Score *score, const Sound *decoded,
                 Error *error)
{
    const Comparison *comparison = data;
    const Call *call = comparison->call;
    const double rate = comparison->dataset->rate;
    char *audio = clip_path(comparison, clip, formats[call->format], error);
    char *picture = audio ? clip_path(comparison, clip, "png", error) : NULL;
    const bool ok =
        picture &&
        (call->no_audio || command_write_audio(&command_compare, audio, rate, decoded, error)) &&
        (call->no_pictures || draw_picture(picture, rate, clip, score, decoded, error));
    free(audio);
    free(picture);
    return ok;
}

// ---- The call ----

static bool write_table(const Evaluation *evaluation, const char *folder, Error *error)
{
    FileWriter writer;
    if (!file_create_in(&writer, folder, TABLE_NAME, error)) return false;
    evaluation_print(evaluation, TABLE_CSV, writer.stream);
    return file_commit(&writer, error);
}

static bool compare_clips(Comparison *comparison, const Model *model, Pool *pool, Error *error)
{
    Evaluation evaluation;
    const char *folder = comparison->call->output;
    const DecodedTaker taker = {.take = keep, .data = comparison, .folder = folder};
    bool ok = evaluation_run(&evaluation, model, comparison->dataset, SPLITS, pool, &taker, error);
    if (ok) {
        evaluation_print(&evaluation, TABLE_TEXT, stdout);
        evaluation_print_notes(&evaluation, stdout);
        ok = write_table(&evaluation, folder, error);
    }
    evaluation_free(&evaluation);
    return ok;
}

static bool compare_music(const void *data, const Model *model, const Dataset *dataset, Pool *pool,
                          Error *error)
{
    const Call *call = data;
    dataset_report_faults(dataset, stdout);
    Comparison comparison = {.call = call, .dataset = dataset};
    const bool ok = make_names(&comparison, error) && check_outputs(&comparison, error) &&
                    file_make_folders(call->output, error) &&
                    compare_clips(&comparison, model, pool, error);
    for (size_t i = 0; comparison.name && i < dataset->clips; i++) free(comparison.name[i]);
    free(comparison.name);
    return ok;
}

static bool compare_files(const Call *call, Error *error)
{
    return (call->no_pictures || gnuplot_check(error)) &&
           music_run(&call->music, call->weights, -1, compare_music, call, error);
}

static int run(const CommandLine *line, void *values)
{
    Error error;
    return compare_files(values, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

static const Artefact outputs[] = {
    {.name = TABLE_NAME,
     .content = CONTENT_TABLE,
     .guarded = true,
     .is_ours = evaluation_is_table,
     .ours = "a table of this command"},
    {.name = NULL},
};

const Command command_compare = {
    .name = "compare",
    .summary = "compares decoded music with the original",
    .text =
        "Encodes and decodes any music, of any rate and number of channels. Compared is the mean\n"
        "of the channels at the model's sample rate, before and after, as in `trainer eval`,\n"
        "with an ideal low-pass that keeps as many numbers as the latent has. The folder gets\n"
        "for each file the decoded sound and a picture of waveform and spectrogram, original\n"
        "and decoded side by side; and compare.csv, the table that is printed.\n",
    .example = "trainer compare normal.safetensors ~/Music/new song.mp3 -o compared",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {music_options, AT(music)}, {.table = NULL}},
    .outputs = outputs,
    .size = sizeof(Call),
    .run = run,
};
