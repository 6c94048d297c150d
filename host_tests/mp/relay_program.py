"""The relay as the firmware runs it, with a made-up pack, for test_mqtt_broker.py.

    micropython relay_program.py '{"mqtt_port": 1883, …}'

The argument overrides settings; "slow_dns_s" makes the resolver take so long. Each quarter of a
second one line of JSON goes to standard output: the relay's figures, and the longest time that the
loop had to wait for its turn since the start.
"""

import asyncio
import gc
import json
import sys
import time

import words
from bms import pack as p
from mqtt import thread as mqtt_thread
from mqtt.relay import FAILURES, REFUSALS, Relay
from relay import commands as c
from relay import view as v
from relay.state import StateMessage
from relay.topics import Topics
from relay.view import View

SETTINGS = {
    "name": "Packmate",
    "mqtt_host": "127.0.0.1",
    "mqtt_port": 1883,
    "mqtt_user": "",
    "mqtt_topic": "packmate",
    "mqtt_interval_s": 1,
    "ha_discovery": True,
    "ha_prefix": "homeassistant",
    "heater_output": "gpio",
    "heater_thresholds": "own",
    "heater_probe": "none",
    "preheat_at": "",
    "bms_link": "uart",
    "packs": (),
}
UNIT = b"a0b1c2d3e4f5"
STEP_MS = 20

gap_ms = 0


class SlowSockets:
    """The socket module with a resolver that takes its time, in whatever thread asks it."""

    def __init__(self, sockets, seconds):
        self._sockets = sockets
        self._seconds = seconds

    def getaddrinfo(self, host, port):
        time.sleep(self._seconds)
        return self._sockets.getaddrinfo(host, port)


def make_pack():
    pack = p.PackState()
    pack.cells = 4
    for i in range(4):
        pack.cell_mv[i] = 3301 + i
    pack.temps = 2
    pack.put_temp(0, -35)
    pack.put(p.PACK_MV, 13210)
    pack.put(p.CURRENT_MA, -1500)
    pack.put(p.SOC_PCT, 87)
    return pack


async def tick():
    """Measures how late the loop is."""
    global gap_ms
    last = time.ticks_ms()
    while True:
        await asyncio.sleep_ms(5)
        now = time.ticks_ms()
        gap_ms = max(gap_ms, time.ticks_diff(now, last))
        last = now


async def report(relay):
    while True:
        line = {
            "connected": relay.connected,
            "connects": relay.connects,
            "failures": relay.failures,
            "failure": str(FAILURES.split(b"\n")[relay.failure], "ascii"),
            "detail": relay.detail,
            "refused": relay.commands_refused,
            "refusal": str(REFUSALS.split(b"\n")[relay.refusal], "ascii"),
            "done": relay.commands_done,
            "silent_ms": relay.silent_ms(time.ticks_ms()),
            "gap_ms": gap_ms,
        }
        print(json.dumps(line))
        await asyncio.sleep_ms(250)


def obey(view, command, value):
    """Notes commands where they show; releasing is what this device cannot do."""
    if command == c.SET_MODE:
        view.put(v.HEATER_MODE, value)
    elif command == c.ACKNOWLEDGE:
        view.faults = 0
    elif command == c.BOOST:
        view.put(v.HEATER_BOOST_S, 60 * value)
    elif command == c.SET_ON_DC:
        view.put(v.HEATER_OWN_ON_DC, value)
    elif command == c.SET_OFF_DC:
        view.put(v.HEATER_OWN_OFF_DC, value)
    elif command == c.RESET_REPORT:
        view.put(v.HEATER_COLD_MIN, 0)
    return command != c.RELEASE


async def main(settings, secrets):
    view = View((b"idle", b"", words.MODE_NAMES, b"", b"", FAILURES, REFUSALS, b"", b"", b"", b""))
    view.put(v.PLAUSIBLE, 1)
    view.put(v.HEATER_MODE, 0)
    message = StateMessage(view, 10_000)
    topics = Topics(settings["mqtt_topic"], UNIT, settings["ha_prefix"])
    relay = Relay(settings, secrets, topics, message, "bench", "0.0.0")
    pack = make_pack()
    relay.start(time.ticks_ms())
    tasks = [asyncio.create_task(tick()), asyncio.create_task(report(relay))]
    while tasks:
        now = time.ticks_ms()
        pack.touch(p.STATUS, now)
        pack.summarise()
        view.put(v.HEAP_FREE, gc.mem_free())
        command = relay.step(pack, True, now)
        if command != c.NOTHING:
            relay.settle(obey(view, command, relay.value))
        await asyncio.sleep_ms(STEP_MS)


given = json.loads(sys.argv[1])
secret = {"mqtt_password": given.pop("mqtt_password", "")}
slow_dns_s = given.pop("slow_dns_s", 0)
if slow_dns_s:
    mqtt_thread.socket = SlowSockets(mqtt_thread.socket, slow_dns_s)
SETTINGS.update(given)
asyncio.run(main(SETTINGS, secret))
