#include "engine/engine_limits.h"

#include "engine/stream.h"

enum { ACTIVATION_WORK = 32 }; // multiply-adds that take as long

static double convolution_work(const Model *model, int index)
{
    return (double)model->packed[index].rows * model->packed[index].columns;
}

// Returns the work for each frame that goes into a layer of the decoder, or comes out of one of the
// encoder.
static double layer_work(const Model *model, bool decoder, int i)
{
    const Chain *chain = decoder ? &model->arch.decoder : &model->arch.encoder;
    const Layer *layer = &chain->layer[i];
    const int index = arch_convolution_of(&model->arch, decoder, i);
    const double work = convolution_work(model, index);
    if (layer->kind == LAYER_RESIDUAL)
        return work + convolution_work(model, index + 1) + ACTIVATION_WORK * (double)layer->width;
    const double given = decoder ? (double)layer->out * layer->stride : layer->out;
    return work + ACTIVATION_WORK * given;
}

double engine_work(const Model *model)
{
    const Arch *arch = &model->arch;
    double work = front_work(arch, model->sample_rate);
    double frames = model->sample_rate / arch_front_hop(arch); // per second
    for (int i = 0; i < arch->encoder.layers; i++) {
        frames /= arch->encoder.layer[i].stride;
        work += frames * layer_work(model, false, i);
    }
    for (int decoder = 0; arch->linear && decoder < 2; decoder++)
        work += frames * convolution_work(model, arch_convolution_of_linear(arch, decoder));
    for (int i = 0; i < arch->decoder.layers; i++) {
        work += frames * layer_work(model, true, i);
        frames *= arch->decoder.layer[i].stride;
    }
    return work;
}

double engine_jump_work(const Model *model)
{
    const double samples = (double)arch_delay(&model->arch) + arch_hop(&model->arch);
    return engine_work(model) * samples / model->sample_rate;
}

bool engine_limits_check(const Model *model, double host_rate, Error *error)
{
    const Arch *arch = &model->arch;
    const double latency = arch_delay(arch) * host_rate / model->sample_rate;
    if (latency > ENGINE_LATENCY_MAX)
        return error_set(error, "a latency of %.0f samples at %g Hz; must be at most %d", latency,
                         host_rate, ENGINE_LATENCY_MAX);
    const double latent = arch_latent_channels(arch) * model->sample_rate / arch_hop(arch);
    if (latent > ENGINE_LATENT_MAX)
        return error_set(error, "%.0f latent values per second of audio; must be at most %d",
                         latent, ENGINE_LATENT_MAX);
    const double work = engine_work(model);
    if (work > ENGINE_WORK_MAX)
        return error_set(error,
                         "%.0f million multiply-adds per second of audio; must be at most %d",
                         work / 1e6, ENGINE_WORK_MAX / 1000000);
    const double jump = engine_jump_work(model);
    if (jump > ENGINE_JUMP_MAX)
        return error_set(error,
                         "%.0f million multiply-adds at once where the song's position jumps; must "
                         "be at most %d",
                         jump / 1e6, ENGINE_JUMP_MAX / 1000000);
    const size_t bytes = stream_bytes(model, 1);
    if (bytes > ENGINE_STREAM_BYTES)
        return error_set(error, "its layers remember %zu MB; must be at most %d", bytes >> 20,
                         ENGINE_STREAM_BYTES >> 20);
    return true;
}
