// host_view.c: what the plugin shows its window: only while it listens, seldom and small enough,
// true, and without a change of the sound.
#include "controls/ports.h"
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SECONDS = 3, FRAMES = SECONDS * 44100, BLOCK = 256 };

static Sound music, out;

typedef struct {
    int views, largest;
    View last;
} Seen;

static Host *new_host(void)
{
    return host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE});
}

// Plays [from, to) of the music. The window asks at the beginning, and each half second where it
// `keeps` listening.
static Seen watch(Host *host, size_t from, size_t to, size_t block, bool keeps)
{
    Seen seen = {0};
    const size_t half = (size_t)RATE / 2;
    for (size_t at = from; at < to; at += half) {
        const size_t end = at + half < to ? at + half : to;
        if (keeps || at == from) host_ask_for_views(host);
        host_forget(host);
        play(host, &music, &out, at, end, block);
        for (int i = 0; i < host_heard(host); i++) {
            const Heard *heard = host_heard_at(host, i);
            if (heard->kind != HEARD_VIEW) continue;
            CHECK(seen.views == 0 || heard->view.serial == seen.last.serial + 1);
            seen.views++;
            seen.last = heard->view;
            if ((int)heard->size > seen.largest) seen.largest = (int)heard->size;
        }
    }
    return seen;
}

static int views(const Host *host)
{
    int count = 0;
    for (int i = 0; i < host_heard(host); i++) count += host_heard_at(host, i)->kind == HEARD_VIEW;
    return count;
}

static void none_without_a_window(void)
{
    Host *host = new_host();
    REQUIRE(host);
    play(host, &music, &out, 0, FRAMES, BLOCK);
    CHECK(views(host) == 0);
    host_free(host);
}

static void at_most_thirty_a_second_of_a_kilobyte(void)
{
    static const size_t blocks[] = {16, 64, 1024, 1471, 8192};
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
        Host *host = new_host();
        REQUIRE(host);
        const Seen seen = watch(host, 0, FRAMES, blocks[b], true);
        CHECK_MSG(seen.views <= 30 * SECONDS && seen.views >= SECONDS * 5 &&
                      (blocks[b] > 64 || seen.views >= 29 * SECONDS),
                  "%d views with blocks of %zu", seen.views, blocks[b]);
        CHECK_MSG(seen.largest <= 1024, "%d bytes", seen.largest);
        CHECK(seen.last.version == VIEW_VERSION && seen.last.rate == (float)RATE);
        host_free(host);
    }
}

static void it_falls_silent_after_the_window(void)
{
    Host *host = new_host();
    REQUIRE(host);
    watch(host, 0, (size_t)(2.1 * RATE), BLOCK, false);
    host_forget(host);
    play(host, &music, &out, 0, (size_t)RATE, BLOCK);
    CHECK(views(host) == 0);
    CHECK(watch(host, 0, (size_t)RATE, BLOCK, false).views > 20); // another window
    host_free(host);
}

static void none_while_freewheeling(void)
{
    Host *host = new_host();
    REQUIRE(host);
    *host_control(host, "freewheel") = 1.0f;
    CHECK(watch(host, 0, (size_t)RATE, BLOCK, true).views == 0);
    *host_control(host, "freewheel") = 0.0f;
    CHECK(watch(host, 0, (size_t)RATE, BLOCK, true).views > 20);
    host_free(host);
}

static void the_sound_is_the_same(void)
{
    Host *host = new_host();
    REQUIRE(host);
    *host_control(host, "noise") = 0.5f;
    *host_control(host, "freeze") = 1.0f;
    Sound unwatched = sound_new(FRAMES);
    play(host, &music, &unwatched, 0, FRAMES, BLOCK);
    host_reactivate(host);
    watch(host, 0, FRAMES, BLOCK, true);
    CHECK(sound_equal(&unwatched, &out, 0, FRAMES));
    sound_free(&unwatched);
    host_free(host);
}

static bool has_effect(const View *view, int port)
{
    return view->effects >> port & 1;
}

static float peak(const Sound *sound, int channel, size_t from, size_t to)
{
    float most = 0.0f;
    for (size_t i = from; i < to; i++) most = fmaxf(most, fabsf(sound->channel[channel][i]));
    return most;
}

// Views come at least 1470 samples apart: with blocks of 1470, after each.
static void it_shows_the_meters(void)
{
    Host *host = new_host();
    REQUIRE(host);
    host_ask_for_views(host);
    for (size_t at = 0; at + 1470 <= (size_t)RATE; at += 1470) {
        host_forget(host);
        play(host, &music, &out, at, at + 1470, 1470);
        REQUIRE(views(host) == 1);
        const View *view = NULL;
        for (int i = 0; i < host_heard(host); i++)
            if (host_heard_at(host, i)->kind == HEARD_VIEW) view = &host_heard_at(host, i)->view;
        for (int c = 0; c < 2; c++) {
            CHECK(view->peak_in[c] == peak(&music, c, at, at + 1470));
            CHECK(view->peak_out[c] == peak(&out, c, at, at + 1470));
        }
        CHECK(view->latency == *host_control(host, "latency"));
        CHECK(view->share > 0.0f && isfinite(view->share));
        CHECK(view->audio_channels == 2 && view->has_model);
        CHECK(fabsf(view->seconds - 1470.0f / (float)RATE) < 1e-6f);
    }
    host_free(host);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// Not even the first view of a window, or of the next one, tells of more time than has passed.
static void the_share_of_a_core_is_no_more_than_the_time(void)
{
    Host *host = new_host();
    REQUIRE(host);
    for (int window = 0; window < 2; window++) {
        const double begun = now();
        const Seen seen = watch(host, 0, 1470, 1470, true);
        const double passed = now() - begun;
        REQUIRE(seen.views == 1);
        CHECK_MSG((double)(seen.last.share * seen.last.seconds) <= passed, "%g of %g s",
                  (double)(seen.last.share * seen.last.seconds), passed);
        CHECK(seen.last.peak_in[0] == peak(&music, 0, 0, 1470));
        watch(host, 0, (size_t)(2.5 * RATE), BLOCK, false); // the window closes
    }
    host_free(host);
}

static void it_shows_the_latent(void)
{
    Host *host = new_host();
    REQUIRE(host);
    load_file(host, MODEL, wire_file("view-wire.safetensors", 8, 1, RATE));
    const View same = watch(host, 0, (size_t)RATE, BLOCK, true).last;
    CHECK(same.channels == 8 && same.points > 0 && same.points <= VIEW_POINTS);
    CHECK(!same.spectral && same.turn == 0 && same.captured == 0 && same.frozen == 0);
    CHECK(memcmp(same.before, same.after, sizeof same.before) == 0);
    bool moves = false;
    for (int c = 0; c < 8; c++) moves = moves || same.before[c] != 0;
    CHECK(moves);
    *host_control(host, "noise") = 1.0f;
    const View noisy = watch(host, 0, (size_t)RATE, BLOCK, true).last;
    CHECK(memcmp(noisy.before, noisy.after, sizeof noisy.before) != 0);
    CHECK(has_effect(&noisy, PORT_NOISE_MODE) && !has_effect(&same, PORT_NOISE_MODE));
    host_free(host);
}

static void it_shows_capture_and_freeze(void)
{
    Host *host = new_host();
    REQUIRE(host);
    *host_control(host, "capture") = 1.0f;
    const View first = watch(host, 0, (size_t)RATE, BLOCK, true).last;
    const View second = watch(host, (size_t)RATE, (size_t)(1.5 * RATE), BLOCK, true).last;
    CHECK_MSG(fabsf(first.captured - 1.0f) < 0.1f, "captured %g s", (double)first.captured);
    CHECK_MSG(second.captured > first.captured, "captured %g s", (double)second.captured);
    *host_control(host, "capture") = 0.0f;
    const View after = watch(host, 0, (size_t)RATE, BLOCK, true).last;
    CHECK(after.captured == 0 && first.recorded == 0 && second.recorded == 0);
    CHECK(after.recorded > 0 && after.recorded <= VIEW_POINTS);
    float farthest = 0.0f;
    for (int i = 0; i < after.recorded; i++)
        farthest = fmaxf(farthest, fabsf(after.path_recorded[i][0]));
    CHECK_MSG(farthest > 0.01f && farthest < 20.0f, "%g sigma", (double)farthest);
    CHECK_MSG(fabsf(after.recording - 1.5f) < 0.1f, "recording of %g s", (double)after.recording);
    *host_control(host, "freeze_seconds") = 0.25f;
    *host_control(host, "freeze") = 1.0f;
    const View frozen = watch(host, (size_t)RATE, 2 * (size_t)RATE, BLOCK, true).last;
    CHECK_MSG(fabsf(frozen.frozen - 0.25f) < 0.05f, "%g s are frozen", (double)frozen.frozen);
    host_free(host);
}

static void it_shows_whose_turn_it_is(void)
{
    Host *host = new_host();
    REQUIRE(host);
    const char *model = wire_file("view-turn.safetensors", 8, 1, RATE);
    load_file(host, MODEL, model);
    load_file(host, REFERENCE, reference_file("view-reference.safetensors", model, 5000, 1));
    *host_control(host, "blend") = 1.0f;
    *host_control(host, "blend_mode") = 1.0f;
    *host_control(host, "input_beats") = *host_control(host, "reference_beats") = 1.0f;
    bool turn[3] = {false};
    for (int i = 0; i < 10; i++)
        turn[watch(host, (size_t)i * 8820, (size_t)(i + 1) * 8820, BLOCK, true).last.turn % 3] =
            true;
    CHECK(turn[1] && turn[2]);
    host_free(host);
}

static void it_shows_the_spectra(void)
{
    Host *host = new_host();
    REQUIRE(host);
    load_file(host, MODEL, wire_file("view-spectra.safetensors", 8, 1, RATE));
    Sound kept = music;
    music = sound_tone(FRAMES); // 50 Hz
    const View view = watch(host, 0, (size_t)RATE, BLOCK, true).last;
    sound_free(&music);
    music = kept;
    int loudest = 0;
    for (int b = 0; b < VIEW_BANDS; b++)
        if (view.spectrum_in[b] > view.spectrum_in[loudest]) loudest = b;
    CHECK_MSG(loudest < 4 && view.spectrum_in[loudest] > view.spectrum_in[VIEW_BANDS / 2] + 40,
              "loudest band %d", loudest);
    // 0 dB is a sine at full scale; its bin may be shared by two bands.
    const float level = view.spectrum_in[loudest] / 2.0f - 100.0f;
    const float wanted = 20.0f * log10f(view.peak_in[0]);
    CHECK_MSG(level < wanted + 1.0f && level > wanted - 7.0f, "%g, not %g dB", (double)level,
              (double)wanted);
    CHECK(abs(view.spectrum_in[loudest] - view.spectrum_out[loudest]) <= 1);
    host_free(host);
}

static void a_model_of_spectra_says_so(void)
{
    Host *host = new_host();
    REQUIRE(host);
    load_file(host, MODEL, scrambler_file("view-spectral.safetensors", SPECTRAL, RATE, 1));
    const View view = watch(host, 0, (size_t)RATE, BLOCK, true).last;
    CHECK(view.spectral && view.channels == 8 && has_effect(&view, PORT_FREEZE_KIND));
    *host_control(host, "freeze") = *host_control(host, "freeze_kind") = 1.0f;
    CHECK(watch(host, (size_t)RATE, 2 * (size_t)RATE, BLOCK, true).last.sounding);
    host_free(host);
}

static void without_a_model_there_are_meters(void)
{
    Host *host = host_new(&(HostOptions){.uri = MONO, .rate = RATE, .lv2_path = bare_lv2_path()});
    REQUIRE(host);
    const Seen seen = watch(host, 0, (size_t)RATE, BLOCK, true);
    CHECK(seen.views > 20 && !seen.last.has_model && seen.last.effects == 0);
    CHECK(seen.last.peak_in[0] > 0 && seen.last.audio_channels == 1);
    host_free(host);
}

static void what_is_no_number_is_shown_as_one(void)
{
    Host *host = new_host();
    REQUIRE(host);
    Sound kept = music;
    music = sound_music(FRAMES);
    for (size_t i = 0; i < FRAMES; i += 7) music.channel[0][i] = i % 2 ? NAN : INFINITY;
    const Seen seen = watch(host, 0, FRAMES, BLOCK, true);
    sound_free(&music);
    music = kept;
    CHECK(seen.views > 20);
    CHECK(seen.last.spectrum_in[20] > 0); // of the samples that are numbers
    for (int p = 0; p < seen.last.points; p++)
        for (int a = 0; a < 2; a++)
            CHECK(isfinite(seen.last.path_before[p][a]) && isfinite(seen.last.path_after[p][a]));
    CHECK(watch(host, 0, FRAMES, BLOCK, true).last.spectrum_in[20] > 0); // and it recovers
    host_free(host);
}

// A view that has no room is left out; the names of files are not.
static void a_small_port_has_room_for_names(void)
{
    Host *host = host_new(&(HostOptions){
        .uri = STEREO, .rate = RATE, .worker = HOST_WORKER_INSIDE, .notify_size = 400});
    REQUIRE(host);
    CHECK(watch(host, 0, (size_t)RATE, BLOCK, true).views == 0);
    CHECK(named_file(host, MODEL));
    host_free(host);
}

// A training rewrites the model; the window chooses the same path again.
static void a_file_that_changed_is_loaded_anew(void)
{
    Host *host = new_host();
    REQUIRE(host);
    char path[KEPT_LENGTH], other[KEPT_LENGTH];
    keep(other, wire_file("view-other.safetensors", 4, 1, RATE));
    keep(path, wire_file("view-training.safetensors", 8, 1, RATE));
    load_file(host, MODEL, path);
    CHECK(watch(host, 0, (size_t)RATE, BLOCK, true).last.channels == 8);
    HostSession before = {0};
    host_session_save(host, &before);
    move_file(other, path);
    change_file(host, MODEL, path);
    CHECK(watch(host, 0, (size_t)RATE, BLOCK, true).last.channels == 4);
    // The session has a copy of what was chosen then; the file that is there now is played.
    HostSession after = {0};
    host_session_save(host, &after);
    const HostProperty *a = host_session_find(&before, "urn:trasluz:modelData");
    const HostProperty *b = host_session_find(&after, "urn:trasluz:modelData");
    CHECK(a && b && (a->size != b->size || memcmp(a->value, b->value, a->size) != 0));
    host_session_free(&before);
    host_session_free(&after);
    host_free(host);
}

int main(void)
{
    music = sound_music(FRAMES);
    out = sound_new(FRAMES);
    RUN(none_without_a_window);
    RUN(at_most_thirty_a_second_of_a_kilobyte);
    RUN(it_falls_silent_after_the_window);
    RUN(none_while_freewheeling);
    RUN(the_sound_is_the_same);
    RUN(it_shows_the_meters);
    RUN(the_share_of_a_core_is_no_more_than_the_time);
    RUN(it_shows_the_latent);
    RUN(it_shows_capture_and_freeze);
    RUN(it_shows_whose_turn_it_is);
    RUN(it_shows_the_spectra);
    RUN(a_model_of_spectra_says_so);
    RUN(without_a_model_there_are_meters);
    RUN(what_is_no_number_is_shown_as_one);
    RUN(a_small_port_has_room_for_names);
    RUN(a_file_that_changed_is_loaded_anew);
    sound_free(&music);
    sound_free(&out);
    return check_status();
}
