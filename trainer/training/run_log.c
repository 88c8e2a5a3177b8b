#include "training/run_log.h"

#include "audio/spectrogram.h"
#include "output/spectrogram_png.h"
#include "output/tensorboard.h"
#include "training/example.h"

#include <stdlib.h>

#define EXAMPLE_SECONDS 5.0
enum { EXAMPLES = 10 }; // reconstructions in a whole training: TensorBoard shows as many
enum { TRANSFORM = 1024, HOP = 256 }; // samples, of the spectrograms
#define SOFTEST (-100.0f)             // dB, black

struct RunLog {
    const char *folder;
    const TrainingOptions *options;
    TensorBoard *board; // NULL until the first epoch has ended
    float *audio;       // [samples] the example
    size_t samples;
    Example *example;
};

static void read_example(RunLog *log, const Dataset *dataset)
{
    size_t clip = 0;
    while (!dataset_in_split(dataset, clip, SPLIT_VALIDATION)) clip++;
    const size_t length = dataset->clip[clip].samples;
    const size_t start = length > log->samples ? (length - log->samples) / 2 : 0;
    const Window window = {(uint32_t)clip, start};
    dataset_read(dataset, window, log->samples, log->audio);
}

RunLog *run_log_new(const char *folder, const TrainingOptions *options, const Dataset *dataset)
{
    RunLog *log = calloc(1, sizeof *log);
    if (!log) return NULL;
    log->folder = folder;
    log->options = options;
    log->samples = arch_round_up(&options->arch, (uint64_t)(EXAMPLE_SECONDS * options->rate));
    log->audio = malloc(log->samples * sizeof *log->audio);
    log->example = example_new(options, log->samples);
    if (log->audio && log->example) {
        read_example(log, dataset);
        return log;
    }
    run_log_free(log);
    return NULL;
}

void run_log_free(RunLog *log)
{
    if (!log) return;
    tensorboard_close(log->board);
    example_free(log->example);
    free(log->audio);
    free(log);
}

static bool log_picture(RunLog *log, const char *tag, int step, const float *audio, Error *error)
{
    Spectrogram spectrogram;
    size_t size;
    if (!spectrogram_make(&spectrogram, audio, log->samples, TRANSFORM, HOP, error)) return false;
    unsigned char *png = spectrogram_png(&spectrogram, SOFTEST, 0.0f, &size, error);
    const bool ok = png && tensorboard_image(log->board, tag, step, png, size, spectrogram.frames,
                                             spectrogram.bins, error);
    free(png);
    spectrogram_free(&spectrogram);
    return ok;
}

static bool log_sound(RunLog *log, const char *sound, const char *picture, int step,
                      const float *audio, Error *error)
{
    return tensorboard_audio(log->board, sound, step, audio, log->samples, log->options->rate,
                             error) &&
           log_picture(log, picture, step, audio, error);
}

static bool begin(RunLog *log, int epoch, Error *error)
{
    if (log->board) return true;
    log->board = tensorboard_open(log->folder, epoch, error);
    if (!log->board) return false;
    return epoch > 1 ||
           log_sound(log, "example/original", "spectrogram/original", 0, log->audio, error);
}

// True for the first epoch, the last, and some between them at even distances.
static bool wants_example(const RunLog *log, int epoch)
{
    const int epochs = log->options->schedule.epochs;
    const int distance = (epochs + EXAMPLES - 1) / EXAMPLES;
    return epoch == 1 || epoch == epochs || epoch % distance == 0;
}

bool run_log_observe(void *data, const TrainingEpoch *epoch, Error *error)
{
    RunLog *log = data;
    const int step = epoch->epoch;
    if (!begin(log, step, error)) return false;
    TensorBoard *board = log->board;
    if (!tensorboard_scalar(board, "loss/train", step, epoch->train_loss, error) ||
        !tensorboard_scalar(board, "loss/validation", step, epoch->validation_loss, error) ||
        !tensorboard_scalar(board, "learning_rate", step, epoch->learning_rate, error))
        return false;
    if (!wants_example(log, step)) return true;
    const float *decoded = example_decode(log->example, epoch, log->audio);
    if (!decoded) return error_out_of_memory(error);
    return log_sound(log, "example/reconstruction", "spectrogram/reconstruction", step, decoded,
                     error);
}
