#include "engine/rest.h"

#include <stdlib.h>
#include <string.h>

// Returns whether silence is worth remembering: that of a spectrum, each of whose frames gives a
// latent frame at once, and that one a frame, and which is known within a second.
static bool is_brief(const Model *model, const Encoder *encoder, const Decoder *decoder)
{
    const Arch *arch = &model->arch;
    const double memory = (double)encoder_memory(encoder) + (double)decoder_memory(decoder);
    return arch->front.kind == FRONT_SPECTRUM && arch_network_hop(arch) == 1 &&
           encoder_known(encoder, 0) == 0 && encoder_known(encoder, 1) == 1 &&
           decoder_lead(decoder) == 0 && memory * arch_front_hop(arch) < model->sample_rate;
}

bool rest_init(Rest *rest, const Model *model, Encoder *encoder, Decoder *decoder)
{
    const size_t bands = (size_t)arch_inputs(&model->arch);
    const size_t values = (size_t)arch_latent_channels(&model->arch);
    const size_t before = encoder_save(encoder, NULL), after = decoder_save(decoder, NULL);
    *rest = (Rest){0};
    if (!is_brief(model, encoder, decoder)) return true;
    rest->encoder = calloc(before + after + values + 2 * bands, sizeof(float));
    if (!rest->encoder) return false;
    rest->decoder = rest->encoder + before;
    rest->latent = rest->decoder + after;
    rest->frame = rest->latent + values;
    const float *silence = rest->frame + bands; // a silent frame's levels are 0
    for (size_t n = encoder_memory(encoder) + 1; n > 0; n--)
        memcpy(rest->latent, encoder_process(encoder, (LaneFrames){silence, bands, 1, 1}).values,
               values * sizeof(float));
    for (size_t n = decoder_memory(decoder) + 1; n > 0; n--)
        memcpy(rest->frame, decoder_process(decoder, rest->latent, 1).values,
               bands * sizeof(float));
    encoder_save(encoder, rest->encoder);
    decoder_save(decoder, rest->decoder);
    return true;
}

void rest_free(Rest *rest)
{
    free(rest->encoder);
}
