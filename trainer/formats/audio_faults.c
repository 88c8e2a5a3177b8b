#include "formats/audio_faults.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(char text[AUDIO_FAULTS_TEXT], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(char text[AUDIO_FAULTS_TEXT], const char *format, ...)
{
    size_t used = strlen(text);
    if (used > 0) used += (size_t)snprintf(text + used, AUDIO_FAULTS_TEXT - used, "; ");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, AUDIO_FAULTS_TEXT - used, format, arguments);
    va_end(arguments);
}

bool audio_faults_text(const AudioFaults *faults, char text[AUDIO_FAULTS_TEXT])
{
    *text = '\0';
    const unsigned long long missing = faults->missing, places = faults->places;
    if (places == 0 && missing > 0)
        add(text, "file is truncated: %llu frames missing", missing);
    else if (faults->cut)
        add(text, "file is truncated: it ends in the middle of its audio");
    if (places > 0) {
        char skipped[48] = "", lost[48] = "";
        if (faults->skipped > 0)
            snprintf(skipped, sizeof skipped, ", %llu bytes skipped",
                     (unsigned long long)faults->skipped);
        if (missing > 0) snprintf(lost, sizeof lost, ", %llu frames missing", missing);
        add(text, "file is damaged in %llu place%s%s%s", places, places == 1 ? "" : "s", skipped,
            lost);
    }
    if (faults->not_finite > 0)
        add(text, "%" PRIu64 " samples are not finite numbers; used as 0", faults->not_finite);
    if (faults->cancelled >= 100.0)
        add(text, "its channels cancel each other: their mean is silence");
    else if (faults->cancelled > 0.0)
        add(text, "its channels cancel each other: their mean is %.0f dB softer",
            faults->cancelled);
    return *text;
}

void audio_faults_add(AudioFaults *faults, const AudioFaults *part)
{
    faults->not_finite += part->not_finite;
    faults->missing += part->missing;
    faults->places += part->places;
    faults->skipped += part->skipped;
    faults->cut |= part->cut;
}
