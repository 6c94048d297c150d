"""What a budget of data does to the messages of a van: a part of `tools.benchmark traffic`.

A month of days as in history_figures.py, by the law of lib/relay/budget.py, with the costs
that firmware/mqtt/thrifty.py counts.
"""

from history.keeper import has_moved, has_switched
from history.record import Record
from relay.budget import DAY_S, HEART_MS, MONTH_DAYS, PING_BYTES, Budget
from tools.cost import history_figures, traffic

INTERVAL_S = 15
PLANS = (50, 20, 10, 5, 2)
AROUND = 2 * 80  # a message is two writes: its head, and what it says
# Each hour, whatever happens: heater, device, info, data.
HOURLY = (480, 600, 300, 190)


def cost(payload):
    """Returns what the device counts for a message."""
    return payload + traffic.TOPIC + AROUND


def van_day():
    """Returns the Records of a day, one each INTERVAL_S."""
    found = []
    for second, pack in history_figures.a_day(history_figures.van_ma):
        if second % INTERVAL_S == 0:
            found.append(Record())
            found[-1].take(pack, True, False, 0)
    return found


def month(mb, day):
    """Returns (bytes, seconds between two states by the clock: [one for each]) of a month."""
    budget = Budget(mb)
    state = cost(traffic.state_bytes(16))
    hourly = sum(cost(size) for size in HOURLY)
    spent = since_ms = hour_ms = ping_s = 0
    last = day[0]
    gaps = []
    for record in day * MONTH_DAYS:
        budget.step(INTERVAL_S)
        size = 0
        since_ms += 1000 * INTERVAL_S
        hour_ms += 1000 * INTERVAL_S
        ping_s += INTERVAL_S
        moved = has_switched(record, last) or has_moved(record, last)
        if budget.lets(since_ms, 1000 * INTERVAL_S, moved):
            size += state
            gaps.append(since_ms // 1000)
            since_ms = 0
            last = record
        if budget.lets(hour_ms, HEART_MS, True):
            size += hourly
            hour_ms = 0
        if ping_s >= budget.ping_s():
            size += PING_BYTES * ping_s // budget.ping_s()
            ping_s %= budget.ping_s()
        budget.spend(size)
        spent += size
    return spent, gaps


def table():
    """Returns the lines of the Markdown table."""
    day = van_day()
    by_itself = traffic.a_day(INTERVAL_S) * MONTH_DAYS / 1e6
    lines = ["| `mqtt_mb_a_month` | MB a month | states a day | half of them within | ping each |"]
    lines += ["|---|---:|---:|---:|---:|"]
    lines.append(
        f"| by itself | {by_itself:.0f} | {DAY_S // INTERVAL_S} | {INTERVAL_S} s | 30 s |"
    )
    for mb in PLANS:
        spent, gaps = month(mb, day)
        half = sorted(gaps)[len(gaps) // 2]
        cells = (f"{spent / 1e6:.1f}", f"{len(gaps) // MONTH_DAYS}", f"{half} s")
        lines.append(f"| {mb} | " + " | ".join(cells) + f" | {Budget(mb).ping_s()} s |")
    return lines
