#include "model/model_statistics.h"

#include <stddef.h>

#define PLACE(field) 0, offsetof(ModelStatistics, field)

int statistics_list(const Arch *arch, Statistic list[STATISTICS_MAX])
{
    const bool spectrum = arch->front.kind == FRONT_SPECTRUM;
    const size_t channels = (size_t)arch_latent_channels(arch), axes = MODEL_AXES;
    const size_t bands = (size_t)arch->front.bands, frames = (size_t)arch_network_hop(arch);
    const Statistic all[STATISTICS_MAX] = {
        {"latent.mean", true, 1, {channels}, PLACE(mean)},
        {"latent.std", true, 1, {channels}, PLACE(std)},
        {"latent.axes", false, 2, {axes, channels}, PLACE(axes)},
        {"latent.axes_std", false, 1, {axes}, PLACE(axes_std)},
        {"latent.band_mean", true, 1, {bands}, PLACE(band_mean)},
        {"latent.pca", false, 3, {channels, frames, bands}, PLACE(pca)},
        {"latent.piece_axes", false, 2, {channels, channels}, PLACE(piece_axes)},
        {"latent.piece_std", false, 1, {channels}, PLACE(piece_std)},
    };
    const int count = spectrum ? STATISTICS_MAX : STATISTICS_MAX - 4;
    for (int i = 0; i < count; i++) {
        list[i] = all[i];
        list[i].values = 1;
        for (int d = 0; d < list[i].rank; d++) list[i].values *= list[i].shape[d];
    }
    return count;
}

const float **statistic_values(ModelStatistics *statistics, const Statistic *statistic)
{
    return (const float **)(void *)((char *)statistics + statistic->place);
}
