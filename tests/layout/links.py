#!/usr/bin/python3
"""links.py: checks documents and comments. Every relative link and its anchor exist, and every
file and function that is named in backticks (where "file.c" follows, in that file); lines of
documents, C comments and Makefiles have at most 100 characters (tables, links and commands of the
models' cards excepted);
README.md has at most 200 lines. Prints "ok name" or "FAIL name" for each check."""
import os
import re
import sys

WIDTH, README_LINES = 100, 200
root = os.path.join(os.path.dirname(__file__), "../..")
os.chdir(root)
failed = 0


def report(name, faults):
    global failed
    print("FAIL" if faults else "ok", "links." + name)
    failed += bool(faults)
    for fault in faults:
        print("    " + fault, file=sys.stderr)


def files(*endings):
    for folder, folders, names in os.walk("."):
        folders[:] = sorted(f for f in folders if f not in ("build", ".git"))
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.normpath(os.path.join(folder, name))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def prose(text):
    """Without code, which may look like links or headings."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return re.sub(r"^    .*$", "", text, flags=re.M)


def anchors(path):
    """As GitHub makes them of headings: lower case, no punctuation, a number where one comes again."""
    found = set()
    for heading in re.findall(r"^#+ +(.*)$", prose(read(path)), re.M):
        words = re.sub(
            r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        ).replace(" ", "-")
        again = 0
        while (words if not again else f"{words}-{again}") in found:
            again += 1
        found.add(words if not again else f"{words}-{again}")
    return found


broken, wide, count = [], [], 0
for path in files(".md"):
    text = read(path)
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(text))):
        if re.match(r"[a-z]+:", target):
            continue
        count += 1
        file, _, anchor = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if not os.path.exists(file):
            broken.append(f"{path}: {target}: no such file")
        elif anchor and anchor not in anchors(file):
            broken.append(f"{path}: {target}: no such heading")
    wide += [
        f"{path}:{number}: {len(line)} characters"
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > WIDTH
        and not line.startswith(("|", "    trainer train"))
        and "](" not in line
    ]

for path in files(".c", ".h", ".mk", "Makefile"):
    wide += [
        f"{path}:{number}: {len(line)} characters"
        for number, line in enumerate(read(path).expandtabs(4).split("\n"), 1)
        if len(line) > WIDTH and (path.endswith(("Makefile", ".mk")) or "//" in line)
    ]

sources = {path: read(path) for path in files(".c", ".h")}
named, unknown = 0, []
for path in files(".md", ".c", ".h"):
    text = read(path)
    # `name()`, in `file.c` or in [file.c](link); functions of libraries have no file of ours.
    where = r"`(\w+)\(\)`(?:\s+(?:in|of)\s+(?:`([\w/.]+\.[ch])`|\[([\w/.]+\.[ch])\]))?"
    for function, plain, linked in re.findall(where, text):
        named += 1
        file = plain or linked
        at = [body for source, body in sources.items() if source.endswith(file)] if file else []
        if file and not any(re.search(rf"\b{function}\(", body) for body in at):
            unknown.append(f"{path}: {function}() is not in {file}")
        elif not any(re.search(rf"\b{function}\(", body) for body in sources.values()):
            unknown.append(f"{path}: {function}(): no such function")
    for file in re.findall(r"`((?:\w+/)*\w+\.[ch])`", text):
        named += 1
        if re.search(r"NAME|foo", file):  # stands for any name
            continue
        if not any(("/" + known).endswith("/" + file) for known in sources):
            unknown.append(f"{path}: {file}: no such file")

report("every_link_leads_somewhere", broken if count else ["no link was found"])
report("every_named_function_and_file_exists", unknown if named else ["no name was found"])
report("lines_are_narrow", wide)
lines = read("README.md").count("\n")
report("readme_is_short", [f"README.md has {lines} lines"] if lines > README_LINES else [])
sys.exit(1 if failed else 0)
