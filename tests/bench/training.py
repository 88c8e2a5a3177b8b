#!/usr/bin/python3
"""training.py BUILD [TURNS [NETWORK…]]: how fast training is, as ratios within one run. Each time
is the least of many turns taken alternately. Compared are a step's useful multiply-adds per second
on one thread with those of cblas_sgemm on 1024 x 1024 x 1024, and a step with PyTorch at its best:
on one thread by processor time, on all processors by the clock. Both sides are also given as a
share of the peak, the most that one core reaches with multiply-adds in registers alone: nothing can
be faster on one thread. TRASLUZ_KERNELS chooses our kernels; with avx2, PyTorch is held to AVX2
too."""
import os
import re
import signal
import subprocess
import sys
import time

NETWORKS = ["chico", "normal", "grande", "espectro"]
LAYERS = "64k8s6p4,32k6s3p4,{}k5s2p4"
CHANNELS = {"chico": 4, "normal": 8, "grande": 32}
CLIPS = 16


def serve_pytorch(name, threads, frames, inputs):
    """Takes a step for each line of standard input and answers with its seconds, by the clock and
    on processors."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)

    class Residual(nn.Module):
        def __init__(self, channels, width, dilation):
            super().__init__()
            self.reach = 2 * dilation
            self.conv = nn.Conv1d(channels, width, 3, dilation=dilation)
            self.mix = nn.Conv1d(width, channels, 1)

        def forward(self, x):
            past = nn.functional.pad(x, (self.reach, 0))
            return x + self.mix(nn.functional.leaky_relu(self.conv(past)))

    class Beside(nn.Module):
        def __init__(self, chain, linear):
            super().__init__()
            self.chain, self.linear = chain, linear

        def forward(self, x):
            return self.chain(x) + self.linear(x)

    if name == "espectro":
        blocks = [Residual(128, 64, 1), Residual(128, 64, 2)]
        encoder = nn.Sequential(
            nn.Conv1d(64, 128, 1), nn.LeakyReLU(), *blocks, nn.Conv1d(128, 16, 1)
        )
        blocks = [Residual(128, 64, 2), Residual(128, 64, 1)]
        decoder = nn.Sequential(
            nn.ConvTranspose1d(16, 128, 1), nn.LeakyReLU(), *blocks, nn.ConvTranspose1d(128, 64, 1)
        )
        network = nn.Sequential(
            Beside(encoder, nn.Conv1d(64, 16, 1, bias=False)),
            Beside(decoder, nn.ConvTranspose1d(16, 64, 1, bias=False)),
        )
    else:
        text = LAYERS.format(CHANNELS[name])
        layers = [tuple(map(int, re.findall(r"\d+", layer))) for layer in text.split(",")]
        encoder, decoder, channels = [], [], 1
        for out, *shape in layers:
            encoder += [nn.Conv1d(channels, out, *shape), nn.LeakyReLU()]
            decoder = [nn.ConvTranspose1d(out, channels, *shape), nn.LeakyReLU()] + decoder
            channels = out
        network = nn.Sequential(*encoder[:-1], *decoder[:-1])
    clips = torch.rand(CLIPS, inputs, frames) - 0.5
    optimizer = torch.optim.Adam(network.parameters())
    print(torch.__version__, sum(p.numel() for p in network.parameters()), flush=True)
    for _ in sys.stdin:
        clock, processor = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        nn.functional.mse_loss(network(clips), clips).backward()
        optimizer.step()
        print(time.perf_counter() - clock, time.process_time() - processor, flush=True)


class Worker:
    """A program that takes its turns, and is stopped between them."""

    def __init__(self, command):
        environment = {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_TRIM_THRESHOLD_": "1000000000000",
            "MALLOC_MMAP_THRESHOLD_": "1000000000000",
        }
        if os.environ.get("TRASLUZ_KERNELS") == "avx2":
            environment.update(ATEN_CPU_CAPABILITY="avx2", ONEDNN_MAX_CPU_ISA="AVX2")
        self.process = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.introduction = self.process.stdout.readline().split()
        self.best = {}  # of each order: seconds by the clock, and on processors
        self.process.send_signal(signal.SIGSTOP)

    def take_turn(self, order, times=3):
        self.process.send_signal(signal.SIGCONT)
        for _ in range(times):
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
            seconds = [float(word) for word in self.process.stdout.readline().split()]
            self.best[order] = [min(pair) for pair in zip(seconds, self.best.get(order, seconds))]
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def measure(build, name, turns):
    """The ratios of a network; of_peak and pytorch_of_peak are None where no peak is measured."""
    counts = sorted({1, os.cpu_count()})
    ours = {n: Worker([f"{build}/tests/bench/training", name, str(n)]) for n in counts}
    useful, in_peak, core, frames, inputs = ours[1].introduction
    python = ["/usr/bin/python3", "-W", "ignore", __file__, "--pytorch", name]
    torch = {n: Worker(python + [str(n), frames, inputs]) for n in counts}
    for _ in range(turns):
        ours[1].take_turn("square")
        ours[1].take_turn("peak")
        for worker in (*ours.values(), *torch.values()):
            worker.take_turn("step")
    clock, processor = 0, 1
    square = 2 * 1024**3 / ours[1].best["square"][processor] * 1e-9
    peak = 2 * float(in_peak) / ours[1].best["peak"][processor] * 1e-9
    rate = 2 * float(useful) / ours[1].best["step"][processor] * 1e-9
    torch_rate = 2 * float(useful) / torch[1].best["step"][processor] * 1e-9
    theirs = min(worker.best["step"][clock] for worker in torch.values())
    fastest = min(worker.best["step"][clock] for worker in ours.values())
    found = {
        "processors": os.cpu_count(),
        "openblas": core,
        "pytorch": torch[1].introduction[0],
        "sgemm_gflops": square,
        "peak_gflops": peak,
        "gflops": rate,
        "of_sgemm": rate / square,
        "of_peak": rate / peak if peak > 0 else None,
        "pytorch_gflops": torch_rate,
        "pytorch_of_peak": torch_rate / peak if peak > 0 else None,
        "times_pytorch": torch[1].best["step"][processor] / ours[1].best["step"][processor],
        "times_pytorch_together": theirs / fastest,
        "threads_gain": ours[1].best["step"][clock] / fastest,
    }
    for worker in (*ours.values(), *torch.values()):
        worker.end()
    return found


def percent(share):
    return "-" if share is None else f"{100 * share:.0f} %"


def print_row(name, found):
    cells = [
        f"`{name}`",
        f"{found['gflops']:.0f}: {100 * found['of_sgemm']:.0f} %",
        f"{found['sgemm_gflops']:.0f} ({found['openblas']})",
        percent(found["of_peak"]),
        percent(found["pytorch_of_peak"]),
        f"{found['peak_gflops']:.0f}",
        f"{found['times_pytorch']:.1f}",
        f"{found['times_pytorch_together']:.1f}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__" and sys.argv[1] == "--pytorch":
    serve_pytorch(sys.argv[2], *map(int, sys.argv[3:]))
elif __name__ == "__main__":
    print("| network | step, GFLOP/s: of sgemm 1024^3 | sgemm, GFLOP/s (its kernels)", end="")
    print(" | step, of the peak | PyTorch, of the peak | peak, GFLOP/s", end="")
    print(f" | times PyTorch, 1 thread | {os.cpu_count()} processors |\n{8 * '|---'}|")
    for network in sys.argv[3:] or NETWORKS:
        turns = int(sys.argv[2]) if len(sys.argv) > 2 else 5
        print_row(network, measure(sys.argv[1], network, turns))
