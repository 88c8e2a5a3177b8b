// run_log.h: a training as TensorBoard shows it: losses and learning rate by epoch, and five
// seconds from the middle of the first validation clip, as sound and as spectrogram, as they come
// out of the network while it learns, beside what they are. For one thread.
#ifndef TRASLUZ_RUN_LOG_H
#define TRASLUZ_RUN_LOG_H

#include "training/training.h"

typedef struct RunLog RunLog;

// The event file is begun in `folder` when the first epoch ends. ResultFolder, options and data set must
// stay. Allocates; NULL where memory is short.
RunLog *run_log_new(const char *folder, const TrainingOptions *options, const Dataset *dataset);
void run_log_free(RunLog *log); // NULL is allowed

TrainingObserver run_log_observe; // its data is the RunLog

#endif
