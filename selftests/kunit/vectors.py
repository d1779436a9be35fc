#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""vectors.py - prints vectors.h: what the ring's algorithm gives, version 1

An implementation of its own, from the documentation, so that the core can be
held against it: python3 selftests/kunit/vectors.py > selftests/kunit/vectors.h
"""

import ipaddress
import struct

MASK = (1 << 64) - 1


def rotate(x, n):
    return (x << n | x >> (64 - n)) & MASK


def siphash(key, data):
    """SipHash-2-4 of bytes under 16 bytes."""
    k0, k1 = struct.unpack("<2Q", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D,
         k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    padded = data + bytes(-(len(data) + 1) % 8) + bytes([len(data) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def derive(seed, what):
    return b"".join(
        struct.pack("<Q", siphash(seed, f"hashring {what} {i}".encode()))
        for i in (0, 1))


def flow_bytes(policy, protocol, src, sport, dst, dport):
    src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if policy == "HASHRING_KEY_SOURCE":
        return bytes([1, src.version, 0, 0]) + src.packed
    a = (src.packed, struct.pack(">H", sport))
    b = (dst.packed, struct.pack(">H", dport))
    if policy == "HASHRING_KEY_5TUPLE_SYM":
        a, b = sorted((a, b))
    return bytes([1, src.version, protocol, 0]) + a[0] + b[0] + a[1] + b[1]


SEEDS = [bytes(range(16)), bytes(16), bytes.fromhex("ff" * 16),
         bytes.fromhex("00112233445566778899aabbccddeeff")]
KEYS = ["", "a", "key_0", "203.0.113.9", "a key of 16 byte", "x" * 80]
SEATS = ["b1", "node_0", "a" * 63]
FLOWS = [(6, "203.0.113.9", 51234, "192.0.2.10", 443),
         (6, "192.0.2.10", 443, "203.0.113.9", 51234),
         (17, "10.0.0.1", 7, "10.0.0.1", 9),
         (17, "10.0.0.1", 9, "10.0.0.1", 7),
         (132, "255.255.255.255", 65535, "0.0.0.0", 0),
         (6, "2001:db8::9", 51234, "2001:db8:1::10", 443),
         (6, "2001:db8:1::10", 443, "2001:db8::9", 51234),
         (58, "fe80::1", 0, "ff02::1", 0)]
POLICIES = ["HASHRING_KEY_SOURCE", "HASHRING_KEY_5TUPLE", "HASHRING_KEY_5TUPLE_SYM"]


def c_bytes(data):
    return "".join(f"\\x{byte:02x}" for byte in data)


def main():
    print("/* SPDX-License-Identifier: GPL-2.0-only */\n"
          "/* Made by vectors.py, an implementation of its own. */\n"
          "#ifndef HASHRING_KUNIT_VECTORS_H\n"
          "#define HASHRING_KUNIT_VECTORS_H\n\n"
          "static const struct vector_keys {\n\tconst char *seed;\n"
          "\tu64 place[2];\n\tu64 flow[2];\n} vector_keys[] = {")
    for seed in SEEDS:
        words = [struct.unpack("<2Q", derive(seed, what))
                 for what in ("place", "flow")]
        print(f'\t{{\n\t\t"{c_bytes(seed)}",')
        for a, b in words:
            print(f"\t\t{{ {a:#018x}, {b:#018x} }},")
        print("\t},")
    seed = SEEDS[0]
    place, flow = derive(seed, "place"), derive(seed, "flow")
    print("};\n\n/* All that follows is under the first of those seeds. */\n"
          "static const struct vector_key {\n\tconst char *key;\n"
          "\tu32 position;\n} vector_key[] = {")
    for key in KEYS:
        print(f'\t{{ "{key}",\n\t  '
              f"{siphash(flow, key.encode()) & 0xFFFFFFFF:#010x} }},")
    print("};\n\nstatic const struct vector_points {\n\tconst char *seat;\n"
          "\tu32 position[4];\n} vector_points[] = {")
    for seat in SEATS:
        points = ", ".join(
            f"{siphash(place, seat.encode() + struct.pack('<I', i)) & 0xFFFFFFFF:#010x}"
            for i in range(4))
        print(f'\t{{ "{seat}",\n\t  {{ {points} }} }},')
    print("};\n\nstatic const struct vector_flow {\n\tu8 family;\n"
          "\tu8 protocol;\n\tu16 sport;\n\tu16 dport;\n"
          "\tconst char *saddr;\t/* 4 or 16 bytes */\n"
          "\tconst char *daddr;\n\tu32 position[3];\t/* by policy */\n"
          "} vector_flow[] = {")
    for protocol, src, sport, dst, dport in FLOWS:
        positions = ", ".join(
            f"{siphash(flow, flow_bytes(policy, protocol, src, sport, dst, dport)) & 0xFFFFFFFF:#010x}"
            for policy in POLICIES)
        source, target = ipaddress.ip_address(src), ipaddress.ip_address(dst)
        print(f"\t/* {src} to {dst} */\n"
              f"\t{{ {source.version}, {protocol}, {sport}, {dport},\n"
              f'\t  "{c_bytes(source.packed)}",\n'
              f'\t  "{c_bytes(target.packed)}",\n'
              f"\t  {{ {positions} }} }},")
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
