#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""spec_names.py SPEC header|source - the names of the wire as C

The header has a function for each enum, from a value to its name. The source
has those functions, and for errors the names of attributes by command.
"""
import sys

import yaml


def symbol(*names):
    return "_".join(names).replace("-", "_")


def names_of(values, member):
    return [each if isinstance(each, str) else each["name"]
            for each in values[member]]


def write_header(spec):
    print("#ifndef HASHRING_NAMES_H\n#define HASHRING_NAMES_H\n")
    print("#include <linux/types.h>\n")
    print("#ifdef __cplusplus\nextern \"C\" {\n#endif\n")
    print("/* The name of a value of an enum; NULL if there is no such value. */")
    for enum in spec["definitions"]:
        print(f'const char *{symbol("hashring", enum["name"], "name")}'
              "(__u32 value);")
    print("\n#ifdef __cplusplus\n}\n#endif\n\n#endif")


def write_strings(name, strings, first):
    print(f"static const char *const {name}[] = {{")
    for number, string in enumerate(strings, first):
        print(f'\t[{number}] = "{string}",')
    print("};\n")


def write_enums(spec):
    for enum in spec["definitions"]:
        table = symbol(enum["name"], "names")
        write_strings(table, names_of(enum, "entries"), 0)
        print(f'const char *{symbol("hashring", enum["name"], "name")}'
              "(__u32 value)\n{")
        print(f"\treturn value < ARRAY_SIZE({table}) ? {table}[value] : NULL;")
        print("}\n")


def write_sets(spec):
    sets = {each["name"]: each for each in spec["attribute-sets"]}
    written = set()

    def write(name):
        attrs = sets[name]["attributes"]
        nested = [(number, attr["nested-attributes"])
                  for number, attr in enumerate(attrs, 1)
                  if "nested-attributes" in attr]
        strings = sum(1 << number for number, attr in enumerate(attrs, 1)
                      if attr["type"] == "string")
        written.add(name)
        for _, inner in nested:
            if inner not in written:
                write(inner)
        write_strings(symbol(name, "attrs"), names_of(sets[name], "attributes"),
                      1)
        print(f'static const struct attr_set {symbol(name, "set")} = {{')
        print(f'\t.names = {symbol(name, "attrs")},\n\t.max = {len(attrs)},')
        if strings:
            print(f"\t.strings = {strings:#x},")
        if nested:
            print(f"\t.nested = (const struct attr_set *const[{len(attrs) + 1}]){{")
            for number, inner in nested:
                print(f'\t\t[{number}] = &{symbol(inner, "set")},')
            print("\t},")
        print("};\n")

    for operation in spec["operations"]["list"]:
        name = operation.get("attribute-set")
        if name and name not in written:
            write(name)


def write_commands(spec):
    print("/* The attributes of a command, or NULL. */")
    print("const struct attr_set *attr_set_of(int cmd)\n{")
    print("\tstatic const struct attr_set *const sets[] = {")
    for number, operation in enumerate(spec["operations"]["list"], 1):
        if "attribute-set" in operation:
            print(f'\t\t[{number}] = &{symbol(operation["attribute-set"], "set")},')
    print("\t};\n")
    print("\treturn cmd > 0 && cmd < (int)ARRAY_SIZE(sets) ? "
          "sets[cmd] : NULL;\n}")


def main():
    path, what = sys.argv[1:]
    with open(path, encoding="utf-8") as source:
        spec = yaml.safe_load(source)
    licence = "/* SPDX-License-Identifier: GPL-2.0-only */" if what == "header" \
        else "// SPDX-License-Identifier: GPL-2.0-only"
    print(licence)
    print(f"/* Do not edit: spec_names.py wrote it from {path} */")
    if what == "header":
        write_header(spec)
        return
    print('#include <stddef.h>\n\n#include "private.h"\n')
    write_enums(spec)
    write_sets(spec)
    write_commands(spec)


if __name__ == "__main__":
    main()
