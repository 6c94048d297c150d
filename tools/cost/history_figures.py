"""What the history costs and holds: `python -m tools.benchmark history`.

Of days in a van, made up but with what moves there: a compressor that cools a third of the time,
sun that clouds pass, a stove and lights in the evening; in a shed with panels and an inverter,
whose loads come and go; and of days in which nothing happens. The records are made, and put into
pages, by the modules of the device; what is counted are the blocks of the file system that these
take.
"""

import math
import pathlib
import random
import tempfile
import time

from bms import pack as p
from history import page
from history.keeper import Keeper
from history.record import SEGMENT_BYTES, Record
from history.ring import PAGES, Ring
from kept.record_store import PAGES as RECORD_PAGES
from kept.record_store import RecordStore
from tools import ROOT
from tools.cost import traffic
from tools.mp import runner

DAY_S = 86_400
INTERVAL_S = 60
REST_S = 900
YEAR_BYTES = 2048 * 1024
YEAR_DAYS = 365
PEER_BYTES = 13  # a record of the peer's
DAYS = 3
WEAR = ROOT / "tools" / "mp" / "measure_wear.py"
WORN = 30_000  # records
ERASURES = 100_000  # that a block of the flash bears
FULL_MAH = 200_000
# A message of the history, with figures of five digits.
MESSAGE = 330
PUBACK = 4 + traffic.SEGMENT
WAITING = 600  # records that wait for the broker, when the replay is measured
START_S = 90_000_000  # s since 2024


class Counting:
    """The files of a ring, of which only the size is kept."""

    def __init__(self):
        self.pages = 0

    def numbers(self):
        return []

    def read_tail(self, buf):
        return 0

    def write_tail(self, buf, end):
        pass

    def append(self, number, buf, start, end):
        self.pages += (end - start) // page.BYTES


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


def shed_ma(second, chance):
    """The same in a shed: panels, an inverter that idles, tools and a kettle by day."""
    hour = second / 3600
    sun = max(0.0, math.sin(math.pi * (hour - 6) / 13))
    ma = -400 + int(40_000 * sun * (0.4 if second // 900 % 4 == 1 else 1))
    if 8 < hour < 17 and second // 240 % 5 == 2:
        ma -= 18_000
    if second // 180 % 53 == 7:
        ma -= 40_000
    return ma + chance.randrange(-150, 151)


def records(ma_of, interval_s=INTERVAL_S, rest_s=REST_S):
    """Returns (records a day, bytes of the flash that one takes)."""
    store = Counting()
    ring = Ring(store, 1000)
    keeper = Keeper(ring, interval_s, rest_s, 1)
    for day in range(DAYS):
        for second, pack in a_day(ma_of):
            now_s = DAY_S * day + second
            keeper.look(pack, True, False, 1, now_s, START_S + now_s)
            if ring.full():
                ring.commit()
    ring.commit()
    return ring.next / DAYS, store.pages * SEGMENT_BYTES / PAGES / ring.written


def a_day(ma_of):
    """Yields (second, the PackState of then) through a day; ma_of: van_ma, shed_ma, still_ma."""
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
        pack.put(p.CHARGE_ON, 1)
        pack.put(p.DISCHARGE_ON, 1)
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
        with open(self._folder / f"{RECORD_PAGES}{number:08x}", "ab") as file:
            file.write(buf[start:end])

    def write_tail(self, buf, end):
        (self._folder / "now" / f"{RECORD_PAGES}tail").write_bytes(buf[:end])


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


def wear():
    """Returns {figure: number} of tools/mp/measure_wear.py."""
    places = (*runner.PLACES, ROOT / "host_tests" / "mp")
    result = runner.run64(WEAR, [WORN], places, 16_000_000, timeout=900)
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    return {name: int(n) for name, n in (x.split("|") for x in result.stdout.splitlines())}


def table():
    """Returns the lines of the Markdown table."""
    worn = wear()
    lifetime = ERASURES * WORN / worn["worst"]  # records
    lines = ["| | records a day | bytes each | 2 MB hold, days | the flash bears it, years |"]
    lines[0] += " MB a day on the line |"
    lines.append("|---|---:|---:|---:|---:|---:|")
    van = records(van_ma)
    for name, (count, size) in (
        ("a van in use, by the defaults", van),
        ("a shed with panels, likewise", records(shed_ma)),
        ("a pack that nobody uses", records(still_ma)),
        ("one each ten seconds, the most there can be", records(van_ma, 10, 10)),
    ):
        line_mb = day_bytes(count) / 1e6
        days = YEAR_BYTES / size / count
        years = lifetime / count / YEAR_DAYS
        row = f"| {name} | {count:.0f} | {size:.1f} | {days:.0f} | {years:.0f} | {line_mb:.2f} |"
        lines.append(row)
    ours, theirs = (YEAR_BYTES / size / YEAR_DAYS for size in (van[1], PEER_BYTES))
    lines += [
        "",
        f"A year in 2 MB are so {ours:.0f} records a day, one each {DAY_S / ours:.0f} s; of "
        f"{PEER_BYTES} bytes each, the fewest that another takes, {theirs:.0f}, one each "
        f"{DAY_S / theirs:.0f} s.",
        "",
        f"{WORN:,} records, each of them delivered, erased {worn['erased']:,} blocks, the worst "
        f"one {worn['worst']} times. One write read {worn['read_at_once'] // 1000} kB and erased "
        f"{worn['erased_at_once']} blocks at most.",
    ]
    return lines
