// named_arch.h: architectures that have a name: the models' sizes and the networks of the report's
// study; and what a training uses unless it is told otherwise. Any thread; allocates nothing.
#ifndef TRASLUZ_NAMED_ARCH_H
#define TRASLUZ_NAMED_ARCH_H

#include "model/arch.h"

#define REPORT_WINDOW 110250 // samples: 5 s at 22 050 Hz, the input of the report

typedef struct {
    const char *name;
    const char *text;   // see arch.h
    const char *origin; // for people
} NamedArch;

// Ended by an entry without a name.
extern const NamedArch named_archs[];

// Reads an architecture from its name or its text. False, with a reason, where there is no such
// name and arch_parse() refuses the text.
bool named_arch_parse(Arch *arch, const char *text, Activation activation, Error *error);

// The rate in Hz that a model of this kind is trained at by default: 22 050 for samples, as in the
// report, 48 000 for spectra.
double default_rate(const Arch *arch);

// The samples that sizes are listed for by default: REPORT_WINDOW for samples, about 1 s, in whole
// hops, for spectra.
uint64_t default_window(const Arch *arch);

// The samples of a training window by default, at a rate in Hz: the smallest length, of at least
// half a second for samples and 3/4 s for spectra, that the network gives back. Short windows give
// many different steps.
uint64_t default_training_window(const Arch *arch, double rate);

// The steps of a training by default: what an hour of music needs on two cores in less than ten
// minutes, see trainer/README.md.
size_t default_steps(const Arch *arch);

#endif
