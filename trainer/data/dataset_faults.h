// dataset_faults.h: what was found beside the clips of a data set. Belongs to dataset.h.
#ifndef TRASLUZ_DATASET_FAULTS_H
#define TRASLUZ_DATASET_FAULTS_H

#include "data/diagnostics.h"

struct DatasetFaults {
    Diagnostics unreadable;
    Diagnostics warnings;
    size_t non_audio; // files that are not audio
};

#endif
