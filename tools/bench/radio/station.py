"""What the bench needs of the radio: the air, the BMS's unit in it, and the faults of both.

The faults are those of whoever uses the bench; they stay when the unit is exchanged for another.
"""

import asyncio

from tools.bench.controls import PAIRING, PIN
from tools.bench.radio.air import Air
from tools.bench.radio.bms_radio import Unit
from tools.bench.radio.paths import aioble_places, real_aioble

_OTHER_PIN = 654321
_SLEEP_S = 20  # an ANT unit's, without current
_EMPTY = 3  # discoveries in a row: long enough to be told of
_RSSI_DBM = -60
_ANT_NAME = "ANT-BLE16"


class Station:
    """See the module. `now_us()` is virtual time; `port` is where the firmware's radio is.

    For the bench's thread; what it reads of the unit is the radio's thread's.
    """

    def __init__(self, now_us):
        self.units = []
        self._air = Air(now_us)
        self._air.start()
        self._garbled = False
        self.faults = dict(away=False, taken=False, deaf=False, sleeps=False, pairing="none")

    @property
    def port(self):
        """The TCP port on which the firmware finds its radio."""
        return self._air.port

    @staticmethod
    def paths():
        """Returns the folders in which the firmware finds aioble."""
        return aioble_places()

    def stop(self):
        """Ends everything. May be called twice."""
        self._air.stop()

    def place(self, parts):
        """Puts units into the air, in the place of those before.

        `parts`: (the simulator that speaks for it, its form of bms_radio.FORMS, address) of each.
        """
        for unit in self.units:
            self._air.drop(unit)
        self.units = []
        for sim, form, address in parts:
            name = _ANT_NAME if form.startswith("ant") else "Bench"
            self.units.append(Unit(sim, form, address, name))
        self._obey()
        for unit in self.units:
            self._air.add(unit)

    @property
    def unit(self):
        """The first of them, whose faults can be set; None: there is none."""
        return self.units[0] if self.units else None

    # -- faults -----------------------------------------------------------------------------------

    def set(self, name, value):
        """Sets one of `faults`; ValueError where the unit cannot have it."""
        if name == "pairing" and value not in PAIRING:
            raise ValueError(f"ble_pairing: one of {', '.join(PAIRING)}")
        if name == "sleeps" and value and not _can_sleep(self.unit):
            raise ValueError("ble_sleeps: only ANT units put their radio to sleep")
        self.faults[name] = value
        self._obey()
        if name == "pairing" and self.unit is not None:
            self._soon(self._protect)

    def garble(self, on):
        """Has most of what is notified get lost, or no more."""
        self._garbled = on
        self._obey()

    def drop(self):
        """The unit ends the connection."""
        self._soon(self.unit.drop)

    def hide_service(self):
        """The unit drops, and the next discoveries find nothing in it."""
        self.unit.empty_discovery = _EMPTY
        self.drop()

    def _obey(self):
        unit, faults = self.unit, self.faults
        if unit is None:
            return
        unit.garbled = self._garbled
        unit.rssi = None if faults["away"] else _RSSI_DBM
        unit.taken, unit.deaf = faults["taken"], faults["deaf"]
        if _can_sleep(unit):
            unit.sim.auto_sleep_s = _SLEEP_S if faults["sleeps"] else 0
        unit.refuses_pairing = faults["pairing"] == "refused"
        unit.pin = self._pin()

    def _pin(self):
        pairing = self.faults["pairing"]
        if pairing == "none":
            return None
        return _OTHER_PIN if pairing == "other_number" else int(PIN)

    async def _protect(self):
        """A unit that has been set otherwise starts anew."""
        self.unit.protect(self._pin())
        await self.unit.drop()

    def _soon(self, function):
        asyncio.run_coroutine_threadsafe(function(), self._air.loop)

    # -- looking ----------------------------------------------------------------------------------

    def look(self):
        """Returns what the first unit is doing, and in `others` the rest, as data."""
        if not self.units:
            return None
        first, *others = [self._look(unit) for unit in self.units]
        return {**first, "others": others, "aioble": "real" if real_aioble() else "stand-in"}

    @staticmethod
    def _look(unit):
        return {
            "address": unit.address,
            "name": unit.name,
            "advertises": unit.is_heard() and unit.connection is None,
            "connected": unit.connection is not None,
            "connections": unit.connections,
            "asleep": unit.asleep,
            "rssi_dbm": unit.rssi if unit.is_heard() else None,
            "notified": unit.notified,
        }


def _can_sleep(unit):
    return unit is not None and hasattr(unit.sim, "auto_sleep_s")
