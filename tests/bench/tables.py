#!/usr/bin/python3
"""tables.py FILE…: prints the figures of the last of these files, which bench.py wrote, and where
there are several, the ratios of all of them side by side: of other machines, other kernels, or
other versions."""
import json
import os
import sys

# The others come after these.
MODELS = ["extra_chico", "chico", "normal", "grande", "directo", "espectro", "espectro_directo"]


def rank(model):
    return (MODELS.index(model) if model in MODELS else len(MODELS), model)


def name_of(path):
    return os.path.basename(path).rsplit(".", 1)[0]


def percent(share):
    return f"{100 * share:.3f} %"


def percent_or_none(share):
    return percent(share) if share else "none"


def table(head, rows):
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def names_in(results, prefix):
    return sorted({key.split(".")[1] for key in results if key.startswith(prefix)}, key=rank)


def machine_line(machine):
    return (
        f"{machine['processor']}, {machine['processors']} processors, kernels {machine['kernels']}, "
        f"{machine['clock_ghz']:.2f} GHz; {machine['compiler']}; PyTorch {machine['pytorch']}; "
        f"load average {machine['load_before']:.1f} before, {machine['load_after']:.1f} after"
    )


# ---- One run ----


def print_plugin(plugin):
    models = names_in(plugin, "plugin.")
    blocks = (16, 64, 256, 1024)
    table(
        [
            "plugin at 48 kHz, share of one core",
            "channels",
            *(f"{block} samples" for block in blocks),
            "64, latent altered",
        ],
        [
            [
                f"`{model}`",
                channels,
                *(percent(plugin[f"plugin.{model}.{channels}.{block}"]) for block in blocks),
                percent(plugin[f"altered.{model}.{channels}.64"]),
            ]
            for model in models
            for channels in (1, 2)
        ],
    )
    table(
        ["latency", "reported at 48 kHz", "measured", "reported at 44.1 kHz", "measured"],
        [
            [
                f"`{model}`",
                *(
                    f"{plugin[f'latency.{model}.{rate}.{what}']:.2f} ms"
                    for rate in (48000, 44100)
                    for what in ("told", "heard")
                ),
            ]
            for model in models
        ],
    )
    table(
        [
            "instantiated, restored, first block",
            "mono",
            "mono, cold caches",
            "stereo",
            "20 mono",
            "20 stereo",
            "memory of one more, mono, stereo",
        ],
        [
            [
                f"`{model}`",
                *(
                    f"{plugin[f'start.{model}.{kind}_ms']:.1f} ms"
                    for kind in ("mono", "cold", "stereo", "twenty", "twenty_stereo")
                ),
                ", ".join(f"{plugin[f'memory.{model}.{c}.bytes'] / 1e6:.2f} MB" for c in (1, 2)),
            ]
            for model in models
        ],
    )
    table(
        ["mono instances of `normal`, blocks of 64, one core", "100", "200"],
        [
            [words, *(form(plugin[f"{name}.{key}"]) for name in ("hundred", "two_hundred"))]
            for words, key, form in (
                ("share of the core", "share", percent),
                ("slowest round, of its time", "slowest_share", percent),
                (
                    "late rounds of 1 500, by processor time, the least of five",
                    "late_by_itself",
                    int,
                ),
                ("late rounds of 7 500, by processor time", "late_by_processor_time", int),
                ("late rounds of 7 500, by the clock", "late_by_the_clock", int),
                ("page faults in all rounds", "page_faults", int),
            )
        ],
    )
    slowest = plugin["blocks.slowest_us"]
    table(
        ["`normal`, blocks of 64", ""],
        [
            ["100 000 blocks, mono: median", f"{plugin['blocks.median_us']:.1f} µs"],
            [
                "slowest, the least of seven",
                f"{slowest:.1f} µs, {slowest / plugin['blocks.median_us']:.1f} times the median",
            ],
            ["stereo, window closed", percent(plugin["window.closed"])],
            ["stereo, window open", percent(plugin["window.open"])],
        ],
    )


def print_stages(streaming):
    models = names_in(streaming, "stage.")
    stages = ("resampling", "spectrum", "encoder", "operations", "decoder")
    table(
        ["stage, one channel, blocks of 64", *stages, "resampling, of encoder and decoder"],
        [
            [
                f"`{model}`",
                *(percent_or_none(streaming.get(f"stage.{model}.{stage}")) for stage in stages),
                f"{resampling_share(streaming, model):.2f}",
            ]
            for model in models
        ],
    )
    table(
        [
            "network, a latent frame at a time",
            "share of one core",
            "cycles",
            "times the limit, 16 multiply-adds a cycle",
            "two lanes, times one",
            "stereo, times mono, at rest",
            "altered",
        ],
        [
            [
                f"`{model}`",
                percent(streaming[f"network.{model}"]),
                f"{streaming[f'cycles.{model}']:.0f}",
                *(
                    f"{streaming[key]:.2f}"
                    for key in (
                        f"limit.{model}",
                        f"lanes.{model}.2",
                        f"channels.{model}.rest.ratio",
                        f"channels.{model}.altered.ratio",
                    )
                ),
            ]
            for model in models
        ],
    )
    table(
        ["altered, 20 instances", "mean", "slowest block", "start in silence", "jump amid sound"],
        [
            [
                f"`{model}`, {'mono' if channels == 1 else 'stereo'}",
                *(
                    percent(streaming[f"{kind}.{model}.{channels}.{key}"])
                    for key in ("share", "slowest_share", "first_share", "jump_share")
                ),
            ]
            for kind in ("waveform", "spectral")
            for model in names_in(streaming, f"{kind}.")
            for channels in (1, 2)
        ],
    )


def resampling_share(streaming, model):
    network = streaming[f"stage.{model}.encoder"] + streaming[f"stage.{model}.decoder"]
    return streaming[f"stage.{model}.resampling"] / network


def print_training(training):
    processors = training["normal"]["processors"]
    table(
        [
            "training, a step of 16 clips",
            "1 thread, of sgemm on 1024 x 1024 x 1024",
            "GFLOP/s",
            "sgemm, GFLOP/s (its kernels)",
            "of the processor's peak",
            "PyTorch, of the peak",
            "times PyTorch at its best, 1 thread",
            f"{processors} processors",
            f"{processors} threads, times 1 thread",
        ],
        [
            [
                f"`{network}`",
                f"{100 * one['of_sgemm']:.0f} %",
                f"{one['gflops']:.0f}",
                f"{one['sgemm_gflops']:.0f} ({one['openblas']})",
                f"{100 * one['of_peak']:.0f} %" if one["of_peak"] else "-",
                f"{100 * one['pytorch_of_peak']:.0f} %" if one["of_peak"] else "-",
                f"{one['times_pytorch']:.2f}",
                f"{one['times_pytorch_together']:.2f}",
                f"{one['threads_gain']:.2f}",
            ]
            for network, one in training.items()
        ],
    )


def print_run(found):
    streaming, offline = found["streaming"], found["offline"]
    print(machine_line(found["machine"]))
    print_plugin(found["plugin"])
    print_stages(streaming)
    print_training(found["training"])
    table(
        ["compared with PyTorch on one thread", "Trasluz", "PyTorch"],
        [
            [
                "the report's network, a latent frame at a time (TorchScript), of one core",
                percent(streaming["network.report"]),
                percent(streaming["torchscript"]),
            ],
            [
                "an hour of sound (`trainer reconstruct`), times real time",
                f"{offline['ours']:.0f}",
                f"{offline['pytorch']:.0f}",
            ],
        ],
    )


# ---- Several runs ----


def ratios(found):
    """Name and value of what can be compared between machines; None where a run has it not."""
    streaming, plugin = found.get("streaming", {}), found.get("plugin", {})
    for model in MODELS:
        yield f"network of `{model}`, times the limit", streaming.get(f"limit.{model}")
    for model in ("normal", "grande", "directo"):
        yield f"two lanes of `{model}`, times one", streaming.get(f"lanes.{model}.2")
    for state in ("rest", "altered"):
        yield (
            f"stereo, times mono, `normal`, {state}",
            streaming.get(f"channels.normal.{state}.ratio"),
        )
    known = "stage.normal.resampling" in streaming
    yield (
        "resampling, of encoder and decoder, `normal`",
        resampling_share(streaming, "normal") if known else None,
    )
    for network in ("chico", "normal", "grande", "espectro"):
        one = found.get("training", {}).get(network, {})
        yield f"training of `{network}`, of sgemm", one.get("of_sgemm")
        yield f"training of `{network}`, times PyTorch, 1 thread", one.get("times_pytorch")
        yield "the same, all processors", one.get("times_pytorch_together")
    yield "a latent frame at a time, times TorchScript", streaming.get("times_torchscript")
    yield "200 mono instances of `normal`, of one core", plugin.get("two_hundred.share")
    yield "slowest round, of its time", plugin.get("two_hundred.slowest_share")


def print_runs(paths, runs):
    print("\nThe runs that are compared:\n")
    for number, (path, found) in enumerate(zip(paths, runs), 1):
        machine = found["machine"]
        print(
            f"{number}. {name_of(path)}: {machine['processor']}, kernels {machine['kernels']}, "
            f"{machine['clock_ghz']:.2f} GHz"
        )
    columns = [list(ratios(found)) for found in runs]
    table(
        ["ratios within each run", *(str(number + 1) for number in range(len(runs)))],
        [
            [row[0][0], *("-" if value is None else f"{value:.2f}" for _, value in row)]
            for row in zip(*columns)
            if any(value is not None for _, value in row)
        ],
    )


def main(paths):
    runs = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            runs.append(json.load(file))
    print_run(runs[-1])
    if len(runs) > 1:
        print_runs(paths, runs)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: tables.py FILE…")
    main(sys.argv[1:])
