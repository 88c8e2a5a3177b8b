#include "commands/results.h"

#include "commands/command_list.h"
#include "files/file.h"
#include "output/json_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_NAME "config.json"

// ---- Whose results a folder has ----

// Tells by config.json, or by the first file that the command declares.
static bool has_results_of(const Command *command, const char *folder)
{
    const Artefact *mark = command->outputs;
    if (!mark || !*mark->name || *mark->name == '.') return false; // makes no folder
    char *config = file_join(folder, CONFIG_NAME), *path = file_join(folder, mark->name);
    const bool recorded = config && command->record && json_file_is(config, command->record);
    const bool marked =
        path && (mark->is_ours ? mark->is_ours(path) : !command->record && access(path, F_OK) == 0);
    free(config);
    free(path);
    return recorded || marked;
}

bool results_check_command(const Command *command, const char *folder, Error *error)
{
    for (const Command *const *other = command_list; *other; other++)
        if (*other != command && has_results_of(*other, folder))
            return error_set(error, "%s has results of `trainer %s`; choose another folder", folder,
                             (*other)->name);
    return true;
}

// ---- The record ----

// Writes the call without what has no influence on its results; the folder may be moved.
static void call_text(const CommandLine *line, char text[MODEL_TEXT_MAX])
{
    *text = '\0';
    command_word(text, "trainer");
    for (size_t i = 0; i < line->word_count; i++) command_word(text, line->words[i]);
}

static bool has_word(const CommandLine *line, const char *option)
{
    for (size_t i = 0; i < line->word_count; i++)
        if (strncmp(line->words[i], "--", 2) == 0 && strcmp(line->words[i] + 2, option) == 0)
            return true;
    return false;
}

static json_t *declared_files(const Command *command, const CommandLine *line)
{
    json_t *files = json_array();
    for (const Artefact *artefact = command->outputs; files && artefact->name; artefact++)
        if (strcmp(artefact->name, CONFIG_NAME) != 0 &&
            (!line || !artefact->unless || !has_word(line, artefact->unless)))
            json_array_append_new(files, json_string(artefact->name));
    return files;
}

static json_t *listed_files(const char *const *file, size_t count)
{
    json_t *files = json_array();
    for (size_t i = 0; files && i < count; i++)
        json_array_append_new(files, json_file_text(file[i]));
    return files;
}

// Returns the files of the earlier call; the caller ends it with json_decref(). An earlier version
// listed none.
static json_t *earlier_files(const Command *command, const json_t *record)
{
    json_t *files = json_object_get(record, "files");
    return files ? json_incref(files) : declared_files(command, NULL);
}

static json_t *load_record(const char *folder)
{
    char *path = file_join(folder, CONFIG_NAME);
    json_t *record = path ? json_load_file(path, 0, NULL) : NULL;
    free(path);
    return record;
}

// ---- The files of an earlier call ----

static bool is_listed(const json_t *files, const char *name)
{
    bool found = false;
    json_t *text = json_file_text(name); // a name that is not UTF-8 is listed escaped
    for (size_t i = 0; text && !found && i < json_array_size(files); i++)
        found = json_equal(json_array_get(files, i), text);
    json_decref(text);
    return found;
}

typedef bool FileTask(const void *data, const char *path, Error *error);

// Calls task(data, path, error) for each file of the earlier call that the folder has.
static bool for_each_file(const char *folder, const json_t *files, FileTask *task, const void *data,
                          Error *error)
{
    DIR *entries = opendir(folder);
    bool ok = true;
    for (const struct dirent *entry; ok && entries && (entry = readdir(entries));) {
        if (!is_listed(files, entry->d_name)) continue;
        char *path = file_join(folder, entry->d_name);
        ok = path ? task(data, path, error) : error_out_of_memory(error);
        free(path);
    }
    if (entries) closedir(entries);
    return ok;
}

static bool remove_file(const void *data, const char *path, Error *error)
{
    (void)data;
    return unlink(path) == 0 || error_set(error, "%s: %s", path, strerror(errno));
}

typedef struct {
    const char *const *input;
    size_t inputs;
} Inputs;

static bool check_file(const void *data, const char *path, Error *error)
{
    const Inputs *inputs = data;
    return output_is_no_input(path, inputs->input, inputs->inputs, error);
}

static bool stop_at_file(const void *data, const char *path, Error *error)
{
    (void)data;
    (void)path;
    (void)error;
    return false;
}

bool results_are_no_input(const char *folder, const char *const *input, size_t inputs, Error *error)
{
    const Inputs all = {input, inputs};
    json_t *record = load_record(folder);
    const bool ok =
        for_each_file(folder, json_object_get(record, "files"), check_file, &all, error);
    json_decref(record);
    return ok;
}

// ---- The call ----

static bool check_call(const ResultCall *call, const json_t *record, Error *error)
{
    char text[MODEL_TEXT_MAX];
    call_text(call->line, text);
    json_t *words = json_file_text(text);
    const json_t *earlier = json_object_get(record, "command");
    const bool same = json_equal(words, earlier);
    json_decref(words);
    if (!record)
        return error_set(error,
                         "%s has results of an earlier version, which kept no list of its "
                         "files; choose another folder",
                         call->folder);
    json_t *files = earlier_files(call->line->command, record);
    const bool empty = for_each_file(call->folder, files, stop_at_file, NULL, error);
    json_decref(files);
    return same || call->force || empty || // a call that failed may have left its record alone
           error_set(error,
                     "%s has results of another call (%.300s); choose another folder, or replace "
                     "them with --force",
                     call->folder, earlier ? json_string_value(earlier) : "of an earlier version");
}

bool results_check(const ResultCall *call, Error *error)
{
    const Command *command = call->line->command;
    if (!results_check_command(command, call->folder, error)) return false;
    char *path = file_join(call->folder, CONFIG_NAME);
    const bool free_for_us =
        (path || error_out_of_memory(error)) && json_file_may_write(path, command->record, error);
    free(path);
    if (!free_for_us || !has_results_of(command, call->folder)) return free_for_us;
    json_t *record = load_record(call->folder);
    const bool ok =
        check_call(call, record, error) &&
        results_are_no_input(call->folder, call->line->input, call->line->inputs, error);
    json_decref(record);
    return ok;
}

static bool remove_earlier(const ResultCall *call, Error *error)
{
    const Command *command = call->line->command;
    json_t *record = load_record(call->folder);
    json_t *files = earlier_files(command, record);
    const bool ok = !record || for_each_file(call->folder, files, remove_file, NULL, error);
    json_decref(files);
    json_decref(record);
    return ok;
}

bool results_begin(const ResultCall *call, json_t *record, const char *const *file, size_t files,
                   Error *error)
{
    char text[MODEL_TEXT_MAX];
    char *path = file_join(call->folder, CONFIG_NAME);
    call_text(call->line, text);
    json_t *list =
        file ? listed_files(file, files) : declared_files(call->line->command, call->line);
    const bool made = json_object_set_new(record, "command", json_file_text(text)) == 0 &&
                      json_object_set_new(record, "files", list) == 0 && path;
    const bool ok = (made || error_out_of_memory(error)) &&
                    file_make_folders(call->folder, error) && remove_earlier(call, error) &&
                    json_file_write(path, record, 0, error);
    free(path);
    json_decref(record);
    return ok;
}
