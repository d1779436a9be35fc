# SPDX-License-Identifier: GPL-2.0-only
"""Processes of other users: their requests and answers."""
import ctypes
import os
import pickle
import socket
import struct
import sys
import traceback

import wire

NOBODY, SOMEBODY = 65534, 65533
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
CAP_NET_ADMIN = 12
NETLINK_ADD_MEMBERSHIP = 1
CTRL_ATTR_MCAST_GROUPS, CTRL_ATTR_MCAST_GRP_ID = 7, 2

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become(uid):
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # /proc entries of the process belong to the new user
    check(libc.prctl(4, 1, 0, 0, 0))


def own_namespaces(uid):
    """Becomes root in a new user and network namespace."""
    become(uid)
    check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))
    for name, line in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"),
                       ("gid_map", f"0 {uid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as f:
            f.write(line)


def drop(capability):
    """Drops a capability, as root."""
    head = struct.pack("=Ii", 0x20080522, 0)
    sets = ctypes.create_string_buffer(24)
    check(libc.capget(head, sets))
    words = list(struct.unpack("=6I", sets.raw))
    for i in range(3):
        words[i] &= ~(1 << capability)
    check(libc.capset(head, struct.pack("=6I", *words)))


def do(state, *requests):
    """Sends requests to state["wire"] until one fails: error and text."""
    for name, payload in requests:
        reply = state["wire"].do(name, payload)
        if reply.err:
            return reply.err, reply.said
    return 0, ""


class Child:
    """A forked process that runs functions, one after the other."""

    def __init__(self):
        sys.stdout.flush()
        self.sock, theirs = socket.socketpair(socket.AF_UNIX,
                                              socket.SOCK_STREAM)
        self.pid = os.fork()
        if not self.pid:
            self.sock.close()
            self.serve(theirs)
        theirs.close()
        self.file = self.sock.makefile("rb")

    @staticmethod
    def serve(sock):
        state = {}
        with sock.makefile("rb") as todo:
            while True:
                function, args = pickle.load(todo)
                if function is None:
                    os._exit(0)
                try:
                    said = True, function(state, *args)
                except Exception:  # the parent gets any exception
                    said = False, traceback.format_exc()
                sock.sendall(pickle.dumps(said))

    def begin(self, function, *args):
        self.sock.sendall(pickle.dumps((function, args)))

    def end(self):
        done, said = pickle.load(self.file)
        if not done:
            raise RuntimeError(said)
        return said

    def run(self, function, *args):
        """Runs FUNCTION(state, ARGS...) in the child: the return value."""
        self.begin(function, *args)
        return self.end()

    def close(self):
        """Ends the process, and frees all that only this process holds."""
        # later children also have a copy of the parent's end of the socket
        self.begin(None)
        os.waitpid(self.pid, 0)
        self.file.close()
        self.sock.close()


def events_group():
    """The number of the multicast group."""
    reply = wire.Wire().send_to(
        wire.GENL_ID_CTRL, wire.CTRL_CMD_GETFAMILY,
        wire.text(wire.CTRL_ATTR_FAMILY_NAME, "hashring"))
    groups = dict(wire.attrs_of(reply.payload))[CTRL_ATTR_MCAST_GROUPS]
    group = dict(wire.attrs_of(dict(wire.attrs_of(groups))[1]))
    return struct.unpack("=I", group[CTRL_ATTR_MCAST_GRP_ID])[0]


def listen(group):
    """A socket that gets events."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                         wire.NETLINK_GENERIC)
    sock.bind((0, 0))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.setsockopt(wire.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    sock.setblocking(False)
    return sock


def heard(sock):
    """All events in the socket, as bytes."""
    raw = b""
    while True:
        try:
            raw += sock.recv(65536)
        except BlockingIOError:
            return raw
