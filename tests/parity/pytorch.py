#!/usr/bin/python3
"""pytorch.py DUMP_NETWORK DUMP_SPECTRUM DOCUMENT: compares the trainer's network with PyTorch's own
modules.

For each named architecture and activation: first weights from a seed (every value), latent and
output of the batched pass and of the streams (1e-5), loss and gradient (3e-5). The weights are read
by the Python lines in the document, as they are. Prints "ok name" or "FAIL name" for each."""
import os
import re
import subprocess
import sys
import tempfile

import numpy
import torch

TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 3e-5  # of the largest of a parameter: 1e-5 is seen, 1e-4 a scale of 1.0001
NAMES = ["extra_chico", "chico", "normal", "grande"] + [f"figure3_{i}" for i in range(1, 9)]
CASES = [(name, "leaky_relu") for name in NAMES] + [("normal", "silu"), ("normal", "tanh")]
CASES += [("4k8s2p3,4k4s2p1/4k8s2p3,1k2s2p0", "tanh")]
# Residual blocks and a linear path; some of their first weights are not PyTorch's.
OURS = [
    ("64k8s6p4,r32k3d1,32k6s3p4,r32k3d3,8k5s2p4,r24k2d5", "leaky_relu"),
    ("16k8s6p4,16k6s3p4,r16k3d2,4k5s2p4+linear", "silu"),
    ("8k12s4p5,r4k3d2,3k9s2p4/4k9s2p4,r5k3d7,1k14s4p6+linear", "tanh"),
]

# As above, and with frames that overlap between latent frames, and a decoder of its own.
SPECTRA = [
    ("espectro", "leaky_relu"),
    ("espectro_directo", "silu"),
    ("spectrum1024h96b40f70:32k4s2p1,r16k3d2,8k1s1p0", "tanh"),
    ("spectrum256h40b30f120:16k1s1p0,4k1s1p0/12k3s1p1,30k1s1p0", "leaky_relu"),
    ("spectrum64h32b16f20:16k3s1p1,r8k3d2,4k2s2p0+linear", "silu"),
]

dump_network, dump_spectrum, document = sys.argv[1:4]
torch.set_num_threads(1)
failed = 0


def report(name, holds, why=""):
    global failed
    print("ok" if holds else "FAIL", name, flush=True)
    if not holds:
        failed += 1
        print("    " + why, file=sys.stderr)


def document_functions():
    """The Python block of the document: load(path) -> (network, tensors, metadata) and save(path,
    tensors, metadata)."""
    text = open(document, encoding="utf-8").read()
    block = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    scope = {}
    exec(block, scope)
    return scope["load"], scope["save"]


def raw(folder, name):
    return torch.from_numpy(numpy.fromfile(os.path.join(folder, name), dtype="<f4"))


def fresh(network, seed):
    """The same modules as PyTorch itself starts them."""
    torch.manual_seed(seed)
    for module in network.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()


def largest(a, b):
    return float((a - b).abs().max())


def spectral_loss(output, audio):
    """What trainer/spectral_loss.h says, from torch.stft()."""
    loss = 0.0
    for size in (128, 512, 2048):
        window = torch.hann_window(size, dtype=torch.float64)
        magnitude = [
            torch.sqrt(
                torch.stft(
                    sound.double() * 4.0 / size,
                    size,
                    size // 4,
                    window=window,
                    center=False,
                    return_complex=True,
                ).abs()
                ** 2
                + 1e-6
            )
            for sound in (output, audio)
        ]
        loss += torch.nn.functional.l1_loss(*magnitude) + torch.nn.functional.l1_loss(
            *map(torch.log, magnitude)
        )
    return loss / 3


def kink_margins(network, audio):
    """By how much each parameter's gradient may differ because values before a leaky ReLU are so
    near to zero that rounding chooses their slopes: what the gradient changes by while the edge
    between the slopes passes zero in steps."""
    gradients = []
    original = torch.nn.functional.leaky_relu
    for edge in (-1e-6, -5e-7, -2e-7, 0.0, 2e-7, 5e-7, 1e-6):

        def leaky_relu(x, slope=0.01, inplace=False, edge=edge):
            return torch.where(x > edge, x, slope * x)

        torch.nn.functional.leaky_relu = leaky_relu
        output = network.decode(network.encode(audio[None, None]))
        loss = torch.nn.functional.mse_loss(output[0, 0], audio)
        gradients.append(torch.autograd.grad(loss, list(network.parameters())))
    torch.nn.functional.leaky_relu = original
    names = [name for name, _ in network.named_parameters()]
    return {
        name: sum((a - b).abs() for a, b in zip(steps, steps[1:]))
        for name, steps in zip(names, zip(*gradients))
    }


def compare(arch, activation, seed, load, starts_as_pytorch):
    label = re.sub(r"[^a-z0-9_]+", "_", arch) + "_" + activation
    with tempfile.TemporaryDirectory() as folder:
        losses = subprocess.check_output([dump_network, arch, activation, str(seed), folder])
        loss, spectral = map(float, losses.split())
        network, tensors, _ = load(os.path.join(folder, "model.safetensors"))
        _, gradients, _ = load(os.path.join(folder, "gradient.safetensors"))
        audio = raw(folder, "input")
        latent = network.encode(audio[None, None])
        output = network.decode(latent)
        ours = raw(folder, "latent").reshape(-1, latent.shape[1]).T
        seen = largest(latent[0], ours)
        report(f"pytorch_latent_{label}", seen < TOLERANCE, f"{seen}")
        seen = largest(output[0, 0], raw(folder, "output"))
        report(f"pytorch_output_{label}", seen < TOLERANCE, f"{seen}")
        seen = largest(output[0, 0], raw(folder, "streamed"))
        report(f"pytorch_stream_{label}", seen < TOLERANCE, f"{seen}")

        torch_loss = torch.nn.functional.mse_loss(output[0, 0], audio)
        torch_loss.backward()
        off = 0.0
        margins = kink_margins(network, audio)
        for name, parameter in network.named_parameters():
            scale = float(parameter.grad.abs().max()) + 1e-12
            apart = (parameter.grad - gradients[name]).abs() - margins[name]
            off = max(off, float(apart.max()) / scale)
        close = off < GRADIENT_TOLERANCE and abs(float(torch_loss) - loss) < 1e-6 * loss
        report(
            f"pytorch_gradient_{label}", close, f"gradient {off}, loss {float(torch_loss)} {loss}"
        )

        # Where two magnitudes agree to the last bits the distance may bend here one way and there
        # the other.
        ours = raw(folder, "output").requires_grad_()
        torch_spectral = spectral_loss(ours, audio)
        torch_spectral.backward()
        off = float((ours.grad - raw(folder, "spectral_gradient")).norm() / ours.grad.norm())
        close = off < 1e-3 and abs(float(torch_spectral) - spectral) < 1e-5 * spectral
        report(
            f"pytorch_spectral_loss_{label}",
            close,
            f"gradient {off}, loss {float(torch_spectral)} {spectral}",
        )

        if not starts_as_pytorch:
            return
        fresh(network, seed)
        same = all(
            torch.equal(parameter, tensors[name]) for name, parameter in network.named_parameters()
        )
        report(f"pytorch_first_weights_{label}", same)


def compare_spectrum(arch, activation, seed, load):
    """Log levels of audio, latent, and the log levels that are decoded, of a network that works on
    a spectrum."""
    label = re.sub(r"[^a-z0-9_]+", "_", arch) + "_" + activation
    with tempfile.TemporaryDirectory() as folder:
        loss = float(subprocess.check_output([dump_spectrum, arch, activation, str(seed), folder]))
        network, _, _ = load(os.path.join(folder, "model.safetensors"))
        _, gradients, _ = load(os.path.join(folder, "gradient.safetensors"))
        audio = raw(folder, "input").reshape(2, -1)
        with torch.no_grad():
            values, level = network.spectrum(audio)
            latent = network.encode(values)
            output = network.decode(latent)
        for name, theirs in (
            ("values", values),
            ("latent", latent),
            ("output", output),
            ("trained", output),
        ):
            ours = raw(folder, name).reshape(-1, theirs.shape[1]).T
            seen = largest(theirs[0], ours) if theirs[0].shape == ours.shape else float("inf")
            report(f"pytorch_{name}_{label}", seen < TOLERANCE, f"{seen}")
        seen = largest(level, raw(folder, "level"))
        report(f"pytorch_level_{label}", seen < TOLERANCE, f"{seen}")

        torch_loss = torch.nn.functional.mse_loss(network.decode(network.encode(values)), values)
        torch_loss.backward()
        off = 0.0
        for name, parameter in network.named_parameters():
            scale = float(parameter.grad.abs().max()) + 1e-12
            off = max(off, largest(parameter.grad, gradients[name]) / scale)
        close = off < GRADIENT_TOLERANCE and abs(float(torch_loss) - loss) < 1e-5 * loss
        report(
            f"pytorch_gradient_{label}", close, f"gradient {off}, loss {float(torch_loss)} {loss}"
        )


def there_and_back(load, save, arch):
    """What PyTorch saves loads here again: the dump program reads nothing, so the trainer's own
    info command does."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.check_call(
            [dump_spectrum if ":" in arch else dump_network, arch, "leaky_relu", "1", folder],
            stdout=subprocess.DEVNULL,
        )
        path = os.path.join(folder, "model.safetensors")
        again = os.path.join(folder, "again.safetensors")
        _, tensors, metadata = load(path)
        save(again, tensors, metadata)
        _, second, described = load(again)
        same = all(torch.equal(tensors[name], second[name]) for name in tensors)
        report(
            "pytorch_saves_what_it_loaded_" + arch.split(":")[0],
            same and described["architecture"] == metadata["architecture"],
        )
        trainer = os.environ.get("TRAINER")
        if trainer:
            shown = subprocess.run([trainer, "info", again], capture_output=True, text=True)
            report(
                "trainer_reads_what_pytorch_saved_" + arch.split(":")[0],
                shown.returncode == 0,
                shown.stderr,
            )


load, save = document_functions()
for number, (arch, activation) in enumerate(CASES + OURS):
    compare(arch, activation, number + 1, load, number < len(CASES))
for number, (arch, activation) in enumerate(SPECTRA):
    compare_spectrum(arch, activation, number + 1, load)
there_and_back(load, save, "normal")
there_and_back(load, save, SPECTRA[-1][0])
sys.exit(1 if failed else 0)
