#include "output/model_card.h"

#include <math.h>

static void row(FILE *to, const char *name, const char *text)
{
    fprintf(to, "| %s | %s |\n", name, *text ? text : "not stated");
}

const char *model_kind(const Model *model)
{
    return model->arch.front.kind == FRONT_SPECTRUM ? "spectra" : "waveforms";
}

void model_card_write(const Model *model, const char *title, FILE *to)
{
    const ModelInfo *info = &model->info;
    const Arch *arch = &model->arch;
    char text[ARCH_TEXT_MAX];
    arch_format(arch, text);
    fprintf(to, "# %s\n\nA model for Trasluz.\n\n| | |\n|---|---|\n",
            *info->name ? info->name : title);
    fprintf(to, "| kind | a model of %s |\n", model_kind(model));
    row(to, "author", info->author);
    row(to, "licence", info->licence);
    row(to, "trained on", info->trained_on);
    fprintf(to, "| architecture | `%s`, %s |\n", text, activation_name(arch->activation));
    fprintf(to, "| rate | %g Hz |\n", model->sample_rate);
    fprintf(to, "| latent | %d values every %d samples |\n", arch_latent_channels(arch),
            arch_hop(arch));
    fprintf(to, "| delay | %.2f ms |\n", 1e3 * arch_delay(arch) / model->sample_rate);
    fprintf(to, "| parameters | %zu |\n", arch_parameters(arch));
    if (info->epochs > 0) fprintf(to, "| epochs | %d |\n", info->epochs);
    if (isfinite(info->train_loss) && isfinite(info->validation_loss) && isfinite(info->test_loss))
        fprintf(to, "| loss | %.6g on training, %.6g on validation, %.6g on test |\n",
                info->train_loss, info->validation_loss, info->test_loss);
    fprintf(to, "| fingerprint | `%s` |\n", model->fingerprint);
    if (*info->command) fprintf(to, "\nThe command that made it:\n\n    %s\n", info->command);
}
