#include "selection.h"

#include <stdio.h>
#include <string.h>

void selection_init(Selection *selection, double rate, int channels, LV2_Log_Logger *logger)
{
    *selection = (Selection){.rate = rate, .channels = channels, .logger = logger};
}

void selection_clear(Selection *selection)
{
    model_unref(selection->model);
    latent_free(selection->reference);
}

// One line to the log. Of a path too long for it the end is shown, where the file's name is.
static void complain(const Selection *selection, Property property, const Error *error)
{
    enum { SHOWN = 300 };
    static const char *const kind[PROPERTIES] = {"model", "reference"};
    const char *path = selection->names.path[property];
    const size_t length = strlen(path);

    Error line;
    error_set(&line, "trasluz: %s %s%s: %s", kind[property], length > SHOWN ? "..." : "",
              length > SHOWN ? path + length - SHOWN : path, error->text);
    lv2_log_error(selection->logger, "%s\n", line.text);
}

static bool same_model(const Model *a, const Model *b)
{
    return a && b && strcmp(a->fingerprint, b->fingerprint) == 0;
}

static bool same_latent(const Latent *a, const Latent *b)
{
    return a && b && a->channels == b->channels && a->frames == b->frames &&
           memcmp(a->values, b->values, a->frames * (size_t)a->channels * sizeof *a->values) == 0;
}

// A reference to the named model, or to the present one where the named one does not load or is the
// same.
static Model *choose_model(const Selection *selection)
{
    Error error;
    Model *model = model_load(selection->names.path[PROPERTY_MODEL], &error);
    if (!model) complain(selection, PROPERTY_MODEL, &error);
    if (model && !same_model(model, selection->model)) return model;
    model_unref(model);
    return model_ref(selection->model);
}

static Latent *load_reference(const char *path, const Model *model, Error *error)
{
    if (!model) {
        error_set(error, "there is no model to play it with");
        return NULL;
    }
    Latent *reference = latent_load(path, error);
    if (reference && latent_fits(reference, model, error)) return reference;
    latent_free(reference);
    return NULL;
}

// The named reference, or the present one where the named one does not load or is the same. NULL
// where neither fits the model.
static Latent *choose_reference(const Selection *selection, const Model *model)
{
    const char *path = selection->names.path[PROPERTY_REFERENCE];
    if (!*path) return NULL;

    Error error;
    Latent *present = selection->reference;
    if (present && !latent_fits(present, model, &error)) present = NULL;

    Latent *named = load_reference(path, model, &error);
    if (!named) complain(selection, PROPERTY_REFERENCE, &error);
    if (named && !same_latent(named, present)) return named;
    latent_free(named);
    return present;
}

static void replace_model(Selection *selection, Model *model)
{
    model_unref(selection->model);
    selection->model = model;
}

static void replace_reference(Selection *selection, Latent *reference)
{
    if (reference == selection->reference) return;
    latent_free(selection->reference);
    selection->reference = reference;
}

// The engine for what is named now; NULL where the sound does not change.
static Engine *load(Selection *selection, bool model_named, bool reference_named)
{
    Model *model = model_named ? choose_model(selection) : model_ref(selection->model);
    Latent *reference = selection->reference;
    if (reference_named || model != selection->model)
        reference = choose_reference(selection, model);

    Engine *engine = NULL;
    if (model && (model != selection->model || reference != selection->reference)) {
        Error error;
        engine = engine_new(model, reference, selection->rate, selection->channels, &error);
        if (!engine) complain(selection, model_named ? PROPERTY_MODEL : PROPERTY_REFERENCE, &error);
    }

    if (engine) {
        replace_model(selection, model);
        replace_reference(selection, reference);
    } else {
        model_unref(model);
        if (reference != selection->reference) latent_free(reference);
    }
    return engine;
}

Setup *selection_name(Selection *selection, const char *const path[PROPERTIES])
{
    Setup *setup = setup_new();
    if (!setup) {
        lv2_log_error(selection->logger, "trasluz: out of memory\n");
        return NULL;
    }
    for (int p = 0; p < PROPERTIES; p++) {
        if (!path[p]) continue;
        snprintf(selection->names.path[p], PATH_BYTES, "%s", path[p]);
        setup->notices |= 1u << p;
    }
    setup->engine = load(selection, path[PROPERTY_MODEL], path[PROPERTY_REFERENCE]);
    setup->names = selection->names;
    return setup;
}
