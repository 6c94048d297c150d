"""The relay as the firmware builds and runs it, with a made-up device, for test_mqtt_broker.py.

    RELAY='{"mqtt_port": 1883, …}' micropython relay_program.py

What is given overrides settings (it is no argument: those may have 255 bytes);
"name_server" is the address of one, "state" what was kept,
"time_after_s" when the time of day will be known (null: never),
"flap_s" takes the Wi-Fi away so often, and "collect" has the heap collected before it is told.
Each quarter of a second one line of JSON goes to standard output: the relay's figures, the longest
that one step took, the longest that the loop had to wait, and the heap in use.
"""

import asyncio
import gc
import json
import os
import time

from bms import pack as p
from bms.check import PLAUSIBLE
from building.relay import build_relay
from relay import commands as c
from relay.budget import Budget
from words import MQTT_NAMES, WIRE_TEXTS

SETTINGS = {
    "name": "Packmate",
    "mqtt_host": "127.0.0.1",
    "mqtt_port": 1883,
    "mqtt_user": "",
    "mqtt_topic": "packmate",
    "mqtt_interval_s": 1,
    "mqtt_mb_a_month": 0,
    "mqtt_mode": True,
    "mqtt_boost": True,
    "mqtt_thresholds": True,
    "mqtt_writes": True,
    "mqtt_victron": False,
    "history_kb": 0,
    "mqtt_influx": False,
    "charge_max_a": 0,
    "update_url": "",
    "ha_discovery": True,
    "mqtt_tls": "off",
    "mqtt_ca": "ca.pem",
    "mqtt_cert": "",
    "mqtt_key": "",
    "ha_by_device": False,
    "ha_prefix": "homeassistant",
    "bms_dialect": "jk_gps",
    "heater_output": "gpio",
    "heater_mode": "charger_or_soc",
    "heater_thresholds": "own",
    "heater_on_dc": 50,
    "heater_off_dc": 100,
    "heater_probe": "none",
    "preheat_at": "",
    "bms_link": "uart",
    "packs": (),
}
STEP_MS = 10
# What the BMS says that it is.
SAID = ((p.MODEL, b"JK_B2"), (p.HW_VERSION, b"15A"), (p.SW_VERSION, b"15.38"), (p.SERIAL, b"4101"))


class Thing:
    """Whatever has these attributes."""

    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)


class Wifi:
    up = True
    losses = failures = reason = 0

    def __init__(self, name_server):
        self._name_server = name_server

    def name_server(self):
        return self._name_server

    def rssi_dbm(self):
        return -60


class Supervisor:
    """Counts how often the heater made way for something long."""

    pauses = wakes = 0

    def wake(self):
        self.wakes += 1

    def relax(self):
        self.pauses += 1

    def excuse(self, now):
        pass


def make_pack():
    pack = p.PackState(True)
    for which, text in SAID:
        pack.put_text(which, text, 0, len(text))
    pack.cells = 4
    for i in range(4):
        pack.cell_mv[i] = 3301 + i
    pack.temps = 2
    pack.put_temp(0, -35)
    pack.put(p.PACK_MV, 13210)
    pack.put(p.CURRENT_MA, -1500)
    pack.put(p.SOC_PCT, 87)
    pack.put(p.REMAINING_MAH, 174_000)
    pack.put(p.CAPACITY_MAH, 200_000)
    return pack


def make_device(name_server):
    unit = Thing(
        pack=make_pack(),
        check=Thing(verdict=PLAUSIBLE, frozen=False, content_ms=0),
        link=Thing(TEXTS=WIRE_TEXTS, reason=0, losses=0),
        dialect=Thing(
            STATE_BYTES=1792,
            framer=Thing(frames=7, bad_checksum=0, bad_length=0, dropped=0),
        ),
        answering=True,
    )
    unit.units = (unit,)
    supervisor = Supervisor()
    heater = Thing(
        latched=0,
        warnings=0,
        state=1,
        reason=0,
        mode=0,
        duty_permille=0,
        power_mw=0,
        wh_today=0,
        ready_s=None,
        ready_wh=None,
        boost_s=0,
        preheat=0,
        probe_dc=None,
        learned_j_k=0,
        cold_min=74,
        cold_charged_mah=0,
        law=Thing(charger=Thing(source=0, present=False), on_dc=50, off_dc=100),
        inputs=Thing(from_bms=False, own_on_dc=50, own_off_dc=100),
    )
    return Thing(
        bms=unit,
        state={},
        meter=None,
        heater=heater,
        output=Thing(on=False, off=lambda: None),
        supervisor=supervisor,
        options=Thing(saver=supervisor),
        writes=None,
        ble=None,
        clock=None,
        recorder=None,
        budget=None,
        journal=Thing(note=lambda what, about: None, events=lambda: iter(())),
        updater=Thing(latest="", percent=None, reason="", told=0),
        wifi=Wifi(name_server),
        max_age_ms=10_000,
        uptime_s=1,
        boots=1,
        reset_cause=1,
        loop_max_ms=0,
        memory=Thing(python_free=0, python_min_free=0, idf_free=0, idf_largest=0, idf_min=0),
    )


def make_early(settings, secrets, unit=b"a0b1c2d3e4f5", roomy=True):
    """Returns what a start hands on, a Startup. ballast: this heap needs to borrow nothing."""
    return Thing(unit=unit, settings=settings, secrets=secrets, errors=[], roomy=roomy, ballast=0)


class LateClock:
    """Knows the time from a moment on."""

    stamp = b"null"
    host = "pool.ntp.org"
    good_ms = 0

    def __init__(self, known_ms):
        self._known_ms = known_ms

    @property
    def known(self):
        return time.ticks_diff(time.ticks_ms(), self._known_ms) >= 0

    def passed(self, until):
        return None


class Watch:
    """Measures how late the loop is."""

    gap_ms = 0
    step_us = 0
    collects = False

    async def tick(self):
        last = time.ticks_ms()
        while True:
            await asyncio.sleep_ms(5)
            now = time.ticks_ms()
            self.gap_ms = max(self.gap_ms, time.ticks_diff(now, last))
            last = now


async def report(relay, watch, supervisor):
    while True:
        line = {
            "connected": relay.connected,
            "connects": relay.connects,
            "failures": relay.failures,
            "failure": str(MQTT_NAMES.split(b"\n")[relay.session.failure], "ascii"),
            "detail": relay.session.detail,
            "denied": relay.session.denied,
            "refused": relay.commands_refused,
            "refusal": str(c.REFUSALS.split(b"\n")[relay.refusal], "ascii"),
            "done": relay.commands_done,
            "backoff_ms": relay.backoff_ms,
            "announcing": relay.announcer is not None and relay.announcer.active(),
            "step_us": watch.step_us,
            "gap_ms": watch.gap_ms,
            "pauses": supervisor.pauses,
            "wakes": supervisor.wakes,
            "heap": gc.mem_alloc(),
        }
        if watch.collects:
            gc.collect()
            line["heap"] = gc.mem_alloc()
        print(json.dumps(line))
        await asyncio.sleep_ms(250)


def obey(heater, command, value):
    """Notes commands where they show; an update is what this device cannot do."""
    if command == c.SET_MODE:
        heater.mode = value
    elif command == c.ACKNOWLEDGE:
        heater.latched = 0
    elif command == c.BOOST:
        heater.boost_s = 60 * value
    elif command == c.SET_ON_DC:
        heater.inputs.own_on_dc = value
    elif command == c.SET_OFF_DC:
        heater.inputs.own_off_dc = value
    elif command == c.RESET_REPORT:
        heater.cold_min = 0
    return command != c.UPDATE


async def flap(wifi, seconds):
    """Takes the Wi-Fi away for a moment, again and again."""
    while seconds:
        await asyncio.sleep(seconds)
        wifi.up = False
        await asyncio.sleep_ms(300)
        wifi.up = True


async def main(settings, secrets, options):
    device = make_device(options["name_server"])
    device.state = options["state"]
    if settings["mqtt_mb_a_month"]:
        device.budget = Budget(settings["mqtt_mb_a_month"])
    if options["time_after_s"] is not None:
        known_ms = time.ticks_add(time.ticks_ms(), 1000 * options["time_after_s"])
        device.clock = LateClock(known_ms)
    relay = build_relay(device, make_early(settings, secrets), ("bench", "0.0.0"))
    watch = Watch()
    watch.collects = options["collect"]
    relay.start(time.ticks_ms())
    telling = report(relay, watch, device.supervisor)
    tasks = [asyncio.create_task(watch.tick()), asyncio.create_task(telling)]
    tasks.append(asyncio.create_task(flap(device.wifi, options["flap_s"])))
    pack = device.bms.pack
    while tasks:
        now = time.ticks_ms()
        pack.touch(p.STATUS, now)
        pack.summarise()
        before = time.ticks_us()
        command = relay.step(device.wifi, now)
        if command != c.NOTHING:
            relay.settle(obey(device.heater, command, relay.value))
        watch.step_us = max(watch.step_us, time.ticks_diff(time.ticks_us(), before))
        await asyncio.sleep_ms(STEP_MS)


if __name__ == "__main__":
    given = json.loads(os.getenv("RELAY"))
    secret = {"mqtt_password": given.pop("mqtt_password", "")}
    options = {"name_server": "", "collect": False, "flap_s": 0, "state": {}, "time_after_s": None}
    for name in options:
        options[name] = given.pop(name, options[name])
    SETTINGS.update(given)
    asyncio.run(main(SETTINGS, secret, options))
