#include "session/selection.h"

#include "controls/control_effect.h"
#include "engine/engine_limits.h"
#include "session/decision.h"
#include "session/model_cache.h"

#include <stdio.h>
#include <string.h>

// ---- Messages ----

// Writes one line to the log, "trasluz: model PATH: reason". Of a path that is too long the end is
// shown, where the file's name is. The line, without "trasluz: ", replaces the reason.
static void log_failure(const Selection *selection, Property property, const char *path,
                        Error *reason)
{
    enum { SHOWN = 300 };
    static const char *const kind[PROPERTIES] = {"model", "reference"};
    const size_t length = strlen(path);

    Error line;
    error_set(&line, "%s %s%s: %s", kind[property], length > SHOWN ? "..." : "",
              length > SHOWN ? path + length - SHOWN : path, reason->text);
    lv2_log_error(selection->logger, "trasluz: %s\n", line.text);
    *reason = line;
}

// Writes the status for the user into the names.
static void write_status(const Selection *selection, Names *names)
{
    const Error *lines[] = {
        &selection->refusal[PROPERTY_MODEL],
        &selection->refusal[PROPERTY_REFERENCE],
        &selection->reason[PROPERTY_MODEL],
        *selection->mismatch.text ? &selection->mismatch : &selection->reason[PROPERTY_REFERENCE],
        &selection->idle_line,
    };
    size_t length = 0;
    names->status[0] = '\0';
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (*lines[i]->text)
            length += (size_t)snprintf(names->status + length, STATUS_BYTES - length, "%s%s",
                                       length > 0 ? "\n" : "", lines[i]->text);
}

// ---- Sources ----

// What one property can play, by Source, and why a file or a choice cannot be used.
typedef struct {
    Content content[SOURCES];
    Error error;
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

static void load_copy(const Selection *selection, Property property, const char *path, Copy *copy,
                      Content *content)
{
    Error error;
    if (!copy->bytes || content_load_copy(content, property, copy, &error)) return;
    error_prefix(&error, "the session's own copy");
    log_failure(selection, property, path, &error);
}

static void load_candidates(const Selection *selection, Property property, const char *path,
                            Copy copy[ROLES], Candidates *candidates)
{
    Content *content = candidates->content;
    if (*path) content_load_file(&content[SOURCE_FILE], property, path, &candidates->error);
    if (!copy_equals(&content[SOURCE_FILE].copy, &copy[ROLE_CHOSEN]))
        load_copy(selection, property, path, &copy[ROLE_CHOSEN], &content[SOURCE_COPY]);
    load_copy(selection, property, path, &copy[ROLE_FALLBACK], &content[SOURCE_FALLBACK]);
}

// The role of the content that plays now; ROLES where none does.
static Role find_current(const Selection *selection, Property property)
{
    Role role = 0;
    for (; role < ROLES; role++) {
        const Content *content = &selection->content[property][role];
        const bool plays = property == PROPERTY_MODEL ? content->model == selection->model
                                                      : content->reference == selection->reference;
        if (content_is_loaded(content) && plays) break;
    }
    return role;
}

// ---- One property ----

// What is chosen, by whom, and what it is to be played with.
typedef struct {
    Property property;
    const char *path;
    Copy *copy; // [ROLES]
    bool live;
    const Model *model; // for a reference
} Request;

static Decision decide_request(const Selection *selection, const Request *request,
                               Candidates *candidates, Role current)
{
    const Content *content = candidates->content;
    Choice choice = {.live = request->live, .has_name = *request->path};
    for (Source s = SOURCE_FILE; s < SOURCE_CURRENT; s++) {
        Error reason;
        choice.loaded[s] = content_is_loaded(&content[s]);
        choice.playable[s] = is_playable(selection, &content[s], request->model, &reason);
        if (s == SOURCE_FILE && choice.loaded[s] && !choice.playable[s]) candidates->error = reason;
    }
    if (current < ROLES) {
        Error ignored;
        const Content *playing = &selection->content[request->property][current];
        choice.loaded[SOURCE_CURRENT] = true;
        choice.playable[SOURCE_CURRENT] = is_playable(selection, playing, request->model, &ignored);
    }
    choice.copy_differs = choice.loaded[SOURCE_FILE] && choice.loaded[SOURCE_COPY] &&
                          !content_equals(&content[SOURCE_FILE], &content[SOURCE_COPY]);
    return decide(&choice);
}

static void report_file(Selection *selection, const Request *request, const Decision *decision,
                        const Error *error)
{
    Error *reason = &selection->reason[request->property];
    *reason = (Error){0};
    if (decision->status == FILE_IN_USE) return;
    if (decision->status == FILE_FAILED)
        *reason = *error;
    else
        error_set(reason, "another file than the session was saved with");
    if (decision->chosen == SOURCE_COPY) error_prefix(reason, "the session's own copy is used");
    log_failure(selection, request->property, request->path, reason);
}

// Reports a choice that is not taken.
static void refuse(Selection *selection, const Request *request, const Error *reason)
{
    selection->refusal[request->property] = *reason;
    log_failure(selection, request->property, request->path,
                &selection->refusal[request->property]);
}

// Loads what is chosen and keeps what the decision says. The contents before it are left in
// `former`, but for one that is kept as the fallback. False where the choice is refused: then
// nothing has changed.
static bool load_request(Selection *selection, const Request *request, Content former[ROLES])
{
    Candidates candidates = {0};
    Content *content = candidates.content, *kept = selection->content[request->property];
    load_candidates(selection, request->property, request->path, request->copy, &candidates);
    const Role current = find_current(selection, request->property);
    const Decision decision = decide_request(selection, request, &candidates, current);
    if (decision.refused) {
        refuse(selection, request, &candidates.error);
    } else {
        report_file(selection, request, &decision, &candidates.error);
        for (Role role = 0; role < ROLES; role++) content_move(&former[role], &kept[role]);
        content_move(&kept[ROLE_CHOSEN], &content[decision.chosen]);
        content_move(&kept[ROLE_FALLBACK], decision.fallback == SOURCE_CURRENT
                                               ? &former[current]
                                               : &content[decision.fallback]);
    }
    candidates_free(&candidates);
    return !decision.refused;
}

// Returns which of the contents plays with the model, or NULL. Where it is not the chosen one,
// `reason` and the log say why.
static const Content *find_playable(Selection *selection, Property property, const char *path,
                                    const Model *model, Error *reason)
{
    Error error = {0};
    const Content *chosen = &selection->content[property][ROLE_CHOSEN];
    const Content *fallback = &selection->content[property][ROLE_FALLBACK];
    if (is_playable(selection, chosen, model, &error)) return chosen;
    if (content_is_loaded(chosen)) {
        log_failure(selection, property, path, &error);
        *reason = error;
    }
    return is_playable(selection, fallback, model, &error) ? fallback : NULL;
}

// ---- All of it ----

// What a person or a session chooses. A path is NULL where the property stays as it is.
typedef struct {
    const char *path[PROPERTIES];
    Copies *copies;
    bool live;
} Call;

// True if the file of the property is chosen: by a name, or by a copy without one.
static bool is_chosen(const Call *call, Property property)
{
    const Copy *copy = copies_of(call->copies, property);
    return call->path[property] || copy[ROLE_CHOSEN].bytes || copy[ROLE_FALLBACK].bytes;
}

static const char *path_of(const Selection *selection, const Call *call, Property property)
{
    return call->path[property] ? call->path[property] : selection->names.path[property];
}

// Makes an engine that begins with the last recordings, and the delay after it. False on error.
static bool make_engine(const Selection *selection, const Model *model, const Latent *reference,
                        Setup *setup, Error *error)
{
    const int channels = selection->recordings.channels;
    setup->engine = (selection->grows ? engine_new_growing : engine_new)(
        model, reference, selection->rate, channels, error);
    if (!setup->engine) return false;
    const size_t latency = (size_t)engine_latency(setup->engine);
    setup->delay = delay_new(latency < selection->latency ? selection->latency - latency : 0,
                             channels, selection->rate);
    if (!setup->delay) {
        engine_free(setup->engine);
        setup->engine = NULL;
        return error_set(error, "out of memory");
    }
    setup->model = model_cache_retain(model);
    recordings_install(&selection->recordings, setup->engine, model);
    return true;
}

// The new model or reference cannot be played after all: a live choice is taken back; where a
// session chose it, what played before becomes the fallback.
static void keep_playing(Selection *selection, const Call *call, Property property, Error *error,
                         Content former[PROPERTIES][ROLES])
{
    for (Property p = 0; p < PROPERTIES; p++) {
        Content *kept = selection->content[p];
        for (Role role = 0; role < ROLES; role++) {
            const Content *content = &former[p][role];
            const bool played = p == PROPERTY_MODEL ? content->model == selection->model
                                                    : content->reference == selection->reference;
            if (!content_is_loaded(content)) continue;
            if (call->live)
                content_move(&kept[role], &former[p][role]);
            else if (played)
                content_move(&kept[ROLE_FALLBACK], &former[p][role]);
        }
    }
    log_failure(selection, property, path_of(selection, call, property), error);
    (call->live ? selection->refusal : selection->reason)[property] = *error;
}

// Loads what is chosen. The setup gets an engine where the sound changes. `taken` says
// which choices were.
static void load(Selection *selection, const Call *call, Setup *setup, bool taken[PROPERTIES])
{
    Content former[PROPERTIES][ROLES] = {0};
    const Model *model = selection->model;
    const Latent *reference = selection->reference;
    for (Property p = 0; p < PROPERTIES; p++) {
        Error *const reason = p == PROPERTY_MODEL ? &selection->reason[p] : &selection->mismatch;
        const char *path = path_of(selection, call, p);
        const Request request = {p, path, copies_of(call->copies, p), call->live, model};
        taken[p] = is_chosen(call, p) && load_request(selection, &request, former[p]);
        // A reference is looked at again with each model.
        if (!taken[p] && (p == PROPERTY_MODEL || model == selection->model)) continue;
        if (p == PROPERTY_REFERENCE) *reason = (Error){0};
        const Content *playing = find_playable(selection, p, path, model, reason);
        if (p == PROPERTY_MODEL)
            model = playing ? playing->model : NULL;
        else
            reference = playing ? playing->reference : NULL;
    }

    recordings_collect(&selection->recordings, selection->engine);
    bool changes = recordings_replace(&selection->recordings, &call->copies->copy[COPY_RECORDING],
                                      taken[PROPERTY_REFERENCE], model, selection->logger);
    changes |= model != selection->model || !reference_equals(reference, selection->reference);
    Error error = {0};
    const bool made = model && changes && make_engine(selection, model, reference, setup, &error);
    if (made) selection->engine = setup->engine;

    if (made || !changes) {
        if (model != selection->model) {
            selection->idle = 0;
            selection->idle_line = (Error){0};
        }
        model_cache_retain(model);
        model_cache_release(selection->model);
        selection->model = model;
        selection->reference = reference;
    } else {
        const Property chosen = taken[PROPERTY_MODEL] ? PROPERTY_MODEL : PROPERTY_REFERENCE;
        keep_playing(selection, call, chosen, &error, former);
        for (Property p = 0; p < PROPERTIES; p++) taken[p] = taken[p] && !call->live;
    }
    for (Property p = 0; p < PROPERTIES; p++)
        for (Role role = 0; role < ROLES; role++) content_free(&former[p][role]);
}

// ---- The selection ----

void selection_init(Selection *selection, double rate, int channels, size_t latency, bool grows,
                    LV2_Log_Logger *logger)
{
    *selection = (Selection){
        .rate = rate,
        .latency = latency,
        .grows = grows,
        .recordings = {.channels = channels},
        .logger = logger,
    };
}

void selection_grow(Selection *selection)
{
    if (!selection->engine || engine_grow(selection->engine)) return;
    lv2_log_error(selection->logger,
                  "trasluz: out of memory: Capture records no more than a second, and the next "
                  "frozen loop starts with what is played after this one\n");
}

void selection_clear(Selection *selection)
{
    for (Property p = 0; p < PROPERTIES; p++)
        for (Role role = 0; role < ROLES; role++) content_free(&selection->content[p][role]);
    recordings_free(&selection->recordings);
    model_cache_release(selection->model);
}

// Gives the setup the names, with the status of now.
static void update_names(Selection *selection, Setup *setup)
{
    setup->names = selection->names;
    write_status(selection, &setup->names);
    if (strcmp(setup->names.status, selection->names.status) == 0) return;
    memcpy(selection->names.status, setup->names.status, STATUS_BYTES);
    setup->updates |= UPDATE_STATUS;
}

static Setup *select(Selection *selection, const Call *call)
{
    bool taken[PROPERTIES];
    Setup *setup = setup_new();
    if (!setup) {
        lv2_log_error(selection->logger, "trasluz: out of memory\n");
        return NULL;
    }
    for (Property p = 0; p < PROPERTIES; p++) {
        if (call->path[p] || !call->live) selection->refusal[p] = (Error){0};
        if (call->path[p]) setup->updates |= 1u << p; // a name that was refused is put right
    }
    load(selection, call, setup, taken);
    for (Property p = 0; p < PROPERTIES; p++) {
        if (!taken[p] || !call->path[p]) continue;
        snprintf(selection->names.path[p], PATH_BYTES, "%s", call->path[p]);
        if (call->live) setup->updates |= UPDATE_STATE_CHANGED;
    }
    update_names(selection, setup);
    return setup;
}

Setup *selection_choose(Selection *selection, const char *const path[PROPERTIES])
{
    Copies none = {0};
    Call call = {.copies = &none, .live = true};
    for (Property p = 0; p < PROPERTIES; p++) call.path[p] = path[p];
    return select(selection, &call);
}

Setup *selection_restore(Selection *selection, const char *const path[PROPERTIES], Copies *copies)
{
    Call call = {.copies = copies};
    for (Property p = 0; p < PROPERTIES; p++) {
        call.path[p] = path[p];
        if (!path[p] || *path[p]) continue;
        for (Role role = 0; role < ROLES; role++) copy_free(&copies_of(copies, p)[role]);
        if (!property_takes_path(p, 0)) call.path[p] = NULL;
    }
    return select(selection, &call);
}

Setup *selection_note_idle(Selection *selection, uint64_t ports)
{
    if (!selection->model) return NULL;
    const EffectModel model = control_effect_model(selection->model);
    const uint64_t fresh = control_effect_idle(ports, &model) & ~selection->idle;
    Setup *setup = fresh ? setup_new() : NULL;
    if (!setup) return NULL;
    Error line;
    control_effect_describe(fresh, &model, &line);
    lv2_log_note(selection->logger, "trasluz: %s\n", line.text);
    selection->idle |= fresh;
    control_effect_describe(selection->idle, &model, &selection->idle_line);
    update_names(selection, setup);
    return setup;
}

bool selection_copy(Selection *selection, Copies *copies)
{
    Error ignored;
    *copies = (Copies){0};
    recordings_collect(&selection->recordings, selection->engine);
    bool copied = recordings_copy(&selection->recordings, &copies->copy[COPY_RECORDING]);
    for (Property p = 0; p < PROPERTIES; p++) {
        for (Role role = 0; role < ROLES; role++) {
            const Copy *kept = &selection->content[p][role].copy;
            Copy *copy = &copies_of(copies, p)[role];
            if (kept->bytes) copied = copied && copy_set(copy, kept->bytes, kept->size, &ignored);
        }
    }
    if (!copied) copies_free(copies);
    return copied;
}
