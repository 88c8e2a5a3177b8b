// A folder of results: a record tells which command made it, and then the declaration of that
// command, and not the ending of a name, tells what a file is.
#define _XOPEN_SOURCE 700
#include "files/file.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"
#include "output/result_folder.h"

static const char curves[] = "epoch,train_loss\n1,0.5\n2,0.25\n";

static bool is_marked(const char *path)
{
    return file_begins(path, "mark");
}

static const Artefact made_by_record[] = {
    {.name = "config.json", .content = CONTENT_SETTINGS},
    {.name = "plain.csv", .content = CONTENT_TABLE},
    {.name = "curves.csv", .content = CONTENT_CURVES},
    {.name = "state.json"},
    {.name = "own.png", .content = CONTENT_FIGURE},
    {.name = NULL},
};
static const Artefact made_by_mark[] = {
    {.name = "table.csv", .content = CONTENT_CURVES, .is_ours = is_marked},
    {.name = NULL},
};
static const ResultKind kinds[] = {
    {"study", made_by_record, "A study."},
    {NULL, made_by_mark, "A table."},
    {NULL, NULL, NULL},
};

static void put(const char *name, const char *text)
{
    Error error;
    CHECK(file_write(fixture_path(name), text, strlen(text), &error));
}

static const ResultItem *find(const ResultFolder *folder, const char *name)
{
    for (size_t i = 0; i < folder->count; i++)
        if (strcmp(folder->item[i].name, name) == 0) return &folder->item[i];
    return NULL;
}

static void make_study(const char *kind)
{
    char record[64];
    snprintf(record, sizeof record, "{\"kind\": \"%s\"}", kind);
    put("config.json", record);
    put("plain.csv", curves);
    put("curves.csv", curves);
    put("state.json", "{\"a\": 1}");
    put("drawing.svg", "<svg/>");
}

static void test_a_declaration_is_followed(void)
{
    Error error;
    ResultFolder folder;
    REQUIRE(fixture_folder_make());
    make_study("study");
    REQUIRE(result_folder_open(&folder, fixture_folder, kinds, &error));
    CHECK(folder.count == 5 && !folder.has_figures);
    CHECK(folder.about && strcmp(folder.about, "A study.") == 0);
    CHECK(find(&folder, "plain.csv")->kind == ITEM_TABLE && !find(&folder, "plain.csv")->curves);
    CHECK(find(&folder, "curves.csv")->curves);
    CHECK(find(&folder, "state.json")->kind == ITEM_OTHER);
    CHECK(find(&folder, "config.json")->kind == ITEM_JSON);
    CHECK(find(&folder, "drawing.svg")->kind == ITEM_PICTURE); // not the command's, and shown
    result_folder_close(&folder);
    put("own.png", "no picture, but there");
    REQUIRE(result_folder_open(&folder, fixture_folder, kinds, &error));
    CHECK(folder.has_figures);
    result_folder_close(&folder);
    fixture_folder_remove();
}

static void test_without_a_record_files_are_what_they_look_like(void)
{
    Error error;
    REQUIRE(fixture_folder_make());
    make_study("another");
    for (int with = 0; with < 2; with++) {
        ResultFolder folder;
        REQUIRE(result_folder_open(&folder, fixture_folder, with ? kinds : NULL, &error));
        CHECK(folder.has_figures && find(&folder, "plain.csv")->curves && !folder.about);
        CHECK(find(&folder, "state.json")->kind == ITEM_JSON);
        result_folder_close(&folder);
    }
    fixture_folder_remove();
}

static void test_a_file_of_ours_marks_a_folder(void)
{
    Error error;
    ResultFolder folder;
    REQUIRE(fixture_folder_make());
    put("table.csv", "mark,loss\n1,2\n");
    REQUIRE(result_folder_open(&folder, fixture_folder, kinds, &error));
    CHECK(find(&folder, "table.csv")->curves);
    result_folder_close(&folder);
    put("table.csv", "name,loss\n1,2\n");
    REQUIRE(result_folder_open(&folder, fixture_folder, kinds, &error));
    CHECK(!find(&folder, "table.csv")->curves);
    result_folder_close(&folder);
    fixture_folder_remove();
}

int main(void)
{
    RUN(test_a_declaration_is_followed);
    RUN(test_without_a_record_files_are_what_they_look_like);
    RUN(test_a_file_of_ours_marks_a_folder);
    return check_status();
}
