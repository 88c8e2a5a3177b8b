#include "latent/latent_space.h"

#include <math.h>

LatentSpace latent_space_of(const Model *model)
{
    const double frame_rate = model->sample_rate / arch_hop(&model->arch);
    const int channels = arch_latent_channels(&model->arch);
    const bool spectrum = model->arch.front.kind == FRONT_SPECTRUM;
    return (LatentSpace){
        .channels = channels,
        .values = channels + spectrum,
        .frame_rate = frame_rate,
        .fade = (size_t)lround(LATENT_FADE_SECONDS * model->sample_rate / arch_hop(&model->arch)),
        .mean = model->latent_mean,
        .std = model->latent_std,
        .silence = model->latent_mean,
        .level_apart = spectrum,
        .axes = spectrum ? model->latent_axes : NULL,
        .axes_std = spectrum ? model->latent_axes_std : NULL,
        .piece_axes = model->piece_axes,
        .piece_std = model->piece_std,
    };
}
