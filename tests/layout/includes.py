#!/usr/bin/python3
"""includes.py: checks who includes whom. Every include goes down the order of ROOMS, no circle of
files exists, plugin and trainer do not know each other, and no room has too many files. Prints "ok
name" or "FAIL name" for each check. With --graph it prints the includes between rooms instead."""
import collections
import glob
import os
import re
import sys

# From the bottom to the top: a room may include those before it.
ROOMS = [
    "shared",
    "shared/files",
    "shared/math",
    "shared/model",
    "shared/front",
    "shared/latent",
    "shared/engine",
    "plugin/controls",
    "plugin/session",
    "plugin/host",
    "plugin",
    "plugin/ui",
    "trainer/base",
    "trainer/formats",
    "trainer/audio",
    "trainer/cli",
    "trainer/output",
    "trainer/data",
    "trainer/products",
    "trainer/network",
    "trainer/latents",
    "trainer/analysis",
    "trainer/training",
    "trainer/options",
    "trainer/commands",
    "trainer",
]
PAIRS_MAX = 22
FOLDERS = {"shared": ["shared"], "plugin": ["shared", "plugin"], "trainer": ["shared", "trainer"]}

os.chdir(os.path.join(os.path.dirname(__file__), "../.."))
files = sorted(path for top in FOLDERS for path in glob.glob(top + "/**/*.[ch]", recursive=True))
failed = 0


def report(name, faults):
    global failed
    print("FAIL" if faults else "ok", "includes." + name)
    failed += bool(faults)
    for fault in faults:
        print("    " + fault, file=sys.stderr)


def unit(path):
    """A header and its source count as one."""
    return os.path.splitext(path)[0]


def resolve(path, name):
    for folder in [os.path.dirname(path)] + FOLDERS[path.split("/")[0]]:
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(candidate):
            return candidate
    return None


includes = []
unknown = []
for path in files:
    for name in re.findall(
        r'^\s*#\s*include\s+"([^"]+)"', open(path, encoding="utf-8").read(), re.M
    ):
        target = resolve(path, name)
        if target:
            includes.append((path, target))
        else:
            unknown.append(f'{path} includes "{name}", which is not in its program or in shared/')


def circle():
    """The units of a circle, or nothing. A header without a source that only the source of another
    unit includes is private to that unit: what it takes from the unit's own header is no circle."""
    graph = collections.defaultdict(set)
    for path, target in includes:
        private = unit(path) + ".c" not in files and (target, path) not in includes
        if unit(path) != unit(target) and not private:
            graph[unit(path)].add(unit(target))
    state = {}

    def visit(node, route):
        state[node] = "open"
        for below in sorted(graph[node]):
            if state.get(below) == "open":
                return route[route.index(below) :] + [below]
            found = below not in state and visit(below, route + [below])
            if found:
                return found
        state[node] = "done"
        return None

    for node in sorted(graph):
        found = node not in state and visit(node, [node])
        if found:
            return [" -> ".join(found)]
    return []


if sys.argv[1:] == ["--graph"]:
    arrows = collections.Counter((os.path.dirname(a), os.path.dirname(b)) for a, b in includes)
    for room in reversed(ROOMS):
        below = [f"{b} {n}" for (a, b), n in sorted(arrows.items()) if a == room and b != room]
        units = {unit(path) for path in files if os.path.dirname(path) == room}
        if units:
            print(f"{room} ({len(units)} units): {', '.join(below)}")
    print(
        f"{len(files)} files, {len({(unit(a), unit(b)) for a, b in includes if unit(a) != unit(b)})} arrows between units"
    )
    sys.exit(0)

rooms = sorted({os.path.dirname(path) for path in files})
report("every_include_is_known", unknown)
report(
    "every_room_has_its_place", [f"{room} is not in ROOMS" for room in rooms if room not in ROOMS]
)
place = {room: i for i, room in enumerate(ROOMS)}
report(
    "every_include_goes_down",
    [
        f"{path} includes {target}"
        for path, target in includes
        if place.get(os.path.dirname(target), 0) > place.get(os.path.dirname(path), 0)
    ],
)
report("no_circle", circle())
units = collections.Counter(os.path.dirname(u) for u in {unit(path) for path in files})
report(
    "rooms_are_small",
    [
        f"{room} has {n} pairs of files; at most {PAIRS_MAX}"
        for room, n in sorted(units.items())
        if n > PAIRS_MAX
    ],
)
sys.exit(1 if failed else 0)
