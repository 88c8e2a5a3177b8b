// decode.c: `trainer decode`: a latent file to audio, changed on the way as the plugin would.
#include "audio/audio_writer.h"
#include "commands/command.h"
#include "commands/command_latent.h"
#include "latents/decoding.h"

#include <stdio.h>

static const char help[] =
    "usage: trainer decode WEIGHTS LATENT -o AUDIO [options]\n"
    "\n"
    "Decodes a latent file to a mono audio file at the model's sample rate, as long as the\n"
    "audio that it was made from. AUDIO ends in .wav, .w64, .flac or .ogg.\n"
    "\n"
    "  -o, --output FILE        the audio file (needed)\n"
    "      --force              write over one that is there\n" LATENT_HELP "\n"
    "example: trainer decode normal.safetensors song.safetensors -o song.wav --noise 0.5\n";

enum { OPTION_FORCE = 256 };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"force", no_argument, NULL, OPTION_FORCE},
    LATENT_LONG_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *latent, *output;
    bool force;
    LatentOptions options;
} Call;

static bool write_samples(void *data, const float *samples, size_t n, Error *error)
{
    return audio_write(data, samples, n, error);
}

static bool write_audio(const Call *call, const Model *model, const Latent *latent, Error *error)
{
    const double rate = model->sample_rate;
    const uint64_t samples = decoded_samples(latent, model, error);
    if (samples == 0) return error_prefix(error, call->latent);
    AudioWriter *writer = audio_writer_new(call->output, rate, 1, error);
    if (!writer) return false;
    if (!decode_latent(latent, model, write_samples, writer, stderr, error)) {
        audio_writer_abandon(writer);
        return false;
    }
    const uint64_t clipped = audio_writer_clipped(writer);
    if (!audio_writer_commit(writer, error)) return false;
    command_note_clipped(&command_decode, call->output, clipped);
    printf("wrote %s: %.4g s at %g Hz\n", call->output, (double)samples / rate, rate);
    return true;
}

static bool decode_file(const Call *call, Error *error)
{
    Model *model = command_model(call->weights, error);
    Latent *latent = model ? latent_load(call->latent, error) : NULL;
    bool good = latent && latent_fits(latent, model, error);
    if (model && !good) error_prefix(error, call->latent);
    good = good && latent_options_apply(&command_decode, &call->options, model, latent, error) &&
           write_audio(call, model, latent, error);
    latent_free(latent);
    model_free(model);
    return good;
}

static int run(int argc, char **argv)
{
    Call call = {.options = {.settings = {LATENT_NEUTRAL}}};
    int option;
    while ((option = command_option(&command_decode, argc, argv, ":o:", long_options)) != -1) {
        if (option == 'o')
            call.output = optarg;
        else if (option == OPTION_FORCE)
            call.force = true;
        else if (!latent_option_take(&command_decode, &call.options, option))
            return EXIT_USAGE;
    }
    Error error;
    if (argc - optind != 2)
        return command_usage(&command_decode, "a weights file and a latent file are needed");
    if (!call.output) return command_usage(&command_decode, "no audio file given (-o FILE)");
    call.weights = argv[optind];
    call.latent = argv[optind + 1];
    if (!audio_writer_knows(call.output, &error))
        return command_usage(&command_decode, "%s", error.text);
    if (!latent_options_check(&command_decode, &call.options)) return EXIT_USAGE;
    const char *reference = call.options.reference;
    if (same_file(call.output, call.weights) || same_file(call.output, call.latent) ||
        (reference && same_file(call.output, reference)))
        return command_usage(&command_decode, "%s is what is read", call.output);
    if (!call.force && !command_may_write(call.output, NULL, NULL, &error))
        return command_fail(&command_decode, &error);
    return decode_file(&call, &error) ? EXIT_DONE : command_fail(&command_decode, &error);
}

const Command command_decode = {"decode", "turn a latent file into audio", help, run};
