#include "data/frame_reader.h"

#include "front/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct FrameReader {
    FrameReaderSetup setup;
    size_t frames, inputs;
    size_t before, after; // samples before and after the window that its frames are made of
    size_t hop;
    float *audio;       // [before + window + after]
    Analysis *analysis; // NULL for samples
    Bin *bins;          // [analysis window / 2 + 1]
    float *values;      // [frames][inputs]
    float *level;       // [frames]
    bool *silent;       // [frames]
};

static bool spectrum_init(FrameReader *reader)
{
    const ArchFront *front = &reader->setup.arch->front;
    const size_t size = (size_t)front->window;
    reader->hop = (size_t)front->hop;
    reader->before = size - reader->hop;
    reader->after = reader->hop;
    reader->analysis = analysis_new(front, reader->setup.rate, reader->setup.rate, NULL);
    reader->bins = malloc((size / 2 + 1) * sizeof *reader->bins);
    reader->values = malloc(reader->frames * reader->inputs * sizeof *reader->values);
    reader->level = malloc(reader->frames * sizeof *reader->level);
    reader->silent = malloc(reader->frames * sizeof *reader->silent);
    return reader->analysis && reader->bins && reader->values && reader->level && reader->silent;
}

FrameReader *frame_reader_new(const FrameReaderSetup *setup)
{
    FrameReader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->setup = *setup;
    reader->frames = (size_t)arch_front_frames(setup->arch, setup->window);
    reader->inputs = (size_t)arch_inputs(setup->arch);
    bool ok = setup->arch->front.kind != FRONT_SPECTRUM || spectrum_init(reader);
    reader->audio =
        malloc((reader->before + setup->window + reader->after) * sizeof *reader->audio);
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
    const size_t samples = reader->before + reader->setup.window + reader->after;
    const size_t zeros = window.start < reader->before ? reader->before - window.start : 0;
    memset(reader->audio, 0, zeros * sizeof *reader->audio);
    window.start -= reader->before - zeros;
    dataset_read(dataset, window, samples - zeros, reader->audio + zeros);
    for (size_t i = zeros; i < samples; i++) reader->audio[i] *= gain;
}

const float *frame_reader_audio(FrameReader *reader, const Dataset *dataset, Window window)
{
    read_audio(reader, dataset, window, 1.0f);
    return reader->audio + reader->before;
}

static void analyse(FrameReader *reader)
{
    for (size_t t = 0; t < reader->frames; t++) {
        const float *audio = reader->audio + t * reader->hop;
        AnalysisFrame frame = {.values = reader->values + t * reader->inputs};
        analysis_process(reader->analysis, &audio, 1, &reader->bins, &frame);
        reader->level[t] = frame.level;
        reader->silent[t] = frame.silent;
    }
}

// Copies the frames from number `first` of the clip on; there is silence after the last.
static void copy_cached(FrameReader *reader, const ClipLevels *clip, size_t first)
{
    const size_t left = first < clip->frames ? clip->frames - first : 0;
    const size_t n = left < reader->frames ? left : reader->frames;
    if (n > 0) {
        memcpy(reader->values, clip->values + first * reader->inputs,
               n * reader->inputs * sizeof *reader->values);
        memcpy(reader->level, clip->level + first, n * sizeof *reader->level);
        memcpy(reader->silent, clip->silent + first, n * sizeof *reader->silent);
    }
    for (size_t t = n; t < reader->frames; t++) {
        memset(reader->values + t * reader->inputs, 0, reader->inputs * sizeof *reader->values);
        reader->level[t] = 0.5f * logf(ANALYSIS_SILENCE);
        reader->silent[t] = true;
    }
}

WindowFrames frame_reader_read(FrameReader *reader, const Dataset *dataset, Window window,
                               float gain)
{
    const float *band_mean = reader->setup.band_mean;
    const LevelCache *cache = reader->setup.cache;
    WindowFrames result = {.frames = reader->frames, .inputs = reader->inputs};
    if (!reader->analysis) {
        read_audio(reader, dataset, window, gain);
        result.values = reader->audio;
        return result;
    }
    window.start -= window.start % reader->hop;
    if (cache && cache->clip && gain == 1.0f) {
        copy_cached(reader, &cache->clip[window.clip], (size_t)window.start / reader->hop);
    } else {
        read_audio(reader, dataset, window, gain);
        analyse(reader);
    }
    for (size_t t = 0; band_mean && t < reader->frames; t++)
        for (size_t k = 0; k < reader->inputs && !reader->silent[t]; k++)
            reader->values[t * reader->inputs + k] -= band_mean[k];
    result.values = reader->values;
    result.level = reader->level;
    result.silent = reader->silent;
    return result;
}
