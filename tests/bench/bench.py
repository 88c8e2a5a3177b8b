#!/usr/bin/python3
"""bench.py BUILD MODEL…: runs the measuring programs of the folder BUILD, alternating with PyTorch
where it compares, writes what they measured to BUILD/bench, a file for each run, and prints it as
tables (tables.py), beside the ratios of the runs before.

Compared programs alternate, so that other work on the machine falls on all alike. Of one thread its
own time on the processor counts, of several threads the clock: the least of all turns, because
other work can only make it longer. The load average before and after shows how much there was."""
import glob
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import wave

import numpy
import tables
import training

LAYERS = "64k8s6p4,32k6s3p4,8k5s2p4"  # the report's chosen network
NETWORKS = ["chico", "normal", "grande", "espectro"]  # of training
TURNS = 3
RUNS_SHOWN = 6
HOUR = 3600
RATE = 22050
PROCESSOR = 1  # index in a worker's times


def pytorch():
    here = os.path.dirname(os.path.abspath(__file__))
    return training.Worker(["/usr/bin/python3", "-W", "ignore", f"{here}/pytorch.py", LAYERS, "1"])


def progress(what):
    print(f"... {what}", file=sys.stderr, flush=True)


def architecture(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return header["__metadata__"]["architecture"]


def one_of_each_architecture(paths):
    first = {}
    for path in paths:
        first.setdefault(architecture(path), path)
    return list(first.values())


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


def measure_streaming(build, models):
    progress("stages, alternating with TorchScript")
    torch = pytorch()
    runs = []
    for _ in range(TURNS):
        runs.append(results_of([f"{build}/tests/bench/stages", *models]))
        torch.take_turn("stream")
    found = medians(runs)
    found["torchscript"] = torch.best["stream"][PROCESSOR] / 5.0
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


def measure_offline(build, model):
    progress("an hour of sound, alternating with PyTorch")
    torch = pytorch()
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        sound, back = f"{folder}/hour.wav", f"{folder}/back.wav"
        write_hour(sound)
        for _ in range(TURNS):
            before = os.times()
            subprocess.check_call(
                [f"{build}/bin/trainer", "reconstruct", model, sound, "-o", back],
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
            torch.take_turn(f"offline {sound}", 1)
    found = {"ours": HOUR / min(spent), "pytorch": HOUR / torch.best[f"offline {sound}"][PROCESSOR]}
    torch.end()
    return found


def measure_training(build):
    found = {}
    for network in NETWORKS:
        progress(f"training of {network}, alternating with PyTorch")
        found[network] = training.measure(build, network, TURNS)
    return found


def processor():
    match = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo", encoding="utf-8").read())
    return match.group(1) if match else os.uname().machine


def measure(build, models):
    load_before = os.getloadavg()[0]
    models = sorted(models, key=lambda path: tables.rank(tables.name_of(path)))
    streaming = measure_streaming(build, one_of_each_architecture(models))
    normal = next(path for path in models if tables.name_of(path) == "normal")
    found = {
        "streaming": streaming,
        "training": measure_training(build),
        "offline": measure_offline(build, normal),
    }
    progress("the plugin")
    found["plugin"] = results_of([f"{build}/tests/bench/plugin", *models])
    found["machine"] = {
        "processor": processor(),
        "processors": os.cpu_count(),
        "kernels": streaming["kernels"],
        "clock_ghz": streaming["clock.report"],
        "compiler": subprocess.check_output(["cc", "--version"], text=True).splitlines()[0],
        "pytorch": found["training"]["normal"]["pytorch"],
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
    }
    return found


def main(build, models):
    found = measure(build, models)
    folder = f"{build}/bench"
    os.makedirs(folder, exist_ok=True)
    path = time.strftime(f"{folder}/%Y-%m-%dT%H-%M-%S.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1)
    before = sorted(set(glob.glob(f"{folder}/*.json")) - {path})
    tables.main([*before[-RUNS_SHOWN + 1 :], path])
    print(f"\n{path} has all figures.")


try:
    main(sys.argv[1], sys.argv[2:])
except subprocess.CalledProcessError as error:
    sys.exit(f"bench.py: {error}")
