// pair_decoder.h: decodes the latents of a stream as the operations left them and as they were,
// side by side, and does no work twice: while the two are equal one decodes for both, and while a
// latent stays the same, as in silence, what it gave last is given again. The values are those of
// two decoders that always work.
//
// Create and free off the audio thread; the rest is real-time safe. One thread at a time.
#ifndef TRASLUZ_PAIR_DECODER_H
#define TRASLUZ_PAIR_DECODER_H

#include "engine/codec.h"

#include <stdbool.h>

typedef struct {
    Decoder *decoder; // lanes: the latents as altered, then the same as they were
    float *latent;    // [2][latents][values]: altered, clean: what is decoded next
    float *given;     // the same: what the decoder was given last
    size_t values;    // in a latent frame
    int latents;
    int hop;             // frames that a latent frame gives, but for the first ones of a signal
    bool endless;        // the signal
    bool diverged;       // the two have differed lately: the decoder has both
    size_t equal_frames; // since they last differed
    size_t same_frames;  // latent frames that the decoder was given alike, the newest ones
    LaneFrames decoded;  // what it made of the last of them
} PairDecoder;

// What a latent frame gives, as altered and as it was.
typedef struct {
    LaneFrames altered, clean;
} DecodedPair;

// Makes a decoder of so many latents; the model must outlive it. False where memory is short.
// pair_decoder_free() frees it in any case. Allocates.
bool pair_decoder_init(PairDecoder *pair, const Model *model, int latents);
void pair_decoder_free(PairDecoder *pair);

// Starts a signal of `frames` latent frames, or CODEC_ENDLESS.
void pair_decoder_reset(PairDecoder *pair, uint64_t frames);

// Puts a decoder of one latent, within a signal without end, in the state that endless frames like
// latent[values] leave: state[] is from decoder_save(), and each of them gives frame[bands], which
// must last as long as the latent stays the same.
void pair_decoder_load(PairDecoder *pair, const float *state, const float *latent,
                       const float *frame, size_t bands);

// Returns where the next frame of a latent belongs, [values] each.
float *pair_decoder_altered(PairDecoder *pair, int latent);
float *pair_decoder_clean(PairDecoder *pair, int latent);

// Decodes the next frame of all latents. `clean` is right where it is wanted, always or never
// between resets. The frames last until the next call.
DecodedPair pair_decoder_process(PairDecoder *pair, bool wants_clean);

#endif
