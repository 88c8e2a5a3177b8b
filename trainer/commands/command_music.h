// command_music.h: what the commands that read music are told of it, and the data set that comes of
// it. For the main thread alone.
#ifndef TRASLUZ_COMMAND_MUSIC_H
#define TRASLUZ_COMMAND_MUSIC_H

#include "commands/command.h"

typedef struct {
    char **paths; // folders, or single files
    int path_count;
    const char *cache; // folder; NULL: that of dataset.h
    long threads;      // 0: one for each processor
} MusicOptions;

// The number that getopt_long() gives for --cache; a command's own options are below.
enum { OPTION_CACHE = 2000 };

// For a command's table of options; its short options have "t:".
// clang-format off
#define MUSIC_LONG_OPTIONS                           \
    {"cache", required_argument, NULL, OPTION_CACHE},\
    {"threads", required_argument, NULL, 't'}
// clang-format on

// For a command's help.
#define MUSIC_HELP                                                                                 \
    "      --cache DIR          for decoded audio (trasluz in your cache folder)\n"                \
    "  -t, --threads N          (0: one for each processor; does not change the result)\n"

// Takes an option and its value (optarg). False, and said why, where the value is wrong or the
// option is none of these.
bool music_option_take(const Command *command, MusicOptions *music, int option);

// Opens the music at a rate (Hz), split by a seed. The caller frees it.
Dataset *music_open(const MusicOptions *music, double rate, uint32_t seed, Pool *pool,
                    Error *error);

typedef bool MusicTask(const void *call, const Model *model, const Dataset *dataset, Pool *pool,
                       Error *error);

// Loads a weights file, starts the threads, opens the music at the model's rate, split by `seed`
// or, where that is -1, as in the model's training, and runs task(call, …).
bool music_run(const MusicOptions *music, const char *weights, long seed, MusicTask *task,
               const void *call, Error *error);

#endif
