// audio_faults.h: what was wrong with an audio file. Any thread; allocates nothing.
#ifndef TRASLUZ_AUDIO_FAULTS_H
#define TRASLUZ_AUDIO_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t not_finite; // samples that were NaN or infinite, read as 0
    uint64_t missing;    // frames that the header announces and the file does not have
    uint64_t places;     // damaged places
    uint64_t skipped;    // bytes there that are no audio
    bool cut;            // the file ends in the middle of its audio
    double cancelled;    // dB: how much softer the mean of its channels is, if they cancel; else 0
} AudioFaults;

enum { AUDIO_FAULTS_TEXT = 256 };

// Writes all faults in one line; returns false, and writes "", if there are none.
bool audio_faults_text(const AudioFaults *faults, char text[AUDIO_FAULTS_TEXT]);

// Adds those of a part of the file.
void audio_faults_add(AudioFaults *faults, const AudioFaults *part);

#endif
