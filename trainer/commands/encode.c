// encode.c: `trainer encode`: turns audio into a latent file.
#include "commands/command_list.h"
#include "latents/encoding.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const char *weights, *audio, *output;
    bool force;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"WEIGHTS", "a weights file", AT(weights), OPERAND_ONE},
    {"AUDIO", "an audio file, or a part FILE@FROM-TO", AT(audio), OPERAND_ONE},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FILE", .need = NEEDED_ALWAYS,
     .ending = ".safetensors", .help = "the latent file, LATENT.safetensors"},
    {"force", 0, OPTION_FLAG, AT(force), .help = "overwrites a file that is no latent file"},
    {.name = NULL},
};

static bool is_latent(const char *path)
{
    Error ignored;
    Latent *latent = latent_load(path, &ignored);
    latent_free(latent);
    return latent;
}

static bool encode_file(const Call *call, Error *error)
{
    TimePart part;
    AudioFaults faults;
    if (!time_part_parse(&part, call->audio, error)) return false;
    Model *model = command_model(call->weights, error);
    Latent *latent = model ? encode_audio(model, &part, stderr, &faults, error) : NULL;
    if (latent) command_note_faults(&command_encode, part.path, &faults);
    const bool ok = latent && latent_write(latent, call->output, error);
    if (ok)
        printf("wrote %s: %d channels, %zu frames, %.4g s\n", call->output, latent->channels,
               latent->frames, (double)latent->samples / model->sample_rate);
    latent_free(latent);
    model_free(model);
    free(part.path);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    Error error;
    return encode_file(values, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_encode = {
    .name = "encode",
    .summary = "turns audio into a latent file",
    .text =
        "Averages the channels of an audio file, resamples it to the rate of the model and\n"
        "writes its latent: a reference for the plugin, or for `trainer decode`. AUDIO may be a\n"
        "part, as in song.ogg@0:05-0:10 or song.ogg@50%: it is encoded from that sample on.\n",
    .example = "trainer encode normal.safetensors song.ogg -o song.safetensors",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .outputs =
        (const Artefact[]){
            {.name = "", .guarded = true, .is_ours = is_latent, .ours = "a latent file"},
            {.name = NULL}},
    .size = sizeof(Call),
    .run = run,
};
