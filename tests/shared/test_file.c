// Files that are being written: their permissions, and what killed programs leave of them; with and
// without a file system that knows files without a name.
#define _GNU_SOURCE // O_TMPFILE
#include "files/file.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/wait.h>

// True: open() refuses O_TMPFILE, as NFS and many FUSE file systems do.
static bool all_files_have_names;

// In place of the C library's.
__attribute__((visibility("default"))) int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (all_files_have_names && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return openat(AT_FDCWD, path, flags, mode);
}

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

// ---- Whole or nothing ----

static void test_a_file_appears_when_it_is_whole(void)
{
    Error error;
    FileWriter writer;
    fixture_subfolder("whole");
    for (int i = 0; i < 2; i++) { // a new file, then one that replaces it
        const char *text = i == 0 ? "first" : "second";
        REQUIRE(file_create(&writer, fixture_path("whole/a"), &error));
        fputs(text, writer.stream);
        CHECK(i == 0 ? access(fixture_path("whole/a"), F_OK) != 0 : reads_as("whole/a", "first"));
        CHECK(file_commit(&writer, &error) && reads_as("whole/a", text));
        CHECK_MSG(count_files("whole") == 1, "%d files", count_files("whole"));
    }
    REQUIRE(file_create(&writer, fixture_path("whole/a"), &error));
    fputs("third", writer.stream);
    file_abandon(&writer);
    CHECK(reads_as("whole/a", "second") && count_files("whole") == 1);
}

static void test_a_folder_is_not_replaced(void)
{
    Error error;
    fixture_subfolder("taken");
    fixture_subfolder("taken/a");
    CHECK(!file_write(fixture_path("taken/a"), "x", 1, &error));
    CHECK_MSG(count_files("taken") == 1, "%d files", count_files("taken"));
}

// ---- What killed programs leave ----

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
    REQUIRE(leave_half("left/a"));
    CHECK_MSG(count_files("left") == all_files_have_names, "%d files", count_files("left"));
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
    REQUIRE(leave_half("beside/a") && count_files("beside") == 2 * all_files_have_names);
    CHECK(file_commit(&writer, &error));
    CHECK_MSG(count_files("beside") == 1, "%d files", count_files("beside"));
    CHECK(access(fixture_path("beside/a"), F_OK) == 0);
}

// A killed program may hold its file for some time yet, while the next one writes it again.
static void test_what_is_left_later_is_removed(void)
{
    Error error;
    FileWriter dying, next;
    fixture_subfolder("dying");
    REQUIRE(file_create(&dying, fixture_path("dying/a"), &error));
    REQUIRE(file_create(&next, fixture_path("dying/a"), &error));
    fclose(dying.stream); // as the kernel does
    free(dying.path);
    free(dying.temporary);
    CHECK(file_commit(&next, &error));
    CHECK_MSG(count_files("dying") == 1, "%d files", count_files("dying"));
    CHECK(access(fixture_path("dying/a"), F_OK) == 0);
}

static void test_what_another_writes_stays(void)
{
    Error error;
    FileWriter one, other;
    fixture_subfolder("both");
    REQUIRE(file_create(&one, fixture_path("both/a"), &error));
    REQUIRE(file_create(&other, fixture_path("both/a"), &error));
    CHECK(count_files("both") == 2 * all_files_have_names);
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

// As a program does that a signal ends. What is whole stays.
static void test_a_program_that_ends_removes_what_is_half(void)
{
    Error error;
    FileWriter one, other;
    fixture_subfolder("ending");
    REQUIRE(file_write(fixture_path("ending/whole"), "whole", 5, &error));
    REQUIRE(file_create(&one, fixture_path("ending/a"), &error));
    REQUIRE(file_create(&other, fixture_path("ending/b"), &error));
    CHECK(count_files("ending") == 1 + 2 * all_files_have_names);
    file_remove_temporaries();
    CHECK(count_files("ending") == 1 && reads_as("ending/whole", "whole"));
    char *taken[] = {one.temporary, other.temporary}; // not freed: the program ends
    file_abandon(&one);
    file_abandon(&other);
    for (int i = 0; i < 2 && all_files_have_names; i++) free(taken[i]);
}

static void run_all(void)
{
    RUN(test_files_of_threads_have_the_usual_permissions);
    RUN(test_the_mask_is_kept_to);
    RUN(test_a_file_appears_when_it_is_whole);
    RUN(test_a_folder_is_not_replaced);
    RUN(test_next_writer_removes_what_was_left);
    RUN(test_what_was_left_beside_another_is_removed);
    RUN(test_what_is_left_later_is_removed);
    RUN(test_what_another_writes_stays);
    RUN(test_files_of_others_stay);
    RUN(test_a_program_that_ends_removes_what_is_half);
}

int main(void)
{
    for (int named = 0; named < 2; named++) {
        all_files_have_names = named;
        if (!fixture_folder_make()) return 1;
        run_all();
        fixture_folder_remove();
    }
    return check_status();
}
