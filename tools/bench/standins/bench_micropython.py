"""The builtin `micropython` with what only bare metal has."""

from micropython import *  # noqa: F403


def alloc_emergency_exception_buf(size):
    pass
