#include "selection.h"

#include "decision.h"
#include "engine/engine_limits.h"
#include "model_cache.h"

#include <stdio.h>
#include <string.h>

// ---- Messages ----

// Writes one line to the log, "trasluz: model PATH: reason". Of a path that is too long the end is
// shown, where the file's name is. The line, without "trasluz: ", replaces the reason.
static void log_failure(const Selection *selection, Property property, Error *reason)
{
    enum { SHOWN = 300 };
    static const char *const kind[PROPERTIES] = {"model", "reference"};
    const char *path = selection->names.path[property];
    const size_t length = strlen(path);

    Error line;
    error_set(&line, "%s %s%s: %s", kind[property], length > SHOWN ? "..." : "",
              length > SHOWN ? path + length - SHOWN : path, reason->text);
    lv2_log_error(selection->logger, "trasluz: %s\n", line.text);
    *reason = line;
}

// Writes the status for the user. Returns true if it changed.
static bool update_status(Selection *selection)
{
    const char *model = selection->reason[PROPERTY_MODEL].text;
    const char *reference = *selection->mismatch.text ? selection->mismatch.text
                                                      : selection->reason[PROPERTY_REFERENCE].text;
    char text[STATUS_BYTES];
    snprintf(text, sizeof text, "%s%s%s", model, *model && *reference ? "\n" : "", reference);
    const bool changes = strcmp(text, selection->names.status) != 0;
    memcpy(selection->names.status, text, sizeof text);
    return changes;
}

// ---- Sources ----

// What one property can play, by Source, and why its file cannot be read.
typedef struct {
    Content content[SOURCES];
    Error file_error;
} Candidates;

static void candidates_free(Candidates *candidates)
{
    for (Source s = 0; s < SOURCES; s++) content_free(&candidates->content[s]);
}

// A model is played within the engine's limits, a reference with the model that made it.
static bool is_playable(const Selection *selection, const Content *content, const Model *model,
                        Error *error)
{
    if (content->model) return engine_limits_check(content->model, selection->rate, error);
    if (!content->reference) return false;
    if (!model) return error_set(error, "there is no model to play it with");
    return latent_fits(content->reference, model, error);
}

static void load_copy(const Selection *selection, Property property, Copy *copy, Content *content)
{
    Error error;
    if (!copy->bytes || content_load_copy(content, property, copy, &error)) return;
    error_prefix(&error, "the session's own copy");
    log_failure(selection, property, &error);
}

// The content that plays now, or NULL.
static Content *find_current(Selection *selection, Property property)
{
    for (Role role = 0; role < ROLES; role++) {
        Content *content = &selection->content[property][role];
        const bool plays = property == PROPERTY_MODEL ? content->model == selection->model
                                                      : content->reference == selection->reference;
        if (content_is_loaded(content) && plays) return content;
    }
    return NULL;
}

// Loads file and copies, and takes what plays now out of the selection, whose contents are empty
// after it.
static void load_candidates(Selection *selection, Property property, Copy copy[ROLES],
                            Candidates *candidates)
{
    Content *content = candidates->content;
    const char *path = selection->names.path[property];
    if (*path) content_load_file(&content[SOURCE_FILE], property, path, &candidates->file_error);
    if (!copy_equals(&content[SOURCE_FILE].copy, &copy[ROLE_CHOSEN]))
        load_copy(selection, property, &copy[ROLE_CHOSEN], &content[SOURCE_COPY]);
    load_copy(selection, property, &copy[ROLE_FALLBACK], &content[SOURCE_FALLBACK]);

    Content *current = find_current(selection, property);
    if (current) content_move(&content[SOURCE_CURRENT], current);
    for (Role role = 0; role < ROLES; role++) content_free(&selection->content[property][role]);
}

static Decision decide_property(const Selection *selection, Property property, const Model *model,
                                const Candidates *candidates)
{
    const Content *content = candidates->content;
    Choice choice = {.has_name = *selection->names.path[property]};
    for (Source s = 0; s < SOURCES; s++) {
        Error ignored;
        choice.loaded[s] = content_is_loaded(&content[s]);
        choice.playable[s] = is_playable(selection, &content[s], model, &ignored);
    }
    choice.copy_differs = choice.loaded[SOURCE_FILE] && choice.loaded[SOURCE_COPY] &&
                          !content_equals(&content[SOURCE_FILE], &content[SOURCE_COPY]);
    return decide(&choice);
}

static void report_file(Selection *selection, Property property, const Decision *decision,
                        const Error *file_error)
{
    Error *reason = &selection->reason[property];
    *reason = (Error){0};
    if (decision->status == FILE_IN_USE) return;
    if (decision->status == FILE_FAILED)
        *reason = *file_error;
    else
        error_set(reason, "another file than the session was saved with");
    if (decision->chosen == SOURCE_COPY) error_prefix(reason, "the session's own copy is used");
    log_failure(selection, property, reason);
}

// Loads what is chosen and decides what of it is kept. What played before and is not kept is left
// in `former`.
static void load_property(Selection *selection, Property property, Copy copy[ROLES],
                          const Model *model, Content *former)
{
    Candidates candidates = {0};
    Content *content = candidates.content;
    load_candidates(selection, property, copy, &candidates);
    const Decision decision = decide_property(selection, property, model, &candidates);
    report_file(selection, property, &decision, &candidates.file_error);
    content_move(&selection->content[property][ROLE_CHOSEN], &content[decision.chosen]);
    content_move(&selection->content[property][ROLE_FALLBACK], &content[decision.fallback]);
    content_move(former, &content[SOURCE_CURRENT]);
    candidates_free(&candidates);
}

// Returns which of the contents plays with the model, or NULL. Where it is not the chosen one,
// `reason` says why and the log too.
static const Content *find_playable(Selection *selection, Property property, const Model *model,
                                    Error *reason)
{
    Error ignored;
    const Content *chosen = &selection->content[property][ROLE_CHOSEN];
    const Content *fallback = &selection->content[property][ROLE_FALLBACK];
    Error error = {0};
    if (is_playable(selection, chosen, model, &error)) return chosen;
    if (content_is_loaded(chosen)) {
        log_failure(selection, property, &error);
        *reason = error;
    }
    return is_playable(selection, fallback, model, &ignored) ? fallback : NULL;
}

// ---- All of it ----

// Makes an engine that begins with the last recordings. NULL, with the reason reported, where it
// cannot.
static Engine *make_engine(Selection *selection, const Model *model, const Latent *reference,
                           Property chosen)
{
    Error error;
    Engine *engine =
        engine_new(model, reference, selection->rate, selection->recordings.channels, &error);
    if (engine) {
        recordings_install(&selection->recordings, engine, model);
    } else {
        log_failure(selection, chosen, &error);
        selection->reason[chosen] = error;
    }
    return engine;
}

// Loads the chosen properties. Returns the engine for them; NULL where the sound does not change.
static Engine *load(Selection *selection, const bool chosen[PROPERTIES], Copies *copies)
{
    Content former[PROPERTIES] = {0};
    const Model *model = selection->model;
    const Latent *reference = selection->reference;
    if (chosen[PROPERTY_MODEL]) {
        load_property(selection, PROPERTY_MODEL, copies->copy[PROPERTY_MODEL], NULL,
                      &former[PROPERTY_MODEL]);
        const Content *playing =
            find_playable(selection, PROPERTY_MODEL, NULL, &selection->reason[PROPERTY_MODEL]);
        model = playing ? playing->model : NULL;
    }
    if (chosen[PROPERTY_REFERENCE])
        load_property(selection, PROPERTY_REFERENCE, copies->copy[PROPERTY_REFERENCE], model,
                      &former[PROPERTY_REFERENCE]);
    if (chosen[PROPERTY_REFERENCE] || model != selection->model) {
        selection->mismatch = (Error){0};
        const Content *playing =
            find_playable(selection, PROPERTY_REFERENCE, model, &selection->mismatch);
        reference = playing ? playing->reference : NULL;
    }

    recordings_collect(&selection->recordings, selection->engine);
    bool changes = recordings_replace(&selection->recordings, copies->recording,
                                      chosen[PROPERTY_REFERENCE], model, selection->logger);
    changes |= model != selection->model || !reference_equals(reference, selection->reference);
    Engine *engine = NULL;
    if (model && changes)
        engine = make_engine(selection, model, reference,
                             chosen[PROPERTY_MODEL] ? PROPERTY_MODEL : PROPERTY_REFERENCE);
    if (engine) selection->engine = engine;

    if (engine || !changes) {
        model_cache_retain(model);
        model_cache_release(selection->model);
        selection->model = model;
        selection->reference = reference;
    } else { // what played plays on
        for (Property p = 0; p < PROPERTIES; p++)
            if (content_is_loaded(&former[p]))
                content_move(&selection->content[p][ROLE_FALLBACK], &former[p]);
    }
    for (Property p = 0; p < PROPERTIES; p++) content_free(&former[p]);
    return engine;
}

// ---- The selection ----

void selection_init(Selection *selection, double rate, int channels, LV2_Log_Logger *logger)
{
    *selection = (Selection){.rate = rate, .recordings = {.channels = channels}, .logger = logger};
}

void selection_clear(Selection *selection)
{
    for (Property p = 0; p < PROPERTIES; p++)
        for (Role role = 0; role < ROLES; role++) content_free(&selection->content[p][role]);
    recordings_free(&selection->recordings);
    model_cache_release(selection->model);
}

Setup *selection_choose(Selection *selection, const char *const path[PROPERTIES])
{
    return selection_restore(selection, path, &(Copies){0});
}

Setup *selection_restore(Selection *selection, const char *const path[PROPERTIES], Copies *copies)
{
    Setup *setup = setup_new();
    if (!setup) {
        lv2_log_error(selection->logger, "trasluz: out of memory\n");
        return NULL;
    }
    bool chosen[PROPERTIES];
    for (Property p = 0; p < PROPERTIES; p++) {
        const Copy *copy = copies->copy[p];
        chosen[p] = path[p] || copy[ROLE_CHOSEN].bytes || copy[ROLE_FALLBACK].bytes;
        if (!path[p]) continue;
        snprintf(selection->names.path[p], PATH_BYTES, "%s", path[p]);
        setup->updates |= 1u << p;
    }
    setup->engine = load(selection, chosen, copies);
    if (setup->engine) setup->model = model_cache_retain(selection->model);
    if (update_status(selection)) setup->updates |= UPDATE_STATUS;
    setup->names = selection->names;
    return setup;
}

bool selection_copy(Selection *selection, Copies *copies)
{
    Error ignored;
    *copies = (Copies){0};
    recordings_collect(&selection->recordings, selection->engine);
    bool copied = recordings_copy(&selection->recordings, copies->recording);
    for (Property p = 0; p < PROPERTIES; p++) {
        for (Role role = 0; role < ROLES; role++) {
            const Copy *kept = &selection->content[p][role].copy;
            copied = copied && (!kept->bytes || copy_set(&copies->copy[p][role], kept->bytes,
                                                         kept->size, &ignored));
        }
    }
    if (!copied) copies_free(copies);
    return copied;
}
