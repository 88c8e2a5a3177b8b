#include "training/sweep_file.h"

#include "base/parse.h"
#include "files/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPACES " \t\r"

// The lists that an architecture can be given as, in the order of a layer's text.
enum { CHANNELS, KERNELS, STRIDES, PADDINGS, LISTS };
static const char *const list_name[LISTS] = {"channels", "kernels", "strides", "paddings"};

// ---- Values ----

static int find_list(const char *name)
{
    int list = 0;
    while (list < LISTS && strcmp(name, list_name[list]) != 0) list++;
    return list;
}

static bool read_list(NumberList *list, const char *text, Error *error)
{
    return parse_list(text, 0, ARCH_KERNEL_MAX, list, error) &&
           (list->count <= ARCH_LAYERS_MAX ||
            error_set(error, "more than %d layers", ARCH_LAYERS_MAX));
}

static bool check_value(const char *name, const char *text, Error *error)
{
    NumberList list;
    TrainingSettings settings;
    if (find_list(name) < LISTS) return read_list(&list, text, error);
    return option_read(option_find(training_options, name), &settings, text, error);
}

// ---- Lines ----

static const SweepKey *find_key(const SweepFile *file, const char *name)
{
    const Option *option = option_find(training_options, name);
    for (size_t i = 0; i < file->keys; i++) {
        const char *known = file->key[i].name;
        if (strcmp(known, name) == 0 || (option && option == option_find(training_options, known)))
            return &file->key[i];
    }
    return NULL;
}

static bool add_value(SweepKey *key, char *word, Error *error)
{
    const size_t length = strlen(word);
    if (word[length - 1] == ',') word[length - 1] = '\0';
    if (!*word) return error_set(error, "a comma with no value before it");
    if (!check_value(key->name, word, error)) return error_prefix(error, key->name);
    for (size_t i = 0; i < key->values; i++)
        if (strcmp(key->value[i], word) == 0)
            return error_set(error, "%s: %.80s is listed twice", key->name, word);
    if (key->values == SWEEP_VALUES_MAX)
        return error_set(error, "%s: more than %d values", key->name, SWEEP_VALUES_MAX);
    key->value[key->values++] = word;
    return true;
}

static bool refuse_name(const char *name, Error *error)
{
    Suggestion closest = {.name = NULL};
    for (const Option *option = training_options; option->name; option++)
        suggestion_consider(&closest, name, option->name);
    for (int list = 0; list < LISTS; list++) suggestion_consider(&closest, name, list_name[list]);
    if (!closest.name) return error_set(error, "unknown setting '%.40s'", name);
    return error_set(error, "unknown setting '%.40s'; did you mean '%s'?", name, closest.name);
}

static bool begin_key(SweepFile *file, const char *name, int line, Error *error)
{
    if (find_list(name) == LISTS && !option_find(training_options, name))
        return refuse_name(name, error);
    const SweepKey *earlier = find_key(file, name);
    if (earlier) return error_set(error, "%s is already set in line %d", name, earlier->line);
    if (file->keys == SWEEP_KEYS_MAX)
        return error_set(error, "more than %d settings", SWEEP_KEYS_MAX);
    file->key[file->keys++] = (SweepKey){.name = name, .line = line};
    return true;
}

static bool parse_line(SweepFile *file, char *text, int number, Error *error)
{
    text[strcspn(text, "#")] = '\0';
    text += strspn(text, SPACES);
    if (!*text) return true;
    char *equals = strchr(text, '=');
    if (!equals) return error_set(error, "must be 'name = values'");
    *equals = '\0';
    char *name = text + strcspn(text, SPACES);
    if (*name && name[strspn(name, SPACES)])
        return error_set(error, "a name must be one word, not '%.40s'", text);
    *name = '\0';
    if (!begin_key(file, text, number, error)) return false;
    SweepKey *key = &file->key[file->keys - 1];
    char *rest;
    for (char *word = strtok_r(equals + 1, SPACES, &rest); word;
         word = strtok_r(NULL, SPACES, &rest))
        if (!add_value(key, word, error)) return false;
    return key->values > 0 || error_set(error, "%s: no value", key->name);
}

static bool parse_lines(SweepFile *file, size_t size, Error *error)
{
    char *line = file->text, *const end = file->text + size;
    for (int number = 1; line < end; number++) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        if (!next) next = end;
        *next = '\0';
        if (strlen(line) != (size_t)(next - line))
            error_set(error, "contains a zero byte");
        else if (parse_line(file, line, number, error)) {
            line = next + 1;
            continue;
        }
        char prefix[32];
        snprintf(prefix, sizeof prefix, "line %d", number);
        return error_prefix(error, prefix);
    }
    return true;
}

// ---- The whole ----

static bool check_lists(const SweepFile *file, Error *error)
{
    int given = 0;
    const char *missing = NULL;
    for (int i = 0; i < LISTS; i++) {
        if (find_key(file, list_name[i]))
            given++;
        else
            missing = list_name[i];
    }
    if (given == 0) return true;
    if (missing)
        return error_set(
            error, "channels, kernels, strides and paddings must be given together: %s are missing",
            missing);
    return !find_key(file, "arch") ||
           error_set(error, "an architecture is given by arch or by channels, kernels, strides and "
                            "paddings, not by both");
}

static bool count_runs(SweepFile *file, Error *error)
{
    if (file->keys == 0) return error_set(error, "contains no settings: lines like 'epochs = 25'");
    file->runs = 1;
    for (size_t i = 0; i < file->keys; i++) {
        file->runs *= file->key[i].values;
        if (file->runs > SWEEP_RUNS_MAX)
            return error_set(error, "more than %d combinations", SWEEP_RUNS_MAX);
    }
    return true;
}

SweepFile *sweep_file_parse(const void *bytes, size_t size, Error *error)
{
    if (size > SWEEP_FILE_MAX) {
        error_set(error, "larger than the %d bytes such a file can have", SWEEP_FILE_MAX);
        return NULL;
    }
    SweepFile *file = calloc(1, sizeof *file);
    if (file) file->text = malloc(size + 1);
    if (!file || !file->text) {
        error_out_of_memory(error);
    } else {
        if (size > 0) memcpy(file->text, bytes, size);
        if (parse_lines(file, size, error) && check_lists(file, error) && count_runs(file, error))
            return file;
    }
    sweep_file_free(file);
    return NULL;
}

void sweep_file_free(SweepFile *file)
{
    if (!file) return;
    free(file->text);
    free(file);
}

// ---- Runs ----

const char *sweep_file_value(const SweepFile *file, size_t run, size_t key)
{
    for (size_t i = file->keys - 1; i > key; i--) run /= file->key[i].values;
    return file->key[key].value[run % file->key[key].values];
}

// Joins the lists into an architecture's text.
static bool join_lists(const char *const text[LISTS], char arch[ARCH_TEXT_MAX], Error *error)
{
    NumberList list[LISTS];
    for (int i = 0; i < LISTS; i++) {
        if (!read_list(&list[i], text[i], error)) return false;
        if (list[i].count != list[0].count)
            return error_set(error, "%zu %s for %zu layers", list[i].count, list_name[i],
                             list[0].count);
    }
    size_t used = 0;
    for (size_t i = 0; i < list[0].count; i++)
        used +=
            (size_t)snprintf(arch + used, ARCH_TEXT_MAX - used, "%s%ldk%lds%ldp%ld",
                             i > 0 ? "," : "", list[CHANNELS].number[i], list[KERNELS].number[i],
                             list[STRIDES].number[i], list[PADDINGS].number[i]);
    return true;
}

static bool read_settings(const SweepFile *file, size_t run, char arch[ARCH_TEXT_MAX],
                          TrainingSettings *settings, Error *error)
{
    const char *lists[LISTS] = {NULL};
    *settings = (TrainingSettings){.options = {.name = "", .trained_on = ""}};
    options_set_defaults(training_options, settings);
    for (size_t i = 0; i < file->keys; i++) {
        const char *name = file->key[i].name, *value = sweep_file_value(file, run, i);
        const int list = find_list(name);
        if (list < LISTS)
            lists[list] = value;
        else if (!option_read(option_find(training_options, name), settings, value, error))
            return false;
    }
    if (lists[0]) {
        if (!join_lists(lists, arch, error)) return false;
        settings->arch = arch;
    }
    return training_settings_complete(settings, error);
}

// Writes how a run differs from the others: "figure3_2, activation tanh".
static void name_combination(const SweepFile *file, size_t run, char text[SWEEP_LABEL])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < file->keys && used < SWEEP_LABEL; i++)
        if (file->key[i].values > 1 || find_list(file->key[i].name) < LISTS)
            used +=
                (size_t)snprintf(text + used, SWEEP_LABEL - used, "%s%s %s", used > 0 ? ", " : "",
                                 file->key[i].name, sweep_file_value(file, run, i));
}

bool sweep_file_settings(const SweepFile *file, size_t run, char arch[ARCH_TEXT_MAX],
                         TrainingSettings *settings, Error *error)
{
    char combination[SWEEP_LABEL];
    if (read_settings(file, run, arch, settings, error)) return true;
    name_combination(file, run, combination);
    return combination[0] ? error_prefix(error, combination) : false;
}

void sweep_file_label(const SweepFile *file, size_t run, char label[SWEEP_LABEL])
{
    enum { SHORT = 100, HASH_DIGITS = 8 }; // of a label that is too long for a folder name
    char whole[SWEEP_KEYS_MAX * 32 + ARCH_TEXT_MAX] = "", digits[HASH_TEXT];
    size_t used = 0;
    for (size_t i = 0; i < file->keys && used < sizeof whole; i++)
        if (file->key[i].values > 1)
            used += (size_t)snprintf(whole + used, sizeof whole - used, "%s%s", used > 0 ? "_" : "",
                                     sweep_file_value(file, run, i));
    if (used == 0) snprintf(whole, sizeof whole, "run");
    for (char *c = whole; (c = strchr(c, '/'));) *c = '_'; // between encoder and decoder
    if (strlen(whole) < SWEEP_LABEL) {
        strcpy(label, whole);
        return;
    }
    hash_bytes(whole, strlen(whole), digits);
    snprintf(label, SWEEP_LABEL, "%.*s-%.*s", SHORT, whole, HASH_DIGITS, digits);
}
