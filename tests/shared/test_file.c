// Files under way: their permissions, and what killed programs leave of them.
#define _XOPEN_SOURCE 700
#include "files/file.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>

static int count_files(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(fixture_path(folder));
    if (!entries) return -1;
    for (const struct dirent *entry; (entry = readdir(entries));) count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

static bool reads_as(const char *name, const char *text)
{
    Error error;
    size_t size;
    unsigned char *bytes = file_read(fixture_path(name), 1000, &size, &error);
    const bool same = bytes && strcmp((const char *)bytes, text) == 0;
    free(bytes);
    return same;
}

// ---- Permissions ----

enum { THREADS = 4, FILES_EACH = 2000 };

typedef struct {
    char path[600];
    int odd;
} Maker;

static void *make_files(void *data)
{
    Maker *maker = data;
    for (int i = 0; i < FILES_EACH; i++) {
        Error error;
        FileWriter writer;
        struct stat status;
        if (!file_create(&writer, maker->path, &error)) {
            maker->odd++;
            continue;
        }
        if (fstat(fileno(writer.stream), &status) != 0 || (status.st_mode & 0777) != 0644)
            maker->odd++;
        file_abandon(&writer);
    }
    return NULL;
}

// Many at a time: the mask belongs to the whole process.
static void test_files_of_threads_have_the_usual_permissions(void)
{
    pthread_t thread[THREADS];
    static Maker maker[THREADS];
    const mode_t before = umask(022);
    fixture_subfolder("made");
    for (int t = 0; t < THREADS; t++) {
        snprintf(maker[t].path, sizeof maker[t].path, "%s/made/%d", fixture_folder, t);
        REQUIRE(pthread_create(&thread[t], NULL, make_files, &maker[t]) == 0);
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(thread[t], NULL);
        CHECK_MSG(maker[t].odd == 0, "%d files are not 0644", maker[t].odd);
    }
    CHECK(umask(before) == 022);
    CHECK(count_files("made") == 0);
}

static void test_the_mask_is_kept_to(void)
{
    Error error;
    struct stat status;
    const mode_t before = umask(077);
    CHECK(file_write(fixture_path("private"), "x", 1, &error));
    umask(before);
    REQUIRE(stat(fixture_path("private"), &status) == 0);
    CHECK_MSG((status.st_mode & 0777) == 0600, "%o", (unsigned)status.st_mode);
}

// ---- What is left ----

// Begins a file in another process, which ends before it is whole.
static bool leave_half(const char *name)
{
    const pid_t child = fork();
    if (child == 0) {
        Error error;
        FileWriter writer;
        const bool begun = file_create(&writer, fixture_path(name), &error);
        if (begun) fputs("half", writer.stream);
        if (begun) fflush(writer.stream);
        _exit(begun ? 0 : 1);
    }
    int status;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void test_next_writer_removes_what_was_left(void)
{
    Error error;
    fixture_subfolder("left");
    REQUIRE(leave_half("left/a") && count_files("left") == 1);
    CHECK(access(fixture_path("left/a"), F_OK) != 0);
    CHECK(file_write(fixture_path("left/a"), "whole", 5, &error));
    CHECK_MSG(count_files("left") == 1, "%d files", count_files("left"));
    CHECK(reads_as("left/a", "whole"));
}

// Two write, and one is killed: its file is no longer the first of its kind.
static void test_what_was_left_beside_another_is_removed(void)
{
    Error error;
    FileWriter writer;
    fixture_subfolder("beside");
    REQUIRE(file_create(&writer, fixture_path("beside/a"), &error));
    REQUIRE(leave_half("beside/a") && count_files("beside") == 2);
    CHECK(file_commit(&writer, &error) && count_files("beside") == 2);
    CHECK(file_write(fixture_path("beside/a"), "whole", 5, &error));
    CHECK_MSG(count_files("beside") == 1, "%d files", count_files("beside"));
}

static void test_what_another_writes_stays(void)
{
    Error error;
    FileWriter one, other;
    fixture_subfolder("both");
    REQUIRE(file_create(&one, fixture_path("both/a"), &error));
    REQUIRE(file_create(&other, fixture_path("both/a"), &error));
    CHECK(strcmp(one.temporary, other.temporary) != 0 && count_files("both") == 2);
    fputs("one", one.stream);
    fputs("other", other.stream);
    CHECK(file_commit(&one, &error) && reads_as("both/a", "one"));
    CHECK(file_commit(&other, &error) && reads_as("both/a", "other"));
    CHECK(count_files("both") == 1);
}

static void test_files_of_others_stay(void)
{
    static const char *const names[] = {"own/a.backup", "own/a.123456", "own/a.trasluz",
                                        "own/b.trasluz-0"};
    Error error;
    fixture_subfolder("own");
    for (size_t i = 0; i < 4; i++) REQUIRE(fixture_write_bytes(names[i], "mine", 4));
    REQUIRE(symlink("a.backup", fixture_path("own/a.trasluz-0")) == 0);
    CHECK(file_write(fixture_path("own/a"), "whole", 5, &error) && reads_as("own/a", "whole"));
    for (size_t i = 0; i < 4; i++) CHECK_MSG(reads_as(names[i], "mine"), "%s", names[i]);
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_files_of_threads_have_the_usual_permissions);
    RUN(test_the_mask_is_kept_to);
    RUN(test_next_writer_removes_what_was_left);
    RUN(test_what_was_left_beside_another_is_removed);
    RUN(test_what_another_writes_stays);
    RUN(test_files_of_others_stay);
    fixture_folder_remove();
    return check_status();
}
