// front_kinds.h: the functions that each kind of front brings for those of front.h. For front.c and
// the kinds themselves.
#ifndef TRASLUZ_FRONT_KINDS_H
#define TRASLUZ_FRONT_KINDS_H

#include "front/front.h"

typedef struct {
    size_t (*bytes)(const Model *model, int channels, size_t frames);
    double (*work)(const Arch *arch, double rate);
    Front *(*create)(const Model *model, int channels, double host_rate, size_t frames);
    void (*free)(Front *front);
    void (*reset)(Front *front, uint64_t unheard, uint64_t missing);
    LaneFrames (*analyse)(Front *front, const float *const *audio, const float *details,
                          bool needed, size_t *n);
    bool (*silent)(const Front *front);
    float (*frame_level)(const Front *front);
    void (*synthesise)(Front *front, const LaneFrames *altered, const LaneFrames *clean,
                       const FrontChange *change);
    void (*read)(Front *front, const float *details, float *const *audio, size_t n);
} FrontFunctions;

// Every kind of front begins with this.
struct Front {
    const FrontFunctions *functions;
};

extern const FrontFunctions front_samples, front_spectrum;

#endif
