// lane_frames.h: frames of several signals that are worked on in step, such as audio channels: the
// lanes. A plain view; whoever returns one says how long its memory lasts.
#ifndef TRASLUZ_LANE_FRAMES_H
#define TRASLUZ_LANE_FRAMES_H

#include <stddef.h>

// Lane l's frames begin at values + l * lane_step, one after the other.
typedef struct {
    const float *values;
    size_t lane_step; // values
    int lanes, count; // count: frames of each lane
} LaneFrames;

#endif
