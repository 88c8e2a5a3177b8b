// latent_ops.h: the order of what is done to the latent between encoder and decoder: capture,
// freeze, smear, match, scale, blend with a reference, offset, axes, noise. Each has a file and a
// struct of its own. One LatentOps per stream. Made and freed off the audio thread; the rest is
// real-time safe, used by one thread at a time, but for the capture's copy.
//
// Offset and noise are in units of each latent channel's standard deviation, or absolute. Amounts
// move in straight lines from one setting to the next over LATENT_FADE_SECONDS, so a control that
// jumps makes no click.
//
// Noise, the reference and the alternation follow a position, the frame's number. It counts from 0,
// or from where latent_ops_locate() puts it; at one position they are always the same.
//
// Silence stays silence, but for freeze, capture and a reference that sounds: scale turns around
// the latent of silence, offset and noise follow the level or fade out. `sounds_in_silence` lifts
// that for offset and noise. A spectrum's latent has no level to follow: there offset and noise are
// as strong everywhere, noise that follows is drifting noise, and silent frames are skipped.
// Match and axes are for spectra, and do nothing where the model does not store what they need.
#ifndef TRASLUZ_LATENT_OPS_H
#define TRASLUZ_LATENT_OPS_H

#include "latent/latent_axes.h"
#include "latent/latent_blend.h"
#include "latent/latent_freeze.h"
#include "latent/latent_freeze_sound.h"
#include "latent/latent_match.h"
#include "latent/latent_noise.h"
#include "latent/latent_offset.h"
#include "latent/latent_reference.h"
#include "latent/latent_scale.h"
#include "latent/latent_smear.h"

// What Freeze holds. With a model of waveforms it is always the timbre: its sound cannot go on
// without its latent.
typedef enum {
    FREEZE_TIMBRE, // the last stretch of the latent is repeated
    FREEZE_SOUND,  // one frame of a spectrum sounds on, in place of the input
} FreezeKind;

typedef struct {
    bool capture; // record what comes in; when it ends, that is the reference
    bool freeze;
    FreezeKind freeze_kind;
    float freeze_seconds; // the stretch that is repeated; a frozen sound has none
    float smear;          // seconds: time constant of a one-pole smoothing over time
    float scale;          // of the latent's distance from that of silence
    BlendMode blend_mode;
    float blend; // 0: the input's latent, 1: the reference's; without a reference it does nothing
    float dynamics; // how far the frame's level is blended too; only a spectrum has one
    int input_beats, reference_beats;
    float tempo;       // beats per minute, for the alternation
    double first_beat; // at position 0
    float offset;      // added to every value
    float match; // how far the track's long-term latent becomes the model's, or the reference's
    float axes[MODEL_AXES]; // deviations along the model's axes
    NoiseCharacter noise_character;
    float noise; // standard deviation of Gaussian noise
    float drift; // Hz: how often slow noise reaches a new value; 0: new in each frame
    uint32_t seed;
    // Offset does not follow the music's level, and noise that does not continues in silence.
    bool sounds_in_silence;
    bool absolute; // noise and offset in the latent's own numbers, not in standard deviations
} LatentSettings;

// Settings that leave the latent as it is, to begin an initializer with.
#define LATENT_NEUTRAL                                                                             \
    .freeze_seconds = 1.0f, .scale = 1.0f, .input_beats = 4, .reference_beats = 4, .tempo = 120.0f

typedef struct {
    const Model *model;
    LatentSpace space;
    float *silence; // [channels]: the space's
    int64_t frame;  // the next frame's number
    int64_t live;   // the first frame that is not held
    int64_t ahead;  // of a held frame: frames from where the loop of freeze stands
    bool starts;    // the frames before that one belong to what sounded before
    LatentReference reference;
    LatentFreeze freeze;
    LatentFreezeSound freeze_sound;
    LatentSmear smear;
    LatentMatch match;
    LatentScale scale;
    LatentBlend blend;
    LatentLevel level; // of what sounds, before offset and noise
    LatentOffset offset;
    LatentAxes axes;
    LatentNoise noise;
    float *unit, *following; // [channels]: of offset and noise; see latent_unit()
    float *clean;       // [values]: the last frame before the operations, see latent_ops_clean()
    FrontChange change; // of the last frame
} LatentOps;

// Allocates; false where memory is short. Model and reference must outlive it. Recordings and
// frozen loops have room for their first second only.
bool latent_ops_init(LatentOps *ops, const Model *model, const Latent *reference,
                     uint32_t audio_channel);
void latent_ops_free(LatentOps *ops);

// Adds all the room that recordings and frozen loops may need. Allocates; not on the audio thread,
// or before it uses the operations. False where memory is short.
bool latent_ops_reserve(LatentOps *ops);

// Returns true once after each recording or loop that has begun without the rest of its room. Then
// latent_ops_grow() is to be called within the second. Real-time safe.
bool latent_ops_asks_for_room(LatentOps *ops);

// Adds that room. Another thread may call this beside the audio thread; allocates. False where
// memory is short.
bool latent_ops_grow(LatentOps *ops);

// Sets what endless silence gives, silence[channels], to which scale, levels, smear and offset
// refer, and the loudness of the space, which may be NULL and must outlive this. Then resets.
void latent_ops_set_silence(LatentOps *ops, const float *silence, const float *loudness);

// Goes to frame 0, in the state that endless silence leaves; the next settings are taken over at
// once. Only a whole recording stays.
void latent_ops_reset(LatentOps *ops);

// Goes to frame number `frame`, which is the next one and may be negative. Frames before number
// `live` are held: they are worked on as the others, but what the operations remember for longer
// than a few hundredths of a second (capture, freeze, smear) stays as it is.
void latent_ops_locate(LatentOps *ops, int64_t frame, int64_t live);

// Holds all frames until the next call of latent_ops_locate() or latent_ops_start().
void latent_ops_hold(LatentOps *ops);

// Does what latent_ops_locate() does, as after latent_ops_reset(): no frame before number `live`
// has an effect that lasts.
void latent_ops_start(LatentOps *ops, int64_t frame, int64_t live);

// Takes a silent frame of a spectrum, which is not a sound to record, repeat or smear: its number
// is used up, and nothing else changes. Where a frozen sound goes on it is worked on as by
// latent_ops_process() instead, and true is returned.
bool latent_ops_process_silent(LatentOps *ops, const LatentSettings *settings, float *values);

// Returns true if held frames with those settings change nothing that lasts, whatever they are and
// whether they are silent: then the next frame may be left out, as by latent_ops_process_silent().
// Never so where a level is measured over the frames, as it is in waveforms, or a frozen sound goes
// on.
bool latent_ops_rest(const LatentOps *ops, const LatentSettings *settings);

// Returns true if a frozen sound goes on, or fades out.
bool latent_ops_sounds_frozen(const LatentOps *ops);

// Returns the recordings, for a copy of the last whole one or to put one back.
LatentCapture *latent_ops_capture(LatentOps *ops);

// Works on values[frames][space.values] in place: the latent's channels and, of a spectrum,
// the frame's level.
void latent_ops_process(LatentOps *ops, const LatentSettings *settings, float *values,
                        size_t frames);

// Returns the last frame that was worked on, [space.values], as it was before: the input's, or that
// of the frozen sound, by as much as it sounds.
const float *latent_ops_clean(const LatentOps *ops);

// Returns what the last frame asks of the spectrum that it was made from.
const FrontChange *latent_ops_change(const LatentOps *ops);

#endif
