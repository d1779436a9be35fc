#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Single packets and connections of any kind, and the log of backends

packets.py sink LOG ADDRESS,... NAME=NETNS[,ADDRESS...][@PORT]...
    Backends: UDP and TCP sockets at port 7000 of all ADDRESSes and of the
    backend's own; raw sockets for SCTP, for a protocol without ports, and for
    single TCP segments without a connection. With @PORT: only a TCP socket
    that accepts connections to any address (TPROXY). Each arrival is
    a line of LOG: NAME PROTOCOL SOURCE PORT BYTES. UDP and TCP answer with
    NAME; after a TCP request "N", N more bytes follow. Prints its pid when
    all sockets listen.

packets.py send PROTOCOL VIP FIRST COUNT [--size N] [--get N] [--port P]
                [--ttl N] [--df] [--mark M] [--ports N] [--hold] [--timeout S]
                [--options HEX] [--device NAME] [--policy block]
    One flow from each of COUNT sources. FIRST is the address of the first
    source; the port grows with the address. One line for each flow: SOURCE
    PORT ANSWER. ANSWER is a backend's name, "sent" for raw protocols, "error
    NAME", or "timeout". icmp, icmp6: a "too big" that quotes a packet from
    --quote to the source (without --quote: the quote is cut off).
    --ports N: each source uses N ports, one after the other. --hold: connects
    all, prints "connected", and continues after a line of input. --options:
    IPv4 options; --device: the socket's device; --policy: an IPsec policy of
    the socket that blocks all output.

packets.py serve
    Reads the words of one send from each line of standard input, and prints "."
    after each. One process for many sends saves the start of processes.

packets.py flood VIP
    Sends datagrams of many flows until killed.
"""
import argparse
import ctypes
import errno
import ipaddress
import os
import select
import socket
import struct
import sys

PORT = 7000
PLAIN = 253		# RFC 3692: for experiments
SEGMENT_FLAGS = 0x28	# PSH, URG: no real TCP here sends these flags
IP_MTU_DISCOVER, IP_PMTUDISC_DO, IP_PMTUDISC_DONT = 10, 2, 0
IPV6_MTU_DISCOVER, IPV6_UNICAST_HOPS = 23, 16
IP_FREEBIND, IPV6_FREEBIND = 15, 78
IP_RECVERR, IPV6_RECVERR = 11, 25
IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
SO_MARK, SO_BINDTODEVICE = 36, 25
IP_OPTIONS, IP_XFRM_POLICY, IPV6_XFRM_POLICY = 4, 17, 35
XFRM_POLICY_OUT, XFRM_POLICY_BLOCK = 1, 1
libc = ctypes.CDLL(None, use_errno=True)


def enter_netns(name):
    with open(f"/run/netns/{name}", "rb") as handle:
        if libc.setns(handle.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), f"setns {name}")


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def new_socket(family, kind, protocol=0):
    sock = socket.socket(family, kind, protocol)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    return sock


# --- backends ---------------------------------------------------------------

class Sink:
    def __init__(self, log):
        self.log = open(log, "a", buffering=1, encoding="ascii")
        self.poll = select.poll()
        self.ends = {}

    def saw(self, *words):
        self.log.write(" ".join(str(word) for word in words) + "\n")

    def watch(self, sock, serve, *args):
        self.ends[sock.fileno()] = (serve, sock, *args)
        self.poll.register(sock, select.POLLIN)

    def forget(self, sock):
        self.poll.unregister(sock)
        del self.ends[sock.fileno()]
        sock.close()

    def open_proxy(self, name, port):
        for family, level, option in (
                (socket.AF_INET, socket.IPPROTO_IP, IP_TRANSPARENT),
                (socket.AF_INET6, socket.IPPROTO_IPV6, IPV6_TRANSPARENT)):
            sock = new_socket(family, socket.SOCK_STREAM)
            sock.setsockopt(level, option, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(level, socket.IPV6_V6ONLY, 1)
            sock.bind(("", port))
            sock.listen(256)
            self.watch(sock, self.serve_listener, name)

    def open_backend(self, name, vip):
        family = family_of(vip)
        sock = new_socket(family, socket.SOCK_DGRAM)
        sock.bind((vip, PORT))
        self.watch(sock, self.serve_udp, name)
        sock = new_socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((vip, PORT))
        sock.listen(256)
        self.watch(sock, self.serve_listener, name)
        for protocol, word in (132, "sctp"), (PLAIN, "plain"), (6, "segment"):
            sock = new_socket(family, socket.SOCK_RAW, protocol)
            sock.bind((vip, 0))
            self.watch(sock, self.serve_raw, name, word)

    def serve_udp(self, sock, name):
        data, peer = sock.recvfrom(65536)
        self.saw(name, "udp", peer[0], peer[1], len(data))
        sock.sendto(name.encode(), peer)

    def serve_listener(self, sock, name):
        conn, peer = sock.accept()
        self.watch(conn, self.serve_tcp, name, peer)

    def serve_tcp(self, sock, name, peer):
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.forget(sock)
            return
        self.saw(name, "tcp", peer[0], peer[1], len(data))
        wanted = data.split()[-1:]
        if wanted and wanted[0].isdigit():
            sock.sendall(f"{name}\n".encode() + bytes(int(wanted[0])))

    def serve_raw(self, sock, name, word):
        data, peer = sock.recvfrom(65536)
        if sock.family == socket.AF_INET:
            data = data[(data[0] & 15) * 4:]
        if word == "segment" and data[13] != SEGMENT_FLAGS:
            return
        port = 0 if word == "plain" else struct.unpack("!H", data[:2])[0]
        self.saw(name, word, peer[0], port, len(data))

    def run(self):
        while True:
            for number, _ in self.poll.poll():
                if number in self.ends:
                    serve, *args = self.ends[number]
                    serve(*args)


def run_sink(args):
    sink = Sink(args.log)
    for backend in args.backends:
        name, _, rest = backend.partition("=")
        rest, _, port = rest.partition("@")
        netns, *own = rest.split(",")
        enter_netns(netns)
        if port:
            sink.open_proxy(name, int(port))
            continue
        for address in args.addresses.split(",") + own:
            sink.open_backend(name, address)
    pid = os.fork()
    if pid:
        print(pid, flush=True)
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    sink.run()


# --- clients ----------------------------------------------------------------

def client_socket(args, kind, source, port, protocol=0):
    family = family_of(args.vip)
    sock = new_socket(family, kind, protocol)
    sock.settimeout(args.timeout)
    if kind != socket.SOCK_RAW:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if args.mark:
        sock.setsockopt(socket.SOL_SOCKET, SO_MARK, args.mark)
    v6 = family == socket.AF_INET6
    if args.options:
        sock.setsockopt(socket.IPPROTO_IP, IP_OPTIONS,
                        bytes.fromhex(args.options))
    if args.device:
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE,
                        args.device.encode())
    if args.policy:
        # struct xfrm_userpolicy_info: a selector, lifetimes, and more
        policy = struct.pack("=16s16sHHHHHBBBxxxiI64x32xIIBBBB4x", b"", b"", 0, 0, 0,
                             0, family, 0, 0, 0, 0, 0, 0, 0, XFRM_POLICY_OUT,
                             XFRM_POLICY_BLOCK, 0, 0)
        sock.setsockopt(*((socket.IPPROTO_IPV6, IPV6_XFRM_POLICY) if v6 else
                          (socket.IPPROTO_IP, IP_XFRM_POLICY)), policy)
    if args.ttl:
        if v6:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_UNICAST_HOPS, args.ttl)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, args.ttl)
    if kind == socket.SOCK_DGRAM:
        how = IP_PMTUDISC_DO if args.df else IP_PMTUDISC_DONT
        if v6:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, how)
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, how)
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    sock.bind((source, 0 if kind == socket.SOCK_RAW else port))
    return sock


def ask_udp(args, source, port):
    with client_socket(args, socket.SOCK_DGRAM, source, port) as sock:
        sock.connect((args.vip, args.port))
        sock.send(bytes(args.size))
        return sock.recv(100).decode()


def connect_tcp(args, source, port):
    sock = client_socket(args, socket.SOCK_STREAM, source, port)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.connect((args.vip, args.port))
    return sock


def ask_tcp(args, source, port, held):
    with held or connect_tcp(args, source, port) as sock:
        sock.sendall(bytes(args.size) + f" {args.get}".encode())
        stream = sock.makefile("rb")
        name = stream.readline().decode().strip()
        got = len(stream.read(args.get))
        return name if got == args.get else f"{name} cut at {got}"


def send_raw(args, source, port, protocol):
    data = bytes(args.size)
    if protocol == 132:
        # An SCTP common header: ports, tag, and a checksum that no reader checks.
        data = struct.pack("!HHII", port, args.port, 1, 0) + data
    if protocol == 6:
        data = struct.pack("!HHIIBBHHH", port, args.port, 1, 0, 0x50,
                           SEGMENT_FLAGS, 0, 0, 0) + data
    with client_socket(args, socket.SOCK_RAW, source, 0, protocol) as sock:
        sock.sendto(data, (args.vip, 0))
    return "sent"


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def send_icmp(args, source, port):
    """A "too big" for a UDP packet from --quote to the source."""
    quoted = b""
    udp = struct.pack("!HHHH", args.port, port, 1408, 0)
    if args.quote and args.protocol == "icmp":
        quoted = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1428, 0, 0x4000, 64, 17,
                             0, socket.inet_aton(args.quote),
                             socket.inet_aton(source)) + udp
    elif args.quote:
        quoted = struct.pack("!IHBB16s16s", 6 << 28, 1408, 17, 64,
                             socket.inet_pton(socket.AF_INET6, args.quote),
                             socket.inet_pton(socket.AF_INET6, source)) + udp
    if args.protocol == "icmp":
        data = struct.pack("!BBHHH", 3, 4, 0, 0, 1400) + quoted
        data = data[:2] + struct.pack("!H", checksum(data)) + data[4:]
        number = socket.IPPROTO_ICMP
    else:
        # the kernel computes the checksum of ICMPv6
        data = struct.pack("!BBHI", 2, 0, 0, 1400) + quoted
        number = socket.IPPROTO_ICMPV6
    with client_socket(args, socket.SOCK_RAW, source, 0, number) as sock:
        sock.sendto(data, (args.vip, 0))
    return "sent"


def answer(args, source, port, held):
    try:
        if args.protocol == "udp":
            return ask_udp(args, source, port)
        if args.protocol == "tcp":
            return ask_tcp(args, source, port, held)
        if args.protocol == "sctp":
            return send_raw(args, source, port, 132)
        if args.protocol == "plain":
            return send_raw(args, source, port, PLAIN)
        if args.protocol == "segment":
            return send_raw(args, source, port, 6)
        return send_icmp(args, source, port)
    except TimeoutError:
        return "timeout"
    except OSError as error:
        return "error " + errno.errorcode.get(error.errno, str(error))


def run_send(args):
    first = ipaddress.ip_address(args.first)
    flows = [(str(first + i), 10000 + 97 * i + 1009 * j)
             for i in range(args.count) for j in range(args.ports)]
    held = {}
    if args.hold:
        held = {flow: connect_tcp(args, *flow) for flow in flows}
        print("connected", flush=True)
        sys.stdin.readline()
    for flow in flows:
        print(*flow, answer(args, *flow, held.get(flow)), flush=True)


def run_flood(args):
    first = "2001:db8:c::702" if ":" in args.vip else "198.18.7.2"
    args.mark = args.ttl = args.df = 0
    args.options = args.device = args.policy = ""
    args.timeout = 1
    socks = [client_socket(args, socket.SOCK_DGRAM, first, 20000 + i)
             for i in range(100)]
    while True:
        for sock in socks:
            try:
                sock.sendto(b"flood", (args.vip, PORT))
            except OSError:
                pass	# an error from an earlier packet


def send_options(parser):
    parser.add_argument("protocol", choices=["udp", "tcp", "sctp", "plain",
                                             "segment", "icmp", "icmp6"])
    parser.add_argument("vip")
    parser.add_argument("first")
    parser.add_argument("count", type=int)
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--get", type=int, default=0)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--ports", type=int, default=1)
    parser.add_argument("--ttl", type=int, default=0)
    parser.add_argument("--mark", type=lambda text: int(text, 0), default=0)
    parser.add_argument("--timeout", type=float, default=10)
    parser.add_argument("--quote")
    parser.add_argument("--options")
    parser.add_argument("--device")
    parser.add_argument("--policy", choices=["block"])
    parser.add_argument("--df", action="store_true")
    parser.add_argument("--hold", action="store_true")
    return parser


def run_serve(_):
    parser = send_options(argparse.ArgumentParser(allow_abbrev=False))
    for line in sys.stdin:
        run_send(parser.parse_args(line.split()))
        print(".", flush=True)


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    sink = commands.add_parser("sink")
    sink.add_argument("log")
    sink.add_argument("addresses")
    sink.add_argument("backends", nargs="+")
    sink.set_defaults(run=run_sink)
    send = send_options(commands.add_parser("send", allow_abbrev=False))
    send.set_defaults(run=run_send)
    serve = commands.add_parser("serve")
    serve.set_defaults(run=run_serve)
    flood = commands.add_parser("flood")
    flood.add_argument("vip")
    flood.set_defaults(run=run_flood)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    sys.exit(main())
