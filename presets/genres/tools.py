"""Programs that are run, and within which limits."""
import resource
import subprocess


SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
MMA_LIB = "/usr/share/mma/lib"
SECONDS = 30
TPQ = 192  # mma's ticks per quarter note


def limits():
    """In the child: no runaway files."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 20, 256 << 20))


def run(cmd):
    r = subprocess.run(
        cmd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        timeout=120,
        preexec_fn=limits,
    )
    if r.returncode:
        raise RuntimeError("%s: %s" % (cmd[0], r.stderr.decode("utf8", "replace")[-500:]))


def f(x):
    return "%.4g" % x
