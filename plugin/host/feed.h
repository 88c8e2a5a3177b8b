// feed.h: makes the views of view.h while a window listens. Audio thread only; real-time safe, but
// for making and freeing. Without a window it does nothing.
#ifndef TRASLUZ_FEED_H
#define TRASLUZ_FEED_H

#include "controls/ports.h"
#include "front/analysis.h"
#include "host/view.h"
#include "latent/latent_tap.h"

#include <time.h>

enum { FEED_WINDOW = 2048 }; // samples of a spectrum

typedef struct {
    double rate;
    int channels;
    Analysis *analysis;
    float *in, *out; // [FEED_WINDOW]: the last samples, mean of the channels
    Bin *spectrum;
    float *values; // of the bands
    LatentTap tap;
    View view;
    int64_t listens;       // samples for which the window goes on listening; 0: none does
    int64_t since;         // samples since the last view
    struct timespec begun; // the block
    double busy;           // seconds in run() since the last view
    bool sent;             // a view, in the block before
} Feed;

// What a view says beside what the feed measures.
typedef struct {
    const Model *model; // that plays; NULL: none
    uint64_t effects;
    int latency;
} FeedFacts;

// Allocates; false where memory is short.
bool feed_init(Feed *feed, double rate, int channels);
void feed_free(Feed *feed);

// The window listens.
void feed_listen(Feed *feed);

// Begin and end a block of n samples. feed_end() returns whether a view is due; `freewheels`: none
// is.
void feed_begin(Feed *feed);
bool feed_end(Feed *feed, bool freewheels, uint32_t n);

// Makes the view that is due.
const View *feed_view(Feed *feed, const FeedFacts *facts);

// Returns the tap for the engine that sounds, or NULL.
LatentTap *feed_tap(Feed *feed);

// Take n samples of each channel before they are played, and after.
void feed_take_input(Feed *feed, const float *const *in, size_t n);
void feed_take_output(Feed *feed, float *const *out, size_t n);

#endif
