#include "engine/stream.h"

#include "engine/latent_probe.h"
#include "engine/pair_decoder.h"
#include "engine/rest.h"

#include <stdlib.h>
#include <string.h>

struct Stream {
    const Model *model;
    Front *front;
    Encoder *encoder;
    PairDecoder pair;
    LatentOps *ops; // [latents]
    LatentProbe probe;
    Rest rest;
    size_t padded; // latent frames to come that see the zeros before an endless signal
    // Frames since the start. Of the front: those that have come, and the first that is encoded.
    uint64_t front_frames, encode_from;
    // The same of the latent: those that have come, the first that the encoder gives, the first
    // that the operations get from it, the first that is decoded.
    uint64_t latent_frames, encoded_frames, operate_from, decode_from;
    int channels, latents; // of audio; of the network
    size_t values;         // in a latent frame
    bool endless;          // the signal
    size_t silent_frames;  // of the front, which the encoder was given since the last other one
    LaneFrames encoded;    // the latent frame of the last of them
    float *unknown;        // [values]: zeros, in place of a latent frame that is not encoded
    float *worked;         // [values and one]: a latent frame in the operations, with its level
    float level;           // sum of the levels of the front's frames since the last latent frame
    int levels;            // how many
    LatentTap *tap;        // of what watches, or NULL
};

// Returns the most frames that the decoder gives in a lane for one block: one latent frame more
// than those of the block, which the encoder's padding may bring.
static size_t decoded_max(const Model *model)
{
    const CodecSize size = codec_size(model, 1);
    return (size.latent_frames + 1) * size.frames;
}

size_t stream_bytes(const Model *model, int channels)
{
    const int latents = front_lanes(model, channels);
    return codec_size(model, latents).encoder + codec_size(model, 2 * latents).decoder +
           front_bytes(model, channels, decoded_max(model));
}

static bool stream_init(Stream *stream, const Latent *reference, double host_rate)
{
    const Model *model = stream->model;
    const int latents = stream->latents;
    stream->front = front_new(model, stream->channels, host_rate, decoded_max(model));
    stream->encoder = encoder_new(model, latents);
    stream->unknown = calloc(stream->values, sizeof(float));
    stream->worked = malloc((stream->values + 1) * sizeof(float));
    stream->ops = calloc((size_t)latents, sizeof *stream->ops);
    bool ok = pair_decoder_init(&stream->pair, model, latents) && stream->front &&
              stream->encoder && stream->unknown && stream->worked && stream->ops;
    for (int i = 0; stream->ops && i < latents; i++)
        ok = latent_ops_init(&stream->ops[i], model, reference, (uint32_t)i) && ok;
    return ok;
}

// Finds where encoder and decoder begin, so that all that is heard is as if they had begun with the
// first frame. The encoder begins with it if levels are measured over the latent.
static void plan_work(Stream *stream, uint64_t unheard_frames)
{
    const uint64_t hop = (uint64_t)arch_network_hop(&stream->model->arch);
    const uint64_t reach = decoder_reach(stream->pair.decoder);
    stream->decode_from = unheard_frames > reach ? (unheard_frames - reach) / hop : 0;
    // With a latent frame goes the mean level of as many frames as there are in a hop.
    const uint64_t lookback = encoder_lookback(stream->encoder) + hop - 1;
    const uint64_t before = (lookback + hop - 1) / hop;
    const bool may_wait = stream->ops[0].space.level_apart && stream->decode_from > before;
    stream->operate_from = may_wait ? stream->decode_from : 0;
    stream->encoded_frames = may_wait ? stream->decode_from - before : 0;
    stream->encode_from = stream->encoded_frames * hop;
}

// Lets what begins late begin in silence, as nothing that is heard depends on what came before.
static void begin_at_rest(Stream *stream)
{
    const Rest *rest = &stream->rest;
    const size_t bands = (size_t)arch_inputs(&stream->model->arch), values = stream->values;
    if (stream->decode_from > 0)
        pair_decoder_load(&stream->pair, rest->decoder, rest->latent, rest->frame, bands);
    if (stream->encode_from > 0) {
        encoder_load(stream->encoder, rest->encoder);
        stream->encoded = (LaneFrames){rest->latent, values, 1, 1};
        stream->silent_frames = encoder_memory(stream->encoder) + 1;
    }
}

// Starts the signal, but not the latent operations.
static void start(Stream *stream, uint64_t samples, uint64_t unheard_frames)
{
    const Arch *arch = &stream->model->arch;
    const bool endless = samples == CODEC_ENDLESS;
    plan_work(stream, unheard_frames);
    encoder_reset(stream->encoder, endless ? samples : arch_front_frames(arch, samples));
    pair_decoder_reset(&stream->pair, endless ? samples : arch_latent_frames(arch, samples));
    front_reset_unheard(stream->front, unheard_frames,
                        stream->decode_from * (uint64_t)arch_network_hop(arch));
    stream->front_frames = stream->latent_frames = 0;
    stream->endless = endless;
    stream->silent_frames = 0;
    stream->encoded.count = 0;
    stream->padded = 0;
    stream->level = 0.0f;
    stream->levels = 0;
    if (stream->rest.encoder) begin_at_rest(stream);
}

Stream *stream_new(const Model *model, const Latent *reference, int channels, double host_rate)
{
    Stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    stream->model = model;
    stream->channels = channels;
    stream->latents = front_lanes(model, channels);
    stream->values = (size_t)arch_latent_channels(&model->arch);
    if (stream_init(stream, reference, host_rate)) {
        if (latent_probe_init(&stream->probe, model))
            for (int i = 0; i < stream->latents; i++)
                latent_ops_set_silence(&stream->ops[i], stream->probe.silence,
                                       stream->probe.loudness);
        if (rest_init(&stream->rest, model, stream->encoder, stream->pair.decoder)) {
            stream_reset(stream, CODEC_ENDLESS);
            return stream;
        }
    }
    stream_free(stream);
    return NULL;
}

void stream_free(Stream *stream)
{
    if (!stream) return;
    front_free(stream->front);
    encoder_free(stream->encoder);
    pair_decoder_free(&stream->pair);
    for (int i = 0; stream->ops && i < stream->latents; i++) latent_ops_free(&stream->ops[i]);
    free(stream->ops);
    latent_probe_free(&stream->probe);
    rest_free(&stream->rest);
    free(stream->unknown);
    free(stream->worked);
    free(stream);
}

void stream_reset(Stream *stream, uint64_t samples)
{
    start(stream, samples, 0);
    for (int i = 0; i < stream->latents; i++) latent_ops_reset(&stream->ops[i]);
}

// Starts an endless signal in the midst of silence. The network's padding is no silence, its layers
// have other values then: so the latent frames that see it are replaced.
static void start_in_silence(Stream *stream, uint64_t unheard_frames)
{
    const size_t hop = (size_t)arch_hop(&stream->model->arch);
    start(stream, CODEC_ENDLESS, unheard_frames);
    if (stream->probe.silence) stream->padded = codec_lookback(stream->model) / hop + 1;
}

// Returns the front's frames of which nothing is heard, if nobody hears what belongs to the first
// `unheard` samples. A frame that is frozen is heard later, and is changed by a latent frame from
// number `live` on, counted from the start; the frame before it is a part of its sound.
static uint64_t unheard_frames(const Stream *stream, int64_t live, uint64_t unheard)
{
    const Arch *arch = &stream->model->arch;
    const uint64_t frames = unheard / (uint64_t)arch_front_hop(arch);
    const int64_t lead = (int64_t)decoder_lead(stream->pair.decoder) + 1;
    const int64_t frozen = live * arch_network_hop(arch) - lead;
    return frozen < 0 ? 0 : (uint64_t)frozen < frames ? (uint64_t)frozen : frames;
}

void stream_locate(Stream *stream, int64_t frame, int64_t live, uint64_t unheard)
{
    uint64_t frames = unheard_frames(stream, live - frame, unheard);
    // A frozen frame is heard for longer than others.
    for (int i = 0; i < stream->latents; i++)
        if (latent_ops_sounds_frozen(&stream->ops[i])) frames = 0;
    start_in_silence(stream, frames);
    for (int i = 0; i < stream->latents; i++) latent_ops_locate(&stream->ops[i], frame, live);
}

void stream_start(Stream *stream, int64_t frame, int64_t live, uint64_t unheard)
{
    start_in_silence(stream, unheard_frames(stream, live - frame, unheard));
    for (int i = 0; i < stream->latents; i++) latent_ops_start(&stream->ops[i], frame, live);
}

void stream_hold(Stream *stream)
{
    for (int i = 0; i < stream->latents; i++) latent_ops_hold(&stream->ops[i]);
}

int stream_delay(const Stream *stream)
{
    return arch_delay(&stream->model->arch);
}

int stream_latents(const Stream *stream)
{
    return stream->latents;
}

LatentOps *stream_ops(Stream *stream, int latent)
{
    return &stream->ops[latent];
}

void stream_watch(Stream *stream, LatentTap *tap)
{
    stream->tap = tap;
}

// Takes the next latent frame of each lane, lane_step apart.
static void process_frame(Stream *stream, const LatentSettings *settings, const float *encoded,
                          size_t lane_step, bool wants_clean)
{
    const size_t values = stream->values;
    const bool silent = front_silent(stream->front);
    FrontChange change = {0};
    float *worked = stream->worked;
    worked[values] = stream->level / (float)(stream->levels > 0 ? stream->levels : 1);
    stream->level = 0.0f;
    stream->levels = 0;
    for (int i = 0; i < stream->latents; i++, encoded += lane_step) {
        LatentOps *ops = &stream->ops[i];
        float *altered = pair_decoder_altered(&stream->pair, i);
        float *clean = pair_decoder_clean(&stream->pair, i);
        memcpy(worked, stream->padded > 0 ? stream->probe.silence : encoded,
               values * sizeof(float));
        memcpy(clean, worked, values * sizeof(float));
        if (!silent || latent_ops_process_silent(ops, settings, worked)) {
            if (!silent) latent_ops_process(ops, settings, worked, 1);
            memcpy(clean, latent_ops_clean(ops), values * sizeof(float));
            change = *latent_ops_change(ops);
        }
        memcpy(altered, worked, values * sizeof(float));
    }
    if (stream->padded > 0) stream->padded--;
    if (stream->latent_frames++ < stream->decode_from) return;
    if (stream->tap)
        latent_tap_frame(stream->tap, &stream->ops[0], settings,
                         pair_decoder_clean(&stream->pair, 0),
                         pair_decoder_altered(&stream->pair, 0));
    const DecodedPair decoded = pair_decoder_process(&stream->pair, wants_clean);
    front_synthesise(stream->front, &decoded.altered, wants_clean ? &decoded.clean : NULL, &change);
}

// Encodes the front's frames. Where they have been silent, and so the same, for longer than the
// encoder remembers, and each of them gives a latent frame, it would give the same again.
static LaneFrames encode(Stream *stream, LaneFrames frames)
{
    const bool silent = front_silent(stream->front) && frames.count == 1 && stream->endless &&
                        stream->encoded.count == 1 && arch_network_hop(&stream->model->arch) == 1;
    if (silent && stream->silent_frames > encoder_memory(stream->encoder)) return stream->encoded;
    stream->silent_frames = silent ? stream->silent_frames + 1 : 0;
    stream->encoded = encoder_process(stream->encoder, frames);
    return stream->encoded;
}

// Returns whether the operations change by themselves, in each frame that is not silent.
static bool operations_move(const Stream *stream, const LatentSettings *settings)
{
    bool rest = true;
    for (int i = 0; i < stream->latents; i++)
        rest = rest && latent_ops_rest(&stream->ops[i], settings);
    return !rest;
}

// Takes the front's frames.
static void process_frames(Stream *stream, const LatentSettings *settings, LaneFrames frames,
                           bool wants_clean)
{
    LaneFrames latent = {0};
    if (stream->front_frames >= stream->encode_from) latent = encode(stream, frames);
    stream->front_frames += (uint64_t)frames.count;
    stream->level += front_frame_level(stream->front);
    stream->levels++;
    if (stream->latent_frames < stream->operate_from) {
        const uint64_t known = encoder_known(stream->encoder, stream->front_frames);
        while (stream->latent_frames < known && stream->latent_frames < stream->operate_from)
            process_frame(stream, settings, stream->unknown, 0, wants_clean);
    }
    for (int t = 0; t < latent.count; t++)
        if (stream->encoded_frames++ >= stream->operate_from)
            process_frame(stream, settings, latent.values + (size_t)t * stream->values,
                          latent.lane_step, wants_clean);
}

// Takes at most n samples of each channel; returns how many.
static size_t process_block(Stream *stream, const LatentSettings *settings, const float *details,
                            const float *const *in, float *const *out, size_t n)
{
    const bool needed =
        stream->front_frames >= stream->encode_from || operations_move(stream, settings);
    const LaneFrames frames = front_analyse(stream->front, in, details, needed, &n);
    if (frames.count > 0) process_frames(stream, settings, frames, details != NULL);
    front_read(stream->front, details, out, n);
    return n;
}

void stream_process(Stream *stream, const LatentSettings *settings, const float *details,
                    const float *const *in, float *const *out, size_t n)
{
    const float *from[STREAM_CHANNELS_MAX];
    float *to[STREAM_CHANNELS_MAX];
    for (size_t at = 0; at < n;) {
        for (int c = 0; c < stream->channels; c++) {
            from[c] = in[c] + at;
            to[c] = out[c] + at;
        }
        at += process_block(stream, settings, details ? details + at : NULL, from, to, n - at);
    }
}
