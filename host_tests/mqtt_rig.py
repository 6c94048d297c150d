"""The relay as it is built, on sockets without a network and a broker that does what a test wants.

bench = Bench(**settings)
bench.run(10_000)
"""

import errno
import io
import json
import types

import words
from bms import pack as p
from bms.check import PLAUSIBLE
from compat import ticks_add, ticks_diff
from relay import commands as c
from screen.draw.language import Language

SETTINGS = {
    "name": "Packmate",
    "mqtt_host": "192.168.1.2",
    "mqtt_port": 1883,
    "mqtt_user": "käfer",
    "mqtt_topic": "packmate",
    "mqtt_interval_s": 10,
    "mqtt_mb_a_month": 0,
    "mqtt_mode": True,
    "mqtt_boost": True,
    "mqtt_thresholds": True,
    "mqtt_writes": True,
    "ha_discovery": True,
    "mqtt_tls": "off",
    "mqtt_ca": "ca.pem",
    "mqtt_cert": "",
    "mqtt_key": "",
    "ha_by_device": False,
    "ha_prefix": "homeassistant",
    "heater_output": "gpio",
    "heater_mode": "charger_or_soc",
    "heater_thresholds": "own",
    "heater_on_dc": 50,
    "heater_off_dc": 100,
    "heater_probe": "mat",
    "preheat_at": "07:30",
    "mqtt_victron": False,
    "history_kb": 0,
    "mqtt_influx": False,
    "update_url": "",
    "charge_max_a": 0,
    "charge_full_dc": 100,
    "charge_table": "",
    "cells_limit_dc": 0,
    "packs": (),
    "bms_dialect": "jk_gps",
    "bms_link": "uart",
}
SECRETS = {"mqtt_password": "s3cret-ü"}
UNIT = b"0a1b"
BASE = "packmate/0a1b"
DNS = ("192.168.1.1", 53)
# A record of a name: its address is 192.168.1.7.
A = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\xa8\x01\x07"


def thing(**attributes):
    return types.SimpleNamespace(**attributes)


def packet(kind, body):
    length = len(body)
    head = bytes((kind,))
    while length >= 128:
        head += bytes((length & 127 | 128,))
        length >>= 7
    return head + bytes((length,)) + body


def text(data):
    data = data.encode() if isinstance(data, str) else data
    return len(data).to_bytes(2, "big") + data


def message(topic, payload, retain=False):
    payload = payload.encode() if isinstance(payload, str) else payload
    return packet(0x31 if retain else 0x30, text(topic) + payload)


def answer(question, *records, code=0):
    """Returns what a name server answers."""
    return (
        question[:2]
        + bytes((0x81, 0x80 | code, 0, 1, 0, len(records), 0, 0, 0, 0))
        + question[12:]
        + b"".join(records)
    )


class Broker:
    """Answers a connection's packets. What it does can be changed at any time."""

    def __init__(self):
        self.listens = True  # connections are accepted
        self.answers = True
        self.code = 0  # of CONNACK
        self.denied = ()  # topics
        self.forgets = False  # nothing retained is told, as after a restart
        self.hello = None  # said instead of a CONNACK
        self.acknowledges = True  # messages of QoS 1, which it has then; else they are lost
        self.retained = {}
        self.published = []  # (topic, payload, retain)
        self.packets = []  # (first byte, body)
        self.connections = []

    @property
    def connection(self):
        return self.connections[-1]

    def say(self, data):
        self.connection.inbox += data

    def send(self, topic, payload, retain=False):
        self.say(message(topic, payload, retain))

    def hear(self, connection):
        """Takes whole packets out of what the client sent."""
        data = connection.outbox
        while len(data) >= 2:
            length = shift = 0
            at = 1
            while True:
                if at >= len(data):
                    return
                length |= (data[at] & 127) << shift
                shift += 7
                at += 1
                if not data[at - 1] & 128:
                    break
            if len(data) < at + length:
                return
            kind, body = data[0], bytes(data[at : at + length])
            del data[: at + length]
            self.packets.append((kind, body))
            if self.answers:
                self._answer(connection, kind, body)

    def _answer(self, connection, kind, body):
        if kind == 0x10:
            hello = packet(0x20, bytes((0, self.code))) if self.hello is None else self.hello
            connection.inbox += hello
            if self.code:
                connection.ended = True
        elif kind == 0x82:
            topic = body[4 : 4 + int.from_bytes(body[2:4], "big")].decode()
            connection.inbox += packet(
                0x90, body[:2] + (b"\x80" if topic in self.denied else b"\0")
            )
            if topic in self.retained and topic not in self.denied and not self.forgets:
                connection.inbox += message(topic, self.retained[topic], True)
        elif kind & 0xF0 == 0x30:
            end = 2 + int.from_bytes(body[:2], "big")
            topic, payload = body[2:end].decode(), body[end:]
            if kind & 6:
                if not self.acknowledges:
                    return
                connection.inbox += packet(0x40, payload[:2])
                payload = payload[2:]
            self.published.append((topic, payload.decode(), bool(kind & 1)))
            if kind & 1:
                self.retained[topic] = payload
            if topic == BASE + "/availability":
                connection.inbox += message(topic, payload)  # it has subscribed to that
        elif kind == 0xC0:
            connection.inbox += packet(0xD0, b"")


class Socket:
    """A socket of a MicroPython port that does not block."""

    def __init__(self, net, stream):
        self.net = net
        self.stream = stream
        self.inbox = bytearray()
        self.outbox = bytearray()
        self.window = None  # bytes that one write takes; None: all
        self.ended = False
        self.error = None
        self.closed = False
        self.taken = self.given = self.writes = 0  # bytes, and calls
        net.sockets.append(self)

    def setblocking(self, flag):
        assert not flag

    def connect(self, address):
        self.address = address
        self.net.broker.connections.append(self)
        raise OSError(errno.EINPROGRESS, "as the port gives it")

    def write(self, data, at, n):
        assert not self.closed and 0 <= at and 0 < n <= len(data) - at
        if self.error:
            raise OSError(self.error, "as the port gives it")
        if not self.net.broker.listens:
            raise OSError(errno.ECONNREFUSED, "as the port gives it")
        if self.window == 0:
            return None
        n = n if self.window is None else min(n, self.window)
        self.outbox += bytes(data[at : at + n])
        self.taken += n
        self.writes += 1
        self.net.broker.hear(self)
        return n

    def readinto(self, buf, n=None):
        assert not self.closed
        n = len(buf) if n is None else n
        assert n > 0
        if self.error:
            raise OSError(self.error, "as the port gives it")
        if not self.inbox:
            return 0 if self.ended and self.stream else None
        if not self.stream:
            n = len(self.inbox)
        data = bytes(self.inbox[:n])
        del self.inbox[:n]
        buf[: len(data)] = data
        self.given += len(data)
        return len(data)

    def sendto(self, data, address):
        self.net.questions.append((data, address))
        answer = self.net.resolve(data) if self.net.resolve else None
        if answer is not None:
            self.inbox += answer

    def close(self):
        self.closed = True


class Net:
    """Stands for the module `socket`."""

    AF_INET, SOCK_STREAM, SOCK_DGRAM = 2, 1, 2

    def __init__(self, broker):
        self.broker = broker
        self.sockets = []
        self.questions = []  # to name servers
        self.resolve = None  # a function from a question to its answer
        self.full = False  # no memory for a socket

    def socket(self, _family=AF_INET, kind=SOCK_STREAM):
        if self.full:
            raise OSError(errno.ENOBUFS, "as the port gives it")
        return Socket(self, kind == self.SOCK_STREAM)

    def getaddrinfo(self, host, port):
        assert host.replace(".", "").isdigit(), "a name would block"
        return [(2, 1, 0, "", (host, port))]


class File(io.BytesIO):
    """An open file as MicroPython has it."""

    def readinto(self, buf, n=None):
        data = self.read(len(buf) if n is None else n)
        buf[: len(data)] = data
        return len(data)


class Wifi:
    losses = failures = reason = 0

    def __init__(self):
        self.up = True

    def name_server(self):
        return DNS[0]

    def rssi_dbm(self):
        return -67

    def address(self):
        return "192.168.1.5"


def make_codes():
    """Returns what reads the codes, as a device does."""
    from languages import codes

    return Language(File(codes.DATA))


def make_unit():
    return thing(
        pack=p.PackState(),
        check=thing(verdict=PLAUSIBLE, frozen=False),
        link=thing(TEXTS=words.WIRE_TEXTS, reason=0, losses=0),
        dialect=thing(
            STATE_BYTES=1792,
            framer=thing(frames=7, bad_checksum=1, bad_length=2, dropped=3),
        ),
        answering=True,
    )


def make_heater():
    return thing(
        latched=0,
        warnings=0,
        state=words.IDLE,
        reason=0,
        mode=1,
        duty_permille=450,
        power_mw=61_000,
        wh_today=12,
        ready_s=2280,
        ready_wh=61,
        boost_s=661,
        preheat=0,
        probe_dc=-7,
        learned_j_k=36_500,
        cold_min=74,
        cold_charged_mah=340,
        law=thing(charger=thing(source=0, present=False), on_dc=-20, off_dc=70),
        inputs=thing(from_bms=False, own_on_dc=-25, own_off_dc=60),
    )


def make_clock(ts=None, **facts):
    """Returns a clock that says so; None: the time is unknown."""
    stamp = b"null" if ts is None else b"%d" % ts
    known = {"known": ts is not None, "host": "pool.ntp.org", "good_ms": 0, "failures": 0}
    return thing(stamp=stamp, passed=lambda until: None, **{**known, **facts})


def make_bank():
    """Returns (device, its units): that of the whole, and those of its two packs."""
    units = [make_unit() for _ in range(3)]
    device = make_device(units)
    device.bms.units = tuple(units[1:])
    device.bms.bank = thing(
        packs=units[1:],
        good=2,
        coldest_pack=1,
        hottest_pack=1,
        blind=0,
        heated=thing(lax_pack=0),
        cell_min_pack=1,
        cell_max_pack=1,
    )
    return device, units


def make_device(units=None, writes=None):
    units = units or [make_unit()]
    bms = units[0]
    bms.units = tuple(units)
    return thing(
        bms=bms,
        state={"meter": [5120, 4800, 100_000, 98_500]},
        meter=thing(told=[21, 22, 23, 24]),
        heater=make_heater(),
        output=thing(on=False),
        writes=writes,
        ble=None,
        clock=None,
        updater=thing(
            told=0,
            latest="",
            percent=None,
            reason="",
        ),
        journal=thing(note=lambda what, about: None, events=lambda: iter(())),
        recorder=None,
        budget=None,
        wifi=Wifi(),
        max_age_ms=10_000,
        uptime_s=99,
        boots=4,
        reset_cause=1,
        loop_max_ms=21,
        memory=thing(
            python_free=30_000,
            python_min_free=20_000,
            idf_free=41_000,
            idf_largest=31_000,
            idf_min=36_000,
        ),
    )


class Bench:
    """A built relay, its device and its broker, on a clock of the test's."""

    def __init__(self, monkeypatch, now=1000, device=None, errors=(), roomy=False, **settings):
        from building import relay as builder
        from hardware.net import resolver
        from languages import codes
        from mqtt import session
        from relay import discovery
        from screen.draw.language import Language

        self.now = now
        self.broker = Broker()
        self.net = Net(self.broker)
        monkeypatch.setattr(session, "socket", self.net)
        monkeypatch.setattr(resolver, "socket", self.net)
        monkeypatch.setattr(builder, "_discovery", lambda: File(discovery.DATA))
        monkeypatch.setattr(builder, "open_codes", lambda: Language(File(codes.DATA)))
        self.device = device or make_device()
        self.device.meter = None  # with what was kept it is made anew
        self.wifi = self.device.wifi
        self.unit = self.device.bms
        self.pack = self.unit.pack
        early = thing(
            unit=UNIT,
            settings=SETTINGS | settings,
            secrets=SECRETS,
            errors=errors,
            roomy=roomy,
            ballast=0,  # nothing is borrowed
        )
        self.relay = builder.build_relay(self.device, early, ("M", "1"))
        self.session = self.relay.session
        self.device.relay = self.relay
        self.commands = []
        self.possible = True  # what the loop says to commands
        self.talks = False  # the pack is heard at each step
        self.relay.start(now)

    def run(self, ms, step=100):
        end = ticks_add(self.now, ms)
        while ticks_diff(end, self.now) > 0:
            self.now = ticks_add(self.now, step)
            if self.talks:
                self.pack.touch(p.STATUS, self.now)
            command = self.relay.step(self.wifi, self.now)
            if command != c.NOTHING:
                self.commands.append((command, self.relay.value))
                self.relay.settle(self.possible)

    def hear_pack(self, cells=2):
        self.talks = True
        self.pack.cells = cells
        for i in range(cells):
            self.pack.cell_mv[i] = 3300 + i
        self.pack.temps = 1
        self.pack.put_temp(0, 20)
        self.pack.put(p.SOC_PCT, 87)
        self.pack.put(p.PACK_MV, 6600)
        self.pack.touch(p.STATUS, self.now)
        self.pack.summarise()

    def told(self, name):
        """Returns the messages on BASE/name, parsed."""
        return [
            json.loads(x) for topic, x, _ in self.broker.published if topic == f"{BASE}/{name}"
        ]

    def results(self):
        return [(r["command"], r["done"], r["reason"]) for r in self.told("result")]

    def configs(self):
        """Returns {key: config} of what is announced and not cleared."""
        found = {}
        for topic, payload in self.broker.retained.items():
            if topic.endswith("/config") and payload:
                found[topic.split("/")[3]] = json.loads(payload)
        return found

    def config_topics(self):
        return [topic for topic, _, _ in self.broker.published if topic.endswith("/config")]

    def count(self, kind):
        return len([1 for first, _ in self.broker.packets if first == kind])


def failure(bench):
    """Returns why the relay of a Bench has no session, as it is told."""
    return words.MQTT_NAMES.split(b"\n")[bench.session.failure].decode()
