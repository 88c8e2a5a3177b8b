#include "player.h"

static const double settle_seconds = 0.1;
static const double fade_seconds = 0.05;

void player_init(Player *player, Setup *first, double rate, int channels)
{
    *player = (Player){
        .current = first,
        .settle = (size_t)(settle_seconds * rate),
        .fade = (size_t)(fade_seconds * rate),
        .idle = true,
        .channels = channels,
    };
}

void player_free(Player *player)
{
    setup_free(player->current);
    setup_free(player->next);
}

static Setup *take_over(Player *player, Setup *setup)
{
    Setup *replaced = player->current;
    player->current = setup;
    player->next = NULL;
    return replaced;
}

Setup *player_reset(Player *player)
{
    Setup *replaced = player->next ? take_over(player, player->next) : NULL;
    if (player->current->engine) {
        engine_reset(player->current->engine);
        delay_reset(player->current->delay, player->constant);
    }
    player->idle = true;
    return replaced;
}

void player_set_constant_latency(Player *player, bool constant)
{
    player->constant = constant;
    if (player->idle && player->current->engine) delay_reset(player->current->delay, constant);
}

static size_t setup_latency(const Player *player, const Setup *setup)
{
    if (!setup->engine) return 0;
    const size_t delay = player->constant ? delay_samples(setup->delay) : 0;
    return (size_t)engine_latency(setup->engine) + delay;
}

bool player_is_free(const Player *player)
{
    return !player->next;
}

Setup *player_adopt(Player *player, Setup *setup)
{
    if (setup->engine) delay_reset(setup->delay, player->constant);
    if (setup->engine && !player->idle) {
        player->next = setup;
        player->age = 0;
        player->start = setup_latency(player, setup) + player->settle;
        return NULL;
    }
    setup_inherit(setup, player->current);
    return take_over(player, setup);
}

void player_locate(Player *player, const EngineSettings *settings, uint64_t frame)
{
    if (player->current->engine) engine_locate(player->current->engine, settings, frame);
    if (player->next) engine_locate(player->next->engine, settings, frame);
}

void player_start(Player *player, const EngineSettings *settings, uint64_t frame)
{
    if (player->current->engine) engine_start(player->current->engine, settings, frame);
    if (player->next) engine_start(player->next->engine, settings, frame);
}

const Model *player_model(const Player *player)
{
    return player->next ? player->next->model : player->current->model;
}

const Names *player_names(const Player *player)
{
    return player->next ? &player->next->names : &player->current->names;
}

bool player_asks_for_room(Player *player)
{
    bool asks = player->current->engine && engine_asks_for_room(player->current->engine);
    if (player->next) asks = engine_asks_for_room(player->next->engine) || asks;
    return asks;
}

void player_watch(Player *player, LatentTap *tap)
{
    if (player->current->engine) engine_watch(player->current->engine, tap);
}

int player_latency(const Player *player)
{
    return (int)setup_latency(player, player->current);
}

static void pass(int channels, const float *const *in, float *const *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float frame[CHANNELS_MAX]; // read all before writing one: they may be the same memory
        for (int c = 0; c < channels; c++) frame[c] = engine_finite(in[c][i]);
        for (int c = 0; c < channels; c++) out[c][i] = frame[c];
    }
}

static void play(const Player *player, const Setup *setup, const EngineSettings *settings,
                 const float *const *in, float *const *out, size_t n)
{
    if (setup->engine) {
        engine_process(setup->engine, settings, in, out, n);
        delay_process(setup->delay, player->constant, out, n);
    } else {
        pass(player->channels, in, out, n);
    }
}

// Plays both setups, at most to the end of the fade. Returns the samples played.
static size_t cross_fade(Player *player, const EngineSettings *settings, const float *const *in,
                         float *const *out, size_t n)
{
    const size_t start = player->start, left = start + player->fade - player->age;
    if (n > left) n = left;
    if (n > PLAYER_BLOCK) n = PLAYER_BLOCK;

    float *scratch[CHANNELS_MAX];
    for (int c = 0; c < player->channels; c++) scratch[c] = player->scratch[c];
    play(player, player->next, settings, in, scratch, n); // first: `out` may be the memory of `in`
    play(player, player->current, settings, in, out, n);

    for (size_t i = 0; i < n; i++) {
        if (player->age++ < start) continue;
        const float gain = (float)(player->age - start) / (float)player->fade;
        for (int c = 0; c < player->channels; c++) out[c][i] += gain * (scratch[c][i] - out[c][i]);
    }
    return n;
}

static bool is_faded(const Player *player)
{
    return player->age == player->start + player->fade;
}

Setup *player_process(Player *player, const EngineSettings *settings, const float *const *in,
                      float *const *out, size_t n)
{
    if (n > 0) player->idle = false;

    Setup *replaced = NULL;
    const float *from[CHANNELS_MAX];
    float *to[CHANNELS_MAX];
    for (size_t done = 0; done < n;) {
        for (int c = 0; c < player->channels; c++) {
            from[c] = in[c] + done;
            to[c] = out[c] + done;
        }
        if (player->next) {
            done += cross_fade(player, settings, from, to, n - done);
            if (is_faded(player)) replaced = take_over(player, player->next);
        } else {
            play(player, player->current, settings, from, to, n - done);
            done = n;
        }
    }
    return replaced;
}
