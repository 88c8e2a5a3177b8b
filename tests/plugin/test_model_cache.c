// One model in memory for all that load the same weights, as long as anybody uses it.
#include "lib/check.h"
#include "lib/fixture.h"
#include "session/model_cache.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 5000 };

static Model *new_model(uint32_t seed, double level)
{
    Model *model = fixture_model("3k4s2p1", ACTIVATION_TANH, 22050.0, seed);
    if (model) model->info.level = level;
    return model;
}

static const Model *share(uint32_t seed, double level)
{
    return model_cache_share(new_model(seed, level));
}

static void test_equal_models_become_one(void)
{
    const Model *first = share(1, -12.0);
    CHECK(first && share(1, -12.0) == first);
    CHECK(model_cache_retain(first) == first);
    // One use of three is left: it is still the model that others get.
    model_cache_release(first);
    model_cache_release(first);
    CHECK(share(1, -12.0) == first);
    model_cache_release(first);
    model_cache_release(first);
}

static void test_other_weights_and_levels_stay_apart(void)
{
    const Model *models[] = {share(1, -12.0), share(2, -12.0), share(1, -13.0), share(1, NAN)};
    enum { MODELS = sizeof models / sizeof *models };
    for (int i = 0; i < MODELS; i++)
        for (int j = 0; j < i; j++) CHECK(models[i] != models[j]);
    const Model *silent = share(1, NAN);
    CHECK(silent == models[3]);
    model_cache_release(silent);
    for (int i = 0; i < MODELS; i++) model_cache_release(models[i]);
    CHECK(!model_cache_share(NULL));
    CHECK(!model_cache_retain(NULL));
    model_cache_release(NULL);
}

// The leak checker would see a model that stays, the address checker one that is found again.
static void test_unused_model_is_freed(void)
{
    const Model *other = share(2, -12.0);
    model_cache_release(share(1, -12.0));
    Model *new = new_model(1, -12.0);
    CHECK(model_cache_share(new) == new);
    model_cache_release(new);
    model_cache_release(other);
}

// Takes and leaves the same few models; each stays whole while it is held.
static void *take_and_leave(void *argument)
{
    bool *whole = argument;
    const Model *held[2] = {NULL};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        const uint32_t which = i % 2;
        model_cache_release(held[which]);
        held[which] = share(which, -12.0);
        *whole = *whole && held[which]->arch.encoder.layers == 1;
    }
    for (int which = 0; which < 2; which++) model_cache_release(held[which]);
    return NULL;
}

static void test_threads(void)
{
    pthread_t thread[THREADS];
    bool whole[THREADS];
    for (int i = 0; i < THREADS; i++) {
        whole[i] = true;
        pthread_create(&thread[i], NULL, take_and_leave, &whole[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        CHECK(whole[i]);
    }
}

// A file that is in use is known by its bytes: its model is not made again. Other bytes are another
// file.
static void test_a_file_is_read_once(void)
{
    Error error;
    size_t size;
    char first[HASH_TEXT], second[HASH_TEXT], wanted[HASH_TEXT];
    Model *model = new_model(7, -12.0);
    unsigned char *bytes = model_serialize(model, &size, &error);
    model_free(model);
    REQUIRE(bytes);
    hash_bytes(bytes, size, wanted);
    const Model *shared = model_cache_load(bytes, size, first, &error);
    REQUIRE(shared);
    CHECK(model_cache_load(bytes, size, second, &error) == shared);
    CHECK(strcmp(first, wanted) == 0 && strcmp(second, wanted) == 0);
    CHECK(share(7, -12.0) == shared); // the same model from elsewhere
    bytes[size - 1] ^= 1;
    CHECK(!model_cache_load(bytes, size, second, &error)); // its checksum is wrong now
    CHECK(strcmp(first, second) != 0);
    bytes[size - 1] ^= 1;
    for (int i = 0; i < 3; i++) model_cache_release(shared);
    shared = model_cache_load(bytes, size, first, &error); // nothing was kept
    CHECK(shared);
    model_cache_release(shared);
    free(bytes);
}

int main(void)
{
    RUN(test_equal_models_become_one);
    RUN(test_other_weights_and_levels_stay_apart);
    RUN(test_unused_model_is_freed);
    RUN(test_a_file_is_read_once);
    RUN(test_threads);
    return check_status();
}
