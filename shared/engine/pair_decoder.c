#include "engine/pair_decoder.h"

#include <stdlib.h>
#include <string.h>

// Returns the values of a frame of all latents.
static size_t frame_values(const PairDecoder *pair)
{
    return (size_t)pair->latents * pair->values;
}

bool pair_decoder_init(PairDecoder *pair, const Model *model, int latents)
{
    *pair = (PairDecoder){
        .values = (size_t)arch_latent_channels(&model->arch),
        .latents = latents,
        .hop = arch_network_hop(&model->arch),
    };
    pair->decoder = decoder_new(model, 2 * latents);
    pair->latent = calloc(4 * frame_values(pair), sizeof(float));
    if (!pair->decoder || !pair->latent) return false;
    pair->given = pair->latent + 2 * frame_values(pair);
    return true;
}

void pair_decoder_free(PairDecoder *pair)
{
    decoder_free(pair->decoder);
    free(pair->latent);
}

void pair_decoder_reset(PairDecoder *pair, uint64_t frames)
{
    decoder_reset(pair->decoder, frames);
    pair->endless = frames == CODEC_ENDLESS;
    pair->diverged = false;
    pair->decoded.count = 0; // nothing is known to be the same
}

void pair_decoder_load(PairDecoder *pair, const float *state, const float *latent,
                       const float *frame, size_t bands)
{
    decoder_load(pair->decoder, state);
    for (size_t lane = 0; lane < 2; lane++)
        memcpy(pair->given + lane * pair->values, latent, pair->values * sizeof(float));
    pair->decoded = (LaneFrames){frame, bands, 1, 1};
    pair->same_frames = decoder_memory(pair->decoder) + 1;
}

float *pair_decoder_altered(PairDecoder *pair, int latent)
{
    return pair->latent + (size_t)latent * pair->values;
}

float *pair_decoder_clean(PairDecoder *pair, int latent)
{
    return pair_decoder_altered(pair, pair->latents + latent);
}

// Decodes the frame in so many lanes. Where it has been the same for longer than the decoder
// remembers, the decoder would give the same again and stay as it is: silence costs nothing.
static LaneFrames decode_lanes(PairDecoder *pair, int lanes)
{
    const size_t bytes = 2 * frame_values(pair) * sizeof(float);
    // At its beginning a decoder leaves samples out, more than it remembers if padding is large.
    const bool whole = pair->decoded.count == pair->hop;
    const bool same = whole && lanes == pair->decoded.lanes && pair->endless &&
                      memcmp(pair->given, pair->latent, bytes) == 0;
    if (same && pair->same_frames > decoder_memory(pair->decoder)) return pair->decoded;
    pair->same_frames = same ? pair->same_frames + 1 : 0;
    memcpy(pair->given, pair->latent, bytes);
    pair->decoded = decoder_process(pair->decoder, pair->latent, lanes);
    return pair->decoded;
}

DecodedPair pair_decoder_process(PairDecoder *pair, bool wants_clean)
{
    const int latents = pair->latents;
    const size_t all = frame_values(pair);
    const bool equal = memcmp(pair->latent, pair->latent + all, all * sizeof(float)) == 0;
    if (wants_clean && !equal) {
        if (!pair->diverged) decoder_copy_lanes(pair->decoder, latents);
        pair->diverged = true;
        pair->equal_frames = 0;
    }
    DecodedPair decoded = {.altered = decode_lanes(pair, pair->diverged ? 2 * latents : latents)};
    decoded.clean = decoded.altered;
    if (pair->diverged) {
        decoded.altered.lanes = decoded.clean.lanes = latents;
        decoded.clean.values += (size_t)latents * decoded.clean.lane_step;
        // A lane that was left out begins with a copy, once both have forgotten the difference.
        if (equal && ++pair->equal_frames > decoder_memory(pair->decoder)) pair->diverged = false;
    }
    return decoded;
}
