// reconstruct.c: `trainer reconstruct`: audio through the whole effect, as the plugin sounds.
#include "audio/audio.h"
#include "audio/audio_writer.h"
#include "base/progress.h"
#include "commands/command.h"
#include "commands/command_latent.h"
#include "engine/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer reconstruct WEIGHTS AUDIO -o OUT [options]\n"
    "\n"
    "Sends an audio file through encoder and decoder as the plugin does: sample rate, channels\n"
    "and length stay, the latency is taken out. Prints how far the result is from the input.\n"
    "OUT ends in .wav, .w64, .flac or .ogg.\n"
    "\n"
    "  -o, --output FILE        the audio file (needed)\n"
    "      --force              write over one that is there\n"
    "      --detail X           puts back what the model loses: 0 none of it, 1 all (0)\n"
    "      --auto-gain          brings the input to the level the model was trained at, and takes\n"
    "                           it back after\n"
    "      --wet X              from 0, the input, to 1, the decoded sound (1)\n"
    "      --gain DB            of the output (0)\n" LATENT_HELP
    "      --drift HZ           the noise wanders, to so many new values a second, up to 50\n"
    "                           (0: new in each frame)\n"
    "      --scale X            the latent around its mean, from 0 to 2 (1)\n"
    "      --smear SECONDS      smooths the latent over time, from 0 to 2 (0)\n"
    "      --alternate          blends by turns of so many beats each\n"
    "      --input-beats N      of the input, from 1 to 64 (4)\n"
    "      --reference-beats N  of the reference, from 1 to 64 (4)\n"
    "      --tempo BPM          of the beats, from 1 to 1000 (120)\n"
    "\n"
    "Without options the model alone is heard, as it is. The plugin begins otherwise: --detail 1\n"
    "--auto-gain sounds as it does before a control is moved. Its capture and freeze belong to\n"
    "the moment at which they are pressed, and are not here.\n"
    "\n"
    "example: trainer reconstruct normal.safetensors song.ogg -o song.wav --detail 1 --noise 0.5\n";

enum {
    OPTION_WET = 256,
    OPTION_GAIN,
    OPTION_DETAIL,
    OPTION_AUTO_GAIN,
    OPTION_DRIFT,
    OPTION_SCALE,
    OPTION_SMEAR,
    OPTION_ALTERNATE,
    OPTION_INPUT_BEATS,
    OPTION_REFERENCE_BEATS,
    OPTION_TEMPO,
    OPTION_FORCE,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"wet", required_argument, NULL, OPTION_WET},
    {"gain", required_argument, NULL, OPTION_GAIN},
    {"detail", required_argument, NULL, OPTION_DETAIL},
    {"auto-gain", no_argument, NULL, OPTION_AUTO_GAIN},
    {"drift", required_argument, NULL, OPTION_DRIFT},
    {"scale", required_argument, NULL, OPTION_SCALE},
    {"smear", required_argument, NULL, OPTION_SMEAR},
    {"alternate", no_argument, NULL, OPTION_ALTERNATE},
    {"input-beats", required_argument, NULL, OPTION_INPUT_BEATS},
    {"reference-beats", required_argument, NULL, OPTION_REFERENCE_BEATS},
    {"tempo", required_argument, NULL, OPTION_TEMPO},
    LATENT_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

enum { PIECE = 4096 }; // frames

typedef struct {
    const char *weights, *audio, *output;
    double gain; // in dB
    float detail, wet;
    bool auto_gain, force;
    LatentOptions options;
} Call;

// A file on its way. Frames that were read wait in `input` until the engine gives them back.
typedef struct {
    AudioReader *reader;
    AudioWriter *writer;
    Engine *engine;
    EngineSettings settings;
    size_t channels;
    size_t skip;    // frames of the engine's output that stand for times before the file
    float *input;   // [latency + PIECE][channels]
    size_t waiting; // frames there
    float *planes;  // [channels][PIECE]
    float *output;  // [PIECE][channels]
    uint64_t done;  // frames
    double error_squares, input_squares;
} Passage;

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

static void compare(Passage *passage, size_t frames)
{
    for (size_t i = 0; i < frames * passage->channels; i++) {
        const double in = (double)passage->input[i], out = (double)passage->output[i];
        passage->input_squares += in * in;
        passage->error_squares += (out - in) * (out - in);
    }
}

// Writes the engine's output for the frames that have waited longest.
static bool give(Passage *passage, const float *planes, size_t n, Error *error)
{
    const size_t frames = n < passage->waiting ? n : passage->waiting;
    const size_t channels = passage->channels;
    interleave(planes, frames, channels, passage->output);
    compare(passage, frames);
    passage->waiting -= frames;
    passage->done += frames;
    memmove(passage->input, passage->input + frames * channels,
            passage->waiting * channels * sizeof *passage->input);
    return audio_write(passage->writer, passage->output, frames, error);
}

// Sends planes[channels][n] through the engine.
static bool process(Passage *passage, size_t n, Error *error)
{
    float *channel[ENGINE_CHANNELS_MAX];
    for (size_t c = 0; c < passage->channels; c++) channel[c] = passage->planes + c * PIECE;
    engine_process(passage->engine, &passage->settings, (const float *const *)channel, channel, n);
    const size_t skipped = passage->skip < n ? passage->skip : n;
    passage->skip -= skipped;
    return give(passage, passage->planes + skipped, n - skipped, error);
}

static bool process_file(Passage *passage, const char *path, Progress *progress, Error *error)
{
    const double rate = audio_rate(passage->reader);
    for (size_t n = PIECE; n == PIECE;) {
        float *piece = passage->input + passage->waiting * passage->channels;
        if (!audio_read(passage->reader, piece, PIECE, &n, error)) return error_prefix(error, path);
        passage->waiting += n;
        deinterleave(piece, n, passage->channels, passage->planes);
        if (!process(passage, n, error)) return false;
        progress_reach(progress, (uint64_t)((double)passage->done / rate));
    }
    while (passage->waiting > 0) {
        memset(passage->planes, 0, passage->channels * PIECE * sizeof *passage->planes);
        if (!process(passage, PIECE, error)) return false;
    }
    return true;
}

// ---- Making and freeing ----

static bool passage_open(Passage *passage, const Call *call, Model *model, const Latent *reference,
                         Error *error)
{
    passage->reader = audio_open(call->audio, error);
    if (!passage->reader) return error_prefix(error, call->audio);
    const double rate = audio_rate(passage->reader);
    const int channels = audio_channels(passage->reader);
    passage->engine = engine_new(model, reference, rate, channels, error);
    if (!passage->engine) return error_prefix(error, call->audio);
    const size_t latency = (size_t)engine_latency(passage->engine);
    passage->channels = (size_t)channels;
    passage->skip = latency;
    passage->input = malloc((latency + PIECE) * passage->channels * sizeof(float));
    passage->planes = malloc(passage->channels * PIECE * sizeof(float));
    passage->output = malloc(passage->channels * PIECE * sizeof(float));
    passage->settings = (EngineSettings){
        .latent = call->options.settings,
        .detail = call->detail,
        .wet = call->wet,
        .gain = (float)pow(10.0, call->gain / 20.0),
        .auto_gain = call->auto_gain,
        .enabled = true,
    };
    if (!passage->input || !passage->planes || !passage->output)
        return error_set(error, "out of memory");
    passage->writer = audio_writer_new(call->output, rate, channels, error);
    return passage->writer != NULL;
}

static void passage_close(Passage *passage)
{
    audio_close(passage->reader);
    audio_writer_abandon(passage->writer);
    engine_free(passage->engine);
    free(passage->input);
    free(passage->planes);
    free(passage->output);
}

// ---- The call ----

static void tell(const Passage *passage, const Call *call)
{
    const double n = (double)passage->done * (double)passage->channels;
    printf("wrote %s: %.4g s at %g Hz, %zu channel%s; against the input: MSE %.6g, SNR ",
           call->output, (double)passage->done / audio_rate(passage->reader),
           audio_rate(passage->reader), passage->channels, passage->channels == 1 ? "" : "s",
           passage->error_squares / n);
    if (passage->input_squares > 0.0 && passage->error_squares > 0.0)
        printf("%.2f dB\n", 10.0 * log10(passage->input_squares / passage->error_squares));
    else
        printf("-\n"); // silence, or not a bit changed
}

static bool run_passage(Passage *passage, const Call *call, Error *error)
{
    const uint64_t seconds = (uint64_t)audio_seconds(passage->reader);
    Progress progress;
    progress_begin(&progress, stderr, "reconstructing, second", seconds, seconds);
    const bool good = process_file(passage, call->audio, &progress, error);
    progress_end(&progress);
    if (!good) return false;
    const uint64_t clipped = audio_writer_clipped(passage->writer);
    const bool written = audio_writer_commit(passage->writer, error);
    passage->writer = NULL;
    if (!written) return false;
    command_note_faults(&command_reconstruct, call->audio, audio_faults(passage->reader));
    command_note_clipped(&command_reconstruct, call->output, clipped);
    tell(passage, call);
    return true;
}

static bool reconstruct_file(const Call *call, Error *error)
{
    Passage passage = {0};
    Latent *reference = NULL;
    Model *model = command_model(call->weights, error);
    const bool good =
        model &&
        latent_options_load(&command_reconstruct, &call->options, model, &reference, error) &&
        passage_open(&passage, call, model, reference, error) && run_passage(&passage, call, error);
    passage_close(&passage);
    latent_free(reference);
    model_free(model);
    return good;
}

static bool read_number(const char *option, double low, double high, float *value)
{
    double number;
    if (!option_number(&command_reconstruct, option, optarg, low, high, &number)) return false;
    *value = (float)number;
    return true;
}

static bool read_beats(const char *option, int *beats)
{
    long number;
    if (!option_integer(&command_reconstruct, option, optarg, 1, 64, &number)) return false;
    *beats = (int)number;
    return true;
}

static bool read_option(Call *call, int option)
{
    const Command *command = &command_reconstruct;
    LatentSettings *latent = &call->options.settings;
    switch (option) {
    case 'o': call->output = optarg; return true;
    case OPTION_FORCE: call->force = true; return true;
    case OPTION_WET: return read_number("--wet", 0.0, 1.0, &call->wet);
    case OPTION_DETAIL: return read_number("--detail", 0.0, 1.0, &call->detail);
    case OPTION_AUTO_GAIN: call->auto_gain = true; return true;
    case OPTION_DRIFT: return read_number("--drift", 0.0, 50.0, &latent->drift);
    case OPTION_SCALE: return read_number("--scale", 0.0, 2.0, &latent->scale);
    case OPTION_SMEAR: return read_number("--smear", 0.0, 2.0, &latent->smear);
    case OPTION_ALTERNATE: latent->blend_mode = BLEND_ALTERNATE; return true;
    case OPTION_INPUT_BEATS: return read_beats("--input-beats", &latent->input_beats);
    case OPTION_REFERENCE_BEATS: return read_beats("--reference-beats", &latent->reference_beats);
    case OPTION_TEMPO: return read_number("--tempo", 1.0, 1000.0, &latent->tempo);
    case OPTION_GAIN: return option_number(command, "--gain", optarg, -120.0, 60.0, &call->gain);
    default: return latent_option_take(command, &call->options, option);
    }
}

static int run(int argc, char **argv)
{
    const Command *command = &command_reconstruct;
    Call call = {.options = {.settings = {LATENT_NEUTRAL}}, .wet = 1.0f};
    int option;
    while ((option = command_option(command, argc, argv, ":o:", long_options)) != -1)
        if (!read_option(&call, option)) return EXIT_USAGE;
    Error error;
    if (argc - optind != 2)
        return command_usage(command, "a weights file and an audio file are needed");
    if (!call.output) return command_usage(command, "no audio file given (-o FILE)");
    call.weights = argv[optind];
    call.audio = argv[optind + 1];
    if (!audio_writer_knows(call.output, &error)) return command_usage(command, "%s", error.text);
    if (!latent_options_check(command, &call.options)) return EXIT_USAGE;
    const char *reference = call.options.reference;
    if (same_file(call.output, call.weights) || same_file(call.output, call.audio) ||
        (reference && same_file(call.output, reference)))
        return command_usage(command, "%s is what is read", call.output);
    if (!call.force && !command_may_write(call.output, NULL, NULL, &error))
        return command_fail(command, &error);
    return reconstruct_file(&call, &error) ? EXIT_DONE : command_fail(command, &error);
}

const Command command_reconstruct = {"reconstruct", "send audio through the effect", help, run};
