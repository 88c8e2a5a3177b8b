// run_log.h: logs a training for TensorBoard: losses and learning rate by epoch, and five seconds
// from the middle of the first validation clip, as sound and as spectrogram: the original, and what
// the network makes of it while it learns. For one thread.
#ifndef TRASLUZ_RUN_LOG_H
#define TRASLUZ_RUN_LOG_H

#include "training/training.h"

typedef struct RunLog RunLog;

// The event file is created in `folder` when the first epoch ends. Folder, options and data set
// must outlive the log. Allocates; NULL if out of memory.
RunLog *run_log_new(const char *folder, const TrainingOptions *options, const Dataset *dataset);
void run_log_free(RunLog *log); // NULL is allowed

TrainingObserver run_log_observe; // its data is the RunLog

#endif
