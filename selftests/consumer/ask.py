#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""ask.py - hashring_consumer's answers: positions from standard input, a line
each; prints POSITION<TAB>NODE, where the node of id 7 is n7 and none is "-"
"""
import os
import struct
import sys

MOST = 1000		# a page, less the kernel's part of it

positions = [int(line) for line in sys.stdin]
for start in range(0, len(positions), MOST):
    part = positions[start:start + MOST]
    handle = os.open("/sys/kernel/debug/hashring_consumer", os.O_RDWR)
    size = 4 * len(part)
    if os.write(handle, struct.pack(f"={len(part)}I", *part)) != size:
        sys.exit("not all was taken")
    said = os.pread(handle, size, 0)
    os.close(handle)
    for position, owner in zip(part, struct.unpack(f"={len(part)}I", said)):
        print(position, f"n{owner}" if owner else "-", sep="\t")
