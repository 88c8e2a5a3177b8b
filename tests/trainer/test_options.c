// The tables of options of all commands: each option is whole, its default is one that it accepts
// and that help shows, and nothing that is told elsewhere differs. Mistyped names are recognised.
#include "commands/command_list.h"
#include "lib/check.h"
#include "options/latent_options.h"
#include "training/training_settings.h"

#include <string.h>

enum { HELP_MAX = 16384 };

static void print_help_of(const Command *command, char help[HELP_MAX])
{
    memset(help, 0, HELP_MAX);
    FILE *stream = fmemopen(help, HELP_MAX - 1, "w");
    command_print_help(command, stream);
    fclose(stream);
}

// A table of options of any command; `values` has room for what it fills.
typedef void OptionTest(const Command *command, const Option *option, void *values);

static void for_each_option(OptionTest *test)
{
    for (const Command *const *command = command_list; *command; command++) {
        void *values = calloc(1, (*command)->size);
        for (const OptionGroup *group = (*command)->options; group->table; group++)
            for (const Option *option = group->table; option->name; option++)
                test(*command, option, (char *)values + group->at);
        free(values);
    }
}

static bool is_number(const Option *option)
{
    return (option->kind >= OPTION_INT && option->kind <= OPTION_DOUBLE) ||
           option->kind == OPTION_AUTOMATION;
}

static void check_whole(const Command *command, const Option *option, void *values)
{
    (void)values;
    const char *name = option->name;
    CHECK_MSG(option->help && *option->help, "%s --%s has no help", command->name, name);
    CHECK_MSG(!option->unit == (option->kind == OPTION_FLAG), "%s --%s: unit", command->name, name);
    CHECK_MSG(!is_number(option) || option->low < option->high, "%s --%s has no range",
              command->name, name);
    if (option->kind == OPTION_CHOICE)
        CHECK_MSG(option->choices && strstr(option->help, "{}"),
                  "%s --%s does not list its choices", command->name, name);
}

static void test_every_option_is_whole(void)
{
    for_each_option(check_whole);
}

static void check_default(const Command *command, const Option *option, void *values)
{
    Error error;
    if (!option->initial) return;
    CHECK_MSG(option_read(option, values, option->initial, &error), "%s --%s: %s", command->name,
              option->name, error.text);
}

static void test_every_default_is_accepted(void)
{
    for_each_option(check_default);
}

// Help has the option at the beginning of a line, and its default behind it.
static void check_shown(const Command *command, const Option *option, void *values)
{
    (void)values;
    char help[HELP_MAX], head[64], initial[128];
    print_help_of(command, help);
    for (char *c = help; *c; c++) // defaults may be wrapped
        if (*c == '\n' && strncmp(c + 1, "           ", 11) == 0) {
            const size_t spaces = strspn(c + 1, " ");
            memmove(c + 1, c + 1 + spaces, strlen(c + 1 + spaces) + 1);
            *c = ' ';
        }
    snprintf(head, sizeof head, "--%s%s%s", option->name, option->unit ? " " : "",
             option->unit ? option->unit : "");
    const char *line = strstr(help, head);
    if (!CHECK_MSG(line, "%s --help does not show --%s", command->name, option->name)) return;
    const char *shown = option->shown ? option->shown : option->initial;
    if (!shown || !*shown) return;
    snprintf(initial, sizeof initial, "(%s)\n", shown);
    const char *found = strstr(line, initial), *end = strchr(line, '\n');
    CHECK_MSG(found && found < end, "%s --help does not show '%s' for --%s", command->name, shown,
              option->name);
}

static void test_help_shows_every_option_and_default(void)
{
    for_each_option(check_shown);
}

static void test_names_and_letters_are_unique(void)
{
    for (const Command *const *command = command_list; *command; command++) {
        const Option *known[64];
        int count = 0;
        for (const OptionGroup *group = (*command)->options; group->table; group++)
            for (const Option *option = group->table; option->name; option++) {
                for (int i = 0; i < count; i++) {
                    CHECK(strcmp(known[i]->name, option->name) != 0);
                    CHECK(!known[i]->key || strcmp(known[i]->key, option->name) != 0);
                    CHECK(!option->letter || known[i]->letter != option->letter);
                }
                known[count++] = option;
            }
    }
}

// The same option has the same letter wherever it has one.
static void test_letters_mean_the_same_in_all_commands(void)
{
    const Option *by_letter[128] = {NULL};
    for (const Command *const *command = command_list; *command; command++)
        for (const OptionGroup *group = (*command)->options; group->table; group++)
            for (const Option *option = group->table; option->name; option++) {
                const Option **known = &by_letter[(unsigned char)option->letter];
                if (option->letter && *known)
                    CHECK_MSG(strcmp((*known)->name, option->name) == 0, "-%c", option->letter);
                *known = option;
            }
}

// The defaults of the latent operations are those of the engine's neutral settings.
static void test_latent_defaults_change_nothing(void)
{
    const LatentSettings neutral = {LATENT_NEUTRAL};
    const struct {
        const char *name;
        double value;
    } wanted[] = {
        {"noise", (double)neutral.noise},
        {"offset", (double)neutral.offset},
        {"blend", (double)neutral.blend},
        {"drift", (double)neutral.drift},
        {"scale", (double)neutral.scale},
        {"smear", (double)neutral.smear},
        {"tempo", (double)neutral.tempo},
        {"input-beats", neutral.input_beats},
        {"reference-beats", neutral.reference_beats},
        {"seed", neutral.seed},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const Option *option = NULL;
        for (const OptionGroup *group = command_reconstruct.options; group->table && !option;
             group++)
            option = option_find(group->table, wanted[i].name);
        REQUIRE(option);
        CHECK_MSG(atof(option->initial) == wanted[i].value, "--%s: %s", option->name,
                  option->initial);
    }
}

// Help prints the rate and the steps that an architecture has by default, and plain settings are a
// model of spectra along a cosine.
static void test_defaults_of_architectures_are_shown(void)
{
    TrainingSettings settings = {0};
    Error error;
    static const char *const archs[] = {"espectro", "normal"};
    const OptionGroup groups[] = {{training_options, 0}, command_info.options[0]};
    for (int a = 0; a < 2; a++) {
        char rate[32], steps[32];
        options_set_defaults(training_options, &settings);
        CHECK(settings.options.window == 0 && settings.options.rate == 0.0);
        if (a == 0) CHECK(strcmp(settings.arch, archs[0]) == 0);
        settings.arch = archs[a];
        REQUIRE(training_settings_complete(&settings, &error));
        snprintf(rate, sizeof rate, "%g", settings.options.rate);
        snprintf(steps, sizeof steps, "%zu for models of %s", settings.options.steps,
                 a == 0 ? "spectra" : "waveforms");
        for (int i = 0; i < 2; i++)
            CHECK(strstr(option_find(groups[i].table, "rate")->shown, rate));
        CHECK(strstr(option_find(training_options, "steps")->shown, steps));
        CHECK(settings.options.window == (a == 0 ? 36096 : 11034));
        CHECK(settings.options.schedule.kind == SCHEDULE_COSINE);
        CHECK(settings.options.schedule.patience == 0 && settings.options.schedule.epochs == 20);
    }
}

static void test_plateau_has_a_patience(void)
{
    TrainingSettings settings = {0};
    Error error;
    options_set_defaults(training_options, &settings);
    CHECK(option_read(option_find(training_options, "schedule"), &settings, "plateau", &error));
    REQUIRE(training_settings_complete(&settings, &error));
    CHECK(settings.options.schedule.patience ==
          atoi(option_find(training_options, "patience")->initial));
}

// config.json of a training keeps its keys and their order.
static void test_keys_of_the_configuration_stay(void)
{
    static const char *const keys[] = {
        "arch",          "activation",    "start",    "epochs",        "batch",   "window",
        "rate",          "learning-rate", "schedule", "patience",      "warm-up", "loss",
        "spectral-loss", "random-gain",   "per-clip", "epoch-windows", "seed",
    };
    TrainingSettings settings = {0};
    Error error;
    options_set_defaults(training_options, &settings);
    settings.epochs = 25; // without the steps, which were added
    REQUIRE(training_settings_complete(&settings, &error));
    json_t *json = training_settings_json(&settings.options), *value;
    REQUIRE(json && json_object_size(json) >= sizeof keys / sizeof *keys);
    size_t i = 0;
    const char *key;
    json_object_foreach (json, key, value) {
        if (i < sizeof keys / sizeof *keys) CHECK_MSG(strcmp(key, keys[i]) == 0, "%s", key);
        i++;
    }
    CHECK(strcmp(json_string_value(json_object_get(json, "start")), "transform") == 0);
    CHECK(strcmp(json_string_value(json_object_get(json, "schedule")), "cosine") == 0);
    CHECK(json_integer_value(json_object_get(json, "window")) == 36096);
    json_decref(json);
}

static void test_old_names_are_accepted(void)
{
    const Option *init = option_find(training_options, "init");
    CHECK(init && init == option_find(training_options, "start"));
}

static void test_spelling_distance(void)
{
    CHECK(spelling_distance("train", "train") == 0);
    CHECK(spelling_distance("trian", "train") == 1); // swapped
    CHECK(spelling_distance("rain", "train") == 1);  // missing
    CHECK(spelling_distance("traain", "train") == 1);
    CHECK(spelling_distance("brain", "train") == 1);
    CHECK(spelling_distance("", "train") == 5 && spelling_distance("train", "") == 5);
    CHECK(spelling_distance("kitten", "sitting") == 3);
    char longer[200];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    CHECK(spelling_distance(longer, "train") == 63);
}

static void test_only_close_names_are_suggested(void)
{
    static const struct {
        const char *typed, *wanted;
    } cases[] = {
        {"epocs", "epochs"},
        {"learning-rte", "learning-rate"},
        {"patence", "patience"},
        {"x", NULL},
        {"", NULL},
        {"output", NULL},
        {"batches", "batch"},
        {"epo", "epochs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Suggestion closest = {.name = NULL};
        for (const Option *option = training_options; option->name; option++)
            suggestion_consider(&closest, cases[i].typed, option->name);
        const char *wanted = cases[i].wanted;
        CHECK_MSG(wanted ? closest.name && strcmp(closest.name, wanted) == 0 : !closest.name,
                  "'%s': %s", cases[i].typed, closest.name ? closest.name : "none");
    }
}

int main(void)
{
    RUN(test_every_option_is_whole);
    RUN(test_every_default_is_accepted);
    RUN(test_help_shows_every_option_and_default);
    RUN(test_names_and_letters_are_unique);
    RUN(test_letters_mean_the_same_in_all_commands);
    RUN(test_latent_defaults_change_nothing);
    RUN(test_defaults_of_architectures_are_shown);
    RUN(test_plateau_has_a_patience);
    RUN(test_keys_of_the_configuration_stay);
    RUN(test_old_names_are_accepted);
    RUN(test_spelling_distance);
    RUN(test_only_close_names_are_suggested);
    return check_status();
}
