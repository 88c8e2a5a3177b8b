// The architecture: text, sizes, checks.
#include "lib/check.h"
#include "lib/fixture.h"
#include "model/arch.h"

static bool parse(Arch *arch, const char *text, Error *error)
{
    return named_arch_parse(arch, text, ACTIVATION_LEAKY_RELU, error);
}

// The latent sizes of the report's figure 3 and of its four models, for its input of
// 110 250 samples.
static void test_sizes_of_the_report(void)
{
    static const struct {
        const char *name;
        int channels, frames;
    } report[] = {
        // Row 1 is printed as [1,5512]; its hyperparameters give [8,3066].
        {"figure3_1", 8, 3066}, {"figure3_2", 32, 6892}, {"figure3_3", 4, 3066},
        {"figure3_4", 4, 3449}, {"figure3_5", 4, 6892},  {"figure3_6", 8, 3066},
        {"figure3_7", 8, 3066}, {"figure3_8", 8, 3679},  {"extra_chico", 2, 3066},
        {"chico", 4, 3066},     {"normal", 8, 3066},     {"grande", 32, 3066},
    };
    for (size_t i = 0; i < sizeof report / sizeof *report; i++) {
        Error error;
        Arch arch;
        REQUIRE(parse(&arch, report[i].name, &error));
        CHECK(arch_latent_channels(&arch) == report[i].channels);
        CHECK_MSG(arch_latent_frames(&arch, REPORT_WINDOW) == (uint64_t)report[i].frames,
                  "%s: %llu", report[i].name,
                  (unsigned long long)arch_latent_frames(&arch, REPORT_WINDOW));
        CHECK(arch_output_samples(&arch, (uint64_t)report[i].frames) == REPORT_WINDOW);
        CHECK(arch_check_window(&arch, REPORT_WINDOW, &error));
    }
}

static void test_numbers_of_the_chosen_one(void)
{
    Error error;
    Arch arch;
    REQUIRE(parse(&arch, "normal", &error));
    CHECK(arch_parameters(&arch) == 28361);
    CHECK(arch_hop(&arch) == 36);
    CHECK(arch_delay(&arch) == 109);
    CHECK(conv_length(&arch.encoder.layer[0], REPORT_WINDOW) == 18376);
    CHECK(conv_length(&arch.encoder.layer[1], 18376) == 6127);
    CHECK(conv_transposed_length(&arch.decoder.layer[0], 3066) == 6127);
    CHECK(conv_transposed_length(&arch.decoder.layer[1], 6127) == 18376);
    CHECK(fabs(arch_multiply_adds(&arch, 22050.0) / 35.4e6 - 1.0) < 0.01);
}

static void test_text_comes_back(void)
{
    for (int i = 0; i < FIXTURE_ARCHS + FIXTURE_SPECTRA; i++) {
        Error error;
        Arch arch, again;
        char text[ARCH_TEXT_MAX], second[ARCH_TEXT_MAX];
        REQUIRE(parse(&arch, fixture_any(i), &error));
        arch_format(&arch, text);
        REQUIRE(parse(&again, text, &error));
        arch_format(&again, second);
        CHECK(strcmp(text, second) == 0);
        CHECK(arch.decoder.layers == again.decoder.layers && arch.linear == again.linear);
        CHECK(memcmp(arch.decoder.layer, again.decoder.layer, sizeof arch.decoder.layer) == 0);
        CHECK(memcmp(arch.encoder.layer, again.encoder.layer, sizeof arch.encoder.layer) == 0);
        CHECK(memcmp(&arch.front, &again.front, sizeof arch.front) == 0);
    }
}

// Bands are the channels at the network's ends; lengths and delay count the spectrum's frames.
static void test_numbers_of_a_spectrum(void)
{
    Error error;
    Arch arch;
    char text[ARCH_TEXT_MAX];
    REQUIRE(parse(&arch, "spectrum2048h256b64f80:128k1s1p0,r32k3d4,16k1s1p0+linear", &error));
    CHECK(arch.front.kind == FRONT_SPECTRUM && arch.front.window == 2048);
    CHECK(arch.front.hop == 256 && arch.front.bands == 64 && arch.front.floor == 80);
    CHECK(arch_inputs(&arch) == 64 && arch_latent_channels(&arch) == 16);
    CHECK(arch.encoder.layer[0].in == 64 && arch.decoder.layer[2].out == 64);
    CHECK(arch_front_hop(&arch) == 256 && arch_network_hop(&arch) == 1 && arch_hop(&arch) == 256);
    CHECK(arch_delay(&arch) == 2 * 256 - 1);
    CHECK(arch_front_frames(&arch, 2560) == 11 && arch_latent_frames(&arch, 2560) == 11);
    CHECK(arch_output_samples(&arch, 11) == 2560);
    CHECK(default_rate(&arch) == 48000 && default_window(&arch) == 48128);
    const size_t block = 128 * 32 * 3 + 32 + 32 * 128 + 128;
    CHECK(arch_parameters(&arch) == 64 * 128 + 128 + block + 128 * 16 + 16 + 16 * 128 + 128 +
                                        block + 128 * 64 + 64 + 2 * 64 * 16);
    const double frame = 2 * (64 * 128 + 128 * 32 * 3 + 32 * 128 + 128 * 16 + 64 * 16);
    CHECK(fabs(arch_multiply_adds(&arch, 48000) / (frame * 187.5) - 1) < 1e-9);
    arch_format(&arch, text);
    CHECK(strcmp(text, "spectrum2048h256b64f80:128k1s1p0,r32k3d4,16k1s1p0+linear") == 0);

    // One frame ahead in the encoder, half a latent frame of two in the decoder.
    REQUIRE(parse(&arch, "spectrum1024h96b40f70:32k4s2p1,8k1s1p0", &error));
    CHECK(arch_hop(&arch) == 192 && arch_network_hop(&arch) == 2);
    CHECK(arch_delay(&arch) == (96 - 1) + 96 * 2 + 96 + 96);
    REQUIRE(parse(&arch, "normal", &error));
    CHECK(arch.front.kind == FRONT_SAMPLES && arch_inputs(&arch) == 1);
    CHECK(arch_front_hop(&arch) == 1 && arch_front_frames(&arch, 100) == 100);
    CHECK(default_rate(&arch) == 22050 && default_window(&arch) == REPORT_WINDOW);
}

// Residual blocks add weights and no delay; the linear path has the chain's stride, padding and
// reach, and no bias.
static void test_residual_blocks_and_linear_path(void)
{
    static const char *const names[] = {
        "encoder.0",     "encoder.2.conv", "encoder.2.mix",  "encoder.3",
        "encoder.5",     "encoder.6.conv", "encoder.6.mix",  "decoder.0.conv",
        "decoder.0.mix", "decoder.1",      "decoder.3",      "decoder.5.conv",
        "decoder.5.mix", "decoder.6",      "linear.encoder", "linear.decoder"};
    Error error;
    Arch arch;
    REQUIRE(parse(&arch, "64k8s6p4,r16k3d9,32k6s3p4,8k5s2p4,r24k2d5+linear", &error));
    CHECK(arch_delay(&arch) == 109);
    CHECK(arch_latent_channels(&arch) == 8 && arch_latent_frames(&arch, REPORT_WINDOW) == 3066);
    CHECK(arch_check_window(&arch, REPORT_WINDOW, &error));
    const Layer encoder = arch_linear_encoder(&arch), decoder = arch_linear_decoder(&arch);
    CHECK(encoder.in == 1 && encoder.out == 8 && decoder.in == 8 && decoder.out == 1);
    CHECK(encoder.kernel == 110 && encoder.stride == 36 && encoder.padding == 100);
    CHECK(decoder.kernel == 110 && decoder.stride == 36 && decoder.padding == 100);
    const size_t blocks = 2 * ((64 * 16 * 3 + 16 + 16 * 64 + 64) + (8 * 24 * 2 + 24 + 24 * 8 + 8));
    CHECK(arch_parameters(&arch) == 28361 + blocks + (size_t)(2 * 8 * 110));

    Convolution list[ARCH_CONVOLUTIONS_MAX];
    const int count = arch_convolutions(&arch, list);
    REQUIRE(count == (int)(sizeof names / sizeof *names));
    for (int i = 0; i < count; i++)
        CHECK_MSG(strcmp(list[i].name, names[i]) == 0, "%s, not %s", list[i].name, names[i]);
    CHECK(arch_convolution_of(&arch, false, 3) == 4);
    CHECK(arch_convolution_of(&arch, true, 3) == 11);
    CHECK(arch_convolution_of_linear(&arch, true) == 15);
}

// Each layer at its longest, sixteen a side: 20 characters and a comma.
static void test_longest_text_fits(void)
{
    Arch arch = {.linear = true, .front = {FRONT_SPECTRUM, 8192, 4096, 512, 120}};
    for (int i = 0; i < ARCH_LAYERS_MAX; i++) {
        const Layer layer = {LAYER_STRIDED, 1024, 1024, 1024, 1024, 1024, 0, 1};
        arch.encoder.layer[i] = arch.decoder.layer[i] = layer;
    }
    arch.encoder.layers = arch.decoder.layers = ARCH_LAYERS_MAX;
    char text[ARCH_TEXT_MAX];
    arch_format(&arch, text);
    CHECK(strlen(text) == strlen("spectrum8192h4096b512f120:") +
                              2 * ARCH_LAYERS_MAX * strlen("1024k1024s1024p1024,") - 1 +
                              strlen("+linear"));
}

static void test_mirrored_decoder_written_out_is_mirrored(void)
{
    Error error;
    Arch arch;
    char text[ARCH_TEXT_MAX];
    REQUIRE(parse(&arch, "64k8s6p4,32k6s3p4,8k5s2p4/32k5s2p4,64k6s3p4,1k8s6p4", &error));
    CHECK(arch.mirrored);
    arch_format(&arch, text);
    CHECK(strcmp(text, "64k8s6p4,32k6s3p4,8k5s2p4") == 0);
}

static void check_refused(const char *text, const char *reason)
{
    Error error = {""};
    Arch arch;
    CHECK_MSG(!parse(&arch, text, &error), "'%s' was accepted", text);
    CHECK_MSG(strstr(error.text, reason), "'%s': \"%s\" does not say \"%s\"", text, error.text,
              reason);
}

static void test_refusals_name_layer_and_reason(void)
{
    check_refused("", "unknown architecture");
    check_refused("enorme", "unknown architecture 'enorme'");
    check_refused("64k8s6p4,", "encoder: layer 2: the channels");
    check_refused("64k8s6p4,32", "encoder: layer 2: 'k' and the kernel");
    check_refused("64k8s0p4", "encoder: layer 1: stride 0");
    check_refused("0k8s6p4", "encoder: layer 1: channels 0");
    check_refused("64k99999999999999999999s6p4", "encoder: layer 1: kernel 99999999999999999999");
    check_refused("1k1s1p0,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,"
                  "r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1,r1k1d1",
                  "encoder: more than 16 layers");
    check_refused("r4k3d1", "encoder: it has residual blocks only");
    check_refused("4k4s2p1,r4k3", "encoder: layer 2: 'd' and the dilation");
    check_refused("4k4s2p1,r4k3d2000", "encoder: layer 2: dilation 2000");
    check_refused("4k4s2p1/r4k3d1,2k4s2p1", "decoder layer 2: gives 2 channels");
    check_refused("8k16s8p4+linea", "'+linear', or its end, expected at '+linea'");
    check_refused("8k15s8p4+linear", "do not reach over two hops");
    check_refused("8k16s8p16+linear", "encoder layer 1: its padding");
    check_refused("8k1024s4p500,8k512s2p200+linear", "it reaches over 3068 frames");
    check_refused("64k8s6p4 32k6s3p4", "expected at ' 32k6s3p4'");
    check_refused("4k4s2p1/1k4s3p1", "decoder layer 1: the strides up to it multiply to 3");
    check_refused("4k4s2p1/2k4s2p1", "decoder layer 1: gives 2 channels");
    check_refused("4k4s2p1/1k9s2p1", "decoder layer 1: no input length comes back");
    check_refused("1k1s1024p0,1k1s1024p0", "multiply to more than");
    check_refused("1024k1024s1p0,1024k1024s1p0", "parameters; must be at most");
}

static void test_spectra_that_are_refused(void)
{
    check_refused("spectrum", "spectrum: the window expected at ''");
    check_refused("spectrum2048", "spectrum: 'h' and the hop expected");
    check_refused("spectrum2048h256b64f80", "spectrum: ':' and the layers expected");
    check_refused("spectrum2048h256b64f80:", "encoder: layer 1: the channels");
    check_refused("spectrum16384h256b64f80:1k1s1p0", "window 16384 is not within");
    check_refused("spectrum2000h256b64f80:1k1s1p0", "must be a power of two");
    check_refused("spectrum256h129b64f80:1k1s1p0", "a hop of 129 samples");
    check_refused("spectrum256h7b64f80:1k1s1p0", "hop 7 is not within");
    check_refused("spectrum256h64b65f80:1k1s1p0", "65 bands; must be 4 to 64");
    check_refused("spectrum256h64b64f121:1k1s1p0", "floor 121 is not within");
    check_refused("spectrum256h64b64f80:8k1s1p0/63k1s1p0", "gives 63 channels; must be 64");
    check_refused("spectrum256h64b64f80:8k512s512p0", "32768 samples for a latent frame");
    check_refused("spectrum256h64b64f80:8k2s4p0+linear", "do not reach over one hop");
    check_refused("Spectrum256h64b64f80:8k1s1p0", "unknown architecture");
}

static void test_window_that_does_not_come_back(void)
{
    Error error;
    Arch arch;
    REQUIRE(parse(&arch, "normal", &error));
    CHECK(!arch_check_window(&arch, 65536, &error));
    CHECK_MSG(strstr(error.text, "decoder layer 1") && strstr(error.text, "65538"), "%s",
              error.text);
    CHECK(arch_check_window(&arch, 65538, &error));
    REQUIRE(parse(&arch, "4k4s2p0,2k9s2p0", &error));
    CHECK(!arch_check_window(&arch, 10, &error));
    CHECK_MSG(strstr(error.text, "encoder layer 2"), "%s", error.text);
    REQUIRE(parse(&arch, "espectro", &error));
    CHECK(arch_check_window(&arch, 2560, &error));
    CHECK(!arch_check_window(&arch, 2561, &error));
    CHECK_MSG(strstr(error.text, "2561 samples is not") && strstr(error.text, "2816"), "%s",
              error.text);
}

static void test_round_up_gives_lengths_that_come_back(void)
{
    for (int i = 0; i < FIXTURE_ARCHS + FIXTURE_SPECTRA; i++) {
        Error error;
        Arch arch;
        REQUIRE(parse(&arch, fixture_any(i), &error));
        for (uint64_t n = 1; n < 2000; n += 37) {
            const uint64_t length = arch_round_up(&arch, n);
            CHECK(length >= n);
            CHECK_MSG(arch_check_window(&arch, length, &error), "%s: %s", fixture_any(i),
                      error.text);
            if (n > 500) CHECK(length - n < (uint64_t)arch_hop(&arch));
        }
    }
}

int main(void)
{
    RUN(test_sizes_of_the_report);
    RUN(test_numbers_of_the_chosen_one);
    RUN(test_text_comes_back);
    RUN(test_numbers_of_a_spectrum);
    RUN(test_residual_blocks_and_linear_path);
    RUN(test_longest_text_fits);
    RUN(test_mirrored_decoder_written_out_is_mirrored);
    RUN(test_refusals_name_layer_and_reason);
    RUN(test_spectra_that_are_refused);
    RUN(test_window_that_does_not_come_back);
    RUN(test_round_up_gives_lengths_that_come_back);
    return check_status();
}
