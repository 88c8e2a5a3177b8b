#!/usr/bin/python3
"""tensorboard.py FOLDER: reads a run's event files as TensorBoard does, without it (Debian has no
package of it): TFRecord frames and their CRC-32C by a reader of our own, events by Google's
protobuf with the fields of TensorFlow's event.proto and summary.proto, PNG and WAV down to their
samples. Prints a line for each value, in order, steps purged as TensorBoard does:

    TAG STEP VALUE              of a scalar, or what an image or a sound is

and ends with status 1 where a file breaks a rule. A file may end within a record, as one of a
killed process does."""
import glob, io, struct, sys, wave, zlib

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

CRC_TABLE = []
for n in range(256):
    for _ in range(8):
        n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
    CRC_TABLE.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C (RFC 3720)

F = descriptor_pb2.FieldDescriptorProto
FIELDS = {
    "Event": [
        ("wall_time", 1, F.TYPE_DOUBLE),
        ("step", 2, F.TYPE_INT64),
        ("file_version", 3, F.TYPE_STRING),
        ("summary", 5, "Summary"),
        ("session_log", 7, "SessionLog"),
    ],
    "SessionLog": [("status", 1, F.TYPE_INT32)],
    "Summary": [("value", 1, ["Value"])],
    "Value": [
        ("tag", 1, F.TYPE_STRING),
        ("simple_value", 2, F.TYPE_FLOAT),
        ("image", 4, "Image"),
        ("audio", 6, "Audio"),
    ],
    "Image": [
        ("height", 1, F.TYPE_INT32),
        ("width", 2, F.TYPE_INT32),
        ("colorspace", 3, F.TYPE_INT32),
        ("encoded_image_string", 4, F.TYPE_BYTES),
    ],
    "Audio": [
        ("sample_rate", 1, F.TYPE_FLOAT),
        ("num_channels", 2, F.TYPE_INT64),
        ("length_frames", 3, F.TYPE_INT64),
        ("encoded_audio_string", 4, F.TYPE_BYTES),
        ("content_type", 5, F.TYPE_STRING),
    ],
}


def event_class():
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="tensorflow")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            added = message.field.add(name=field, number=number, label=F.LABEL_OPTIONAL)
            if isinstance(kind, list):
                added.label, kind = F.LABEL_REPEATED, kind[0]
            if isinstance(kind, str):
                added.type, added.type_name = F.TYPE_MESSAGE, ".tensorflow." + kind
            else:
                added.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName("tensorflow.Event")
    )


def records(path):
    data = open(path, "rb").read()
    at = 0
    while len(data) - at >= 12:
        length, length_crc = struct.unpack_from("<QI", data, at)
        assert masked(data[at : at + 8]) == length_crc, "checksum of a length"
        if len(data) - at < 16 + length:
            return
        record = data[at + 12 : at + 12 + length]
        assert (
            masked(record) == struct.unpack_from("<I", data, at + 12 + length)[0]
        ), "checksum of a record"
        yield record
        at += 16 + length


def describe_image(image):
    data = image.encoded_image_string
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, pixels = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + chunk) == struct.unpack_from(">I", data, at + 8 + length)[0]
        if kind == b"IHDR":
            assert struct.unpack(">IIBB", chunk[:10]) == (image.width, image.height, 8, 2)  # RGB
        pixels += chunk if kind == b"IDAT" else b""
        at += 12 + length
    assert (
        len(zlib.decompress(pixels)) == image.height * (1 + 3 * image.width)
        and image.colorspace == 3
    )
    return f"PNG {image.width}x{image.height}"


def describe_audio(audio):
    with wave.open(io.BytesIO(audio.encoded_audio_string)) as sound:
        assert sound.getnchannels() == audio.num_channels == 1 and sound.getsampwidth() == 2
        assert (
            sound.getframerate() == audio.sample_rate and sound.getnframes() == audio.length_frames
        )
        samples = struct.unpack(f"<{audio.length_frames}h", sound.readframes(audio.length_frames))
    assert audio.content_type == "audio/wav"
    return f"WAV {audio.length_frames} {sum(abs(s) for s in samples)}"


def describe(value):
    if value.HasField("image"):
        return describe_image(value.image)
    if value.HasField("audio"):
        return describe_audio(value.audio)
    return f"{value.simple_value:.6g}"


def main():
    Event = event_class()
    values, last_time = [], 0.0
    files = sorted(glob.glob(sys.argv[1] + "/*tfevents*"))
    assert files, "no event files"
    for path in files:
        for number, record in enumerate(records(path)):
            event = Event.FromString(record)
            assert not event.UnknownFields() and event.wall_time >= last_time
            last_time = event.wall_time
            assert (event.file_version == "brain.Event:2") == (number == 0)
            if event.session_log.status == 1:  # a start: later steps of before are void
                values = [v for v in values if v[0] < event.step]
            values += [(event.step, v.tag, describe(v)) for v in event.summary.value]
    for step, tag, text in values:
        print(tag, step, text)


main()
