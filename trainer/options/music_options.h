// music_options.h: the options of commands that read a library of music, and the data set that they
// open. For the main thread alone.
#ifndef TRASLUZ_MUSIC_OPTIONS_H
#define TRASLUZ_MUSIC_OPTIONS_H

#include "cli/command.h"
#include "data/dataset.h"

typedef struct {
    PathList paths;          // folders or single files; the command's operand
    const char *cache;       // folder; NULL: that of dataset.h
    const char *cache_limit; // a size, see parse.h; 0: none
    int threads;             // 0: one for each processor
} MusicOptions;

// The check of an option that is a size, see parse_size().
bool music_check_size(const char *text, Error *error);

extern const Option music_options[];

// The operands of a command whose values are a struct with `weights` and `music`.
#define MUSIC_OPERANDS(Values)                                                                     \
    {"WEIGHTS", "a weights file", offsetof(Values, weights), OPERAND_ONE},                         \
    {                                                                                              \
        "FOLDER|FILE…", "music", offsetof(Values, music.paths), OPERAND_MANY                       \
    }

// The same for --threads, in commands that read no music.
extern const Option threads_option[]; // its value is an int

// Opens the music at a rate (Hz). The caller frees it.
Dataset *music_open(const MusicOptions *music, double rate, const SplitOptions *split, Pool *pool,
                    Error *error);

typedef bool MusicTask(const void *call, const Model *model, const Dataset *dataset, Pool *pool,
                       Error *error);

// Loads a weights file, starts the threads, opens the music at the model's rate and runs
// task(call, …). The split is by sound if the weights say what they were trained on; otherwise
// it is drawn by `seed`, or by that of the model's training if it is -1.
bool music_run(const MusicOptions *music, const char *weights, long seed, MusicTask *task,
               const void *call, Error *error);

#endif
