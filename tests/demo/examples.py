#!/usr/bin/python3
"""examples.py BUILD FOLDER: renders the examples of examples.txt through the built plugin in an LV2
host, and writes FOLDER/examples.html: before and after as sound and as spectrogram, in one file
that needs no other. What is rendered stays in FOLDER: another call makes what is missing.

The sources are rendered too, or are in this repository, so all of it is free. Needs python3-cairo,
python3-numpy, sox, imagemagick, espeak-ng and what presets/make-genres needs.
"""
import base64
import html
import os
import re
import subprocess
import sys

from pictures import coloured, read_curve, read_sound, spectrogram

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
WIDTH, HEIGHT = 640, 200
GENRES = ["rock", "metal", "jazz", "classical", "pop", "disco"]
SPEECH = (
    "Hold the music against the light. What shines through is a few numbers, "
    "and these numbers can be played."
)
NAMES = {"noise": "Noise", "blend": "Blend", "freeze": "Freeze", "axis1": "Axis 1"}


def blocks(name, first):
    """The lines of a file as blocks that begin with this word: lists of (word, rest)."""
    found = []
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        for line in file:
            if not line.strip() or line.startswith("#"):
                continue
            word, rest = line.split(None, 1)
            if word == first:
                found.append([])
            if found:
                found[-1].append((word, rest.strip()))
    return found


def joined(block, word):
    return " ".join(rest for name, rest in block if name == word)


def read_presets():
    """Name to (bank, label, comment), as presets.txt has them."""
    presets = {}
    for bank in blocks("presets/presets.txt", "bank"):
        title = bank[0][1].split(None, 1)[1].split(":")[0]
        starts = [i for i, (word, _) in enumerate(bank) if word == "preset"] + [len(bank)]
        for start, end in zip(starts, starts[1:]):
            name, label = bank[start][1].split(None, 1)
            presets[name] = title, label, joined(bank[start:end], "says")
    return presets


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"examples.py: {' '.join(command)}\n{done.stderr}")


def make_sources(folder):
    """Name to path of each source."""
    sources = {name: f"{ROOT}/presets/sources/{name}.flac" for name in ("strings", "drums")}
    sources["clip"] = f"{ROOT}/tests/clip.flac"
    sources["speech"] = f"{folder}/speech.wav"
    if not os.path.exists(sources["speech"]):
        run("espeak-ng", "-v", "en-gb", "-s", "130", "-w", f"{folder}/speech.part", SPEECH)
        os.replace(f"{folder}/speech.part", sources["speech"])
    options = ["--per-genre", "1", "--rate", "48000", "--channels", "2", "--format", "flac"]
    options += ["--no-vocals", "--jobs", str(os.cpu_count()), "--genres", ",".join(GENRES)]
    run(f"{ROOT}/presets/make-genres", f"{folder}/genres", *options)
    for genre in GENRES:
        sources[genre] = f"{folder}/genres/{genre}/{genre}.00000.flac"
    return sources


def render(build, path, source, example):
    """Writes PATH-before.wav and PATH-after.wav."""
    preset, _, start, seconds = example[0][1].split()
    before, after = f"{path}-before.wav", f"{path}-after.wav"
    # The loudest examples stay below the ceiling, and begin and end without a click.
    edges = ["trim", start, seconds, "rate", "48000", "norm", "-9", "fade", "q", "0.02", "-0", "0.02"]
    run("sox", "-D", "-V1", source, "-b", "24", before, *edges)
    moves = [part for word, rest in example if word == "moves" for part in rest.split()]
    os.environ["LV2_PATH"] = f"{build}/lv2:/usr/lib/lv2"
    run(f"{build}/tests/demo/demo", f"urn:trasluz:preset:{preset}", before, after, *moves)


def data_uri(kind, path):
    with open(path, "rb") as file:
        return f"data:{kind};base64," + base64.b64encode(file.read()).decode()


def curves_svg(moves, seconds):
    """The automation, drawn over a spectrogram."""
    lines = []
    for (_, points), name in zip(moves, ("first", "second")):
        low = min([0.0] + [value for _, value in points])
        high = max(value for _, value in points)
        places = [(t / seconds * 1000, 96 - 92 * (v - low) / (high - low)) for t, v in points]
        path = " ".join(f"{x:.0f},{y:.1f}" for x, y in places)
        lines.append(f'<polyline class="{name}" points="{path}"/>')
    return f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none">{"".join(lines)}</svg>'


def side(path, which, levels, brightest, drawn):
    """Before or after: the picture, what is drawn over it, and the sound."""
    picture = coloured(levels, brightest)
    picture.write_to_png(f"{path}-{which}.png")
    run("convert", f"{path}-{which}.png", "-strip", "-quality", "82", f"{path}-{which}.jpg")
    run("sox", "-D", "-V1", f"{path}-{which}.wav", "-C", "4", f"{path}-{which}.ogg")
    image = data_uri("image/jpeg", f"{path}-{which}.jpg")
    sound = data_uri("audio/ogg", f"{path}-{which}.ogg")
    return (
        f'<figure class="{which}"><figcaption>{which}</figcaption><div class="picture">'
        f'<img alt="Spectrogram {which} the plugin" width="{WIDTH}" height="{HEIGHT}" '
        f'src="{image}">{drawn}<i></i></div>'
        f'<audio controls preload="metadata" src="{sound}"></audio></figure>'
    )


def card(path, example, label, comment):
    words = [rest.split() for word, rest in example if word == "moves"]
    moves = [(NAMES[control], read_curve(points)) for control, points in words]
    sounds = [read_sound(f"{path}-{which}.wav") for which in ("before", "after")]
    levels = [spectrogram(sound, WIDTH, HEIGHT) for sound in sounds]
    brightest = max(picture.max() for picture in levels)
    drawn = curves_svg(moves, len(sounds[0]) / 48000) if moves else ""
    colours = ("first", "second")
    legend = "".join(f'<b class="{c}">{name}</b>' for (name, _), c in zip(moves, colours))
    legend = f'<p class="moves">Automated: {legend}</p>' if moves else ""
    return (
        f"<article><h3>{html.escape(label)}</h3><p>{html.escape(joined(example, 'hear'))}</p>"
        f'{legend}<div class="pair">{side(path, "before", levels[0], brightest, "")}'
        f'{side(path, "after", levels[1], brightest, drawn)}</div>'
        f'<p class="says">The preset: {html.escape(comment)}</p></article>'
    )


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: examples.py BUILD FOLDER")
    build, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    presets, sources = read_presets(), make_sources(folder)
    body, bank_before = [], None
    for number, example in enumerate(blocks("tests/demo/examples.txt", "example")):
        name, source = example[0][1].split()[:2]
        bank, label, comment = presets[name]
        path = f"{folder}/{number:02d}-{name}"
        render(build, path, sources[source], example)
        if bank != bank_before:
            body.append(f"<h2>{html.escape(bank)}</h2>")
        bank_before = bank
        body.append(card(path, example, label, comment))
    with open(f"{HERE}/examples.html", encoding="utf-8") as file:
        page = file.read().replace("<!-- examples -->", "\n".join(body))
    with open(f"{folder}/examples.html", "w", encoding="utf-8") as file:
        file.write(page)
    count = len(re.findall("<article>", page))
    print(f"{count} examples, {len(page) / 1e6:.1f} MB: {folder}/examples.html")


if __name__ == "__main__":
    main()
