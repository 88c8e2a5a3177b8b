// command_list.h: all subcommands of `trainer`. For the main thread alone.
#ifndef TRASLUZ_COMMAND_LIST_H
#define TRASLUZ_COMMAND_LIST_H

#include "cli/command.h"

extern const Command command_train, command_eval, command_info, command_encode, command_decode,
    command_reconstruct, command_latents, command_classify, command_cluster, command_compare,
    command_generate, command_report, command_sweep, command_check, command_cache, command_preset,
    command_predict;

enum { COMMANDS_MAX = 32 };
extern const Command *const command_list[]; // ended by NULL

// Runs the command that the arguments name, or prints help or the version. Returns the exit status.
int command_list_run(int argc, char **argv);

#endif
