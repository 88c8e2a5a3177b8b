// A weights file that is damaged, cut or of another kind is refused with its reason.
#include "files/file.h"
#include "files/safetensors.h"
#include "latent/latent.h"
#include "lib/bytes_fixture.h"
#include "lib/check.h"
#include "lib/fixture.h"

static Bytes bytes_of(const char *arch)
{
    Error error;
    Bytes file = {0};
    Model *model = fixture_model(arch, ACTIVATION_TANH, 44100.0, 1);
    file.bytes = model_serialize(model, &file.size, &error);
    model_free(model);
    return file;
}

static Bytes good_bytes(void)
{
    return bytes_of("4k8s4p2,2k3s2p1");
}

static Bytes spectrum_bytes(void)
{
    return bytes_of("spectrum64h32b16f20:6k2s2p0,3k1s1p0");
}

// A file of the given header text and `data` bytes of zeros.
static Bytes file_of(const char *header, size_t data)
{
    const uint64_t length = strlen(header);
    Bytes file = {calloc(1, 8 + length + data), 8 + length + data};
    memcpy(file.bytes, &length, 8);
    memcpy(file.bytes + 8, header, length);
    return file;
}

// What a browser saves where a link leads to a page about the file.
static Bytes web_page(void)
{
    static const char page[] =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n";
    Bytes file = {malloc(sizeof page), sizeof page - 1};
    memcpy(file.bytes, page, sizeof page);
    return file;
}

static void check_refused(Bytes file, const char *reason)
{
    Error error = {""};
    Model *model = model_parse(file.bytes, file.size, &error);
    CHECK_MSG(!model, "accepted what should be refused: %s", reason);
    CHECK_MSG(strstr(error.text, reason), "\"%s\" does not say \"%s\"", error.text, reason);
    CHECK(!strchr(error.text, '\n'));
    model_free(model);
    free(file.bytes);
}

// Version 2 has what readers of version 1 do not know; other files are of version 1 as ever.
static void test_format_version_is_the_least_that_will_do(void)
{
    static const struct {
        const char *arch, *version;
    } cases[] = {{"normal", "1"}, {"espectro", "2"}};
    for (size_t i = 0; i < 2; i++) {
        Error error;
        Bytes file = bytes_of(cases[i].arch);
        Safetensors *parsed = safetensors_parse(file.bytes, file.size, &error);
        REQUIRE(parsed);
        const char *version = safetensors_metadata(parsed, "format_version");
        CHECK(version && strcmp(version, cases[i].version) == 0);
        safetensors_free(parsed);
        free(file.bytes);
    }
    // Axes make a file of version 2 of samples too.
    Error error;
    Arch arch;
    REQUIRE(arch_parse(&arch, "2k4s2p1", ACTIVATION_TANH, &error));
    float parameters[100] = {0}, pair[8] = {1, 0, 0, 1}, four[4] = {1, 1};
    const ModelInfo info = {.level = NAN};
    const ModelStatistics statistics = {.mean = pair, .std = pair, .axes = pair, .axes_std = four};
    Model *model = model_new(&arch, 8000, parameters, &statistics, &info, &error);
    REQUIRE(model);
    Bytes file = {0};
    file.bytes = model_serialize(model, &file.size, &error);
    Model *again = model_parse(file.bytes, file.size, &error);
    CHECK(again && again->latent_axes && again->latent_axes[3] == 1.0f && !again->band_mean);
    model_free(again);
    model_free(model);
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"1\"");
    check_refused(file, "latent.axes: format_version 1 has none");
}

static void test_refusals_of_spectra(void)
{
    Bytes file = spectrum_bytes();
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"1\"");
    check_refused(file, "format_version 1 has no spectra");

    file = spectrum_bytes();
    replace(&file, "\"format_version\":\"2\"", "\"format_version\":\"3\"");
    check_refused(file, "format_version 3: this version of Trasluz reads 1 and 2");

    file = spectrum_bytes();
    replace(&file, "latent.band_mean", "latent.band_neam");
    check_refused(file, "tensor latent.band_mean is missing");

    file = spectrum_bytes();
    replace(&file, "latent.axes_std", "latent.axes_sdt");
    check_refused(file, "tensors; this architecture has");

    file = spectrum_bytes();
    replace(&file, "\"shape\":[3,2,16]", "\"shape\":[2,3,16]");
    check_refused(file, "latent.pca: shape [2,3,16]; [3,2,16] is needed");

    file = spectrum_bytes();
    replace(&file, "spectrum64h32b16f20", "spectrum64h33b16f20");
    check_refused(file, "spectrum: a hop of 33 samples");

    file = spectrum_bytes();
    replace(&file, "spectrum64h32b16f20", "spectrum64h32b15f20");
    check_refused(file, "is needed");

    file = good_bytes(); // pca is not for samples
    replace(&file, "\"latent.std\"", "\"latent.pca\"");
    check_refused(file, "tensor latent.std is missing");
}

static void test_pytorch_order(void)
{
    Error error;
    Bytes file = good_bytes();
    Safetensors *parsed = safetensors_parse(file.bytes, file.size, &error);
    Model *model = model_parse(file.bytes, file.size, &error);
    REQUIRE(parsed && model);
    const size_t conv[3] = {2, 4, 3}, transposed[3] = {2, 4, 3}; // [out, in, k], [in, out, k]
    const Tensor *encoder = safetensors_require(parsed, "encoder.2.weight", 3, conv, &error);
    const Tensor *decoder = safetensors_require(parsed, "decoder.0.weight", 3, transposed, &error);
    REQUIRE(encoder && decoder);
    Convolution list[ARCH_CONVOLUTIONS_MAX];
    arch_convolutions(&model->arch, list);
    const float *ours = model->parameters + list[1].weight;
    for (size_t o = 0; o < 2; o++)
        for (size_t i = 0; i < 4; i++)
            for (size_t k = 0; k < 3; k++)
                CHECK(encoder->values[(o * 4 + i) * 3 + k] == ours[(k * 4 + i) * 2 + o]);
    ours = model->parameters + list[2].weight;
    for (size_t i = 0; i < 2; i++)
        for (size_t o = 0; o < 4; o++)
            for (size_t k = 0; k < 3; k++)
                CHECK(decoder->values[(i * 4 + o) * 3 + k] == ours[(i * 3 + k) * 4 + o]);
    safetensors_free(parsed);
    model_free(model);
    free(file.bytes);
}

static void test_every_truncation_is_refused(void)
{
    for (int spectrum = 0; spectrum < 2; spectrum++) {
        const Bytes file = spectrum ? spectrum_bytes() : good_bytes();
        for (size_t size = 0; size < file.size; size++) {
            Error error;
            Model *model = model_parse(file.bytes, size, &error);
            CHECK_MSG(!model, "accepted %zu bytes of %zu", size, file.size);
            model_free(model);
        }
        free(file.bytes);
    }
}

static void test_every_flipped_data_byte_is_refused(void)
{
    Bytes file = good_bytes();
    for (size_t i = 8 + (size_t)header_length(&file); i < file.size; i++) {
        Error error;
        file.bytes[i] ^= 1;
        Model *model = model_parse(file.bytes, file.size, &error);
        CHECK_MSG(!model && strstr(error.text, "checksum"), "byte %zu", i);
        model_free(model);
        file.bytes[i] ^= 1;
    }
    free(file.bytes);
}

static void test_flipped_header_bytes_do_no_harm(void)
{
    for (int spectrum = 0; spectrum < 2; spectrum++) {
        Bytes file = spectrum ? spectrum_bytes() : good_bytes();
        for (size_t i = 0; i < 8 + (size_t)header_length(&file); i++) {
            for (int bit = 0; bit < 8; bit++) {
                Error error;
                file.bytes[i] ^= (unsigned char)(1 << bit);
                model_free(model_parse(file.bytes, file.size, &error));
                file.bytes[i] ^= (unsigned char)(1 << bit);
            }
        }
        free(file.bytes);
    }
}

static void test_refusals(void)
{
    Bytes file = good_bytes();
    file.bytes = realloc(file.bytes, file.size + 4);
    memset(file.bytes + file.size, 0, 4);
    file.size += 4;
    check_refused(file, "the tensors have");

    file = good_bytes();
    const uint64_t lie = UINT64_MAX - 3;
    memcpy(file.bytes, &lie, 8);
    check_refused(file, "cut short: a header of 18446744073709551612 bytes");

    file = good_bytes();
    replace(&file, "decoder.2.bias", "decoder.3.bias");
    check_refused(file, "tensor decoder.2.bias is missing");

    file = good_bytes();
    replace(&file, "\"shape\":[4,1,8]", "\"shape\":[1,4,8]");
    check_refused(file, "encoder.0.weight: shape [1,4,8]; [4,1,8] is needed");

    file = good_bytes();
    replace(&file, "\"data_offsets\":[128,144]", "\"data_offsets\":[112,128]");
    check_refused(file, "overlaps the one before it");

    file = good_bytes();
    replace(&file, "4k8s4p2,2k3s2p1", "4k8s4p2,2k5s2p1");
    check_refused(file, "encoder.2.weight: shape [2,4,3]; [2,4,5] is needed");

    file = good_bytes();
    replace(&file, "\"F32\"", "\"F16\"");
    check_refused(file, "type F16");

    file = good_bytes();
    replace(&file, "\"tanh\"", "\"relu\"");
    check_refused(file, "unknown activation 'relu'");

    file = good_bytes();
    replace(&file, "44100", "00100");
    check_refused(file, "sample rate 100 Hz");

    check_refused(file_of("", 0), "not a safetensors file");
    check_refused(file_of("[]", 0), "not a safetensors file");
    check_refused(file_of("<!DOCTYPE html><html></html>", 0), "not a safetensors file");
    check_refused(web_page(), "not a safetensors file");
    check_refused(file_of("{\"a\":1,\"a\":2}", 0), "header: duplicate object key");
    check_refused(file_of("{}", 0), "no architecture");
    check_refused(file_of("{\"__metadata__\":{\"x\":1}}", 0), "metadata x is not a text");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12),
                  "a hole in the data");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],"
                          "\"data_offsets\":[0,0]}}",
                          0),
                  "shape does not fit");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9999]}}", 4),
                  "outside the file");
    check_refused(file_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4),
                  "shape does not fit");
}

// A file as PyTorch users write it has no checksum, and its values may be anything.
static void test_without_checksum(void)
{
    Bytes file = good_bytes();
    replace(&file, "\"checksum\"", "\"checksux\"");
    Error error;
    Model *model = model_parse(file.bytes, file.size, &error);
    CHECK_MSG(model != NULL, "%s", error.text);
    model_free(model);
    const float nan = NAN, infinity = INFINITY;
    memcpy(file.bytes + file.size - 40, &nan, sizeof nan);
    check_refused((Bytes){memcpy(malloc(file.size), file.bytes, file.size), file.size},
                  "is not finite");
    memcpy(file.bytes + file.size - 40, &infinity, sizeof infinity);
    check_refused(file, "is not finite");
}

int main(void)
{
    RUN(test_format_version_is_the_least_that_will_do);
    RUN(test_refusals_of_spectra);
    RUN(test_pytorch_order);
    RUN(test_every_truncation_is_refused);
    RUN(test_every_flipped_data_byte_is_refused);
    RUN(test_flipped_header_bytes_do_no_harm);
    RUN(test_refusals);
    RUN(test_without_checksum);
    return check_status();
}
