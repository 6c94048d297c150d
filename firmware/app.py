"""The composition root: builds every part of the device, wires them, and ends them safely."""

import asyncio
import gc
import sys
from time import ticks_ms

import board
import framebuf
import machine

import storage
import words
from bms import alarms, check
from compat import const
from hardware.buttons import Button
from hardware.heater_output import HeaterOutput
from hardware.st7789 import Panel
from hardware.wifi import REASONS
from heat.charger import SOURCE_NAMES
from mqtt.relay import FAILURES, REFUSALS, Relay
from relay.state import StateMessage
from relay.topics import Topics
from relay.view import View
from screen.canvas import Canvas
from screen.footer import Names
from screen.model import Model
from screen.show import Screen
from supervisor import Supervisor
from tasks import NAMES, run_all
from unload import unload

VERSION = "0.1.0"

# The longest a healthy task can be away; a flash write is excused (save).
_TASK_LIMIT_MS = const(2000)
_SAVE_GAP_S = const(60)
_SAVE_AGAIN_S = const(10)  # after one that failed
_SAVE_ON_S = const(600)  # while the mat is on, which pauses for it

# By machine.reset_cause() of the ESP32 port.
RESET_CAUSES = b"none\npower_on\nhard\nwatchdog\ndeep_sleep\nsoft"


def forget():
    """Drops the modules that only the building of the device needed (3 kB)."""
    for name in ("bms_setup", "heater_setup", "bms.catalog", "heat.record"):
        unload(name)


class Device:
    """Every part of the device.

    `canvas_buf` is the screen's buffer, `early` the startup.Startup: both came before all this.
    """

    def __init__(self, canvas_buf, early):
        self.uptime_s = 0
        self.bounce_after_s = 0
        self.news = 0  # what the last state message had to tell of the heater
        self._saved_latched = 0
        self._save_after_s = 0
        self._save_failed = False
        self.loop_max_ms = 0  # the longest that anything held the loop
        self.reset_cause = machine.reset_cause()
        settings = early.settings
        self.wifi = early.wifi
        self.state = early.state
        # The settings themselves are not kept: their parts are where they are needed (2 kB).
        self.wifi_used = settings["wifi_ssid"] != ""
        self.mqtt_used = settings["mqtt_host"] != ""
        self.output = HeaterOutput(
            board.HEATER_PIN, board.HEATER_ACTIVE, settings["heater_output"] == "gpio"
        )
        self.supervisor = Supervisor(NAMES, _TASK_LIMIT_MS)
        self.max_age_ms = settings["data_max_age_s"] * 1000
        self.ble = self.writes = None
        from bms_setup import build  # needed once

        self.bms = build(self, settings, early)
        self._build_heater(settings, early)
        self._build_screen(settings, canvas_buf, early)
        self._build_relay(settings, early)
        forget()
        early.forget()
        gc.collect()
        self.heap_free = self.heap_min_free = gc.mem_free()

    def _build_heater(self, settings, early):
        from heater_setup import make_heater, make_options  # needed once

        self.heater = make_heater(settings, early.record)
        self.options = make_options(self, settings, early.errors)
        # Counted in the flash at once, before anything can crash again.
        boots = self.state.get("boots", 0)
        self.boots = boots + 1 if isinstance(boots, int) and boots >= 0 else 1
        self.save()
        self._charger_pin = None
        if settings["charger_pin_used"]:
            pin = machine.Pin
            self._charger_pin = pin(board.CHARGER_PIN, pin.IN, pin.PULL_UP)

    def _build_screen(self, settings, canvas_buf, early):
        width = board.PANEL_WIDTH
        height = board.PANEL_HEIGHT
        fb = framebuf.FrameBuffer(canvas_buf, width, height, framebuf.GS4_HMSB)
        canvas = Canvas(fb, width, height)
        names = Names(alarms.NAMES, check.NAMES, words.STATE_NAMES, words.REASON_NAMES)
        self.model = Model()
        self.model.packs = len(self.bms.units)
        about = (canvas, settings, names, early.glyphs, early.errors, sys.modules)
        if settings["packs"]:
            from screen.packs import PacksScreen

            self.screen = PacksScreen(self.bms.bank, *about)  # pyright: ignore[reportAttributeAccessIssue]
        else:
            self.screen = Screen(*about)
        self.panel = Panel(canvas, settings["screen_brightness_pct"])
        self.button = Button(board.BUTTON_1)

    def _build_relay(self, settings, early):
        self.relay = None
        if not self.mqtt_used:
            return
        self.view = View(
            (
                words.STATE_NAMES,
                words.REASON_NAMES,
                words.MODE_NAMES,
                check.NAMES,
                RESET_CAUSES,
                FAILURES,
                REFUSALS,
                self.bms.link.REASONS,
                REASONS,
                words.PREHEAT_NAMES,
                SOURCE_NAMES,
            )
        )
        topics = Topics(settings["mqtt_topic"], early.unit, settings["ha_prefix"])
        if settings["packs"]:
            from mqtt.pack_messages import build

            self.relay = build(self, settings, early.secrets, topics, board.NAME, VERSION)
            return
        message = StateMessage(self.view, self.max_age_ms, self.writes)
        self.relay = Relay(settings, early.secrets, topics, message, board.NAME, VERSION)

    def release(self, minutes):
        """Leaves the BMS to a phone for so long (0…60; 0: takes it back), with the heater off.

        Returns False if no BMS comes by Bluetooth.
        """
        if self.ble is None:
            return False
        self.output.off()
        self.ble.release(60 * minutes, self.heater.bms_output)
        return True

    def charger_pin(self):
        """Returns 1 if the charger contact is closed, 0 if it is open, None if none is wired."""
        return None if self._charger_pin is None else 1 - self._charger_pin.value()

    def save_if_due(self):
        """Writes what must survive a reset: a new fault at once, the rest once a minute at most.

        Commands can come as fast as somebody's automation sends them, acknowledgements too, and
        flash wears. A write that failed is tried again soon, and not each second.
        """
        heater = self.heater
        if not heater.dirty:
            return
        if heater.latched & ~self._saved_latched and not self._save_failed:
            self.save()
            return
        due_s = self._save_after_s
        if self.output.on:
            due_s += _SAVE_ON_S - _SAVE_GAP_S
        if self.uptime_s >= due_s:
            self.save()

    def save(self):
        """Writes what must survive a reset; returns False, and it is due again, if that fails.

        A write may erase several sectors, 0.4 s each at worst, in which nothing else runs. So the
        pin is low meanwhile; the heater's next step, half a second later, switches on again.
        """
        self.output.off()
        self.supervisor.relax()
        latched = self.heater.latched
        record = {}
        self.heater.save(record)
        self.state["boots"] = self.boots
        self.state["heater"] = record
        written = storage.write_state(self.state)
        self._save_failed = not written
        if written:
            self._saved_latched = latched
        else:
            self.heater.save_failed()
        self._save_after_s = self.uptime_s + (_SAVE_GAP_S if written else _SAVE_AGAIN_S)
        self.supervisor.excuse(ticks_ms())
        return written

    def start(self, now):
        """Starts relay and watchdog; the tasks must run from here on."""
        if self.relay is not None:
            self.relay.start(now)
        gc.collect()
        self.supervisor.start(ticks_ms())


def _say_end(device):
    """Tells the person at the console what is true of the heater."""
    if device.heater.bms_output is not None:
        from ending import end  # for the few who have one

        if not end(device):
            print("stopped, but THE BMS DOES NOT SAY THAT ITS HEATING IS OFF: look in its app")
            return
    print("stopped: the heater is off; the watchdog resets the chip in an hour at the latest")


def run(canvas_buf, early):
    """Runs the device; returns on Ctrl-C, and raises what ends it otherwise. The heater is off."""
    machine.freq(board.CPU_HZ)
    device = Device(canvas_buf, early)
    try:
        try:
            asyncio.run(run_all(device))
        finally:
            device.output.close()
            device.supervisor.relax()
    except KeyboardInterrupt:
        device.supervisor.stand_down()
        _say_end(device)
