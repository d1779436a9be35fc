#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# json_by_spec.py SPEC FOLDER OBJECT... - compares the output of ringctl -j with
# the spec
#
# Each file of FOLDER is one output. FILE.words has the command; without FILE.words,
# the output is an event. Each OBJECT must be there at least once. Keys must be
# attributes of the spec, with numbers and words where the spec has these.

import glob
import json
import os
import sys

import yaml

spec = yaml.safe_load(open(sys.argv[1]))
enums = {d["name"]: d["entries"] for d in spec["definitions"]}
enums = {name: [e if isinstance(e, str) else e["name"] for e in entries]
         for name, entries in enums.items()}
known = {}
for group in spec["attribute-sets"]:
    for attr in group["attributes"]:
        known.setdefault(attr["name"].replace("-", "_"), []).append(attr)
# Lists and events are named after their content; measure counts keys.
groups = {group["name"].replace("-", "_") for group in spec["attribute-sets"]}
measure = {"keys", "nodes", "generation_before", "generation_after", "keys_before",
           "keys_after", "moved_keys", "gained_keys", "lost_keys", "expected_keys",
           "margin_keys", "revert", "differing_keys"}
plan = {"plan", "token", "trough_before", "trough_after", "deviation_before",
        "deviation_after", "localization", "quality", "bytes_both", "transfer", "keys",
        "key_size", "bandwidth", "efficiency", "methods", "method", "less", "transfer_ns",
        "impact", "steps", "steps_ns", "hint", "hint_moved", "moved_arcs", "predecessor",
        "successor"}
wrong = 0


def fits(attr, value):
    if "enum" in attr:
        return value in enums[attr["enum"]]
    if "display-hint" in attr or attr["type"] == "string":
        return isinstance(value, str)
    if attr["type"][0] in "us":
        return type(value) is int
    if "sub-type" in attr:
        return isinstance(value, list) and all(type(v) is int for v in value)
    if attr["type"] == "flag":
        return isinstance(value, bool)
    if attr["type"] == "nest":
        return isinstance(value, (dict, list))
    return isinstance(value, str)   # other binary values, in hexadecimal or as text


def check(value, words, path):
    global wrong
    if isinstance(value, list):
        for item in value:
            check(item, words, path)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        here = path + "." + key
        if any(fits(attr, inner) for attr in known.get(key, ())):
            pass
        elif key in groups and isinstance(inner, (dict, list)):
            pass
        elif key == "event" and "events" in words:
            pass
        elif key in measure and words.startswith("measure"):
            pass
        elif key in ("generation_before", "generation_after") and words.startswith("diff"):
            pass
        elif key in plan and words.startswith("plan"):
            pass
        elif key in ("against", "agrees") and words.startswith("digest"):
            pass
        elif key in ("from", "to") and inner is None and words.startswith("plan"):
            pass    # a gain has no node before, a loss has no node after
        elif words.startswith(("restore", "sync")) and (inner is True or key == "attach"):
            pass    # the result for a ring, or for an attachment
        elif key == "node" and inner is None and words.startswith("map"):
            pass
        else:
            wrong += 1
            print(f"{words}: {here}: {inner!r}")
        check(inner, words, here)


files = [f for f in glob.glob(sys.argv[2] + "/*") if not f.endswith(".words")]
objects = set()
for name in files:
    words = "events"
    if os.path.exists(name + ".words"):
        words = open(name + ".words").read().strip()
    text = open(name).read()
    try:
        value = json.loads(text)
    except ValueError as error:
        sys.exit(f"{words}: {error}: {text[:200]!r}")
    objects.add(words.replace("-p ", "").split()[0])
    check(value, words.replace("-p ", ""), "")
missing = set(sys.argv[3:]) - objects
if missing:
    sys.exit(f"not seen: {missing}")
sys.exit(1 if wrong else 0)
