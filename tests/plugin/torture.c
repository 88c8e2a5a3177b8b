// torture.c: torture SECONDS: so much time of audio through several instances at once, with random
// blocks, automation, transport, files that are good, bad, missing, replaced or cut while they are
// read, sessions saved and restored from another thread, and (de)activation. As fast as it goes:
// what happens follows the audio's time.
//
// The time is cut into rounds; after each all instances are freed, and what then is still in use
// must not grow.
#include "lib/check.h"
#include "lib/lv2host_fixtures.h"
#include "math/random.h"

#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CEILING 2.0f // no sample is beyond it

// The smooth instance: a tone through models that keep it, with all controls automated that do not
// make another sound of it. The tone itself, at 12 dB more and twice the scale, moves by 0.029 from
// sample to sample.
#define STEP_MAX 0.05f

// Of an audio block's duration, in CPU time of its thread; measured over stretches of at least
// STRETCH samples, as the network works in frames.
#ifdef __SANITIZE_ADDRESS__
#define LOAD_MAX 20 // which takes its own time
#else
#define LOAD_MAX 0.5
#endif

enum {
    INSTANCES = 4,
    BLOCK_MAX = 2048,
    STRETCH = 512,
    BEGINNING = 4410, // samples: the tone itself begins with a step
    SESSIONS = 4,
    ROUND_SECONDS = 60,
    ROUNDS_LEAST = 3,
    LEAK_MAX = 256 << 10, // bytes: what the C library and lilv may keep
};

// ---- Files ----

enum { SMOOTH_FILES = 2, GOOD_FILES = 4, REFERENCES = 3 };

static struct {
    char smooth[SMOOTH_FILES][KEPT_LENGTH]; // wires
    char good[GOOD_FILES][KEPT_LENGTH];
    char reference[REFERENCES][KEPT_LENGTH]; // of the first two, and of the last
    char changing[KEPT_LENGTH];              // by the vandal
    char bad[KEPT_LENGTH], missing[KEPT_LENGTH];
} files;

static void make_files(void)
{
    static const char *const arch[GOOD_FILES] = {"16k12s4p4,8k5s3p2", "8k6s2p2,4k5s3p2",
                                                 "12k8s4p2,r12k3d2,6k4s2p1",
                                                 "spectrum1024h128b40f80:32k1s1p0,8k1s1p0"};
    static const double rate[GOOD_FILES] = {44100, 22050, 32000, 48000};
    keep(files.smooth[0], wire_file("smooth.safetensors", 8, 1, RATE));
    keep(files.smooth[1], wire_file("smoother.safetensors", 16, 0.8f, RATE));
    for (int i = 0; i < GOOD_FILES; i++)
        keep(files.good[i],
             scrambler_file(scratch_path("good%d.safetensors", i) + strlen(scratch_folder()) + 1,
                            arch[i], rate[i], (uint32_t)i));
    keep(files.reference[0], reference_file("one.safetensors", files.good[0], 300, 1));
    keep(files.reference[1], reference_file("two.safetensors", files.good[1], 3000, 2));
    keep(files.reference[2], reference_file("three.safetensors", files.good[3], 500, 3));
    keep(files.changing, scratch_path("changing.safetensors"));
    keep(files.missing, scratch_path("missing.safetensors"));
    keep(files.bad, scratch_path("bad.safetensors"));
    copy_file(files.good[0], files.bad, 1000);
    copy_file(files.good[0], files.changing, SIZE_MAX);
}

// ---- Instances ----

typedef struct {
    Host *host;
    bool smooth;
    double rate;
    uint32_t seed;
    uint64_t step;
    Sound in, out;
    size_t at;                  // in the input, which is repeated
    size_t heard;               // samples
    float last[SOUND_CHANNELS]; // that was heard

    size_t stretch;     // samples since the load was measured last
    double stretch_cpu; // seconds that they took

    pthread_mutex_t lock; // a host does not (de)activate while it saves or restores
    HostSession session[SESSIONS];
} Instance;

typedef struct {
    _Atomic uint64_t blocks, files, reactivations, saves, restores, on_disk, changes;
    uint64_t overloads, repeated, bad_blocks;
    double cpu, audio; // seconds
    double worst_load;
    float worst_step;
} Figures;

// Where an instance was when a stretch of its audio had taken too long.
typedef struct {
    const Instance *instance;
    uint64_t step;
} Overload;

enum { OVERLOADS_MAX = 64 };

static struct {
    Instance instance[INSTANCES];
    Figures figures;
    Overload overload[OVERLOADS_MAX]; // of this round
    int overloads;
    bool again; // the round is played for the second time
    atomic_bool over;
    sem_t session_due, change_due;
} torture;

static uint64_t draw(Instance *instance, uint32_t stream, uint64_t bound)
{
    return random_below((RandomKey){instance->seed, 1000 + stream}, instance->step, bound);
}

static void instance_init(Instance *instance, int index, uint32_t round)
{
    static const double rates[INSTANCES] = {RATE, 48000, 44100, 96000};
    *instance = (Instance){.smooth = index == 0, .rate = rates[index]};
    instance->seed = round * INSTANCES + (uint32_t)index;
    instance->host = host_new(&(HostOptions){
        .uri = index % 2 ? MONO : STEREO, .rate = instance->rate, .worker = HOST_WORKER_THREAD});
    if (!instance->host || pthread_mutex_init(&instance->lock, NULL) != 0) abort();
    const size_t period = (size_t)RATE / 50; // of the tone
    instance->in = instance->smooth ? sound_tone(100 * period) : sound_music(200000);
    instance->out = sound_new(BLOCK_MAX);
    if (instance->smooth) load_file(instance->host, MODEL, files.smooth[0]);
    for (int s = 0; s < SESSIONS; s++) {
        if (!instance->smooth) load_file(instance->host, MODEL, files.good[s % GOOD_FILES]);
        host_session_save(instance->host, &instance->session[s]);
    }
}

static void instance_free(Instance *instance)
{
    host_free(instance->host);
    for (int s = 0; s < SESSIONS; s++) host_session_free(&instance->session[s]);
    sound_free(&instance->in);
    sound_free(&instance->out);
    pthread_mutex_destroy(&instance->lock);
}

// ---- The audio thread ----

static const char *choose_model(Instance *instance)
{
    if (instance->smooth) return files.smooth[draw(instance, 1, SMOOTH_FILES)];
    const char *const some[] = {files.good[0], files.good[1],  files.good[2],
                                files.good[3], files.changing, files.bad,
                                files.missing, files.changing, files.reference[0]};
    return some[draw(instance, 1, sizeof some / sizeof *some)];
}

static const char *choose_reference(Instance *instance)
{
    const char *const some[] = {files.reference[0], files.reference[1], files.reference[2], "",
                                files.missing,      files.changing};
    return some[draw(instance, 2, sizeof some / sizeof *some)];
}

static void automate_smoothly(Instance *instance)
{
    static const char *const symbol[] = {"enabled", "detail", "wet", "auto_gain", "gain", "scale"};
    for (size_t i = 0; i < sizeof symbol / sizeof *symbol; i++) {
        if (draw(instance, 10 + (uint32_t)i, 4) != 0) continue;
        const HostRange range = host_range(instance->host, symbol[i]);
        const float share = (float)draw(instance, 20 + (uint32_t)i, 5) / 4;
        *host_control(instance->host, symbol[i]) =
            range.minimum + share * (range.maximum - range.minimum);
    }
}

static void reactivate(Instance *instance)
{
    if (pthread_mutex_trylock(&instance->lock) != 0) return;
    host_reactivate(instance->host);
    pthread_mutex_unlock(&instance->lock);
    torture.figures.reactivations++;
}

// What happens between blocks; each some times a second of audio.
static void disturb(Instance *instance)
{
    if (instance->smooth) {
        automate_smoothly(instance);
    } else {
        automate(instance->host, instance->seed, instance->step);
        jump(instance->host, instance->seed, instance->step);
        if (draw(instance, 3, 200) == 0) reactivate(instance);
    }
    if (draw(instance, 4, 30) == 0) {
        host_set_file(instance->host, MODEL, choose_model(instance));
        torture.figures.files++;
    }
    if (!instance->smooth && draw(instance, 5, 30) == 0) {
        host_set_file(instance->host, REFERENCE, choose_reference(instance));
        torture.figures.files++;
    }
    if (draw(instance, 6, 40) == 0) sem_post(&torture.session_due);
    if (draw(instance, 7, 20) == 0) sem_post(&torture.change_due);
}

static double cpu_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// The kernel counts parts of what interrupts a thread as the thread's own time, at other blocks in
// each run; what the plugin takes comes again where the round is played again. Those beyond what is
// remembered count at once.
static void note_overload(const Instance *instance)
{
    Figures *figures = &torture.figures;
    if (torture.again) {
        for (int i = 0; i < torture.overloads; i++)
            if (torture.overload[i].instance == instance &&
                torture.overload[i].step == instance->step)
                figures->repeated++;
        return;
    }
    figures->overloads++;
    if (torture.overloads < OVERLOADS_MAX)
        torture.overload[torture.overloads++] = (Overload){instance, instance->step};
    else
        figures->repeated++;
}

static void measure_load(Instance *instance, double seconds, size_t n)
{
    Figures *figures = &torture.figures;
    figures->cpu += seconds;
    figures->audio += (double)n / instance->rate;
    instance->stretch += n;
    instance->stretch_cpu += seconds;
    if (instance->stretch < STRETCH) return;
    const double load = instance->stretch_cpu * instance->rate / (double)instance->stretch;
    figures->worst_load = fmax(figures->worst_load, load);
    if (load > LOAD_MAX) note_overload(instance);
    instance->stretch = 0;
    instance->stretch_cpu = 0;
}

static void listen(Instance *instance, size_t n)
{
    Figures *figures = &torture.figures;
    bool good = true;
    for (int c = 0; c < host_channels(instance->host); c++) {
        for (size_t i = 0; i < n; i++) {
            const float sample = instance->out.channel[c][i];
            good = good && isfinite(sample) && fabsf(sample) <= CEILING;
            if (instance->smooth && instance->heard + i > BEGINNING)
                figures->worst_step = fmaxf(figures->worst_step, fabsf(sample - instance->last[c]));
            instance->last[c] = sample;
        }
    }
    instance->heard += n;
    figures->bad_blocks += !good;
    host_forget(instance->host);
}

// One block; returns its samples.
static size_t play_block(Instance *instance)
{
    const uint64_t exponent = draw(instance, 8, 12);
    size_t n = draw(instance, 9, ((uint64_t)1 << exponent) + 1);
    if (n > instance->in.frames - instance->at) n = instance->in.frames - instance->at;
    disturb(instance);
    const float *from[SOUND_CHANNELS];
    for (int c = 0; c < SOUND_CHANNELS; c++) from[c] = instance->in.channel[c] + instance->at;
    const double before = cpu_time();
    host_run(instance->host, from, instance->out.channel, (uint32_t)n);
    measure_load(instance, cpu_time() - before, n);
    listen(instance, n);
    instance->at = (instance->at + n) % instance->in.frames;
    instance->step++;
    torture.figures.blocks++;
    return n;
}

static void play_all(double seconds)
{
    double played[INSTANCES] = {0};
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < INSTANCES; i++) {
            Instance *instance = &torture.instance[i];
            if (played[i] < seconds) played[i] += (double)play_block(instance) / instance->rate;
            more = more || played[i] < seconds;
        }
    }
}

// ---- The other threads ----

// Saves and restores, in memory and now and then on disk.
static void *keep_sessions(void *round)
{
    for (uint32_t i = 0;; i++) {
        sem_wait(&torture.session_due);
        if (torture.over) return NULL;
        Instance *instance = &torture.instance[i % INSTANCES];
        HostSession *session = &instance->session[i / INSTANCES % SESSIONS];
        pthread_mutex_lock(&instance->lock);
        if (i % 3 == 0) {
            host_session_save(instance->host, session);
            torture.figures.saves++;
        } else if (i % 40 == 1) {
            const char *folder =
                scratch_path("session-%u-%u-%d", *(uint32_t *)round, i, torture.again);
            if (!host_save(instance->host, folder) || !host_restore(instance->host, folder))
                abort();
            torture.figures.on_disk++;
        } else {
            host_session_restore(instance->host, session);
            torture.figures.restores++;
        }
        pthread_mutex_unlock(&instance->lock);
    }
}

// Changes one file under the hands of those who read it: written over in place, cut short, taken
// away, renamed over.
static void *change_files(void *round)
{
    for (uint32_t i = *(uint32_t *)round;; i++) {
        sem_wait(&torture.change_due);
        if (torture.over) return NULL;
        const char *good = i % 8 < 4 ? files.good[i % GOOD_FILES] : files.reference[i % REFERENCES];
        switch (i % 5) {
        case 0: copy_file(good, files.changing, SIZE_MAX); break;
        case 1: copy_file(good, files.changing, 500 * (i % 7)); break;
        case 2: unlink(files.changing); break;
        case 3:
            copy_file(good, scratch_path("new.safetensors"), SIZE_MAX);
            rename(scratch_path("new.safetensors"), files.changing);
            break;
        default:
            if (truncate(files.changing, 100) != 0) unlink(files.changing);
        }
        torture.figures.changes++;
    }
}

// ---- Rounds ----

static size_t bytes_in_use(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void run_round(uint32_t round, double seconds)
{
    pthread_t sessions, changes;
    torture.over = false;
    sem_init(&torture.session_due, 0, 0);
    sem_init(&torture.change_due, 0, 0);
    for (int i = 0; i < INSTANCES; i++) instance_init(&torture.instance[i], i, round);
    if (pthread_create(&sessions, NULL, keep_sessions, &round) != 0 ||
        pthread_create(&changes, NULL, change_files, &round) != 0)
        abort();
    play_all(seconds);
    torture.over = true;
    sem_post(&torture.session_due);
    sem_post(&torture.change_due);
    pthread_join(sessions, NULL);
    pthread_join(changes, NULL);
    for (int i = 0; i < INSTANCES; i++) {
        Host *host = torture.instance[i].host;
        const char *path = i == 0 ? files.smooth[0] : files.good[0];
        change_file(host, MODEL, path);
        const char *named = named_file(host, MODEL);
        CHECK_MSG(named && strcmp(named, path) == 0, "instance %d is stuck at %s", i,
                  named ? named : "nothing");
        instance_free(&torture.instance[i]);
    }
    sem_destroy(&torture.session_due);
    sem_destroy(&torture.change_due);
}

static double seconds_of_audio;

static void tortured(void)
{
    const double length = fmin(ROUND_SECONDS, seconds_of_audio / ROUNDS_LEAST);
    const uint32_t rounds = (uint32_t)lround(seconds_of_audio / length);
    size_t first = 0, last = 0;
    make_files();
    for (uint32_t round = 0; round < rounds; round++) {
        torture.overloads = 0;
        torture.again = false;
        run_round(round, length);
        torture.again = true;
        if (torture.overloads > 0) run_round(round, length);
        malloc_trim(0);
        last = bytes_in_use();
        if (round == 0) first = last;
        if (isatty(STDERR_FILENO)) fprintf(stderr, "\rround %u of %u", round + 1, rounds);
    }
    const Figures *figures = &torture.figures;
    printf(
        "%.0f s of audio in each of %d instances, %llu blocks, %llu files named, %llu changes of a "
        "file, %llu sessions saved, %llu restored, %llu on disk, %llu activations\n",
        seconds_of_audio, INSTANCES, (unsigned long long)figures->blocks,
        (unsigned long long)figures->files, (unsigned long long)figures->changes,
        (unsigned long long)figures->saves, (unsigned long long)figures->restores,
        (unsigned long long)figures->on_disk, (unsigned long long)figures->reactivations);
    printf("load: mean %.3f, worst %.3f; overloads %llu, %llu of them again; largest step %.4f; in "
           "use after the first "
           "round %zu kB, after the last %zu kB\n",
           figures->cpu / figures->audio, figures->worst_load,
           (unsigned long long)figures->overloads, (unsigned long long)figures->repeated,
           (double)figures->worst_step, first >> 10, last >> 10);
    CHECK_MSG(figures->bad_blocks == 0, "%llu blocks are not finite or too loud",
              (unsigned long long)figures->bad_blocks);
    CHECK_MSG(figures->repeated == 0, "%llu overloads that came again, the worst %.2f",
              (unsigned long long)figures->repeated, figures->worst_load);
    CHECK_MSG(figures->worst_step <= STEP_MAX, "a step of %g", (double)figures->worst_step);
    CHECK_MSG(last <= first + LEAK_MAX, "%zu bytes in use, %zu after the first round", last, first);
    CHECK(figures->files > seconds_of_audio && figures->saves > seconds_of_audio / 10 &&
          figures->restores > seconds_of_audio / 10 && figures->changes > seconds_of_audio / 10);
}

int main(int count, char **argument)
{
    seconds_of_audio = count == 2 ? strtod(argument[1], NULL) : 0;
    if (!(seconds_of_audio >= 1)) {
        fprintf(stderr, "usage: torture SECONDS\n");
        return 2;
    }
    RUN(tortured);
    return check_status();
}
