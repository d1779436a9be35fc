#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""table.py SPEC DOC - the wire as a table in C

From the netlink spec: commands, attribute sets, types, lengths, nesting, enums.
From the document: the errors of refusals. Numbers are those of the header that
is generated from the same spec.
"""

import re
import sys

import yaml

# Errors that no message can cause: of machines without memory, and of killed
# processes.
UNDESERVED = {"ENOMEM", "EINTR"}

TYPES = {"pad": "PAD", "flag": "FLAG", "u8": "U8", "u16": "U16", "u32": "U32",
         "s32": "S32", "u64": "U64", "string": "STRING", "binary": "BINARY",
         "nest": "NEST"}


def symbol(*names):
    return "_".join(names).upper().replace("-", "_")


def attr_constant(attr_set, name):
    return symbol("HASHRING_A", attr_set, name)


def bits(attr_set, message):
    names = (message or {}).get("attributes", [])
    return " | ".join(f"1ull << {attr_constant(attr_set, name)}"
                      for name in names) or "0"


def attribute(attr, enums):
    yield f'.name = "{attr["name"]}"'
    yield f'.type = SPEC_{TYPES[attr["type"]]}'
    exact = attr.get("checks", {}).get("exact-len")
    if exact:
        yield f".exact = {exact}"
    if attr.get("sub-type") == "u32":
        yield ".packed = true"
    if attr.get("multi-attr"):
        yield ".many = true"
    if "enum" in attr:
        yield f'.values = {len(enums[attr["enum"]])}'
    if "nested-attributes" in attr:
        yield f'.nest = &{symbol("set", attr["nested-attributes"]).lower()}'


def write_sets(spec):
    enums = {each["name"]: each["entries"] for each in spec["definitions"]}
    sets = spec["attribute-sets"]
    for each in sets:
        print(f'static const struct spec_set {symbol("set", each["name"]).lower()};')
    for each in sets:
        name, constant = each["name"], symbol("set", each["name"]).lower()
        last = attr_constant(name, each["attributes"][-1]["name"])
        print(f"\nstatic struct spec_attr attrs_of_{constant}[{last} + 1] = {{")
        for attr in each["attributes"]:
            what = ", ".join(attribute(attr, enums))
            print(f'\t[{attr_constant(name, attr["name"])}] = {{ {what} }},')
        print("};")
        print(f"static const struct spec_set {constant} = {{")
        print(f'\t.name = "{name}", .attrs = attrs_of_{constant}, .max = {last},')
        print("};")
    print("\nconst struct spec_set *const spec_sets[] = {")
    for each in sets:
        print(f'\t&{symbol("set", each["name"]).lower()},')
    print("\tNULL\n};")


def write_commands(spec):
    operations = spec["operations"]["list"]
    by_name = {each["name"]: each for each in operations}
    print("\nconst struct spec_command spec_commands[] = {")
    for each in operations:
        told = by_name[each["notify"]] if "notify" in each else each
        attr_set, do = told["attribute-set"], told.get("do", {})
        dump = {} if "notify" in each else each.get("dump", {})
        fields = [f'.name = "{each["name"]}"',
                  f'.set = &{symbol("set", attr_set).lower()}',
                  f'.reply = {bits(attr_set, do.get("reply"))}']
        if "notify" in each:
            fields.append(".event = true")
        else:
            fields.append(f'.request = {bits(attr_set, do.get("request"))}')
        if "uns-admin-perm" in each.get("flags", []):
            fields.append(".admin = true")
        if dump:
            fields.append(".dump = true")
            fields.append(f'.dumped = {bits(attr_set, dump.get("reply"))}')
        print(f'\t[{symbol("HASHRING_CMD", each["name"])}] = {{')
        print("".join(f"\t\t{field},\n" for field in fields) + "\t},")
    print("};\nconst u32 spec_max_command = HASHRING_CMD_MAX;")


def write_errors(doc):
    errors = doc.split("## Errors")[1].split("\n## ")[0]
    names = set(re.findall(r"^\| (E[A-Z0-9]+) \|", errors, re.M)) - UNDESERVED
    if not names:
        sys.exit("table.py: no table of errors")
    print("\nconst int spec_errnos[] = {")
    for name in sorted(names):
        print(f"\t{name},")
    print("\t0\n};")


def main():
    spec_file, doc_file = sys.argv[1:]
    with open(spec_file, encoding="utf-8") as source:
        spec = yaml.safe_load(source)
    with open(doc_file, encoding="utf-8") as source:
        doc = source.read()
    print("/* SPDX-License-Identifier: GPL-2.0-only */")
    print(f"/* Written by table.py from {spec_file} and {doc_file}. */")
    print('#include <errno.h>\n#include <stddef.h>\n')
    print('#include <linux/hashring.h>\n\n#include "table.h"\n')
    write_sets(spec)
    write_commands(spec)
    write_errors(doc)


main()
