#!/usr/bin/python3
"""pytorch.py LAYERS THREADS: what PyTorch takes for the work of Trasluz. Waits for orders on
standard input, a line each, and answers with the seconds that passed by the clock and those spent
on processors. LAYERS as in 64k8s6p4,32k6s3p4,8k5s2p4.

    step            forward, backward and Adam for 16 clips of 5 s
    stream          5 s of sound block by block, a latent frame at a time, by TorchScript without Python in between; every
                    layer keeps the inputs or sums that the next block needs, so nothing is computed twice
    offline FILE    a mono WAV file of 16 bits through encoder and decoder, 5 s at a time

THREADS 0 leaves PyTorch its own choice. The first answer is its version and the largest difference
of the blocks from a whole pass."""
import re
import sys
import time
from typing import List

import numpy
import torch
from torch.nn.functional import conv1d, conv_transpose1d, leaky_relu

CLIPS, CLIP = 16, 110250
layers, threads = sys.argv[1:3]
if int(threads) > 0:
    torch.set_num_threads(int(threads))


class Streamed(torch.nn.Module):
    """Encoder and decoder with the state that runs from block to block."""

    def __init__(self, encoder, decoder):
        super().__init__()
        convolutions = [m for m in encoder if isinstance(m, torch.nn.Conv1d)]
        transposed = [m for m in decoder if isinstance(m, torch.nn.ConvTranspose1d)]
        self.weights: List[torch.Tensor] = [m.weight.detach() for m in convolutions + transposed]
        self.biases: List[torch.Tensor] = [m.bias.detach() for m in convolutions]
        self.late_biases: List[torch.Tensor] = [m.bias.detach()[None, :, None] for m in transposed]
        self.strides: List[int] = [m.stride[0] for m in convolutions + transposed]
        self.layers: int = len(convolutions)
        self.states: List[torch.Tensor] = []
        for m in convolutions:  # the padding stands before the signal
            self.states.append(torch.zeros(1, m.in_channels, m.padding[0]))
        for m in transposed:
            self.states.append(torch.zeros(1, m.out_channels, m.kernel_size[0] - m.stride[0]))

    def forward(self, audio: torch.Tensor, hop: int) -> torch.Tensor:
        """[1, 1, samples] in blocks of `hop`; what the decoder has finished after each."""
        out: List[torch.Tensor] = []
        states = [state.clone() for state in self.states]
        last = 2 * self.layers - 1
        for at in range(0, audio.shape[2] - hop + 1, hop):
            x = audio[:, :, at : at + hop]
            for i in range(self.layers):
                x = torch.cat((states[i], x), 2)
                kernel, stride = self.weights[i].shape[2], self.strides[i]
                frames = max(0, (x.shape[2] - kernel) // stride + 1)
                states[i] = x[:, :, frames * stride :]
                if frames == 0:
                    x = torch.zeros(1, self.weights[i].shape[0], 0)
                else:
                    x = conv1d(x, self.weights[i], self.biases[i], stride)
                    if i < self.layers - 1:
                        x = leaky_relu(x)
            for i in range(self.layers, 2 * self.layers):
                if x.shape[2] > 0:
                    finished = x.shape[2] * self.strides[i]
                    y = conv_transpose1d(x, self.weights[i], None, self.strides[i])
                    rest = states[i].shape[2]
                    y[:, :, :rest] += states[i]
                    states[i] = y[:, :, finished:]
                    x = y[:, :, :finished] + self.late_biases[i - self.layers]
                    if i < last:
                        x = leaky_relu(x)
                else:
                    x = torch.zeros(1, self.weights[i].shape[1], 0)
            out.append(x)
        return torch.cat(out, 2)


def autoencoder(text):
    layers = [tuple(map(int, re.findall(r"\d+", layer))) for layer in text.split(",")]
    channels = [1] + [layer[0] for layer in layers]
    encoder, decoder = [], []
    for i, (_, *shape) in enumerate(layers):
        encoder += [torch.nn.Conv1d(channels[i], channels[i + 1], *shape), torch.nn.LeakyReLU()]
        decoder = [
            torch.nn.ConvTranspose1d(channels[i + 1], channels[i], *shape),
            torch.nn.LeakyReLU(),
        ] + decoder
    return torch.nn.Sequential(*encoder[:-1]), torch.nn.Sequential(*decoder[:-1])


encoder, decoder = autoencoder(layers)
network = torch.nn.Sequential(encoder, decoder)
clips = torch.rand(CLIPS, 1, CLIP) - 0.5
optimizer = torch.optim.Adam(network.parameters())
streamed = torch.jit.script(Streamed(encoder, decoder).eval())
hop = int(
    numpy.prod([module.stride[0] for module in encoder if isinstance(module, torch.nn.Conv1d)])
)


def step():
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(network(clips), clips).backward()
    optimizer.step()


def stream():
    with torch.inference_mode():
        return streamed(clips[:1], hop)


def offline(path):
    audio = torch.from_numpy(numpy.fromfile(path, dtype="<i2", offset=44).astype("f4") / 32768)
    with torch.inference_mode():
        for at in range(0, len(audio) - CLIP + 1, CLIP):
            network(audio[None, None, at : at + CLIP])


def difference():
    """Of the blocks from the whole, in the middle, where neither edges nor the decoder's own
    padding matter."""
    with torch.inference_mode():
        whole = network(clips[:1])[0, 0]
        blocks = stream()[0, 0]
    late = [module.padding[0] for module in decoder if isinstance(module, torch.nn.ConvTranspose1d)]
    strides = [
        module.stride[0] for module in decoder if isinstance(module, torch.nn.ConvTranspose1d)
    ]
    shift = sum(p * int(numpy.prod(strides[i + 1 :])) for i, p in enumerate(late))
    n = min(len(blocks) - shift, len(whole)) - 2000
    return float((blocks[2000 + shift : shift + n] - whole[2000:n]).abs().max())


print(torch.__version__, difference(), flush=True)
for order in sys.stdin:
    order = order.split()
    clock, processor = time.perf_counter(), time.process_time()
    {"step": step, "stream": stream, "offline": offline}[order[0]](*order[1:])
    print(time.perf_counter() - clock, time.process_time() - processor, flush=True)
