#include "training/example.h"

#include "front/spectrum.h"
#include "network/network.h"

#include <stdlib.h>
#include <string.h>

struct Example {
    const TrainingOptions *options;
    size_t samples, frames, bands;
    Workspace *workspace;
    float *values;  // [frames][bands]: log levels
    float *hop;     // [hop]: zeros
    float *decoded; // [samples + 2 hop]
};

Example *example_new(const TrainingOptions *options, size_t samples)
{
    Example *example = calloc(1, sizeof *example);
    if (!example) return NULL;
    const Arch *arch = &options->arch;
    const size_t hop = (size_t)arch_front_hop(arch);
    example->options = options;
    example->samples = samples;
    example->frames = (size_t)arch_front_frames(arch, samples);
    example->bands = (size_t)arch_inputs(arch);
    example->workspace = workspace_new(arch, samples);
    example->values = malloc(example->frames * example->bands * sizeof(float));
    example->hop = calloc(hop, sizeof(float));
    example->decoded = malloc((samples + 2 * hop) * sizeof(float));
    if (example->workspace && example->values && example->hop && example->decoded) return example;
    example_free(example);
    return NULL;
}

void example_free(Example *example)
{
    if (!example) return;
    workspace_free(example->workspace);
    free(example->values);
    free(example->hop);
    free(example->decoded);
    free(example);
}

// The spectrum of all the audio waits until the network has decoded its levels.
static const float *decode_spectrum(Example *example, Spectrum *spectrum,
                                    const TrainingEpoch *epoch, const float *audio)
{
    const size_t hop = (size_t)example->options->arch.front.hop, bands = example->bands;
    for (size_t t = 0; t < example->frames; t++) {
        const float *in = (t + 1) * hop <= example->samples ? audio + t * hop : example->hop;
        const AnalysisFrame *frame = spectrum_analyse(spectrum, &in);
        memcpy(example->values + t * bands, frame->values, bands * sizeof(float));
    }
    const NetworkWeights weights = {.parameters = epoch->parameters};
    network_forward(example->workspace, &weights, example->values);
    const float *levels = network_output(example->workspace);
    for (size_t t = 0; t < example->frames; t++) {
        float *out = example->decoded + t * hop; // of the hop that ends with the frame before
        for (size_t k = 0; k < bands; k++)
            example->values[t * bands + k] = levels[t * bands + k] - example->values[t * bands + k];
        spectrum_synthesise(spectrum, example->values + t * bands, &out);
    }
    float *decoded = example->decoded + hop;
    for (size_t i = 0; i < example->samples; i++) decoded[i] += audio[i];
    return decoded;
}

const float *example_decode(Example *example, const TrainingEpoch *epoch, const float *audio)
{
    const TrainingOptions *o = example->options;
    if (o->arch.front.kind != FRONT_SPECTRUM) {
        const NetworkWeights weights = {.parameters = epoch->parameters};
        network_forward(example->workspace, &weights, audio);
        return network_output(example->workspace);
    }
    const SpectrumSetup setup = {
        .front = &o->arch.front,
        .rate = o->rate,
        .limit = o->rate,
        .band_mean = epoch->band_mean,
        .channels = 1,
        .frames = (int)example->frames,
    };
    Spectrum *spectrum = spectrum_new(&setup);
    const float *decoded = spectrum ? decode_spectrum(example, spectrum, epoch, audio) : NULL;
    spectrum_free(spectrum);
    return decoded;
}
