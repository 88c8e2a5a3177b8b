#!/usr/bin/python3
"""pytorch_m5.py DUMP_M5: compares the classifier with the same network made of PyTorch's own
modules: loss, gradient, running statistics after a training pass, and probabilities by them. Prints
"ok name" or "FAIL name" for each."""
import json
import os
import subprocess
import sys
import tempfile

import numpy
import torch

# channels, frames, width, classes, clips: the shortest latent, that of the usual model, a single
# clip
CASES = [(2, 1772, 4, 3, 5), (8, 3066, 16, 10, 12), (3, 2953, 5, 7, 1)]

dump_m5 = sys.argv[1]
torch.set_num_threads(1)
failed = 0


class M5(torch.nn.Module):
    def __init__(self, channels, width, classes):
        super().__init__()
        sizes = [
            (channels, width, 80, 4),
            (width, width, 3, 1),
            (width, 2 * width, 3, 1),
            (2 * width, 4 * width, 3, 1),
        ]
        for number, (inward, out, kernel, stride) in enumerate(sizes, 1):
            setattr(self, f"conv{number}", torch.nn.Conv1d(inward, out, kernel, stride))
            setattr(self, f"bn{number}", torch.nn.BatchNorm1d(out))
        self.fc1 = torch.nn.Linear(4 * width, classes)

    def forward(self, x):
        for number in range(1, 5):
            x = torch.relu(getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x)))
            x = torch.nn.functional.max_pool1d(x, 4)
        return torch.log_softmax(self.fc1(x.mean(2)), 1)


def load(path):
    raw = open(path, "rb").read()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__")
    return {
        name: torch.frombuffer(
            bytearray(raw[8 + size :][slice(*t["data_offsets"])]), dtype=torch.float32
        ).reshape(t["shape"])
        for name, t in header.items()
    }


def report(name, off, most):
    global failed
    holds = off <= most
    print("ok" if holds else "FAIL", name, flush=True)
    if not holds:
        failed += 1
        print(f"    off by {off}", file=sys.stderr)


def largest(a, b):
    return float((a - b).detach().abs().max())


for case in CASES:
    channels, frames, width, classes, clips = case
    label = "_".join(map(str, case))
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.check_output([dump_m5, *map(str, case), folder]).split()
        before, after, gradient = (
            load(os.path.join(folder, name + ".safetensors"))
            for name in ("before", "after", "gradient")
        )
        latent, ours = (
            torch.from_numpy(numpy.fromfile(os.path.join(folder, name), dtype="<f4"))
            for name in ("latent", "log_probability")
        )
    network = M5(channels, width, classes)
    network.load_state_dict(before)
    latent = latent.reshape(clips, channels, frames)
    right = torch.tensor([i * 7 % classes for i in range(clips)])
    output = network(latent)
    loss = torch.nn.functional.nll_loss(output, right)
    loss.backward()
    report(f"pytorch_m5_loss_{label}", abs(float(loss) - float(said[0])), 1e-5)
    report(
        f"pytorch_m5_correct_{label}", abs(int((output.argmax(1) == right).sum()) - int(said[1])), 0
    )
    scale = max(float(parameter.grad.abs().max()) for parameter in network.parameters())
    off = max(
        largest(parameter.grad, gradient[name]) / scale
        for name, parameter in network.named_parameters()
    )
    report(f"pytorch_m5_gradient_{label}", off, 1e-4)
    state = network.state_dict()
    off = max(
        largest(state[name], after[name]) / float(state[name].abs().max())
        for name in after
        if "running" in name
    )
    report(f"pytorch_m5_running_{label}", off, 1e-5)
    network.eval()
    report(
        f"pytorch_m5_classes_{label}", largest(network(latent), ours.reshape(clips, classes)), 1e-4
    )
sys.exit(1 if failed else 0)
