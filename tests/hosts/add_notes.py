#!/usr/bin/python3
"""add_notes.py FOLDER NAME TRACK NOTE ON OFF: puts a note, from sample ON to sample OFF, on a MIDI
track of a saved and closed Ardour 7 session at 120 beats a minute, by editing the session's file as
add_clip.py does."""
import os
import struct
import sys
import xml.etree.ElementTree as ET

TICKS = 1920  # of a beat, Ardour's and the file's

folder, name, track, note, on, off = sys.argv[1:]
path = os.path.join(folder, name + ".ardour")
session = ET.parse(path)
root = session.getroot()
rate = int(root.get("sample-rate"))
highest = max(int(e.get("id")) for e in root.iter() if e.get("id", "").isdigit())


def ticks(sample):
    return round(int(sample) / rate * 2 * TICKS)


def delta(value):
    """A time of a MIDI file, with seven bits in a byte."""
    data = [value & 127]
    while value := value >> 7:
        data.insert(0, value & 127 | 128)
    return bytes(data)


events = [(ticks(on), 0x90, 100), (ticks(off), 0x80, 0)]
end = ticks(off) + TICKS
body, at = b"", 0
for when, status, velocity in events:
    body += delta(when - at) + bytes([status, int(note), velocity])
    at = when
body += delta(end - at) + b"\xff\x2f\x00"
midi_files = os.path.join(folder, "interchange", os.path.basename(folder), "midifiles")
os.makedirs(midi_files, exist_ok=True)
with open(os.path.join(midi_files, "notes.mid"), "wb") as file:
    file.write(struct.pack(">4sIHHH4sI", b"MThd", 6, 0, 1, TICKS, b"MTrk", len(body)) + body)

source, region = str(highest + 1), str(highest + 2)
ET.SubElement(
    root.find("Sources"), "Source", id=source, name="notes.mid", type="midi", flags="", origin=""
)
(route,) = (r for r in root.find("Routes") if r.get("name") == track)
(playlist,) = (p for p in root.find("Playlists") if p.get("id") == route.get("midi-playlist"))
ET.SubElement(
    playlist,
    "Region",
    {
        "id": region,
        "name": "notes",
        "type": "midi",
        "channels": "1",
        "start": "b0",
        "length": f"b{end}@b0",
        "muted": "0",
        "opaque": "1",
        "locked": "0",
        "automatic": "0",
        "hidden": "0",
        "whole-file": "0",
        "layering-index": "0",
        "source-0": source,
        "master-source-0": source,
    },
)
root.set("id-counter", str(highest + 3))
session.write(path, encoding="UTF-8", xml_declaration=True)
