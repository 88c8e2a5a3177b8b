// encode.c: `trainer encode`: audio to a latent file.
#include "commands/command.h"
#include "latents/encoding.h"

#include <stdio.h>

static const char help[] =
    "usage: trainer encode WEIGHTS AUDIO -o LATENT.safetensors\n"
    "\n"
    "Averages the channels of an audio file, takes it to the model's sample rate and writes\n"
    "its latent: a reference for the plugin, or for `trainer decode`.\n"
    "\n"
    "  -o, --output FILE        the latent file (needed)\n"
    "      --force              write over a file that is there and is no latent file\n"
    "\n"
    "example: trainer encode normal.safetensors song.ogg -o song.safetensors\n";

enum { OPTION_FORCE = 256 };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"force", no_argument, NULL, OPTION_FORCE},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *weights, *audio, *output;
    bool force;
} Call;

static bool is_latent(const char *path)
{
    Error ignored;
    Latent *latent = latent_load(path, &ignored);
    latent_free(latent);
    return latent;
}

static bool encode_file(const Call *call, Error *error)
{
    Model *model = command_model(call->weights, error);
    AudioFaults faults;
    Latent *latent = model ? encode_audio(model, call->audio, stderr, &faults, error) : NULL;
    if (latent) command_note_faults(&command_encode, call->audio, &faults);
    const bool good = latent && latent_write(latent, call->output, error);
    if (good)
        printf("wrote %s: %d channels, %zu frames, %.4g s\n", call->output, latent->channels,
               latent->frames, (double)latent->samples / model->sample_rate);
    latent_free(latent);
    model_free(model);
    return good;
}

static int run(int argc, char **argv)
{
    Call call = {0};
    int option;
    while ((option = command_option(&command_encode, argc, argv, ":o:", long_options)) != -1) {
        if (option == 'o')
            call.output = optarg;
        else if (option == OPTION_FORCE)
            call.force = true;
        else
            return EXIT_USAGE;
    }
    if (argc - optind != 2)
        return command_usage(&command_encode, "a weights file and an audio file are needed");
    if (!call.output) return command_usage(&command_encode, "no latent file given (-o FILE)");
    call.weights = argv[optind];
    call.audio = argv[optind + 1];
    if (same_file(call.output, call.weights) || same_file(call.output, call.audio))
        return command_usage(&command_encode, "%s is what is read", call.output);
    Error error;
    if (!call.force && !command_may_write(call.output, is_latent, "a latent file", &error))
        return command_fail(&command_encode, &error);
    return encode_file(&call, &error) ? EXIT_DONE : command_fail(&command_encode, &error);
}

const Command command_encode = {"encode", "turn audio into a latent file", help, run};
