"""Plays many relays at one broker: `python -m tools.fleet [--relays 10 100 1000]`.

Each has a connection of its own, logs in as a Packmate does, and tells the state of its pack at
the interval, with the payload that the firmware makes. Somebody else listens to all of them: how
many messages come, how late, and which never. Without --host a mosquitto is started for it.
"""

import argparse
import asyncio
import json
import random
import resource
import sys
import time

from relay import making, packets
from tools.bench.net.broker import Broker
from tools.cost import traffic

KEEPALIVE_S = 60
_SEQ = b'"seq":'
_SETTLE_S = 2  # for what is still under way at the end
_AT_ONCE = 50  # connections being made
_WAIT_S = 30
_CONNACK = b"\x20\x02\x00\x00"


class Relay:
    """One box: its topics, its connection, and when it sent what."""

    def __init__(self, number, template):
        self.base = b"fleet/%012x" % number
        self.sent = {}  # seq: when, in s of the monotonic clock
        self._parts = template
        self._writer = None

    async def connect(self, host, port):
        """Logs in; raises OSError if the broker does not let it in."""
        reader, self._writer = await asyncio.open_connection(host, port)
        client = b"fleet-" + self.base.rpartition(b"/")[2]
        names = (self.base, b"/availability", b"offline", b"", b"", KEEPALIVE_S)
        self._writer.write(making.connect(client, *names))
        answer = await asyncio.wait_for(reader.readexactly(4), _WAIT_S)
        if answer != _CONNACK:
            raise OSError(f"the broker answers {answer.hex()}")

    async def run(self, interval_s, until):
        """Tells its state at the interval, beginning somewhere in the first one."""
        begin = time.monotonic() + random.uniform(0, interval_s)
        seq = 0
        while begin + seq * interval_s < until:
            await asyncio.sleep(max(0, begin + seq * interval_s - time.monotonic()))
            self.sent[seq] = time.monotonic()
            before, after = self._parts
            self._writer.write(publish(self.base, b"/state", b"%s%d%s" % (before, seq, after)))
            await self._writer.drain()
            seq += 1

    def close(self):
        """Ends the connection."""
        if self._writer is not None:
            self._writer.close()


def publish(base, name, payload):
    """Returns a PUBLISH of QoS 0."""
    length = 2 + len(base) + len(name) + len(payload)
    buf = bytearray(length + 5)
    at = packets.put_head(buf, packets.PUBLISH, length)
    at = packets.put_topic(buf, at, base, name)
    return bytes(buf[:at]) + payload


def template():
    """Returns what is before and behind the number in a state message of 16 cells."""
    text = traffic.state_text(16)
    before, _, rest = text.partition(_SEQ)
    return before + _SEQ, rest[rest.index(b",") :]


class Listener:
    """Hears all states. `late_s`: how long each was under way; `seen`: {(base, seq)}."""

    def __init__(self, relays):
        self.late_s = []
        self.seen = set()
        self._relays = {relay.base: relay for relay in relays}
        self._reader = self._writer = None

    async def connect(self, host, port):
        """Logs in and subscribes."""
        self._reader, self._writer = await asyncio.open_connection(host, port, limit=1 << 22)
        names = (b"fleet", b"/listener", b"offline", b"", b"", KEEPALIVE_S)
        self._writer.write(making.connect(b"fleet-listener", *names))
        await self._packet()
        topic = b"fleet/+/state"
        body = b"\0\1" + len(topic).to_bytes(2, "big") + topic + b"\0"
        self._writer.write(bytes((packets.SUBSCRIBE, len(body))) + body)
        await self._packet()

    async def _packet(self):
        """Returns (first byte, the rest) of the next packet."""
        kind = (await self._reader.readexactly(1))[0]
        length = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return kind, await self._reader.readexactly(length)

    async def run(self):
        """Hears, until it is cancelled."""
        while True:
            kind, body = await self._packet()
            if kind & 0xF0 == packets.PUBLISH:
                self.hear(body)

    def hear(self, body):
        """Takes the body of a PUBLISH."""
        now = time.monotonic()
        end = 2 + int.from_bytes(body[:2], "big")
        base = body[2:end].removesuffix(b"/state")
        at = body.index(_SEQ, end) + len(_SEQ)
        seq = int(body[at : body.index(b",", at)])
        self.seen.add((base, seq))
        self.late_s.append(now - self._relays[base].sent[seq])

    def close(self):
        """Ends the connection."""
        self._writer.close()


async def play(host, port, count, interval_s, seconds):
    """Plays `count` relays; returns a dict of figures, as `table` shows them."""
    parts = template()
    relays = [Relay(number, parts) for number in range(count)]
    listener = Listener(relays)
    await listener.connect(host, port)
    hearing = asyncio.create_task(listener.run())
    try:
        began = time.monotonic()
        for at in range(0, count, _AT_ONCE):
            await asyncio.gather(*[r.connect(host, port) for r in relays[at : at + _AT_ONCE]])
        connected_s = time.monotonic() - began
        until = time.monotonic() + seconds
        await asyncio.gather(*[relay.run(interval_s, until) for relay in relays])
        await asyncio.sleep(_SETTLE_S)
    finally:
        hearing.cancel()
        for one in (*relays, listener):
            one.close()
    sent = sum(len(relay.sent) for relay in relays)
    late_ms = sorted(1000 * late for late in listener.late_s) or [0]
    return {
        "relays": count,
        "connected_s": connected_s,
        "a_second": len(listener.seen) / seconds,
        "ms": [late_ms[min(len(late_ms) - 1, len(late_ms) * p // 100)] for p in (50, 95, 99)],
        "longest_ms": late_ms[-1],
        "sent": sent,
        "lost": sent - len(listener.seen),
    }


def table(rows):
    """Returns the lines of a Markdown table."""
    lines = [
        "| relays | all let in, s | messages a second | median, ms | 95 % | 99 % | longest | "
    ]
    lines[0] += "sent | lost |"
    lines.append("|" + "---:|" * 9)
    for row in rows:
        late = " | ".join(f"{ms:.1f}" for ms in (*row["ms"], row["longest_ms"]))
        first = f"| {row['relays']:,} | {row['connected_s']:.1f} | {row['a_second']:,.0f} | "
        lines.append(first + f"{late} | {row['sent']:,} | {row['lost']:,} |")
    return lines


def allow_sockets(count):
    """Lets this process, and a broker that it starts, have so many; as far as the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 200
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="fleet", description=__doc__.split("\n")[0])
    parser.add_argument("--relays", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--interval", type=float, default=1.0, help="s between two states; 1")
    parser.add_argument("--seconds", type=float, default=20.0, help="of telling; 20")
    parser.add_argument("--host", help="of a broker; default: a mosquitto of its own")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--json", action="store_true", help="the figures as JSON, a line each")
    options = parser.parse_args(argv)
    allow_sockets(max(options.relays))
    broker = None if options.host else Broker().start()
    try:
        place = (options.host, options.port) if options.host else ("127.0.0.1", broker.port)
        rows = []
        for count in options.relays:
            rows.append(asyncio.run(play(*place, count, options.interval, options.seconds)))
            if options.json:
                print(json.dumps(rows[-1]))
    finally:
        if broker is not None:
            broker.stop()
    if not options.json:
        print("\n".join(table(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
