#include "setup.h"

#include "model_cache.h"

#include <stdlib.h>

bool name_is_usable(Property property, size_t length)
{
    return length < PATH_BYTES && (length > 0 || property == PROPERTY_REFERENCE);
}

Setup *setup_new(void)
{
    return calloc(1, sizeof(Setup));
}

void setup_free(Setup *setup)
{
    if (!setup) return;
    engine_free(setup->engine);
    model_cache_release(setup->model);
    free(setup);
}

void setup_inherit(Setup *setup, Setup *former)
{
    if (setup->engine) return;
    setup->engine = former->engine;
    setup->model = former->model;
    former->engine = NULL;
    former->model = NULL;
}
