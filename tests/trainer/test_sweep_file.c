// The files of a sweep: what they say, and that anything else is refused with its line.
#include "lib/check.h"
#include "training/sweep_file.h"

#include <stdlib.h>
#include <string.h>

static SweepFile *parse(const char *text, Error *error)
{
    return sweep_file_parse(text, strlen(text), error);
}

static void test_all_combinations_the_last_fastest(void)
{
    Error error;
    SweepFile *file = parse("# a grid\n\n"
                            "arch = figure3_7, 64k8s6p4,32k6s3p4,4k5s2p4   # two\n"
                            "\tlearning-rate=0.001 0.0003, 1e-4\r\n"
                            "loss = relative\n"
                            "epochs = 7",
                            &error);
    REQUIRE(file);
    CHECK(file->keys == 4 && file->runs == 6);
    static const double rates[] = {0.001, 0.0003, 1e-4};
    for (size_t run = 0; run < file->runs; run++) {
        char arch[ARCH_TEXT_MAX];
        TrainingSettings settings;
        REQUIRE(sweep_file_settings(file, run, arch, &settings, &error));
        CHECK(arch_latent_channels(&settings.options.arch) == (run < 3 ? 8 : 4));
        CHECK(settings.options.schedule.learning_rate == rates[run % 3]);
        CHECK(settings.options.schedule.epochs == 7 && settings.options.loss.kind == LOSS_RELATIVE);
        CHECK(settings.options.batch == 16);
    }
    char label[SWEEP_LABEL];
    sweep_file_label(file, 4, label);
    CHECK_MSG(strcmp(label, "64k8s6p4,32k6s3p4,4k5s2p4_0.0003") == 0, "%s", label);
    sweep_file_free(file);
}

static void test_lists_make_architectures(void)
{
    Error error;
    SweepFile *file = parse("channels = 64,32,8 64,32\n"
                            "kernels = 8,6,5\nstrides = 6,3,2 6,3,3\npaddings = 4,4,4\n"
                            "window = 110250\n",
                            &error);
    REQUIRE(file && file->runs == 4);
    char arch[ARCH_TEXT_MAX];
    TrainingSettings settings;
    CHECK(sweep_file_settings(file, 0, arch, &settings, &error));
    CHECK(strcmp(arch, "64k8s6p4,32k6s3p4,8k5s2p4") == 0);
    CHECK(!sweep_file_settings(file, 1, arch, &settings, &error));
    CHECK_MSG(strstr(error.text, "strides 6,3,3") && strstr(error.text, "decoder layer"), "%s",
              error.text);
    CHECK(!sweep_file_settings(file, 2, arch, &settings, &error));
    CHECK_MSG(strstr(error.text, "channels 64,32,") && strstr(error.text, "3 kernels for 2 layers"),
              "%s", error.text);
    sweep_file_free(file);
}

static void test_wrong_lines_are_refused_with_their_number(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"epochs 5", "line 1: must be 'name = values'"},
        {"\n\nepoch = 5", "line 3: unknown setting 'epoch'; did you mean 'epochs'?"},
        {"epochs =", "line 1: epochs: no value"},
        {"epochs = # 5", "line 1: epochs: no value"},
        {"= 5", "line 1: unknown setting ''"},
        {"two words = 5", "line 1: a name must be one word, not 'two words '"},
        {"epochs = 5\nbatch = 4\nepochs = 6", "line 3: epochs is already set in line 1"},
        {"epochs = 0", "line 1: epochs: must be a whole number from 1 to 1000000, not '0'"},
        {"epochs = 5 , 6", "line 1: a comma with no value before it"},
        {"epochs = 5 6 5", "line 1: epochs: 5 is listed twice"},
        {"epochs = 1 2 = 3", "line 1: epochs: must be a whole number from 1 to 1000000, not '='"},
        {"\narch = normal huge", "line 2: arch: "},
        {"activation = relu", "line 1: activation: must be leaky_relu, silu or tanh, not 'relu'"},
        {"schedule = linear",
         "line 1: schedule: must be constant, plateau or cosine, not 'linear'"},
        {"loss = mae", "line 1: loss: must be mse or relative, not 'mae'"},
        {"kernels = 8,,5", "line 1: kernels: must be a whole number from 0 to 1024, not ''"},
        {"kernels = 8,6x", "line 1: kernels: must be a whole number from 0 to 1024, not '6x'"},
        {"kernels = 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "line 1: kernels: more than 16 layers"},
        {"init = transform\nstart = transform", "line 2: start is already set in line 1"},
        {"start = folded", "line 1: start: must be transform or axes, not 'folded'"},
        {"output = x", "line 1: unknown setting 'output'"},
        {"kernels = 8,6\nstrides = 2,2\nchannels = 4,2", "paddings are missing"},
        {"arch = normal\nchannels = 4\nkernels = 4\nstrides = 2\npaddings = 1", "not by both"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error error;
        SweepFile *file = parse(cases[i].text, &error);
        if (CHECK_MSG(!file, "taken: %s", cases[i].text))
            CHECK_MSG(strstr(error.text, cases[i].message), "%s: %s", cases[i].text, error.text);
        sweep_file_free(file);
    }
}

static void test_limits_hold(void)
{
    Error error;
    CHECK(!sweep_file_parse("epochs = 5\0", 11, &error));
    CHECK_MSG(strcmp(error.text, "line 1: contains a zero byte") == 0, "%s", error.text);

    char *large = malloc(SWEEP_FILE_MAX + 1);
    REQUIRE(large);
    memset(large, '\n', SWEEP_FILE_MAX + 1);
    CHECK(!sweep_file_parse(large, SWEEP_FILE_MAX, &error));
    CHECK_MSG(strncmp(error.text, "contains no settings", 20) == 0, "%s", error.text);
    memcpy(large, "epochs = 5", 10);
    SweepFile *file = sweep_file_parse(large, SWEEP_FILE_MAX, &error);
    CHECK(file && file->keys == 1 && file->runs == 1);
    sweep_file_free(file);
    CHECK(!sweep_file_parse(large, SWEEP_FILE_MAX + 1, &error));

    // Each value of another seed: as many as can be, then one more.
    size_t used = (size_t)sprintf(large, "seed =");
    for (int i = 0; i < SWEEP_VALUES_MAX; i++) used += (size_t)sprintf(large + used, " %d", i);
    file = sweep_file_parse(large, used, &error);
    CHECK(file && file->runs == SWEEP_VALUES_MAX);
    sweep_file_free(file);
    used += (size_t)sprintf(large + used, " %d", SWEEP_VALUES_MAX);
    CHECK(!sweep_file_parse(large, used, &error) && strstr(error.text, "more than 256 values"));

    CHECK(!parse("seed = 0 1 2 3 4 5 6 7 8 9\nbatch = 1 2 3 4 5 6 7 8 9 10\n"
                 "epochs = 1 2 3 4 5 6 7 8 9 10 11",
                 &error));
    CHECK_MSG(strstr(error.text, "more than 1000 combinations"), "%s", error.text);
    free(large);
}

// Labels name folders: they are short, have no slash, and stay different.
static void test_labels_are_fit_for_folders(void)
{
    // Two of many layers that differ in the last alone.
    static const char *const ends[] = {"d1", "d2"};
    char text[2 * ARCH_TEXT_MAX] = "arch =", labels[2][SWEEP_LABEL];
    for (int which = 0; which < 2; which++) {
        strcat(text, " 4k8s4p2");
        for (int i = 0; i < 14; i++) strcat(text, ",r100k10d10");
        strcat(text, ",r100k3");
        strcat(text, ends[which]);
    }
    Error error;
    SweepFile *file = parse(text, &error);
    if (!CHECK_MSG(file, "%s", error.text)) return;
    for (size_t run = 0; run < 2; run++) sweep_file_label(file, run, labels[run]);
    CHECK(strlen(labels[0]) < 120 && strcmp(labels[0], labels[1]) != 0);
    sweep_file_free(file);

    file = parse("arch = 4k8s4p2/1k8s4p2 4k8s4p2", &error);
    REQUIRE(file);
    sweep_file_label(file, 0, labels[0]);
    CHECK_MSG(strcmp(labels[0], "4k8s4p2_1k8s4p2") == 0, "%s", labels[0]);
    sweep_file_free(file);
}

int main(void)
{
    RUN(test_all_combinations_the_last_fastest);
    RUN(test_lists_make_architectures);
    RUN(test_wrong_lines_are_refused_with_their_number);
    RUN(test_limits_hold);
    RUN(test_labels_are_fit_for_folders);
    return check_status();
}
