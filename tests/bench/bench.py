#!/usr/bin/python3
"""bench.py BUILD MODEL…: runs the measuring programs of the folder BUILD and PyTorch, prints what
they found as tables, and leaves it in BUILD/bench, a file for each run.

What is compared takes turns, so that whatever else this machine does falls on all alike. Of one
thread its own time on the processor counts, the median of all turns. Of several threads the clock
counts, the quickest turn: other work can only make it longer. How much there was of that is told by
the load average, before and after."""
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import wave

import numpy

LAYERS = "64k8s6p4,32k6s3p4,8k5s2p4"  # the report's chosen network
TURNS = 7
STEPS = 3  # in a turn, as a training takes them one after the other
STEP_SECONDS = 16 * 5.0
HOUR = 3600
RATE = 22050

build, models = sys.argv[1], sys.argv[2:]
here = os.path.dirname(os.path.abspath(__file__))
# Every program finds for itself what the processor can do, whatever the shell says.
as_installed = {
    key: value for key, value in os.environ.items() if not key.startswith(("MALLOC_", "OPENBLAS_"))
}
plain = {
    **as_installed,
    "OPENBLAS_NUM_THREADS": "1",
}  # of a product: the trainer works on several clips at once
# PyTorch at its best: it does not give back what it takes anew a moment later, and no thread of
# OpenBLAS spins beside its own.
at_its_best = {
    **plain,
    "MALLOC_TRIM_THRESHOLD_": "1000000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000000",
}


class Worker:
    """A program that measures something for each line it is given. Between its turns it is stopped:
    threads of a BLAS that wait for work spin, on processors that are another's then."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.introduction = self.process.stdout.readline().split()
        self.turns = {}
        self.process.send_signal(signal.SIGSTOP)

    def take_turn(self, order, times=1):
        self.process.send_signal(signal.SIGCONT)
        for _ in range(times):
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
            clock, processor = map(float, self.process.stdout.readline().split())
            self.turns.setdefault(order, []).append((clock, processor))
        self.process.send_signal(signal.SIGSTOP)

    def quickest(self, order):  # seconds by the clock
        return min(clock for clock, _ in self.turns[order])

    def typical(self, order):  # seconds on processors
        return statistics.median(processor for _, processor in self.turns[order])

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def ours(threads):
    return Worker([f"{build}/tests/bench/training", LAYERS, str(threads)], plain)


def pytorch(threads, environment):
    return Worker(
        ["/usr/bin/python3", "-W", "ignore", f"{here}/pytorch.py", LAYERS, str(threads)],
        environment,
    )


def progress(what):
    print(f"... {what}", file=sys.stderr, flush=True)


def results_of(command):
    """The "name value" lines of a measuring program."""
    found = {}
    for line in subprocess.check_output(command, text=True).splitlines():
        name, value = line.split(" ", 1)
        found[name] = float(value) if re.match(r"[-0-9]", value) else value
    return found


def medians(runs):
    return {
        name: statistics.median(run[name] for run in runs)
        if isinstance(runs[0][name], float)
        else runs[0][name]
        for name in runs[0]
    }


def measure_training():
    progress("training, alternating with PyTorch")
    threads = os.cpu_count()
    one, all_ours = ours(1), ours(threads)
    installed = pytorch(0, as_installed)
    best = {n: pytorch(n, at_its_best) for n in sorted({1, threads})}
    for turn in range(TURNS):
        one.take_turn("sgemm", STEPS)
        for worker in (one, all_ours, installed, *best.values()):
            worker.take_turn("step", STEPS)
    useful, products = map(float, one.introduction[:2])
    quickest = {n: worker.quickest("step") for n, worker in best.items()}
    share = (useful / one.typical("step")) / (products / one.typical("sgemm"))
    found = {
        "threads": threads,
        "pytorch": installed.introduction[0],
        "openblas": one.introduction[2],
        "audio_seconds_a_second": {
            "ours, 1 thread": STEP_SECONDS / one.quickest("step"),
            f"ours, {threads} threads": STEP_SECONDS / all_ours.quickest("step"),
            "PyTorch as installed": STEP_SECONDS / installed.quickest("step"),
            **{
                f"PyTorch, {n} threads, at its best": STEP_SECONDS / seconds
                for n, seconds in quickest.items()
            },
        },
        "by_processor_time": {  # audio seconds a second of processor
            "ours, 1 thread": STEP_SECONDS / one.typical("step"),
            "PyTorch, 1 thread, at its best": STEP_SECONDS / best[1].typical("step"),
        },
        "times_pytorch_best": min(quickest.values()) / all_ours.quickest("step"),
        "times_pytorch_best_1_thread_processor_time": best[1].typical("step") / one.typical("step"),
        "times_pytorch_installed": installed.quickest("step") / all_ours.quickest("step"),
        "threads_gain": one.quickest("step") / all_ours.quickest("step"),
        "sgemm_gflops": 2e-9 * products / one.typical("sgemm"),
        "share_of_sgemm": share,
        "report_training_minutes": 790 * 25 / 16 * all_ours.quickest("step") / 60,
    }
    for worker in (one, all_ours, installed, *best.values()):
        worker.end()
    return found


def measure_streaming():
    progress("streaming, alternating with TorchScript")
    torch = pytorch(1, at_its_best)
    runs = []
    for turn in range(TURNS):
        runs.append(results_of([f"{build}/tests/bench/stages", *models]))
        torch.take_turn("stream")
    found = medians(runs)
    found["torchscript"] = torch.typical("stream") / 5.0
    found["times_torchscript"] = found["torchscript"] / found["network.report"]
    torch.end()
    return found


def write_hour(path):
    times = numpy.arange(60 * RATE) / RATE
    noise = numpy.random.default_rng(1).normal(0, 0.05, len(times))
    minute = (
        noise
        + 0.2 * numpy.sin(2 * numpy.pi * 220 * times)
        + 0.1 * numpy.sin(2 * numpy.pi * 1318.5 * times)
    )
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for _ in range(HOUR // 60):
            file.writeframes((minute * 32767).astype("<i2").tobytes())


def measure_offline():
    progress("an hour of sound, alternating with PyTorch")
    model = next(path for path in models if os.path.basename(path).startswith("normal"))
    torch = pytorch(1, at_its_best)
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        sound, back = f"{folder}/hour.wav", f"{folder}/back.wav"
        write_hour(sound)
        for turn in range(3):
            before = os.times()
            subprocess.check_call(
                [f"{build}/bin/trainer", "reconstruct", model, sound, "-o", back],
                env=plain,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            after = os.times()
            spent.append(
                after.children_user
                + after.children_system
                - before.children_user
                - before.children_system
            )
            os.remove(back)
            torch.take_turn(f"offline {sound}")
    found = {
        "ours": HOUR / statistics.median(spent),
        "pytorch": HOUR / torch.typical(f"offline {sound}"),
    }
    torch.end()
    return found


# ---- What is told of it ----


def percent(share):
    return f"{100 * share:.3f} %"


def table(head, rows):
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def many_rows(plugin, name, words):
    return [
        [
            f"{words} mono instances, blocks of 64",
            "share of a core",
            percent(plugin[f"{name}.share"]),
        ],
        ["", "slowest round", percent(plugin[f"{name}.slowest_share"])],
        [
            "",
            "late rounds, by processor time, the least of five",
            f"{plugin[f'{name}.late_by_itself']:.0f}",
        ],
        [
            "",
            "late rounds, by processor time",
            f"{plugin[f'{name}.late_by_processor_time']:.0f}",
        ],
        ["", "late rounds, by the clock", f"{plugin[f'{name}.late_by_the_clock']:.0f}"],
    ]


def tell(found):
    machine, plugin, streaming = found["machine"], found["plugin"], found["streaming"]
    training, offline = found["training"], found["offline"]
    print(
        f"{machine['processor']}, {machine['processors']} processors, kernels {machine['kernels']}, "
        f"{machine['clock_ghz']:.2f} GHz; {machine['compiler']}; "
        f"PyTorch {training['pytorch']}; load average {machine['load_before']:.1f} before, {machine['load_after']:.1f} after"
    )
    names = sorted({key.split(".")[1] for key in plugin if key.startswith("plugin.")})
    table(
        [
            "plugin at 48 kHz, share of real time",
            "channels",
            "16",
            "64",
            "256",
            "1024 samples",
            "64, latent altered",
        ],
        [
            [
                f"`{name}`",
                channels,
                *(
                    percent(plugin[f"plugin.{name}.{channels}.{block}"])
                    for block in (16, 64, 256, 1024)
                ),
                percent(plugin[f"altered.{name}.{channels}.64"]),
            ]
            for name in names
            for channels in (1, 2)
        ],
    )
    stages = ("resampling", "encoder", "operations", "decoder")
    table(
        ["stage, one channel, blocks of 64", *stages, "network, a frame at a time"],
        [
            [
                f"`{name}`",
                *(percent(streaming[f"stage.{name}.{stage}"]) for stage in stages),
                percent(streaming[f"network.{name}"]),
            ]
            for name in [*names, "report"]
        ],
    )
    table(
        [
            "network, a frame at a time",
            "cycles",
            "times the limit, 16 multiply-adds a cycle",
            "clock",
        ],
        [
            [
                f"`{name}`",
                f"{streaming[f'cycles.{name}']:.0f}",
                f"{streaming[f'limit.{name}']:.2f}",
                f"{streaming[f'clock.{name}']:.2f} GHz",
            ]
            for name in [*names, "report"]
        ],
    )
    table(
        ["latency", "told at 48 kHz", "heard", "told at 44.1 kHz", "heard"],
        [
            [
                f"`{name}`",
                *(
                    f"{plugin[f'latency.{name}.{rate}.{what}']:.2f} ms"
                    for rate in (48000, 44100)
                    for what in ("told", "heard")
                ),
            ]
            for name in names
        ],
    )
    table(
        [
            "mono instance",
            "restored and first block: median",
            "slowest of 21",
            "memory beyond the first",
        ],
        [
            [
                f"`{name}`",
                *(f"{plugin[f'start.{name}.{what}_ms']:.1f} ms" for what in ("median", "slowest")),
                f"{plugin[f'memory.{name}.bytes'] / 1e6:.2f} MB",
            ]
            for name in names
        ],
    )
    table(
        ["what", "", ""],
        [
            [
                "network block by block, one latent frame at a time",
                "TorchScript",
                percent(streaming["torchscript"]),
            ],
            ["", "times cheaper", f"{streaming['times_torchscript']:.0f}"],
            ["100 000 blocks of 64", "median", f"{plugin['blocks.median_us']:.1f} µs"],
            [
                "",
                "slowest",
                f"{plugin['blocks.slowest_us']:.1f} µs, {plugin['blocks.slowest_us'] / plugin['blocks.median_us']:.1f}"
                " times the median",
            ],
            [
                "`normal`, stereo, blocks of 64",
                "window closed, open",
                percent(plugin["window.closed"]) + ", " + percent(plugin["window.open"]),
            ],
            *(
                row
                for name, words in (("hundred", "a hundred"), ("two_hundred", "two hundred"))
                for row in many_rows(plugin, name, words)
            ),
            ["an hour of sound", "`trainer reconstruct`", f"{offline['ours']:.0f} times real time"],
            ["", "PyTorch, 1 thread", f"{offline['pytorch']:.0f} times real time"],
        ],
    )
    table(
        ["training, report's chosen network, 16 clips of 5 s", "seconds of sound a second"],
        [[name, f"{value:.0f}"] for name, value in training["audio_seconds_a_second"].items()]
        + [
            [f"{name}, by processor time", f"{value:.0f}"]
            for name, value in training["by_processor_time"].items()
        ],
    )
    table(
        ["training", ""],
        [
            ["times PyTorch at its best", f"{training['times_pytorch_best']:.2f}"],
            [
                "the same for one thread, by processor time",
                f"{training['times_pytorch_best_1_thread_processor_time']:.2f}",
            ],
            ["times PyTorch as installed", f"{training['times_pytorch_installed']:.2f}"],
            [f"{training['threads']} threads, times 1 thread", f"{training['threads_gain']:.2f}"],
            [
                f"OpenBLAS alone on these shapes, 1 thread, kernels {training['openblas']}",
                f"{training['sgemm_gflops']:.0f} GFLOP/s",
            ],
            ["our share of that", percent(training["share_of_sgemm"])],
            [
                "the report's training, 790 clips, 25 epochs",
                f"{training['report_training_minutes']:.1f} minutes",
            ],
        ],
    )


def processor():
    match = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo", encoding="utf-8").read())
    return match.group(1) if match else os.uname().machine


load_before = os.getloadavg()[0]
streaming = measure_streaming()
training = measure_training()
offline = measure_offline()
progress("the plugin")
plugin = results_of([f"{build}/tests/bench/plugin", *models])
found = {
    "machine": {
        "processor": processor(),
        "processors": os.cpu_count(),
        "kernels": streaming["kernels"],
        "clock_ghz": streaming["clock.report"],
        "compiler": subprocess.check_output(["cc", "--version"], text=True).splitlines()[0],
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
    },
    "plugin": plugin,
    "streaming": streaming,
    "training": training,
    "offline": offline,
}
# Each run has a file of its own, so that versions and machines can be compared.
folder = f"{build}/bench"
os.makedirs(folder, exist_ok=True)
path = time.strftime(f"{folder}/%Y-%m-%dT%H-%M-%S.json")
with open(path, "w", encoding="utf-8") as file:
    json.dump(found, file, indent=1)
tell(found)
print(f"\n{path} has all figures.")
