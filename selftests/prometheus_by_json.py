#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""prometheus_by_json.py NETNS TEXT JSON

Compares the output of ringctl stats --prometheus (TEXT), parsed by Prometheus's
own library, with the output of ringctl -j stats (JSON: one ring, or a list of
rings). Every figure must be there once, with the right name and labels. No other
sample may be there.
"""
import json
import re
import sys

from prometheus_client.parser import text_string_to_metric_families

STATES = "active", "draining", "down"
WHOLE = 2 ** 32
RING = ("generation", "nodes", "active_nodes", "weight", "table_points",
        "table_bytes", "attachments", "receipts")
NAME = re.compile(r"hashring_(ring|node|attachment)_[a-z_]+")


def key(name, **labels):
    return name, tuple(sorted(labels.items()))


def wanted(netns, rings):
    """The samples for the JSON."""
    for stats in rings:
        ring = stats["ring"]
        here = {"netns": netns, "ring": ring["name"]}
        for name in RING:
            yield key(f"hashring_ring_{name}", **here), ring[name]
        for name in "peak", "trough":
            yield (key(f"hashring_ring_{name}_ratio", **here),
                   ring[name] / WHOLE)
        for node in stats["node"]:
            that = {**here, "node": node["name"]}
            yield (key("hashring_node_share_ratio", **that),
                   node["share"] / WHOLE)
            yield key("hashring_node_weight", **that), node["weight"]
            yield key("hashring_node_points", **that), node["nr_points"]
            for name in "packets", "bytes":
                yield key(f"hashring_node_{name}_total", **that), node[name]
            for state in STATES:
                yield (key("hashring_node_state", state=state, **that),
                       int(state == node["state"]))
        for attach in stats["attach"]:
            that = {**here, "id": str(attach["id"]), "hook": attach["hook"]}
            # every counter, also a new one
            for name, value in attach["stats"].items():
                yield key(f"hashring_attachment_{name}_total", **that), value


def seen(text):
    """The samples of the text, and all errors of its form."""
    samples = {}
    families = set()
    if not text.endswith("\n"):
        raise SystemExit("the last line does not end")
    for family in text_string_to_metric_families(text):
        # the library drops _total from the names of counters
        if family.type not in ("counter", "gauge"):
            raise SystemExit(f"{family.name} is of type {family.type}")
        if family.name in families:
            raise SystemExit(f"{family.name} stands in two places")
        families.add(family.name)
        if not family.documentation.endswith("."):
            raise SystemExit(f"{family.name} has no help")
        for sample in family.samples:
            counts = sample.name.endswith("_total")
            if not NAME.fullmatch(sample.name):
                raise SystemExit(f"a name like {sample.name}")
            if counts != (family.type == "counter"):
                raise SystemExit(f"{sample.name} is a {family.type}")
            if sample.timestamp is not None:
                raise SystemExit(f"{sample.name} has a time")
            name = key(sample.name, **sample.labels)
            if name in samples:
                raise SystemExit(f"{name} is there twice")
            samples[name] = sample.value
    return samples


def main():
    netns = sys.argv[1]
    with open(sys.argv[2], encoding="utf-8") as stream:
        found = seen(stream.read())
    with open(sys.argv[3], encoding="utf-8") as stream:
        rings = json.load(stream)
    expected = dict(wanted(netns, rings if isinstance(rings, list) else [rings]))
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            print(f"{name}: expected {expected.get(name)}, saw {found.get(name)}")
    print(f"{len(found)} samples")
    return expected != found


if __name__ == "__main__":
    sys.exit(main())
