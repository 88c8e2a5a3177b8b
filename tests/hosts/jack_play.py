#!/usr/bin/python3
"""jack_play.py CLIP.wav OUT.wav CLIENT IN… -- OUT…: plays a clip into a JACK client's input ports
and writes what comes out of its output ports in the same cycle, one channel a port, as long as the
clip. JACK freewheels meanwhile: nothing is late and nothing is lost. Prints "latency N", what JACK
says the client's latency is.

With --live SECONDS in front it plays so long in real time, writes nothing (OUT.wav is not touched),
and prints "xruns N".

With --midi PORT SAMPLE:STATUS:NOTE,… in front it sends these notes to that port, at their samples of
the clip, in their order."""
import array
import ctypes
import struct
import sys
import time

from audio import read

jack = ctypes.CDLL("libjack.so.0")
jack.jack_client_open.restype = ctypes.c_void_p
jack.jack_port_register.restype = ctypes.c_void_p
jack.jack_port_by_name.restype = ctypes.c_void_p
jack.jack_port_get_buffer.restype = ctypes.c_void_p
jack.jack_port_name.restype = ctypes.c_char_p
AUDIO, MIDI = b"32 bit float mono audio", b"8 bit raw midi"
NO_START_SERVER, IS_INPUT, IS_OUTPUT, CAPTURE_LATENCY = 1, 1, 2, 0
FLOAT = ctypes.sizeof(ctypes.c_float)
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
XRUN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Client:
    """A JACK client with ports of one direction, whose process callback calls work(frames).

    `ports` are their types."""

    def __init__(self, name, direction, ports, work):
        self.handle = ctypes.c_void_p(jack.jack_client_open(name, NO_START_SERVER, None))
        if not self.handle:
            sys.exit("no JACK server")
        self.ports = [
            ctypes.c_void_p(
                jack.jack_port_register(
                    self.handle,
                    b"%d" % i,
                    kind,
                    ctypes.c_ulong(direction),
                    ctypes.c_ulong(0),
                )
            )
            for i, kind in enumerate(ports)
        ]

        def process(frames, _):
            work(frames)
            return 0

        self.process = CALLBACK(process)  # must live as long as the client
        jack.jack_set_process_callback(self.handle, self.process, None)

    def buffers(self, frames):
        return [ctypes.c_void_p(jack.jack_port_get_buffer(port, frames)) for port in self.ports]

    def connect(self, ports, towards):
        for mine, other in zip(self.ports, ports):
            pair = [jack.jack_port_name(mine), other.encode()]
            if jack.jack_connect(self.handle, *(pair if towards else pair[::-1])):
                sys.exit(f"no port {other}")


def capture_latency(port):
    latency = (ctypes.c_uint32 * 2)()  # least, most
    handle = ctypes.c_void_p(jack.jack_port_by_name(recorder.handle, port.encode()))
    jack.jack_port_get_latency_range(handle, CAPTURE_LATENCY, latency)
    return latency[1]


live = 0
midi_port, notes = None, []
arguments = sys.argv[1:]
if arguments[0] == "--live":
    live = float(arguments[1])
    arguments = arguments[2:]
if arguments[0] == "--midi":
    midi_port = arguments[1]
    notes = [tuple(map(int, note.split(":"))) for note in arguments[2].split(",")]
    arguments = arguments[3:]
clip, out, name, *ports = arguments
ports = [port if port == "--" else f"{name}:{port}" for port in ports]
inputs, outputs = ports[: ports.index("--")], ports[ports.index("--") + 1 :]
channels, rate = read(clip)
length = len(channels[0])
recorded = [array.array("f", bytes(length * FLOAT)) for _ in outputs]
addresses = [[channel.buffer_info()[0] for channel in group] for group in (channels, recorded)]
position = (
    -1
)  # of this cycle in the clip; the player runs first in each, since the recorder depends on it
next_position = -1
xruns = 0


def send_notes(buffer, frames):
    jack.jack_midi_clear_buffer(buffer)
    for sample, status, note in notes:
        if 0 <= sample - position < frames and position >= 0:
            event = bytes([status, note, 100])
            jack.jack_midi_event_write(buffer, sample - position, event, ctypes.c_size_t(3))


def play(frames):
    global position, next_position
    position = next_position
    count = max(0, min(frames, length - position)) if position >= 0 else 0
    buffers = player.buffers(frames)
    if midi_port:
        send_notes(buffers.pop(), frames)
    for source, buffer in zip(addresses[0], buffers):
        ctypes.memset(buffer, 0, frames * FLOAT)
        if count:
            ctypes.memmove(buffer, source + position * FLOAT, count * FLOAT)
    if position >= 0:
        next_position = position + frames


def record(frames):
    buffers = recorder.buffers(frames)
    count = max(0, min(frames, length - position)) if position >= 0 else 0
    if count:
        for target, buffer in zip(addresses[1], buffers):
            ctypes.memmove(target + position * FLOAT, buffer, count * FLOAT)


def count_xrun(_):
    global xruns
    xruns += 1
    return 0


midi_ports = [f"{name}:{midi_port}"] if midi_port else []
player = Client(b"player", IS_OUTPUT, [AUDIO] * len(inputs) + [MIDI] * len(midi_ports), play)
recorder = Client(b"recorder", IS_INPUT, [AUDIO] * len(outputs), record)
on_xrun = XRUN(count_xrun)
jack.jack_set_xrun_callback(player.handle, on_xrun, None)
for client in player, recorder:
    jack.jack_activate(client.handle)
player.connect(inputs + midi_ports, True)
recorder.connect(outputs, False)
time.sleep(0.3)

if live:
    xruns = 0  # connecting may take its time
    next_position = 0
    time.sleep(live)
    print("xruns", xruns)
else:
    jack.jack_set_freewheel(player.handle, 1)
    next_position = 0
    deadline = time.monotonic() + 60
    while next_position < length and time.monotonic() < deadline:
        time.sleep(0.02)
    jack.jack_set_freewheel(player.handle, 0)
    if next_position < length:
        sys.exit("JACK stands still")
    # jalv 1.6 tells it of its input ports, where it should be of its output ports.
    print("latency", max(map(capture_latency, inputs + outputs)))
    samples = array.array("f", bytes(length * FLOAT * len(recorded)))
    for channel, values in enumerate(recorded):
        samples[channel :: len(recorded)] = values
    data = samples.tobytes()
    with open(out, "wb") as file:
        file.write(
            struct.pack(
                "<4sI8sIHHIIHH4sI",
                b"RIFF",
                36 + len(data),
                b"WAVEfmt ",
                16,
                3,
                len(recorded),
                rate,
                rate * FLOAT * len(recorded),
                FLOAT * len(recorded),
                32,
                b"data",
                len(data),
            )
            + data
        )
for client in player, recorder:
    jack.jack_client_close(client.handle)
