#include "cli/outputs.h"

#include "audio/time_part.h"
#include "files/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *output_path(const char *output, const char *name)
{
    if (!*name) return strdup(output);
    if (*name != '.') return file_join(output, name);
    const char *slash = strrchr(output, '/'), *dot = strrchr(output, '.');
    const size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - output) : strlen(output);
    char *path = malloc(stem + strlen(name) + 1);
    if (!path) return NULL;
    memcpy(path, output, stem);
    strcpy(path + stem, name);
    return path;
}

bool output_is_no_input(const char *path, const char *const *input, size_t inputs, Error *error)
{
    for (size_t i = 0; i < inputs; i++) {
        TimePart part; // a part of a file is an input too
        Error ignored;
        const bool parsed = time_part_parse(&part, input[i], &ignored);
        const bool same = same_file(path, parsed ? part.path : input[i]);
        if (parsed) free(part.path);
        if (same) return error_set(error, "output %s is also an input", path);
    }
    return true;
}

bool output_may_replace(const char *path, PathTest *is_ours, const char *ours, Error *error)
{
    if (access(path, F_OK) != 0 || (is_ours && is_ours(path))) return true;
    if (is_ours)
        return error_set(error, "%s exists and is not %s; --force overwrites it", path, ours);
    return error_set(error, "%s exists; --force overwrites it", path);
}

bool same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}
