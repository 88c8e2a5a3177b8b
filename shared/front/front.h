// front.h: what lies between audio and network, for all audio channels of a stream. It turns
// samples into the frames that the encoder takes, and the decoder's frames into what is added to
// the dry signal. Two kinds, chosen by the model's architecture:
//
//     samples   a frame is a sample, each audio channel a lane of its own;
//               gives altered - detail * clean, to which detail * dry is added
//     spectrum  a frame is the log levels L of a short-time spectrum X, one lane for all audio
//               channels; gives synthesis(X (G - 1)), G = c exp(altered - detail * clean -
//               (1 - detail) * L), to which the whole dry signal is added. The factor c keeps the
//               frame's loudness, see analysis.h
//
// `altered` is decoded from the latent after the operations, `clean` from the latent as it was.
//
// Create and free off the audio thread; the rest is real-time safe. One thread at a time.
#ifndef TRASLUZ_FRONT_H
#define TRASLUZ_FRONT_H

#include "math/lane_frames.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRONT_BLOCK = 64 }; // samples: the most that one call takes

typedef struct Front Front;

// What a latent frame asks of the frames of a spectrum that belong to it, beside their levels.
// Samples ignore it.
typedef struct {
    float level; // by which it is louder, as a natural logarithm
    // How far a frozen frame sounds in place of the signal's, 0 to 1, and at which time: latent
    // frames since it was frozen. `takes`: this frame is frozen.
    float frozen;
    int64_t frozen_at;
    bool takes;
} FrontChange;

// Returns the front of the model's kind; NULL where memory is short. The model must outlive it. The
// audio had `host_rate` Hz before it was resampled to the model's rate. `frames` is the most that
// the decoder gives in each lane for what one front_analyse() returned.
Front *front_new(const Model *model, int channels, double host_rate, size_t frames);
void front_free(Front *front);

// Returns the bytes of such a front. Allocates nothing.
size_t front_bytes(const Model *model, int channels, size_t frames);

// Returns the lanes of the network for so many audio channels.
int front_lanes(const Model *model, int channels);

// Returns the share of the dry signal that is added to what the front gives, at so much detail.
float front_dry_share(const Model *model, float detail);

// Returns the level of audio that the network works best at, RMS in dB relative to full scale; NaN
// where it works alike at every level, or where the model does not store one.
double front_level(const Model *model);

// Returns what the transforms of one audio channel cost for each second, in multiply-adds that take
// as long, at a model's rate in Hz. Allocates nothing.
double front_work(const Arch *arch, double rate);

// Starts a signal: silence before the next sample, which is the first of a frame.
void front_reset(Front *front);

// Does the same where nobody hears what becomes of the first `unheard` frames, which may be
// anything. The decoder's first `missing` frames, no more than those, will not be given.
void front_reset_unheard(Front *front, uint64_t unheard, uint64_t missing);

// Takes samples of each audio channel, at most *n and FRONT_BLOCK, and sets *n to how many it took:
// all, or those up to the end of a frame. Returns the frames that are complete, which last until
// the next call. details[i] is the detail at each sample; NULL is 0 throughout. A frame that is not
// `needed`, one of the unheard, is not computed; it counts as silent.
LaneFrames front_analyse(Front *front, const float *const *audio, const float *details, bool needed,
                         size_t *n);

// Returns whether the frames of the last front_analyse() are silent: nothing is heard of what is
// made of them.
bool front_silent(const Front *front);

// Returns the level of the frames of the last front_analyse(), which is carried apart from the
// latent: the loudness of analysis.h; 0 for samples, which carry none.
float front_frame_level(const Front *front);

// Takes the decoder's next frames, in the order of those that front_analyse() returned. `clean` is
// NULL if details are. Where a frozen frame sounds, `clean` belongs to it, by as much.
void front_synthesise(Front *front, const LaneFrames *altered, const LaneFrames *clean,
                      const FrontChange *change);

// Writes n <= FRONT_BLOCK samples for each audio channel, arch_delay() after what they belong to.
// Where frames are missing samples are 0.
void front_read(Front *front, const float *details, float *const *audio, size_t n);

#endif
