#include "engine/stream.h"

#include "engine/latent_probe.h"

#include <stdlib.h>
#include <string.h>

// What endless silence leaves in a network: a start in its midst begins with it.
typedef struct {
    float *encoder, *decoder; // states; NULL where they are not known
    float *latent;            // [values]: of a frame
    float *frame;             // [bands]: that is decoded from it
} Rest;

// The decoder's lanes are the latents as altered, then the same as they were.
struct Stream {
    const Model *model;
    Front *front;
    Encoder *encoder;
    Decoder *decoder;
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
    bool diverged;         // altered and clean have differed lately: the decoder has both
    size_t equal_frames;   // since they last differed
    bool endless;          // the signal
    size_t silent_frames;  // of the front, which the encoder was given since the last other one
    LaneFrames encoded;    // the latent frame of the last of them
    size_t same_frames;    // latent frames that the decoder was given alike, the newest ones
    LaneFrames decoded;    // what it made of the last of them
    const float *unknown;  // [values]: zeros, in place of a latent frame that is not encoded
    float *frame;          // [2][latents][values]: altered, clean
    float *given;          // [2][latents][values]: that the decoder was given last
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
    stream->decoder = decoder_new(model, 2 * latents);
    stream->frame = calloc((4 * (size_t)latents + 1) * stream->values, sizeof(float));
    stream->given = stream->frame ? stream->frame + 2 * (size_t)latents * stream->values : NULL;
    stream->unknown = stream->frame ? stream->frame + 4 * (size_t)latents * stream->values : NULL;
    stream->worked = malloc((stream->values + 1) * sizeof(float));
    stream->ops = calloc((size_t)latents, sizeof *stream->ops);
    bool ok = stream->front && stream->encoder && stream->decoder && stream->frame &&
              stream->worked && stream->ops;
    for (int i = 0; stream->ops && i < latents; i++)
        ok = latent_ops_init(&stream->ops[i], model, reference, (uint32_t)i) && ok;
    return ok;
}

// Finds where encoder and decoder begin, so that all that is heard is as if they had begun with the
// first frame. The encoder begins with it if levels are measured over the latent.
static void plan_work(Stream *stream, uint64_t unheard_frames)
{
    const uint64_t hop = (uint64_t)arch_network_hop(&stream->model->arch);
    const uint64_t reach = decoder_reach(stream->decoder);
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
    if (stream->decode_from > 0) {
        decoder_load(stream->decoder, rest->decoder);
        for (size_t i = 0; i < 2; i++) // altered and clean are equal
            memcpy(stream->given + i * values, rest->latent, values * sizeof(float));
        stream->decoded = (LaneFrames){rest->frame, bands, 1, 1};
        stream->same_frames = decoder_memory(stream->decoder) + 1;
    }
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
    decoder_reset(stream->decoder, endless ? samples : arch_latent_frames(arch, samples));
    front_reset_unheard(stream->front, unheard_frames,
                        stream->decode_from * (uint64_t)arch_network_hop(arch));
    stream->front_frames = stream->latent_frames = 0;
    stream->diverged = false;
    stream->endless = endless;
    stream->silent_frames = stream->same_frames = 0;
    stream->encoded.count = stream->decoded.count = 0;
    stream->padded = 0;
    stream->level = 0.0f;
    stream->levels = 0;
    if (stream->rest.encoder) begin_at_rest(stream);
}

// Returns whether silence is worth to be remembered: it is that of a spectrum, each of whose frames
// gives a latent frame at once, and that one a frame. Then it is known within a second.
static bool may_rest(const Stream *stream)
{
    const Arch *arch = &stream->model->arch;
    const double memory =
        (double)encoder_memory(stream->encoder) + (double)decoder_memory(stream->decoder);
    return arch->front.kind == FRONT_SPECTRUM && arch_network_hop(arch) == 1 &&
           encoder_known(stream->encoder, 0) == 0 && encoder_known(stream->encoder, 1) == 1 &&
           decoder_lead(stream->decoder) == 0 &&
           memory * arch_front_hop(arch) < stream->model->sample_rate;
}

// Runs the network in silence for as long as it remembers. False where memory is short.
static bool find_rest(Stream *stream)
{
    Rest *rest = &stream->rest;
    const size_t bands = (size_t)arch_inputs(&stream->model->arch);
    const size_t encoder = encoder_save(stream->encoder, NULL);
    const size_t decoder = decoder_save(stream->decoder, NULL);
    rest->encoder = calloc(encoder + decoder + stream->values + 2 * bands, sizeof(float));
    if (!rest->encoder) return false;
    rest->decoder = rest->encoder + encoder;
    rest->latent = rest->decoder + decoder;
    rest->frame = rest->latent + stream->values;
    const float *silence = rest->frame + bands; // a silent frame's levels are 0
    for (size_t n = encoder_memory(stream->encoder) + 1; n > 0; n--)
        memcpy(rest->latent,
               encoder_process(stream->encoder, (LaneFrames){silence, bands, 1, 1}).values,
               stream->values * sizeof(float));
    for (size_t n = decoder_memory(stream->decoder) + 1; n > 0; n--)
        memcpy(rest->frame, decoder_process(stream->decoder, rest->latent, 1).values,
               bands * sizeof(float));
    encoder_save(stream->encoder, rest->encoder);
    decoder_save(stream->decoder, rest->decoder);
    return true;
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
        if (!may_rest(stream) || find_rest(stream)) {
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
    decoder_free(stream->decoder);
    for (int i = 0; stream->ops && i < stream->latents; i++) latent_ops_free(&stream->ops[i]);
    free(stream->ops);
    latent_probe_free(&stream->probe);
    free(stream->rest.encoder);
    free(stream->frame);
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
    const int64_t lead = (int64_t)decoder_lead(stream->decoder) + 1;
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

// Decodes the frame in so many lanes. Where it has been the same for longer than the decoder
// remembers, the decoder would give the same again and stay as it is: silence costs nothing.
static LaneFrames decode_lanes(Stream *stream, int lanes)
{
    const size_t bytes = 2 * (size_t)stream->latents * stream->values * sizeof(float);
    // At its beginning a decoder leaves samples out, more than it remembers if padding is large.
    const bool whole = stream->decoded.count == arch_network_hop(&stream->model->arch);
    const bool same = whole && lanes == stream->decoded.lanes && stream->endless &&
                      memcmp(stream->given, stream->frame, bytes) == 0;
    if (same && stream->same_frames > decoder_memory(stream->decoder)) return stream->decoded;
    stream->same_frames = same ? stream->same_frames + 1 : 0;
    memcpy(stream->given, stream->frame, bytes);
    stream->decoded = decoder_process(stream->decoder, stream->frame, lanes);
    return stream->decoded;
}

// Decodes the latents as altered and, where it is wanted, as they were. While the two are equal one
// lane does for both; its state is copied when they diverge, and again after as many equal frames
// as a decoder remembers.
static void decode(Stream *stream, bool wants_clean, const FrontChange *change)
{
    const size_t all = (size_t)stream->latents * stream->values;
    const bool equal = memcmp(stream->frame, stream->frame + all, all * sizeof(float)) == 0;
    if (wants_clean && !equal) {
        if (!stream->diverged) decoder_copy_lanes(stream->decoder, stream->latents);
        stream->diverged = true;
        stream->equal_frames = 0;
    }
    LaneFrames altered =
        decode_lanes(stream, stream->diverged ? 2 * stream->latents : stream->latents);
    LaneFrames clean = altered;
    if (stream->diverged) {
        altered.lanes = clean.lanes = stream->latents;
        clean.values += (size_t)stream->latents * clean.lane_step;
        if (equal && ++stream->equal_frames > decoder_memory(stream->decoder))
            stream->diverged = false;
    }
    front_synthesise(stream->front, &altered, wants_clean ? &clean : NULL, change);
}

void stream_watch(Stream *stream, LatentTap *tap)
{
    stream->tap = tap;
}

// Takes the next latent frame of each lane, lane_step apart.
static void process_frame(Stream *stream, const LatentSettings *settings, const float *encoded,
                          size_t lane_step, bool wants_clean)
{
    const size_t values = stream->values, all = (size_t)stream->latents * values;
    const bool silent = front_silent(stream->front);
    FrontChange change = {0};
    float *worked = stream->worked;
    worked[values] = stream->level / (float)(stream->levels > 0 ? stream->levels : 1);
    stream->level = 0.0f;
    stream->levels = 0;
    for (int i = 0; i < stream->latents; i++, encoded += lane_step) {
        LatentOps *ops = &stream->ops[i];
        float *altered = stream->frame + (size_t)i * values, *clean = altered + all;
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
        latent_tap_frame(stream->tap, &stream->ops[0], settings, stream->frame + all,
                         stream->frame);
    decode(stream, wants_clean, &change);
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
