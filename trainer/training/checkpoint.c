#include "training/checkpoint.h"

#include "base/parse.h"
#include "base/ranks.h"
#include "files/file.h"
#include "files/safetensors.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

// Bytes: three values for each parameter, of which there can be ARCH_PARAMETERS_MAX.
#define CHECKPOINT_FILE_MAX ((size_t)256 << 20)

bool checkpoint_init(Checkpoint *checkpoint, const Arch *arch, Error *error)
{
    const size_t n = arch_parameters(arch);
    *checkpoint = (Checkpoint){
        .count = n,
        .parameters = calloc(n, sizeof(float)),
        .adam = {.first = calloc(n, sizeof(float)), .second = calloc(n, sizeof(float))},
        .best = calloc(n, sizeof(float)),
    };
    if (checkpoint->parameters && checkpoint->adam.first && checkpoint->adam.second &&
        checkpoint->best)
        return true;
    checkpoint_free(checkpoint);
    return error_set(error, "out of memory");
}

void checkpoint_free(Checkpoint *checkpoint)
{
    free(checkpoint->parameters);
    free(checkpoint->adam.first);
    free(checkpoint->adam.second);
    free(checkpoint->best);
    *checkpoint = (Checkpoint){0};
}

// The arrays and numbers of a checkpoint by name: one table for writing and reading.
enum { ARRAYS = 4, NUMBERS = 12 };

static void list_arrays(const Checkpoint *c, const char *name[ARRAYS], float *array[ARRAYS])
{
    name[0] = "parameters", array[0] = c->parameters;
    name[1] = "adam.first", array[1] = c->adam.first;
    name[2] = "adam.second", array[2] = c->adam.second;
    name[3] = "best", array[3] = c->best;
}

// None is below 0. What is counted leaves room to count on, and stays exact in a double.
#define EPOCHS_MAX 1e9
#define STEPS_MAX  0x1p52

static const struct {
    const char *name;
    double most;
} numbers[NUMBERS] = {
    {"epoch", EPOCHS_MAX},       {"step", STEPS_MAX},        {"loss_sum", DBL_MAX},
    {"loss_windows", STEPS_MAX}, {"best_epoch", EPOCHS_MAX}, {"best_validation", DBL_MAX},
    {"best_train", DBL_MAX},     {"halvings", EPOCHS_MAX},   {"stale", EPOCHS_MAX},
    {"stale_at", DBL_MAX},       {"finished", 1.0},          {"adam_steps", STEPS_MAX},
};

static void get_numbers(const Checkpoint *c, double number[NUMBERS])
{
    const double all[NUMBERS] = {
        c->epoch,          (double)c->step,      c->loss_sum,          (double)c->loss_windows,
        c->best_epoch,     c->best_validation,   c->best_train,        c->schedule.halvings,
        c->schedule.stale, c->schedule.stale_at, c->schedule.finished, (double)c->adam.steps,
    };
    memcpy(number, all, sizeof all);
}

static void set_numbers(Checkpoint *c, const double number[NUMBERS])
{
    c->epoch = (int)number[0];
    c->step = (uint64_t)number[1];
    c->loss_sum = number[2];
    c->loss_windows = (uint64_t)number[3];
    c->best_epoch = (int)number[4];
    c->best_validation = number[5];
    c->best_train = number[6];
    c->schedule.halvings = (int)number[7];
    c->schedule.stale = (int)number[8];
    c->schedule.stale_at = number[9];
    c->schedule.finished = number[10] != 0.0;
    c->adam.steps = (uint64_t)number[11];
}

void checkpoint_copy(Checkpoint *checkpoint)
{
    const char *name[ARRAYS];
    float *array[ARRAYS];
    double number[NUMBERS];
    list_arrays(checkpoint, name, array);
    for (int i = 0; i < ARRAYS; i++) ranks_copy(array[i], checkpoint->count * sizeof(float));
    get_numbers(checkpoint, number);
    ranks_copy(number, sizeof number);
    set_numbers(checkpoint, number);
}

bool checkpoint_write(const Checkpoint *checkpoint, const char *identity, const char *path,
                      Error *error)
{
    const char *name[ARRAYS];
    float *array[ARRAYS];
    double number[NUMBERS];
    list_arrays(checkpoint, name, array);
    get_numbers(checkpoint, number);
    SafetensorsBuilder *builder = safetensors_builder_new();
    if (!builder) return error_set(error, "out of memory");
    for (int i = 0; i < ARRAYS; i++)
        safetensors_add(builder, name[i], 1, &checkpoint->count, array[i]);
    safetensors_describe(builder, "format", "trasluz-checkpoint");
    safetensors_describe(builder, "identity", "%s", identity);
    for (int i = 0; i < NUMBERS; i++)
        safetensors_describe(builder, numbers[i].name, "%.17g", number[i]);
    size_t size;
    unsigned char *bytes = safetensors_serialize(builder, &size, error);
    const bool good = bytes && file_write(path, bytes, size, error);
    free(bytes);
    safetensors_builder_free(builder);
    return good;
}

// Says the first of the parts, "name value, name value", in which two identities differ.
static bool refuse_other(const char *theirs, const char *ours, Error *error)
{
    size_t part = 0;
    for (size_t i = 0; theirs[i] == ours[i]; i++)
        if (theirs[i] == ' ' && i > 0 && theirs[i - 1] == ',') part = i + 1;
    return error_set(error, "it is of another training, with %.*s; this one has %.*s",
                     (int)strcspn(theirs + part, ","), theirs + part,
                     (int)strcspn(ours + part, ","), ours + part);
}

static bool read_arrays(Checkpoint *checkpoint, const Safetensors *file, Error *error)
{
    const char *name[ARRAYS];
    float *array[ARRAYS];
    list_arrays(checkpoint, name, array);
    for (int i = 0; i < ARRAYS; i++) {
        const Tensor *tensor = safetensors_require(file, name[i], 1, &checkpoint->count, error);
        if (!tensor) return false;
        memcpy(array[i], tensor->values, checkpoint->count * sizeof(float));
    }
    return true;
}

static bool read_numbers(Checkpoint *checkpoint, const Safetensors *file, Error *error)
{
    double number[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
        const char *name = numbers[i].name, *text = safetensors_metadata(file, name);
        if (!text) return error_set(error, "metadata: no %s", name);
        if (!parse_number(text, 0.0, numbers[i].most, &number[i], error))
            return error_prefix(error, name);
    }
    set_numbers(checkpoint, number);
    return true;
}

static bool read_checkpoint(Checkpoint *checkpoint, const char *identity, const Safetensors *file,
                            Error *error)
{
    const char *format = safetensors_metadata(file, "format");
    const char *stored = safetensors_metadata(file, "identity");
    if (!format || !stored || strcmp(format, "trasluz-checkpoint") != 0)
        return error_set(error, "not a checkpoint");
    if (strcmp(stored, identity) != 0) return refuse_other(stored, identity, error);
    return read_arrays(checkpoint, file, error) && read_numbers(checkpoint, file, error);
}

bool checkpoint_read(Checkpoint *checkpoint, const char *identity, const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, CHECKPOINT_FILE_MAX, &size, error);
    Safetensors *file = bytes ? safetensors_parse(bytes, size, error) : NULL;
    const bool good = file && read_checkpoint(checkpoint, identity, file, error);
    safetensors_free(file);
    free(bytes);
    return good || error_prefix(error, path);
}
