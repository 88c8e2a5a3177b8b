#include "latent_options.h"

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

bool latent_options_load(const LatentOptions *options, const Model *model, Latent **reference,
                         Error *error)
{
    *reference = NULL;
    if (!options->reference) return true;
    Latent *latent = latent_load(options->reference, error);
    if (latent && latent_fits(latent, model, error)) {
        *reference = latent;
        return true;
    }
    latent_free(latent);
    return error_prefix(error, options->reference);
}
