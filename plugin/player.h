// player.h: the audio thread's setups: the one that sounds, and the one that comes after it. A new
// engine starts from silence, so it runs unheard beside the old one until its latency has filled
// and the network has seen some past, then the two are cross-faded. Before anything has been played
// there is nothing to fade from, and a new setup sounds at once.
//
// Made and freed while run() does not run; the rest is real-time safe.
#ifndef TRASLUZ_PLAYER_H
#define TRASLUZ_PLAYER_H

#include "ports.h"
#include "setup.h"

enum { PLAYER_BLOCK = 256 }; // samples: the most that is cross-faded at once

typedef struct {
    Setup
        *current; // its engine is NULL where no model has loaded yet: then the input passes through
    Setup *next;  // being faded in, or NULL
    size_t heard; // samples since `next` was adopted
    size_t settle; // samples that a new engine runs unheard, beside its latency
    size_t fade;   // samples
    bool idle;     // nothing has been played since the last reset
    int channels;
    float scratch[CHANNELS_MAX][PLAYER_BLOCK];
} Player;

// Takes ownership of the first setup. `rate` in Hz.
void player_init(Player *player, Setup *first, double rate, int channels);
void player_free(Player *player);

// Silence, as after player_init(); ends a cross-fade at once. Returns the setup that is done with,
// or NULL.
Setup *player_reset(Player *player);

// True if a setup can be adopted now.
bool player_is_free(const Player *player);

// Takes ownership of the setup. Returns the one that is done with, or NULL.
Setup *player_adopt(Player *player, Setup *setup);

// The next input sample is number `position` of the song: it goes on from there, or it begins to
// play there.
void player_locate(Player *player, const EngineSettings *settings, uint64_t position);
void player_start(Player *player, const EngineSettings *settings, uint64_t position);

// The names adopted last.
const Names *player_names(const Player *player);

// Of what sounds, in samples.
int player_latency(const Player *player);

// in[c][0, n) to out[c][0, n); any output may be any input's memory. Any n. Returns the setup that
// is done with, or NULL.
Setup *player_process(Player *player, const EngineSettings *settings, const float *const *in,
                      float *const *out, size_t n);

#endif
