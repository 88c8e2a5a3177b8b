// preset.c: `trainer preset`: makes a bundle of presets from a model and stored latents.
#define _XOPEN_SOURCE 700 // realpath()
#include "commands/command_list.h"
#include "files/file.h"
#include "options/latent_files.h"
#include "output/model_card.h"
#include "output/preset_bundle.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    PathList files; // the model, then references
    const char *output, *name, *author, *licence;
    bool force;
} Call;

#define AT(member) offsetof(Call, member)
#define MODEL_FILE "model.safetensors"
#define CARD_FILE  "card.md"

enum { NAME_MAX_LENGTH = 64 };

static const Operand operands[] = {
    {"MODEL [REFERENCE…]", "a weights file", AT(files), OPERAND_MANY},
    {.name = NULL},
};

static const Option options[] = {
    {"output", 'o', OPTION_OUTPUT, AT(output), .unit = "FOLDER", .need = NEEDED_ALWAYS,
     .help = "the bundle, a folder whose name ends in .lv2 where hosts look for plugins: "
             "~/.lv2/NAME.lv2"},
    {"name", 0, OPTION_TEXT, AT(name), .unit = "TEXT", .shown = "the model's, or the bundle's",
     .help = "name in the host's list"},
    {"author", 0, OPTION_TEXT, AT(author), .unit = "TEXT", .shown = "the model's",
     .help = "who made the model, for its card"},
    {"licence", 0, OPTION_TEXT, AT(licence), .unit = "TEXT", .shown = "the model's",
     .help = "licence of the model, for its card"},
    {"force", 0, OPTION_FLAG, AT(force), .help = "overwrites a bundle that this command made"},
    {.name = NULL},
};

// ---- Names ----

// Writes the last part of a path without this ending, and without any ending if it is NULL.
static void stem_of(const char *path, const char *ending, char stem[NAME_MAX_LENGTH])
{
    const char *slash = strrchr(path, '/');
    snprintf(stem, NAME_MAX_LENGTH, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem && (!ending || strcmp(dot, ending) == 0)) *dot = '\0';
}

// Writes a text with nothing but letters, digits and '-', for a URI and the name of a file.
static void plain_name(const char *text, char name[NAME_MAX_LENGTH])
{
    size_t i = 0;
    for (; text[i] && i + 1 < NAME_MAX_LENGTH; i++)
        name[i] = isalnum((unsigned char)text[i]) ? (char)tolower((unsigned char)text[i]) : '-';
    name[i] = '\0';
}

// ---- The files of the bundle ----

static bool copy_file(const char *from, const char *folder, const char *name, Error *error)
{
    size_t size;
    char *path = file_join(folder, name);
    unsigned char *bytes = path ? file_read(from, (size_t)1 << 30, &size, error) : NULL;
    bool ok = bytes && file_write(path, bytes, size, error);
    if (!path)
        error_out_of_memory(error);
    else if (!bytes)
        error_prefix(error, from);
    free(bytes);
    free(path);
    return ok;
}

static bool write_card(const Model *model, const char *title, const char *folder, Error *error)
{
    FileWriter writer;
    if (!file_create_in(&writer, folder, CARD_FILE, error)) return false;
    model_card_write(model, title, writer.stream);
    return file_commit(&writer, error);
}

// Before anything is written: a bundle is whole, and the one before stays if this cannot be made.
static bool check_references(const Call *call, const Model *model, Error *error)
{
    for (size_t i = 1; i < call->files.count; i++) {
        Latent *latent = latent_file_load(call->files.path[i], model, error);
        if (!latent) return false;
        latent_free(latent);
    }
    return true;
}

// The copy in the bundle has the author and the licence of the call.
static bool write_model(Model *model, const Call *call, const char *folder, Error *error)
{
    char *path = file_join(folder, MODEL_FILE);
    if (!path) return error_out_of_memory(error);
    ModelInfo *info = &model->info;
    if (call->author) snprintf(info->author, sizeof info->author, "%s", call->author);
    if (call->licence) snprintf(info->licence, sizeof info->licence, "%s", call->licence);
    const bool ok = model_write(model, path, error);
    free(path);
    return ok;
}

static bool add_reference(PresetBundle *bundle, const Call *call, const Model *model,
                          const char *folder, const char *title, size_t number, Error *error)
{
    const char *path = call->files.path[number];
    char stem[NAME_MAX_LENGTH], label[256], name[NAME_MAX_LENGTH], file[NAME_MAX_LENGTH];
    char text[256];
    stem_of(path, NULL, stem);
    snprintf(label, sizeof label, "%s, %s", title, stem);
    snprintf(text, sizeof text, "%.40s %.8s %zu", title, model->fingerprint, number);
    plain_name(text, name);
    snprintf(file, sizeof file, "reference-%zu.safetensors", number);
    const BundlePreset preset = {
        .label = label,
        .name = name,
        .comment = "Blended with stored music. Automate Blend.",
        .model = MODEL_FILE,
        .reference = file,
        .blend = 0.5,
    };
    return copy_file(path, folder, file, error) && preset_bundle_add(bundle, &preset, error);
}

static bool fill(const Call *call, Model *model, const char *folder, Error *error)
{
    char stem[NAME_MAX_LENGTH], name[NAME_MAX_LENGTH], text[256];
    stem_of(folder, ".lv2", stem);
    const char *title = call->name ? call->name : *model->info.name ? model->info.name : stem;
    PresetBundle *bundle = preset_bundle_new(folder, error);
    if (!bundle) return false;
    snprintf(text, sizeof text, "%.40s %.8s", title, model->fingerprint); // its own URI
    plain_name(text, name);
    const BundlePreset preset = {
        .label = title,
        .name = name,
        .comment = "What the model alone makes of the track. Automate Noise.",
        .model = MODEL_FILE,
        .reference = "",
    };
    bool ok = write_model(model, call, folder, error) && write_card(model, title, folder, error) &&
              preset_bundle_add(bundle, &preset, error);
    for (size_t i = 1; ok && i < call->files.count; i++)
        ok = add_reference(bundle, call, model, folder, title, i, error);
    preset_bundle_free(bundle);
    if (ok)
        printf("wrote %s: %zu preset%s of \"%s\"; hosts list %s when they look for plugins again\n",
               call->output, call->files.count, call->files.count == 1 ? "" : "s", title,
               call->files.count == 1 ? "it" : "them");
    return ok;
}

// ---- The call ----

// True if the folder is a bundle of this command: it has a card and a model.
static bool is_ours(const char *folder)
{
    char *card = file_join(folder, CARD_FILE), *model = file_join(folder, MODEL_FILE);
    const bool ours = card && model && access(card, F_OK) == 0 && access(model, F_OK) == 0;
    free(card);
    free(model);
    return ours;
}

// Removes the presets and references of an earlier call: lilv adds presets to the list that is
// there.
static void clear_bundle(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) return;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        const char *name = entry->d_name, *dot = strrchr(name, '.');
        if ((dot && strcmp(dot, ".ttl") == 0) || strncmp(name, "reference-", 10) == 0)
            unlinkat(dirfd(folder), name, 0);
    }
    closedir(folder);
}

static bool make(const Call *call, Error *error)
{
    Model *model = command_model(call->files.path[0], error);
    if (!model) return false;
    struct stat status;
    const bool exists = stat(call->output, &status) == 0;
    bool ok = check_references(call, model, error);
    if (ok && exists && !is_ours(call->output) && rmdir(call->output) != 0)
        ok = error_set(error, "%s exists and is no bundle of this command", call->output);
    else if (ok && exists && is_ours(call->output) && !call->force)
        ok = error_set(error, "%s exists; --force overwrites it", call->output);
    ok = ok && file_make_folders(call->output, error);
    char *folder = ok ? realpath(call->output, NULL) : NULL;
    if (ok && !folder) ok = error_set(error, "%s: %s", call->output, strerror(errno));
    if (ok) {
        clear_bundle(folder);
        ok = fill(call, model, folder, error);
    }
    free(folder);
    model_free(model);
    return ok;
}

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    const size_t length = strlen(call->output);
    if (length < 5 || strcmp(call->output + length - 4, ".lv2") != 0)
        return command_usage(line->command, "the name of a bundle ends in .lv2, not '%s'",
                             call->output);
    return make(call, &error) ? EXIT_DONE : command_fail(line->command, &error);
}

const Command command_preset = {
    .name = "preset",
    .summary = "makes a preset bundle of a model, for every host",
    .text =
        "Makes a bundle with a preset that plays the model alone, and one for each reference (see\n"
        "`trainer encode`) that blends the track with it. The bundle has copies of all files and "
        "a\n"
        "card of the model, card.md: author, licence, music, command and figures. The plugin must\n"
        "be installed where hosts find it, or LV2_PATH must name the folder of trasluz.lv2.\n",
    .example = "trainer preset mine.safetensors choir.safetensors -o ~/.lv2/mine.lv2",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .size = sizeof(Call),
    .run = run,
};
