// report_sounds.h: the sounds of a folder of results as players of excerpts: FLAC of one channel
// and 16 bits, which is the same each time and which every browser plays. For one thread.
#ifndef TRASLUZ_REPORT_SOUNDS_H
#define TRASLUZ_REPORT_SOUNDS_H

#include "output/result_folder.h"

#include <stdio.h>

// Returns true if the folder is a comparison and has SONG.ENDING beside this SONG.original.ENDING:
// show_sound() of SONG.ENDING plays both.
bool sound_is_original(const ResultFolder *folder, const ResultItem *item);

// Writes a figure with `seconds` from the middle of a sound, and of its original before it if the
// folder has one. A sound that cannot be read is named, with the reason.
void show_sound(FILE *page, const ResultFolder *folder, const ResultItem *item, double seconds);

#endif
