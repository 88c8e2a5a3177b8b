// reconstruct.c: `trainer reconstruct`: sends audio through the whole effect, as the plugin sounds.
#include "audio/audio.h"
#include "audio/audio_writer.h"
#include "base/progress.h"
#include "commands/command_list.h"
#include "commands/latent_options.h"
#include "engine/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 }; // frames

typedef struct {
    const char *weights, *audio, *output;
    double gain; // in dB
    float detail, wet;
    bool auto_gain, follow, alternate, cross, force;
    LatentOptions latent_options;
} Call;

#define AT(member)        offsetof(Call, member)
#define AT_LATENT(member) offsetof(Call, latent_options.settings.member)

static const Operand operands[] = {
    {"WEIGHTS", "a weights file", AT(weights), OPERAND_ONE},
    {"AUDIO", "an audio file", AT(audio), OPERAND_ONE},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .check = audio_writer_knows, .help = "the audio file; ends in .wav, .w64, .flac or .ogg"},
    {"force", 0, OPTION_FLAG, AT(force), .help = "overwrites an existing file"},
    {"detail", 0, OPTION_FLOAT, AT(detail), .unit = "X", .initial = "0", .low = 0, .high = 1,
     .help = "restores what the model loses: 0 nothing, 1 all"},
    {"auto-gain", 0, OPTION_FLAG, AT(auto_gain),
     .help = "brings the input to the level that the model was trained at, and reverses that "
             "after the model"},
    {"wet", 0, OPTION_FLOAT, AT(wet), .unit = "X", .initial = "1", .low = 0, .high = 1,
     .help = "from 0, the input, to 1, the decoded sound"},
    {"gain", 0, OPTION_DOUBLE, AT(gain), .unit = "DB", .initial = "0", .low = -120, .high = 60,
     .help = "gain of the output"},
    {.name = NULL},
};

static const Option more_latent_options[] = {
    {"drift", 0, OPTION_FLOAT, AT_LATENT(drift), .unit = "HZ", .initial = "0", .low = 0, .high = 50,
     .shown = "0: new in each frame",
     .help = "how many new values per second the noise drifts to, {}"},
    {"follow", 0, OPTION_FLAG, AT(follow),
     .help = "the noise drifts and is as strong as the music at each moment"},
    {"sounds-in-silence", 0, OPTION_FLAG, AT_LATENT(sounds_in_silence),
     .help = "noise and offset go on where the music rests"},
    {"scale", 0, OPTION_FLOAT, AT_LATENT(scale), .unit = "X", .initial = "1", .low = 0, .high = 2,
     .help = "scales the latent around that of silence, {}"},
    {"smear", 0, OPTION_FLOAT, AT_LATENT(smear), .unit = "SECONDS", .initial = "0", .low = 0,
     .high = 2, .help = "smooths the latent over time, {}"},
    {"axis1", 0, OPTION_FLOAT, AT_LATENT(axes[0]), .unit = "X", .initial = "0", .low = -3,
     .high = 3, .help = "shifts the timbre along the first axis of a model of spectra, {}"},
    {"axis2", 0, OPTION_FLOAT, AT_LATENT(axes[1]), .unit = "X", .initial = "0", .low = -3,
     .high = 3, .help = "the same along the second axis, {}"},
    {"axis3", 0, OPTION_FLOAT, AT_LATENT(axes[2]), .unit = "X", .initial = "0", .low = -3,
     .high = 3, .help = "the same along the third axis, {}"},
    {"axis4", 0, OPTION_FLOAT, AT_LATENT(axes[3]), .unit = "X", .initial = "0", .low = -3,
     .high = 3, .help = "the same along the fourth axis, {}"},
    {"match", 0, OPTION_FLOAT, AT_LATENT(match), .unit = "X", .initial = "0", .low = 0, .high = 1,
     .help = "brings the long-term timbre to that of the model's music or of the reference, {}"},
    {"dynamics", 0, OPTION_FLOAT, AT_LATENT(dynamics), .unit = "X", .initial = "0", .low = 0,
     .high = 1, .help = "how far the blend takes the reference's loudness too, {}"},
    {"alternate", 0, OPTION_FLAG, AT(alternate), .help = "alternates input and reference by beats"},
    {"cross", 0, OPTION_FLAG, AT(cross), .help = "blends the reference in the rhythm of the input"},
    {"input-beats", 0, OPTION_INT, AT_LATENT(input_beats), .unit = "N", .initial = "4", .low = 1,
     .high = 64, .help = "beats of the input, {}"},
    {"reference-beats", 0, OPTION_INT, AT_LATENT(reference_beats), .unit = "N", .initial = "4",
     .low = 1, .high = 64, .help = "beats of the reference, {}"},
    {"tempo", 0, OPTION_FLOAT, AT_LATENT(tempo), .unit = "BPM", .initial = "120", .low = 1,
     .high = 1000, .help = "beats per minute, {}"},
    {.name = NULL},
};

// An audio file on its way through the engine. Frames that were read are buffered in `input` until
// the engine returns them.
typedef struct {
    AudioReader *reader;
    AudioWriter *writer;
    Engine *engine;
    EngineSettings settings;
    size_t channels;
    size_t skip;     // frames of the engine's output that are before the begin of the file
    float *input;    // [latency + PIECE][channels]
    size_t buffered; // frames there
    float *planes;   // [channels][PIECE]
    float *output;   // [PIECE][channels]
    uint64_t done;   // frames
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

// Sends planes[channels][n] through the engine.
static bool process(RenderJob *job, size_t n, Error *error)
{
    float *channel[ENGINE_CHANNELS_MAX];
    for (size_t c = 0; c < job->channels; c++) channel[c] = job->planes + c * PIECE;
    engine_process(job->engine, &job->settings, (const float *const *)channel, channel, n);
    const size_t skipped = job->skip < n ? job->skip : n;
    job->skip -= skipped;
    return emit(job, job->planes + skipped, n - skipped, error);
}

static bool process_file(RenderJob *job, const char *path, Progress *progress, Error *error)
{
    const double rate = audio_rate(job->reader);
    for (size_t n = PIECE; n == PIECE;) {
        float *piece = job->input + job->buffered * job->channels;
        if (!audio_read(job->reader, piece, PIECE, &n, error)) return error_prefix(error, path);
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

static bool job_open(RenderJob *job, const Call *call, Model *model, const Latent *reference,
                     Error *error)
{
    job->reader = audio_open(call->audio, error);
    if (!job->reader) return error_prefix(error, call->audio);
    const double rate = audio_rate(job->reader);
    const int channels = audio_channels(job->reader);
    job->engine = engine_new(model, reference, rate, channels, error);
    if (!job->engine) return error_prefix(error, call->audio);
    const size_t latency = (size_t)engine_latency(job->engine);
    job->channels = (size_t)channels;
    job->skip = latency;
    job->input = malloc((latency + PIECE) * job->channels * sizeof(float));
    job->planes = malloc(job->channels * PIECE * sizeof(float));
    job->output = malloc(job->channels * PIECE * sizeof(float));
    job->settings = (EngineSettings){
        .latent = call->latent_options.settings,
        .detail = call->detail,
        .wet = call->wet,
        .gain = (float)pow(10.0, call->gain / 20.0),
        .auto_gain = call->auto_gain,
        .enabled = true,
    };
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

static bool run_job(RenderJob *job, const Call *call, Error *error)
{
    const uint64_t seconds = (uint64_t)audio_seconds(job->reader);
    Progress progress;
    progress_begin(&progress, stderr, "reconstructing, second", seconds, seconds);
    const bool ok = process_file(job, call->audio, &progress, error);
    progress_end(&progress);
    if (!ok) return false;
    const uint64_t clipped = audio_writer_clipped(job->writer);
    const bool written = audio_writer_commit(job->writer, error);
    job->writer = NULL;
    if (!written) return false;
    command_note_faults(&command_reconstruct, call->audio, audio_faults(job->reader));
    command_note_clipped(&command_reconstruct, call->output, clipped);
    print_summary(job, call);
    return true;
}

// Says which options do nothing with this model.
static void note_idle_options(const LatentSettings *settings, const Model *model)
{
    bool axes = false;
    for (int a = 0; a < MODEL_AXES; a++) axes = axes || settings->axes[a] != 0.0f;
    const bool spectrum = model->arch.front.kind == FRONT_SPECTRUM;
    if (axes && !(spectrum && model->latent_axes))
        fprintf(stderr, "note: --axis1 to --axis4 do nothing: the model stores no axes of a "
                        "spectrum\n");
    if (settings->match > 0.0f && !model->piece_axes)
        fprintf(stderr, "note: --match does nothing: the model does not store what it needs "
                        "(latent.piece_axes)\n");
    if (settings->dynamics > 0.0f && !spectrum)
        fprintf(stderr, "note: --dynamics does nothing: it is for models of spectra\n");
}

static bool reconstruct_file(const Call *call, Error *error)
{
    RenderJob job = {0};
    Latent *reference = NULL;
    Model *model = command_model(call->weights, error);
    const bool ok = model &&
                    latent_options_load(&command_reconstruct, &call->latent_options, model,
                                        &reference, error) &&
                    job_open(&job, call, model, reference, error) && run_job(&job, call, error);
    if (ok) note_idle_options(&call->latent_options.settings, model);
    job_close(&job);
    latent_free(reference);
    model_free(model);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    Call *call = values;
    Error error;
    const int status = latent_options_check(&call->latent_options, line->command);
    if (status != EXIT_DONE) return status;
    LatentSettings *settings = &call->latent_options.settings;
    if (call->alternate && call->cross)
        return command_usage(line->command, "--alternate and --cross exclude each other");
    if (call->alternate) settings->blend_mode = BLEND_ALTERNATE;
    if (call->cross) settings->blend_mode = BLEND_CROSS;
    if (settings->drift > 0.0f) settings->noise_character = NOISE_DRIFTING;
    if (call->follow) settings->noise_character = NOISE_FOLLOWS;
    return reconstruct_file(call, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_reconstruct = {
    .name = "reconstruct",
    .summary = "sends audio through the effect",
    .text =
        "Sends an audio file through encoder and decoder as the plugin does. The result has the\n"
        "sample rate, the channels and the length of the input, without latency. Prints how far\n"
        "it is from the input.\n",
    .notes =
        "Without options the model alone sounds. The plugin has other defaults: with --detail 1\n"
        "--auto-gain this command sounds like the plugin before a control is moved. The\n"
        "plugin's capture and freeze depend on the moment they are switched on, and have no\n"
        "options here.\n",
    .example = "trainer reconstruct normal.safetensors song.ogg -o song.wav --detail 1 --noise 0.5",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {latent_options, AT(latent_options)},
                                     {more_latent_options, 0},
                                     {.table = NULL}},
    .outputs = (const Artefact[]){{.name = "", .guarded = true}, {.name = NULL}},
    .size = sizeof(Call),
    .initial = &(const Call){.latent_options = LATENT_OPTIONS_NEUTRAL},
    .run = run,
};
