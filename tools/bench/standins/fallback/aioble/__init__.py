"""A stand-in for aioble, for the bench where the real one is not installed.

Written from aioble's documentation: the part that firmware/ble_*.py use, no more, with the traits
that they must cope with: a device keeps its connection after a time-out of connect(), a drop in
the middle of a discovery ends it empty, and waits for an event that never comes do not end.
"""

from aioble.central import Device, scan
from aioble.core import GattError

__all__ = ("Device", "GattError", "scan")
