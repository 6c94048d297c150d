"""The host's `os` with what the ESP32 has on top."""

from collections import namedtuple

import bench_power
from uos import *  # noqa: F403

_Uname = namedtuple("uname_result", ("sysname", "nodename", "release", "version", "machine"))

rename = bench_power.rename


def uname():
    return _Uname("esp32", "esp32", "1.26.1", "v1.26.1 on the bench", "Bench with ESP32")


def sync():
    pass
