// test_file_list.c: the lists of models and references that the window offers.
#include "files/file.h"
#include "latent/latent.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "ui/file_list.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE 48000.0

enum { PATH_BYTES = 256 };

static FileList list; // large
static char folder[] = "/tmp/trasluz_list_XXXXXX";

// The path below the folder; one of four buffers that are used in turn.
static const char *below(const char *name)
{
    static char path[4][2 * PATH_BYTES];
    static int turn;
    char *to = path[turn++ % 4];
    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void write_model(const char *name, const char *arch, uint32_t seed)
{
    Error error;
    Model *model = fixture_model(arch, ACTIVATION_TANH, RATE, seed);
    CHECK(model && model_write(model, below(name), &error));
    model_free(model);
}

static void write_reference(const char *name, const char *model_name, size_t frames)
{
    Error error;
    Model *model = model_load(below(model_name), &error);
    Latent *latent = model ? latent_new(model, frames, &error) : NULL;
    CHECK(latent && latent_write(latent, below(name), &error));
    latent_free(latent);
    model_free(model);
}

static void write_text(const char *name, const char *text)
{
    Error error;
    CHECK(file_write(below(name), text, strlen(text), &error));
}

static bool lists(const char *names)
{
    char all[1024] = "";
    size_t used = 0;
    for (int i = 0; i < list.count; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s ", list.entry[i].name);
    return CHECK_MSG(strcmp(all, names) == 0, "'%s', not '%s'", all, names);
}

// What is told of entry i has these parts, in this order.
static void told(int i, const char *first, const char *second, const char *third)
{
    char about[128];
    file_about(&list.entry[i], FILE_MODEL, 0, about, sizeof about);
    const char *a = strstr(about, first), *b = a ? strstr(a, second) : NULL;
    CHECK_MSG(b && strstr(b, third), "%s", about);
}

static void models_of_the_bundle_and_of_the_folder_chosen_last(void)
{
    file_list_fill(&list, FILE_MODEL, below("bundle"), "", "", RATE);
    lists("One two ");
    file_list_fill(&list, FILE_MODEL, below("bundle/"), below("mine/gone.safetensors"), "", RATE);
    lists("One two spectral wave ");
    CHECK(file_list_find(&list, below("mine/wave.safetensors")) == 3);
    CHECK(file_list_find(&list, below("mine/gone.safetensors")) == -1);
    told(2, "spectra, ", " ms, ", " kB");
    told(3, "waveforms, ", " ms, ", " kB");
}

static void the_bundle_is_not_listed_twice(void)
{
    file_list_fill(&list, FILE_MODEL, below("bundle"), below("bundle/models/two.safetensors"), "",
                   RATE);
    lists("One two ");
}

static void only_references_that_fit(void)
{
    file_list_fill(&list, FILE_REFERENCE, below("bundle"), below("mine/of-wave.safetensors"),
                   below("mine/wave.safetensors"), RATE);
    lists("of-wave ");
    CHECK_MSG(fabs(list.entry[0].seconds - 100 * 2 / RATE) < 1e-6, "%g", list.entry[0].seconds);
    file_list_fill(&list, FILE_REFERENCE, below("bundle"), below("mine/of-wave.safetensors"),
                   below("mine/spectral.safetensors"), RATE);
    lists("of-spectral ");
    file_list_fill(&list, FILE_REFERENCE, below("bundle"), below("mine/of-wave.safetensors"),
                   below("mine/gone.safetensors"), RATE);
    lists("");
}

static void a_folder_with_the_folders_first(void)
{
    file_list_browse(&list, FILE_MODEL, folder, "", RATE);
    lists(".. bundle empty mine ");
    CHECK(list.entry[0].is_folder && list.entry[1].is_folder);
    file_list_browse(&list, FILE_MODEL, below("mine"), "", RATE);
    lists(".. folder spectral wave ");
    CHECK(strcmp(list.entry[0].path, folder) == 0);
    // Into an entry of the list itself.
    file_list_browse(&list, FILE_MODEL, list.entry[0].path, "", RATE);
    lists(".. bundle empty mine ");
    file_list_browse(&list, FILE_MODEL, "/", "", RATE);
    CHECK(list.count > 1 && strcmp(list.entry[0].path, "/") == 0);
    file_list_browse(&list, FILE_MODEL, below("gone"), "", RATE);
    lists(".. ");
}

static void more_than_there_is_room_for(void)
{
    char name[PATH_BYTES];
    for (int i = 0; i < FILES_MAX + 20; i++) {
        snprintf(name, sizeof name, "empty/%03d", i);
        mkdir(below(name), 0777);
    }
    file_list_browse(&list, FILE_MODEL, below("empty"), "", RATE);
    CHECK(list.count == FILES_MAX);
    file_list_fill(&list, FILE_MODEL, below("bundle"), "", "", RATE);
    lists("One two ");
}

// Writes a model that was made by a command, and returns its style.
static const char *style_of(const char *command)
{
    Error error;
    static FileEntry entry;
    Model *model = fixture_model("3k4s2p1", ACTIVATION_TANH, RATE, 5);
    snprintf(model->info.command, sizeof model->info.command, "%s", command);
    CHECK(model_write(model, below("style.safetensors"), &error));
    model_free(model);
    entry = (FileEntry){0};
    CHECK(file_describe_model(below("style.safetensors"), RATE, &entry));
    return entry.style;
}

static void the_style_is_the_folder_of_the_music(void)
{
    CHECK(strcmp(style_of("trainer train orchestral -o m.safetensors --steps 3"), "orchestral") ==
          0);
    CHECK(strcmp(style_of("trainer train /home/me/gongs/ -o m.safetensors"), "gongs") == 0);
    CHECK(strcmp(style_of("trainer train 'my music' -o m.safetensors"), "my music") == 0);
    CHECK(strcmp(style_of("trainer train -o m.safetensors gongs"), "") == 0);
    CHECK(strcmp(style_of("made by hand"), "") == 0);
    CHECK(strcmp(style_of(""), "") == 0);
    FileEntry entry = {.style = "orchestral"};
    CHECK(strcmp(file_style(&entry, 1), "orquesta") == 0);
    CHECK(!file_describe_model(below("mine/broken.safetensors"), RATE, &entry));
    unlink(below("style.safetensors"));
}

static void names_are_without_folder_and_ending(void)
{
    char name[8];
    file_name("/a/b.safetensors", name, sizeof name);
    CHECK(strcmp(name, "b.safet") == 0 || strcmp(name, "b") == 0); // cut names keep what there is
    char room[64];
    file_name("/a/b.safetensors", room, sizeof room);
    CHECK(strcmp(room, "b") == 0);
    file_name("b.safetensors.old", room, sizeof room);
    CHECK(strcmp(room, "b.safetensors.old") == 0);
    file_name("", room, sizeof room);
    CHECK(strcmp(room, "") == 0);
}

static void make_files(void)
{
    static const char *const folders[] = {"bundle", "bundle/models", "mine", "empty",
                                          "mine/folder.safetensors"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) mkdir(below(folders[i]), 0777);
    write_model("bundle/models/two.safetensors", "3k4s2p1", 1);
    write_model("bundle/models/One.safetensors", "3k4s2p1", 2);
    write_model("mine/wave.safetensors", "3k4s2p1", 3);
    write_model("mine/spectral.safetensors", "spectrum64h32b16f20:16k3s1p1,4k1s1p0", 4);
    write_reference("mine/of-wave.safetensors", "mine/wave.safetensors", 100);
    write_reference("mine/of-spectral.safetensors", "mine/spectral.safetensors", 100);
    write_text("mine/broken.safetensors", "no model");
    write_text("mine/.hidden.safetensors", "no model");
    write_text("mine/notes.txt", "no model");
    CHECK(symlink("gone", below("mine/dangling.safetensors")) == 0);
}

int main(void)
{
    if (!mkdtemp(folder)) return 1;
    make_files();
    RUN(models_of_the_bundle_and_of_the_folder_chosen_last);
    RUN(the_bundle_is_not_listed_twice);
    RUN(only_references_that_fit);
    RUN(a_folder_with_the_folders_first);
    RUN(more_than_there_is_room_for);
    RUN(the_style_is_the_folder_of_the_music);
    RUN(names_are_without_folder_and_ending);
    file_list_clear(&list);
    char command[PATH_BYTES];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? check_status() : 1;
}
