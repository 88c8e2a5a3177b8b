// decode.c: `trainer decode`: turns a latent file into audio, changed as the plugin would.
#include "audio/audio_writer.h"
#include "commands/command_list.h"
#include "options/latent_files.h"
#include "options/latent_options.h"

#include <stdio.h>

typedef struct {
    const char *weights, *latent, *output, *carrier;
    bool force;
    LatentOptions latent_options;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"WEIGHTS", "a weights file", AT(weights), OPERAND_ONE},
    {"LATENT", "a latent file", AT(latent), OPERAND_ONE},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .check = audio_writer_knows, .help = "the audio file; ends in .wav, .w64, .flac or .ogg"},
    {"force", 0, OPTION_FLAG, AT(force), .help = "overwrites an existing file"},
    {.name = NULL},
};

static bool write_sound(const Call *call, const Model *model, const Latent *latent, Error *error)
{
    Sound sound = {0};
    const double rate = model->sample_rate;
    Carrier carrier;
    TempAudio *store = NULL;
    if (command_open_carrier(&carrier, &command_decode, call->carrier,
                             call->latent_options.settings.seed, latent, model, call->output,
                             error))
        store = latent_decode(&sound, call->output, latent, model, &carrier, error);
    const bool ok =
        store && command_write_audio(&command_decode, call->output, rate, &sound, error);
    if (ok) printf("wrote %s: %.4g s at %g Hz\n", call->output, (double)sound.samples / rate, rate);
    temp_audio_free(store);
    carrier_close(&carrier);
    return ok;
}

static bool decode_file(const Call *call, Error *error)
{
    Model *model = command_model(call->weights, error);
    Latent *latent = model ? latent_file_load(call->latent, model, error) : NULL;
    const bool ok =
        latent &&
        latent_options_apply(&command_decode, &call->latent_options, model, latent, error) &&
        write_sound(call, model, latent, error);
    latent_free(latent);
    model_free(model);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    const int status = latent_options_check(&call->latent_options, line->command);
    if (status != EXIT_DONE) return status;
    return decode_file(call, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_decode = {
    .name = "decode",
    .summary = "turns a latent file into audio",
    .text =
        "Decodes a latent file to a mono audio file at the model's sample rate, as long as the\n"
        "audio that it was made from. The latent of a model of spectra has no phases: it gives\n"
        "its levels and its loudness to a carrier, which is noise or another sound.\n",
    .example = "trainer decode normal.safetensors song.safetensors -o song.wav --noise 0.5",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0},
                                     {carrier_options, AT(carrier)},
                                     {latent_options, AT(latent_options)},
                                     {.table = NULL}},
    .outputs = (const Artefact[]){{.name = "", .guarded = true}, {.name = NULL}},
    .size = sizeof(Call),
    .initial = &(const Call){.latent_options = LATENT_OPTIONS_NEUTRAL},
    .run = run,
};
