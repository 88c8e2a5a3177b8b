// tensorboard.h: event files as TensorBoard reads them: TFRecord frames around the few protobuf
// messages that are needed here. Field numbers are those of TensorFlow's event.proto and
// summary.proto; six kinds of field are less than what a generator and its library would bring.
//
// Each record is on disk when its function returns; a file that ends within a record is read up to
// there. For one thread; allocates and blocks.
#ifndef TRASLUZ_TENSORBOARD_H
#define TRASLUZ_TENSORBOARD_H

#include "files/error.h"

#include <stddef.h>
#include <stdint.h>

#define TENSORBOARD_PREFIX "events.out.tfevents." // of the names of event files

typedef struct TensorBoard TensorBoard;

// Begins an event file in `folder`, named by the time, behind those that are there. TensorBoard
// drops what the older ones say of `first_step` and later steps: a process that was killed may have
// written of steps that come again. NULL on error.
TensorBoard *tensorboard_open(const char *folder, int64_t first_step, Error *error);
void tensorboard_close(TensorBoard *board); // NULL is allowed

bool tensorboard_scalar(TensorBoard *board, const char *tag, int64_t step, double value,
                        Error *error);

// A colour picture: a whole PNG file.
bool tensorboard_image(TensorBoard *board, const char *tag, int64_t step, const void *png,
                       size_t size, size_t width, size_t height, Error *error);

// Mono audio, which is stored with 16 bits; what is above full scale is clipped.
bool tensorboard_audio(TensorBoard *board, const char *tag, int64_t step, const float *audio,
                       size_t samples, double rate, Error *error);

#endif
