"""Plans: everything random about a clip is decided here."""
import math
import random

from genres.catalog import PROGRESSIONS, is_minor, parse_grooves, parse_progression


LEADS = {
    "blues": [26, 27, 29, 29, 22, 22, 0, 65, 66, 16],
    "country": [25, 27, 110, 40, 22, 105, 21, 25, 26],
    "disco": [48, 50, 61, 56, 73, 81, 62, 65, 63],
    "hiphop": [4, 11, 73, 45, 80, 81, 104, 10, 79, 0, 108],
    "jazz": [56, 59, 57, 65, 66, 64, 67, 26, 0, 11, 71, 73],
    "metal": [30, 29, 30, 30, 81],
    "pop": [0, 80, 81, 82, 27, 73, 65, 4, 50, 11],
    "reggae": [17, 18, 56, 57, 22, 21, 65, 27, 11],
    "rock": [29, 30, 27, 18, 65, 22, 29, 30],
    "classical": [40, 73, 68, 71, 42, 60, 0, 6, 46, 24, 56, 74],
}
KITS = {
    "blues": [0, 0, 32, 8, 40],
    "country": [0, 0, 8, 40, 32],
    "disco": [0, 8, 24, 0],
    "hiphop": [25, 24, 0, 25, 8, 16],
    "jazz": [32, 32, 40, 40, 0],
    "metal": [16, 16, 0, 8],
    "pop": [0, 8, 24, 16, 0],
    "reggae": [0, 8, 0, 24],
    "rock": [0, 8, 16, 16],
    "classical": [48],
}
SCALE_FOR = {  # (major, minor)
    "blues": (["blues", "blues", "majblues", "mixo"], ["blues", "minpent"]),
    "country": (["major", "majpent", "majblues", "mixo"], ["minor"]),
    "disco": (["major", "majpent"], ["minor", "dorian", "minpent"]),
    "hiphop": (["majpent"], ["minpent", "minor", "harm"]),
    "jazz": (["major", "blues", "majblues", "mixo"], ["dorian", "blues", "harm"]),
    "metal": (["minor"], ["minor", "harm", "phryg", "minpent"]),
    "pop": (["major", "majpent"], ["minor", "minpent"]),
    "reggae": (["major", "majpent", "mixo"], ["minor", "minpent", "dorian"]),
    "rock": (["mixo", "majpent", "blues"], ["minpent", "blues", "dorian"]),
    "classical": (["major"], ["harm"]),
}
VOCALS = {
    "blues": 0.35,
    "classical": 0,
    "country": 0.4,
    "disco": 0.4,
    "hiphop": 0.8,
    "jazz": 0.15,
    "metal": 0.4,
    "pop": 0.65,
    "reggae": 0.4,
    "rock": 0.4,
}
WORDS = (
    "love you me night day moon sun blue road home rain fire heart time go now "
    "stay run far away down low high free sky "
    "river dream light gone long way back baby never ever again hold hand slow "
    "burn gold old town train sea wind wave"
).split()
RAP = (
    "yo check mic flow beat street block city money time mind rhyme line shine "
    "grind night fight light right tight round "
    "town down crown sound ground king ring thing bring back track stack black "
    "rock clock hop drop stop top cash flash smash "
    "move groove prove smooth never better letter feel real deal steel play say "
    "way day game name flame fame"
).split()
GROWL = (
    "blood fire death doom steel rage storm hell dark kill war burn night pain chain grave".split()
)

MASTER = (
    {  # loudness drive dB, peak dBFS range, lo-fi probability, vinyl, hiss, treble and bass tilt dB
        "blues": ((0, 6), (-6, -0.4), 0.3, 0.2, 0.3, (-6, 3), (-2, 3)),
        "classical": ((0, 0), (-14, -0.6), 0.25, 0.15, 0.35, (-5, 2), (-2, 2)),
        "country": ((0, 6), (-6, -0.4), 0.15, 0.1, 0.25, (-4, 4), (-2, 3)),
        "disco": ((3, 9), (-2.5, -0.3), 0.08, 0.12, 0.15, (0, 6), (0, 6)),
        "hiphop": ((4, 11), (-2, -0.3), 0.12, 0.35, 0.15, (-4, 4), (2, 9)),
        "jazz": ((0, 3), (-9, -0.5), 0.3, 0.25, 0.35, (-6, 2), (-2, 3)),
        "metal": ((6, 13), (-1.5, -0.3), 0.08, 0, 0.1, (0, 6), (-1, 5)),
        "pop": ((3, 10), (-2, -0.3), 0.04, 0.05, 0.08, (0, 6), (0, 5)),
        "reggae": ((1, 7), (-4, -0.4), 0.15, 0.15, 0.2, (-5, 3), (2, 8)),
        "rock": ((3, 10), (-3, -0.3), 0.1, 0.08, 0.15, (-2, 5), (-1, 4)),
    }
)


def make_plan(genre, index, seed, attempt=0):
    rng = random.Random("%s/%s/%d/%d" % (seed, genre, index, attempt))
    grooves = parse_grooves(genre)
    g = (
        grooves[
            (index + random.Random("%s/%s" % (seed, genre)).randrange(len(grooves))) % len(grooves)
        ]
        if rng.random() < 0.5
        else rng.choice(grooves)
    )
    tempo = round(rng.uniform(*g["tempo"]), 1)
    key = rng.randrange(12)
    text = rng.choice(PROGRESSIONS[genre])
    while (
        genre == "metal"
        and g["file"] in ("casio/heavymetal", "pflib/metal1", "pflib/metal2")
        and "_" in text
    ):
        text = rng.choice(PROGRESSIONS[genre])
    minor = is_minor(text)
    if genre == "metal":
        key, minor = rng.choice((4, 4, 2, 9, 0, 11, 6)), True
    base = parse_progression(text, key)
    need = 35.5 * 1.03
    nbars = int(math.ceil(need * tempo / 60 / g["beats"])) + 1
    second = parse_progression(
        rng.choice([p for p in PROGRESSIONS[genre] if is_minor(p) == is_minor(text)]), key
    )
    bars, use_second = [], rng.random() < 0.45 and genre != "blues"
    while len(bars) < nbars:
        bars += base * (2 if len(base) <= 4 else 1)
        if use_second and len(bars) < nbars:
            bars += second * (2 if len(second) <= 4 else 1)
    bars = bars[:nbars]
    n_var = min(len(g["variants"]), rng.choice((1, 2, 2, 3)))
    variants = rng.sample(g["variants"], n_var)
    vocal = None
    if rng.random() < VOCALS[genre]:
        kind = {"hiphop": "rap", "metal": "growl"}.get(genre) or (
            "talk" if genre in ("disco", "reggae", "rock") and rng.random() < 0.15 else "sing"
        )
        vocal = {
            "kind": kind,
            "voice": rng.choice(("m1", "m3", "m7", "f2", "f5", "linda", "m2", "f1", "f4"))
            if kind != "growl"
            else rng.choice(("m7", "m3", "croak", "m4")),
            "accent": rng.choice(
                (
                    "en-us",
                    "en-us",
                    "en-gb",
                    "en-gb-scotland",
                    "en-029" if genre == "reggae" else "en-us",
                )
            ),
        }
    return {
        "genre": genre,
        "index": index,
        "seed": seed,
        "attempt": attempt,
        "groove": g,
        "variants": variants,
        "tempo": tempo,
        "key": key,
        "minor": minor,
        "progression": text,
        "bars": bars,
        "vocal": vocal,
        "offset": round(rng.uniform(0.2, 3.0), 3),
        "speed": round(rng.uniform(0.975, 1.025), 4) if rng.random() < 0.6 else 1.0,
        "rng": rng,
    }
