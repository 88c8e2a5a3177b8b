// compare.c: `trainer compare`: music that the model never saw, encoded, decoded, and laid beside
// what it was: sound, picture, scores.
#include "analysis/evaluation.h"
#include "audio/audio_writer.h"
#include "commands/command.h"
#include "commands/command_music.h"
#include "files/file.h"
#include "output/gnuplot.h"
#include "output/waveform_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trainer compare WEIGHTS FOLDER|FILE… -o FOLDER [options]\n"
    "\n"
    "Encodes and decodes any music, of any rate and number of channels. What is compared is\n"
    "the mean of the channels at the model's sample rate, before and after: as `trainer eval`\n"
    "does, beside an ideal low-pass that keeps as many numbers as the latent has. The folder\n"
    "gets for each file the decoded sound and a picture of waveform and spectrogram, original\n"
    "and decoded side by side; and compare.csv, the table that is printed.\n"
    "\n"
    "  -o, --output FOLDER      for sounds, pictures and table (needed)\n"
    "      --format NAME        of the sounds: wav, w64, flac or ogg (wav)\n"
    "      --force              write over sounds and pictures that are there, where the folder\n"
    "                           has no compare.csv of ours\n"
    "      --no-audio           write no sounds\n"
    "      --no-pictures        draw no pictures (they need gnuplot)\n" MUSIC_HELP "\n"
    "example: trainer compare normal.safetensors ~/Music/new song.mp3 -o compared\n";

enum { OPTION_FORMAT = 256, OPTION_NO_AUDIO, OPTION_NO_PICTURES, OPTION_FORCE };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"no-audio", no_argument, NULL, OPTION_NO_AUDIO},
    {"no-pictures", no_argument, NULL, OPTION_NO_PICTURES},
    {"force", no_argument, NULL, OPTION_FORCE},
    MUSIC_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *output, *format;
    MusicOptions music;
    bool no_audio, no_pictures, force;
} Call;

typedef struct {
    const Call *call;
    const Dataset *dataset;
    char **name; // [clips] of what is written, without the ending
} Comparison;

// ---- Names ----

// A clip's name without its ending, in one folder: "rock/a.wav" gives "rock-a". The caller frees
// it; it has room for a number.
static char *name_of(const Clip *clip, size_t *length)
{
    const char *dot = strrchr(clip->name, '.'), *slash = strrchr(clip->name, '/');
    const bool ends = dot && dot > clip->name && (!slash || dot > slash + 1);
    *length = ends ? (size_t)(dot - clip->name) : strlen(clip->name);
    char *name = malloc(*length + 24);
    if (!name) return NULL;
    for (size_t i = 0; i < *length; i++)
        name[i] = (char)(clip->name[i] == '/' ? '-' : clip->name[i]);
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
    if (!comparison->name) return error_set(error, "out of memory");
    for (size_t i = 0; i < dataset->clips; i++) {
        size_t length;
        char *name = name_of(&dataset->clip[i], &length);
        if (!name) return error_set(error, "out of memory");
        for (size_t number = 2; is_taken(comparison->name, i, name); number++)
            snprintf(name + length, 24, "-%zu", number);
        comparison->name[i] = name;
    }
    return true;
}

// ---- What each clip leaves ----

// FOLDER/NAME.ENDING; the caller frees it.
static char *output_path(const Comparison *comparison, const Clip *clip, const char *ending,
                         Error *error)
{
    const char *folder = comparison->call->output;
    const char *name = comparison->name[clip - comparison->dataset->clip];
    const size_t room = strlen(folder) + strlen(name) + strlen(ending) + 3;
    char *path = malloc(room);
    if (!path) {
        error_set(error, "out of memory");
        return NULL;
    }
    snprintf(path, room, "%s/%s.%s", folder, name, ending);
    return path;
}

// A file must be neither any of the music nor, unless it is allowed, there.
static bool check_output(const Comparison *comparison, const Clip *clip, const char *ending,
                         bool allowed, Error *error)
{
    const Dataset *dataset = comparison->dataset;
    char *path = output_path(comparison, clip, ending, error);
    bool good = path;
    for (size_t i = 0; good && access(path, F_OK) == 0 && i < dataset->clips; i++)
        if (same_file(path, dataset->clip[i].path))
            good = error_set(error, "%s is what is read", path);
    good = good && (allowed || command_may_write(path, NULL, NULL, error));
    free(path);
    return good;
}

// What stands beside a table of ours is of an earlier comparison.
static bool check_outputs(const Comparison *comparison, Error *error)
{
    const Call *call = comparison->call;
    char *table = file_join(call->output, "compare.csv");
    if (!table) return error_set(error, "out of memory");
    const bool allowed = call->force || evaluation_is_table(table);
    bool good = allowed || command_may_write(table, evaluation_is_table, "a table of ours", error);
    free(table);
    for (size_t i = 0; good && i < comparison->dataset->clips; i++) {
        const Clip *clip = &comparison->dataset->clip[i];
        good = (call->no_audio || check_output(comparison, clip, call->format, allowed, error)) &&
               (call->no_pictures || check_output(comparison, clip, "png", allowed, error));
    }
    return good;
}

static bool write_audio(const char *path, double rate, const Sound *sound, Error *error)
{
    uint64_t clipped;
    if (!audio_write_mono(path, rate, sound, &clipped, error)) return false;
    command_note_clipped(&command_compare, path, clipped);
    return true;
}

static bool draw_picture(const char *path, double rate, const Clip *clip, const Score *score,
                         const Sound *decoded, Error *error)
{
    char title[64] = "decoded";
    const double snr = score_snr(score->signal, score->codec);
    if (isfinite(snr)) snprintf(title, sizeof title, "decoded, SNR %.1f dB", snr);
    const PicturedSound sounds[] = {
        {clip->name, clip_sound(clip)},
        {title, *decoded},
    };
    return sound_picture(path, sounds, 2, rate, error);
}

static bool keep(void *data, const Clip *clip, const Score *score, const Sound *decoded,
                 Error *error)
{
    const Comparison *comparison = data;
    const Call *call = comparison->call;
    const double rate = comparison->dataset->rate;
    char *audio = output_path(comparison, clip, call->format, error);
    char *picture = audio ? output_path(comparison, clip, "png", error) : NULL;
    const bool good =
        picture && (call->no_audio || write_audio(audio, rate, decoded, error)) &&
        (call->no_pictures || draw_picture(picture, rate, clip, score, decoded, error));
    free(audio);
    free(picture);
    return good;
}

// ---- The call ----

static bool write_table(const Evaluation *evaluation, const char *folder, Error *error)
{
    FileWriter writer;
    if (!file_create_in(&writer, folder, "compare.csv", error)) return false;
    evaluation_print(evaluation, TABLE_CSV, writer.stream);
    return file_commit(&writer, error);
}

static bool compare_clips(Comparison *comparison, const Model *model, Pool *pool, Error *error)
{
    Evaluation evaluation;
    const char *folder = comparison->call->output;
    const DecodedTaker taker = {.take = keep, .data = comparison, .folder = folder};
    bool good =
        evaluation_run(&evaluation, model, comparison->dataset, SPLITS, pool, &taker, error);
    if (good) {
        evaluation_print(&evaluation, TABLE_TEXT, stdout);
        evaluation_print_notes(&evaluation, stdout);
        good = write_table(&evaluation, folder, error);
    }
    evaluation_free(&evaluation);
    return good;
}

static bool compare_music(const void *data, const Model *model, const Dataset *dataset, Pool *pool,
                          Error *error)
{
    const Call *call = data;
    dataset_report_faults(dataset, stdout);
    Comparison comparison = {.call = call, .dataset = dataset};
    const bool good = make_names(&comparison, error) && check_outputs(&comparison, error) &&
                      file_make_folders(call->output, error) &&
                      compare_clips(&comparison, model, pool, error);
    for (size_t i = 0; comparison.name && i < dataset->clips; i++) free(comparison.name[i]);
    free(comparison.name);
    return good;
}

static bool compare_files(const Call *call, Error *error)
{
    return (call->no_pictures || gnuplot_check(error)) &&
           music_run(&call->music, call->weights, 0, compare_music, call, error);
}

static bool read_format(Call *call, const char *name)
{
    static const char *const formats[] = {"wav", "w64", "flac", "ogg"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(name, formats[i]) == 0) {
            call->format = formats[i];
            return true;
        }
    command_usage(&command_compare, "--format: wav, w64, flac or ogg is needed, not '%s'", name);
    return false;
}

static bool read_option(Call *call, int option)
{
    switch (option) {
    case 'o': call->output = optarg; return true;
    case OPTION_FORMAT: return read_format(call, optarg);
    case OPTION_FORCE: call->force = true; return true;
    case OPTION_NO_AUDIO: call->no_audio = true; return true;
    case OPTION_NO_PICTURES: call->no_pictures = true; return true;
    default: return music_option_take(&command_compare, &call->music, option);
    }
}

static int run(int argc, char **argv)
{
    const Command *command = &command_compare;
    Call call = {.format = "wav"};
    int option;
    while ((option = command_option(command, argc, argv, ":o:t:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    if (argc - optind < 2) return command_usage(command, "a weights file and music are needed");
    if (!call.output) return command_usage(command, "no folder given (-o FOLDER)");
    call.weights = argv[optind];
    call.music.paths = argv + optind + 1;
    call.music.path_count = argc - optind - 1;
    Error error;
    return compare_files(&call, &error) ? EXIT_DONE : command_fail(command, &error);
}

const Command command_compare = {"compare", "lay decoded music beside the original", help, run};
