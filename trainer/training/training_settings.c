#include "training/training_settings.h"

#include "base/parse.h"
#include "model/model.h"
#include "network/linear_init.h"
#include "network/spectral_loss.h"

#include <stddef.h>
#include <string.h>

enum { DEFAULT_PATIENCE = 3 }; // epochs

const TrainingSettings training_defaults = {
    .options = {.rate = 22050.0,
                .window = ARCH_WINDOW,
                .batch = 16,
                .schedule = {.epochs = 25, .learning_rate = 1e-3},
                .seed = 1,
                .name = "",
                .trained_on = ""},
    .arch = "normal",
    .activation = "leaky_relu",
    .start = LINEAR_INIT_NAME,
    .loss = "mse",
};

// ---- The settings and where they are kept ----

typedef enum { KIND_TEXT, KIND_INT, KIND_UINT32, KIND_SIZE, KIND_DOUBLE } Kind;

typedef struct {
    const char *name;
    Kind kind;
    size_t offset; // in TrainingSettings
    double low, high;
} Setting;

#define AT(member) offsetof(TrainingSettings, member)

static const Setting settings_known[] = {
    {"arch", KIND_TEXT, AT(arch), 0, 0},
    {"activation", KIND_TEXT, AT(activation), 0, 0},
    {"start", KIND_TEXT, AT(start), 0, 0},
    {"epochs", KIND_INT, AT(options.schedule.epochs), 1, 1000000},
    {"batch", KIND_INT, AT(options.batch), 1, 4096},
    {"window", KIND_SIZE, AT(options.window), 1, 1 << 26},
    {"rate", KIND_DOUBLE, AT(options.rate), MODEL_RATE_MIN, MODEL_RATE_MAX},
    {"learning-rate", KIND_DOUBLE, AT(options.schedule.learning_rate), 1e-9, 10.0},
    {"schedule", KIND_TEXT, AT(schedule), 0, 0},
    {"patience", KIND_INT, AT(options.schedule.patience), 1, 1000000},
    {"warm-up", KIND_DOUBLE, AT(options.schedule.warm_up), 0.0, 1e6},
    {"loss", KIND_TEXT, AT(loss), 0, 0},
    {"spectral-loss", KIND_DOUBLE, AT(options.loss.spectral), 0.0, 1e6},
    {"random-gain", KIND_DOUBLE, AT(options.random_gain), 0.0, 60.0},
    {"per-clip", KIND_SIZE, AT(options.per_clip), 0, 1 << 30},
    {"epoch-windows", KIND_SIZE, AT(options.epoch_windows), 0, 1 << 30},
    {"seed", KIND_UINT32, AT(options.seed), 0, UINT32_MAX},
};

enum { SETTINGS = sizeof settings_known / sizeof *settings_known };

static const Setting *find_setting(const char *name)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(settings_known[i].name, name) == 0) return &settings_known[i];
    return NULL;
}

bool training_setting_known(const char *name)
{
    return find_setting(name) != NULL;
}

// ---- Reading ----

static bool read_whole(const Setting *setting, void *place, const char *text, Error *error)
{
    long n;
    if (!parse_integer(text, (long)setting->low, (long)setting->high, &n, error)) return false;
    switch (setting->kind) {
    case KIND_UINT32: *(uint32_t *)place = (uint32_t)n; break;
    case KIND_SIZE: *(size_t *)place = (size_t)n; break;
    default: *(int *)place = (int)n; break;
    }
    return true;
}

bool training_setting_read(TrainingSettings *settings, const char *name, const char *text,
                           Error *error)
{
    const Setting *setting = find_setting(name);
    if (!setting) return error_set(error, "there is no such setting");
    void *place = (char *)settings + setting->offset;
    switch (setting->kind) {
    case KIND_TEXT: *(const char **)place = text; return true;
    case KIND_DOUBLE: return parse_number(text, setting->low, setting->high, place, error);
    default: return read_whole(setting, place, text, error);
    }
}

// What was not said of the schedule follows from what was.
static bool settle_schedule(Schedule *schedule, const char *name, Error *error)
{
    if (!name)
        schedule->kind = schedule->patience > 0 ? SCHEDULE_PLATEAU : SCHEDULE_CONSTANT;
    else if (!schedule_parse(&schedule->kind, name, error))
        return false;
    if (schedule->kind == SCHEDULE_PLATEAU && schedule->patience == 0)
        schedule->patience = DEFAULT_PATIENCE;
    return schedule_check(schedule, error);
}

static bool check_loss(const TrainingOptions *options, Error *error)
{
    return options->loss.spectral == 0.0 || options->window >= SPECTRAL_SIZE_MIN ||
           error_set(error, "the spectral loss needs windows of at least %d samples",
                     SPECTRAL_SIZE_MIN);
}

// The training loop feeds samples to the network.
static bool check_front(const Arch *arch, Error *error)
{
    return arch->front.kind == FRONT_SAMPLES ||
           error_set(error, "architecture: models of spectra cannot be trained by this version");
}

bool training_settings_settle(TrainingSettings *settings, Error *error)
{
    Activation activation;
    TrainingOptions *o = &settings->options;
    return activation_parse(&activation, settings->activation, error) &&
           arch_parse(&o->arch, settings->arch, activation, error) &&
           check_front(&o->arch, error) && arch_check_window(&o->arch, o->window, error) &&
           linear_init_check(settings->start, error) &&
           loss_parse(&o->loss.kind, settings->loss, error) && check_loss(o, error) &&
           settle_schedule(&o->schedule, settings->schedule, error);
}

// ---- Telling ----

static json_t *value_json(const Setting *setting, const void *place)
{
    switch (setting->kind) {
    case KIND_TEXT: return json_string(*(const char *const *)place);
    case KIND_DOUBLE: return json_real(*(const double *)place);
    case KIND_UINT32: return json_integer(*(const uint32_t *)place);
    case KIND_SIZE: return json_integer((json_int_t) * (const size_t *)place);
    default: return json_integer(*(const int *)place);
    }
}

json_t *training_settings_json(const TrainingOptions *options)
{
    char arch[ARCH_TEXT_MAX];
    arch_format(&options->arch, arch);
    const TrainingSettings settings = {
        .options = *options,
        .arch = arch,
        .activation = activation_name(options->arch.activation),
        .start = LINEAR_INIT_NAME,
        .loss = loss_name(options->loss.kind),
        .schedule = schedule_name(options->schedule.kind),
    };
    json_t *json = json_object();
    for (size_t i = 0; json && i < SETTINGS; i++) {
        const Setting *setting = &settings_known[i];
        const void *place = (const char *)&settings + setting->offset;
        if (json_object_set_new(json, setting->name, value_json(setting, place)) == 0) continue;
        json_decref(json);
        json = NULL;
    }
    return json;
}
