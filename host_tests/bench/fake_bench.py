"""A small stand-in for tools.bench.bench.Bench: a plant, a thermostat and an MQTT client.

With it the desk, the server, the page and the player are tested without a firmware. It takes the
same controls and shows the same snapshot; virtual time simply runs `lapse` times as fast.
"""

import json
import threading
import time
import zlib
from struct import pack

import paho.mqtt.client as mqtt

from tools.bench.bms import simulators
from tools.plant import Plant

_STEP_S = 0.02  # real time
_BASE = "packmate/fake01"
_STATES = ("charger", "bms_unplugged", "bms_garbled", "bms_frozen", "bms_silent", "wifi_down")
_STATES += ("wifi_password_wrong", "wifi_2_up")
_STATES += ("psram", "firmware_frozen", "ble_away", "ble_taken", "ble_deaf", "ble_sleeps")


class FakeConfig:
    """Where the firmware's files lie, and the lapse to begin with."""

    def __init__(self, run_dir, lapse=10):
        self.run_dir = run_dir
        self.bms_name = "jk_gps"
        self.other_bms = ()
        self.psram = False
        self.lapse = lapse


class FakeBench:
    """See the module."""

    def __init__(self, config):
        self.config = config
        self.plant = Plant()
        self.t_s = 0.0
        self.pressed = []
        self.kills = 0
        self._controls = dict.fromkeys(_STATES, False)
        self._controls.update(lapse=config.lapse, sensor_absent="none", load_ma=0)
        self._controls.update(bms=config.bms_name, bms_foreign="none", bms_generation="normal")
        self._controls.update(ble_pairing="none", wifi_channel=6)
        self._watchers = []
        self._lock = threading.RLock()
        self._running = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._client = None
        self._mode = "charger"
        self._heater_s = 0.0
        self.error = None
        self._changes = 0
        self._told_s = -100.0

    def start(self):
        settings = json.loads((self.config.run_dir / "settings.json").read_text())
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.will_set(f"{_BASE}/availability", "offline", retain=True)
        self._client.on_message = self._on_message
        self._client.on_connect = self._on_connect
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", settings["mqtt_port"])
        self._client.loop_start()
        self._running = True
        self.thread.start()

    def stop(self):
        self._running = False
        if self.thread.is_alive():
            self.thread.join()
        if self._client is not None:
            self._client.loop_stop()

    def set(self, control, value=None):
        with self._lock:
            if control == "firmware_kill":
                self.kills += 1
            elif control in ("button_1", "button_2", "ble_drop", "ble_empty"):
                self.pressed.append((control, value))
            elif control == "ambient_dc":
                self.plant.ambient_c = value / 10
            elif control == "pack_dc":
                self.plant.set_temp(value / 10)
            elif control == "others_dc":
                pass  # it has one pack
            elif control == "soc_pct":
                self.plant.set_soc(value)
            elif control in self._controls:
                self._controls[control] = value
            else:
                raise KeyError(control)
            self.plant.charger_on = self._controls["charger"]

    def controls(self):
        with self._lock:
            plant = self.plant
            return {**self._controls, "ambient_dc": round(10 * plant.ambient_c)}

    def snapshot(self):
        with self._lock:
            plant = self.plant
            return {
                "time": {"t_s": self.t_s, "lapse_actual": self._controls["lapse"]},
                "true": self.truth(),
                "pins": {
                    "heater": plant.heater_on,
                    "heater_on_s": self._heater_s,
                    "heater_changes": self._changes,
                },
                "chip": {"running": True, "state": "running", "resets": self.kills},
                "uart": {
                    "bms": self._radio() is None,
                    "requests": int(self.t_s),
                    "replies": int(self.t_s),
                },
                "radio": self._radio(),
                "panel": {"seq": int(self.t_s), "on": True, "errors": 0},
                "console": ["Packmate, a fake one"],
                "controls": self.controls(),
                "unsuitable": ["bms_generation"] if self._controls["bms"] != "jk_gps" else [],
            }

    def picture(self):
        level = int(self.t_s) % 240
        row = bytes((20, 160, 140)) * level + bytes((4, 8, 12)) * (240 - level)
        return int(self.t_s), 240, 135, row * 135

    def png(self, scale=1):
        _, width, height, rgb = self.picture()
        rows = b"".join(b"\0" + rgb[3 * width * y : 3 * width * (y + 1)] for y in range(height))
        head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
        body = b"".join(
            pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
        return b"\x89PNG\r\n\x1a\n" + body

    def every(self, period_s, callback):
        self._watchers.append([0.0, period_s, callback])

    # -- the world --------------------------------------------------------------------------------

    def _run(self):
        while self._running:
            time.sleep(_STEP_S)
            with self._lock:
                dt_s = _STEP_S * self._controls["lapse"]
                self.t_s += dt_s
                self.plant.step(dt_s)
                self._thermostat(dt_s)
                self._tell()
            for watcher in self._watchers:
                if self.t_s >= watcher[0]:
                    watcher[0] = self.t_s + watcher[1]
                    watcher[2]()

    def _radio(self):
        if simulators.form(self._controls["bms"]) is None:
            return None
        away = self._controls["ble_away"]
        return {
            "address": "C8:47:8C:00:00:01",
            "advertises": False,
            "connected": not away,
            "connections": 1,
            "asleep": False,
            "rssi_dbm": None if away else -60,
            "aioble": "stand-in",
        }

    def _thermostat(self, dt_s):
        plant = self.plant
        on = plant.heater_on
        if self._mode == "off" or self._controls["bms_unplugged"] or not plant.charger_on:
            on = False
        elif plant.temps_dc[1] < plant.bms.charge_utp_dc:
            on = True
        elif plant.temps_dc[1] >= plant.bms.charge_utpr_dc:
            on = False
        self._changes += on != plant.heater_on
        self._heater_s += dt_s if on else 0
        plant.heater_on = on

    def truth(self):
        plant = self.plant
        names = "pack_mv cell_mv current_ma soc_pct temps_dc mos_temp_dc charge_on discharge_on"
        truth = {name: getattr(plant, name) for name in names.split()}
        truth["coldest_dc"] = round(10 * min(plant.temps_c))
        truth["heater_mw"] = round(1000 * plant.heater_w)
        truth["charge_utp_dc"] = plant.bms.charge_utp_dc
        truth["charge_utpr_dc"] = plant.bms.charge_utpr_dc
        return truth

    # -- the firmware -----------------------------------------------------------------------------

    def _tell(self):
        if self.t_s - self._told_s < 2:
            return
        self._told_s = self.t_s
        stale = self._controls["bms_unplugged"]
        message = {"fresh": not stale, "heater_mode": self._mode, "heater_faults": []}
        message["heater_on"] = self.plant.heater_on
        message["heater_state"] = (
            "blocked" if stale else "heating" if message["heater_on"] else "idle"
        )
        message["heater_reason"] = "stale" if stale else None
        message.update(self.truth())
        if stale:
            message.update(pack_mv=None, current_ma=None, cell_mv=None, temps_dc=None)
        del message["coldest_dc"], message["heater_mw"]
        self._client.publish(f"{_BASE}/state", json.dumps(message))

    def _on_connect(self, client, *_rest):
        client.subscribe(f"{_BASE}/heater/#")
        client.publish(f"{_BASE}/availability", "online", retain=True)

    def _on_message(self, _client, _userdata, message):
        if message.topic.endswith("mode/set") and not message.retain:
            self._mode = message.payload.decode()
            self._told_s = -100.0
