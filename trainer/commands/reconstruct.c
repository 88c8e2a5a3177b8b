// reconstruct.c: `trainer reconstruct`: sends audio through the whole effect, as the plugin sounds.
#include "audio/audio.h"
#include "audio/audio_writer.h"
#include "audio/time_part.h"
#include "base/progress.h"
#include "commands/command_list.h"
#include "options/effect_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 }; // frames

typedef struct {
    const char *weights, *audio, *output;
    bool force;
    EffectOptions effect;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"WEIGHTS", "a weights file", AT(weights), OPERAND_ONE},
    {"AUDIO", "an audio file, or a part FILE@FROM-TO", AT(audio), OPERAND_ONE},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .check = audio_writer_knows, .help = "the audio file; ends in .wav, .w64, .flac or .ogg"},
    {"force", 0, OPTION_FLAG, AT(force), .help = "overwrites an existing file"},
    {.name = NULL},
};

// An audio file on its way through the engine. Frames that were read are buffered in `input` until
// the engine returns them.
typedef struct {
    AudioReader *reader;
    AudioWriter *writer;
    Engine *engine;
    const EffectOptions *options;
    size_t channels;
    PartRange range;    // frames of the file
    size_t skip;        // frames of the engine's output that are before the range
    float *input;       // [latency + PIECE][channels]
    size_t buffered;    // frames there
    float *planes;      // [channels][PIECE]
    float *output;      // [PIECE][channels]
    uint64_t fed, done; // frames
    double error_squares, input_squares;
} RenderJob;

// ---- Sound ----

static void deinterleave(const float *frames, size_t n, size_t channels, float *planes)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < n; i++) planes[c * PIECE + i] = frames[i * channels + c];
}

static void interleave(const float *planes, size_t n, size_t channels, float *frames)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < n; i++) frames[i * channels + c] = planes[c * PIECE + i];
}

static void compare(RenderJob *job, size_t frames)
{
    for (size_t i = 0; i < frames * job->channels; i++) {
        const double in = (double)job->input[i], out = (double)job->output[i];
        job->input_squares += in * in;
        job->error_squares += (out - in) * (out - in);
    }
}

// Writes the engine's output for the frames that were buffered first.
static bool emit(RenderJob *job, const float *planes, size_t n, Error *error)
{
    const size_t frames = n < job->buffered ? n : job->buffered;
    const size_t channels = job->channels;
    interleave(planes, frames, channels, job->output);
    compare(job, frames);
    job->buffered -= frames;
    job->done += frames;
    memmove(job->input, job->input + frames * channels,
            job->buffered * channels * sizeof *job->input);
    return audio_write(job->writer, job->output, frames, error);
}

// Sends planes[channels][n] through the engine, with the settings of each moment.
static void play(RenderJob *job, size_t n)
{
    const double rate = audio_rate(job->reader);
    for (size_t at = 0; at < n;) {
        const EngineSettings settings = effect_options_at(job->options, job->fed, rate);
        const uint64_t steady = effect_options_next(job->options, job->fed, rate) - job->fed;
        const size_t frames = steady < n - at ? (size_t)steady : n - at;
        float *channel[ENGINE_CHANNELS_MAX];
        for (size_t c = 0; c < job->channels; c++) channel[c] = job->planes + c * PIECE + at;
        engine_process(job->engine, &settings, (const float *const *)channel, channel, frames);
        job->fed += frames;
        at += frames;
    }
}

static bool process(RenderJob *job, size_t n, Error *error)
{
    play(job, n);
    const size_t skipped = job->skip < n ? job->skip : n;
    job->skip -= skipped;
    return emit(job, job->planes + skipped, n - skipped, error);
}

// Reads the frames before the range.
static bool skip_frames(RenderJob *job, Error *error)
{
    size_t n = PIECE;
    for (uint64_t left = job->range.from; left > 0 && n > 0; left -= n)
        if (!audio_read(job->reader, job->input, left < PIECE ? (size_t)left : PIECE, &n, error))
            return false;
    return true;
}

static bool process_file(RenderJob *job, const char *path, Progress *progress, Error *error)
{
    const double rate = audio_rate(job->reader);
    uint64_t left = job->range.to - job->range.from;
    if (!skip_frames(job, error)) return error_prefix(error, path);
    for (size_t n = PIECE; n == PIECE && left > 0; left -= n) {
        float *piece = job->input + job->buffered * job->channels;
        const size_t room = left < PIECE ? (size_t)left : PIECE;
        if (!audio_read(job->reader, piece, room, &n, error)) return error_prefix(error, path);
        job->buffered += n;
        deinterleave(piece, n, job->channels, job->planes);
        if (!process(job, n, error)) return false;
        progress_reach(progress, (uint64_t)((double)job->done / rate));
    }
    while (job->buffered > 0) {
        memset(job->planes, 0, job->channels * PIECE * sizeof *job->planes);
        if (!process(job, PIECE, error)) return false;
    }
    return true;
}

// ---- Setup ----

static bool find_range(RenderJob *job, const TimePart *part, double rate, Error *error)
{
    uint64_t frames;
    double file_rate;
    job->range = (PartRange){0, UINT64_MAX};
    if (part->whole) return true;
    if (!audio_count_mono(part->path, rate, &frames, &file_rate, error))
        return error_prefix(error, part->path);
    return time_part_range(part, frames, rate, &job->range, error);
}

static bool job_open(RenderJob *job, const Call *call, const TimePart *part, Model *model,
                     const Latent *reference, Error *error)
{
    job->reader = audio_open(part->path, error);
    if (!job->reader) return error_prefix(error, part->path);
    const double rate = audio_rate(job->reader);
    if (!find_range(job, part, rate, error)) return false;
    const int channels = audio_channels(job->reader);
    job->engine = engine_new(model, reference, rate, channels, error);
    if (!job->engine) return error_prefix(error, part->path);
    const size_t latency = (size_t)engine_latency(job->engine);
    job->channels = (size_t)channels;
    job->skip = latency;
    job->input = malloc((latency + PIECE) * job->channels * sizeof(float));
    job->planes = malloc(job->channels * PIECE * sizeof(float));
    job->output = malloc(job->channels * PIECE * sizeof(float));
    job->options = &call->effect;
    if (!job->input || !job->planes || !job->output) return error_out_of_memory(error);
    job->writer = audio_writer_new(call->output, rate, channels, error);
    return job->writer != NULL;
}

static void job_close(RenderJob *job)
{
    audio_close(job->reader);
    audio_writer_abandon(job->writer);
    engine_free(job->engine);
    free(job->input);
    free(job->planes);
    free(job->output);
}

// ---- The call ----

static void print_summary(const RenderJob *job, const Call *call)
{
    const double n = (double)job->done * (double)job->channels;
    printf("wrote %s: %.4g s at %g Hz, %zu channel%s; against the input: MSE %.6g, SNR ",
           call->output, (double)job->done / audio_rate(job->reader), audio_rate(job->reader),
           job->channels, job->channels == 1 ? "" : "s", job->error_squares / n);
    if (job->input_squares > 0.0 && job->error_squares > 0.0)
        printf("%.2f dB\n", 10.0 * log10(job->input_squares / job->error_squares));
    else
        printf("-\n"); // silence, or not a bit changed
}

// Returns the seconds of the range, or those that the file announces.
static uint64_t job_seconds(const RenderJob *job)
{
    if (job->range.to == UINT64_MAX) return (uint64_t)audio_seconds(job->reader);
    return (uint64_t)((double)(job->range.to - job->range.from) / audio_rate(job->reader));
}

static bool run_job(RenderJob *job, const Call *call, const char *path, Error *error)
{
    const uint64_t seconds = job_seconds(job);
    Progress progress;
    progress_begin(&progress, stderr, "reconstructing, second", seconds, seconds);
    const bool ok = process_file(job, path, &progress, error);
    progress_end(&progress);
    if (!ok) return false;
    const uint64_t clipped = audio_writer_clipped(job->writer);
    const bool written = audio_writer_commit(job->writer, error);
    job->writer = NULL;
    if (!written) return false;
    command_note_faults(&command_reconstruct, path, audio_faults(job->reader));
    command_note_clipped(&command_reconstruct, call->output, clipped);
    print_summary(job, call);
    return true;
}

static bool reconstruct_file(const Call *call, Error *error)
{
    RenderJob job = {0};
    Latent *reference = NULL;
    TimePart part;
    if (!time_part_parse(&part, call->audio, error)) return false;
    Model *model = command_model(call->weights, error);
    const bool ok =
        model &&
        latent_options_load(&command_reconstruct, &call->effect.latent, model, &reference, error) &&
        job_open(&job, call, &part, model, reference, error) &&
        run_job(&job, call, part.path, error);
    if (ok) effect_options_note_idle(&call->effect, model);
    job_close(&job);
    latent_free(reference);
    model_free(model);
    free(part.path);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    const int status = effect_options_check(&call->effect, line->command);
    if (status != EXIT_DONE) return status;
    return reconstruct_file(call, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_reconstruct = {
    .name = "reconstruct",
    .summary = "sends audio through the effect",
    .text =
        "Sends an audio file through encoder and decoder as the plugin does. The result has the\n"
        "sample rate, the channels and the length of the input, without latency. Prints how far\n"
        "it is from the input. AUDIO may be a part, as in song.ogg@0:05-0:10 or song.ogg@50%:\n"
        "the result has exactly its samples, and times in options count from its beginning.\n",
    .notes =
        "Without options the model alone sounds. The plugin has other defaults: with --detail 1\n"
        "--auto-gain this command sounds like the plugin before a control is moved.\n"
        "\n"
        "A number may change with time: --noise 0:0,10:1 raises the noise from 0 at the beginning\n"
        "to 1 after ten seconds, in a straight line, and --detail 0:1,5:1,5:0 makes a step. Such\n"
        "options are those with a number of the effect, except beats and tempo. --freeze and\n"
        "--capture are 1 or 0 from each of their times on. The result has the bits of the plugin\n"
        "in a host that automates it in blocks of 64 samples, cut at each of these times.\n",
    .example = "trainer reconstruct normal.safetensors song.ogg -o song.wav --detail 1 --noise 0.5",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {latent_options, AT(effect.latent)},
                                     {effect_options, AT(effect)},
                                     {.table = NULL}},
    .outputs = (const Artefact[]){{.name = "", .guarded = true}, {.name = NULL}},
    .size = sizeof(Call),
    .initial = &(const Call){.effect.latent = LATENT_OPTIONS_NEUTRAL},
    .run = run,
};
