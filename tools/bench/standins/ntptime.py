"""The ESP32's `ntptime` on the bench: a time server that is there while the bench says so."""

import time

import bench_link as link
import bench_ops as ops
import uos

host = "pool.ntp.org"
timeout = 1

# Of this boot, in s since 2000; empty: no server answers.
_boot_s = uos.getenv("PACKMATE_WALL") or ""


def settime():
    if link.cells[ops.WIFI] != ops.WIFI_GOT_IP or not _boot_s:
        raise OSError(-202)  # no such name: there is no network
    time.bench_set_clock(int(_boot_s) * 1_000_000 + link.now_us())
