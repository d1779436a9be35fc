# SPDX-License-Identifier: GPL-2.0-only
"""The netlink spec for tests in Python: numbers, and messages by names.

Tests keep no own table of commands, attributes or enums.
"""
import os
import struct

import yaml

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../Documentation/netlink/specs/hashring.yaml")
NESTED = 0x8000


class Spec:
    """Commands, attributes and enums, and messages by names."""

    def __init__(self, path=PATH):
        with open(path, encoding="utf-8") as f:
            spec = yaml.load(f, Loader=yaml.CSafeLoader)
        self.sets_by_name = {s["name"]: s for s in spec["attribute-sets"]}
        self.sets = {
            name: {a["name"]: i for i, a in enumerate(s["attributes"], 1)}
            for name, s in self.sets_by_name.items()
        }
        self.enums = {d["name"]: [e["name"] if isinstance(e, dict) else e
                                  for e in d["entries"]]
                      for d in spec["definitions"] if d["type"] == "enum"}
        self.operations = spec["operations"]["list"]
        self.ops = {op["name"]: i for i, op in enumerate(self.operations, 1)}
        self.admin = {op["name"] for op in self.operations
                      if "uns-admin-perm" in op.get("flags", ())}

    def requests(self):
        """All requests: (command, do or dump)."""
        return {(op["name"], kind) for op in self.operations
                for kind in ("do", "dump") if kind in op}

    def set_of(self, name):
        """The name of the attribute set of a command or an event."""
        op = self.operations[self.ops[name] - 1]
        return op.get("attribute-set") or self.set_of(op["notify"])

    def value(self, attr, value):
        """The bytes of an attribute; the value of an enum may be a name."""
        kind = attr["type"]
        if kind == "nest":
            return self.attrs(attr["nested-attributes"], value)
        if kind == "string":
            return value.encode() + b"\0"
        if kind == "flag":
            return b""
        if kind == "binary":
            if isinstance(value, list):
                return struct.pack(f"={len(value)}I", *value)
            return value
        if "enum" in attr and isinstance(value, str):
            value = self.enums[attr["enum"]].index(value)
        order = ">" if attr.get("byte-order") == "big-endian" else "="
        return struct.pack(order + {"u8": "B", "u16": "H", "u32": "I",
                                    "s32": "i", "u64": "Q"}[kind], value)

    def attrs(self, name, values):
        """Attributes of a set; other names of an operation go into the node's nest."""
        out = b""
        numbers = self.sets[name]
        inner = {k: v for k, v in values.items() if k not in numbers}
        if inner:
            values = {k: v for k, v in values.items() if k in numbers}
            values["attrs"] = inner
        for key, value in values.items():
            kind = numbers[key]
            attr = self.sets_by_name[name]["attributes"][kind - 1]
            for one in value if attr.get("multi-attr") else [value]:
                data = self.value(attr, one)
                nested = NESTED if attr["type"] == "nest" else 0
                out += struct.pack("=HH", len(data) + 4, kind | nested)
                out += data + b"\0" * (-len(data) % 4)
        return out

    def message(self, name, values):
        """The attributes of a command."""
        return self.attrs(self.set_of(name), values)
