// listening_page.h: the page OUT.html beside the weights OUT.safetensors: some seconds of a
// validation piece before and after the model, and through two latent operations, made by the
// plugin's engine. It contains its sounds and needs no other file. For one thread; allocates and
// blocks.
#ifndef TRASLUZ_LISTENING_PAGE_H
#define TRASLUZ_LISTENING_PAGE_H

#include "training/training_options.h"

// Reads the weights file that options->output names and writes the page of it, replacing an older
// page at once. `ended`: the training does not go on. Fails if the plugin cannot play the model.
bool listening_page_write(const TrainingOptions *options, const Dataset *dataset, bool ended,
                          Error *error);

// Returns true if the file is such a page.
bool listening_page_is(const char *path);

#endif
