#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cases for failnth: each command of the spec, in its possible situations

failnth.py prints the cases for failnth. A command of the spec without a case is
an error.
"""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
from spec import Spec

SEED = bytes(range(16))
WHOLE = 1 << 32
LAST_ATTACH = 0xA77AC41D    # see failnth.h

# Values that change with time, and numbers that are given out only once.
VOLATILE = {
    "receipt": {"time", "build-ns", "impact-ns"},
    "step": {"time"},
    "tracked": {"idle", "left"},
    "migration": {"deadline"},
    "node": {"deadline"},
    "node-flows": {"deadline"},
    "attach": {"id"},
}


def volatile(spec, name, path=()):
    """Paths of types, below a set, of attributes with values to ignore."""
    for kind, attr in enumerate(spec.sets_by_name[name]["attributes"], 1):
        if attr["name"] in VOLATILE.get(name, ()):
            yield path + (kind,)
        if attr["type"] == "nest":
            yield from volatile(spec, attr["nested-attributes"],
                                path + (kind,))


def ip(text):
    return struct.unpack(">I", socket.inet_aton(text))[0]


def node(kind, name, **more):
    return {"kind": kind, "name": name,
            **{key.replace("_", "-"): value for key, value in more.items()}}


def change(*ops, ring="r", **more):
    return ("change", {"ring": ring, "op": list(ops),
                       **{key.replace("_", "-"): value
                          for key, value in more.items()}})


def points(first, number=300):
    """Positions of an explicit node, for more than a page."""
    return [(first * 7919 + i * 6133037) % WHOLE for i in range(number)]


# --- situations --------------------------------------------------------------

VIA = {"via4": ip("10.9.0.2"), "via6": socket.inet_pton(socket.AF_INET6,
                                                       "fd00:9::2")}
FOUR = [node("add", f"b{i}", id=i, weight=i) for i in range(1, 5)]
PLAIN = [("ring-add", {"name": "r", "seed": SEED, "points": 30}),
         change(*FOUR)]
ROUTED = PLAIN + [change(*(node("set", f"b{i}", **VIA) for i in range(1, 5)))]
EXPLICIT = [("ring-add", {"name": "r", "seed": SEED, "placement": "explicit"}),
            change(*(node("add", f"b{i}", id=i, points=points(i))
                     for i in range(1, 4)))]
BALANCED = [("ring-add", {"name": "r", "seed": SEED, "placement": "balanced",
                          "grid": 2048}),
            change(*FOUR, node("add", "b5", id=5))]
PAST = PLAIN + [change(node("del", "b2"), node("set", "b3", weight=9)),
                change(node("replace", "b1", new_name="c1"),
                       node("add", "b6", **VIA))]
BALANCED_PAST = BALANCED + [change(node("set", "b2", state="down")),
                            change(node("del", "b4"), node("add", "b7"))]
OTHER = [("ring-add", {"name": "s", "seed": SEED[::-1]}),
         change(*FOUR, ring="s")]
ATTACH = {"ring": "r", "hook": "output", "mark": 0x100, "mark-mask": 0x100,
          "node-mask": 0xFF0000, "key-policy": "source"}
PORTS = {**ATTACH, "key-policy": "5tuple"}
ATTACHED = [("attach-add", PORTS)]
JOIN = node("add", "n1", id=21)
HELD = [change(JOIN, node("set", "b2", weight=7), hold=True)]
STEP = [("migrate-step", {"ring": "r", "step-share": WHOLE // 10})]
END = [("migrate-step", {"ring": "r", "position": WHOLE})]
BACK = [("migrate-rollback", {"ring": "r"})]
LEAVING = [change(node("del", "b3"))]
LEASE = [("migrate-run", {"ring": "r", "holder": "me"})]
PACKETS = [("packets", 32)]
STAY = [("ring-set", {"name": "r", "max-entries": 256})]
MOVE = [("ring-set", {"name": "r", "established": "move"})]

HOLDING = PLAIN + STAY + HELD
STEPPED = HOLDING + STEP
TRACKED = PLAIN + STAY + ATTACHED + HELD + PACKETS + STEP + PACKETS
BALANCED_STEPPED = (BALANCED + STAY + [change(JOIN, hold=True)]
                    + [("migrate-step", {"ring": "r", "step-arcs": 3})])
MOVING = PLAIN + MOVE + HELD + STEP

DRAINED = {"state": "draining", "deadline": 3600000}
STAGED = {"ring": "r", "expect-generation": 1}
MANY = [node("add", f"m{i}", weight=1) for i in range(40)]

CASES = []


def case(name, setup, op, values=None, kind="do", **more):
    CASES.append((name, setup, op, values or {}, kind, more))


def cases_of_rings():
    for name, ring in (("hash", {"points": 50, "seed": SEED}),
                       ("explicit", {"placement": "explicit", "seed": SEED}),
                       ("balanced", {"placement": "balanced", "seed": SEED})):
        case(f"ring-add-{name}", [], "ring-add", {"name": "r", **ring})
    for name, setup in (("settled", PLAIN), ("migrating", STEPPED),
                        ("balanced-migrating", BALANCED_STEPPED)):
        case(f"ring-get-{name}", setup, "ring-get", {"name": "r"})
        case(f"ring-show-{name}", setup + OTHER, "ring-get", kind="dump")
        case(f"ring-set-{name}", setup, "ring-set",
             {"name": "r", "udp-timeout": 1000, "established": "move"})
        case(f"ring-del-{name}", setup, "ring-del", {"name": "r"})
        case(f"digest-{name}", setup, "digest-get", {"ring": "r"})
        case(f"digest-config-{name}", setup + ATTACHED, "digest-get",
             {"ring": "r", "config": True})
        case(f"arcs-count-{name}", setup, "arcs-get", {"ring": "r"})
        case(f"arcs-{name}", setup, "arcs-get", {"ring": "r"}, "dump")
        case(f"arcs-raw-{name}", setup, "arcs-get",
             {"ring": "r", "raw-points": True}, "dump")
        case(f"lookup-position-{name}", setup, "lookup",
             {"ring": "r", "position": 12345})
        case(f"lookup-positions-{name}", setup, "lookup",
             {"ring": "r", "positions": list(range(0, WHOLE, 1 << 22))})
        case(f"lookup-key-{name}", setup, "lookup", {"ring": "r", "key": b"k"})
    case("limit", [], "limits-get", {"name": "nodes"})
    case("limits", [], "limits-get", {}, "dump")


def cases_of_nodes():
    for name, setup in (("hash", ROUTED), ("explicit", EXPLICIT),
                        ("balanced", BALANCED_PAST), ("migrating", STEPPED),
                        ("leaving", HOLDING + LEAVING)):
        more = {"ring": "r", "with-points": True}
        case(f"node-{name}", setup, "node-get", {"name": "b1", **more})
        case(f"nodes-{name}", setup, "node-get", more, "dump")


def cases_of_changes():
    add = node("add", "n1", id=21, **VIA)
    changes = {
        "add": [add],
        "hold": [add],
        "plan": [add],
        "del": [node("del", "b2")],
        "down": [node("set", "b2", state="down")],
        "drain": [node("set", "b3", state="draining")],
        "drain-by": [node("set", "b3", **DRAINED)],
        "weight": [node("set", "b2", weight=5)],
        "replace": [node("replace", "b1", new_name="c1", **VIA)],
    }
    own = {"explicit": {"add": [{**add, "points": points(9)}]},
           "held": {"add": [node("add", "n2")]}}
    own["balanced-held"] = own["tracked"] = own["held"]
    for name, setup, of in (
            ("hash", PLAIN, changes),
            ("explicit", EXPLICIT, ("add", "del", "down", "replace")),
            ("balanced", BALANCED, ("add", "hold", "del", "down", "weight",
                                    "replace")),
            ("held", STEPPED, ("add", "del", "drain-by", "weight")),
            ("balanced-held", BALANCED_STEPPED, ("add", "replace")),
            ("tracked", TRACKED, ("add", "down"))):
        for what in of:
            ops = own.get(name, {}).get(what, changes[what])
            more = {"plan": {"dry_run": True},
                    "hold": {"hold": True}}.get(what, {})
            case(f"change-{what}-{name}", setup, *change(*ops, **more))
    case("change-via", PLAIN, *change(node("set", "b1", **VIA)))
    case("change-unvia", ROUTED, *change(node("set", "b1", via4=0)))
    case("change-points", EXPLICIT,
         *change(node("set", "b1", points=points(77))))
    case("change-up", BALANCED_PAST, *change(node("set", "b2",
                                                  state="active")))
    case("change-cells", BALANCED[:1],
         *change(node("add", "b1", cells=[0, 1000, 1500, 24]),
                 node("add", "b2", cells=[1000, 500, 1524, 524])))
    case("change-many", PLAIN, *change(*MANY))
    case("change-many-balanced", BALANCED, *change(*MANY))
    case("change-first", PLAIN[:1], *change(*FOUR))
    case("change-last", PLAIN,
         *change(*(node("del", f"b{i}") for i in range(1, 5))))


def cases_of_staged_changes():
    begin, add = ("change-begin", STAGED), ("change-add", {"op": MANY})
    hold = ("change-begin", {**STAGED, "hold": True})
    case("stage-begin", PLAIN, *begin)
    case("stage-add", PLAIN + [begin], *add)
    case("stage-add-more", PLAIN + [begin, ("change-add", {"op": FOUR})], *add)
    case("stage-add-points", EXPLICIT + [begin], "change-add",
         {"op": [node("add", f"m{i}", points=points(i)) for i in range(3)]})
    case("stage-add-cells", BALANCED[:1] + [("change-begin", {"ring": "r"})],
         "change-add", {"op": [node("add", "b1", cells=[0, 2048])]})
    case("stage-commit", PLAIN + [begin, add], "change-commit", once=True)
    case("stage-plan", PLAIN + [begin, add], "change-commit",
         {"dry-run": True}, once=True)
    case("stage-hold", PLAIN + STAY + [hold, add], "change-commit", once=True)
    case("stage-abort", PLAIN + [begin, add], "change-abort", {"ring": "r"})


def cases_of_the_past():
    for name, setup in (("hash", PAST), ("balanced", BALANCED_PAST),
                        ("settled", STEPPED + [
                            ("migrate-finish", {"ring": "r", "force": True})])):
        for op in ("history-get", "moves-get", "ops-get", "moved-arcs-get"):
            one = {"ring": "r", "generation": 2}
            of = {"ring": "r"} if op == "history-get" else one
            case(f"{op}-{name}", setup, op, one)
            case(f"{op}-all-{name}", setup, op, of, "dump")


def cases_of_attachments():
    case("attach-source", PLAIN, "attach-add", ATTACH)
    case("attach-ports", PLAIN, "attach-add", PORTS)
    case("attach-prerouting", PLAIN, "attach-add",
         {**PORTS, "hook": "prerouting", "key-policy": "5tuple-sym",
          "none-policy": "drop", "priority": -200})
    case("attach-observe", PLAIN, "attach-add",
         {**ATTACH, "mode": "observe", "node-mask": 0})
    case("attach-migrating", STEPPED, "attach-add", PORTS)
    two = PLAIN + OTHER + ATTACHED
    last = {"id": LAST_ATTACH}
    case("attach-show", two, "attach-get", last)
    case("attach-list", two, "attach-get", {}, "dump")
    case("attach-replace", two, "attach-replace", {**last, "ring": "s"})
    case("attach-del", two, "attach-del", last)


def cases_of_migrations():
    ring = {"ring": "r"}
    flow = {"protocol": 17, "saddr4": ip("10.9.0.1"),
            "daddr4": ip("198.18.0.1"), "sport": 20000, "dport": 9,
            "key-policy": "5tuple"}
    for name, setup in (("holding", HOLDING), ("stepped", STEPPED),
                        ("balanced", BALANCED_STEPPED), ("moving", MOVING),
                        ("tracked", TRACKED),
                        ("leaving", TRACKED + LEAVING)):
        case(f"migration-{name}", setup, "migrate-get", ring)
        case(f"migrations-{name}", setup, "migrate-get", {}, "dump")
        case(f"step-share-{name}", setup, "migrate-step",
             {**ring, "step-share": WHOLE // 20})
    for name, setup in (("stepped", STEPPED), ("balanced", BALANCED_STEPPED),
                        ("leaving", TRACKED + LEAVING)):
        case(f"rollback-{name}", setup, "migrate-rollback", ring)
        case(f"rollback-now-{name}", setup, "migrate-rollback",
             {**ring, "now": True, "reason": "fire"})
        case(f"finish-{name}", setup, "migrate-finish",
             {**ring, "force": True})
    case("steps-count", TRACKED, "steps-get", ring)
    case("steps", TRACKED, "steps-get", ring, "dump")
    case("flows-count", TRACKED, "flows-get", ring)
    case("flows", TRACKED, "flows-get", ring, "dump")
    case("run", TRACKED, "migrate-run", {**ring, "holder": "me"})
    case("step-arcs", TRACKED, "migrate-step", {**ring, "step-arcs": 2})
    case("step-position", TRACKED, "migrate-step",
         {**ring, "position": WHOLE // 2})
    case("step-plan", TRACKED, "migrate-step",
         {**ring, "step-share": WHOLE // 20, "dry-run": True})
    case("pause", TRACKED, "migrate-set",
         {**ring, "state": "paused", "reason": "tea"})
    case("terms", TRACKED, "migrate-set",
         {**ring, "deadline": 3600000, "quiet": 1000})
    case("step-flows", TRACKED, "migrate-step", {**ring, "step-flows": 2})
    case("step-back", STEPPED, "migrate-step",
         {**ring, "step-share": WHOLE // 50, "back": True})
    case("throttled", STEPPED + LEASE, "migrate-set",
         {**ring, "state": "throttled", "reason": "load"})
    case("finish-at-end", MOVING + END, "migrate-finish", ring)
    case("finish-back", MOVING + BACK + END, "migrate-finish", ring)
    case("rollback-of-many", STEPPED + LEAVING + STEP + [
        change(node("set", "b4", state="down"))], "migrate-rollback", ring)
    case("rollback-now-back", STEPPED + BACK, "migrate-rollback",
         {**ring, "now": True})
    case("lookup-flow", PLAIN, "lookup", {**ring, "flow": flow})
    case("lookup-flow-tracked", TRACKED, "lookup", {**ring, "flow": flow})


def cases_of_packets():
    for name, setup in (("plain", PLAIN + ATTACHED),
                        ("routed", ROUTED + ATTACHED),
                        ("routed-again", ROUTED + ATTACHED + PACKETS),
                        ("tracked", TRACKED),
                        ("held", PLAIN + STAY + ATTACHED + HELD)):
        case(f"packets-{name}", setup, "packets", 32)


# --- input of failnth --------------------------------------------------------

# The readable state of rings; packets may change tight parts.
LOOSE = [("ring-get", {}, "dump"),
         ("digest-get", {"ring": "r"}, "do"),
         ("digest-get", {"ring": "r", "config": True}, "do"),
         ("history-get", {"ring": "r"}, "dump"),
         ("ops-get", {"ring": "r", "generation": 3}, "dump"),
         ("moved-arcs-get", {"ring": "r", "generation": 3}, "dump"),
         ("steps-get", {"ring": "r"}, "dump")]
TIGHT = [("node-get", {"ring": "r", "with-points": True}, "dump"),
         ("attach-get", {}, "dump"),
         ("migrate-get", {}, "dump"),
         ("flows-get", {"ring": "r"}, "dump")]


def write(spec):
    for op in spec.operations:
        for path in volatile(spec, spec.set_of(op["name"])):
            print("mask", spec.ops[op["name"]], *path)
    for ring in ("r", "s"):
        print("forget", spec.ops["ring-del"],
              spec.message("ring-del", {"name": ring}).hex())
    for parts, how in ((LOOSE, "loose"), (TIGHT, "tight")):
        for op, values, kind in parts:
            print("state", spec.ops[op], kind, how, spec.message(op, values).hex())
    for name, setup, op, values, kind, more in CASES:
        for before, what in setup:
            if before == "packets":
                print("packets", what)
            else:
                print("setup", spec.ops[before], "do",
                      spec.message(before, what).hex())
        how = "once" if more.get("once") else "again"
        if op == "packets":
            print("case", name, 0, "do", how, "00" * values)
        else:
            print("case", name, spec.ops[op], kind, how,
                  spec.message(op, values).hex())


def main():
    spec = Spec()
    for cases in (cases_of_rings, cases_of_nodes, cases_of_changes,
                  cases_of_staged_changes, cases_of_the_past,
                  cases_of_attachments, cases_of_migrations, cases_of_packets):
        cases()
    missing = spec.requests() - {(op, kind) for _, _, op, _, kind, _ in CASES}
    for op, kind in sorted(missing):
        print(f"no case of {op}, {kind}", file=sys.stderr)
    write(spec)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
