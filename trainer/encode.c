// encode.c: `trainer encode`: audio to a latent file.
#include "audio.h"
#include "codec.h"
#include "command.h"
#include "denormals.h"
#include "latent.h"
#include "progress.h"
#include "safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trainer encode WEIGHTS AUDIO -o LATENT.safetensors\n"
    "\n"
    "Averages the channels of an audio file, takes it to the model's sample rate and writes\n"
    "its latent: a reference for the plugin, or for `trainer decode`.\n"
    "\n"
    "  -o, --output FILE        the latent file (needed)\n"
    "\n"
    "example: trainer encode normal.safetensors song.ogg -o song.safetensors\n";

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *audio, *output;
} Call;

// An encoding under way.
typedef struct {
    const Model *model;
    Encoder *encoder;
    Latent *latent;
    float *frames; // [frames that one block can give][channels]
    size_t done;   // frames
    uint64_t fed;  // samples of the file
    Progress progress;
} Encoding;

// ---- Sound to frames ----

static void feed_block(Encoding *encoding, const float *samples, size_t n)
{
    const size_t channels = (size_t)encoding->latent->channels;
    const size_t left = encoding->latent->frames - encoding->done;
    const size_t given = encoder_process(encoding->encoder, samples, n, encoding->frames);
    const size_t kept = given < left ? given : left; // those behind the end are of padding alone
    memcpy(encoding->latent->values + encoding->done * channels, encoding->frames,
           kept * channels * sizeof(float));
    encoding->done += kept;
}

static bool feed(void *data, const float *samples, size_t n, Error *error)
{
    (void)error;
    Encoding *encoding = data;
    encoding->fed += n;
    while (n > 0) {
        const size_t block = n < CODEC_BLOCK ? n : CODEC_BLOCK;
        feed_block(encoding, samples, block);
        samples += block;
        n -= block;
    }
    progress_reach(&encoding->progress,
                   (uint64_t)((double)encoding->fed / encoding->model->sample_rate));
    return true;
}

static bool feed_file(Encoding *encoding, const Call *call, uint64_t samples, Error *error)
{
    static const float silence[CODEC_BLOCK];
    AudioFaults faults;
    if (!audio_stream_mono(call->audio, encoding->model->sample_rate, feed, encoding, &faults,
                           error))
        return error_prefix(error, call->audio);
    if (encoding->fed != samples)
        return error_set(error, "%s: it changed while it was read", call->audio);
    command_note_faults(&command_encode, call->audio, &faults);
    while (encoding->done < encoding->latent->frames) feed_block(encoding, silence, CODEC_BLOCK);
    return true;
}

// ---- The call ----

static bool encode_with(Encoding *encoding, const Call *call, uint64_t samples, Error *error)
{
    const double seconds = (double)samples / encoding->model->sample_rate;
    encoding->encoder = encoder_new(encoding->model);
    const size_t most = encoding->encoder ? encoder_frames_max(encoding->encoder, CODEC_BLOCK) : 0;
    encoding->frames = malloc((most + 1) * (size_t)encoding->latent->channels * sizeof(float));
    bool good = encoding->encoder && encoding->frames;
    if (!good) return error_set(error, "out of memory");
    encoder_reset(encoding->encoder, arch_round_up(&encoding->model->arch, samples));
    progress_begin(&encoding->progress, stderr, "encoding, second", (uint64_t)seconds,
                   (uint64_t)seconds);
    const DenormalsState before = denormals_off();
    good = feed_file(encoding, call, samples, error);
    denormals_restore(before);
    progress_end(&encoding->progress);
    return good;
}

// The latent's name of where it comes from: the file's, without its folders.
static void set_source(Latent *latent, const char *path)
{
    const char *slash = strrchr(path, '/');
    snprintf(latent->source, sizeof latent->source, "%s", slash ? slash + 1 : path);
}

static Latent *encode(const Model *model, const Call *call, Error *error)
{
    const Arch *arch = &model->arch;
    uint64_t samples;
    if (!audio_count_mono(call->audio, model->sample_rate, &samples, error)) {
        error_prefix(error, call->audio);
        return NULL;
    }
    const uint64_t frames = arch_latent_frames(arch, arch_round_up(arch, samples));
    const uint64_t frame_bytes = (uint64_t)arch_latent_channels(arch) * sizeof(float);
    if (frames > (SAFETENSORS_FILE_MAX - SAFETENSORS_HEADER_MAX) / frame_bytes) {
        error_set(error, "%s: too long for a latent file, which can have %zu MB", call->audio,
                  SAFETENSORS_FILE_MAX >> 20);
        return NULL;
    }
    Encoding encoding = {.model = model, .latent = latent_new(model, (size_t)frames, error)};
    if (!encoding.latent) return NULL;
    encoding.latent->samples = samples;
    set_source(encoding.latent, call->audio);
    const bool good = encode_with(&encoding, call, samples, error);
    encoder_free(encoding.encoder);
    free(encoding.frames);
    if (good) return encoding.latent;
    latent_free(encoding.latent);
    return NULL;
}

static bool encode_file(const Call *call, Error *error)
{
    Model *model = command_model(call->weights, error);
    Latent *latent = model ? encode(model, call, error) : NULL;
    const bool good = latent && latent_write(latent, call->output, error);
    if (good)
        printf("wrote %s: %d channels, %zu frames, %.4g s\n", call->output, latent->channels,
               latent->frames, (double)latent->samples / model->sample_rate);
    latent_free(latent);
    model_unref(model);
    return good;
}

static int run(int argc, char **argv)
{
    Call call = {0};
    int option;
    while ((option = command_option(&command_encode, argc, argv, ":o:", long_options)) != -1) {
        if (option != 'o') return EXIT_USAGE;
        call.output = optarg;
    }
    if (argc - optind != 2)
        return command_usage(&command_encode, "a weights file and an audio file are needed");
    if (!call.output) return command_usage(&command_encode, "no latent file given (-o FILE)");
    call.weights = argv[optind];
    call.audio = argv[optind + 1];
    if (same_file(call.output, call.weights) || same_file(call.output, call.audio))
        return command_usage(&command_encode, "%s is what is read", call.output);
    Error error;
    return encode_file(&call, &error) ? EXIT_DONE : command_fail(&command_encode, &error);
}

const Command command_encode = {"encode", "turn audio into a latent file", help, run};
