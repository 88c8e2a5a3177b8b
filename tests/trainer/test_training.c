// The training loop: it learns, its result depends on nothing but its options and its data, and it
// can be stopped anywhere.
#include "files/file.h"
#include "lib/check.h"
#include "lib/fixture.h"
#include "training/checkpoint.h"
#include "training/training.h"

#include <cblas.h>
#include <limits.h>
#include <sndfile.h>
#include <sys/time.h>
#include <unistd.h>

static char folder[] = "/tmp/trasluz-training-XXXXXX";

static void path_of(char path[300], const char *name)
{
    snprintf(path, 300, "%s/%s", folder, name);
}

// Eight pieces of a few seconds each, unlike each other, the last shorter than a window.
static bool write_music(void)
{
    char path[300];
    for (uint32_t i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "%s/music/piece%u.wav", folder, i);
        SF_INFO info = {
            .samplerate = 22050, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
        const size_t n = i == 7 ? 1000 : 60000 + 7000 * i;
        float *audio = malloc(n * sizeof(float));
        fixture_signal(audio, n, 22050.0 * (1.0 + 0.1 * i), i);
        SNDFILE *file = sf_open(path, SFM_WRITE, &info);
        if (!file) return false;
        sf_writef_float(file, audio, (sf_count_t)n);
        sf_close(file);
        free(audio);
    }
    return true;
}

static Dataset *open_music(Pool *pool)
{
    static char music[300], cache[300];
    path_of(music, "music");
    path_of(cache, "cache");
    const char *const folders[] = {music};
    const DatasetOptions options = {.folders = folders,
                                    .folder_count = 1,
                                    .cache = cache,
                                    .rate = 22050.0,
                                    .split = {.seed = 1}};
    Error error;
    Dataset *dataset = dataset_open(&options, pool, &error);
    if (!dataset) fprintf(stderr, "%s\n", error.text);
    return dataset;
}

static TrainingOptions usual_options(const char *output)
{
    Error error;
    TrainingOptions options = {
        .rate = 22050.0,
        .batch = 5,
        .schedule = {.kind = SCHEDULE_PLATEAU,
                     .epochs = 4,
                     .learning_rate = 3e-3,
                     .warm_up = 0.5,
                     .patience = 1},
        .random_gain = 6.0,
        .seed = 4,
        .output = output,
        .name = "test",
        .trained_on = "made-up sounds",
        .command = "trainer train",
    };
    arch_parse(&options.arch, "8k8s6p4,4k6s3p4", ACTIVATION_LEAKY_RELU, &error);
    options.window = (size_t)arch_round_up(&options.arch, 5000);
    return options;
}

static volatile sig_atomic_t stop_flag;

static Error last_error;
static const char *log_to = "/dev/null";

static TrainingEnd run(const TrainingOptions *options, int threads)
{
    Error error = {""};
    Pool *pool = pool_new(threads);
    Dataset *dataset = open_music(pool);
    FILE *log = fopen(log_to, "w");
    TrainingEnd end = TRAINING_FAILED;
    if (dataset && log) end = training_run(options, dataset, pool, &stop_flag, log, &error);
    last_error = error;
    if (log) fclose(log);
    dataset_free(dataset);
    pool_free(pool);
    return end;
}

// True if both files have the same bytes.
static bool same_file(const char *a, const char *b)
{
    Error error;
    size_t size_a = 0, size_b = 0;
    unsigned char *bytes_a = file_read(a, 1 << 24, &size_a, &error);
    unsigned char *bytes_b = file_read(b, 1 << 24, &size_b, &error);
    const bool same =
        bytes_a && bytes_b && size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
    free(bytes_a);
    free(bytes_b);
    return same;
}

static void test_it_learns_and_describes_itself(void)
{
    char weights[300], csv[300], checkpoint[300];
    path_of(weights, "whole.safetensors");
    path_of(csv, "whole.csv");
    path_of(checkpoint, "whole.checkpoint");
    const TrainingOptions options = usual_options(weights);
    REQUIRE(run(&options, 1) == TRAINING_DONE);
    Error error;
    Model *model = model_load(weights, &error);
    REQUIRE(model);
    CHECK(model->info.train_loss > 0.0 && model->info.validation_loss > 0.0 &&
          model->info.test_loss > 0.0);
    CHECK(model->info.level < 0.0 && model->info.level > -40.0);
    CHECK(model->latent_std[0] > 0.0f);
    CHECK(access(checkpoint, F_OK) != 0);
    model_free(model);

    FILE *table = fopen(csv, "r");
    REQUIRE(table);
    char line[256];
    CHECK(fgets(line, sizeof line, table) &&
          strncmp(line, "epoch,learning_rate,train_loss", 30) == 0);
    double first = 0.0, last = 0.0;
    int lines = 0;
    for (; fgets(line, sizeof line, table); lines++) {
        int epoch;
        double rate, train;
        CHECK(sscanf(line, "%d,%lf,%lf", &epoch, &rate, &train) == 3 && epoch == lines + 1);
        if (lines == 0) first = train;
        last = train;
    }
    fclose(table);
    CHECK(lines == 4);
    CHECK_MSG(last < 0.7 * first, "loss %g at first, %g at last", first, last);
}

static void test_threads_do_not_change_the_weights(void)
{
    char one[300], three[300];
    path_of(one, "whole.safetensors");
    path_of(three, "threads.safetensors");
    const TrainingOptions options = usual_options(three);
    REQUIRE(run(&options, 3) == TRAINING_DONE);
    CHECK(same_file(one, three));
}

static void stop_soon(int signal_number)
{
    (void)signal_number;
    stop_flag = 1;
}

// Stops again and again after a few milliseconds each time, wherever the steps are then, until the
// training is done.
static void run_in_pieces(TrainingOptions options, const char *checkpoint)
{
    const struct sigaction action = {.sa_handler = stop_soon, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    int stops = 0;
    TrainingEnd end;
    for (;;) {
        // Longer each time: on a slow machine a fixed time might never be enough for the data
        // set to open.
        const struct itimerval soon = {.it_value = {.tv_usec = 4000 + 1500 * stops}};
        stop_flag = 0;
        setitimer(ITIMER_REAL, &soon, NULL);
        end = run(&options, 2);
        if (end != TRAINING_STOPPED) break;
        CHECK(access(checkpoint, F_OK) == 0);
        options.resume = true;
        stops++;
    }
    const struct itimerval never = {0};
    setitimer(ITIMER_REAL, &never, NULL);
    stop_flag = 0;
    CHECK(end == TRAINING_DONE);
    CHECK_MSG(stops >= 2, "stopped %d times only", stops);
}

static void test_stopped_and_resumed_ends_the_same(void)
{
    char whole[300], broken[300], checkpoint[300], whole_csv[300], broken_csv[300];
    path_of(whole, "whole.safetensors");
    path_of(broken, "broken.safetensors");
    path_of(checkpoint, "broken.checkpoint");
    path_of(whole_csv, "whole.csv");
    path_of(broken_csv, "broken.csv");
    run_in_pieces(usual_options(broken), checkpoint);
    CHECK(same_file(whole, broken));

    // The tables agree but for the seconds.
    FILE *a = fopen(whole_csv, "r"), *b = fopen(broken_csv, "r");
    REQUIRE(a && b);
    char line_a[256], line_b[256];
    int lines = 0;
    for (; fgets(line_a, sizeof line_a, a) && fgets(line_b, sizeof line_b, b); lines++) {
        *strrchr(line_a, ',') = *strrchr(line_b, ',') = '\0';
        CHECK_MSG(strcmp(line_a, line_b) == 0, "%s | %s", line_a, line_b);
    }
    CHECK(lines == 5 && !fgets(line_b, sizeof line_b, b));
    fclose(a);
    fclose(b);
}

// A network that works on a spectrum, with all that is done to its windows at random.
static TrainingOptions spectral_options(const char *output)
{
    Error error;
    TrainingOptions options = usual_options(output);
    arch_parse(&options.arch, "spectrum256h64b24f80:16k1s1p0,r8k3d1,6k1s1p0+linear",
               ACTIVATION_LEAKY_RELU, &error);
    options.window = (size_t)arch_round_up(&options.arch, 5000);
    options.corruption = (Corruption){.equaliser = 6.0, .floor_low = 40.0, .floor_high = 80.0};
    options.latent_noise = 0.1;
    return options;
}

static void test_spectral_training_is_the_same_in_pieces_and_on_threads(void)
{
    char whole[300], other[300], checkpoint[300];
    path_of(whole, "spectral.safetensors");
    path_of(other, "spectral-other.safetensors");
    path_of(checkpoint, "spectral-other.checkpoint");
    const TrainingOptions options = spectral_options(whole);
    TrainingOptions again = spectral_options(other);
    REQUIRE(run(&options, 1) == TRAINING_DONE);
    REQUIRE(run(&again, 3) == TRAINING_DONE);
    CHECK(same_file(whole, other));
    run_in_pieces(again, checkpoint);
    CHECK(same_file(whole, other));
    again.latent_noise = 0.2; // it does something, as do the others
    REQUIRE(run(&again, 2) == TRAINING_DONE);
    CHECK(!same_file(whole, other));
    again = spectral_options(other);
    again.corruption.equaliser = 0.0;
    REQUIRE(run(&again, 2) == TRAINING_DONE);
    CHECK(!same_file(whole, other));
    again = spectral_options(other);
    again.corruption.floor_low = again.corruption.floor_high = 0.0;
    REQUIRE(run(&again, 2) == TRAINING_DONE);
    CHECK(!same_file(whole, other));
}

// Without corruption it starts as the principal components, and gets better than they are.
static void test_spectral_training_beats_the_principal_components(void)
{
    char weights[300], log_path[300], line[256];
    path_of(weights, "clean.safetensors");
    path_of(log_path, "log");
    TrainingOptions options = spectral_options(weights);
    options.corruption = (Corruption){0};
    options.latent_noise = 0.0;
    log_to = log_path;
    REQUIRE(run(&options, 2) == TRAINING_DONE);
    log_to = "/dev/null";
    double components = 0.0;
    FILE *log = fopen(log_path, "r");
    while (log && fgets(line, sizeof line, log))
        sscanf(line, "principal components of as many values: loss %lf", &components);
    if (log) fclose(log);
    Error error;
    Model *model = model_load(weights, &error);
    REQUIRE(model);
    CHECK_MSG(model->info.validation_loss < 0.98 * components, "%g, principal components %g",
              model->info.validation_loss, components);
    CHECK(model->band_mean && model->band_pca && model->latent_axes);
    for (int i = 0; i < MODEL_AXES; i++) {
        double square = 0.0;
        for (int c = 0; c < 6; c++) square += pow((double)model->latent_axes[i * 6 + c], 2.0);
        CHECK(fabs(square - 1.0) < 1e-5 && model->latent_axes_std[i] > 0.0f);
    }
    // What varies within pieces is less than all that varies.
    REQUIRE(model->piece_axes && model->piece_std);
    double within = 0.0, total = 0.0;
    for (int i = 0; i < 6; i++) {
        double square = 0.0;
        for (int c = 0; c < 6; c++) square += pow((double)model->piece_axes[i * 6 + c], 2.0);
        CHECK(fabs(square - 1.0) < 1e-5);
        within += pow((double)model->piece_std[i], 2.0);
        total += pow((double)model->latent_std[i], 2.0);
    }
    CHECK_MSG(within > 0.02 * total && within < 0.999 * total, "%g of %g", within, total);
    model_free(model);
}

static void test_another_trainings_checkpoint_is_refused(void)
{
    char weights[300], checkpoint[300];
    path_of(weights, "other.safetensors");
    path_of(checkpoint, "other.checkpoint");
    Error error;
    TrainingOptions options = usual_options(weights);
    Checkpoint state;
    REQUIRE(checkpoint_init(&state, &options.arch, &error));
    CHECK(checkpoint_write(&state, "window 5, seed 1, batch 3", NULL, checkpoint, &error));
    CHECK(!checkpoint_read(&state, "window 5, seed 2, batch 3", NULL, checkpoint, &error));
    CHECK_MSG(strstr(error.text, "another training: seed 1, expected seed 2"), "%s", error.text);
    checkpoint_free(&state);
    options.resume = true;
    CHECK(run(&options, 1) == TRAINING_FAILED);
}

// Numbers that no training leaves behind, from a file that was changed.
static void test_impossible_checkpoints_are_refused(void)
{
    char path[300];
    path_of(path, "impossible.checkpoint");
    Error error;
    const TrainingOptions options = usual_options("");
    Checkpoint state, read;
    REQUIRE(checkpoint_init(&state, &options.arch, &error) &&
            checkpoint_init(&read, &options.arch, &error));
    for (int i = 0; i < 4; i++) {
        state.epoch = i == 0 ? -1 : 2;
        state.schedule.halvings = i == 1 ? INT_MAX : 2;
        state.loss_sum = i == 2 ? (double)NAN : 2;
        CHECK(checkpoint_write(&state, "window 5", NULL, path, &error));
        CHECK(checkpoint_read(&read, "window 5", NULL, path, &error) == (i == 3));
        if (i == 0)
            CHECK_MSG(strstr(error.text, "impossible.checkpoint: epoch: must be a number from 0"),
                      "%s", error.text);
    }
    CHECK(read.epoch == 2 && read.schedule.halvings == 2 && read.loss_sum == 2);
    checkpoint_free(&state);
    checkpoint_free(&read);
}

// The last step's rate is that of the middle of the last step.
static void test_cosine_ends_near_nothing(void)
{
    char weights[300], csv[300], line[256];
    path_of(weights, "cosine.safetensors");
    path_of(csv, "cosine.csv");
    TrainingOptions options = usual_options(weights);
    options.schedule.kind = SCHEDULE_COSINE;
    options.schedule.patience = 0;
    REQUIRE(run(&options, 1) == TRAINING_DONE);
    FILE *table = fopen(csv, "r");
    REQUIRE(table);
    double rate = 1.0;
    while (fgets(line, sizeof line, table)) sscanf(line, "%*d,%lf", &rate);
    fclose(table);
    CHECK_MSG(rate > 0.0 && rate < 1e-3 * options.schedule.learning_rate, "%g", rate);
}

static void test_divergence_at_once_leaves_nothing(void)
{
    for (int spectral = 0; spectral < 2; spectral++) {
        char weights[300];
        path_of(weights, "wild.safetensors");
        TrainingOptions options = usual_options(weights);
        options.schedule.learning_rate = 1e30; // the first step is finite, the second not
        options.loss.spectral = spectral;
        CHECK(run(&options, 1) == TRAINING_FAILED);
        CHECK_MSG(strstr(last_error.text, "epoch 1, step 2: ") &&
                      strstr(last_error.text, "no weights can be kept") &&
                      strstr(last_error.text, "lower --learning-rate"),
                  "%s", last_error.text);
        CHECK(access(weights, F_OK) != 0);
    }
}

typedef struct {
    float parameter;
    double best; // validation loss before
} Blow;

// What steps that are too long do in the end, at the end of the second epoch: one parameter, the
// last bias, is far away.
static bool blow_up(void *data, const TrainingEpoch *epoch, Error *error)
{
    (void)error;
    Blow *blow = data;
    if (epoch->epoch == 1 || epoch->validation_loss < blow->best)
        blow->best = epoch->validation_loss;
    if (epoch->epoch == 2) {
        float *parameters = (float *)(uintptr_t)epoch->parameters;
        const TrainingOptions options = usual_options("");
        parameters[arch_parameters(&options.arch) - 1] = blow->parameter;
    }
    return true;
}

// The loss itself, or the gradient alone: its square is more than a float can hold.
static void test_divergence_keeps_the_best(void)
{
    static const float far[] = {NAN, 1e25f};
    for (int i = 0; i < 4; i++) {
        char weights[300];
        snprintf(weights, sizeof weights, "%s/far%d.safetensors", folder, i);
        Blow blow = {.parameter = far[i % 2]};
        TrainingOptions options = usual_options(weights);
        options.loss.spectral = i / 2;
        options.observer = blow_up;
        options.observer_data = &blow;
        CHECK(run(&options, 2) == TRAINING_FAILED);
        CHECK_MSG(strstr(last_error.text, "epoch 3, step 1: ") &&
                      strstr(last_error.text, "of epoch 2 are kept"),
                  "%s", last_error.text);
        Error error;
        Model *model = model_load(weights, &error);
        REQUIRE(model);
        CHECK(fabs(model->info.validation_loss - blow.best) <= 1e-6 * blow.best);
        const size_t count = arch_parameters(&model->arch);
        for (size_t k = 0; k < count; k++) CHECK(isfinite(model->parameters[k]));
        model_free(model);
    }
}

int main(void)
{
    char path[300];
    openblas_set_num_threads(1);
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "mkdir %s/music", folder);
    if (system(path) != 0 || !write_music()) return 1;
    RUN(test_it_learns_and_describes_itself);
    RUN(test_threads_do_not_change_the_weights);
    RUN(test_stopped_and_resumed_ends_the_same);
    RUN(test_spectral_training_is_the_same_in_pieces_and_on_threads);
    RUN(test_spectral_training_beats_the_principal_components);
    RUN(test_another_trainings_checkpoint_is_refused);
    RUN(test_impossible_checkpoints_are_refused);
    RUN(test_cosine_ends_near_nothing);
    RUN(test_divergence_at_once_leaves_nothing);
    RUN(test_divergence_keeps_the_best);
    snprintf(path, sizeof path, "rm -rf %s", folder);
    return system(path) != 0 || check_status();
}
