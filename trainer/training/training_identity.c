#include "training/training_identity.h"

#include "base/ranks.h"
#include "network/linear_init.h"

#include <inttypes.h>
#include <string.h>

static void append(char text[TRAINING_IDENTITY], const char *name, double value)
{
    const size_t used = strlen(text);
    snprintf(text + used, TRAINING_IDENTITY - used, ", %s %.10g", name, value);
}

void training_identity(const TrainingOptions *options, const Dataset *dataset,
                       char text[TRAINING_IDENTITY])
{
    const TrainingOptions *o = options;
    char arch[ARCH_TEXT_MAX], data[HASH_TEXT], schedule[SCHEDULE_TEXT];
    arch_format(&o->arch, arch);
    dataset_fingerprint(dataset, data);
    schedule_describe(&o->schedule, schedule);
    snprintf(text, TRAINING_IDENTITY,
             "architecture %s, activation %s, start %s, rate %.9g, window %zu, batch %d, %s, "
             "loss %s, spectral-loss %.9g, random-gain %.9g, per-clip %zu, epoch-windows %zu, seed "
             "%" PRIu32 ", data %.16s",
             arch, activation_name(o->arch.activation), linear_init_names[o->init], o->rate,
             o->window, o->batch, schedule, loss_names[o->loss.kind], o->loss.spectral,
             o->random_gain, o->per_clip, o->epoch_windows, o->seed, data);
    // Named only if they are in use: so trainings of versions without them can be resumed.
    if (o->steps > 0) append(text, "steps", (double)o->steps);
    if (o->corruption.equaliser > 0.0) append(text, "equaliser", o->corruption.equaliser);
    if (o->corruption.floor_low > 0.0) append(text, "raised-floor", o->corruption.floor_low);
    if (o->split != SPLIT_BY_DRAW) strcat(text, ", split sound");
    if (o->from) {
        const size_t used = strlen(text);
        snprintf(text + used, TRAINING_IDENTITY - used, ", from %.16s", o->from->fingerprint);
    }
    if (o->schedule.resumed > 0) {
        append(text, "continued", o->schedule.resumed);
        append(text, "planned", o->schedule.epochs);
    }
    if (o->latent_noise > 0.0) append(text, "latent-noise", o->latent_noise);
}

bool training_identity_shared(const char text[TRAINING_IDENTITY], Error *error)
{
    char first[TRAINING_IDENTITY];
    memcpy(first, text, sizeof first);
    ranks_copy(first, sizeof first);
    return strcmp(first, text) == 0 ||
           error_set(error, "the processes do not have the same music or settings");
}
