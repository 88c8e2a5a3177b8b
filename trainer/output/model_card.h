// model_card.h: what a model is, for people, as Markdown: kind, sizes, music, author, licence,
// figures, and the command that made it. All of it comes from the weights file. Any thread.
#ifndef TRASLUZ_MODEL_CARD_H
#define TRASLUZ_MODEL_CARD_H

#include "model/model.h"

#include <stdio.h>

// Writes the card; `title` where the model has no name.
void model_card_write(const Model *model, const char *title, FILE *to);

// Returns "spectra" or "samples".
const char *model_kind(const Model *model);

#endif
