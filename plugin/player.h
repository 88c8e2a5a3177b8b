// player.h: plays the audio thread's setups: the current one, and the next one. A new engine starts
// from silence, so it runs unheard beside the current one until its latency is filled and the
// network has seen some past; then the two are cross-faded. Before anything was played there is
// nothing to fade from, and a new setup is current at once.
//
// Initialized and freed while run() is not called; the rest is real-time safe.
#ifndef TRASLUZ_PLAYER_H
#define TRASLUZ_PLAYER_H

#include "controls/ports.h"
#include "session/setup.h"

enum { PLAYER_BLOCK = 256 }; // samples: the most that is cross-faded at once

typedef struct {
    Setup *current; // its engine is NULL before a model has loaded: the input passes through
    Setup *next;    // being faded in, or NULL
    size_t age;     // samples since `next` was adopted
    size_t start;   // of the fade: samples after that
    size_t settle;  // samples that a new engine runs unheard, on top of its latency
    size_t fade;    // samples
    bool idle;      // nothing was played since the last reset
    bool constant;  // the latency is filled up to the constant one
    int channels;
    float scratch[CHANNELS_MAX][PLAYER_BLOCK];
} Player;

// Takes ownership of the first setup. `rate` in Hz.
void player_init(Player *player, Setup *first, double rate, int channels);
void player_free(Player *player);

// Resets to silence, as after player_init(); ends a cross-fade at once. Returns the setup that is
// no longer needed, or NULL.
Setup *player_reset(Player *player);

// Returns true if a setup can be adopted now.
bool player_is_free(const Player *player);

// Takes ownership of the setup. Returns the one that is no longer needed, or NULL.
Setup *player_adopt(Player *player, Setup *setup);

// Tell the engines that the next input sample is number `frame` of the song, which goes on from
// there or begins to play there.
void player_locate(Player *player, const EngineSettings *settings, uint64_t frame);
void player_start(Player *player, const EngineSettings *settings, uint64_t frame);

// Returns the model adopted last; NULL where none plays.
const Model *player_model(const Player *player);

// Returns the names adopted last.
const Names *player_names(const Player *player);

// Fills the latency up to the constant one from now on, or not. Before the block's other calls.
void player_set_constant_latency(Player *player, bool constant);

// Returns true once after each recording that asks for room; see engine.h.
bool player_asks_for_room(Player *player);

// Returns the latency in samples.
int player_latency(const Player *player);

// Shows the latent of the engine that sounds in the tap from now on; NULL: of none.
void player_watch(Player *player, LatentTap *tap);

// Plays in[c][0, n) to out[c][0, n); any output may be any input's memory. Any n. Returns the setup
// that is no longer needed, or NULL.
Setup *player_process(Player *player, const EngineSettings *settings, const float *const *in,
                      float *const *out, size_t n);

#endif
