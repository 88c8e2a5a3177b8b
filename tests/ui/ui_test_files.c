// ui_test_files.c: what the panel shows of models and references: why a file is not used, the
// lists, the recording, a model that is followed. Without an X11 server.
#include "files/file.h"
#include "lib/check.h"
#include "notice.h"
#include "panel_layout.h"
#include "ui/bare_panel.h"

#include <fcntl.h>
#include <lv2/atom/atom.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- Sentences ----

static bool becomes(const char *status, int language, const char *wanted)
{
    char text[1024];
    notice_write(status, language, text, sizeof text);
    return CHECK_MSG(strcmp(text, wanted) == 0, "'%s', not '%s'", text, wanted);
}

static void a_status_becomes_a_sentence(void)
{
    becomes("", 0, "");
    becomes("model /a: b/new.safetensors: No such file or directory", 0,
            "Model new is not used: No such file or directory");
    becomes("model /a/new.safetensors: No such file or directory", 1,
            "El modelo new no se usa: el archivo no existe");
    becomes("reference /a/r.safetensors: the session's own copy is used: another file than the "
            "session was saved with",
            0, "A copy of the reference r plays: another file than the session was saved with");
    becomes("model /a/m.safetensors: the session's own copy is used: No such file or directory", 1,
            "Suena una copia del modelo m: el archivo no existe");
    becomes("no effect with this model: Freeze kind, Axis 1 (for models of spectra)", 1,
            "sin efecto con este modelo: Clase de congelado, Eje 1 (para modelos de espectros)");
    becomes("model /a: x\nsomething else", 0, "Model a is not used: x  ·  something else");
    becomes("model", 0, "model");
}

static void long_and_odd_statuses_are_cut(void)
{
    char status[5000], text[300];
    for (int language = 0; language < LANGUAGES; language++)
        for (int room = 2; room < 300; room++) {
            memset(status, language ? ',' : 'a', sizeof status);
            memcpy(status, "model /x: ", 10);
            for (int i = 200; i < 4999; i += 97) status[i] = '\n';
            status[sizeof status - 1] = '\0';
            notice_write(status, language, text, (size_t)room);
            CHECK(strlen(text) < (size_t)room);
        }
}

static void a_refused_file_and_a_copy_are_told(void)
{
    open_panel(0);
    draw();
    const uint64_t calm = pixels(&layout_notice);
    say_text("urn:trasluz:notice", LV2_ATOM__String, "model /x/new.safetensors: not a model");
    CHECK_MSG(strcmp(panel.notice, "Model new is not used: not a model") == 0, "%s", panel.notice);
    draw();
    const uint64_t refused = pixels(&layout_notice);
    CHECK(refused != calm);
    say_text("urn:trasluz:notice", LV2_ATOM__String,
             "model /x/new.safetensors: the session's own copy is used: No such file or directory");
    CHECK(strstr(panel.notice, "A copy of the model new plays"));
    draw();
    CHECK(pixels(&layout_notice) != refused);
    say_text("urn:trasluz:notice", LV2_ATOM__String, "");
    draw();
    CHECK(pixels(&layout_notice) == calm);
    panel_free(&panel);
}

static void without_a_model_it_says_so(void)
{
    open_panel(0);
    say_view();
    draw();
    const uint64_t calm = pixels(&layout_notice);
    view.has_model = 0;
    say_view();
    draw();
    CHECK(pixels(&layout_notice) != calm);
    panel_free(&panel);
}

// ---- Lists ----

static int open_list(FileKind kind)
{
    const Box name = layout_file(kind);
    panel_press(&panel, name.x + 100, name.y + 10, false, false, 0);
    panel_release(&panel);
    draw();
    CHECK(panel.chooser.open);
    return chooser_rows(&panel.chooser);
}

static void press_row(int row)
{
    const Box *box = &panel.chooser.box;
    panel_move(&panel, box->x + 30, box->y + 2 + 22 * (row + 0.5), false, 0);
    panel_press(&panel, box->x + 30, box->y + 2 + 22 * (row + 0.5), false, false, 0);
    panel_release(&panel);
}

static const char *model_path(void)
{
    return bundle("models/espectro.safetensors");
}

static void models_are_listed_with_what_they_are(void)
{
    char about[128];
    open_panel(0);
    say_file(FILE_MODEL, bundle("models/orquesta.safetensors"));
    CHECK_MSG(strstr(panel.about, "orchestral, spectra, "), "%s", panel.about);
    const int rows = open_list(FILE_MODEL);
    CHECK(rows == panel.chooser.list.count + 2);
    const FileEntry *entry = &panel.chooser.list.entry[panel.chooser.current];
    CHECK(strcmp(entry->name, "orquesta") == 0);
    file_about(entry, FILE_MODEL, 1, about, sizeof about);
    CHECK_MSG(strstr(about, "orquesta, espectros, 10.") && strstr(about, " kB"), "%s", about);
    press_row(0);
    CHECK(!panel.chooser.open && chosen());
    CHECK(chosen() && strcmp(chosen(), bundle("models/chico.safetensors")) == 0);
    panel_free(&panel);
}

static void references_can_be_none_or_captured(void)
{
    open_panel(0);
    say_file(FILE_MODEL, model_path());
    int rows = open_list(FILE_REFERENCE);
    CHECK(panel.chooser.current == 0); // none
    for (int i = 0; i < panel.chooser.list.count; i++)
        CHECK_MSG(strstr(panel.chooser.list.entry[i].name, "-espectro"), "%s",
                  panel.chooser.list.entry[i].name);
    CHECK(panel.chooser.list.count >= 4);
    const uint64_t before = pixels(&panel.chooser.box);
    view.recording = 12.34f;
    say_view(); // while the list is open
    CHECK(strcmp(panel.chooser.recording, "captured, 12.3 s") == 0);
    CHECK(chooser_rows(&panel.chooser) == rows + 1 && panel.chooser.current == 1);
    draw();
    CHECK(pixels(&panel.chooser.box) != before);
    press_row(0);
    CHECK(chosen() && *chosen() == '\0');
    say_file(FILE_REFERENCE, bundle("references/choir-espectro.safetensors"));
    view.recording = 0;
    say_view();
    rows = open_list(FILE_REFERENCE);
    CHECK(panel.chooser.current > 0);
    press_row(panel.chooser.current);
    CHECK(chosen() && strcmp(chosen(), bundle("references/choir-espectro.safetensors")) == 0);
    panel_free(&panel);
    open_panel(1);
    view.recording = 12.34f;
    say_view();
    CHECK(strcmp(panel.chooser.recording, "captura, 12.3 s") == 0);
    panel_free(&panel);
}

static void the_name_shown_is_the_recordings(void)
{
    const Box name = layout_file(FILE_REFERENCE);
    open_panel(0);
    say_view();
    draw();
    const uint64_t none = pixels(&name);
    view.recording = 2;
    say_view();
    draw();
    CHECK(pixels(&name) != none);
    view.recording = 0;
    say_view();
    draw();
    CHECK(pixels(&name) == none);
    panel_free(&panel);
}

static void copy_file(const char *from, const char *to)
{
    Error error;
    size_t size;
    unsigned char *bytes = file_read(from, 1 << 24, &size, &error);
    CHECK(bytes && file_write(to, bytes, size, &error));
    free(bytes);
}

static void a_model_that_changes_is_chosen_anew(void)
{
    char folder[] = "/tmp/trasluz_follow_XXXXXX", path[64];
    REQUIRE(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/m.safetensors", folder);
    copy_file(bundle("models/normal.safetensors"), path);
    open_panel(0);
    say_file(FILE_MODEL, path);
    const int rows = open_list(FILE_MODEL);
    press_row(rows - 1); // "reload when it changes"
    CHECK(panel.chooser.follows && panel.chooser.open);
    panel_key(&panel, KEY_ESCAPE, "", false);
    double now = 100;
    panel_idle(&panel, now += 2);
    forget_writes();
    panel_idle(&panel, now += 2);
    CHECK(!chosen()); // nothing has changed
    const struct timespec later[2] = {{.tv_sec = 2000000000}, {.tv_sec = 2000000000}};
    CHECK(utimensat(AT_FDCWD, path, later, 0) == 0);
    panel_idle(&panel, now += 2);
    CHECK(chosen() && strcmp(chosen(), path) == 0);
    forget_writes();
    panel_idle(&panel, now += 2);
    CHECK(!chosen());
    say_file(FILE_MODEL, bundle("models/chico.safetensors")); // another file, of another time
    panel_idle(&panel, now += 2);
    panel_idle(&panel, now += 2);
    CHECK(!chosen());
    panel.chooser.follows = false;
    say_file(FILE_MODEL, path);
    CHECK(utimensat(AT_FDCWD, path, NULL, 0) == 0);
    panel_idle(&panel, now += 2);
    panel_idle(&panel, now += 2);
    CHECK(!chosen());
    panel_free(&panel);
    unlink(path);
    rmdir(folder);
}

static void page_keys_choose_the_next_file(void)
{
    open_panel(0);
    say_file(FILE_MODEL, bundle("models/chico.safetensors"));
    panel_key(&panel, KEY_FILE_AFTER, "", false);
    CHECK(chosen() && strcmp(chosen(), bundle("models/directo.safetensors")) == 0);
    panel_key(&panel, KEY_FILE_BEFORE, "", false);
    CHECK(chosen() && strcmp(chosen(), bundle("models/voces.safetensors")) == 0);
    say_file(FILE_MODEL, model_path());
    say_file(FILE_REFERENCE, bundle("references/bells-espectro.safetensors"));
    panel_key(&panel, KEY_FILE_AFTER, "", true);
    CHECK(chosen() && strcmp(chosen(), bundle("references/choir-espectro.safetensors")) == 0);
    panel_free(&panel);
}

int main(void)
{
    RUN(a_status_becomes_a_sentence);
    RUN(long_and_odd_statuses_are_cut);
    RUN(a_refused_file_and_a_copy_are_told);
    RUN(without_a_model_it_says_so);
    RUN(models_are_listed_with_what_they_are);
    RUN(references_can_be_none_or_captured);
    RUN(the_name_shown_is_the_recordings);
    RUN(a_model_that_changes_is_chosen_anew);
    RUN(page_keys_choose_the_next_file);
    end_panels();
    return check_status();
}
