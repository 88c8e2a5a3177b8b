// ui_test_openings.c: windows that open and close a thousand times, several at once, and while
// messages arrive; and windows that cannot open.
#include "lib/check.h"
#include "ui/ui_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>

static void rest(int milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000L * milliseconds}, NULL);
}

// How many files this process has open.
static int open_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return count;
}

// A window leaves nothing behind: after the first ones the heap stays as it is, but for what Cairo
// and fontconfig keep for the whole program, some 30 bytes for each window. What nobody can free
// any more, LeakSanitizer finds to the byte (make check-sanitizers); the heap is not counted there.
static void a_thousand_openings_leave_nothing_behind(void)
{
    enum { FIRST = 100, ALL = 1000 };
    size_t used = 0;
    int files = 0;
    const int windows = ui_host_windows();
    for (int i = 0; i < ALL; i++) {
        UiHost *host = ui_host_new(&(UiHostOptions){.no_plugin = true, .scale = i % 2 ? 1.5f : 0});
        REQUIRE(host);
        CHECK(ui_host_idle(host));
        ui_host_free(host);
        if (i != FIRST) continue;
        used = mallinfo2().uordblks;
        files = open_files();
    }
    const double grown = (double)mallinfo2().uordblks - (double)used;
    CHECK_MSG(grown < 100.0 * (ALL - FIRST), "%.0f bytes for each window", grown / (ALL - FIRST));
    CHECK_MSG(open_files() == files, "%d files more", open_files() - files);
    CHECK_MSG(ui_host_windows() == windows, "%d windows more", ui_host_windows() - windows);
}

typedef struct {
    int messages;
} Arrived;

static bool views_arrive(UiHost *host, void *data)
{
    const Arrived *wanted = data;
    return ui_host_forwarded(host) >= wanted->messages;
}

static void they_close_while_messages_arrive(void)
{
    for (int i = 0; i < 20; i++) {
        UiHost *host = ui_host_new(&(UiHostOptions){.scale = i % 2 ? 1.5f : 0.0f});
        REQUIRE(host);
        Arrived wanted = {i % 4 + 1};
        CHECK(ui_host_until(host, views_arrive, &wanted));
        ui_host_free(host);
    }
}

static void several_are_open_at_once(void)
{
    enum { SOME = 4 };
    UiHost *host[SOME];
    for (int i = 0; i < SOME; i++) {
        host[i] = ui_host_new(&(UiHostOptions){.uri = i % 2 ? "urn:trasluz:mono" : NULL,
                                               .scale = 0.6f + 0.3f * (float)i});
        REQUIRE(host[i]);
    }
    Arrived some = {6};
    for (int i = 0; i < SOME; i++) CHECK(ui_host_until(host[i], views_arrive, &some));
    // Those that stay open go on when others close.
    ui_host_free(host[1]);
    ui_host_free(host[2]);
    const int before = ui_host_forwarded(host[3]);
    for (int i = 0; i < 20; i++) {
        CHECK(ui_host_step(host[0]));
        CHECK(ui_host_step(host[3]));
        rest(20);
    }
    CHECK(ui_host_forwarded(host[3]) > before);
    CHECK(ui_host_colours(host[3], 0, 0, 900, 560) > 30);
    ui_host_free(host[0]);
    ui_host_free(host[3]);
}

// A host may destroy the parent, and the window with it, before it closes the window.
static void the_host_destroys_the_window_first(void)
{
    UiHost *host = ui_host_new(&(UiHostOptions){.no_plugin = true});
    REQUIRE(host);
    ui_host_steps(host, 0.1);
    ui_host_destroy_parent(host);
    bool open = true;
    for (int i = 0; i < 100 && open; i++) {
        open = ui_host_step(host);
        rest(1);
    }
    CHECK(!open); // it says that it is closed
    ui_host_free(host);
}

// Before the window has had time to hear of it.
static void the_host_destroys_the_window_and_closes_at_once(void)
{
    for (int i = 0; i < 10; i++) {
        UiHost *host = ui_host_new(&(UiHostOptions){.no_plugin = true});
        REQUIRE(host);
        if (i % 2) ui_host_steps(host, 0.05);
        ui_host_destroy_parent(host);
        if (i % 3 == 0) ui_host_resize_window(host, 600, 400);
        ui_host_free(host);
    }
}

// Calls instantiate() with standard error in a file; returns how many lines were written.
static int lines_of_refusal(const char *display, bool with_map)
{
    char path[] = "/tmp/trasluz_refusal_XXXXXX";
    const char *kept = getenv("DISPLAY");
    char *former = kept ? strdup(kept) : NULL;
    const int file = mkstemp(path), error = dup(STDERR_FILENO);
    if (display)
        setenv("DISPLAY", display, 1);
    else
        unsetenv("DISPLAY");
    dup2(file, STDERR_FILENO);
    const bool opened = ui_host_try(with_map);
    dup2(error, STDERR_FILENO);
    if (former) setenv("DISPLAY", former, 1);
    CHECK_MSG(!opened, "opened on display '%s'", display ? display : "none");
    char text[4096] = "";
    const ssize_t length = pread(file, text, sizeof text - 1, 0);
    int lines = 0;
    for (ssize_t i = 0; i < length; i++) lines += text[i] == '\n';
    CHECK_MSG(lines == 0 || strstr(text, "trasluz: the window cannot open: no X11 display"), "%s",
              text);
    free(former);
    close(file);
    close(error);
    unlink(path);
    return lines;
}

static void without_a_display_it_says_so_and_does_not_open(void)
{
    for (int i = 0; i < 3; i++) {
        CHECK(lines_of_refusal(NULL, true) == 1);
        CHECK(lines_of_refusal(":987", true) == 1);
        CHECK(lines_of_refusal("", true) == 1);
    }
    CHECK(lines_of_refusal(NULL, false) <= 1);                       // without URIDs
    UiHost *host = ui_host_new(&(UiHostOptions){.no_plugin = true}); // with one it opens again
    REQUIRE(host);
    ui_host_free(host);
}

int main(void)
{
    RUN(without_a_display_it_says_so_and_does_not_open);
    RUN(a_thousand_openings_leave_nothing_behind);
    RUN(they_close_while_messages_arrive);
    RUN(several_are_open_at_once);
    RUN(the_host_destroys_the_window_first);
    RUN(the_host_destroys_the_window_and_closes_at_once);
    return check_status();
}
