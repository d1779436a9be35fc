#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command on a terminal, and types Ctrl-C after some output.

	typed.py REGEX COMMAND...

The output of the command goes to standard output. Ctrl-C follows output that
matches REGEX. If REGEX is a single dot, Ctrl-C follows a pause in the output. The exit
status is that of the command, as in a shell. The status is 99 if the modes of the
terminal have changed, or if the command does not end.
"""
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

CTRL_C = b"\x03"
QUIET = 0.5     # seconds without output: the command waits
LIMIT = 120     # seconds until the command counts as stuck


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main():
    regex, command = sys.argv[1], sys.argv[2:]
    terminal, its = pty.openpty()
    modes = termios.tcgetattr(its)
    said, typed, end = b"", False, time.monotonic() + LIMIT
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its,
                          preexec_fn=take_terminal) as run:
        while time.monotonic() < end:
            ready = select.select([terminal], [], [], QUIET)[0]
            if ready:
                more = os.read(terminal, 65536)
                sys.stdout.buffer.write(more)
                said = (said + more)[-65536:]
            elif run.poll() is not None:
                break
            if not typed and (re.search(regex.encode(), said) if regex != "." else not ready):
                os.write(terminal, CTRL_C)
                typed = True
        if run.poll() is None:
            run.kill()
            sys.exit(99)
        status = run.returncode
    if termios.tcgetattr(its) != modes:
        sys.exit(99)
    sys.exit(status if status >= 0 else 128 - status)


main()
