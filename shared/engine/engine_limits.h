// engine_limits.h: what a model may ask of the host that plays it, in addition to the bounds of
// arch.h. A weights file is untrusted data: within all of these it takes so much memory and time
// and no more.
#ifndef TRASLUZ_ENGINE_LIMITS_H
#define TRASLUZ_ENGINE_LIMITS_H

#include "model/model.h"

enum {
    ENGINE_LATENCY_MAX = 65536, // samples: the most that hosts are told of

    // Each for one audio channel.
    ENGINE_WORK_MAX = 1000000000,   // multiply-adds per second of audio: see engine_work()
    ENGINE_JUMP_MAX = 32000000,     // multiply-adds at once: see engine_jump_work()
    ENGINE_LATENT_MAX = 500000,     // latent values per second of audio
    ENGINE_STREAM_BYTES = 64 << 20, // of memory for past input, in the layers
};

// Returns the multiply-adds for a second of one channel's audio, as the engine does them: in whole
// vectors, with an activation counted as 32 of them, and the transforms of a spectrum as
// front_work() counts them. Allocates nothing.
double engine_work(const Model *model);

// Returns the multiply-adds that one channel takes at once, within a block, where the song's
// position jumps: for all that is inside and comes out, and up to a whole frame to begin with. What
// the network is then given of what came before takes ENGINE_JUMP_MAX more at most: see
// engine_plan_history(). Allocates nothing.
double engine_jump_work(const Model *model);

// Checks that an engine at `host_rate` Hz can play this model; false where it is beyond a limit,
// and the message names the limit and by how much. Allocates nothing.
bool engine_limits_check(const Model *model, double host_rate, Error *error);

#endif
