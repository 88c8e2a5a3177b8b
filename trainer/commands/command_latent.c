#include "commands/command_latent.h"

#include "commands/latent_source.h"
#include "math/denormals.h"

#define AMOUNT_MAX 1e6

static bool take_number(const Command *command, const char *option, double low, double high,
                        float *value)
{
    double number;
    if (!option_number(command, option, optarg, low, high, &number)) return false;
    *value = (float)number;
    return true;
}

static bool take_seed(const Command *command, uint32_t *seed)
{
    long number;
    if (!option_integer(command, "--seed", optarg, 0, UINT32_MAX, &number)) return false;
    *seed = (uint32_t)number;
    return true;
}

bool latent_option_take(const Command *command, LatentOptions *options, int option)
{
    LatentSettings *settings = &options->settings;
    switch (option) {
    case OPTION_NOISE: return take_number(command, "--noise", 0.0, AMOUNT_MAX, &settings->noise);
    case OPTION_OFFSET:
        return take_number(command, "--offset", -AMOUNT_MAX, AMOUNT_MAX, &settings->offset);
    case OPTION_ABSOLUTE: settings->absolute = true; return true;
    case OPTION_BLEND: return take_number(command, "--blend", 0.0, 1.0, &settings->blend);
    case OPTION_REFERENCE: options->reference = optarg; return true;
    case OPTION_SEED: return take_seed(command, &settings->seed);
    default: return false; // command_option() has said what it is
    }
}

bool latent_options_check(const Command *command, const LatentOptions *options)
{
    if (options->settings.blend > 0.0f && !options->reference)
        command_usage(command, "--blend needs a --reference");
    else if (options->reference && options->settings.blend == 0.0f)
        command_usage(command, "--reference does nothing without --blend");
    else
        return true;
    return false;
}

bool latent_options_load(const Command *command, const LatentOptions *options, const Model *model,
                         Latent **reference, Error *error)
{
    *reference = NULL;
    if (!options->reference) return true;
    *reference = latent_source_load(command, options->reference, model, error);
    return *reference != NULL;
}

bool latent_options_change(const LatentOptions *options)
{
    const LatentSettings *settings = &options->settings;
    return settings->noise != 0.0f || settings->offset != 0.0f || settings->blend != 0.0f;
}

static bool apply(const LatentSettings *settings, const Model *model, const Latent *loop,
                  Latent *latent, Error *error)
{
    LatentOps ops;
    const bool made = latent_ops_init(&ops, model, loop, 0);
    if (made) {
        const DenormalsState before = denormals_off();
        latent_ops_process(&ops, settings, latent->values, latent->frames);
        denormals_restore(before);
    }
    latent_ops_free(&ops);
    return made || error_set(error, "out of memory");
}

bool latent_options_apply(const Command *command, const LatentOptions *options, const Model *model,
                          Latent *latent, Error *error)
{
    Latent *reference, *loop = NULL;
    if (!latent_options_change(options)) return true;
    if (!latent_options_load(command, options, model, &reference, error)) return false;
    bool good = !reference || (loop = latent_loop(reference, model, error));
    good = good && apply(&options->settings, model, loop, latent, error);
    latent_free(loop);
    latent_free(reference);
    return good;
}
