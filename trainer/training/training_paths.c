#include "training/training_paths.h"

#include <stdlib.h>
#include <string.h>

// Turns OUT.safetensors into OUT<ending>.
static char *path_beside(const char *output, const char *ending)
{
    static const char usual[] = ".safetensors";
    size_t stem = strlen(output);
    if (stem > strlen(usual) && strcmp(output + stem - strlen(usual), usual) == 0)
        stem -= strlen(usual);
    char *path = malloc(stem + strlen(ending) + 1);
    if (!path) return NULL;
    memcpy(path, output, stem);
    strcpy(path + stem, ending);
    return path;
}

char *training_checkpoint_path(const char *output)
{
    return path_beside(output, ".checkpoint");
}

char *training_finished_path(const char *output)
{
    return path_beside(output, ".finished");
}

char *training_table_path(const char *output)
{
    return path_beside(output, ".csv");
}

char *training_page_path(const char *output)
{
    return path_beside(output, ".html");
}
