#!/usr/bin/python3
"""add_clip.py FOLDER NAME CLIP.wav TRACK…: puts a clip at the start of tracks of a saved and closed
Ardour 7 session, without fades, and makes it the session range. Ardour's scripts cannot import
outside its window, so this edits the session's file. A track takes as many of the clip's channels
as it has."""
import os
import shutil
import sys
import xml.etree.ElementTree as ET

from audio import read

folder, name, clip, *tracks = sys.argv[1:]
path = os.path.join(folder, name + ".ardour")
session = ET.parse(path)
root = session.getroot()
channels, rate = read(clip)
assert rate == int(root.get("sample-rate")), "the clip has not the session's rate"

ticks = (
    int(root.find("TempoMap").get("superclocks-per-second")) // rate
)  # a sample, in Ardour's unit of time
length = len(channels[0]) * ticks
highest = max(int(e.get("id")) for e in root.iter() if e.get("id", "").isdigit())


def new_id():
    global highest
    highest += 1
    return str(highest)


audio_files = os.path.join(folder, "interchange", os.path.basename(folder), "audiofiles")
os.makedirs(audio_files, exist_ok=True)
shutil.copy(clip, os.path.join(audio_files, "clip.wav"))
sources = [new_id() for _ in channels]
for channel, source in enumerate(sources):
    ET.SubElement(
        root.find("Sources"),
        "Source",
        id=source,
        name="clip.wav",
        type="audio",
        flags="",
        channel=str(channel),
        origin="",
        gain="1",
    )

for track in tracks:
    (route,) = (r for r in root.find("Routes") if r.get("name") == track)
    (playlist,) = (p for p in root.find("Playlists") if p.get("id") == route.get("audio-playlist"))
    width = sum(
        port.get("type") == "audio" for port in route.find("IO[@direction='Input']").findall("Port")
    )
    region = ET.SubElement(
        playlist,
        "Region",
        {
            "id": new_id(),
            "name": "clip",
            "type": "audio",
            "channels": str(width),
            "start": "a0",
            "length": f"a{length}@a0",
            "muted": "0",
            "opaque": "1",
            "locked": "0",
            "automatic": "0",
            "hidden": "0",
            "whole-file": "0",
            "layering-index": "0",
            "scale-amplitude": "1",
            "envelope-active": "0",
            "default-fade-in": "0",
            "default-fade-out": "0",
            "fade-in-active": "0",
            "fade-out-active": "0",
        },
    )
    for channel in range(width):
        region.set(f"source-{channel}", sources[channel])
        region.set(f"master-source-{channel}", sources[channel])

locations = root.find("Locations")
for location in [l for l in locations if "IsSessionRange" in l.get("flags", "")]:
    locations.remove(location)
ET.SubElement(
    locations,
    "Location",
    id=new_id(),
    name="session",
    start="a0",
    end=f"a{length}",
    flags="IsSessionRange",
    locked="0",
    timestamp="0",
    cue="0",
)
root.set("id-counter", str(highest + 1))
session.write(path, encoding="UTF-8", xml_declaration=True)
