// One model in memory for all that load the same weights, as long as anybody uses it.
#include "lib/check.h"
#include "lib/fixture.h"
#include "model/model_registry.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 5000 };

static Model *new_model(uint32_t seed, double level)
{
    Model *model = fixture_model("3k4s2p1", ACTIVATION_TANH, 22050.0, seed);
    if (model) model->info.level = level;
    return model;
}

static void test_equal_models_become_one(void)
{
    Model *first = model_registry_share(new_model(1, -12.0));
    Model *second = model_registry_share(new_model(1, -12.0));
    CHECK(first && first == second);
    CHECK(first->references == 2);
    CHECK(model_registry_share(model_ref(first)) == first);
    CHECK(first->references == 3);
    for (int i = 0; i < 3; i++) model_unref(first);
}

static void test_other_weights_and_levels_stay_apart(void)
{
    Model *models[] = {
        model_registry_share(new_model(1, -12.0)), model_registry_share(new_model(2, -12.0)),
        model_registry_share(new_model(1, -13.0)), model_registry_share(new_model(1, NAN))};
    enum { MODELS = sizeof models / sizeof *models };
    for (int i = 0; i < MODELS; i++)
        for (int j = 0; j < i; j++) CHECK(models[i] != models[j]);
    Model *silent = model_registry_share(new_model(1, NAN));
    CHECK(silent == models[3]);
    model_unref(silent);
    for (int i = 0; i < MODELS; i++) model_unref(models[i]);
    CHECK(!model_registry_share(NULL));
}

// The sanitizers would see it if the freed one were found again.
static void test_unused_model_is_freed(void)
{
    Model *former = model_registry_share(new_model(1, -12.0));
    Model *other = model_registry_share(new_model(2, -12.0));
    model_unref(former);
    Model *new = model_registry_share(new_model(1, -12.0));
    CHECK(new->references == 1);
    model_unref(new);
    model_unref(other);
}

// Takes and leaves the same few models; each stays whole while it is held.
static void *take_and_leave(void *argument)
{
    bool *whole = argument;
    Model *held[2] = {NULL};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        const uint32_t which = i % 2;
        model_unref(held[which]);
        held[which] = model_registry_share(new_model(which, -12.0));
        *whole = *whole && held[which]->references >= 1 && held[which]->arch.encoder.layers == 1;
    }
    for (int which = 0; which < 2; which++) model_unref(held[which]);
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

int main(void)
{
    RUN(test_equal_models_become_one);
    RUN(test_other_weights_and_levels_stay_apart);
    RUN(test_unused_model_is_freed);
    RUN(test_threads);
    return check_status();
}
