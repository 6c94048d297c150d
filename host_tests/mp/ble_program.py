"""A small application around BLELink, for the bench; what it sees is in seen.json.

ble.json in the working directory holds its settings; lines appended to commands.txt are obeyed:
`hand_over S`, `hold MS` (keeps the loop), `deaf MS` (reads nothing), `scarce BYTES` (memory).
"""

import asyncio
import json
import os
import sys
import time
from binascii import hexlify

import esp32

from bms import catalog
from bms import pack as p
from bms.check import Check
from links.ble_link import BLELink
from links.ble_radio import Radio
from links.ble_setup import STATES
from links.ble_target import Target
from words import RADIO_NAMES

TICK_MS = 50
IDLE_TICK_MS = 100


class Program:
    def __init__(self, settings, radio):
        self.pack = p.PackState()
        self.dialect = catalog.create(settings["dialect"], self.pack, 256, 1000)
        self.check = Check(self.pack, 300)
        target = Target(
            settings.get("address", ""),
            settings.get("name", ""),
            settings.get("target", settings["dialect"]),
        )
        self.radio = radio
        self.second = Program(settings["second"], radio) if "second" in settings else None
        self.link = BLELink(self.radio, target, settings.get("pin", -1))
        self.rx = bytearray(256)
        self.tx = bytearray(32)
        self.frames = 0
        self.deaf_until = None
        self.done = 0

    def serve(self):
        link = self.link
        now = time.ticks_ms()
        if self.second is not None:
            self.second.serve()
        if link.renewed:
            link.renewed = False
            self.dialect.reset()
        if self.deaf_until is not None:
            if time.ticks_diff(self.deaf_until, now) > 0:
                return
            self.deaf_until = None
        while link.pending:
            n = link.readinto(self.rx)
            decoded = self.dialect.feed(self.rx, n, now)
            if decoded:
                self.frames += decoded
                self.check.step(now)
        if link.up:
            n = self.dialect.request(now, self.tx)
            if n:
                link.write(self.tx, n)

    def tell(self):
        link = self.link
        framer = self.dialect.framer
        frames = getattr(self.dialect, "frames", None)  # of a JK
        seen = {
            "ms": time.ticks_ms(),
            "state": name(STATES, link.state),
            "reason": name(RADIO_NAMES, link.reason),
            "counts": counts(link.counts),
            "up": link.up,
            "frames": self.frames,
            "dropped_bytes": framer.dropped,
            "failures": link.failures,
            "connects": link.connects,
            "notifications": link.notifications,
            "overflows": link.overflows,
            "write_errors": link.write_errors,
            "handed_over_s": link.handed_over_s,
            "reset_wanted": link.reset_wanted,
            "candidates": link.candidates,
            "mtu": link.mtu,
            "rssi": link.rssi,
            "found": link.found,
            "address": link.address and str(hexlify(link.address, ":"), "ascii").upper(),
            "losses": link.losses,
            "second": None if self.second is None else self.second.frames,
            "errors": self.radio.errors,
            "adverts": self.radio.adverts,
            "free": self.radio.free,
            "proven": self.dialect.proven if frames is None else frames.proven,
            "variant": None if frames is None else frames.variant,
            "withheld": None if frames is None else frames.withheld,
            "plausible": self.check.plausible,
            "pack": figures(self.pack),
        }
        with open("seen.json.new", "w") as file:
            json.dump(seen, file)
        os.rename("seen.json.new", "seen.json")

    def obey(self):
        try:
            with open("commands.txt") as file:
                lines = file.read().split("\n")[:-1]
        except OSError:
            return
        for line in lines[self.done :]:
            self.done += 1
            what, number = line.split()
            if what == "hand_over":
                self.link.hand_over(int(number))
            elif what == "hold":
                end = time.ticks_add(time.ticks_ms(), int(number))
                while time.ticks_diff(end, time.ticks_ms()) > 0:
                    pass
            elif what == "deaf":
                self.deaf_until = time.ticks_add(time.ticks_ms(), int(number))
            elif what == "scarce":
                scarce(int(number))

    async def run(self):
        asyncio.create_task(self.link.run())
        if self.second is not None:
            asyncio.create_task(self.second.link.run())
        ticks = 0
        while True:
            self.serve()
            ticks += 1
            if ticks % 6 == 0:
                answering = self.pack.fresh(p.STATUS, time.ticks_ms(), 5000)
                self.link.watch(answering, self.dialect)
                self.obey()
                self.tell()
            await asyncio.sleep_ms(TICK_MS if self.link.up else IDLE_TICK_MS)


def scarce(free):
    """Lets the chip have so much memory outside of Python's heap; 0: as much as it has."""
    if free:
        esp32.idf_heap_info = lambda _: [(free, free, free // 2, free)]
    else:
        esp32.idf_heap_info = lambda _: [(200_000, 100_000, 50_000, 100_000)]


def figures(pack):
    """Returns some of what the pack shows, in the vocabulary; unknown is None."""
    slots = (p.PACK_MV, p.CURRENT_MA, p.SOC_PCT, p.CHARGE_ON, p.DISCHARGE_ON, p.CHARGE_UTP_DC)
    names = ("pack_mv", "current_ma", "soc_pct", "charge_on", "discharge_on", "charge_utp_dc")
    shown = {}
    for i in range(len(slots)):
        shown[names[i]] = pack.get(slots[i]) if pack.has(slots[i]) else None
    shown["cell_mv"] = list(pack.cell_mv[: pack.cells])
    temps = range(pack.temps)
    shown["temps_dc"] = [pack.temps_dc[i] if pack.temp_valid[i] else None for i in temps]
    shown["sw_version"] = pack.text(p.SW_VERSION)
    return shown


def name(table, index):
    return str(table.split(b"\n")[index], "ascii")


def counts(array):
    return {name(RADIO_NAMES, i): array[i] for i in range(len(array)) if array[i]}


with open("ble.json") as file:
    settings = json.load(file)
scarce(settings.get("scarce", 0))
try:
    asyncio.run(Program(settings, Radio()).run())
except Exception as error:
    sys.print_exception(error)
