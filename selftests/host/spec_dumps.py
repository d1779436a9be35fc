#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""spec_dumps.py SPEC - puts the hooks of dumps into generated operations

The kernel's generator knows the hooks of a dump only for split operations,
which kernels before 6.2 do not have. Reads the generator's output on standard
input.
"""
import sys

import yaml


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        spec = yaml.safe_load(source)
    dumps = {f'hashring_nl_{op["name"].replace("-", "_")}_dumpit,': op["dump"]
             for op in spec["operations"]["list"] if "dump" in op}
    for line in sys.stdin:
        print(line, end="")
        words = line.split()
        if words[:1] == [".dumpit"]:
            for hook, member in ("pre", "start"), ("post", "done"):
                if hook in dumps[words[2]]:
                    name = dumps[words[2]][hook].replace("-", "_")
                    print(f"\t\t.{member}\t\t= {name},")


if __name__ == "__main__":
    main()
