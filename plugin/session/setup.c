#include "session/setup.h"

#include "session/model_cache.h"

#include <stdlib.h>

Setup *setup_new(void)
{
    return calloc(1, sizeof(Setup));
}

void setup_free(Setup *setup)
{
    if (!setup) return;
    engine_free(setup->engine);
    delay_free(setup->delay);
    model_cache_release(setup->model);
    free(setup);
}

void setup_inherit(Setup *setup, Setup *replaced)
{
    if (setup->engine) return;
    setup->engine = replaced->engine;
    setup->delay = replaced->delay;
    setup->model = replaced->model;
    replaced->engine = NULL;
    replaced->delay = NULL;
    replaced->model = NULL;
}
