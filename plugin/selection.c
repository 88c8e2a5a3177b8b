#include "selection.h"

#include "engine/engine_limits.h"
#include "files/file.h"
#include "files/safetensors.h"
#include "model_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Contents ----

static void content_free(Content *content)
{
    free(content->copy.bytes);
    model_cache_release(content->model);
    latent_free(content->reference);
    *content = (Content){0};
}

// Moves what is in `from`, freeing what was in `to`.
static void content_move(Content *to, Content *from)
{
    if (to == from) return;
    content_free(to);
    *to = *from;
    *from = (Content){0};
}

static bool is_loaded(const Content *content)
{
    return content->model || content->reference;
}

static bool same_latent(const Latent *a, const Latent *b)
{
    return a && b && strcmp(a->fingerprint, b->fingerprint) == 0 && a->channels == b->channels &&
           a->frames == b->frames &&
           memcmp(a->values, b->values, a->frames * (size_t)a->channels * sizeof *a->values) == 0;
}

static bool same_content(const Content *a, const Content *b)
{
    // Models are shared, so equal ones are one.
    return (a->model && a->model == b->model) || same_latent(a->reference, b->reference);
}

static bool same_copy(const Copy *a, const Copy *b)
{
    return a->bytes && b->bytes && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static bool copy_new(Copy *copy, size_t size, Error *error)
{
    *copy = (Copy){.bytes = malloc(size), .size = size};
    return copy->bytes || error_set(error, "out of memory");
}

// The copy of a file.
static bool read_file(Copy *copy, const char *path, Error *error)
{
    size_t size;
    char text[HASH_TEXT];
    unsigned char *bytes = file_read(path, SAFETENSORS_FILE_MAX, &size, error);
    if (!bytes) return false;
    if (copy_new(copy, COPY_DIGEST + size, error)) {
        hash_bytes(bytes, size, text);
        memcpy(copy->bytes, text, COPY_DIGEST);
        memcpy(copy->bytes + COPY_DIGEST, bytes, size);
    }
    free(bytes);
    return copy->bytes;
}

static bool is_whole(const Copy *copy, Error *error)
{
    char text[HASH_TEXT];
    if (copy->size < COPY_DIGEST) return error_set(error, "it is cut short");
    hash_bytes(copy->bytes + COPY_DIGEST, copy->size - COPY_DIGEST, text);
    return memcmp(copy->bytes, text, COPY_DIGEST) == 0 || error_set(error, "it is damaged");
}

// Makes a model or a reference of the content's copy. A model that any instance uses already is
// shared. On error nothing is left in the content.
static bool parse(Property property, Content *content, Error *error)
{
    const unsigned char *file = content->copy.bytes + COPY_DIGEST;
    const size_t size = content->copy.size - COPY_DIGEST;
    if (property == PROPERTY_REFERENCE)
        content->reference = latent_parse(file, size, error);
    else
        content->model = model_cache_share(model_parse(file, size, error));
    if (is_loaded(content)) return true;
    content_free(content);
    return false;
}

// ---- What the user is told ----

// One line to the log: "trasluz: model PATH: why". Of a path too long for it the end is shown,
// where the file's name is. The line, without the "trasluz: ", is left in `error`.
static void complain(const Selection *selection, Property property, Error *error)
{
    enum { SHOWN = 300 };
    static const char *const kind[PROPERTIES] = {"model", "reference"};
    const char *path = selection->names.path[property];
    const size_t length = strlen(path);

    Error line;
    error_set(&line, "%s %s%s: %s", kind[property], length > SHOWN ? "..." : "",
              length > SHOWN ? path + length - SHOWN : path, error->text);
    lv2_log_error(selection->logger, "trasluz: %s\n", line.text);
    *error = line;
}

// Writes the names' remark. True if it is another one than before.
static bool remark(Selection *selection)
{
    const char *line[PROPERTIES] = {
        selection->why[PROPERTY_MODEL].text,
        *selection->unfit.text ? selection->unfit.text : selection->why[PROPERTY_REFERENCE].text,
    };
    char text[REMARK_BYTES];
    snprintf(text, sizeof text, "%s%s%s", line[0], *line[0] && *line[1] ? "\n" : "", line[1]);
    const bool changes = strcmp(text, selection->names.remark) != 0;
    memcpy(selection->names.remark, text, sizeof text);
    return changes;
}

// ---- Loading ----

// What the session's copy holds, or nothing. Takes the copy.
static Content load_copy(const Selection *selection, Property property, Copy *copy)
{
    Error error;
    Content content = {.copy = *copy};
    *copy = (Copy){0};
    if (!content.copy.bytes ||
        (is_whole(&content.copy, &error) && parse(property, &content, &error)))
        return content;
    error_prefix(&error, "the session's own copy");
    complain(selection, property, &error);
    content_free(&content);
    return content;
}

// What is named: the file where it is there and is the same as the session's copy, else the copy,
// else nothing. Leaves in `why` why it is not the file.
static Content load_named(const Selection *selection, Property property, Copy *copy, Error *why)
{
    const char *path = selection->names.path[property];
    Content file = {0}, kept = {0};
    *why = (Error){0};
    if (!*path) return load_copy(selection, property, copy); // it never was a file

    const bool there = read_file(&file.copy, path, why);
    const bool equal = there && same_copy(&file.copy, copy);
    const bool loads = there && parse(property, &file, why);
    if (!equal) kept = load_copy(selection, property, copy);
    if (loads && (!is_loaded(&kept) || same_content(&file, &kept))) {
        content_free(&kept);
        return file;
    }
    if (loads) error_set(why, "another file than the session was saved with");
    if (is_loaded(&kept)) error_prefix(why, "the session's own copy is used");
    complain(selection, property, why);
    content_free(&file);
    return kept;
}

// A model is played within the engine's limits, a reference with the model that made it only.
static bool is_playable(const Selection *selection, const Content *content, const Model *model,
                        Error *error)
{
    if (content->model) return engine_limits_check(content->model, selection->rate, error);
    if (!content->reference) return false;
    if (!model) return error_set(error, "there is no model to play it with");
    return latent_fits(content->reference, model, error);
}

static Content *find_sounding(Selection *selection, Property property)
{
    for (Role role = 0; role < ROLES; role++) {
        Content *content = &selection->content[property][role];
        const bool sounds = property == PROPERTY_MODEL ? content->model == selection->model
                                                       : content->reference == selection->reference;
        if (is_loaded(content) && sounds) return content;
    }
    return NULL;
}

// Loads what is named, and what stands in where that cannot be played with the model. What sounded
// is left in `former`, unless it stands in.
static void load_property(Selection *selection, Property property, Copy copy[ROLES],
                          const Model *model, Content *former)
{
    Error ignored;
    Content *named = &selection->content[property][ROLE_NAMED];
    Content *stand_in = &selection->content[property][ROLE_STAND_IN];
    Content *sounding = find_sounding(selection, property);
    if (sounding) content_move(former, sounding);
    content_free(named);
    content_free(stand_in);

    *named = load_named(selection, property, &copy[ROLE_NAMED], &selection->why[property]);
    const bool nothing_is_named = !*selection->names.path[property];
    if (is_playable(selection, named, model, &ignored) || nothing_is_named) return;
    *stand_in = load_copy(selection, property, &copy[ROLE_STAND_IN]);
    if (!is_loaded(stand_in) && is_playable(selection, former, model, &ignored))
        content_move(stand_in, former);
}

static const Model *choose_model(Selection *selection)
{
    Error beyond;
    const Content *content = selection->content[PROPERTY_MODEL];
    if (is_playable(selection, &content[ROLE_NAMED], NULL, &beyond))
        return content[ROLE_NAMED].model;
    if (is_loaded(&content[ROLE_NAMED])) {
        complain(selection, PROPERTY_MODEL, &beyond);
        selection->why[PROPERTY_MODEL] = beyond;
    }
    if (is_playable(selection, &content[ROLE_STAND_IN], NULL, &beyond))
        return content[ROLE_STAND_IN].model;
    return NULL;
}

static const Latent *choose_reference(Selection *selection, const Model *model)
{
    Error ignored;
    const Content *content = selection->content[PROPERTY_REFERENCE];
    selection->unfit = (Error){0};
    if (is_playable(selection, &content[ROLE_NAMED], model, &selection->unfit))
        return content[ROLE_NAMED].reference;
    if (is_loaded(&content[ROLE_NAMED])) complain(selection, PROPERTY_REFERENCE, &selection->unfit);
    if (is_playable(selection, &content[ROLE_STAND_IN], model, &ignored))
        return content[ROLE_STAND_IN].reference;
    return NULL;
}

// ---- Recordings ----

// What the engine has recorded since it was made is the last recording. The engine need not sound
// yet: it began with the last ones before.
static void take_captures(Selection *selection)
{
    for (int c = 0; selection->engine && c < selection->channels; c++) {
        Latent *captured = engine_capture(selection->engine, c);
        if (!captured) continue;
        latent_free(selection->recording[c]);
        selection->recording[c] = captured;
    }
}

static Latent *parse_recording(const Selection *selection, const Copy *copy)
{
    Error error;
    if (!copy->bytes) return NULL;
    Latent *recording = latent_parse(copy->bytes, copy->size, &error);
    if (!recording)
        lv2_log_error(selection->logger, "trasluz: the session's recording: %s\n", error.text);
    return recording;
}

// Of the recording, what is heard with this model: all or nothing.
static const Latent *heard(const Latent *recording, const Model *model)
{
    Error ignored;
    return recording && model && latent_fits(recording, model, &ignored) ? recording : NULL;
}

static bool same_reference(const Latent *a, const Latent *b)
{
    return a == b || same_latent(a, b);
}

// The session's recordings, or a reference that is named, take the place of what was recorded
// before. True if the model is heard with others now.
static bool renew_recordings(Selection *selection, bool reference_named, const Copies *copies,
                             const Model *model)
{
    bool changes = false;
    for (int c = 0; c < selection->channels; c++) {
        Latent *recording = parse_recording(selection, &copies->recording[c]);
        if (!recording && !reference_named) continue;
        changes |= !same_reference(heard(selection->recording[c], model), heard(recording, model));
        latent_free(selection->recording[c]);
        selection->recording[c] = recording;
    }
    return changes;
}

// An engine that begins with the last recordings.
static Engine *make_engine(const Selection *selection, const Model *model, const Latent *reference,
                           Error *error)
{
    Engine *engine = engine_new(model, reference, selection->rate, selection->channels, error);
    for (int c = 0; engine && c < selection->channels; c++) {
        const Latent *recording = heard(selection->recording[c], model);
        if (recording) engine_restore_capture(engine, c, recording);
    }
    return engine;
}

// ---- All of it ----

// The engine for what is named now; NULL where the sound does not change.
static Engine *load(Selection *selection, const bool named[PROPERTIES], Copies *copies)
{
    Content former[PROPERTIES] = {0};
    const Model *model = selection->model;
    const Latent *reference = selection->reference;
    if (named[PROPERTY_MODEL]) {
        load_property(selection, PROPERTY_MODEL, copies->copy[PROPERTY_MODEL], NULL,
                      &former[PROPERTY_MODEL]);
        model = choose_model(selection);
    }
    if (named[PROPERTY_REFERENCE])
        load_property(selection, PROPERTY_REFERENCE, copies->copy[PROPERTY_REFERENCE], model,
                      &former[PROPERTY_REFERENCE]);
    if (named[PROPERTY_REFERENCE] || model != selection->model)
        reference = choose_reference(selection, model);

    take_captures(selection);
    const bool others = renew_recordings(selection, named[PROPERTY_REFERENCE], copies, model);
    const bool changes =
        others || model != selection->model || !same_reference(reference, selection->reference);
    Engine *engine = NULL;
    if (model && changes) {
        const Property p = named[PROPERTY_MODEL] ? PROPERTY_MODEL : PROPERTY_REFERENCE;
        Error error;
        engine = make_engine(selection, model, reference, &error);
        if (engine) {
            selection->engine = engine;
        } else {
            complain(selection, p, &error);
            selection->why[p] = error;
        }
    }

    if (engine || !changes) {
        model_cache_retain(model);
        model_cache_release(selection->model);
        selection->model = model;
        selection->reference = reference;
    } else { // what sounded sounds on
        for (Property p = 0; p < PROPERTIES; p++)
            if (is_loaded(&former[p]))
                content_move(&selection->content[p][ROLE_STAND_IN], &former[p]);
    }
    for (Property p = 0; p < PROPERTIES; p++) content_free(&former[p]);
    return engine;
}

// ---- The selection ----

void selection_init(Selection *selection, double rate, int channels, LV2_Log_Logger *logger)
{
    *selection = (Selection){.rate = rate, .channels = channels, .logger = logger};
}

void selection_clear(Selection *selection)
{
    for (Property p = 0; p < PROPERTIES; p++)
        for (Role role = 0; role < ROLES; role++) content_free(&selection->content[p][role]);
    for (int c = 0; c < CHANNELS_MAX; c++) latent_free(selection->recording[c]);
    model_cache_release(selection->model);
}

Setup *selection_name(Selection *selection, const char *const path[PROPERTIES])
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
    bool named[PROPERTIES];
    for (Property p = 0; p < PROPERTIES; p++) {
        const Copy *copy = copies->copy[p];
        named[p] = path[p] || copy[ROLE_NAMED].bytes || copy[ROLE_STAND_IN].bytes;
        if (!path[p]) continue;
        snprintf(selection->names.path[p], PATH_BYTES, "%s", path[p]);
        setup->notices |= 1u << p;
    }
    setup->engine = load(selection, named, copies);
    if (setup->engine) setup->model = model_cache_retain(selection->model);
    if (remark(selection)) setup->notices |= NOTICE_REMARK;
    setup->names = selection->names;
    return setup;
}

static bool copy_recordings(const Selection *selection, Copies *copies)
{
    for (int c = 0; c < selection->channels; c++) {
        Error error;
        const Latent *recording = selection->recording[c];
        Copy *copy = &copies->recording[c];
        if (!recording) continue;
        copy->bytes = latent_serialize(recording, &copy->size, &error);
        if (!copy->bytes) return false;
    }
    return true;
}

bool selection_copy(Selection *selection, Copies *copies)
{
    Error ignored;
    *copies = (Copies){0};
    take_captures(selection);
    if (!copy_recordings(selection, copies)) {
        copies_free(copies);
        return false;
    }
    for (Property p = 0; p < PROPERTIES; p++) {
        for (Role role = 0; role < ROLES; role++) {
            const Copy *kept = &selection->content[p][role].copy;
            if (kept->bytes &&
                !copy_read(&copies->copy[p][role], kept->bytes, kept->size, &ignored)) {
                copies_free(copies);
                return false;
            }
        }
    }
    return true;
}

bool copy_read(Copy *copy, const void *bytes, size_t size, Error *error)
{
    *copy = (Copy){0};
    if (size > COPY_DIGEST + SAFETENSORS_FILE_MAX)
        return error_set(error, "%zu bytes are more than a file can have", size);
    if (!copy_new(copy, size, error)) return false;
    memcpy(copy->bytes, bytes, size);
    return true;
}

void copies_free(Copies *copies)
{
    for (Property p = 0; p < PROPERTIES; p++)
        for (Role role = 0; role < ROLES; role++) free(copies->copy[p][role].bytes);
    for (int c = 0; c < CHANNELS_MAX; c++) free(copies->recording[c].bytes);
    *copies = (Copies){0};
}
