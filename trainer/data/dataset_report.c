// What is printed about a dataset; see dataset.h.
#include "base/progress.h"
#include "data/cache_limit.h"
#include "data/dataset.h"
#include "data/dataset_faults.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const double clipped_share = 1e-4; // of the samples: from here on it can be heard
static const double silent_share = 0.5;   // of a clip that is named as silent

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

// Prints a name so that it is fit for a terminal.
static void print_name(const char *name, FILE *to)
{
    Error text;
    error_set(&text, "%s", name);
    fputs(text.text, to);
}

// ---- Genres ----

typedef struct {
    size_t clips, in_split[SPLITS];
    size_t sounds; // different ones
    double seconds;
} GenreCount;

// Returns the number of a genre's clips, by side. `genre` -1: those without one.
static GenreCount count_genre(const Dataset *dataset, int genre)
{
    GenreCount count = {.clips = 0};
    for (size_t i = 0; i < dataset->clips; i++) {
        const Clip *clip = &dataset->clip[i];
        if (clip->genre != genre) continue;
        count.clips++;
        count.in_split[clip->split]++;
        count.seconds += (double)clip->samples / dataset->rate;
        bool again = false;
        for (size_t j = 0; j < i && !again && count.sounds < 3; j++)
            again = dataset->clip[j].genre == genre &&
                    dataset->clip[j].facts.sound == clip->facts.sound;
        count.sounds += !again;
    }
    return count;
}

// Lists the genres that are too small to have all sides, or that have no clip for the test.
static void report_small_genres(const Dataset *dataset, bool small, FILE *to)
{
    size_t found = 0;
    if (dataset->split_shared) return;
    for (size_t g = 0; g < dataset->genres; g++) {
        const GenreCount count = count_genre(dataset, (int)g);
        if (small ? count.sounds >= 3 : count.in_split[SPLIT_TEST] > 0) continue;
        fputs(found++ ? ", " : small ? "too small to split: " : "without clips for test: ", to);
        print_name(dataset->genre[g], to);
    }
    if (found > 0) fputc('\n', to);
}

static void report_genres(const Dataset *dataset, FILE *to)
{
    fprintf(to, "\n%8s %12s %9s %11s %6s\n", "clips", "time", "training", "validation", "test");
    for (int g = -1; g < (int)dataset->genres; g++) {
        char time[24];
        const GenreCount count = count_genre(dataset, g);
        if (count.clips == 0) continue;
        progress_time(time, count.seconds);
        fprintf(to, "%8zu %12s %9zu %11zu %6zu  ", count.clips, time, count.in_split[SPLIT_TRAIN],
                count.in_split[SPLIT_VALIDATION], count.in_split[SPLIT_TEST]);
        print_name(g < 0 ? "(no genre)" : dataset->genre[g], to);
        fputc('\n', to);
    }
    fputc('\n', to);
}

// ---- The same recording twice ----

static int by_sound(const void *a, const void *b)
{
    const Clip *x = *(const Clip *const *)a, *y = *(const Clip *const *)b;
    if (x->facts.sound != y->facts.sound) return x->facts.sound < y->facts.sound ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void report_copies_of(const Clip *const *clip, size_t count, FILE *to)
{
    bool genres = false;
    for (size_t i = 1; i < count; i++) genres |= clip[i]->genre != clip[0]->genre;
    fprintf(to, "  %s", genres ? "in two genres: " : "");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) fputs(" = ", to);
        print_name(clip[i]->name, to);
    }
    fputc('\n', to);
}

// Lists recordings that are there more than once, `most` of them.
static void report_copies(const Dataset *dataset, size_t most, FILE *to)
{
    const Clip **clip = malloc((dataset->clips + 1) * sizeof *clip);
    size_t recordings = 0;
    if (!clip) return;
    for (size_t i = 0; i < dataset->clips; i++) clip[i] = &dataset->clip[i];
    qsort(clip, dataset->clips, sizeof *clip, by_sound);
    for (int pass = 0; pass < 2; pass++) { // counts, then prints
        if (pass == 1 && recordings > 0)
            fprintf(to, "%zu recording%s there more than once (on one side of the split):\n",
                    recordings, recordings == 1 ? " is" : "s are");
        size_t found = 0;
        for (size_t i = 0, n; i < dataset->clips; i += n) {
            for (n = 1; i + n < dataset->clips; n++)
                if (clip[i + n]->facts.sound != clip[i]->facts.sound) break;
            if (n > 1 && pass == 1 && found < most) report_copies_of(clip + i, n, to);
            found += n > 1;
        }
        recordings = found;
        if (pass == 1 && found > most)
            fprintf(to, "  and %zu more: see trainer check\n", found - most);
    }
    free(clip);
}

// ---- Rates, silence, clipping ----

static int by_rate(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report_rates(const Dataset *dataset, FILE *to)
{
    double *rate = malloc((dataset->clips + 1) * sizeof *rate);
    if (!rate) return;
    for (size_t i = 0; i < dataset->clips; i++) rate[i] = dataset->clip[i].facts.rate;
    qsort(rate, dataset->clips, sizeof *rate, by_rate);
    fputs("recorded at ", to);
    for (size_t i = 0, n; i < dataset->clips; i += n) {
        for (n = 1; i + n < dataset->clips && rate[i + n] == rate[i];) n++;
        fprintf(to, "%s%g Hz (%zu)", i > 0 ? ", " : "", rate[i], n);
    }
    free(rate);
}

static double share_of(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0.0;
}

static double share_clipped(const Clip *clip)
{
    return share_of(clip->facts.clipped, clip->facts.frames * (uint64_t)clip->facts.channels);
}

static double share_silent(const Clip *clip)
{
    return share_of(clip->facts.silent, clip->facts.frames);
}

static void report_sound(const Dataset *dataset, FILE *to)
{
    double silent = 0.0, samples = 0.0;
    size_t clipped = 0;
    for (size_t i = 0; i < dataset->clips; i++) {
        const Clip *clip = &dataset->clip[i];
        silent += share_silent(clip) * (double)clip->samples;
        samples += (double)clip->samples;
        clipped += share_clipped(clip) > clipped_share;
    }
    report_rates(dataset, to);
    if (silent > 0.0) fprintf(to, "; %.3g %% of the time silent", 100.0 * silent / samples);
    if (clipped > 0) fprintf(to, "; %zu clip%s clipped", clipped, clipped == 1 ? " is" : "s are");
    fputc('\n', to);
}

// Names the clips of which too much is silent or clipped.
static void report_odd_clips(const Dataset *dataset, FILE *to)
{
    for (int kind = 0; kind < 2; kind++) {
        size_t found = 0;
        for (size_t i = 0; i < dataset->clips; i++) {
            const Clip *clip = &dataset->clip[i];
            const double share = kind ? share_clipped(clip) : share_silent(clip);
            if (share <= (kind ? clipped_share : silent_share)) continue;
            if (found++ == 0) fprintf(to, "%s:\n", kind ? "clipped" : "mostly silent");
            fprintf(to, "  %.3g %% of ", 100.0 * share);
            print_name(clip->name, to);
            fputc('\n', to);
        }
    }
}

// ---- All ----

static void report_known(const Dataset *dataset, FILE *to)
{
    size_t known = 0;
    for (size_t i = 0; i < dataset->clips; i++) known += dataset->clip[i].known;
    if (known > 0) fprintf(to, "the weights were trained on %zu of these clips\n", known);
}

static void report_split(const Dataset *dataset, FILE *to)
{
    size_t in_split[SPLITS] = {0};
    double samples = 0.0;
    char length[24];
    for (size_t i = 0; i < dataset->clips; i++) {
        in_split[dataset->clip[i].split]++;
        samples += (double)dataset->clip[i].samples;
    }
    progress_time(length, samples / dataset->rate);
    fprintf(to, "%zu clip%s, %s at %g Hz", dataset->clips, plural(dataset->clips), length,
            dataset->rate);
    if (dataset->genres > 0) fprintf(to, ", %zu genre%s", dataset->genres, plural(dataset->genres));
    if (dataset->split_shared)
        fprintf(to, "; too few to split: all are used for training, validation and test\n");
    else
        fprintf(to, "; %zu for training, %zu for validation, %zu for test\n", in_split[SPLIT_TRAIN],
                in_split[SPLIT_VALIDATION], in_split[SPLIT_TEST]);
}

static void report_cache(const Dataset *dataset, FILE *to)
{
    char bytes[CACHE_SIZE_TEXT];
    cache_size_text(bytes, dataset->cache_bytes);
    fprintf(to, "%s decoded in ", bytes);
    print_name(dataset->cache, to);
    fputs(" (see trainer cache)\n", to);
}

void dataset_report(const Dataset *dataset, FILE *to)
{
    enum { COPIES = 5 };
    report_split(dataset, to);
    report_sound(dataset, to);
    report_cache(dataset, to);
    report_small_genres(dataset, true, to);
    report_small_genres(dataset, false, to);
    report_known(dataset, to);
    report_copies(dataset, COPIES, to);
    dataset_report_faults(dataset, to);
}

void dataset_report_all(const Dataset *dataset, FILE *to)
{
    report_split(dataset, to);
    report_sound(dataset, to);
    report_cache(dataset, to);
    report_genres(dataset, to);
    report_small_genres(dataset, true, to);
    report_small_genres(dataset, false, to);
    report_copies(dataset, SIZE_MAX, to);
    report_odd_clips(dataset, to);
    dataset_report_faults(dataset, to);
}

void dataset_report_faults(const Dataset *dataset, FILE *to)
{
    const struct DatasetFaults *faults = dataset->faults;
    if (faults->non_audio > 0)
        fprintf(to, "%zu file%s skipped that %s not audio\n", faults->non_audio,
                plural(faults->non_audio), faults->non_audio == 1 ? "is" : "are");
    if (faults->unreadable.count > 0)
        fprintf(to, "%zu cannot be read:\n", faults->unreadable.count);
    diagnostics_print(&faults->unreadable, to);
    if (faults->warnings.count > 0)
        fprintf(to, "%zu used with a warning:\n", faults->warnings.count);
    diagnostics_print(&faults->warnings, to);
}
