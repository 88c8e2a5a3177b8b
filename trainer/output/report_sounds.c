#include "output/report_sounds.h"

#include "audio/audio.h"
#include "audio/sound_bytes.h"
#include "output/html.h"

#include <stdlib.h>
#include <string.h>

#define ORIGINAL ".original" // before the ending

// ---- Originals ----

// Sets *before to the length of SONG in SONG.original.ENDING.
static bool names_original(const char *name, size_t *before)
{
    const char *dot = strrchr(name, '.');
    const size_t length = dot ? (size_t)(dot - name) : 0, tail = strlen(ORIGINAL);
    if (length <= tail || strncmp(dot - tail, ORIGINAL, tail) != 0) return false;
    *before = length - tail;
    return true;
}

static bool is_original_of(const ResultItem *original, const ResultItem *item)
{
    size_t before;
    return original->kind == ITEM_SOUND && item->kind == ITEM_SOUND &&
           names_original(original->name, &before) &&
           strncmp(original->name, item->name, before) == 0 &&
           strcmp(item->name + before, original->name + before + strlen(ORIGINAL)) == 0;
}

// Elsewhere such names say nothing.
static bool is_comparison(const ResultFolder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        const ResultItem *item = &folder->item[i];
        const char *kind = json_string_value(json_object_get(item->json, "kind"));
        if (strcmp(item->name, "config.json") == 0 && kind && strcmp(kind, "comparison") == 0)
            return true;
    }
    return false;
}

bool sound_is_original(const ResultFolder *folder, const ResultItem *item)
{
    if (!is_comparison(folder)) return false;
    for (size_t i = 0; i < folder->count; i++)
        if (is_original_of(item, &folder->item[i])) return true;
    return false;
}

static const ResultItem *original_of(const ResultFolder *folder, const ResultItem *item)
{
    if (!is_comparison(folder)) return NULL;
    for (size_t i = 0; i < folder->count; i++)
        if (is_original_of(&folder->item[i], item)) return &folder->item[i];
    return NULL;
}

// ---- Excerpts ----

enum { PIECE = 8192 }; // frames

typedef struct {
    float *audio; // [samples], the mean of the channels
    size_t samples;
    uint64_t from, all; // samples
    double rate;        // Hz
} Excerpt;

// Reads from the beginning to sample `end`, or to the end of the file; keeps those from
// excerpt->from on if `keep`. Sets *frames to what was read.
static bool read_frames(AudioReader *reader, Excerpt *excerpt, bool keep, uint64_t end,
                        uint64_t *frames, Error *error)
{
    const size_t channels = (size_t)audio_channels(reader);
    float *piece = malloc(PIECE * channels * sizeof *piece);
    bool ok = piece || error_out_of_memory(error);
    *frames = 0;
    for (size_t n = PIECE; ok && n == PIECE && *frames < end; *frames += n) {
        ok = audio_read(reader, piece, PIECE, &n, error);
        for (size_t i = 0; ok && keep && i < n; i++) {
            if (*frames + i < excerpt->from || *frames + i >= end) continue;
            float sum = 0.0f;
            for (size_t c = 0; c < channels; c++) sum += piece[i * channels + c];
            excerpt->audio[excerpt->samples++] = sum / (float)channels;
        }
    }
    free(piece);
    return ok;
}

static bool read_part(const char *path, Excerpt *excerpt, bool keep, uint64_t end, uint64_t *frames,
                      Error *error)
{
    AudioReader *reader = audio_open(path, error);
    if (!reader) return false;
    excerpt->rate = audio_rate(reader);
    const bool ok = read_frames(reader, excerpt, keep, end, frames, error);
    audio_close(reader);
    return ok;
}

// Reads `seconds` from the middle of a file. Counts its samples first, because the length in the
// header may be wrong. The caller frees excerpt->audio.
static bool read_excerpt(const char *path, double seconds, Excerpt *excerpt, Error *error)
{
    uint64_t frames;
    *excerpt = (Excerpt){0};
    if (!read_part(path, excerpt, false, UINT64_MAX, &excerpt->all, error)) return false;
    const double wanted = seconds * excerpt->rate;
    const uint64_t room = wanted < (double)excerpt->all ? (uint64_t)wanted : excerpt->all;
    excerpt->from = (excerpt->all - room) / 2;
    excerpt->audio = malloc((size_t)(room + 1) * sizeof *excerpt->audio);
    if (!excerpt->audio) return error_out_of_memory(error);
    return read_part(path, excerpt, true, excerpt->from + room, &frames, error);
}

// ---- Players ----

// Writes "0:10 to 0:20 of 0:30".
static void say_part(const Excerpt *excerpt, char text[96])
{
    const double from = (double)excerpt->from / excerpt->rate;
    const double to = from + (double)excerpt->samples / excerpt->rate;
    const double all = (double)excerpt->all / excerpt->rate;
    if (excerpt->samples == excerpt->all)
        snprintf(text, 96, "%.1f s", all);
    else
        snprintf(text, 96, "%.1f s to %.1f s of %.1f s", from, to, all);
}

static void show_player(FILE *page, const ResultItem *item, const char *what, double seconds,
                        char part[96])
{
    Excerpt excerpt;
    Error error;
    size_t size;
    unsigned char *bytes = NULL;
    if (read_excerpt(item->path, seconds, &excerpt, &error))
        bytes = sound_bytes(SOUND_FLAC_SHORT, excerpt.audio, excerpt.samples, excerpt.rate, &size,
                            &error);
    if (bytes) {
        say_part(&excerpt, part);
        html_labelled_sound(page, "audio/flac", bytes, size, what);
    } else {
        char text[sizeof error.text + 320];
        snprintf(text, sizeof text, "%.255s cannot be played: %s", item->name, error.text);
        html_paragraph(page, text);
    }
    free(bytes);
    free(excerpt.audio);
}

void show_sound(FILE *page, const ResultFolder *folder, const ResultItem *item, double seconds)
{
    char part[96] = "", caption[400];
    const ResultItem *original = original_of(folder, item);
    html_sounds_begin(page);
    if (original) show_player(page, original, "Original", seconds, part);
    show_player(page, item, original ? "Decoded" : "", seconds, part);
    snprintf(caption, sizeof caption, "%.255s%s%s", item->name, *part ? ", " : "", part);
    html_sounds_end(page, caption);
}
