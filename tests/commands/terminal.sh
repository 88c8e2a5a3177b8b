#!/bin/sh
# terminal.sh: the progress of every command that shows it, on a terminal of 40 columns. A clock
# that goes on by half a second each time it is asked makes short work long. See fixture.sh.
# shellcheck disable=SC2317,SC2329 # run() calls the tests
# shellcheck source=tests/lib/fixture.sh
. "$(dirname "$0")/../lib/fixture.sh"

cat >clock.c <<'EOF'
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now)
{
    static long calls;
    const long halves = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    (void)clock;
    *now = (struct timespec){.tv_sec = 1000 + halves / 2, .tv_nsec = halves % 2 * 500000000};
    return 0;
}
EOF
${CC:-cc} -shared -fPIC -O1 -o clock.so clock.c || exit 1

for i in 1 2 3 4 5 6 7 8; do
    for genre in high low; do
        mkdir -p "music/$genre"
        {
            printf '.snd\000\000\000\030\377\377\377\377\000\000\000\001'
            printf '\000\000\126\042\000\000\000\001'
            awk -v n="$((66150 + i))" -v step="$((i + 9 * (${#genre} - 3)))" \
                'BEGIN { for (k = 0; k < n; k++) printf "%c", 33 + (k * step) % 90 }'
        } >"music/$genre/$i.au"
    done
done
"$TRAINER" train music -o m.safetensors --arch 4k8s4p2 --window 2048 --steps 50 >/dev/null &&
    "$TRAINER" latents m.safetensors music -o set.safetensors -w 8000 >/dev/null &&
    "$TRAINER" encode m.safetensors music/low/1.au -o latent.safetensors >/dev/null || exit 1

# shows ARGUMENT…: the trainer with them shows progress that fits.
shows() {
    /usr/bin/python3 "$here/commands/terminal.py" env LD_PRELOAD="$folder/clock.so" \
        "$TRAINER" "$@" >terminal.out 2>&1 && return
    echo "    trainer $*:" >&2
    tail -n 1 terminal.out | sed 's/^/    /' >&2
    return 1
}

spectral='spectrum256h64b24f80:16k1s1p0,6k1s1p0+linear'

test_training_fits() {
    shows train music -o a.safetensors --arch 4k8s4p2 --window 2048 --steps 41 &&
        shows train music -o b.safetensors --arch "$spectral" --rate 8000 --steps 40 &&
        shows train music -o c.safetensors --arch 4k8s4p2 --window 2048 --epochs 2
}

test_sweeps_fit() {
    printf 'arch = 4k8s4p2 6k8s4p2\nwindow = 2048\nsteps = 20\n' >two.sweep
    shows sweep two.sweep music -o swept
}

test_measuring_fits() {
    shows check music --cache fresh && shows eval m.safetensors music --split all &&
        shows compare m.safetensors music/low -o compared --no-pictures
}

test_studies_fit() {
    shows latents m.safetensors music -o other.safetensors -w 8000 &&
        shows classify set.safetensors -o classified --epochs 2 --batch 4 --width 8 \
            --no-pictures &&
        shows cluster set.safetensors -o clustered --no-pictures &&
        shows predict classified/classifier.safetensors music/low --model m.safetensors
}

test_sounds_fit() {
    shows encode m.safetensors music/low/1.au -o l.safetensors &&
        shows decode m.safetensors latent.safetensors -o d.wav &&
        shows reconstruct m.safetensors music/low/1.au -o r.wav &&
        shows generate m.safetensors music/low --average -o g.wav --no-pictures
}

run test_training_fits
run test_sweeps_fit
run test_measuring_fits
run test_studies_fit
run test_sounds_fit
# shellcheck disable=SC2154 # fixture.sh counts
exit $failed
