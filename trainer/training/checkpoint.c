#include "training/checkpoint.h"

#include "base/parse.h"
#include "base/ranks.h"
#include "files/file.h"
#include "files/safetensors.h"
#include "training/music_list.h"

#include <float.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Bytes: the largest network's four arrays and the header.
#define CHECKPOINT_FILE_MAX (4 * (size_t)ARCH_PARAMETERS_MAX * sizeof(float) + ((size_t)1 << 20))

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
    return error_out_of_memory(error);
}

void checkpoint_free(Checkpoint *checkpoint)
{
    free(checkpoint->parameters);
    free(checkpoint->adam.first);
    free(checkpoint->adam.second);
    free(checkpoint->best);
    *checkpoint = (Checkpoint){0};
}

enum { MUSIC_MAX = 1 << 19 }; // bytes of the list of music: half of a header, quotes escaped

// ---- The table of fields ----

typedef enum { FIELD_ARRAY, FIELD_INT, FIELD_COUNT, FIELD_DOUBLE, FIELD_BOOL } FieldKind;

// A field of a checkpoint: an array, float[count], is a tensor of the file; the others are numbers
// of its metadata.
typedef struct {
    const char *name;
    FieldKind kind;
    size_t offset; // in Checkpoint
    double most;   // the largest number that is accepted; none is below 0
    bool is_new;   // files of earlier versions lack it; then it is 0
} Field;

// A count must leave room to go on counting and stay exact in a double.
#define EPOCHS_MAX  1e9
#define STEPS_MAX   0x1p52
#define SECONDS_MAX 1e12

#define FIELD(name, kind, member, most)                                                            \
    {                                                                                              \
        name, FIELD_##kind, offsetof(Checkpoint, member), most, false                              \
    }

static const Field fields[] = {
    FIELD("parameters", ARRAY, parameters, 0.0),
    FIELD("adam.first", ARRAY, adam.first, 0.0),
    FIELD("adam.second", ARRAY, adam.second, 0.0),
    FIELD("best", ARRAY, best, 0.0),
    FIELD("epoch", INT, epoch, EPOCHS_MAX),
    FIELD("step", COUNT, step, STEPS_MAX),
    FIELD("loss_sum", DOUBLE, loss_sum, DBL_MAX),
    FIELD("loss_windows", COUNT, loss_windows, STEPS_MAX),
    {"seconds", FIELD_DOUBLE, offsetof(Checkpoint, seconds), SECONDS_MAX, true},
    FIELD("best_epoch", INT, best_epoch, EPOCHS_MAX),
    FIELD("best_validation", DOUBLE, best_validation, DBL_MAX),
    FIELD("best_train", DOUBLE, best_train, DBL_MAX),
    FIELD("halvings", INT, schedule.halvings, EPOCHS_MAX),
    FIELD("stale", INT, schedule.stale, EPOCHS_MAX),
    FIELD("stale_at", DOUBLE, schedule.stale_at, DBL_MAX),
    FIELD("finished", BOOL, schedule.finished, 1.0),
    FIELD("adam_steps", COUNT, adam.steps, STEPS_MAX),
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

static void *field_at(const Checkpoint *checkpoint, const Field *field)
{
    return (char *)checkpoint + field->offset;
}

static float *field_array(const Checkpoint *checkpoint, const Field *field)
{
    return *(float **)field_at(checkpoint, field);
}

static double field_number(const Checkpoint *checkpoint, const Field *field)
{
    const void *at = field_at(checkpoint, field);
    switch (field->kind) {
    case FIELD_INT: return *(const int *)at;
    case FIELD_COUNT: return (double)*(const uint64_t *)at;
    case FIELD_BOOL: return *(const bool *)at;
    case FIELD_DOUBLE: return *(const double *)at;
    case FIELD_ARRAY:
    default: return 0.0;
    }
}

static void field_set_number(Checkpoint *checkpoint, const Field *field, double number)
{
    void *at = field_at(checkpoint, field);
    switch (field->kind) {
    case FIELD_INT: *(int *)at = (int)number; break;
    case FIELD_COUNT: *(uint64_t *)at = (uint64_t)number; break;
    case FIELD_BOOL: *(bool *)at = number != 0.0; break;
    case FIELD_DOUBLE: *(double *)at = number; break;
    case FIELD_ARRAY:
    default: break;
    }
}

void checkpoint_copy(Checkpoint *checkpoint)
{
    for (int i = 0; i < FIELDS; i++) {
        const Field *field = &fields[i];
        if (field->kind == FIELD_ARRAY) {
            ranks_copy(field_array(checkpoint, field), checkpoint->count * sizeof(float));
            continue;
        }
        double number = field_number(checkpoint, field);
        ranks_copy(&number, sizeof number);
        field_set_number(checkpoint, field, number);
    }
}

// ---- Writing ----

bool checkpoint_write(const Checkpoint *checkpoint, const char *identity, const json_t *music,
                      const char *path, Error *error)
{
    SafetensorsBuilder *builder = safetensors_builder_new();
    if (!builder) return error_out_of_memory(error);
    char *list = music ? json_dumps(music, JSON_COMPACT) : NULL;
    if (list && strlen(list) <= MUSIC_MAX) safetensors_describe(builder, "music", "%s", list);
    free(list);
    safetensors_describe(builder, "format", "trasluz-checkpoint");
    safetensors_describe(builder, "identity", "%s", identity);
    for (int i = 0; i < FIELDS; i++) {
        const Field *field = &fields[i];
        if (field->kind == FIELD_ARRAY)
            safetensors_add(builder, field->name, 1, &checkpoint->count,
                            field_array(checkpoint, field));
        else
            safetensors_describe(builder, field->name, "%.17g", field_number(checkpoint, field));
    }
    size_t size;
    unsigned char *bytes = safetensors_serialize(builder, &size, error);
    const bool ok = bytes && file_write(path, bytes, size, error);
    free(bytes);
    safetensors_builder_free(builder);
    return ok;
}

// ---- Reading ----

// Names the first part, "name value", in which two identities differ; the files, where it is the
// music.
static bool refuse_other(const Safetensors *file, const char *theirs, const char *ours,
                         const json_t *music, Error *error)
{
    size_t part = 0;
    for (size_t i = 0; theirs[i] == ours[i]; i++)
        if (theirs[i] == ' ' && i > 0 && theirs[i - 1] == ',') part = i + 1;
    if (music && strncmp(theirs + part, "data ", 5) == 0) {
        const char *text = safetensors_metadata(file, "music");
        json_t *list = text ? json_loads(text, 0, NULL) : NULL;
        music_list_refuse(list, music, error);
        json_decref(list);
        return false;
    }
    return error_set(error, "belongs to another training: %.*s, expected %.*s",
                     (int)strcspn(theirs + part, ","), theirs + part,
                     (int)strcspn(ours + part, ","), ours + part);
}

static bool read_field(Checkpoint *checkpoint, const Field *field, const Safetensors *file,
                       Error *error)
{
    if (field->kind == FIELD_ARRAY) {
        const Tensor *tensor = safetensors_require(file, field->name, 1, &checkpoint->count, error);
        if (!tensor) return false;
        memcpy(field_array(checkpoint, field), tensor->values, checkpoint->count * sizeof(float));
        return true;
    }
    double number;
    const char *text = safetensors_metadata(file, field->name);
    if (!text && field->is_new) return true;
    if (!text) return error_set(error, "metadata: no %s", field->name);
    if (!parse_number(text, 0.0, field->most, &number, error))
        return error_prefix(error, field->name);
    field_set_number(checkpoint, field, number);
    return true;
}

static bool read_checkpoint(Checkpoint *checkpoint, const char *identity, const json_t *music,
                            const Safetensors *file, Error *error)
{
    const char *format = safetensors_metadata(file, "format");
    const char *stored = safetensors_metadata(file, "identity");
    if (!format || !stored || strcmp(format, "trasluz-checkpoint") != 0)
        return error_set(error, "not a checkpoint");
    if (strcmp(stored, identity) != 0) return refuse_other(file, stored, identity, music, error);
    for (int i = 0; i < FIELDS; i++)
        if (!read_field(checkpoint, &fields[i], file, error)) return false;
    return true;
}

// Reads ", name number" of an identity; 0 if it has no such part.
static size_t identity_number(const char *identity, const char *name)
{
    char part[32], text[32];
    long number;
    Error ignored;
    snprintf(part, sizeof part, ", %s ", name);
    const char *at = identity ? strstr(identity, part) : NULL;
    if (!at) return 0;
    at += strlen(part);
    snprintf(text, sizeof text, "%.*s", (int)strcspn(at, ","), at);
    return parse_integer(text, 1, 1 << 30, &number, &ignored) ? (size_t)number : 0;
}

bool checkpoint_length(CheckpointLength *length, const char *path, Error *error)
{
    size_t size;
    long epochs;
    unsigned char *bytes = file_read(path, CHECKPOINT_FILE_MAX, &size, error);
    Safetensors *file = bytes ? safetensors_parse(bytes, size, error) : NULL;
    const char *identity = file ? safetensors_metadata(file, "identity") : NULL;
    const char *epoch = file ? safetensors_metadata(file, "epoch") : NULL;
    const bool ok = file && (epoch || error_set(error, "not a checkpoint")) &&
                    parse_integer(epoch, 0, (long)EPOCHS_MAX, &epochs, error);
    if (ok)
        *length = (CheckpointLength){
            .epochs = (size_t)epochs,
            .steps = identity_number(identity, "steps"),
            .continued = identity_number(identity, "continued"),
            .planned = identity_number(identity, "planned"),
        };
    safetensors_free(file);
    free(bytes);
    return ok || error_prefix(error, path);
}

bool checkpoint_read(Checkpoint *checkpoint, const char *identity, const json_t *music,
                     const char *path, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, CHECKPOINT_FILE_MAX, &size, error);
    Safetensors *file = bytes ? safetensors_parse(bytes, size, error) : NULL;
    const bool ok = file && read_checkpoint(checkpoint, identity, music, file, error);
    safetensors_free(file);
    free(bytes);
    return ok || error_prefix(error, path);
}
