// compare.c: `trainer compare`: encodes and decodes music that the model never saw, and compares it
// with the original: sound, picture, scores.
#include "analysis/evaluation.h"
#include "commands/command_list.h"
#include "commands/results.h"
#include "files/file.h"
#include "options/latent_files.h"
#include "options/music_options.h"
#include "output/gnuplot.h"
#include "output/json_file.h"
#include "output/waveform_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    ResultCall results;
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
     .transient = true, .help = "for sounds, pictures and table"},
    {"format", 0, OPTION_CHOICE, AT(format), .unit = "NAME", .initial = "wav", .choices = formats,
     .help = "format of the sounds: {}"},
    {"force", 0, OPTION_FLAG, AT(force), .transient = true,
     .help = "replaces the results of another call, and files with the names of results"},
    {"no-audio", 0, OPTION_FLAG, AT(no_audio), .help = "writes no sounds"},
    {"no-pictures", 0, OPTION_FLAG, AT(no_pictures), .transient = true,
     .help = "draws no pictures (gnuplot draws them)"},
    {.name = NULL},
};

#define TABLE_NAME  "compare.csv"
#define RECORD_KIND "comparison"
#define ORIGINAL    ".original" // before the ending of an original's sound

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

// True if one name is the other, or that of the other's original.
static bool collide(const char *a, const char *b)
{
    const size_t length = strlen(a);
    return strncmp(a, b, length) == 0 && (!b[length] || strcmp(b + length, ORIGINAL) == 0);
}

static bool is_taken(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (collide(names[i], name) || collide(name, names[i])) return true;
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

typedef enum { FILE_DECODED, FILE_ORIGINAL, FILE_PICTURE, FILES } ClipFile;

static bool is_written(const Call *call, ClipFile file)
{
    return file == FILE_PICTURE ? !call->no_pictures : !call->no_audio;
}

// Returns the name of a clip's file; the caller frees it.
static char *file_name(const Comparison *comparison, size_t clip, ClipFile file, Error *error)
{
    const char *name = comparison->name[clip];
    const size_t room = strlen(name) + sizeof ORIGINAL + 8;
    char *text = malloc(room);
    if (!text) {
        error_out_of_memory(error);
        return NULL;
    }
    snprintf(text, room, "%s%s.%s", name, file == FILE_ORIGINAL ? ORIGINAL : "",
             file == FILE_PICTURE ? "png" : formats[comparison->call->format]);
    return text;
}

// Returns the path of a clip's file; the caller frees it.
static char *clip_path(const Comparison *comparison, const Clip *clip, ClipFile file, Error *error)
{
    char *name = file_name(comparison, (size_t)(clip - comparison->dataset->clip), file, error);
    char *path = name ? file_join(comparison->call->output, name) : NULL;
    if (name && !path) error_out_of_memory(error);
    free(name);
    return path;
}

// A file must be none of the music. If it exists, it must be allowed to overwrite it.
static bool check_output(const Comparison *comparison, const Clip *clip, ClipFile file,
                         bool allowed, Error *error)
{
    const Dataset *dataset = comparison->dataset;
    char *path = clip_path(comparison, clip, file, error);
    bool ok = path;
    for (size_t i = 0; ok && access(path, F_OK) == 0 && i < dataset->clips; i++)
        ok = output_is_no_input(path, (const char *const[]){dataset->clip[i].path}, 1, error);
    ok = ok && (allowed || output_may_replace(path, NULL, NULL, error));
    free(path);
    return ok;
}

// If the folder has a record of this command, results_check() found that it is of the same call,
// and that call wrote the other files.
static bool check_outputs(const Comparison *comparison, Error *error)
{
    const Call *call = comparison->call;
    const Dataset *dataset = comparison->dataset;
    char *record = file_join(call->output, "config.json");
    if (!record) return error_out_of_memory(error);
    const bool allowed = call->force || json_file_is(record, RECORD_KIND);
    bool ok = true;
    free(record);
    for (size_t i = 0; ok && i < dataset->clips; i++) {
        const char *path = dataset->clip[i].path;
        ok = results_are_no_input(call->output, &path, 1, error);
        for (ClipFile file = 0; ok && file < FILES; file++)
            ok = !is_written(call, file) ||
                 check_output(comparison, &dataset->clip[i], file, allowed, error);
    }
    return ok;
}

// ---- The results ----

// Writes config.json with the names of all files.
static bool begin(const Comparison *comparison, const Model *model, Error *error)
{
    const Call *call = comparison->call;
    const size_t clips = comparison->dataset->clips;
    char **names = calloc(FILES * clips + 1, sizeof *names);
    size_t count = 0;
    bool ok = names && (names[count++] = strdup(TABLE_NAME));
    if (!ok) error_out_of_memory(error);
    for (size_t i = 0; ok && i < clips; i++)
        for (ClipFile file = 0; ok && file < FILES; file++)
            if (is_written(call, file))
                ok = (names[count++] = file_name(comparison, i, file, error));
    json_t *config =
        ok ? json_pack("{s:s, s:s, s:s, s:f}", "kind", RECORD_KIND, "model", model->info.name,
                       "format", formats[call->format], "sample_rate", comparison->dataset->rate)
           : NULL;
    ok = ok && results_begin(&call->results, config, (const char *const *)names, count, error);
    for (size_t i = 0; names && i < count; i++) free(names[i]);
    free(names);
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
    bool ok = true;
    for (ClipFile file = 0; ok && file < FILES; file++) {
        if (!is_written(call, file)) continue;
        const Sound sound = file == FILE_ORIGINAL ? clip_sound(clip) : *decoded;
        char *path = clip_path(comparison, clip, file, error);
        ok = path && (file == FILE_PICTURE
                          ? draw_picture(path, rate, clip, score, decoded, error)
                          : command_write_audio(&command_compare, path, rate, &sound, error));
        free(path);
    }
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
                    begin(&comparison, model, error) &&
                    compare_clips(&comparison, model, pool, error);
    for (size_t i = 0; comparison.name && i < dataset->clips; i++) free(comparison.name[i]);
    free(comparison.name);
    return ok;
}

static bool compare_files(const Call *call, Error *error)
{
    return results_check(&call->results, error) && (call->no_pictures || gnuplot_check(error)) &&
           music_run(&call->music, call->weights, -1, compare_music, call, error);
}

static int run(const CommandLine *line, void *values)
{
    Call *call = values;
    Error error;
    call->results = (ResultCall){line, call->output, call->force};
    return compare_files(call, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

static const Artefact outputs[] = {
    {.name = TABLE_NAME,
     .content = CONTENT_TABLE,
     .guarded = true,
     .is_ours = evaluation_is_table,
     .ours = "a table of this command"},
    {.name = "config.json", .content = CONTENT_SETTINGS},
    {.name = NULL},
};

const Command command_compare = {
    .name = "compare",
    .summary = "compares decoded music with the original",
    .text =
        "Encodes and decodes any music, of any rate and number of channels. Compared is the mean\n"
        "of the channels at the model's sample rate, before and after, as in `trainer eval`,\n"
        "with an ideal low-pass that keeps as many numbers as the latent has. The folder gets\n"
        "for each file the decoded sound (song.wav), the original that it is compared with, as\n"
        "long and in the same format (song.original.wav), and a picture of waveform and\n"
        "spectrogram of both; compare.csv, the table that is printed; and config.json, the call.\n"
        "A folder with results of another call is refused; --force removes these first.\n",
    .example = "trainer compare normal.safetensors ~/Music/new song.mp3 -o compared",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {music_options, AT(music)}, {.table = NULL}},
    .outputs = outputs,
    .record = RECORD_KIND,
    .about = "Music that the model never heard, beside what it decodes: sound, waveform, "
             "spectrogram and scores.",
    .size = sizeof(Call),
    .run = run,
};
