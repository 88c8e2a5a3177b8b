// cache.c: `trainer cache`: prints the size of the cache of decoded audio, and empties it.
#include "base/parse.h"
#include "commands/command_list.h"
#include "data/cache_limit.h"
#include "data/clip_cache.h"
#include "options/music_options.h"

#include <stdio.h>

typedef struct {
    const char *folder;
    const char *keep; // a size; NULL: all
    bool empty;
} Call;

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {{.name = NULL}};

static const Option options[] = {
    {"cache", 0, OPTION_TEXT, AT(folder), .unit = "FOLDER", .shown = "trasluz in your cache folder",
     .help = "the folder of the cache"},
    {"empty", 0, OPTION_FLAG, AT(empty), .help = "removes all decoded audio from it"},
    {"keep", 0, OPTION_TEXT, AT(keep), .unit = "SIZE", .shown = "all", .check = music_check_size,
     .help = "removes what was not used for the longest time, until this much is left: 500M, 2G; "
             "a number alone is in GB"},
    {.name = NULL},
};

static int run(const CommandLine *line, void *values)
{
    const Call *call = values;
    Error error;
    ClipCache cache;
    if (!clip_cache_open(&cache, call->folder, MODEL_RATE_MIN, &error))
        return command_fail(line->command, &error);
    char bytes[CACHE_SIZE_TEXT];
    if (call->empty || call->keep) {
        uint64_t keep = 0;
        if (!call->empty) parse_size(call->keep, &keep, &error); // the text was checked
        const CacheSize removed = cache_trim(cache.folder, keep, INT64_MAX);
        cache_size_text(bytes, removed.bytes);
        printf("removed %zu file%s, %s\n", removed.entries, removed.entries == 1 ? "" : "s", bytes);
    }
    const CacheSize size = cache_size(cache.folder);
    Error text; // fit for a terminal
    error_set(&text, "%s", cache.folder);
    cache_size_text(bytes, size.bytes);
    printf("%s: %zu file%s, %s\n", text.text, size.entries, size.entries == 1 ? "" : "s", bytes);
    clip_cache_close(&cache);
    return EXIT_DONE;
}

const Command command_cache = {
    .name = "cache",
    .summary = "prints the size of the cache of decoded audio, and empties it",
    .text =
        "Audio files are decoded once, for each sample rate, into a cache: 4 bytes for each\n"
        "sample of one channel, 0.7 GB for an hour at 48 kHz. Prints its folder and its size.\n"
        "Commands that read music keep it below --cache-limit: they remove what was not used for\n"
        "the longest time, but nothing that they use themselves.\n",
    .example = "trainer cache --empty",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .size = sizeof(Call),
    .run = run,
};
