#include "output/gnuplot.h"

#include "files/file.h"
#include "files/plain_text.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

const char *const gnuplot_colour[GNUPLOT_COLOURS] = {"#0072b2", "#d55e00", "#880055", "#33ee77",
                                                     "#8800ff", "#996655", "#dddd33", "#111111",
                                                     "#ffaaee", "#99ccaa"};

// ---- The child ----

static bool fail_to_start(int why, Error *error)
{
    if (why == ENOENT)
        return error_set(error, "gnuplot is needed for pictures: install it (Debian: gnuplot-nox)");
    return error_set(error, "gnuplot: %s", strerror(why));
}

// Runs gnuplot with these files as its standard input, output and error.
static bool run_child(char *const *arguments, int in, int out, int err, int *status, Error *error)
{
    pid_t child;
    posix_spawn_file_actions_t actions;
    int why = posix_spawn_file_actions_init(&actions);
    if (why) return fail_to_start(why, error);
    why = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (!why) why = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (!why) why = posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    if (!why) why = posix_spawnp(&child, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (why) return fail_to_start(why, error);
    while (waitpid(child, status, 0) < 0)
        if (errno != EINTR) return error_set(error, "gnuplot: %s", strerror(errno));
    return true;
}

bool gnuplot_check(Error *error)
{
    char *arguments[] = {"gnuplot", "--version", NULL};
    FILE *nothing = tmpfile();
    if (!nothing) return error_set(error, "cannot create a temporary file: %s", strerror(errno));
    const int fd = fileno(nothing);
    int status;
    const bool good = run_child(arguments, fd, fd, fd, &status, error);
    fclose(nothing);
    return good;
}

// The last line that gnuplot printed has the reason.
static bool tell_failure(const char *path, FILE *messages, Error *error)
{
    char line[256], last[256] = "failed without a message";
    rewind(messages);
    while (fgets(line, sizeof line, messages)) {
        line[strcspn(line, "\n")] = 0;
        const char *text = line + strspn(line, " \t");
        if (*text) memcpy(last, text, strlen(text) + 1);
    }
    return error_set(error, "%s: gnuplot: %s", path, last);
}

// gnuplot writes to a file that is already open, so it needs no path.
static bool draw(const Gnuplot *plot, FILE *picture, FILE *messages, Error *error)
{
    char *arguments[] = {"gnuplot", "-d", NULL}; // -d: without the user's settings
    int status;
    rewind(plot->script);
    if (!run_child(arguments, fileno(plot->script), fileno(picture), fileno(messages), &status,
                   error))
        return false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return tell_failure(plot->path, messages, error);
    return true;
}

static bool draw_file(const Gnuplot *plot, FILE *messages, Error *error)
{
    FileWriter writer;
    if (!file_create(&writer, plot->path, error)) return false;
    if (draw(plot, writer.stream, messages, error)) return file_commit(&writer, error);
    file_abandon(&writer);
    return false;
}

// ---- The script ----

static bool ends_in(const char *path, const char *ending)
{
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ending) == 0;
}

bool gnuplot_knows(const char *path, Error *error)
{
    if (ends_in(path, ".svg") || ends_in(path, ".png")) return true;
    return error_set(error, "%s: the name of a picture must end with .svg or .png", path);
}

bool gnuplot_begin(Gnuplot *plot, const char *path, int width, int height, Error *error)
{
    if (!gnuplot_knows(path, error)) return false;
    *plot = (Gnuplot){.script = tmpfile(), .path = path};
    if (!plot->script)
        return error_set(error, "cannot create a temporary file: %s", strerror(errno));
    const bool svg = ends_in(path, ".svg");
    fprintf(plot->script,
            "set encoding utf8\n"
            "set terminal %s noenhanced size %d,%d font 'sans-serif,%d' background '#ffffff'\n"
            "set title font ',%d' textcolor '#222222'\n"
            "set border 3 linecolor '#888888'\n"
            "set tics nomirror scale 0.5 textcolor '#444444'\n"
            "set xlabel textcolor '#222222'\nset ylabel textcolor '#222222'\n"
            "set key textcolor '#222222'\n"
            "set grid linetype 1 linewidth 0.5 linecolor '#d8d8d8'\n",
            svg ? "svg" : "pngcairo", width, height, svg ? 15 : 11, svg ? 17 : 13);
    return true;
}

void gnuplot_quote(Gnuplot *plot, const char *text)
{
    const char *next = text;
    fputc('\'', plot->script); // between single quotes only they have a meaning
    while (*next) {
        const int length = plain_text_character(next);
        if (length == 0)
            fprintf(plot->script, "\\x%02x", (unsigned)(unsigned char)*next);
        else if (*next == '\'')
            fputs("\u2019", plot->script); // gnuplot misreads a doubled one at the beginning
        else
            fwrite(next, 1, (size_t)length, plot->script);
        next += length > 0 ? length : 1;
    }
    fputc('\'', plot->script);
}

void gnuplot_set(Gnuplot *plot, const char *what, const char *text)
{
    if (!text) return;
    fprintf(plot->script, "set %s ", what);
    gnuplot_quote(plot, text);
    fputc('\n', plot->script);
}

bool gnuplot_end(Gnuplot *plot, Error *error)
{
    errno = 0;
    bool good = fflush(plot->script) == 0 && !ferror(plot->script);
    FILE *messages = good ? tmpfile() : NULL;
    if (!messages)
        error_set(error, "cannot create a temporary file: %s", strerror(errno ? errno : ENOSPC));
    good = messages && draw_file(plot, messages, error);
    if (messages) fclose(messages);
    gnuplot_abandon(plot);
    return good;
}

void gnuplot_abandon(Gnuplot *plot)
{
    fclose(plot->script);
    *plot = (Gnuplot){0};
}
