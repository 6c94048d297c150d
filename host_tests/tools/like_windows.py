"""Runs a module as Windows would: `python -m host_tests.tools.like_windows MODULE WORD ...`.

What Windows does not have is gone, once those packages are loaded that have another way there.
"""

import os
import runpy
import sys

import mpremote.transport_serial  # noqa: F401
import serial.tools.list_ports  # noqa: F401

ABSENT = "_curses curses fcntl grp pty pwd readline resource syslog termios tty"
ABSENT_OF_OS = (
    "fork forkpty geteuid getpgid getuid killpg mkfifo openpty setsid statvfs uname wait"
)

if __name__ == "__main__":
    for name in ABSENT.split():
        sys.modules[name] = None  # pyright: ignore[reportArgumentType]
    for name in ABSENT_OF_OS.split():
        delattr(os, name)
    sys.argv.pop(0)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
