"""The desk: the bench, the broker, the proxy between them and the recorder, as one thing.

The page's server and the scenario player both sit at it: `apply` sets a control, `state` and
`lookup` read, `watch` looks on in virtual time.
"""

import json
import logging
import time
from pathlib import Path

from tools.bench.bms import simulators
from tools.bench.controls import PIN, ControlError, check_value
from tools.bench.net import hostile
from tools.bench.net.broker import Broker, MessageLog
from tools.bench.net.proxy import Proxy
from tools.bench.recorder import FINE_S, Recorder

_LOOK_S = 0.25  # virtual time between two looks
_IDLE_LOOK_S = 0.05  # real time between two looks while nobody watches
_MESSAGES = 40

# What the firmware finds in settings.json, besides the broker's port and what its BMS needs.
SETTINGS = {
    "name": "Bench",
    "heater_output": "gpio",
    "heater_mode": "charger",
    "heater_mat_mohm": 26_200,
    "charger_pin_used": True,
    "wifi_ssid": "bench",
    "mqtt_host": "127.0.0.1",
    "mqtt_interval_s": 5,
    "mqtt_mode": True,
    "mqtt_boost": True,
}
# Without these the firmware would not find the bench's network and broker.
_OWN = ("wifi_ssid", "mqtt_host")
PASSWORD = "packmate"
SECRETS = {"wifi_password": PASSWORD, "ble_pin": PIN, "web_password": PASSWORD}
# What the firmware's page is tried with, where the chip has the memory for it.
PAGE = {
    "web": True,
    "web_mode": True,
    "web_boost": True,
    "web_settings": True,
    "history_kb": 64,
    "history_interval_s": 30,
}
_NO_PAGE = {"web": False, "history_kb": 0}


class Desk:
    """`bench` is a tools.bench.bench.Bench that is not yet started.

    A settings.json in the bench's run_dir is taken over SETTINGS, and what the simulated BMS and
    the bench's own network need over that; `settings` go over all of them. `secrets` go over what
    secrets.json of that folder says, and that over SECRETS. What is wrong in a file of that folder
    raises ControlError. page: the firmware serves its own page whenever its chip has PSRAM.

    `t_s` is the virtual time in s of the last look.
    """

    def __init__(self, bench, settings=None, broker_kind="auto", secrets=None, page=False):
        self.bench = bench
        self._page = page
        self._psram = bench.config.psram
        self._found = _read_object(bench.config.run_dir, "settings.json")
        self._given = settings or {}
        self._secrets = {**_read_object(bench.config.run_dir, "secrets.json"), **(secrets or {})}
        self._bms = bench.config.bms_name
        self.t_s = 0.0
        self.recorder = Recorder()
        self.broker = Broker(broker_kind)
        self.proxy = None
        self.log = None
        self._broker_mode = "normal"
        self._wifi = {"wifi_down": False, "wifi_password_wrong": False, "wifi_2_up": False}
        self._watcher = None
        self._state = None
        self._looked_at = 0.0
        self._heater_on_s = 0.0
        self._failure = ""

    @property
    def error(self):
        """Why the bench has stopped working, an empty text while it works."""
        broken = self.bench.error
        return self._failure or (f"{type(broken).__name__}: {broken}" if broken else "")

    @property
    def settings(self):
        """What the firmware finds in settings.json, but for the broker's port."""
        names = (self._bms, *self.bench.config.other_bms)
        own = {name: SETTINGS[name] for name in _OWN}
        pack = {"pack_wh": round(self.bench.plant.pack_wh)}
        told = {**SETTINGS, **pack, **self._found}
        if self._page:
            told = {**PAGE, **told} if self.has_page else {**told, **_NO_PAGE}
        return {**told, **simulators.settings(*names), **own, **self._given}

    @property
    def has_page(self):
        """True if the firmware is told to serve its page."""
        names = (self._bms, *self.bench.config.other_bms)
        on_air = any(simulators.form(name) is not None for name in names)
        return self._page and (self._psram or on_air)

    @property
    def overruled(self):
        """Names of the run folder's settings that are not the ones that are used."""
        used = self.settings
        return [name for name, value in self._found.items() if used.get(name, value) != value]

    def start(self, scene=None):
        """Starts the broker, writes the firmware's settings, powers the bench up.

        `scene` maps controls to the values that hold from the first moment.
        """
        self.broker.start()
        try:
            self.proxy = Proxy(self.broker.port).start()
            self.log = MessageLog(self.broker.port, clock=lambda: int(self.t_s * 1000))
            self.log.wait_ready()
            self._write_settings()
            for name, value in (scene or {}).items():
                self.apply(name, value)
            self.bench.every(_LOOK_S, self._look)
            self.bench.every(FINE_S, self._record)
            self.bench.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """Ends everything; may be called twice."""
        self._watcher = None
        self.bench.stop()
        if self.log is not None:
            self.log.close()
        if self.proxy is not None:
            self.proxy.stop()
        self.broker.stop()
        self.log = self.proxy = None

    def apply(self, name, value=None):
        """Sets a control of tools.bench.controls; raises ControlError for what it cannot take."""
        check_value(name, value)
        if name == "broker":
            self._broker_mode = value
            self._set_line()
        elif name in _COMMANDS:
            self._command(_COMMANDS[name], "acknowledge" if value in (None, True) else str(value))
        elif name == "mqtt_storm":
            for topic, payload, retain in hostile.messages():
                self._command(topic, payload, retain)
        elif name == "bms":
            self._switch_bms(value)
        elif name == "psram":
            self._psram = value
            self._write_settings()
            self._set(name, value)
        elif name in self._wifi:
            self._wifi[name] = value
            self.bench.set(name, value)
            self._set_line()
        else:
            # An action carries no value: True would mean "held down" to a button.
            self._set(name, None if value is True and name in _ACTIONS else value)

    def state(self):
        """Returns everything that the page shows, as a dict that json can write."""
        state = self.bench.snapshot()
        self.t_s = state["time"]["t_s"]
        state["believed"], state["mqtt"] = self._mqtt()
        believed = state["believed"] or {}
        self._ask_packs(state.get("packs") or {})
        state["controls"].update(
            broker=self._broker_mode,
            heater_mode=believed.get("heater_mode"),
            boost_min=_minutes(believed.get("heater_boost_s")),
            ble_release_min=_minutes(believed.get("handed_over_s")),
            pack_dc=state["true"]["coldest_dc"],
            others_dc=_coldest_of_others(state.get("packs")),
            soc_pct=state["true"]["soc_pct"],
        )
        state["chip"]["web_port"] = self.bench.web_port if self.has_page else None
        state["error"] = self.error
        return state

    def lookup(self, field):
        """Returns a field as scenarios name it ("true.soc_pct"), None if it is unknown.

        Within a look, all fields are of the same moment.
        """
        value = self._state if self._state is not None else self.state()
        for key in field.split("."):
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value

    def watch(self, watcher):
        """Has `watcher(t_s)` called in the bench's thread every 0.25 s of virtual time."""
        self._watcher = watcher

    def headline(self):
        """Returns one line that tells how things are."""
        if self.error:
            return self.error
        state = self.state()
        true, believed = state["true"], state["believed"] or {}
        return (
            f"coldest {degrees(true.get('coldest_dc'))}, heater "
            f"{'on' if state['pins']['heater'] else 'off'} ({believed.get('heater_state', '?')}), "
            f"loop held for {believed.get('loop_max_ms', '?')} ms at most, "
            f"{state['mqtt']['count']} messages, {state['time'].get('lapse_actual', 0):.0f}x"
        )

    # -- in the bench's thread --------------------------------------------------------------------

    def _look(self):
        if self._watcher is None and time.monotonic() - self._looked_at < _IDLE_LOOK_S:
            return
        self._looked_at = time.monotonic()
        try:
            self._state = self.state()
            if self._watcher is not None:
                self._watcher(self.t_s)
        except Exception as error:
            logging.getLogger("bench").exception("the look failed")
            self._failure = f"{type(error).__name__}: {error}"
        finally:
            self._state = None

    def _record(self):
        state = self.state()
        true, believed, pins = state["true"], state["believed"] or {}, state["pins"]
        heated = pins["heater_on_s"] > self._heater_on_s
        self._heater_on_s = pins["heater_on_s"]
        self.recorder.add(
            [
                round(self.t_s, 2),
                true.get("coldest_dc"),
                coldest(true.get("temps_dc")),
                coldest(believed.get("temps_dc")),
                true.get("charge_utp_dc"),
                true.get("charge_utpr_dc"),
                state["controls"].get("ambient_dc"),
                int(heated),
                int(bool(state["controls"].get("charger"))),
            ]
        )

    # -- parts ------------------------------------------------------------------------------------

    def _set(self, name, value):
        try:
            self.bench.set(name, value)
        except ValueError as error:  # not of this BMS
            raise ControlError(str(error)) from error

    def _switch_bms(self, name):
        """Has another BMS simulated; the firmware restarts with what it must be told."""
        before, self._bms = self._bms, name
        self._write_settings()
        try:
            self._set("bms", name)
        except ControlError:
            self._bms = before
            self._write_settings()
            raise

    def _write_settings(self):
        run_dir = Path(self.bench.config.run_dir)
        settings = {**self.settings, "mqtt_port": self.proxy.port}
        (run_dir / "settings.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")
        secrets = {**SECRETS, **self._secrets}
        (run_dir / "secrets.json").write_text(json.dumps(secrets), encoding="utf-8")

    def _set_line(self):
        # Without Wi-Fi the chip's sockets are dead, whatever the broker does.
        first = not (self._wifi["wifi_down"] or self._wifi["wifi_password_wrong"])
        there = first or self._wifi["wifi_2_up"]
        self.proxy.set_mode(self._broker_mode if there else "down")

    def _command(self, topic, payload, retain=False):
        base = self._base()
        if base is None:
            raise ControlError("no Packmate has shown itself at the broker yet")
        self.log.publish(f"{base}/{topic}", payload, retain)

    def _base(self):
        """Returns the first part of the firmware's topics; its second level is the chip's id."""
        root = self.settings.get("mqtt_topic", "packmate")
        return self.log.base_of(root, "availability")

    def _ask_packs(self, packs):
        """Adds to each of several packs the newest message about it."""
        base = self._base()
        for number, pack in packs.items():
            pack["believed"], _ = self.log.latest_json(f"{base}/pack/{number}/state")

    def _mqtt(self):
        base = self._base()
        believed, t_ms = self.log.latest_json(f"{base}/state")
        if believed is not None:
            for part in _PARTS:
                believed.update(self.log.latest_json(f"{base}/{part}")[0] or {})
        availability = self.log.latest(f"{base}/availability")
        about = {
            "broker": self.broker.kind,
            "line": self.proxy.mode,
            "count": self.log.count,
            "age_s": None if t_ms is None else round(self.t_s - t_ms / 1000, 1),
            "availability": availability["payload"] if availability else None,
            "messages": self.log.last(_MESSAGES),
        }
        return believed, about


# Messages that tell the rest, beside `state`.
_PARTS = ("heater", "device", "bms", "packs")
# Controls that are commands to Packmate, by their topics.
_COMMANDS = {
    "heater_mode": "heater/mode/set",
    "boost_min": "heater/boost/set",
    "acknowledge": "heater/acknowledge",
    "ble_release_min": "bms/release/set",
}
_ACTIONS = ("firmware_kill", "button_1", "button_2", "ble_drop", "ble_empty")


def _read_object(folder, name):
    """Returns the JSON object in a file of the run folder, an empty one if there is no file."""
    path = Path(folder) / name
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ControlError(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise ControlError(f"{path}: must hold a JSON object")
    return found


def _minutes(seconds):
    return -(-(seconds or 0) // 60)


def _coldest_of_others(packs):
    return min(pack["coldest_dc"] for i, pack in packs.items() if i != "1") if packs else None


def coldest(temps_dc):
    """Returns the lowest of a list of temperatures in 0.1 °C, None where none is known."""
    known = [dc for dc in temps_dc or () if dc is not None]
    return min(known) if known else None


def degrees(dc):
    """Returns 0.1 °C as text in °C."""
    return "?" if dc is None else f"{dc / 10:.1f} °C"
