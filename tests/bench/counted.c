// counted.c PART: does one piece of work of the engine, the plugin or the training inside of
// counted(), the only function whose instructions count.sh counts:
//
//     engine         1 s of mono through the plugin's engine with `normal`, blocks of 64
//     altered        1 s of stereo with noise at detail 1
//     spectrum       1 s of stereo with `espectro`, the same
//     instance       one more instance with `grande`, and its first block
//     step           forward, backward and Adam for 1 s of sound with the network `normal`
//     spectral_step  the same for a clip of log levels with the network `espectro`
#include "engine/engine.h"
#include "lib/bare_plugin.h"
#include "lib/fixture.h"
#include "network/adam.h"
#include "network/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, BLOCK = 64 };

static void (*work)(void *data);
static void *work_data;

__attribute__((noinline)) static void counted(void)
{
    work(work_data);
}

static void count(void (*piece)(void *data), void *data)
{
    work = piece;
    work_data = data;
    counted();
}

// ---- The engine ----

typedef struct {
    Engine *engine;
    EngineSettings settings;
    float sound[2][RATE];
} Playing;

static void play(void *data)
{
    Playing *playing = data;
    static float out[2][BLOCK];
    for (size_t at = 0; at + BLOCK <= RATE; at += BLOCK) {
        const float *const in[2] = {playing->sound[0] + at, playing->sound[1] + at};
        float *const outs[2] = {out[0], out[1]};
        engine_process(playing->engine, &playing->settings, in, outs, BLOCK);
    }
}

static void count_engine(const char *name, int channels, bool altered)
{
    static Playing playing = {.settings = {ENGINE_NEUTRAL, .auto_gain = true}};
    char path[64];
    Error error;
    snprintf(path, sizeof path, "presets/models/%s.safetensors", name);
    Model *model = model_load(path, &error);
    playing.engine = model ? engine_new(model, NULL, RATE, channels, &error) : NULL;
    if (!playing.engine) abort();
    if (altered) playing.settings.detail = 1.0f;
    if (altered) playing.settings.latent.noise = 0.3f;
    for (uint32_t c = 0; c < 2; c++) fixture_signal(playing.sound[c], RATE, RATE, c + 1);
    play(&playing); // what is loaded or begins once
    count(play, &playing);
    engine_free(playing.engine);
    model_free(model);
}

// ---- The plugin ----

static void add_instance(void *data)
{
    BarePlugin *plugin = data;
    *plugin = bare_plugin_new(1, RATE, "presets/models/grande.safetensors");
    bare_plugin_run(plugin, BLOCK);
}

static void count_instance(void)
{
    BarePlugin first, second;
    add_instance(&first);
    count(add_instance, &second);
    bare_plugin_free(&first);
    bare_plugin_free(&second);
}

// ---- Training ----

typedef struct {
    Workspace *workspace;
    PackedWeights *packed;
    size_t parameters;
    float *weights, *gradient, *audio;
    Adam adam;
} Training;

static float *new_values(size_t n)
{
    float *values = calloc(n, sizeof(float));
    if (!values) abort();
    return values;
}

static void step(void *data)
{
    Training *training = data;
    const NetworkWeights weights = {training->weights, training->packed};
    packed_weights_set(training->packed, training->weights);
    network_forward(training->workspace, &weights, training->audio);
    network_backward(training->workspace, &weights, training->gradient);
    const AdamStep adam = adam_begin(&training->adam, 1e-3);
    adam_update(&training->adam, adam, training->weights, training->gradient, 0,
                training->parameters);
}

static void count_step(const char *name)
{
    Training training;
    Arch arch;
    Error error;
    if (!named_arch_parse(&arch, name, ACTIVATION_LEAKY_RELU, &error)) abort();
    const bool spectral = arch.front.kind == FRONT_SPECTRUM;
    const size_t window = spectral ? (size_t)default_training_window(&arch, default_rate(&arch))
                                   : (size_t)arch_round_up(&arch, 22050);
    const size_t values = (size_t)arch_front_frames(&arch, window) * (size_t)arch_inputs(&arch);
    training.parameters = arch_parameters(&arch);
    training.workspace = workspace_new(&arch, window);
    training.packed = packed_weights_new(&arch);
    training.weights = new_values(training.parameters);
    training.gradient = new_values(training.parameters);
    training.audio = new_values(values);
    training.adam = (Adam){new_values(training.parameters), new_values(training.parameters), 0};
    initialize_parameters(&arch, 1, training.weights);
    fixture_signal(training.audio, values, 22050.0, 1);
    step(&training);
    count(step, &training);
}

int main(int argc, char **argv)
{
    const char *part = argc == 2 ? argv[1] : "";
    if (strcmp(part, "engine") == 0)
        count_engine("normal", 1, false);
    else if (strcmp(part, "altered") == 0)
        count_engine("normal", 2, true);
    else if (strcmp(part, "spectrum") == 0)
        count_engine("espectro", 2, true);
    else if (strcmp(part, "instance") == 0)
        count_instance();
    else if (strcmp(part, "step") == 0)
        count_step("normal");
    else if (strcmp(part, "spectral_step") == 0)
        count_step("espectro");
    else
        return 2;
}
