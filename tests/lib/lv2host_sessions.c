#include "lib/lv2host_sessions.h"

#include <stdio.h>
#include <string.h>

Host *stereo_host(HostWorker worker)
{
    return model_alone(host_new(&(HostOptions){.uri = STEREO, .rate = RATE, .worker = worker}));
}

Host *host_with_model(const char *uri, HostWorker worker, const char *model)
{
    Host *host = model_alone(host_new(&(HostOptions){.uri = uri, .rate = RATE, .worker = worker}));
    if (host && model) load_file(host, MODEL, model);
    if (host) host_forget(host);
    return host;
}

bool sounds_like_wire(Host *host, size_t hop, float gain)
{
    const size_t frames = 4000, settled = 1000;
    Sound in = sound_music(frames), out = sound_new(frames);
    play(host, &in, &out, 0, frames, 300);
    bool like = *host_control(host, "latency") == (float)(hop - 1);
    for (size_t i = settled; i < frames && like; i++)
        like = out.channel[0][i] == gain * in.channel[0][i - hop + 1];
    sound_free(&in);
    sound_free(&out);
    return like;
}

bool is_named(Host *host, const char *property, const char *path)
{
    const char *named = named_file(host, property);
    return named && strcmp(named, path) == 0;
}

bool says(Host *host, const char *text)
{
    const char *notice = named_file(host, NOTICE);
    return notice && strstr(notice, text);
}

bool says_nothing(Host *host)
{
    return is_named(host, NOTICE, "");
}

int log_lines(const char *text)
{
    int count = 0;
    for (; *text; text++) count += *text == '\n';
    return count;
}

// A plugin with files and controls that are not the default ones, before any sound.
Host *furnished_host(const char *model, const char *reference)
{
    Host *host = stereo_host(HOST_WORKER_INSIDE);
    if (!host) return NULL;
    load_file(host, MODEL, model);
    load_file(host, REFERENCE, reference);
    *host_control(host, "noise") = 0.4f;
    *host_control(host, "blend") = 0.3f;
    *host_control(host, "gain") = -2;
    *host_control(host, "seed") = 12;
    return host;
}

void copy_controls(Host *from, Host *to)
{
    static const char *const symbols[] = {"enabled", "noise", "offset", "blend",
                                          "wet",     "gain",  "seed"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        *host_control(to, symbols[i]) = *host_control(from, symbols[i]);
}

bool same_sound(Host *a, Host *b)
{
    Sound in = sound_music(30000), of_a = sound_new(in.frames), of_b = sound_new(in.frames);
    host_reactivate(a);
    play(a, &in, &of_a, 0, in.frames, 512);
    play(b, &in, &of_b, 0, in.frames, 441);
    const bool same = sound_equal(&of_a, &of_b, 0, in.frames);
    sound_free(&in);
    sound_free(&of_a);
    sound_free(&of_b);
    return same;
}

bool same_property(HostSession *a, const char *key_a, HostSession *b, const char *key_b)
{
    const HostProperty *of_a = host_session_find(a, key_a), *of_b = host_session_find(b, key_b);
    return of_a && of_b && of_a->size == of_b->size &&
           memcmp(of_a->value, of_b->value, of_a->size) == 0;
}

bool has_value(HostSession *session, const char *key)
{
    const HostProperty *property = host_session_find(session, key);
    return property && (property->size > 1 || (property->size == 1 && property->value[0]));
}

void name_by_session(Host *host, const char *property, const char *path)
{
    HostSession session = {0};
    host_session_put(&session, property, PATH, path, strlen(path) + 1);
    host_session_restore(host, &session);
    run_nothing(host);
    host_session_free(&session);
}
