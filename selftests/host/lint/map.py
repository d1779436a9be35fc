#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""map.py DOC - checks the map of the tree in DOC

DOC must have each source of the module and of the programs, in the table of its
folder or by its path. The table of locks must have exactly the module's locks.
"""
import os
import re
import sys

LOCK = re.compile(r"^\s+(?:struct mutex|spinlock_t) \*?(\w+);", re.M)
GLOBAL = re.compile(r"^(?:static )?(?:DEFINE_(?:MUTEX|SPINLOCK)|"
                    r"BLOCKING_NOTIFIER_HEAD)\((\w+)\)", re.M)
STRUCT = re.compile(r"^struct (\w+) \{\n(.*?)^\}", re.M | re.S)
FOLDERS = ("user/include/", "user/flows/", "user/shim/")


def sources(top):
    for at, _, names in os.walk(top):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                yield os.path.join(at, name)


def locks(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    yield from GLOBAL.findall(text)
    for name, body in STRUCT.findall(text):
        for lock in LOCK.findall(body):
            yield f"{name}.{lock}"


def named(doc, path):
    """A file is in the table of its folder; some folders need only their own name."""
    folder, name = os.path.split(path)
    if path.endswith(".h") and os.path.exists(path[:-1] + "c"):
        return True
    if path.startswith(FOLDERS):
        return "/".join(folder.split("/")[:2]) + "/" in doc
    if folder.startswith(("user/cli/", "user/ringctl/", "user/ringlab/")):
        return f"`{folder[5:]}/`" in doc
    part = doc.split("### user")[path.startswith("user/")]
    if folder in ("user/lib", "user/cli", "user/ringctl", "user/ringlab"):
        return re.search(rf"`({folder[5:]}/)?({name}|{name[:-2]})`", part)
    return f"`{name}`" in part


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        doc = source.read()
    wrong = [f"{path} is not in {sys.argv[1]}"
             for top in ("kmod", "user") for path in sources(top)
             if "/uapi/" not in path and not named(doc, path)]
    table = doc.split("## Locks and RCU")[1].split("\n\nA reader")[0]
    there = set(re.findall(r"^\| `([\w.]+)` \((?:mutex|spinlock|rwsem)", table, re.M))
    declared = {lock for path in sources("kmod") for lock in locks(path)}
    wrong += [f"{lock} is not in the table of locks"
              for lock in sorted(declared - there)]
    wrong += [f"{lock}, in the table of locks, is no lock of the module"
              for lock in sorted(there - declared)]
    print("\n".join(wrong or [f"{len(declared)} locks, all files"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
