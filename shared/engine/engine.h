// engine.h: the whole effect for one to eight audio channels at the host's rate: automatic gain,
// resampler, stream (encoder, latent operations, decoder), resampler; detail, dry/wet, gain and
// bypass against the dry signal delayed by the same latency. The plugin and the offline commands
// both make their sound here.
//
// Made and freed off the audio thread. engine_grow() and engine_capture() are for another thread,
// beside the audio thread, and allocate. The rest is real-time safe, one thread at a time, and
// nothing in it depends on the block length.
#ifndef TRASLUZ_ENGINE_H
#define TRASLUZ_ENGINE_H

#include "engine/engine_limits.h"
#include "engine/stream.h"
#include "latent/latent.h"
#include "latent/latent_ops.h"
#include "model/model.h"

enum { ENGINE_CHANNELS_MAX = STREAM_CHANNELS_MAX };

// 6 dB over full scale: no sample that enters the network is beyond it, and none that comes out but
// a dry signal that is louder by itself.
#define ENGINE_CEILING 1.99f

// Returns the sample within the ceiling; 0 where it is not finite. Real-time safe.
float engine_bounded(float sample);

// Returns the sample; 0 where it is not finite. Real-time safe.
float engine_finite(float sample);

typedef struct {
    LatentSettings latent;
    float detail;   // of the input's own detail that the network would lose: 0 none, 1 all
    float wet;      // 0: dry, 1: wet
    float gain;     // of the output, linear
    bool auto_gain; // bring the input to the level the model was trained at, and take it back
    bool enabled;   // false: the dry signal, untouched but for the latency
} EngineSettings;

// Settings that decode the latent as it is, to begin an initializer with.
#define ENGINE_NEUTRAL .latent = {LATENT_NEUTRAL}, .wet = 1.0f, .gain = 1.0f, .enabled = true

typedef struct Engine Engine;

// Creates an engine; engine_free() frees it. The model must outlive it. The reference latent is
// copied; it may be NULL and must fit the model. Refuses what engine_limits_check() refuses: NULL,
// and the message in *error. Allocates all that the engine will ever need.
Engine *engine_new(const Model *model, const Latent *reference, double host_rate, int channels,
                   Error *error);

// Does the same with room for the first second of a recording or a frozen loop only: engine_grow()
// adds the rest.
Engine *engine_new_growing(const Model *model, const Latent *reference, double host_rate,
                           int channels, Error *error);
void engine_free(Engine *engine);

// Returns true once after each recording or frozen loop that has begun without room for its rest.
// Then engine_grow() is to be called within the second. Real-time safe.
bool engine_asks_for_room(Engine *engine);

// Adds that room. One thread at a time with engine_capture(), beside or between what the audio
// thread does; allocates. False where memory is short: then the recording ends after a second, and
// what comes in while a loop repeats is not remembered.
bool engine_grow(Engine *engine);

// Puts the engine in the state that endless silence leaves, at position 0; the next settings are
// taken over at once. A recording stays.
void engine_reset(Engine *engine);

// How far back a sample depends. The same samples at the same position give the same output, bit
// for bit, once what came before no longer matters. That is, after the latency:
//
//     network, resamplers, noise, offset   50 ms with the shipped models of waveforms, 120 ms with
//                                          `espectro`, 60 ms with `espectro_directo`; any model:
//                                          codec_memory()
//     automatic gain                       3 s
//     match                                10 s
//     noise that does not follow, in rests 1 s: it continues that long
//     smear, freeze, capture               as far as their settings reach back; the memory of smear
//                                          fades by its time constant; a frozen sound lasts
//     drift rate that is automated         to the last start or jump
//
// engine_start() cuts all of this off: at most the latency and 50 ms after it depend on what came
// before, and nothing does where the input was silent for 50 ms before what sounds at the start.

// Goes to a position: the next input sample is number `position` of the song. The sound of what
// went in before fades into that of the new position while it comes out, within the latency; what
// went in last is given to the network as if it had come before the new position, so an input that
// goes on has no gap. What the latent operations remember stays.
//
// Costs the work of so much audio as is inside and, of what came before, of all that a sample
// which is still to be heard depends on, each stage of the stream as far back as the next one needs
// it; at most the work of ENGINE_JUMP_MAX. With `espectro` that is 14 spectra, 8 of which are
// decoded and 2 heard, of a history of 26; all 26 where a frozen sound goes on, up to 26 where a
// control moves. Silence costs next to nothing with the shipped models of spectra.
void engine_locate(Engine *engine, const EngineSettings *settings, uint64_t position);

// Does the same for a song that begins to play: the latent operations and the automatic gain begin
// as after engine_reset(). Hosts that compensate latency feed the song's beginning before they
// report that it plays; it is treated as what it is.
void engine_start(Engine *engine, const EngineSettings *settings, uint64_t position);

// Returns the samples at the host's rate between an input and its output, from the architecture and
// the two resamplers.
int engine_latency(const Engine *engine);

// Shows each latent frame of the first audio channel in the tap from now on; NULL: no more. Nothing
// of the sound depends on it. The tap must outlive this.
void engine_watch(Engine *engine, LatentTap *tap);

// Returns a copy of the last whole recording of an audio channel, which the caller frees, or NULL.
// One thread at a time, beside or between what the audio thread does; allocates.
Latent *engine_capture(Engine *engine, int channel);

// Puts a recording back; before the first engine_process().
void engine_restore_capture(Engine *engine, int channel, const Latent *latent);

// Processes in[c][0, n) to out[c][0, n) for each channel c; any output may be any input's memory.
// Any n, 0 included. The network gets the input as engine_bounded() gives it, the dry signal is as
// engine_finite() gives it. Denormals are off inside and as before after it.
void engine_process(Engine *engine, const EngineSettings *settings, const float *const *in,
                    float *const *out, size_t n);

#endif
