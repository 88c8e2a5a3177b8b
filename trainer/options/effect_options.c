#include "options/effect_options.h"

#include <math.h>
#include <stdio.h>

#define AT(member)        offsetof(EffectOptions, member)
#define AT_LATENT(member) offsetof(EffectOptions, latent.settings.member)

static const char *const freeze_kinds[] = {"timbre", "sound", NULL};

const Option effect_options[] = {
    {"detail", 0, OPTION_AUTOMATION, AT(detail), .unit = "X", .initial = "0", .low = 0, .high = 1,
     .help = "restores what the model loses: 0 nothing, 1 all"},
    {"auto-gain", 0, OPTION_FLAG, AT(auto_gain),
     .help = "brings the input to the level that the model was trained at, and reverses that "
             "after the model"},
    {"wet", 0, OPTION_AUTOMATION, AT(wet), .unit = "X", .initial = "1", .low = 0, .high = 1,
     .help = "from 0, the input, to 1, the decoded sound"},
    {"gain", 0, OPTION_AUTOMATION, AT(gain), .unit = "DB", .initial = "0", .low = -120, .high = 60,
     .help = "gain of the output"},
    {"drift", 0, OPTION_AUTOMATION, AT(drift), .unit = "HZ", .initial = "0", .low = 0, .high = 50,
     .shown = "0: new in each frame",
     .help = "how many new values per second the noise drifts to, {}"},
    {"follow", 0, OPTION_FLAG, AT(follow),
     .help = "the noise drifts and is as strong as the music at each moment"},
    {"sounds-in-silence", 0, OPTION_FLAG, AT_LATENT(sounds_in_silence),
     .help = "noise and offset go on where the music rests"},
    {"scale", 0, OPTION_AUTOMATION, AT(scale), .unit = "X", .initial = "1", .low = 0, .high = 2,
     .help = "scales the latent around that of silence (spectra: the mean of their music), {}"},
    {"smear", 0, OPTION_AUTOMATION, AT(smear), .unit = "SECONDS", .initial = "0", .low = 0,
     .high = 2, .help = "smooths the latent over time, {}"},
    {"axis1", 0, OPTION_AUTOMATION, AT(axes[0]), .unit = "X", .initial = "0", .low = -3, .high = 3,
     .help = "shifts the timbre along the first axis of a model of spectra, {}"},
    {"axis2", 0, OPTION_AUTOMATION, AT(axes[1]), .unit = "X", .initial = "0", .low = -3, .high = 3,
     .help = "the same along the second axis, {}"},
    {"axis3", 0, OPTION_AUTOMATION, AT(axes[2]), .unit = "X", .initial = "0", .low = -3, .high = 3,
     .help = "the same along the third axis, {}"},
    {"axis4", 0, OPTION_AUTOMATION, AT(axes[3]), .unit = "X", .initial = "0", .low = -3, .high = 3,
     .help = "the same along the fourth axis, {}"},
    {"match", 0, OPTION_AUTOMATION, AT(match), .unit = "X", .initial = "0", .low = 0, .high = 1,
     .help = "brings the long-term timbre to that of the model's music or of the reference, {}"},
    {"dynamics", 0, OPTION_AUTOMATION, AT(dynamics), .unit = "X", .initial = "0", .low = 0,
     .high = 1, .help = "how far the blend takes the reference's loudness too, {}"},
    {"freeze", 0, OPTION_AUTOMATION, AT(freeze), .unit = "TIMES", .initial = "0", .low = 0,
     .high = 1,
     .help = "repeats what came before it was switched on: 4:1,6:0 is from second 4 to 6"},
    {"freeze-kind", 0, OPTION_CHOICE, AT(freeze_kind), .unit = "NAME", .initial = "timbre",
     .choices = freeze_kinds,
     .help = "what freeze holds, {}: the last stretch of the latent, or, for models of spectra, "
             "the sound of one moment"},
    {"freeze-seconds", 0, OPTION_AUTOMATION, AT(freeze_seconds), .unit = "SECONDS",
     .initial = "0.5", .low = 0.1, .high = 8, .help = "how much of it, {}"},
    {"capture", 0, OPTION_AUTOMATION, AT(capture), .unit = "TIMES", .initial = "0", .low = 0,
     .high = 1,
     .help = "records the latent: 0:1,4:0 makes the first four seconds the reference from then "
             "on"},
    {"alternate", 0, OPTION_FLAG, AT(alternate), .help = "alternates input and reference by beats"},
    {"cross", 0, OPTION_FLAG, AT(cross), .help = "blends the reference in the rhythm of the input"},
    {"input-beats", 0, OPTION_INT, AT_LATENT(input_beats), .unit = "N", .initial = "4", .low = 1,
     .high = 64, .help = "beats of the input, {}"},
    {"reference-beats", 0, OPTION_INT, AT_LATENT(reference_beats), .unit = "N", .initial = "4",
     .low = 1, .high = 64, .help = "beats of the reference, {}"},
    {"tempo", 0, OPTION_FLOAT, AT_LATENT(tempo), .unit = "BPM", .initial = "120", .low = 1,
     .high = 1000, .help = "beats per minute, {}"},
    {.name = NULL},
};

int effect_options_check(const EffectOptions *options, const Command *command)
{
    const LatentOptions *latent = &options->latent;
    const bool blends = automation_peak(&latent->blend) > 0.0,
               matches = automation_peak(&options->match) > 0.0;
    const bool captures = automation_peak(&options->capture) > 0.0;
    if (options->alternate && options->cross)
        return command_usage(command, "--alternate and --cross exclude each other");
    if (blends && !latent->reference && !captures)
        return command_usage(command, "--blend needs a --reference or a --capture");
    if ((latent->reference || captures) && !blends && !matches)
        return command_usage(command, "--%s has no effect without --blend or --match",
                             latent->reference ? "reference" : "capture");
    return EXIT_DONE;
}

EngineSettings effect_options_at(const EffectOptions *options, uint64_t frame, double rate)
{
    const double seconds = (double)frame / rate;
    EngineSettings settings = {
        .latent = latent_options_at(&options->latent, seconds),
        .detail = (float)automation_at(&options->detail, seconds),
        .wet = (float)automation_at(&options->wet, seconds),
        .gain = (float)pow(10.0, automation_at(&options->gain, seconds) / 20.0),
        .auto_gain = options->auto_gain,
        .enabled = true,
    };
    LatentSettings *latent = &settings.latent;
    latent->drift = (float)automation_at(&options->drift, seconds);
    latent->scale = (float)automation_at(&options->scale, seconds);
    latent->smear = (float)automation_at(&options->smear, seconds);
    for (int a = 0; a < MODEL_AXES; a++)
        latent->axes[a] = (float)automation_at(&options->axes[a], seconds);
    latent->match = (float)automation_at(&options->match, seconds);
    latent->dynamics = (float)automation_at(&options->dynamics, seconds);
    latent->freeze_seconds = (float)automation_at(&options->freeze_seconds, seconds);
    latent->freeze = automation_step_at(&options->freeze, seconds) > 0.0;
    latent->freeze_kind = options->freeze_kind == 1 ? FREEZE_SOUND : FREEZE_TIMBRE;
    latent->capture = automation_step_at(&options->capture, seconds) > 0.0;
    latent->blend_mode = options->alternate ? BLEND_ALTERNATE
                         : options->cross   ? BLEND_CROSS
                                            : BLEND_MIX;
    if (automation_peak(&options->drift) > 0.0) latent->noise_character = NOISE_DRIFTING;
    if (options->follow) latent->noise_character = NOISE_FOLLOWS;
    return settings;
}

enum { AUTOMATIONS = 14 + MODEL_AXES };

// Lists all automations of the options.
static void list_automations(const EffectOptions *options,
                             const Automation *automation[AUTOMATIONS])
{
    const Automation *const all[] = {
        &options->latent.noise, &options->latent.offset, &options->latent.blend,
        &options->detail,       &options->wet,           &options->gain,
        &options->drift,        &options->scale,         &options->smear,
        &options->match,        &options->dynamics,      &options->freeze_seconds,
        &options->freeze,       &options->capture,
    };
    _Static_assert(sizeof all / sizeof *all + MODEL_AXES == AUTOMATIONS,
                   "each automation has a place");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) automation[i] = all[i];
    for (size_t a = 0; a < MODEL_AXES; a++)
        automation[sizeof all / sizeof *all + a] = &options->axes[a];
}

uint64_t effect_options_next(const EffectOptions *options, uint64_t frame, double rate)
{
    const Automation *automation[AUTOMATIONS];
    uint64_t next = UINT64_MAX;
    bool moves = false;
    list_automations(options, automation);
    for (int i = 0; i < AUTOMATIONS; i++) {
        const bool is_switch =
            automation[i] == &options->freeze || automation[i] == &options->capture;
        if (!is_switch) moves = moves || !automation_is_constant(automation[i]);
        if (!is_switch && automation[i]->points < 2) continue;
        for (size_t p = 0; p < automation[i]->points; p++) {
            const double at = ceil(automation[i]->point[p].seconds * rate);
            if (at > (double)frame && at < (double)next) next = (uint64_t)at;
        }
    }
    const uint64_t step = (frame / EFFECT_STEP + 1) * EFFECT_STEP;
    return moves && step < next ? step : next;
}

void effect_options_note_idle(const EffectOptions *options, const Model *model)
{
    bool axes = false;
    for (int a = 0; a < MODEL_AXES; a++) axes = axes || automation_peak(&options->axes[a]) > 0.0;
    const bool spectrum = model->arch.front.kind == FRONT_SPECTRUM;
    const struct {
        bool idle;
        const char *text;
    } notes[] = {
        {axes && !(spectrum && model->latent_axes),
         "--axis1 to --axis4 do nothing: the model stores no axes of a spectrum"},
        {automation_peak(&options->match) > 0.0 && !model->piece_axes,
         "--match does nothing: the model does not store what it needs (latent.piece_axes)"},
        {options->freeze_kind == 1 && !spectrum,
         "--freeze-kind sound does nothing: it is for models of spectra"},
        {automation_peak(&options->dynamics) > 0.0 && !spectrum,
         "--dynamics does nothing: it is for models of spectra"},
        {options->auto_gain && spectrum, "--auto-gain does nothing: it is for models of waveforms"},
        {options->latent.settings.sounds_in_silence && spectrum,
         "--sounds-in-silence does nothing: it is for models of waveforms"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (notes[i].idle) fprintf(stderr, "note: %s\n", notes[i].text);
}
