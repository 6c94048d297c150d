"""The device: its parts, and what is done to several of them at once."""

# Parts are None until build.py has made them.
# pyright: reportAttributeAccessIssue=false

import gc
from time import ticks_ms

import machine

from compat import const
from kept import storage
from supervisor import Supervisor
from tasks import NAMES

# The longest a healthy task can be away; a flash write is excused (save).
_TASK_LIMIT_MS = const(2000)
# Between two writes of the state.
_SAVE_GAP_S = const(60)
_SAVE_AGAIN_S = const(10)  # after one that failed
_SAVE_ON_S = const(600)  # while the mat is on, which pauses for it
_SAVE_METER_S = const(600)  # what a power cut can cost of the energy counted


class Device:
    """Every part of the device; build.py makes them, from a starting.startup.Startup, `early`."""

    def __init__(self, early):
        settings = early.settings
        self.uptime_s = 0
        self.bounce_after_s = 0
        self.news = 0  # what the last messages had to tell at once, and the alarms in them
        self.alarms = bytearray(8)
        self._saved_latched = self._saved_s = 0  # which faults, and when that was tried last
        self.loop_max_ms = 0  # the longest that anything held the loop
        self.reset_cause = machine.reset_cause()
        self.memory = early.memory
        self.wifi = early.wifi
        self.state = early.state
        self.boots = 1
        # The settings themselves are not kept: their parts are where they are needed (2 kB).
        self.wifi_used = settings["wifi_ssid"] != ""
        self.mqtt_used = settings["mqtt_host"] != ""
        self.max_age_ms = settings["data_max_age_s"] * 1000
        self.bms = self.ble = self.writes = self.clock = None
        self.heater = self.options = self.output = self.charger_contact = None
        self.model = self.screen = self.button = None
        self.relay = self.meter = self.recorder = None
        self.extras = ()  # further tasks
        self.supervisor = Supervisor(NAMES, _TASK_LIMIT_MS)

    def charger_pin(self):
        """Returns 1 if the charger contact is closed, 0 if it is open, None if none is wired."""
        return None if self.charger_contact is None else 1 - self.charger_contact.value()

    def save_if_due(self):
        """Writes what must survive a reset: a new fault at once, the rest once a minute at most.

        Commands can come as fast as somebody's automation sends them, acknowledgements too, and
        flash wears. A write that failed is tried again soon, and not each second.
        """
        heater = self.heater
        since_s = self.uptime_s - self._saved_s
        if heater.dirty:
            if heater.unsaved or heater.latched & ~self._saved_latched:
                self.save_soon()
            elif since_s >= (_SAVE_ON_S if self.output.on else _SAVE_GAP_S):
                self.save()
        elif self.meter is not None and since_s >= _SAVE_METER_S and self.meter.changed():
            self.save()

    def save_soon(self):
        """Writes at once what cannot wait, as save(); but after one that failed no sooner than the
        mat may pause for it."""
        gap_s = _SAVE_ON_S if self.output.on else _SAVE_AGAIN_S
        tries = not self.heater.unsaved or self.uptime_s - self._saved_s >= gap_s
        return tries and self.save()

    def save(self):
        """Writes what must survive a reset; returns False, and it is due again, if that fails.

        A write may erase several sectors, 0.4 s each at worst, in which nothing else runs. So the
        pin is low meanwhile; the heater's next step, half a second later, switches on again.
        """
        self.output.off()
        self.supervisor.relax()
        heater = self.heater
        latched = heater.latched
        record = {}
        heater.save(record)
        self.state["boots"] = self.boots
        self.state["heater"] = record
        if self.meter is not None:
            self.state["meter"] = self.meter.save()
        if self.clock is not None:
            self.state["time"] = self.clock.save()
        written = storage.write_state(self.state)
        del self.state["heater"]  # it is in the flash now, and is made anew next time
        heater.unsaved = not written
        if written:
            self._saved_latched = latched
            if self.meter is not None:
                self.meter.kept()
        self._saved_s = self.uptime_s
        self.supervisor.excuse(ticks_ms())
        return written

    def start(self, now):
        """Starts relay and watchdog; the tasks must run from here on."""
        for unit in self.bms.units:
            if unit.ble is None:
                unit.link.trim(0)
        if self.relay is not None:
            self.relay.start(now)
        gc.collect()
        self.supervisor.start(ticks_ms())
