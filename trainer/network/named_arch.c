#include "network/named_arch.h"

#include "base/parse.h"

#include <string.h>

#define REPORT "figure 3 of the report, "

const NamedArch named_archs[] = {
    {"extra_chico", "64k8s6p4,32k6s3p4,2k5s2p4", "the report's latent [2,3066]"},
    {"chico", "64k8s6p4,32k6s3p4,4k5s2p4", "the report's latent [4,3066]"},
    {"normal", "64k8s6p4,32k6s3p4,8k5s2p4", "the report's latent [8,3066], its choice"},
    {"grande", "64k8s6p4,32k6s3p4,32k5s2p4", "the report's latent [32,3066]"},
    {"figure3_1", "64k8s6p4,32k6s3p4,8k5s2p4",
     REPORT "rows 1, 6 and 7: [8,3066] (row 1 is printed as [1,5512])"},
    {"figure3_2", "64k6s4p4,32k4s2p3,32k4s2p1", REPORT "row 2: [32,6892]"},
    {"figure3_3", "64k8s6p4,32k6s3p4,4k5s2p4", REPORT "row 3: [4,3066]"},
    {"figure3_4", "64k6s4p4,32k6s4p5,4k5s2p4", REPORT "row 4: [4,3449]"},
    {"figure3_5", "64k6s4p4,32k4s2p3,4k4s2p1", REPORT "row 5: [4,6892]"},
    {"figure3_8", "64k8s5p4,32k6s3p4,8k4s2p4", REPORT "row 8: [8,3679]"},
    {"espectro", "spectrum2048h256b64f80:128k1s1p0,r64k3d1,r64k3d2,16k1s1p0+linear",
     "log levels of 64 bands every 5.3 ms, for playing and for blends"},
    {"espectro_directo", "spectrum1024h128b48f80:96k1s1p0,r48k3d1,r48k3d2,12k1s1p0+linear",
     "log levels of 48 bands every 2.7 ms, half the delay, for playing live"},
    {.name = NULL},
};

// Older names of the same networks, for sweep files that have them.
static const struct {
    const char *name, *of;
} aliases[] = {{"figure3_6", "figure3_1"}, {"figure3_7", "figure3_1"}};

// True if the text begins as layers or a front do: "64k8…", "r24k…", "spectrum…".
static bool is_text(const char *text)
{
    static const char front[] = "spectrum";
    if (strncmp(text, front, strlen(front)) == 0) return true;
    text += *text == 'r';
    return *text >= '0' && *text <= '9';
}

static bool refuse_name(const char *name, Error *error)
{
    Suggestion closest = {.name = NULL};
    for (const NamedArch *known = named_archs; known->name; known++)
        suggestion_consider(&closest, name, known->name);
    return closest.name ? error_set(error, "unknown architecture '%.60s'; did you mean '%s'?", name,
                                    closest.name)
                        : error_set(error,
                                    "unknown architecture '%.60s'; `trainer info` lists the names, "
                                    "layers are written as in 64k8s6p4,32k6s3p4,8k5s2p4",
                                    name);
}

bool named_arch_parse(Arch *arch, const char *text, Activation activation, Error *error)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(text, aliases[i].name) == 0) text = aliases[i].of;
    for (const NamedArch *known = named_archs; known->name; known++)
        if (strcmp(text, known->name) == 0) return arch_parse(arch, known->text, activation, error);
    return is_text(text) ? arch_parse(arch, text, activation, error) : refuse_name(text, error);
}

double default_rate(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? 48000.0 : 22050.0;
}

uint64_t default_window(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? arch_round_up(arch, (uint64_t)default_rate(arch))
                                              : REPORT_WINDOW;
}

uint64_t default_training_window(const Arch *arch, double rate)
{
    const double seconds = arch->front.kind == FRONT_SPECTRUM ? 0.75 : 0.5;
    return arch_round_up(arch, (uint64_t)(seconds * rate));
}

size_t default_steps(const Arch *arch)
{
    return arch->front.kind == FRONT_SPECTRUM ? 4000 : 6000;
}
