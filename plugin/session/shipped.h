// shipped.h: what the models have in common that come with the plugin. Blocks; never on
// the audio thread.
#ifndef TRASLUZ_SHIPPED_H
#define TRASLUZ_SHIPPED_H

// Returns the longest latency of the models in the bundle, in samples at `rate` Hz; 0 without
// models. Reads what all of them say of themselves, once for a bundle and rate. From any thread.
int shipped_latency(const char *bundle, double rate);

#endif
