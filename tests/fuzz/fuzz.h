// fuzz.h: what libFuzzer (https://llvm.org/docs/LibFuzzer.html) calls of a fuzz target, and what it
// lends to one. Each tests/fuzz/fuzz_*.c is a target.
#ifndef TRASLUZ_FUZZ_H
#define TRASLUZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

// One case. Always 0: every case is worth keeping. What must not happen ends the program.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Makes another case of one, in its place; returns its size. A target need not have it.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

// libFuzzer's own mutation.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

#endif
