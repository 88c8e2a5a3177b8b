// tensorboard.h: writes event files for TensorBoard: TFRecord frames around the few protobuf
// messages that are needed. Field numbers are those of TensorFlow's event.proto and summary.proto.
// Six kinds of field need less code than a generator and its library.
//
// Each record is on disk when its function returns. TensorBoard reads a truncated file up to the
// last whole record. For one thread; allocates and blocks.
#ifndef TRASLUZ_TENSORBOARD_H
#define TRASLUZ_TENSORBOARD_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

#define TENSORBOARD_PREFIX "events.out.tfevents." // of the names of event files

typedef struct TensorBoard TensorBoard;

// Begins an event file in `folder`, named by the time, after existing ones. TensorBoard drops the
// records of older files from `first_step` on: a killed process may have written records of steps
// that come again. NULL on error.
TensorBoard *tensorboard_open(const char *folder, int64_t first_step, Error *error);
void tensorboard_close(TensorBoard *board); // NULL is allowed

bool tensorboard_scalar(TensorBoard *board, const char *tag, int64_t step, double value,
                        Error *error);

// Writes a colour picture: a whole PNG file.
bool tensorboard_image(TensorBoard *board, const char *tag, int64_t step, const void *png,
                       size_t size, size_t width, size_t height, Error *error);

// Writes mono audio with 16 bits; clips it at full scale.
bool tensorboard_audio(TensorBoard *board, const char *tag, int64_t step, const float *audio,
                       size_t samples, double rate, Error *error);

#endif
