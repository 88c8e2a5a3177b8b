// host_spectra.c: the shipped model of spectra in the plugin: the same samples as the trainer's
// reconstruct, and one recording for all channels.
#include "lib/check.h"
#include "lib/lv2host_sessions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 6 * 48000, ON = 3 * 48000 };

static Host *spectrum_host(const char *uri)
{
    Host *host =
        host_new(&(HostOptions){.uri = uri, .rate = 48000.0, .worker = HOST_WORKER_INSIDE});
    if (host)
        load_file(host, MODEL,
                  scratch_path("%s/models/espectro.safetensors", "shipped/trasluz.lv2"));
    return host;
}

// Reads the samples of a WAV file of 32-bit floats and two channels.
static bool read_wav(const char *path, Sound *sound)
{
    FILE *file = fopen(path, "rb");
    unsigned char head[12], chunk[8];
    if (!file || fread(head, 1, sizeof head, file) != sizeof head) return false;
    bool ok = false;
    while (!ok && fread(chunk, 1, sizeof chunk, file) == sizeof chunk) {
        const uint32_t size = chunk[4] | (uint32_t)chunk[5] << 8 | (uint32_t)chunk[6] << 16 |
                              (uint32_t)chunk[7] << 24;
        if (memcmp(chunk, "data", 4) != 0) {
            fseek(file, (long)size, SEEK_CUR);
            continue;
        }
        float frame[SOUND_CHANNELS];
        size_t i = 0;
        while (i < sound->frames && fread(frame, sizeof frame, 1, file) == 1) {
            for (int c = 0; c < SOUND_CHANNELS; c++) sound->channel[c][i] = frame[c];
            i++;
        }
        ok = i == sound->frames;
    }
    fclose(file);
    return ok;
}

static void write_wav(const char *path, const Sound *sound)
{
    const uint32_t data = (uint32_t)(sound->frames * sizeof(float) * SOUND_CHANNELS);
    const uint32_t words[] = {0x46464952, data + 36, 0x45564157, 0x20746d66, 16,  0x00020003,
                              48000,      384000,    0x00200008, 0x61746164, data};
    FILE *file = fopen(path, "wb");
    REQUIRE(file);
    fwrite(words, sizeof words, 1, file);
    for (size_t i = 0; i < sound->frames; i++)
        for (int c = 0; c < SOUND_CHANNELS; c++) fwrite(&sound->channel[c][i], 4, 1, file);
    fclose(file);
}

// The options in the trainer's words and the controls in the plugin's; the last one is switched on
// after three seconds, and the plugin plays blocks of random lengths.
static void check_offline(const char *what, const char *options, const char *const symbol[],
                          const float value[])
{
    Sound in = sound_music(FRAMES), out = sound_new(FRAMES), wanted = sound_new(FRAMES);
    char command[4096], audio[1024], made[1024];
    snprintf(audio, sizeof audio, "%s", scratch_path("in.wav"));
    snprintf(made, sizeof made, "%s", scratch_path("made.wav"));
    write_wav(audio, &in);
    snprintf(command, sizeof command,
             "%s reconstruct presets/models/espectro.safetensors %s -o %s --force --detail 1 %s "
             ">%s 2>&1",
             getenv("TRAINER"), audio, made, options, scratch_path("printed"));
    REQUIRE(system(command) == 0 && read_wav(made, &wanted));

    Host *host = spectrum_host(STEREO);
    REQUIRE(host);
    int controls = 0;
    for (; symbol[controls + 1]; controls++)
        *host_control(host, symbol[controls]) = value[controls];
    host_reactivate(host);
    play_in_pieces(host, &in, &out, 0, ON, 700, 1);
    *host_control(host, symbol[controls]) = value[controls];
    play_in_pieces(host, &in, &out, ON, FRAMES, 700, 2);
    const size_t latency = (size_t)*host_control(host, "latency");
    CHECK_MSG(sound_delayed(&wanted, &out, latency, latency, FRAMES), "%s", what);
    CHECK_MSG(!sound_delayed(&in, &out, latency, ON + latency, FRAMES), "%s: does nothing", what);
    host_free(host);
    sound_free(&in);
    sound_free(&out);
    sound_free(&wanted);
}

static void plugin_and_trainer_make_the_same_samples(void)
{
    check_offline("axes and match", "--axis1 1.5 --axis3=-1 --match 1 --axis2 0:0,3:0,3:2",
                  (const char *const[]){"axis1", "axis3", "match", "axis2", NULL},
                  (const float[]){1.5f, -1.0f, 1.0f, 2.0f});
    check_offline("a frozen sound", "--scale 0.5 --freeze-kind sound --freeze 3:1",
                  (const char *const[]){"scale", "freeze_kind", "freeze", NULL},
                  (const float[]){0.5f, 1.0f, 1.0f});
    check_offline("a frozen timbre", "--axis4 2 --freeze 3:1",
                  (const char *const[]){"axis4", "freeze", NULL}, (const float[]){2.0f, 1.0f});
    check_offline("noise", "--drift 8 --noise 0:0,3:0,3:1",
                  (const char *const[]){"drift", "noise", NULL}, (const float[]){8.0f, 1.0f});
}

// ---- Recordings ----

static void capture_music(Host *host)
{
    Sound in = sound_music(60000), out = sound_new(in.frames);
    *host_control(host, "capture") = 1;
    play(host, &in, &out, 0, 40000, 512);
    *host_control(host, "capture") = 0;
    play(host, &in, &out, 40000, in.frames, 512);
    sound_free(&in);
    sound_free(&out);
}

// From a mono session to stereo, and back.
static void a_mono_recording_goes_through_stereo(void)
{
    Host *mono = spectrum_host(MONO), *stereo = spectrum_host(STEREO), *back = spectrum_host(MONO);
    Host *without = spectrum_host(STEREO);
    REQUIRE(mono && stereo && back && without);
    HostSession session = {0}, through = {0};
    *host_control(mono, "blend") = 1.0f;
    capture_music(mono);
    host_session_save(mono, &session);
    host_session_restore(stereo, &session);
    host_session_save(stereo, &through);
    host_session_restore(back, &through);
    copy_controls(mono, back);
    copy_controls(mono, stereo);
    copy_controls(mono, without);
    CHECK(same_property(&session, "urn:trasluz:recording0", &through, "urn:trasluz:recording0"));
    CHECK(has_value(&through, "urn:trasluz:recording0"));
    CHECK(same_sound(mono, back));
    // Both channels of the stereo plugin play it.
    Sound in = sound_music(48000), out = sound_new(in.frames), plain = sound_new(in.frames);
    host_reactivate(stereo);
    host_reactivate(without);
    play(stereo, &in, &out, 0, in.frames, 512);
    play(without, &in, &plain, 0, in.frames, 512);
    for (int c = 0; c < SOUND_CHANNELS; c++) {
        double moved = 0.0;
        for (size_t i = 0; i < in.frames; i++)
            moved = fmax(moved, fabs((double)out.channel[c][i] - (double)plain.channel[c][i]));
        CHECK_MSG(moved > 0.01, "channel %d plays without the recording", c);
    }
    sound_free(&in);
    sound_free(&out);
    sound_free(&plain);
    host_session_free(&session);
    host_session_free(&through);
    host_free(mono);
    host_free(stereo);
    host_free(back);
    host_free(without);
}

int main(void)
{
    lv2_path_with_models("shipped");
    RUN(plugin_and_trainer_make_the_same_samples);
    RUN(a_mono_recording_goes_through_stereo);
    return check_status();
}
