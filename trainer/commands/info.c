// info.c: `trainer info`: prints the numbers of an architecture, a weights file or a latent file.
#include "cli/explain_audio.h"
#include "commands/command_list.h"
#include "data/sound_list.h"
#include "files/file.h"
#include "files/plain_text.h"
#include "files/safetensors.h"
#include "front/front.h"
#include "latent/latent.h"
#include "latents/latent_set.h"
#include "model/arch.h"
#include "model/model.h"
#include "network/m5_weights.h"
#include "network/named_arch.h"
#include "output/model_card.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *subject; // NULL: all architectures with a name
    int activation;      // -1: not given
    size_t window;       // samples; 0: not given
    double rate;         // Hz; 0: not given
} Call;

#define AUDIO_HAS_ITS_OWN                                                                          \
    "trainer check shows what is in music, trainer encode makes a latent file of it"

#define AT(member) offsetof(Call, member)

static const Operand operands[] = {
    {"ARCH | WEIGHTS | LATENT", "an architecture or a file", AT(subject), OPERAND_OPTIONAL},
    {.name = NULL},
};

static const Option options[] = {
    {"activation", 0, OPTION_CHOICE, AT(activation), .unit = "NAME", .initial = "leaky_relu",
     .choices = activation_names, .deferred = true, .help = "the activation: {}"},
    {"window", 'w', OPTION_SIZE, AT(window), .unit = "N", .low = 1, .high = 1099511627776.0,
     .shown = "about 5 s: " OPTION_TEXT_OF(REPORT_WINDOW) " for models of waveforms",
     .help = "samples of the input"},
    {"rate", 0, OPTION_DOUBLE, AT(rate), .unit = "HZ", .low = MODEL_RATE_MIN,
     .high = MODEL_RATE_MAX, .shown = "22050; 48000 for models of spectra", .help = "sample rate"},
    {.name = NULL},
};

// ---- Printing ----

// A file's text may hold what a terminal would obey.
static void print_text(const char *label, const char *text)
{
    if (!*text) return;
    char plain[4 * MODEL_TEXT_MAX];
    plain_text(text, plain, sizeof plain);
    printf("%-14s %s\n", label, plain);
}

static void print_figure(const char *label, double value, const char *unit)
{
    if (isfinite(value)) printf("%-14s %.6g%s\n", label, value, unit);
}

static double percent(uint64_t part, uint64_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

static uint64_t latent_values(const Arch *arch, uint64_t window)
{
    return arch_latent_frames(arch, window) * (uint64_t)arch_latent_channels(arch);
}

static size_t convolution_parameters(const Convolution *conv)
{
    return (size_t)conv->in * (size_t)conv->out * (size_t)conv->kernel +
           (conv->biased ? (size_t)conv->out : 0);
}

static void print_layer(const char *name, const Layer *layer, const Convolution *conv,
                        uint64_t frames)
{
    printf("%-14s %10" PRIu64 " x %-5d %6d ", name, frames, layer->out, layer->kernel);
    if (layer->kind == LAYER_RESIDUAL)
        printf("residual, width %4d, dilation %4d %10zu\n", layer->width, layer->dilation,
               convolution_parameters(&conv[0]) + convolution_parameters(&conv[1]));
    else
        printf("%6d %7d %10zu\n", layer->stride, layer->padding, convolution_parameters(conv));
}

static uint64_t print_chain(const Arch *arch, bool decoder, const Convolution *list,
                            uint64_t frames)
{
    const Chain *chain = decoder ? &arch->decoder : &arch->encoder;
    for (int i = 0; i < chain->layers; i++) {
        const Layer *layer = &chain->layer[i];
        char name[32];
        snprintf(name, sizeof name, "%s %d", decoder ? "decoder" : "encoder", i + 1);
        frames = decoder ? conv_transposed_length(layer, frames) : conv_length(layer, frames);
        print_layer(name, layer, &list[arch_convolution_of(arch, decoder, i)], frames);
    }
    return frames;
}

static void print_layers(const Arch *arch, uint64_t window)
{
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(arch, list);
    printf("\n%-14s %10s x %-5s %6s %6s %7s %10s\n", "layer", "frames", "chan.", "kernel", "stride",
           "padding", "parameters");
    const uint64_t input = arch_front_frames(arch, window);
    printf("%-14s %10" PRIu64 " x %-5d\n", "input", input, arch_inputs(arch));
    const uint64_t frames = print_chain(arch, false, list, input);
    const uint64_t output = print_chain(arch, true, list, frames);
    if (arch->linear) {
        const Layer encoder = arch_linear_encoder(arch), decoder = arch_linear_decoder(arch);
        const Convolution *linear = &list[arch_convolution_of_linear(arch, false)];
        print_layer("linear encoder", &encoder, &linear[0], frames);
        print_layer("linear decoder", &decoder, &linear[1], output);
    }
    putchar('\n');
}

static void print_arch(const Arch *arch, uint64_t window, double rate)
{
    char text[ARCH_TEXT_MAX];
    arch_format(arch, text);
    const int hop = arch_hop(arch), delay = arch_delay(arch);
    const uint64_t values = latent_values(arch, window);
    const size_t parameters = arch_parameters(arch);
    print_text("architecture", text);
    print_text("activation", activation_name(arch->activation));
    print_text("decoder", arch->mirrored ? "mirrors the encoder" : "its own");
    printf("%-14s %" PRIu64 " samples, %.4g s at %g Hz\n", "window", window, (double)window / rate,
           rate);
    if (arch->front.kind == FRONT_SPECTRUM)
        printf("%-14s %d samples every %d, %.4g frames per second; %d bands, floor -%d dB\n",
               "spectrum", arch->front.window, arch->front.hop, rate / arch->front.hop,
               arch->front.bands, arch->front.floor);
    print_layers(arch, window);
    printf("%-14s [%d,%" PRIu64 "], %" PRIu64 " values, %.1f %% of the input\n", "latent",
           arch_latent_channels(arch), arch_latent_frames(arch, window), values,
           percent(values, window));
    printf("%-14s %zu, %zu bytes\n", "parameters", parameters, parameters * sizeof(float));
    printf("%-14s %d samples, %.4g latent frames per second\n", "hop", hop, rate / hop);
    printf("%-14s %d samples, %.2f ms\n", "delay", delay, 1e3 * delay / rate);
    printf("%-14s %.4g million per second", "multiply-adds", 1e-6 * arch_multiply_adds(arch, rate));
    const double transforms = front_work(arch, rate);
    if (transforms > 0.0)
        printf(", and transforms that take as long as %.4g million", 1e-6 * transforms);
    putchar('\n');
}

// ---- Subjects ----

static int list_names(const Call *call)
{
    printf("%-16s %-27s %6s %8s %-10s %6s %7s %10s %8s\n", "name", "architecture", "rate", "window",
           "latent", "values", "share", "parameters", "delay");
    for (const NamedArch *name = named_archs; name->name; name++) {
        Arch arch;
        Error error;
        char latent[32];
        if (!named_arch_parse(&arch, name->text, (Activation)call->activation, &error))
            return command_usage(&command_info, "%s: %s", name->name, error.text);
        const double rate = call->rate > 0.0 ? call->rate : default_rate(&arch);
        const uint64_t window = call->window ? call->window : default_window(&arch);
        if (!arch_check_window(&arch, window, &error))
            return command_usage(&command_info, "%s: %s", name->name, error.text);
        const uint64_t values = latent_values(&arch, window);
        snprintf(latent, sizeof latent, "[%d,%" PRIu64 "]", arch_latent_channels(&arch),
                 arch_latent_frames(&arch, window));
        printf("%-16s %-27s %6g %8" PRIu64 " %-10s %6" PRIu64 " %5.1f %% %10zu %5.2f ms\n",
               name->name, name->text, rate, window, latent, values, percent(values, window),
               arch_parameters(&arch), 1e3 * arch_delay(&arch) / rate);
    }
    return EXIT_DONE;
}

static int show_arch(const Call *call)
{
    Arch arch;
    Error error;
    if (!named_arch_parse(&arch, call->subject, (Activation)call->activation, &error))
        return command_usage(&command_info, "%s: %s", call->subject, error.text);
    const uint64_t window = call->window ? call->window : default_window(&arch);
    if (!arch_check_window(&arch, window, &error))
        return command_usage(&command_info, "%s: %s", call->subject, error.text);
    print_arch(&arch, window, call->rate > 0.0 ? call->rate : default_rate(&arch));
    return EXIT_DONE;
}

static int show_model(const Call *call, const Model *model)
{
    const ModelInfo *about = &model->info;
    const Arch *arch = &model->arch;
    Error error;
    // What a file was trained on may have had another length.
    const uint64_t window = call->window ? call->window : arch_round_up(arch, default_window(arch));
    if (!arch_check_window(arch, window, &error))
        return command_usage(&command_info, "%s: %s", call->subject, error.text);
    print_text("weights", call->subject);
    print_text("name", about->name);
    printf("%-14s a model of %s\n", "kind", model_kind(model));
    print_text("author", about->author);
    print_text("licence", about->licence);
    print_text("trained on", about->trained_on);
    print_text("made by", about->command);
    if (about->trained_sounds)
        printf("%-14s %zu for training, %zu for validation\n", "sounds known",
               sound_list_count(about->trained_sounds), sound_list_count(about->validation_sounds));
    if (about->epochs > 0) printf("%-14s %d\n", "epochs", about->epochs);
    print_figure("training loss", about->train_loss, "");
    print_figure("validation", about->validation_loss, "");
    print_figure("test loss", about->test_loss, "");
    print_figure("level", about->level, " dB");
    print_text("fingerprint", model->fingerprint);
    print_arch(arch, window, model->sample_rate);
    printf("\n%-14s %12s %12s\n", "latent channel", "mean", "std");
    for (int c = 0; c < arch_latent_channels(arch); c++)
        printf("%-14d %12.6g %12.6g\n", c + 1, (double)model->latent_mean[c],
               (double)model->latent_std[c]);
    return EXIT_DONE;
}

static void print_latent_channel(const Latent *latent, int channel)
{
    double sum = 0.0, squares = 0.0;
    for (size_t t = 0; t < latent->frames; t++) {
        const double value = (double)latent->values[t * (size_t)latent->channels + (size_t)channel];
        sum += value;
        squares += value * value;
    }
    const double n = (double)latent->frames, mean = sum / n;
    printf("%-14d %12.6g %12.6g\n", channel + 1, mean, sqrt(fmax(squares / n - mean * mean, 0.0)));
}

static int show_latent(const Call *call, const Latent *latent)
{
    print_text("latent", call->subject);
    print_text("source", latent->source);
    printf("%-14s %d channels, %zu frames\n", "size", latent->channels, latent->frames);
    printf("%-14s %.6g per second, %.4g s in total\n", "frames", latent->frame_rate,
           (double)latent->frames / latent->frame_rate);
    if (latent->samples > 0) printf("%-14s %" PRIu64 "\n", "audio samples", latent->samples);
    print_text("model", latent->fingerprint);
    if (latent->frames == 0) return EXIT_DONE;
    printf("\n%-14s %12s %12s\n", "latent channel", "mean", "std");
    for (int c = 0; c < latent->channels; c++) print_latent_channel(latent, c);
    return EXIT_DONE;
}

// True if the bytes are a latent file and not a weights file.
static bool is_latent(const unsigned char *bytes, size_t size)
{
    Error error;
    Safetensors *file = safetensors_parse(bytes, size, &error);
    const bool found = file && safetensors_tensor(file, "latent");
    safetensors_free(file);
    return found;
}

static int show_bytes(const Call *call, const unsigned char *bytes, size_t size)
{
    Error error;
    int status;
    Latent *latent = NULL;
    Model *model = NULL;
    if (is_latent(bytes, size))
        latent = latent_parse(bytes, size, &error);
    else
        model = model_parse(bytes, size, &error);
    if (latent) {
        status = show_latent(call, latent);
    } else if (model) {
        status = show_model(call, model);
    } else {
        error_prefix(&error, call->subject);
        explain_audio(call->subject, AUDIO_HAS_ITS_OWN, &error);
        status = command_fail(&command_info, &error);
    }
    latent_free(latent);
    model_free(model);
    return status;
}

// A set of latents is mapped: it may be larger than the memory.
static bool show_set(const Call *call)
{
    Error ignored;
    LatentSet *set = latent_set_open(call->subject, &ignored);
    if (!set) return false;
    size_t split[SPLITS] = {0};
    for (size_t i = 0; i < set->clips; i++) split[set->clip[i].split]++;
    print_text("set of latents", call->subject);
    print_text("source", set->source);
    printf("%-14s %zu: %zu for training, %zu for validation, %zu for test\n", "clips", set->clips,
           split[SPLIT_TRAIN], split[SPLIT_VALIDATION], split[SPLIT_TEST]);
    printf("%-14s %zu channels, %zu frames, %.4g s\n", "each", set->channels, set->frames,
           (double)set->frames / set->frame_rate);
    printf("%-14s %zu", "genres", set->genres);
    for (size_t i = 0; i < set->genres; i++) printf("%s %s", i ? "," : ":", set->genre[i]);
    putchar('\n');
    print_text("model", *set->model_name ? set->model_name : set->fingerprint);
    print_text("fingerprint", set->fingerprint);
    latent_set_close(set);
    return true;
}

static void print_metadata(const Safetensors *file, const char *label, const char *key)
{
    const char *text = safetensors_metadata(file, key);
    if (text) print_text(label, text);
}

static bool show_classifier(const Call *call)
{
    Error ignored;
    M5Weights weights = {0};
    Safetensors *file = NULL;
    const bool ok = m5_weights_read(&weights, &file, call->subject, &ignored) &&
                    safetensors_metadata(file, "genres");
    if (ok) {
        print_text("classifier", call->subject);
        print_metadata(file, "genres", "genres");
        print_metadata(file, "model", "model_name");
        print_metadata(file, "fingerprint", "model");
        print_metadata(file, "epochs", "epochs");
        print_metadata(file, "validation", "validation_accuracy");
        printf("%-14s %zu channels, %zu parameters\n", "network", weights.shape.width,
               weights.count);
    }
    m5_weights_free(&weights);
    safetensors_free(file);
    return ok;
}

static int show_file(const Call *call)
{
    Error error;
    size_t size;
    if (show_set(call) || show_classifier(call)) return EXIT_DONE;
    if (call->activation >= 0 || call->rate > 0.0)
        return command_usage(
            &command_info,
            "%s contains its activation and rate; --activation and --rate do not apply",
            call->subject);
    unsigned char *bytes = file_read(call->subject, SAFETENSORS_FILE_MAX, &size, &error);
    if (!bytes) {
        error_prefix(&error, call->subject);
        explain_audio(call->subject, AUDIO_HAS_ITS_OWN, &error); // too large for a safetensors file
        return command_fail(&command_info, &error);
    }
    const int status = show_bytes(call, bytes, size);
    free(bytes);
    return status;
}

// ---- The call ----

static int run(const CommandLine *line, void *values)
{
    (void)line;
    Call *call = values;
    // A name with a dot can only be that of a file, even if there is none.
    if (call->subject && (strchr(call->subject, '.') || access(call->subject, F_OK) == 0))
        return show_file(call);
    const Option *activation = option_find(options, "activation");
    if (!option_is_given(activation, call)) option_set_default(activation, call);
    return call->subject ? show_arch(call) : list_names(call);
}

const Command command_info = {
    .name = "info",
    .summary = "shows an architecture, or a file of weights, latents or a classifier",
    .text =
        "Without an argument, lists the architectures that have a name. For an architecture, a\n"
        "name or layers, prints the sizes of every layer, its latent, parameters, delay and\n"
        "cost; for a weights file also how it was made; for latents, sets of latents and\n"
        "classifiers their contents. An architecture that cannot run is refused with the layer\n"
        "and the reason.\n"
        "\n"
        "A layer is channels, kernel, stride and padding. The decoder mirrors the encoder unless\n"
        "its own layers follow a slash:\n"
        "64k8s6p4,32k6s3p4,8k5s2p4/32k5s2p4,64k6s3p4,1k8s6p4\n",
    .example = "trainer info normal",
    .operands = operands,
    .options = (const OptionGroup[]){{options, 0}, {.table = NULL}},
    .size = sizeof(Call),
    .run = run,
};
