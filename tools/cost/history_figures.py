"""What the history costs and holds: `python -m tools.benchmark history`.

Of a day in a van, made up but with what moves there: a compressor that cools a third of the time,
sun that clouds pass, a stove and lights in the evening; and of a day in which nothing happens.
"""

import math
import pathlib
import random
import tempfile
import time

from bms import pack as p
from history.keeper import Keeper
from history.record import BYTES, PER, SEGMENT_BYTES, Record
from history.ring import Ring
from kept.record_store import RecordStore
from tools.cost import traffic

DAY_S = 86_400
INTERVAL_S = 60
REST_S = 900
YEAR_KB = 2048
FULL_MAH = 200_000
# A message of the history, with figures of five digits.
MESSAGE = 330
PUBACK = 4 + traffic.SEGMENT
WAITING = 600  # records that wait for the broker, when the replay is measured
START_S = 90_000_000  # s since 2024


class Counting:
    """A ring that keeps nothing."""

    first = next = 0

    def put(self, _record):
        self.next += 1
        return True


def van_ma(second, chance):
    """Returns the current of that second of a day, in mA: positive while charging."""
    hour = second / 3600
    ma = -300
    if second % 1800 < 600:
        ma -= 4000  # the compressor
    sun = math.sin(math.pi * (hour - 7) / 11) if 7 < hour < 18 else 0
    cloud = 0.3 if second // 420 % 3 == 0 else 1
    ma += int(25_000 * sun * cloud)
    if 18 < hour < 22:
        ma -= 2500
    if 18.5 < hour < 18.9:
        ma -= 60_000
    return ma + chance.randrange(-60, 61)


def still_ma(_second, chance):
    """The same of a pack that nobody uses."""
    return -80 + chance.randrange(-20, 21)


def records_a_day(ma_of, interval_s=INTERVAL_S, rest_s=REST_S):
    """Returns how many records a day makes."""
    ring = Counting()
    keeper = Keeper(ring, interval_s, rest_s, 1)
    for second, pack in a_day(ma_of):
        keeper.look(pack, True, False, 1, second, second)
    return ring.next


def a_day(ma_of):
    """Yields (second, the PackState of then) through a day; ma_of: van_ma or still_ma."""
    pack = p.PackState()
    pack.cells = 16
    chance = random.Random(1)
    mas = FULL_MAH * 3600 * 6 // 10
    for second in range(DAY_S):
        ma = ma_of(second, chance)
        mas += ma
        soc = max(0, min(100, 100 * mas // (FULL_MAH * 3600)))
        mv = 3290 + soc // 3 + ma // 2000
        for i in range(16):
            pack.cell_mv[i] = mv + i % 4
        pack.put(p.PACK_MV, 16 * mv)
        pack.put(p.CURRENT_MA, ma)
        pack.put(p.SOC_PCT, soc)
        pack.temps = 1
        pack.put_temp(0, 150 + int(50 * math.sin(2 * math.pi * second / DAY_S)))
        pack.summarise()
        yield second, pack


def day_bytes(records):
    """Returns what so many records cost on the line."""
    return records * (traffic.message_cost(MESSAGE) + PUBACK)


def fill(folder, count):
    """Makes the files of a device that has made so many records, in `folder`."""
    ring = Ring(HostStore(folder), 1000)
    record = Record()
    record.of_day = True
    for n in range(count):
        record.time_s = START_S + n
        ring.put(record)
        ring.commit()


class HostStore(RecordStore):
    """The files of the ring in a folder of the host."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder) / "records"
        (self._folder / "now").mkdir(parents=True)

    def numbers(self):
        return []

    def read_tail(self, buf):
        return 0

    def append(self, number, buf, start, end):
        with open(self._folder / f"{number:08x}", "ab") as file:
            file.write(buf[start:end])

    def write_tail(self, buf, end):
        (self._folder / "now" / "tail").write_bytes(buf[:end])


def replay_rate():
    """Runs the firmware on the bench, at life's speed, with records that wait; returns how many
    reach a real broker a second, while all that is live goes on."""
    from tools.bench.bench import Bench
    from tools.bench.bench_config import BenchConfig
    from tools.bench.desk import Desk

    with tempfile.TemporaryDirectory(prefix="packmate-benchmark-") as folder:
        fill(folder, WAITING)
        config = BenchConfig(folder)
        config.psram = True
        config.wall_s = 850_000_000
        desk = Desk(Bench(config), {"history_kb": 64, "mqtt_interval_s": 5})
        try:
            return _watch(desk.start())
        finally:
            desk.stop()


def _watch(desk):
    heard = []
    while not (heard and heard[-1][1] >= WAITING - 1):
        if desk.error:
            raise SystemExit(f"the bench stopped: {desk.error}")
        told = desk.log.latest_json(f"{desk.log.base_of('packmate', 'availability')}/history")[0]
        if told is not None and (not heard or told["record"] != heard[-1][1]):
            heard.append((time.monotonic(), told["record"]))
        time.sleep(0.01)
    (began, first), (ended, last) = heard[0], heard[-1]
    return (last - first) / (ended - began)


def table():
    """Returns the lines of the Markdown table."""
    most = YEAR_KB * 1024 // SEGMENT_BYTES * PER
    van = records_a_day(van_ma)
    still = records_a_day(still_ma)
    every = DAY_S // INTERVAL_S
    lines = ["| | records a day | 2 MB hold, days | MB a day |", "|---|---:|---:|---:|"]
    for name, count in (
        ("a van in use, by the defaults", van),
        ("a pack that nobody uses", still),
        ("one a minute, whatever happens", every),
    ):
        lines.append(f"| {name} | {count} | {most // count} | {day_bytes(count) / 1e6:.2f} |")
    lines += ["", f"A record takes {BYTES} bytes; 2 MB hold {most:,} records."]
    return lines
