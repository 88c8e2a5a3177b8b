// latent_options.h: the options of the latent operations that decode, generate and reconstruct
// share. For the main thread alone.
#ifndef TRASLUZ_LATENT_OPTIONS_H
#define TRASLUZ_LATENT_OPTIONS_H

#include "cli/command.h"
#include "latent/latent.h"
#include "latent/latent_ops.h"

typedef struct {
    LatentSettings settings; // what does not change with time
    Automation noise, offset, blend;
    const char *reference; // path, or NULL
} LatentOptions;

extern const Option latent_options[];

// Values that leave the latent as it is, for what has no option.
#define LATENT_OPTIONS_NEUTRAL                                                                     \
    {                                                                                              \
        .settings = { LATENT_NEUTRAL }                                                             \
    }

// Checks that the options fit together: returns EXIT_DONE, or EXIT_USAGE after a message.
int latent_options_check(const LatentOptions *options, const Command *command);

// Returns the settings at a time in seconds.
LatentSettings latent_options_at(const LatentOptions *options, double seconds);

// Loads the reference, a latent of this model or audio that it encodes; *reference is NULL where
// none was named. The caller frees it.
bool latent_options_load(const Command *command, const LatentOptions *options, const Model *model,
                         Latent **reference, Error *error);

// Changes a whole latent, from its first frame on, as the plugin would.
bool latent_options_apply(const Command *command, const LatentOptions *options, const Model *model,
                          Latent *latent, Error *error);

// True if the options change a latent.
bool latent_options_change(const LatentOptions *options);

#endif
