// command_latent.h: the options of the latent operations, which decode and reconstruct share. For
// the main thread alone.
#ifndef TRASLUZ_COMMAND_LATENT_H
#define TRASLUZ_COMMAND_LATENT_H

#include "commands/command.h"
#include "latent/latent.h"
#include "latent/latent_ops.h"

typedef struct {
    LatentSettings settings;
    const char *reference; // path, or NULL
} LatentOptions;

// The numbers that getopt_long() gives for them; a command's own options are below.
enum {
    OPTION_NOISE = 1000,
    OPTION_OFFSET,
    OPTION_ABSOLUTE,
    OPTION_BLEND,
    OPTION_REFERENCE,
    OPTION_SEED,
};

// For a command's table of options.
// clang-format off
#define LATENT_LONG_OPTIONS                                  \
    {"noise", required_argument, NULL, OPTION_NOISE},        \
    {"offset", required_argument, NULL, OPTION_OFFSET},      \
    {"absolute", no_argument, NULL, OPTION_ABSOLUTE},        \
    {"blend", required_argument, NULL, OPTION_BLEND},        \
    {"reference", required_argument, NULL, OPTION_REFERENCE},\
    {"seed", required_argument, NULL, OPTION_SEED}
// clang-format on

// For a command's help.
#define LATENT_HELP                                                                                \
    "      --noise X            Gaussian noise, in standard deviations of each latent\n"           \
    "                           channel (0)\n"                                                     \
    "      --offset X           added to every latent value, in the same unit (0)\n"               \
    "      --absolute           noise and offset are in the latent's own numbers instead\n"        \
    "      --blend X            from 0, the input's latent, to 1, the reference's (0)\n"           \
    "      --reference FILE     a latent file of the same model, or audio; looped as needed\n"     \
    "      --seed N             of the noise (0)\n"

// Takes an option and its value (optarg). False, and said why, where the value is wrong or the
// option is none of these.
bool latent_option_take(const Command *command, LatentOptions *options, int option);

// False, and said why, where the options do not go together.
bool latent_options_check(const Command *command, const LatentOptions *options);

// Loads the reference, a latent of this model or audio that it encodes; *reference is NULL where
// none was named. The caller frees it.
bool latent_options_load(const Command *command, const LatentOptions *options, const Model *model,
                         Latent **reference, Error *error);

// Does to a whole latent, from its first frame on, what the plugin would.
bool latent_options_apply(const Command *command, const LatentOptions *options, const Model *model,
                          Latent *latent, Error *error);

// True if they change anything.
bool latent_options_change(const LatentOptions *options);

#endif
