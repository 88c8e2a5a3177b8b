#include "options/latent_options.h"

#include "math/denormals.h"

#include "options/latent_files.h"
#include <stdlib.h>

#define AT(member) offsetof(LatentOptions, member)

enum { AMOUNT_MAX = 1000000 };

const Option latent_options[] = {
    {"noise", 0, OPTION_AUTOMATION, AT(noise), .unit = "X", .initial = "0", .low = 0,
     .high = AMOUNT_MAX, .help = "Gaussian noise, in standard deviations of each latent channel"},
    {"offset", 0, OPTION_AUTOMATION, AT(offset), .unit = "X", .initial = "0", .low = -AMOUNT_MAX,
     .high = AMOUNT_MAX, .help = "added to every latent value, in the same unit"},
    {"absolute", 0, OPTION_FLAG, AT(settings.absolute),
     .help = "noise and offset are in the latent's own numbers instead"},
    {"blend", 0, OPTION_AUTOMATION, AT(blend), .unit = "X", .initial = "0", .low = 0, .high = 1,
     .help = "from 0, the latent of the input, to 1, that of the reference"},
    {"reference", 0, OPTION_INPUT, AT(reference), .unit = "FILE",
     .help = "a latent file of the same model, or audio, or a part of it as in song.ogg@0:05-0:10; "
             "it is looped as needed"},
    {"seed", 0, OPTION_UINT32, AT(settings.seed), .unit = "N", .initial = "0", .low = 0,
     .high = UINT32_MAX, .help = "seed of the noise"},
    {.name = NULL},
};

int latent_options_check(const LatentOptions *options, const Command *command)
{
    const bool blends = automation_peak(&options->blend) > 0.0;
    if (blends && !options->reference) return command_usage(command, "--blend needs a --reference");
    if (options->reference && !blends)
        return command_usage(command, "--reference has no effect without --blend");
    return EXIT_DONE;
}

LatentSettings latent_options_at(const LatentOptions *options, double seconds)
{
    LatentSettings settings = options->settings;
    settings.noise = (float)automation_at(&options->noise, seconds);
    settings.offset = (float)automation_at(&options->offset, seconds);
    settings.blend = (float)automation_at(&options->blend, seconds);
    return settings;
}

bool latent_options_load(const Command *command, const LatentOptions *options, const Model *model,
                         Latent **reference, Error *error)
{
    *reference = NULL;
    if (!options->reference) return true;
    TimePart part;
    if (!time_part_parse(&part, options->reference, error)) return false;
    *reference = latent_source_load(command, &part, model, error);
    free(part.path);
    return *reference != NULL;
}

bool latent_options_change(const LatentOptions *options)
{
    return automation_peak(&options->noise) > 0.0 || automation_peak(&options->offset) > 0.0 ||
           automation_peak(&options->blend) > 0.0;
}

static bool apply(const LatentOptions *options, const Model *model, const Latent *loop,
                  Latent *latent, Error *error)
{
    LatentOps ops;
    float *frame = malloc(((size_t)latent->channels + 1) * sizeof *frame);
    const bool made =
        latent_ops_init(&ops, model, loop, 0) && latent_freeze_reserve(&ops.freeze) && frame;
    if (made) {
        const DenormalsState before = denormals_off();
        for (size_t t = 0; t < latent->frames; t++) {
            LatentSettings settings = latent_options_at(options, (double)t / latent->frame_rate);
            // A whole latent has no silence to keep: what is asked for is added everywhere.
            settings.sounds_in_silence = true;
            latent_copy_frame(latent, t, frame);
            latent_ops_process(&ops, &settings, frame, 1);
            latent_set_frame(latent, t, frame);
        }
        denormals_restore(before);
    }
    latent_ops_free(&ops);
    free(frame);
    return made || error_out_of_memory(error);
}

bool latent_options_apply(const Command *command, const LatentOptions *options, const Model *model,
                          Latent *latent, Error *error)
{
    Latent *reference, *loop = NULL;
    if (!latent_options_change(options)) return true;
    if (!latent_options_load(command, options, model, &reference, error)) return false;
    bool ok = !reference || (loop = latent_loop(reference, model, error));
    ok = ok && apply(options, model, loop, latent, error);
    latent_free(loop);
    latent_free(reference);
    return ok;
}
