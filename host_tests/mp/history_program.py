"""A relay with its history in a device that is killed again and again, for tools/cost/outages.py.

    LIFE='{"flash": "/tmp/flash", "mqtt_port": 1883, …}' micropython history_program.py

The flash is a file with LittleFS in it, so that it outlives the process: what was programmed
stays, whatever ends this. With a "budget" the power goes after so many steps (nor_flash), and all
stands still at that byte until somebody kills it.

For the network time passes LAPSE times as fast, and a record is due every RECORD_MS; seldom if
this life "rests". "begin_s" is the day's time when it begins, in s since 2024; it is known after
"timeless" records. All figures follow from that time, so that a record that was mixed up with
another shows. "mat": the mat is on; "new": the flash has no file system yet; "boot": the number of
the start.

Lines of standard output: `up N`: the next record to be made; `made N T K`: record N is of time T,
a mark if K is not 0; `safe N`: all before N are in the flash; `cut`: the power has gone.
"""

import asyncio
import gc
import json
import os
import sys
import time

from nor_flash import BLOCK, Flash, make, use
from relay_program import SETTINGS, make_device, make_early

from bms import pack as p
from building import history
from building.relay import build_relay
from relay import commands as c

BLOCKS = 128
LAPSE = 5
STEP_MS = 2
RECORD_MS = 40
RECORD_S = 10  # of the day
SET_UP = {
    "history_kb": 256,
    "history_interval_s": RECORD_S,
    "history_rest_s": 60,
    "mqtt_interval_s": 15,
    "ha_discovery": False,
}


class FileFlash(Flash):
    """A Flash in a file."""

    def __init__(self, path):
        super().__init__(0)
        self._file = open(path, "r+b")
        self.erased = [0] * BLOCKS

    def readblocks(self, n, buf, offset=0):
        self._file.seek(n * BLOCK + offset)
        self._file.readinto(buf)

    def writeblocks(self, n, buf, offset=0):
        old = bytearray(len(buf))
        self.readblocks(n, old, offset)
        size = self._afford(len(buf))
        self._write(n * BLOCK + offset, bytes([old[i] & buf[i] for i in range(size)]))
        return self._after(size == len(buf))

    def ioctl(self, op, arg):
        if op != 6:
            return super().ioctl(op, arg)
        parts = self._afford(4)
        self._write(arg * BLOCK, b"\xff" * (BLOCK // 4 * parts))
        return self._after(parts == 4)

    def _write(self, at, data):
        self._file.seek(at)
        self._file.write(data)

    def _after(self, whole):
        if not whole:
            print("cut")
            sys.stdin.read()
        return 0 if whole else -5


class Clock:
    """Knows the time of day after so many records; `day_s` is what it is, known or not."""

    host = "pool.ntp.org"
    good_ms = 0

    def __init__(self, begin_s, timeless):
        self.day_s = begin_s
        self._begin_s = begin_s + RECORD_S * timeless

    @property
    def known(self):
        return self.day_s > self._begin_s

    @property
    def stamp(self):
        return b"%d" % self.day_s if self.known else b"null"

    def since_2024_s(self):
        return self.day_s if self.known else None

    def passed(self, until):
        return None


def watch(ring, clock):
    """Has it say what becomes of each record."""
    put, commit = ring.put, ring.commit

    def put_and_say(record):
        number = ring.next
        if not put(record):
            return False
        print("made", number, clock.day_s, record.kind)
        return True

    def commit_and_say():
        commit()
        print("safe", ring.next)

    ring.put = put_and_say
    ring.commit = commit_and_say


def set_figures(pack, day_s):
    """Gives the pack figures that only this time has: tools/cost/delivery.py knows them, too."""
    pack.put(p.SOC_PCT, day_s // RECORD_S % 101)
    pack.put(p.PACK_MV, 10 * (day_s // RECORD_S % 6007))
    pack.put(p.CURRENT_MA, day_s % 65_521 - 30_000)


def start(life):
    """Returns the device of a life, and its relay."""
    flash = FileFlash(life["flash"])
    if life["new"]:
        make(flash)
    use(flash)
    device = make_device("")
    device.boots = life["boot"]
    device.clock = Clock(life["begin_s"], life["timeless"])
    device.output.on = life["mat"]
    device.extras = ()
    settings = SETTINGS | SET_UP | {"mqtt_port": life["mqtt_port"]}
    secrets = {"mqtt_password": ""}
    early = make_early(settings, secrets, b"a0b1")
    history.add_to(device, early)
    ring = device.recorder.ring
    print("up", ring.next)
    watch(ring, device.clock)
    device.relay = relay = build_relay(device, early, ("bench", "0.0.0"))
    flash.budget = None if life["budget"] is None else flash.steps + life["budget"]
    return device, relay


async def main(life):
    device, relay = start(life)
    pack = device.bms.pack
    began = time.ticks_ms()
    next_ms = 0
    relay.start(began)
    while True:
        since_ms = time.ticks_diff(time.ticks_ms(), began)
        now = began + LAPSE * since_ms
        if since_ms >= next_ms:
            next_ms += RECORD_MS * (8 if life["rests"] else 1)
            device.uptime_s += RECORD_S
            device.clock.day_s += RECORD_S
            set_figures(pack, device.clock.day_s)
            pack.touch(p.STATUS, now)
            pack.summarise()
            device.recorder.step(device, now)
        command = relay.step(device.wifi, now)
        if command != c.NOTHING:
            relay.settle(False)
        await asyncio.sleep_ms(STEP_MS)


if __name__ == "__main__":
    gc.threshold(50_000)
    asyncio.run(main(json.loads(os.getenv("LIFE"))))
