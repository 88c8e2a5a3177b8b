"""From a plan to a score."""
import math
import os
import subprocess

from genres.bass import write_bass
from genres.catalog import NOTE_NAMES
from genres.comp import write_comp, write_power
from genres.drums import own_drums
from genres.melody import write_melody
from genres.midi import FAMILY_OF, read_midi, to_orchestra, track_events
from genres.plan import KITS, LEADS, SCALE_FOR
from genres.score import Song, Track
from genres.textures import classical_texture
from genres.tools import TPQ, f


def arrange(plan, tmp):
    """-> (stems: {name: [(tick, order, bytes)]}, tempos, song, melody track or None)."""
    rng, genre, g = plan["rng"], plan["genre"], plan["groove"]
    drums_only, swing = "drums" in g["flags"], (
        rng.uniform(0.12, 0.18) if "sw" in g["flags"] else 0.0
    )
    if genre == "hiphop" and rng.random() < 0.5:
        swing = rng.uniform(0.02, 0.1)
    song = Song(rng, plan["bars"], g["beats"], swing, plan["key"], plan["minor"])
    lib, name = g["file"].split("/")
    tracks, mma_events = [], []
    if lib != "own":
        mma_events = run_mma(plan, song, tmp)
    elif genre == "classical":
        tracks += classical_texture(song, name)
    else:
        tracks.append(own_drums(song, name))
    kit = rng.choice(KITS[genre])
    scale = rng.choice(SCALE_FOR[genre][1 if plan["minor"] else 0])
    lead_prog = rng.choice(LEADS[genre])
    P = rng.choice
    # --- parts for drums-only grooves, and extra parts -------------------
    if genre == "blues" and drums_only:
        tracks += [
            write_bass(song, P(("walk", "boogie", "boogie")), P((32, 33, 33))),
            write_comp(
                song,
                P(("charleston", "strum8", "piano4", "stabs")),
                P((26, 27, 0, 16, 0)),
                "main",
                84,
                52,
            ),
        ]
    if genre == "country" and drums_only:
        tracks += [
            write_bass(song, "country", P((32, 33, 34))),
            write_comp(song, "strum8", P((25, 25, 24)), "main", 88, 52),
            write_comp(song, P(("arp8", "piano4", "pad")), P((105, 0, 27, 110)), "main", 70, 60),
        ]
    if genre == "disco":
        if drums_only:
            tracks += [
                write_bass(song, P(("oct8", "disco16", "oct8", "funk")), P((33, 34, 36, 38))),
                write_comp(
                    song, P(("stabs", "piano8", "offbeat")), P((0, 4, 2, 17)), "main", 78, 55
                ),
            ]
        if drums_only or rng.random() < 0.6:
            tracks.append(
                write_comp(
                    song, "wah16", P((27, 28, 27)), "gtr" if rng.random() < 0.4 else "main", 82, 60
                )
            )
        if drums_only or rng.random() < 0.5:
            tracks.append(write_comp(song, "strings", P((48, 49, 50)), "main", 80, 64))
    if genre == "hiphop":
        if drums_only:
            tracks += [
                write_bass(
                    song, P(("sub", "sub", "funk", "long")), P((38, 39, 33, 32, 87)), volume=116
                ),
                write_comp(
                    song,
                    P(("rhodes", "pad", "arp8", "stabs", "piano4", "rhodes")),
                    P((4, 5, 0, 48, 11, 24, 89, 46, 45)),
                    "main",
                    84,
                    55,
                ),
            ]
            if rng.random() < 0.5:
                tracks.append(
                    write_comp(
                        song,
                        P(("pad", "arp16", "strings")),
                        P((48, 52, 88, 95, 10)),
                        "main",
                        62,
                        60,
                    )
                )
        elif rng.random() < 0.5:
            tracks.append(write_comp(song, "rhodes", P((4, 5)), "main", 76, 55))
    if genre == "jazz" and drums_only:
        tracks += [
            write_bass(song, "walk", 32),
            write_comp(song, "charleston", P((0, 26, 4, 11)), "main", 80, 53),
        ]
    if genre == "pop" and drums_only:
        tracks += [
            write_bass(song, P(("pop", "root8", "pop", "funk")), P((33, 34, 38, 39))),
            write_comp(
                song,
                P(("piano8", "piano4", "strum8", "arp16", "arp8")),
                P((0, 1, 25, 4, 81, 5)),
                "main",
                80,
                55,
            ),
            write_comp(song, P(("pad", "strings")), P((48, 89, 50, 88, 52)), "main", 62, 60),
        ]
    if genre == "reggae":
        if drums_only:
            tracks += [
                write_bass(song, "reggae", P((33, 33, 32, 38, 35)), volume=118),
                write_comp(song, "skank", P((27, 27, 0, 28)), "gtr", 88, 55),
            ]
        if rng.random() < 0.6:
            tracks.append(
                write_comp(
                    song, P(("bubble", "offbeat", "pad")), P((16, 17, 18, 16)), "main", 66, 52
                )
            )
    if genre == "metal":
        style = P(("gallop", "chug8", "chug16", "trem", "chug16", "gallop", "ring"))
        if name == "doom":
            style = P(("ring", "chug8"))
        if name == "blast":
            style = P(("trem", "chug16"))
        guitars, bass = write_power(song, style, "gtr", P((0, 0, -2, -4)))
        tracks += guitars + [bass]
        if rng.random() < 0.2:
            tracks.append(write_comp(song, "pad", P((52, 48, 94)), "main", 70, 55))
    if genre == "rock":
        if drums_only:
            if rng.random() < 0.7:
                guitars, bass = write_power(
                    song, P(("chug8", "ring", "chug8", "ring", "chug16")), "gtr", 0
                )
                tracks += guitars + (
                    [bass]
                    if rng.random() < 0.5
                    else [write_bass(song, P(("root8", "pop")), P((33, 34)))]
                )
            else:
                tracks += [
                    write_bass(song, P(("root8", "pop", "root4")), P((33, 34))),
                    write_comp(
                        song, P(("strum8", "arp8", "piano8")), P((27, 29, 26)), "gtr", 88, 52
                    ),
                ]
            if rng.random() < 0.4:
                tracks.append(
                    write_comp(
                        song, P(("pad", "piano8", "strum8")), P((18, 16, 0, 25)), "main", 66, 55
                    )
                )
        elif rng.random() < 0.35:
            tracks.append(write_comp(song, P(("strum8", "arp8")), P((27, 29, 30)), "gtr", 80, 52))
    # --- melody -----------------------------------------------------------
    style = {
        "blues": dict(step=0.5, density=0.7, rest=0.3, bend=0.5, low=57, high=79, restbars=0.25),
        "country": dict(step=0.5, density=0.75, rest=0.2, bend=0.2, low=60, high=81, thirds=0.15),
        "disco": dict(step=0.5, density=0.6, rest=0.3, low=64, high=84),
        "hiphop": dict(step=0.5, density=0.5, rest=0.4, low=64, high=81, restbars=0.4),
        "jazz": dict(
            step=P((0.5, 0.5, 0.25 if plan["tempo"] < 110 else 0.5)),
            density=0.8,
            rest=0.22,
            low=58,
            high=82,
            chord_pull=0.6,
            leap=0.25,
        ),
        "metal": dict(
            step=P((0.25, 0.5)),
            density=0.85,
            rest=0.12,
            bend=0.35,
            low=64,
            high=90,
            restbars=0.45,
            leap=0.25,
        ),
        "pop": dict(step=0.5, density=0.55, rest=0.3, low=62, high=81),
        "reggae": dict(step=0.5, density=0.5, rest=0.35, low=60, high=79, restbars=0.3),
        "rock": dict(step=0.5, density=0.65, rest=0.25, bend=0.5, low=57, high=83, restbars=0.3),
        "classical": dict(
            step=0.5,
            density=0.55,
            rest=0.12,
            low=65,
            high=86,
            legato=0.97,
            chord_pull=0.85,
            trill=0.05,
        ),
    }[genre]
    vocal_line, lead = None, None
    if plan["vocal"] and plan["vocal"]["kind"] == "sing":
        female = plan["vocal"]["voice"][0] in "fl"
        lo, hi = (55, 70) if female else (44, 58)
        vscale = {"blues": "blues", "jazz": "minor" if plan["minor"] else "major"}.get(genre, scale)
        vocal_line = write_melody(
            song, 0, lo, hi, vscale, 0.5, 0.45, 0.12, 0.25, chord_pull=0.85, restbars=0.2
        )
    if not (genre == "classical" and lib == "own"):
        chance = {
            "metal": 0.5,
            "hiphop": 0.55,
            "reggae": 0.6,
            "disco": 0.6,
            "rock": 0.6,
            "pop": 0.6,
        }.get(genre, 0.9)
        if vocal_line or plan["vocal"]:
            chance *= 0.45
        if rng.random() < chance:
            if genre == "metal":
                lead_prog = P((30, 29, 30))
            lo, hi = style.pop("low"), style.pop("high")
            lead = write_melody(
                song,
                lead_prog,
                lo,
                hi,
                scale,
                stem="gtr" if lead_prog in (29, 30) else "main",
                volume=rng.randint(88, 116),
                pan=rng.randint(48, 80),
                **style
            )
            tracks.append(lead)
            if genre in ("jazz", "disco") and rng.random() < 0.25:  # harmonised section
                twin = Track(P((57, 65, 66, 61)), "main", 84, 40, 50)
                twin.notes = [(b, d, p - P((3, 4)), v - 8) for b, d, p, v in lead.notes]
                tracks.append(twin)
    # --- stems ------------------------------------------------------------
    stems = {}
    end = song.length * TPQ
    route_guitars = genre in ("metal", "rock") or (genre == "blues" and rng.random() < 0.35)
    chan_prog, remap, used = {}, {}, {9}
    silent = set()
    for tick, status, d1, d2 in mma_events:
        if status & 0xF0 == 0xC0:
            chan_prog.setdefault(status & 15, d1)
        elif status & 0xF0 == 0x90 and d2:
            used.add(status & 15)
    if genre == "metal":  # the script's own guitars replace the groove's; keep its drums
        silent = {c for c in chan_prog if c != 9}
    for ch, prog in sorted(chan_prog.items()):
        if ch == 9:
            continue
        new = prog
        if genre == "classical":
            new = to_orchestra(prog)
            if rng.random() < 0.5 and new in (48, 0, 43, 19):
                new = rng.choice(
                    {
                        48: (48, 49, 44, 52, 48),
                        0: (0, 6, 46, 0, 24),
                        43: (42, 43, 70),
                        19: (19, 20, 48, 52),
                    }[new]
                )
        elif rng.random() < 0.5 and prog in FAMILY_OF:
            new = rng.choice(FAMILY_OF[prog])
        remap[ch] = new
    drum_stem = "drums" if genre == "hiphop" and rng.random() < 0.5 else "main"
    for tick, status, d1, d2 in mma_events:
        ch, kind = status & 15, status & 0xF0
        if ch == 9 and genre == "classical" or ch in silent:
            continue
        if kind == 0xC0:
            if ch == 9:
                continue
            d1 = remap.get(ch, d1)
        stem = (
            drum_stem
            if ch == 9
            else ("gtr" if route_guitars and 26 <= remap.get(ch, 0) <= 31 else "main")
        )
        msg = bytes((status, d1)) if kind in (0xC0, 0xD0) else bytes((status, d1, d2))
        order = {0x80: 1, 0x90: 2 if d2 else 1}.get(kind, 0)
        stems.setdefault(stem, []).append((min(tick, end), order, msg))
    for s in ("main", "drums"):
        if s in stems or any(t.drums for t in tracks):
            stems.setdefault(s, []).append((0, -1, bytes((0xC9, kit)))) if s == drum_stem else None
    free = {
        s: [c for c in range(16) if c not in used or (s != "main" and c != 9)]
        for s in ("main", "gtr", "drums")
    }
    if route_guitars and mma_events:
        free["gtr"] = [c for c in range(16) if c not in used]
    for t in tracks:
        stem = drum_stem if t.drums else ("main" if t.stem in ("lead",) else t.stem)
        if t.drums:
            t.program = kit
            stems.setdefault(stem, []).extend(track_events(t, 9))
        elif free[stem]:
            stems.setdefault(stem, []).extend(track_events(t, free[stem].pop(0)))
    # --- tempo map --------------------------------------------------------
    tempo, tempos = plan["tempo"], []
    rub = {
        "classical": rng.uniform(0.01, 0.07),
        "jazz": 0.008,
        "blues": 0.008,
        "country": 0.006,
    }.get(genre, 0)
    if rub:
        phase, period = rng.uniform(0, 6.28), rng.choice((16, 24, 32))
        for b in range(0, int(song.length), 2):
            tempos.append(
                (
                    b * TPQ,
                    tempo
                    * (
                        1
                        + rub * math.sin(phase + 2 * math.pi * b / period)
                        + rng.gauss(0, rub * 0.25)
                    ),
                )
            )
    else:
        tempos.append((0, tempo))
    plan["lead_program"] = lead_prog if lead else ""
    return stems, tempos, song, vocal_line


def run_mma(plan, song, tmp):
    g, rng = plan["groove"], plan["rng"]
    lines = ["RndSeed %d" % rng.randrange(1, 10**6), "Tempo %g" % plan["tempo"]]
    current = None
    for n, bar in enumerate(plan["bars"]):
        variant = plan["variants"][(n // 4) % len(plan["variants"])]
        if variant != current:
            lines += ["Groove %s:%s" % (g["file"], variant), "Tempo %g" % plan["tempo"]]
            current = variant
        names = [NOTE_NAMES[r] + q for r, q in bar]
        if len(names) == 1:
            cells = names
        else:
            half = int(math.ceil(song.beats / 2))
            cells = [names[0]] + ["/"] * (half - 1) + [names[1]] + ["/"] * (song.beats - half - 1)
        lines.append("%d %s" % (n + 1, " ".join(cells)))
    src, mid = os.path.join(tmp, "a.mma"), os.path.join(tmp, "a.mid")
    with open(src, "w") as f:
        f.write("\n".join(lines) + "\n")
    r = subprocess.run(
        ["mma", "-f", mid, src],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    if r.returncode or not os.path.exists(mid):
        raise RuntimeError(
            "mma failed: " + r.stdout.decode("utf8", "replace")[-400:] + " groove " + g["file"]
        )
    return read_midi(mid)
