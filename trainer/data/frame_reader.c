#include "data/frame_reader.h"

#include "front/analysis.h"

#include <stdlib.h>
#include <string.h>

struct FrameReader {
    size_t window, frames, inputs;
    size_t before, after; // samples before and after the window that its frames are made of
    size_t hop;
    float *audio;       // [before + window + after]
    Analysis *analysis; // NULL for samples
    Bin *bins;          // [analysis window / 2 + 1]
    float *values;      // [frames][inputs]
    float *level;       // [frames]
    bool *silent;       // [frames]
};

static bool spectrum_init(FrameReader *reader, const Arch *arch, double rate,
                          const float *band_mean)
{
    const size_t size = (size_t)arch->front.window;
    reader->hop = (size_t)arch->front.hop;
    reader->before = size - reader->hop;
    reader->after = reader->hop;
    reader->analysis = analysis_new(&arch->front, rate, band_mean);
    reader->bins = malloc((size / 2 + 1) * sizeof *reader->bins);
    reader->values = malloc(reader->frames * reader->inputs * sizeof *reader->values);
    reader->level = malloc(reader->frames * sizeof *reader->level);
    reader->silent = malloc(reader->frames * sizeof *reader->silent);
    return reader->analysis && reader->bins && reader->values && reader->level && reader->silent;
}

FrameReader *frame_reader_new(const Arch *arch, double rate, size_t window, const float *band_mean)
{
    FrameReader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->window = window;
    reader->frames = (size_t)arch_front_frames(arch, window);
    reader->inputs = (size_t)arch_inputs(arch);
    bool ok = arch->front.kind != FRONT_SPECTRUM || spectrum_init(reader, arch, rate, band_mean);
    reader->audio = malloc((reader->before + window + reader->after) * sizeof *reader->audio);
    ok = ok && reader->audio;
    if (ok) return reader;
    frame_reader_free(reader);
    return NULL;
}

void frame_reader_free(FrameReader *reader)
{
    if (!reader) return;
    free(reader->audio);
    free(reader->analysis);
    free(reader->bins);
    free(reader->values);
    free(reader->level);
    free(reader->silent);
    free(reader);
}

static void read_audio(FrameReader *reader, const Dataset *dataset, Window window, float gain)
{
    const size_t samples = reader->before + reader->window + reader->after;
    const size_t zeros = window.start < reader->before ? reader->before - window.start : 0;
    memset(reader->audio, 0, zeros * sizeof *reader->audio);
    window.start -= reader->before - zeros;
    dataset_read(dataset, window, samples - zeros, reader->audio + zeros);
    for (size_t i = zeros; i < samples; i++) reader->audio[i] *= gain;
}

WindowFrames frame_reader_read(FrameReader *reader, const Dataset *dataset, Window window,
                               float gain)
{
    read_audio(reader, dataset, window, gain);
    WindowFrames result = {
        .frames = reader->frames,
        .inputs = reader->inputs,
        .values = reader->audio,
        .audio = reader->audio + reader->before,
    };
    if (!reader->analysis) return result;
    for (size_t t = 0; t < reader->frames; t++) {
        const float *audio = reader->audio + t * reader->hop;
        AnalysisFrame frame = {.values = reader->values + t * reader->inputs};
        analysis_process(reader->analysis, &audio, 1, &reader->bins, &frame);
        reader->level[t] = frame.level;
        reader->silent[t] = frame.silent;
    }
    result.values = reader->values;
    result.level = reader->level;
    result.silent = reader->silent;
    return result;
}
